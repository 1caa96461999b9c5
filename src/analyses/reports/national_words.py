"""Words of the national report."""

from __future__ import annotations

from analyses.narrative.national import THEMES
from analyses.wording import Text

CHAPTERS: dict[str, Text] = {
    "national": Text("Le programme", "The programme"),
    **THEMES,
    "changes": Text("D'un relevé à l'autre", "From one survey to the next"),
    "peers": Text("Villes semblables", "Cities alike"),
    "sheets": Text("Fiches des villes", "Sheets of the cities"),
    "data": Text("Données du programme", "Data of the programme"),
    "published": Text("Chiffres publiés par d'autres", "Figures published by others"),
}
"""Titles of the chapters, in the order of the report."""

TITLE = Text("Cœurs de ville, synthèse nationale", "Town centres, national synthesis")
SUBTITLE = Text(
    "Ce que l'on peut comparer entre les villes, et ce que l'on ne peut pas départager",
    "What can be compared between cities, and what cannot be told apart",
)
KICKER = Text("Synthèse nationale", "National synthesis")
MORE = {
    "public": Text(
        "Faite des seules éditions publiques des villes : ce qu'une ville masque n'y est pas.",
        "Made of the cities' public editions only: what a city hides is not here.",
    ),
    "internal": Text(
        "Faite des éditions internes des villes : réservée à leurs auteurs, à ne pas diffuser.",
        "Made of the cities' internal editions: for their authors, not to be circulated.",
    ),
}
IDENTITY_CITIES = Text("Villes du programme", "Cities of the programme")
IDENTITY_READ = Text("Villes dont les résultats sont lus", "Cities whose results were read")
IDENTITY_RANKED = Text("Questions classées", "Questions ranked")
IDENTITY_MARK = Text("Empreinte", "Fingerprint")

LEAD = Text(
    "Entre quelles villes peut-on comparer, sur quoi, et que ne peut-on pas dire : en une page.",
    "Which cities can be compared, on what, and what cannot be said: on one page.",
)
PARTS = {
    "known": Text("Ce que l'on peut comparer", "What can be compared"),
    "change": Text("Ce qui a changé", "What changed"),
    "watch": Text(
        "Ce que l'on ne peut pas dire, ce qui manque", "What cannot be said, what is missing"
    ),
}
READ = Text(
    "Une ville n'est classée qu'avec des chiffres de même empreinte : même définition, même type "
    "de périmètre, même source, même saison, même couverture, même méthode. Les autres sont "
    "montrées à part, avec la raison et le remède.",
    "A city is ranked only with numbers of the same fingerprint: same definition, kind of "
    "perimeter, source, season, coverage and method. The others are shown apart, with the reason "
    "and the remedy.",
)

SHEETS_LEAD = Text(
    "Une fiche par ville, dans l'ordre alphabétique, avec les mêmes lignes : ses chiffres, ses "
    "places possibles parmi les villes comparables, ce qui n'est pas calculable et pourquoi, ses "
    "données, les villes qui lui ressemblent.",
    "One sheet a city, in alphabetical order, with the same lines: its numbers, its possible "
    "places among comparable cities, what cannot be computed and why, its data, the cities like "
    "it.",
)

