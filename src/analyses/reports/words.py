"""The report's own words in both languages: headings, labels, and what a chapter is called."""

from __future__ import annotations

from analyses import schemas
from analyses.wording import Text, lowered

CHAPTERS: dict[str, Text] = {
    "commerce": Text("Commerce", "Retail"),
    "footfall": Text("Fréquentation et évènements", "Footfall and events"),
    "parking": Text("Stationnement", "Parking"),
    "crossings": Text("Croisements", "Crossings"),
    "changes": Text("Ce qui a changé", "What changed"),
    "readiness": Text("Données disponibles", "Data readiness"),
}


def table(name: str) -> Text:
    """Return what a table of the city holds, as said inside a sentence."""
    if name not in schemas.names():
        return Text(name, name)
    title = schemas.get(name).title
    return Text(lowered(title.fr), lowered(title.en))


TITLE = Text("{city}, cœur de ville", "{city}, town centre")
SUBTITLE = Text(
    "Analyses du centre-ville : ce que disent les données, et avec quelle certitude",
    "Analyses of the town centre: what the data say, and how surely",
)
KICKER = Text("Rapport d'analyse", "Analysis report")
EDITIONS = {
    "internal": Text("Édition interne", "Internal edition"),
    "public": Text("Édition publique", "Public edition"),
}
EDITIONS_MORE = {
    "internal": Text(
        "Réservée à la ville et à ses partenaires : elle montre les locaux un à un et les petits "
        "effectifs. L'édition publique est un autre fichier.",
        "For the city and its partners: it shows premises one by one and small numbers. The public "
        "edition is another file.",
    ),
    "public": Text(
        "Peut être diffusée : les petits effectifs et les locaux un à un n'y sont pas.",
        "May be circulated: small numbers and single premises are not in it.",
    ),
}
FICTITIOUS = Text("DONNÉES FICTIVES", "FICTITIOUS DATA")
FICTITIOUS_MORE = Text(
    "Cette ville n'existe pas : aucun chiffre de ce rapport ne décrit un lieu réel.",
    "This town does not exist: no figure of this report describes a real place.",
)
SKIP = Text("Aller au contenu", "Skip to the content")
CONTENTS = Text("Sommaire", "Contents")
COLOPHON = Text(
    "Rapport produit par coeurville, logiciel libre. Chaque chiffre vient des données citées ; "
    "il peut être recalculé à l'identique.",
    "Report made by coeurville, free software. Every figure comes from the data named here and "
    "can be computed again, to the digit.",
)

IDENTITY_DATE = Text("Édition du", "Edition of")
IDENTITY_INSEE = Text("Code commune", "Commune code")
IDENTITY_DEPARTMENT = Text("Département", "Department")
IDENTITY_EPCI = Text("Intercommunalité", "Inter-communal body")
IDENTITY_POPULATION = Text("Habitants", "Inhabitants")
IDENTITY_PROGRAMME = Text("Programme", "Programme")

IDENTITY_BUSINESS = Text("Répond du sujet", "Answers for the subject")
IDENTITY_DATA = Text("Répond des données", "Answers for the data")
IDENTITY_NOBODY = Text("à désigner", "to be named")

SUMMARY = Text("L'essentiel", "In short")
SUMMARY_LEAD = Text(
    "Ce que disent les données du centre-ville, en une page : ce que l'on sait, avec quelle "
    "certitude, ce qui a changé et ce qu'il faut regarder.",
    "What the data say of the town centre, on one page: what is known, how surely, what changed "
    "and what to look at.",
)
CARD_TITLES = (
    Text("Indicateur", "Indicator"),
    Text("Valeur", "Value"),
    Text("Bornes", "Bounds"),
    Text("Certitude", "Certainty"),
)
SUMMARY_PARTS = {
    "known": Text("Ce que l'on sait", "What is known"),
    "change": Text("Ce qui a changé", "What changed"),
    "watch": Text("Ce qu'il faut regarder", "What to look at"),
}
SUMMARY_SINCE = Text("Par rapport à l'édition précédente", "Against the former edition")
SUMMARY_NONE = Text(
    "Aucun indicateur n'est calculable avec les données de cette édition. Les chapitres disent "
    "pourquoi, quel fichier le permettrait, et où l'obtenir.",
    "No indicator can be computed from the data of this edition. The chapters say why, which file "
    "would unlock it, and where to get it.",
)
SUMMARY_READ = Text(
    "Sous chaque chiffre : les bornes entre lesquelles la valeur réelle se trouve très "
    "probablement. La méthode explique les mots de certitude.",
    "Under each figure: the bounds between which the true value very probably lies. The method "
    "explains the words of certainty.",
)
SUMMARY_NEXT = Text("Ce qui donnerait les réponses suivantes", "What would give the next answers")
SUMMARY_GET = Text("À réunir : {tables}.", "To be gathered: {tables}.")
SUMMARY_MORE = Text(
    "Le détail, les marges et les sources sont dans les chapitres.",
    "Details, margins and sources are in the chapters.",
)

