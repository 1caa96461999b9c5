"""Names in words of the methods that stand in the indicators table."""

from __future__ import annotations

from analyses.wording import Text

METHODS: dict[str, Text] = {
    "bounds": Text("bornes extrêmes", "extreme bounds"),
    "certu-hppj": Text("heures payées par place et par jour", "hours paid per space and day"),
    "change-on-change-permutation": Text(
        "changement contre changement, éprouvé par permutations",
        "change on change, tried by permutations",
    ),
    "count": Text("décompte", "count"),
    "difference": Text("différence", "difference"),
    "difference-arrays": Text("temps occupé cumulé", "cumulated time taken"),
    "distance-trigram": Text("position et nom", "position and name"),
    "gaussian-process-placebo": Text(
        "modèle du temps ordinaire, éprouvé sur des jours sans évènement",
        "model of ordinary times, tried on days without event",
    ),
    "health": Text("contrôle des capteurs", "check of the sensors"),
    "held-readings": Text("dernière mesure tenue", "last reading held"),
    "hill-activity": Text("nombres de Hill", "Hill numbers"),
    "interrupted-series-placebo": Text(
        "série interrompue, éprouvée sur des rues sans projet",
        "interrupted series, tried on streets without project",
    ),
    "kaplan-meier": Text("Kaplan et Meier", "Kaplan and Meier"),
    "ladder": Text("corrections successives des paiements", "successive corrections of payments"),
    "linearised": Text("décomposition de l'évolution", "decomposition of the change"),
    "markov-2-state": Text("modèle de Markov à deux états", "two-state Markov model"),
    "matched-difference": Text(
        "différence de différences à jours semblables",
        "difference of differences on like days",
    ),
    "moved-boundary": Text("limite du centre déplacée", "moved boundary of the centre"),
    "net-falls": Text("baisses nettes des places libres", "net falls of free spaces"),
    "open-share": Text(
        "passages et heures d'ouverture croisés",
        "passages crossed with opening hours",
    ),
    "paid-over-counted": Text("payé sur compté", "paid over counted"),
    "poisson-score": Text("intervalle de Poisson", "Poisson interval"),
    "quasi-poisson": Text("modèle de comptage", "count model"),
    "readiness-rules": Text("règles sur les fichiers présents", "rules on the files at hand"),
    "robust-regression": Text("régression robuste", "robust regression"),
    "share": Text("part", "share"),
    "slots": Text("quarts d'heure saturés", "saturated quarter-hours"),
    "smaa-midrank": Text(
        "rangs moyens, poids tirés au sort",
        "mean ranks, weights drawn at random",
    ),
    "stays-per-space-day": Text("séjours par place et par jour", "stays per space and day"),
    "street-placebo-difference": Text(
        "différence éprouvée sur des rues sans projet",
        "difference tried on streets without project",
    ),
    "street-rank-permutation": Text(
        "rangs des rues, éprouvés par permutations",
        "ranks of streets, tried by permutations",
    ),
    "sum": Text("somme", "sum"),
    "turnbull": Text("estimation de Turnbull", "Turnbull's estimate"),
    "weekday-hour-matched": Text(
        "mêmes jours de la semaine et mêmes heures",
        "same weekdays and hours",
    ),
    "weeks-over-year": Text("semaines rapportées à leur année", "weeks over their year"),
    "weighted-mean": Text("moyenne pondérée", "weighted mean"),
    "wilson": Text("intervalle de Wilson", "Wilson interval"),
    "within-clustered": Text("évolution à locaux constants", "change on the same premises"),
    "within-month-contrast": Text("jours du même mois comparés", "days of the same month compared"),
}
"""By the start of the identifier; the longest that fits is taken."""
