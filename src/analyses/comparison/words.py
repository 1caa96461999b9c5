"""Words of the comparison: why a city is set aside, and what would bring it in."""

from __future__ import annotations

from analyses.wording import Text

REASONS: dict[str, tuple[Text, Text]] = {
    "fictitious": (
        Text("Ville fictive : elle n'est jamais classée.", "Fictitious city: it is never ranked."),
        Text("Aucun.", "None."),
    ),
    "perimeter": (
        Text("Le périmètre de comparaison n'est pas déclaré.", "No comparison perimeter is set."),
        Text(
            "Dessiner le centre et le nommer sous « zones: comparison » dans city.yml.",
            "Draw the centre and name it under zones: comparison in city.yml.",
        ),
    ),
    "missing": (
        Text("Non calculable avec les données de la ville.", "The city's data cannot tell."),
        Text("Voir le chapitre de la ville : il nomme le fichier qui manque.",
             "See the city's chapter: it names the missing file."),
    ),
    "suppressed": (
        Text("Le chiffre est masqué : il repose sur trop peu d'unités.",
             "The number is hidden: it rests on too few units."),
        Text("Aucun : le secret statistique s'applique.", "None: statistical secrecy applies."),
    ),
    "quality": (
        Text("Le chiffre porte une réserve.", "The number carries a reserve."),
        Text("Lever la réserve que le chapitre de la ville énonce.",
             "Clear the reserve that the city's chapter states."),
    ),
    "interval": (
        Text("Le chiffre n'a pas d'intervalle.", "The number has no interval."),
        Text("Relancer la ville avec la version courante.", "Run the city with this version."),
    ),
    "period": (
        Text("Le chiffre est trop ancien face aux autres.", "The number is too old."),
        Text("Renouveler le relevé.", "Survey again."),
    ),
}  # fmt: skip
"""Why a city has no number that can be ranked, and what to do."""

COMPONENTS: dict[str, tuple[Text, Text]] = {
    "definition": (
        Text("la définition", "the definition"),
        Text("Relancer la ville avec la version courante.", "Run the city with this version."),
    ),
    "perimeter_kind": (
        Text("le type de périmètre", "the kind of perimeter"),
        Text("Déclarer une zone du même type.", "Declare a zone of the same kind."),
    ),
    "source_class": (
        Text("la nature de la source", "the class of the source"),
        Text("Obtenir une donnée de même nature.", "Obtain data of the same class."),
    ),
    "survey_season": (
        Text("la saison du relevé", "the season of the survey"),
        Text("Relever à la même saison.", "Survey in the same season."),
    ),
    "coverage": (
        Text("la couverture du relevé", "the coverage of the survey"),
        Text("Compléter le relevé.", "Complete the survey."),
    ),
    "method_version": (
        Text("la version de la méthode", "the version of the method"),
        Text("Relancer la ville avec la version courante.", "Run the city with this version."),
    ),
    "nomenclature": (
        Text("la nomenclature d'activités", "the classification of activities"),
        Text("Relancer la ville avec la version courante.", "Run the city with this version."),
    ),
    "threshold": (
        Text("le seuil choisi", "the chosen threshold"),
        Text("Prendre le même seuil dans city.yml.", "Use the same threshold in city.yml."),
    ),
    "sample_size": (
        Text("l'effectif de raréfaction", "the size rarefied to"),
        Text("Comparer à effectif égal.", "Compare at equal size."),
    ),
}
"""Words of each component of a fingerprint, and what would make it equal."""

TOLD = ("perimeter_kind", "source_class", "survey_season", "coverage")
"""Components that a reader is told with a ranking; the others are in the method."""

VALUES: dict[str, Text] = {
    "unknown": Text("inconnu", "unknown"),
    "whole": Text("toutes les données de la ville", "all the city's data"),
    "winter": Text("hiver", "winter"),
    "spring": Text("printemps", "spring"),
    "june-july": Text("juin-juillet", "June-July"),
    "august": Text("août", "August"),
    "autumn": Text("automne", "autumn"),
    "survey": Text("relevé de terrain", "field survey"),
    "sirene": Text("SIRENE", "SIRENE"),
    "osm": Text("OpenStreetMap", "OpenStreetMap"),
    "sensor": Text("capteurs", "sensors"),
    "payment": Text("paiements", "payments"),
    "counter": Text("compteurs", "counters"),
    "record": Text("registre", "records"),
    "published": Text("publié", "published"),
    "centre": Text("centre", "centre"),
    "hypercentre": Text("hypercentre", "inner centre"),
    "faubourg": Text("faubourg", "inner suburb"),
    "peripherie": Text("périphérie", "outskirts"),
    "quartier": Text("quartier", "district"),
    "commune": Text("commune", "commune"),
    "agglomeration": Text("agglomération", "urban area"),
    "autre": Text("autre", "other"),
    "partial": Text("partielle", "partial"),
    "sufficient": Text("suffisante", "sufficient"),
    "near-complete": Text("presque complète", "near-complete"),
}
"""Words of the values that a component of a fingerprint takes; others are printed as they are."""


def against(component: str, mine: str, theirs: str) -> Text:
    """Return one difference in words: the component, this city's value, the others' value."""
    name = COMPONENTS[component][0]
    here, there = VALUES.get(mine, Text(mine, mine)), VALUES.get(theirs, Text(theirs, theirs))
    return Text(
        f"{name.fr} ({here.fr} ; les autres : {there.fr})",
        f"{name.en} ({here.en}; the others: {there.en})",
    )
