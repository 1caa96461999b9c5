"""Charts of projects: the course of a street beside the others, and its place among placebos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analyses.crossings import Effect, Works
from analyses.crossings.projects import PHASES
from analyses.crossings.verdict import verdict_text
from analyses.figures import axis, style
from analyses.figures.crossings import OUTCOMES
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Table
from analyses.wording import Language, Text, day, month, number

MOST = 6
"""Effects that one chart of placebos shows, the surest first."""
SPOKEN = 6

_UNITS = {"vacancy": Text("points", "points"), "footfall": Text("%", "%")}
_PLACES = {"vacancy": Text("rues", "streets"), "footfall": Text("capteurs", "sensors")}


def told(found: Works, outcome: str) -> list[Effect]:
    """Return the effects of an outcome that have a value, the surest first."""
    kept = [e for e in found.effects if e.outcome == outcome and e.estimate is not None]
    kept = [e for e in kept if len(e.placebos) and len(e.course)]
    return sorted(kept, key=lambda e: (e.verdict != "shown", e.p_value))


def course(found: Works, outcome: str, language: Language) -> Chart | None:
    """Chart the street of the surest effect beside the other streets, before and since.

    Parameters
    ----------
    found : Works
        From :func:`analyses.crossings.measure_works`.
    outcome : str
        ``vacancy`` or ``footfall``.
    language : str
        Language of the chart.
    """
    effects = told(found, outcome)
    if not effects:
        return None
    effect = effects[0]
    frame = effect.course
    days = [value.toordinal() for value in frame["day"]]
    vacancy = outcome == "vacancy"
    with style.style():
        drawing, axes = style.figure(3.3)
        ends = []
        for name, label, colour, dash in _lines(effect, language):
            values = frame[name].to_numpy(dtype=np.float64)
            axes.plot(days, values, dash, color=colour, lw=2 if vacancy else 1.4,
                      marker="o" if vacancy else None, ms=5)  # fmt: skip
            last = values[~np.isnan(values)]
            ends.append((float(np.mean(last[-1 if vacancy else -8 :])), label, colour))
        _mark(axes, effect, days[-1], language)
        axis.y_axis(axes, "%" if vacancy else "", language)
        if vacancy:
            axes.set_ylim(bottom=0)
            axis.time_axis(axes, list(frame["day"]), language)
        else:
            _quarters(axes, list(frame["day"]), language)
        _ends(axes, ends)
    return Chart(
        f"projet-{outcome}", _title(effect).in_(language), _course_alt(effect, language), drawing,
        _course_table(effect, language), _course_note(effect).in_(language),
    )  # fmt: skip


def _lines(effect: Effect, language: Language) -> list[tuple[str, str, str, str]]:
    here = effect.project.street or effect.project.name
    others = Text("autres rues", "other streets").in_(language)
    return [("others", others, style.GREY, "--"), ("treated", here, style.VERMILION, "-")]


def _ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    low, high = axes.get_ylim()
    placed = -math.inf
    for value, name, colour in sorted(ends):
        placed = max(value, placed + 0.07 * (high - low))
        axes.annotate(axis.cut(name), (1.0, placed), (6, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", color=colour, weight=600,
                      annotation_clip=False)  # fmt: skip


def _mark(axes: Axes, effect: Effect, last: int, language: Language) -> None:
    """Shade the works, or draw the day since when the change lasts."""
    project = effect.project
    if project.start is None:
        return
    start = project.start.toordinal()
    end = project.end.toordinal() if project.end else None
    if end is not None:
        axes.axvspan(start, min(end, last), color=style.AMBER, alpha=0.15, lw=0)
        words = Text("travaux", "works")
    else:
        axes.axvline(start, color=style.INK, lw=1, ls=(0, (4, 3)))
        words = Text("mise en service", "brought into use")
    axes.annotate(words.in_(language), (start, 1.0), (2, 2), xycoords=("data", "axes fraction"),
                  textcoords="offset points", size=9, va="bottom")  # fmt: skip


def _quarters(axes: Axes, days: list[date], language: Language) -> None:
    firsts = [value for value in days if value.day <= 7 and value.month in (1, 7)]
    axis.time_axis(axes, firsts if len(firsts) > 1 else days, language)
    axes.set_xlim(days[0].toordinal(), days[-1].toordinal())


def _title(effect: Effect) -> Text:
    vacancy = effect.outcome == "vacancy"
    estimate = effect.estimate
    if estimate is None:
        raise ValueError("an effect without estimate has no title")
    verdict = verdict_text(effect.verdict, estimate, "points" if vacancy else "%")
    subject, phase = OUTCOMES[effect.outcome], PHASES[effect.phase]
    name = effect.project.name
    if effect.verdict == "shown":
        unit = _UNITS[effect.outcome]
        size = {lang: number(estimate.value, lang, 0, signed=True) for lang in ("fr", "en")}
        return Text(
            f"« {name} » : {size['fr']} {unit.fr} de {subject.fr} {phase.fr}",
            f"“{name}”: {size['en']}{'' if unit.en == '%' else ' '}{unit.en} of {subject.en} "
            f"{phase.en}",
        )
    return Text(
        f"« {name} » : {verdict.fr} sur la {subject.fr}", f"“{name}”: {verdict.en} on {subject.en}"
    )


def _course_rows(effect: Effect, language: Language) -> list[list[str]]:
    frame = effect.course
    if effect.outcome == "footfall":
        first = pd.to_datetime(frame["day"]).dt.to_period("M").dt.start_time.dt.date
        frame = frame.assign(day=first).groupby("day")[["treated", "others"]].mean().reset_index()
    frame = frame.dropna(subset=["treated", "others"], how="all")
    when = month if effect.outcome == "footfall" else day
    return [
        [when(row["day"], language), number(row["treated"], language, 1),
         number(row["others"], language, 1)]
        for row in frame.to_dict("records")
    ]  # fmt: skip


def _course_table(effect: Effect, language: Language) -> Table:
    what = _course_what(effect)
    unit = Text("%", "%") if effect.outcome == "vacancy" else Text("indice", "index")
    when = Text("Relevé", "Survey") if effect.outcome == "vacancy" else Text("Mois", "Month")
    header = [
        when.in_(language),
        f"{plain(effect.project.street or effect.project.name)}, {unit.in_(language)}",
        f"{Text('autres rues', 'other streets').in_(language)}, {unit.in_(language)}",
    ]
    data = pd.DataFrame(_course_rows(effect, language), columns=header)
    return Table(f"projet-{effect.outcome}-data", what.in_(language), data, tuple(header[1:]))


def _course_what(effect: Effect) -> Text:
    if effect.outcome == "vacancy":
        return Text(f"Taux de vacance, {effect.project.name} et autres rues",
                    f"Vacancy rate, {effect.project.name} and other streets")  # fmt: skip
    return Text(f"Fréquentation, {effect.project.name} et autres rues, indice 100 avant le projet",
                f"Footfall, {effect.project.name} and other streets, index 100 before the "
                "project")  # fmt: skip


def _course_alt(effect: Effect, language: Language) -> str:
    rows = _course_rows(effect, language)
    ends = [rows[0], rows[-1]] if len(rows) > 1 else rows
    spoken = " ; " if language == "fr" else "; "
    cells = spoken.join(", ".join(row) for row in ends)
    what = _course_what(effect).in_(language)
    start = Text("Graphique. ", "Chart. ").in_(language)
    colon = " : " if language == "fr" else ": "
    return f"{start}{what}{colon}{cells}."


def _course_note(effect: Effect) -> Text:
    count = len(effect.placebos) - 1
    if effect.outcome == "vacancy":
        return Text(
            f"Autres rues : moyenne de {number(count, 'fr')} rues, pesées par leurs locaux. Une "
            "rue choisie parce qu'elle était vide se remplit aussi d'elle-même en partie.",
            f"Other streets: mean of {number(count, 'en')} streets, weighted by their premises. A "
            "street chosen because it was empty also fills in part by itself.",
        )
    return Text(
        f"Par semaine, jours d'évènement ôtés ; autres rues : moyenne de {number(count, 'fr')} "
        "capteurs. L'effet est celui d'un palier, tendance et saison propres de la rue ôtées.",
        f"By week, event days removed; other streets: mean of {number(count, 'en')} sensors. The "
        "effect is that of a step, the street's own trend and season removed.",
    )


def placebos(found: Works, outcome: str, language: Language) -> Chart | None:
    """Chart each effect among those of streets that had no project.

    Parameters
    ----------
    found, outcome, language
        As for :func:`course`.
    """
    effects = told(found, outcome)[:MOST]
    if not effects:
        return None
    unit = _UNITS[outcome]
    with style.style():
        drawing, axes = style.figure(0.9 + 0.62 * len(effects))
        for rank, effect in enumerate(effects):
            others = effect.placebos[~effect.placebos["treated"]]
            own = effect.placebos[effect.placebos["treated"]]
            axes.scatter(others["value"], np.full(len(others), rank), s=28, marker="|",
                         color=style.GREY, lw=1.6)  # fmt: skip
            axes.scatter(own["value"], [rank], s=62, marker="D", color=style.VERMILION, zorder=3)
        axes.axvline(0, color=style.INK, lw=0.9)
        labels = [f"{axis.cut(e.project.name)}\n{PHASES[e.phase].in_(language)}" for e in effects]
        axes.set_yticks(range(len(effects)), labels)
        axes.set_ylim(len(effects) - 0.5, -0.5)
        axes.grid(axis="x", visible=True)
        axis.x_axis(axes, "%" if outcome == "footfall" else "points", language)
        along = Text(
            f"changement relativement aux autres, {unit.fr}",
            f"change relative to the others, {unit.en}",
        )
        axes.set_xlabel(along.in_(language))
    header = [
        text.in_(language)
        for text in (Text("Projet", "Project"), Text("Phase", "Phase"), Text("Rue", "Street"),
                     Text(f"Changement, {unit.fr}", f"Change, {unit.en}"),
                     Text("Rang", "Rank"))
    ]  # fmt: skip
    data = pd.DataFrame(_placebo_rows(effects, language), columns=header)
    what = Text(f"Effets sur la {OUTCOMES[outcome].fr} et placebos",
                f"Effects on {OUTCOMES[outcome].en} and placebos")  # fmt: skip
    table = Table(f"placebos-{outcome}-data", what.in_(language), data, tuple(header[3:]))
    first = effects[0]
    title = _placebo_title(first, outcome)
    note = Text(
        "Losange : la rue du projet. Traits : les rues sans projet, traitées comme si elles en "
        "avaient eu un. Le rang suit la taille du changement rapportée à son erreur.",
        "Diamond: the street of the project. Ticks: streets without project, treated as if they "
        "had had one. The rank follows the size of the change over its error.",
    )
    return Chart(f"placebos-{outcome}", title.in_(language), _placebo_alt(effects, what, language),
                 drawing, table, note.in_(language))  # fmt: skip


def _placebo_title(effect: Effect, outcome: str) -> Text:
    """Say how the change of a street stands among those of the streets without project."""
    rank, count = effect.rank, len(effect.placebos)
    places = _PLACES[outcome]
    lead = Text("", "") if rank == 1 else Text(f"{rank}e ", f"number {rank} of the ")
    return Text(
        f"« {effect.project.name} » : {lead.fr}changement de {OUTCOMES[outcome].fr} le plus net "
        f"parmi {number(count, 'fr')} {places.fr}",
        f"“{effect.project.name}”: {lead.en}clearest {'change' if rank == 1 else 'changes'} of "
        f"{OUTCOMES[outcome].en} among {number(count, 'en')} {places.en}",
    )


def _placebo_rows(effects: Sequence[Effect], language: Language) -> list[list[str]]:
    return [
        [plain(effect.project.name), PHASES[effect.phase].in_(language), plain(row["unit"]),
         number(row["value"], language, 1, signed=True), number(rank, language)]
        for effect in effects
        for rank, row in enumerate(effect.placebos.to_dict("records"), start=1)
    ]  # fmt: skip


def _placebo_alt(effects: Sequence[Effect], what: Text, language: Language) -> str:
    parts = []
    for effect in effects[:SPOKEN]:
        if effect.estimate is None:
            continue
        value = number(effect.estimate.value, language, 1, signed=True)
        rank = f"{number(effect.rank, language)}/{number(len(effect.placebos), language)}"
        words = Text("rang", "rank").in_(language)
        parts.append(f"{plain(effect.project.name)}, {PHASES[effect.phase].in_(language)}, "
                     f"{value}, {words} {rank}")  # fmt: skip
    joiner, colon = (" ; ", " : ") if language == "fr" else ("; ", ": ")
    start = Text("Graphique. ", "Chart. ").in_(language)
    return f"{start}{what.in_(language)}{colon}{joiner.join(parts)}."