METHOD = Text("Méthode et limites", "Method and limits")
HOW = Text("Comment les villes sont comparées", "How cities are compared")
HOW_ITEMS = (
    Text(
        "Rien n'est recalculé : la synthèse lit les indicateurs que chaque ville a publiés, avec "
        "leur intervalle, leur source et leur méthode.",
        "Nothing is computed again: the synthesis reads the indicators that each city published, "
        "with their interval, source and method.",
    ),
    Text(
        "Chaque chiffre porte une empreinte : définition, type de périmètre, nature de la source, "
        "saison du relevé, couverture, version de la méthode, seuils choisis. Le plus grand groupe "
        "de même empreinte est classé ; une composante inconnue n'égale rien.",
        "Each number carries a fingerprint: definition, kind of perimeter, class of source, season "
        "of the survey, coverage, version of the method, chosen thresholds. The largest group of "
        "equal fingerprints is ranked; an unknown component equals nothing.",
    ),
    Text(
        "Valeur rapprochée : un modèle à effets aléatoires (Gelman et autres, Bayesian Data "
        "Analysis) tire chaque ville vers la moyenne d'autant plus que son chiffre est incertain, "
        "pour que les petites villes n'occupent pas les deux bouts par hasard.",
        "Shrunk value: a random-effects model (Gelman and others, Bayesian Data Analysis) pulls "
        "each city towards the mean the more its number is uncertain, so that small cities do not "
        "hold both ends by chance.",
    ),
    Text(
        "Places possibles : l'intervalle de rangs que les données permettent (Goldstein et "
        "Spiegelhalter). Deux villes se distinguent si leur écart dépasse le hasard, toutes les "
        "paires comptées (Holm).",
        "Possible places: the interval of ranks that the data allow (Goldstein and Spiegelhalter). "
        "Two cities are told apart if their gap exceeds chance, over all pairs (Holm).",
    ),
    Text(
        "Entonnoir : ce que le hasard seul ferait autour de la moyenne (Spiegelhalter). Sortir de "
        "l'entonnoir dit qu'une ville diffère, pas pourquoi.",
        "Funnel: what chance alone would do around the mean (Spiegelhalter). To lie outside says "
        "that a city differs, not why.",
    ),
    Text(
        "Villes semblables : population, fonction et région (distance de Gower), jamais les "
        "chiffres comparés.",
        "Cities alike: population, function and region (Gower's distance), never the numbers "
        "compared.",
    ),
)
LIMITS = Text("Limites", "Limits")
LIMITS_ITEMS = (
    Text(
        "Une comparaison décrit ; elle n'explique pas et n'évalue aucune politique.",
        "A comparison describes; it neither explains nor assesses any policy.",
    ),
    Text(
        "Les villes comparées sont celles qui ont des données : elles ne représentent pas toutes "
        "les villes moyennes.",
        "The cities compared are those that have data: they do not stand for all mid-size cities.",
    ),
    Text(
        "Horodateurs, contrôles, durées des séjours et liens entre thèmes sont calculés sur toutes "
        "les données d'une ville, quelle que soit leur étendue : le tableau le dit sous chaque "
        "classement.",
        "Pay stations, checks, lengths of stays and links between themes are computed on all the "
        "data of a city, whatever they cover: the table says so under each ranking.",
    ),
    Text(
        "Deux relevés successifs sont pris comme indépendants : l'intervalle d'un changement est "
        "large plutôt que trop étroit. Le chapitre de la ville, qui apparie les locaux, fait foi.",
        "Two surveys in a row are taken as independent: the interval of a change is wide rather "
        "than too narrow. The city's own chapter, which matches premises, prevails.",
    ),
    Text(
        "Les évènements, les rues, les capteurs et les dates ne sont pas comparés entre villes : "
        "ils n'y désignent pas la même chose.",
        "Events, streets, sensors and dates are not compared between cities: they do not name the "
        "same thing there.",
    ),
)
RUN = Text("Ce qui a produit cette synthèse", "What made this synthesis")
RUN_LEAD = Text(
    "Mêmes résultats, mêmes logiciels : même synthèse, à l'octet près. Empreinte : {mark}. Version "
    "du code : {version}.",
    "Same results, same software: the same synthesis, to the byte. Fingerprint: {mark}. Code "
    "version: {version}.",
)
RUN_CAPTION = Text("Traitements lus", "Runs read")
RUN_HEADER = (
    Text("Ville", "City"),
    Text("État", "State"),
    Text("Édition", "Edition"),
    Text("Empreinte", "Fingerprint"),
)
