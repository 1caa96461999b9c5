"""The report's own words in both languages: headings, labels, and what a chapter is called."""

from __future__ import annotations

from analyses import schemas
from analyses.wording import Text

CHAPTERS: dict[str, Text] = {
    "commerce": Text("Commerce", "Retail"),
    "footfall": Text("Fréquentation et évènements", "Footfall and events"),
    "parking": Text("Stationnement", "Parking"),
    "crossings": Text("Croisements", "Crossings"),
    "readiness": Text("Données disponibles", "Data readiness"),
}


def table(name: str) -> Text:
    """Return what a table of the city holds, as said inside a sentence."""
    if name not in schemas.names():
        return Text(name, name)
    title = schemas.get(name).title
    return Text(title.fr[:1].lower() + title.fr[1:], title.en[:1].lower() + title.en[1:])


TITLE = Text("{city}, cœur de ville", "{city}, town centre")
SUBTITLE = Text(
    "Analyses du centre-ville : ce que disent les données, et avec quelle certitude",
    "Analyses of the town centre: what the data say, and how surely",
)
KICKER = Text("Rapport d'analyse", "Analysis report")
KICKER_PUBLIC = Text("Rapport d'analyse, édition publique", "Analysis report, public edition")
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

SUMMARY = Text("L'essentiel", "In short")
SUMMARY_NONE = Text(
    "Aucun indicateur n'est calculable avec les données de cette édition. Les chapitres disent "
    "pourquoi, et quel fichier le permettrait.",
    "No indicator can be computed from the data of this edition. The chapters say why, and which "
    "file would unlock it.",
)
SUMMARY_READ = Text(
    "n : nombre d'unités observées. L'intervalle dit entre quelles bornes la valeur réelle se "
    "trouve très probablement.",
    "n: number of units observed. The interval gives the bounds between which the true value "
    "very probably lies.",
)
SUMMARY_MORE = Text(
    "D'autres résultats importants sont dans les chapitres.",
    "Other important results are in the chapters.",
)
RESERVE = Text("à lire avec réserve", "with a reserve")
RESERVES = Text("À savoir avant d'utiliser ces chiffres", "Before using these figures")
MISSING = Text("Non calculable", "Not computable")
UNLOCK = Text("Pour l'obtenir, il faut : {tables}.", "To have it, add: {tables}.")
FAILED = Text(
    "Ce chapitre n'a pas pu être produit : {reason}", "This chapter could not be made: {reason}"
)
EMPTY = Text(
    "Ce chapitre ne montre rien avec les données de cette édition.",
    "This chapter shows nothing with the data of this edition.",
)
SOURCES = Text("Données utilisées dans ce chapitre", "Data used in this chapter")

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
UNDATED = Text("non datée", "undated")
NOT_STATED = Text("non précisé", "not stated")
FACTS = Text("Ce que l'on sait de l'expérimentation", "What is known of the experiment")

METHOD = Text("Méthode et limites", "Method and limits")
DEFINITIONS = Text("Définition des indicateurs", "Definition of the indicators")
DEFINITIONS_CAPTION = Text("Indicateurs de ce rapport", "Indicators of this report")
DEFINITIONS_HEADER = (
    Text("Indicateur", "Indicator"),
    Text("Définition", "Definition"),
    Text("Méthode", "Method"),
    Text("Source de la définition", "Source of the definition"),
)
DATA = Text("Données déclarées par la ville", "Data declared by the city")
DATA_HEADER = (
    Text("Données", "Data"),
    Text("Fichier", "File"),
    Text("Producteur", "Producer"),
    Text("Licence", "Licence"),
    Text("Obtenues le", "Obtained"),
)
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
}
"""Labels of the city's parameters (``cities.Parameters``), every one printed."""
RUN_PYTHON = Text("Python", "Python")
RUN_INPUTS = Text("Fichiers lus (SHA-256 abrégé)", "Files read (short SHA-256)")
RUN_NO_INPUTS = Text("aucun", "none")

ANNEX = Text("Annexe : données des figures", "Annex: data of the figures")
FIGURE = Text("Figure", "Figure")
TABLE = Text("Tableau", "Table")
DATA_OF = Text("Données de la {label} : {caption}", "Data of {label}: {caption}")
IN_ANNEX = Text("Données chiffrées en annexe.", "Numbers in the annex.")
SHORTENED = Text(
    "Les {shown} premières lignes sur {total} ; toutes sont dans la version HTML.",
    "The first {shown} rows of {total}; all are in the HTML version.",
)