SHEET = Text("La fiche du programme", "The programme's sheet")
SHEET_LEAD = Text(
    "La fiche suit le plan commun aux villes du programme. Les textes sont de la ville ; les "
    "résultats et les données viennent de cette édition.",
    "The sheet follows the plan common to the programme's cities. The texts are the city's; "
    "results and data come from this edition.",
)
SHEET_PARTS = {
    "enjeux": Text("Enjeux", "What is at stake"),
    "demarche": Text("Démarche", "Approach"),
    "retombees": Text("Retombées", "Outcomes"),
    "donnees": Text("Données concernées", "Data concerned"),
}
SHEET_TO_WRITE = Text(
    "À écrire par la ville, dans texts/{name}.md : ce texte restera à chaque nouvelle édition.",
    "To be written by the city, in texts/{name}.md: this text will stay in every new edition.",
)
SHEET_RESULTS = Text("Ce que cette édition établit :", "What this edition establishes:")
SHEET_NO_RESULT = Text(
    "Cette édition n'établit encore aucun résultat : les données restent à réunir.",
    "This edition establishes no result yet: the data are still to be gathered.",
)
SHEET_DATA = Text("Données traitées et disponibles", "Data processed and available")
SHEET_DATA_HEADER = (
    Text("Données", "Data"),
    Text("Traitées ici", "Processed here"),
    Text("Disponibles", "Available"),
    Text("Producteur", "Producer"),
)
SHEET_READ = Text("oui", "yes")
SHEET_OPEN = Text("ouvertes ({licence})", "open ({licence})")
SHEET_LACKING = Text("Pas encore fournies : {tables}.", "Not given yet: {tables}.")

GAPS = Text("Ce qui n'est pas encore calculable", "What cannot be computed yet")
GAPS_LEAD = Text(
    "Une partie des questions de ce chapitre attend des données. Le tableau dit ce qui manque, "
    "pourquoi, quel fichier le donnerait et où l'obtenir.",
    "Part of this chapter's questions awaits data. The table says what is missing, why, which file "
    "would give it and where to get it.",
)
GAPS_WHOLE = Text(
    "Ce chapitre attend ses premières données : rien n'y est estimé à leur place. Le tableau dit "
    "ce qui manque, pourquoi, quel fichier le donnerait et où l'obtenir.",
    "This chapter awaits its first data: nothing is estimated in their place. The table says what "
    "is missing, why, which file would give it and where to get it.",
)
GAPS_ALSO = Text(
    "Ce chapitre aussi attend ses premières données.", "This chapter too awaits its first data."
)
GAPS_CAPTION = Text("Ce qui manque, et ce qui le débloque", "What is missing, and what unlocks it")
GAPS_HEADER = (
    Text("Ce qui manque", "What is missing"),
    Text("Pourquoi", "Why"),
    Text("Fichier qui le débloque", "File that unlocks it"),
    Text("Où l'obtenir", "Where to get it"),
)
GAPS_ALL = Text("Tout le chapitre", "The whole chapter")

GLOSSARY = Text("Glossaire", "Glossary")
GLOSSARY_LEAD = Text(
    "Les mots de ce rapport qui ne sont pas de tous les jours.",
    "The words of this report that are not everyday words.",
)
LISTS = Text("Figures et tableaux", "Figures and tables")
LISTS_FIGURES = Text("Figures", "Figures")
LISTS_TABLES = Text("Tableaux", "Tables")
SOURCE = Text("Source :", "Source:")

