"""The potential of vacant premises in sentences: what it is made of, what it depends on."""

from __future__ import annotations

from analyses.crossings import Potential
from analyses.crossings.parts import PARTS
from analyses.crossings.ranking import Ranking
from analyses.narrative.phrases import Words, missing_findings, said
from analyses.results import Finding
from analyses.wording import Text

NAMED = 5
"""Premises that a sentence names."""


def potential(found: Potential) -> list[Finding]:
    """Say how premises were ranked, which stay on top whatever the weights, and what is missing."""
    if found.ranking is None:
        return missing_findings("crossings-potential", found.results)
    ranking = found.ranking
    return [_made(found, ranking), _kept(found, ranking), *_absent(found), *_zones(found)]


def _made(found: Potential, ranking: Ranking) -> Finding:
    def sentence(w: Words) -> str:
        names = w.list(w.pick(PARTS[name].label) for name in ranking.weights)
        n, walk = w.count(len(ranking.table)), w.count(found.walk)
        equal = len(set(ranking.weights.values())) == 1
        if w.language == "fr":
            how = "le long des rues" if found.along_streets else "à vol d'oiseau"
            weights = "à poids égaux" if equal else "avec les poids déclarés par la ville"
            return (
                f"{n} locaux vacants sont classés d'après ce qui les entoure : {names}. Chaque "
                "élément est placé sur une même échelle, la part des locaux de la ville qui font "
                f"moins bien, puis la moyenne est prise {weights}. Distances mesurées {how} ; "
                f"distance de marche : {walk} m."
            )
        how = "along the streets" if found.along_streets else "in a straight line"
        weights = "with equal weights" if equal else "with the weights declared by the city"
        return (
            f"{n} vacant premises are ranked by what surrounds them: {names}. Each part is put on "
            "one scale, the share of the city's premises that do less well, then averaged "
            f"{weights}. Distances are measured {how}; walking distance: {walk} m."
        )

    return Finding("potential-made", said(sentence), found.results)


def _kept(found: Potential, ranking: Ranking) -> Finding:
    sure = list(found.sure.index)
    names = [label(found, name) for name in sure[:NAMED]]
    result = tuple(r for r in found.results if r.indicator == "sure_potential")

    def sentence(w: Words) -> str:
        draws, top, k = w.count(ranking.draws), w.count(ranking.top), w.count(len(sure))
        if w.language == "fr":
            start = (
                f"Le classement dépend des poids : sur {draws} jeux de poids tirés au sort, "
                f"mesures tirées dans leur erreur, {k} "
            )
            kept = w.noun(len(sure), "local reste", "locaux restent")
            tail = f"parmi les {top} premiers au moins dix-neuf fois sur vingt"
            return f"{start}{kept} {tail}" + (f" : {w.list(names)}." if names else ".")
        start = (
            f"The ranking depends on the weights: over {draws} sets of weights drawn at random, "
            f"measures drawn within their error, {k} premises stay"
        )
        tail = f" among the first {top} at least nineteen times in twenty"
        return f"{start}{tail}" + (f": {w.list(names)}." if names else ".")

    def plain(w: Words) -> str:
        k, n = w.count(len(sure)), w.count(len(ranking.table))
        if w.language == "fr":
            noun = w.noun(len(sure), "ressort", "ressortent")
            return (
                f"Sur {n} locaux vides, {k} {noun} comme bien entourés quels que soient les poids "
                "donnés aux critères."
            )
        return f"Of {n} empty premises, {k} stand out as well surrounded whatever the weights."

    return Finding("potential-kept", said(sentence), result, "body",
                   said(plain) if sure else None)  # fmt: skip


def label(found: Potential, spot: str) -> str:
    """Return how a reader knows a premises: its address, else its street and identifier."""
    row = found.spots[found.spots["spot_id"].astype(str) == spot].iloc[0]
    address = row.get("address")
    if isinstance(address, str) and address:
        return address
    street = row.get("street")
    return f"{street} ({spot})" if isinstance(street, str) and street else spot


def _absent(found: Potential) -> list[Finding]:
    if not found.missing:
        return []

    def sentence(w: Words) -> str:
        names = w.list(w.pick(PARTS[name].label) for name in found.missing)
        if w.language == "fr":
            return f"Éléments absents du potentiel, faute de données : {names}."
        return f"Parts that the potential lacks, for want of data: {names}."

    return [Finding("potential-absent", said(sentence), (), "reserve")]


def _zones(found: Potential) -> list[Finding]:
    rows = [r for r in found.results if r.indicator == "shop_potential" and r.computable]
    if len(rows) < 2 or found.ranking is None:
        return []
    best = max(rows, key=lambda r: r.estimate.value)
    least = min(rows, key=lambda r: r.estimate.value)
    name = Text(found.names.get(best.zone, best.zone), found.names.get(best.zone, best.zone))
    other = found.names.get(least.zone, least.zone)

    def sentence(w: Words) -> str:
        high, low = w.count(best.estimate.value), w.count(least.estimate.value)
        if w.language == "fr":
            return (
                f"En moyenne, les locaux vacants de la zone {name.fr} sont les mieux entourés "
                f"({high} sur cent) et ceux de la zone {other} les moins bien ({low})."
            )
        return (
            f"On average the vacant premises of the zone {name.en} are the best surrounded "
            f"({high} of a hundred), those of the zone {other} the least ({low})."
        )

    return [Finding("potential-zones", said(sentence), (best, least))]