SURENESS = Text("Comment se dit la certitude", "How certainty is said")
SURENESS_LEAD = Text(
    "La première page dit la certitude en mots, tirés de l'intervalle de chaque résultat et jamais "
    "d'une opinion.",
    "The first page says certainty in words, drawn from the interval of each result and never from "
    "an opinion.",
)
SURENESS_HEADER = (Text("Mot", "Word"), Text("Ce qu'il veut dire", "What it means"))
SURENESS_MEANS = {
    "counted": Text(
        "Le chiffre est un décompte : il n'a pas de marge d'échantillon.",
        "The figure is a count: it has no sampling margin.",
    ),
    "sure": Text(
        "La marge, de part et d'autre, ne dépasse pas {sure} de la valeur.",
        "The margin, on either side, is at most {sure} of the value.",
    ),
    "fair": Text(
        "La marge ne dépasse pas {fair} de la valeur : on peut raisonner dessus, pas comparer de "
        "petits écarts.",
        "The margin is at most {fair} of the value: good to reason with, not to compare small "
        "gaps.",
    ),
    "vague": Text(
        "La marge dépasse {fair} de la valeur : à confirmer avant de décider.",
        "The margin exceeds {fair} of the value: to be confirmed before deciding.",
    ),
    "chance": Text(
        "L'intervalle comprend zéro : les données ne montrent ni hausse ni baisse.",
        "The interval holds zero: the data show neither rise nor fall.",
    ),
    "reserve": Text(
        "Le chiffre est donné, avec une réserve que le chapitre explique.",
        "The figure is given, with a reserve that the chapter explains.",
    ),
}
RESERVE = Text("à lire avec réserve", "with a reserve")
RESERVES = Text("À savoir avant d'utiliser ces chiffres", "Before using these figures")
MISSING = Text("Non calculable", "Not computable")
UNLOCK = Text("À fournir ou à compléter : {tables}.", "To be given or completed: {tables}.")
FAILED = Text(
    "Ce chapitre n'a pas pu être produit : {reason}", "This chapter could not be made: {reason}"
)
EMPTY = Text(
    "Ce chapitre ne montre rien avec les données de cette édition.",
    "This chapter shows nothing with the data of this edition.",
)
SOURCES = Text("Fichiers lus par ce chapitre : {files}.", "Files read by this chapter: {files}.")
SOURCES_MORE = Text("D'où ils viennent.", "Where they come from.")
FILE = Text("Fichier", "File")
"""Title of the column of files in what a chapter read (``pages.PROVENANCE``)."""

PUBLISHED = Text("Ce qui est déjà publié", "What is already published")
PUBLISHED_LEAD = Text(
    "Ces chiffres ont été publiés par d'autres. Ils sont repris tels quels, avec leur date et leur "
    "périmètre, et ne sont jamais mêlés aux résultats calculés dans ce rapport.",
    "These figures were published by others. They are quoted as they stand, with their date and "
    "perimeter, and are never mixed with the results computed in this report.",
)
PUBLISHED_CAPTION = Text("Chiffres publiés", "Published figures")
PUBLISHED_HEADER = (
    Text("Indicateur", "Indicator"),
    Text("Valeur", "Value"),
    Text("Date", "Date"),
    Text("Périmètre", "Perimeter"),
    Text("Source", "Source"),
    Text("Réserve", "Reserve"),
)
PUBLISHED_SENTENCE = Text(
    "{value} (date : {date} ; périmètre : {perimeter} ; {source}).",
    "{value} (date: {date}; perimeter: {perimeter}; {source}).",
)
UNDATED = Text("non datée", "undated")
NOT_STATED = Text("non précisé", "not stated")
FACTS = Text("Ce que l'on sait de l'expérimentation", "What is known of the experiment")

METHOD = Text("Méthode et limites", "Method and limits")
DEFINITIONS = Text("Définition des indicateurs", "Definition of the indicators")
DEFINITIONS_TAIL = Text(
    "Méthode : {methods}. Définition : {source}.", "Method: {methods}. Definition: {source}."
)
DATA = Text("Données déclarées par la ville", "Data declared by the city")
DATA_HEADER = (
    Text("Données", "Data"),
    FILE,
    Text("Producteur", "Producer"),
    Text("Licence", "Licence"),
    Text("Période", "Period"),
    Text("Lignes lues", "Rows read"),
    Text("Écartées", "Set aside"),
)
"""The last three are those of ``pages.PROVENANCE``: what the chapters say of the files."""
DATA_HAD = Text("obtenu le {day}", "had on {day}")
USES_LEAD = Text("Fichiers que lit chaque chapitre :", "Files that each chapter reads:")
USES = Text("{chapter} : {files}", "{chapter}: {files}")
NOTED = Text("Ce que la lecture des fichiers a relevé", "What reading the files found")
DATA_NONE = Text(
    "La ville n'a encore déclaré aucun fichier de données.",
    "The city has not declared any data file yet.",
)
NO_LICENCE = Text("non précisée", "not stated")
CORRECTIONS = Text("Corrections déclarées", "Declared corrections")
LIMITS = Text("Limites", "Limits")
LIMITS_ITEMS = (
    Text(
        "Un intervalle mesure l'incertitude d'échantillonnage ou de modèle ; il ne corrige ni un "
        "relevé incomplet ni une erreur du fichier d'origine.",
        "An interval measures sampling or model uncertainty; it corrects neither an incomplete "
        "survey nor an error in the original file.",
    ),
    Text(
        "Les chiffres de producteurs, de périmètres ou de définitions différents sont montrés côte "
        "à côte et ne sont jamais enchaînés en une même série.",
        "Figures of different producers, perimeters or definitions stand side by side and are "
        "never chained into one series.",
    ),
    Text(
        "Une association entre deux indicateurs n'établit pas que l'un cause l'autre.",
        "An association between two indicators does not show that one causes the other.",
    ),
)
LIMITS_PUBLIC = Text(
    "Cette édition publique ne montre ni les locaux un à un, ni les effectifs de moins de {least}, "
    "ni ce qui permettrait de les retrouver. Une figure ou un tableau qui en cache le dit.",
    "This public edition shows neither single premises, nor numbers below {least}, nor what would "
    "let them be found again. A figure or a table that hides some says so.",
)
RUN = Text("Fiche de fabrication", "How this report was made")
RUN_LEAD = Text(
    "Les mêmes fichiers, paramètres et logiciels redonnent exactement ce rapport.",
    "The same files, parameters and software give exactly this report again.",
)
RUN_CAPTION = Text("Ce qui a produit ce rapport", "What made this report")
RUN_HEADER = (Text("Élément", "Item"), Text("Valeur", "Value"))
RUN_EDITION = Text("Édition", "Edition")
RUN_MARK = Text("Empreinte", "Fingerprint")
RUN_CODE = Text("Version du code", "Code version")
RUN_DIRTY = Text("modifiée depuis", "changed since")
RUN_PARAMETERS = Text("Paramètres", "Parameters")
PARAMETERS = {
    "survey_min_coverage": Text("couverture minimale d'un relevé (%)", "least coverage (%)"),
    "structural_vacancy_months": Text(
        "vacance structurelle au-delà de (mois)", "structural vacancy beyond (months)"
    ),
    "chain_min_communes": Text("communes d'une enseigne nationale", "communes of a chain"),
    "survival_years": Text("âges de survie (années)", "ages of survival (years)"),
    "surface_breaks": Text("limites des classes de surface (m²)", "limits of floor area (m²)"),
    "small_count": Text(
        "édition publique : unités au moins par chiffre", "public edition: least units by figure"
    ),
    "material_share": Text(
        "part de la demi-largeur de l'intervalle au-delà de laquelle une révision compte",
        "share of the interval's half-width over which a revision matters",
    ),
    "material_percent": Text(
        "écart (%) au-delà duquel une révision sans intervalle compte",
        "difference (%) over which a revision without interval matters",
    ),
    "walking_metres": Text("distance de marche (m)", "walking distance (m)"),
    "potential_weights": Text("poids du potentiel", "weights of the potential"),
}
"""Labels of the city's parameters (``cities.Parameters``), every one printed."""
EQUAL = Text("égaux", "equal")
RUN_PYTHON = Text("Python", "Python")
RUN_INPUTS = Text("Fichiers lus (SHA-256 abrégé)", "Files read (short SHA-256)")
RUN_NO_INPUTS = Text("aucun", "none")

ANNEX = Text("Annexe : données des figures", "Annex: data of the figures")
FIGURE = Text("Figure", "Figure")
TABLE = Text("Tableau", "Table")
DATA_OF = Text("Données de la {label} : {caption}", "Data of {label}: {caption}")
IN_ANNEX = Text("Données chiffrées en annexe.", "Numbers in the annex.")
MOVED = Text("Les {shown} premières lignes sur {total}.", "The first {shown} rows of {total}.")
ALL_IN_ANNEX = Text("Le tableau entier est en annexe.", "The whole table is in the annex.")
ALL_OF = Text("{label}, en entier : {caption}", "{label}, whole: {caption}")
SHORTENED = Text(
    "Les {shown} premières lignes sur {total} ; toutes sont dans la version HTML.",
    "The first {shown} rows of {total}; all are in the HTML version.",
)
