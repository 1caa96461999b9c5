"""The charts and tables of the crossings: links, moved boundary, projects and their placebos."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analyses import indicators
from analyses.crossings import Effect, Links, Perimeter, Works
from analyses.crossings.links import Link
from analyses.crossings.projects import PHASES
from analyses.crossings.verdict import verdict_text
from analyses.figures import axis, style
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Table
from analyses.results import Estimate
from analyses.wording import Language, Text, interval, month, number, percent

NAMED = 5
"""Points of a chart that are named, the farthest out."""
_VERDICT = Text("Verdict", "Verdict")
_UNSURE = Text(
    "« Non mesurable ici » : ni démontré, ni assez précis pour être exclu.",
    "“Not measurable here”: neither shown, nor precise enough to be ruled out.",
)


def links_table(found: Links, language: Language) -> Table | None:
    """List every link asked: value, interval, places, p-values and verdict."""
    rows = [_link_row(link, language) for link in found.tested]
    if not rows:
        return None
    header = [
        text.in_(language)
        for text in (
            Text("Lien cherché", "Link looked for"), Text("Valeur", "Value"),
            Text("Intervalle à 95 %", "95% interval"), Text("Lieux", "Places"),
            Text("p", "p"), Text("p corrigé", "Corrected p"), _VERDICT,
        )
    ]  # fmt: skip
    caption = Text("Ce qui va de pair avec la fréquentation", "What goes with footfall")
    note = Text(
        "p : part des permutations des lieux qui donnent un lien au moins aussi fort. p corrigé : "
        f"procédure de Holm sur tous les liens cherchés. {_UNSURE.fr}",
        "p: share of the permutations of places that give a link at least as strong. Corrected p: "
        f"Holm's procedure over all links looked for. {_UNSURE.en}",
    )
    data = pd.DataFrame(rows, columns=header)
    return Table("liens", caption.in_(language), data, tuple(header[1:6]), note.in_(language))


def _link_row(link: Link, language: Language) -> list[str]:
    if link.found is None:
        raise ValueError("a link without a test has no row")
    entry = indicators.get(link.question.indicator)
    slope = link.found.slope
    unit = indicators.dictionary().unit(entry.unit).in_(language)
    return [
        f"{entry.label.text().in_(language)} ({unit})",
        number(slope.value, language, 1, signed=True),
        bounds(slope, language),
        number(link.found.units, language),
        chance(link.found.p_value, language),
        chance(link.corrected, language),
        verdict_text(link.verdict, slope, entry.unit, link=True).in_(language),
    ]


def chance(p_value: float, language: Language) -> str:
    """Write a p-value; one that rounds to nothing as under a thousandth."""
    least = 0.001
    if p_value < least:
        return f"<\u202f{number(least, language, 3)}"
    return number(p_value, language, 3)


def bounds(estimate: Estimate, language: Language) -> str:
    """Write an interval, a side without end as an open one."""
    if math.isnan(estimate.low) or math.isnan(estimate.high):
        return Text("sans borne", "without bound").in_(language)
    return interval(estimate.low, estimate.high, "", language)


def vacancy_footfall(found: Links, language: Language) -> Chart | None:
    """Chart the change of vacancy beside that of footfall, one point a place and change."""
    link = next((item for item in found.tested if item.question.y == "vacancy"), None)
    if link is None or link.frame.empty or link.found is None:
        return None
    frame = link.frame.assign(percent=100 * np.expm1(link.frame["x"]))
    names = [found.courses.names.get(unit, unit) for unit in frame["unit"]]
    units = list(dict.fromkeys(frame["unit"]))
    drawing = _scatter(frame, found.courses.names, language)
    verdict = verdict_text(link.verdict, link.found.slope, "points per tenth", link=True)
    start = Text("Vacance et fréquentation", "Vacancy and footfall")
    title = Text(f"{start.fr} : {verdict.fr}", f"{start.en}: {verdict.en}")
    what = Text("Changement de la vacance et de la fréquentation autour de chaque capteur",
                "Change of vacancy and footfall around each sensor")  # fmt: skip
    header = [
        text.in_(language)
        for text in (Text("Capteur", "Sensor"), Text("De", "From"), Text("À", "To"),
                     Text("Fréquentation", "Footfall"), Text("Vacance, points", "Vacancy, points"))
    ]  # fmt: skip
    rows = [
        [plain(name), month(row["start"], language), month(row["end"], language),
         percent(row["percent"], language, signed=True),
         number(row["y"], language, 1, signed=True)]
        for name, row in zip(names, frame.to_dict("records"), strict=True)
    ]  # fmt: skip
    table = Table("vacance-passages-data", what.in_(language), pd.DataFrame(rows, columns=header),
                  tuple(header[3:]))  # fmt: skip
    note = Text(
        f"Un point par lieu et par changement entre deux relevés ; {number(len(units), 'fr')} "
        "lieux. Association, non cause.",
        f"One point a place and change between two surveys; {number(len(units), 'en')} places. An "
        "association, not a cause.",
    )
    return Chart("vacance-passages", title.in_(language), _spoken(what, rows, language), drawing,
                 table, note.in_(language))  # fmt: skip


def _scatter(frame: pd.DataFrame, names: Mapping[str, str], language: Language) -> Figure:
    """Draw the changes, the farthest named."""
    with style.style():
        drawing, axes = style.figure(3.5)
        axes.scatter(frame["percent"], frame["y"], s=46, color=style.BLUE, alpha=0.75, zorder=3)
        far = (frame["percent"] / frame["percent"].std()) ** 2 + (
            frame["y"] / frame["y"].std()
        ) ** 2
        middle = (frame["percent"].min() + frame["percent"].max()) / 2
        labels = frame["unit"].map(dict(names)).to_dict()
        for at in far.nlargest(NAMED).index:
            x, y = float(frame.loc[at, "percent"]), float(frame.loc[at, "y"])
            right = x <= middle
            beside = (7, 0) if right else (4, 6) if y >= 0 else (4, -6)
            level = "center" if right else "bottom" if y >= 0 else "top"
            axes.annotate(
                axis.cut(str(labels[at])),
                (x, y),
                beside,
                va=level,
                size=9,
                textcoords="offset points",
                ha="left" if right else "right",
            )
        axes.axhline(0, color=style.RULE, lw=1)
        axes.axvline(0, color=style.RULE, lw=1)
        axes.margins(y=0.12)
        axes.set_xlabel(Text("fréquentation, % d'une année à l'autre",
                             "footfall, % from one year to the next").in_(language))  # fmt: skip
        axes.set_ylabel(Text("vacance, points", "vacancy, points").in_(language))
        axis.x_axis(axes, "points", language)
        axis.y_axis(axes, "points", language)
    return drawing


def _spoken(what: Text, rows: list[list[str]], language: Language, most: int = 8) -> str:
    cells = [", ".join(row) for row in rows[:most]]
    colon, joiner = (" : ", " ; ") if language == "fr" else (": ", "; ")
    start = Text(f"Graphique. {what.fr}", f"Chart. {what.en}").in_(language)
    if len(rows) > most:
        more = number(len(rows) - most, language)
        cells.append(Text(f"et {more} autres, dans le tableau",
                          f"and {more} more, in the table").in_(language))  # fmt: skip
    return f"{start}{colon}{joiner.join(cells)}."


def perimeter(found: Perimeter, language: Language) -> Chart | None:
    """Chart the vacancy rate and the diversity of the centre as its boundary moves."""
    if len(found.boundaries) < 2:
        return None
    items = found.boundaries
    x = [item.metres for item in items]
    with style.style():
        drawing, first = style.figure(3.9)
        first.remove()
        upper = drawing.add_subplot(2, 1, 1)
        lower = drawing.add_subplot(2, 1, 2, sharex=upper)
        for axes, name, colour, marker, label in (
            (upper, "vacancy", style.BLUE, "o", Text("vacance", "vacancy")),
            (lower, "diversity", style.VERMILION, "s",
             Text("activités équivalentes", "effective activities")),
        ):  # fmt: skip
            estimates = [getattr(item, name) for item in items]
            axes.fill_between(x, [e.low for e in estimates], [e.high for e in estimates],
                              color=colour, alpha=0.15, lw=0)  # fmt: skip
            axes.plot(x, [e.value for e in estimates], color=colour, marker=marker, ms=5)
            axes.axvline(0, color=style.INK, lw=1, ls=(0, (4, 3)))
            axes.set_ylabel(label.in_(language))
            axis.y_axis(axes, "%" if name == "vacancy" else "", language)
        outside = [item.outside for item in items]
        upper.plot(x, outside, color=style.GREY, lw=1.4, ls=":")
        if not math.isnan(outside[0]):
            upper.annotate(Text("reste de la ville", "rest of the city").in_(language),
                           (x[0], outside[0]), (0, 9), textcoords="offset points", ha="left",
                           color=style.GREY, size=9,
                           bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 1})  # fmt: skip
        upper.set_ylim(bottom=0)
        upper.tick_params(labelbottom=False)
        lower.set_xlabel(Text("déplacement de la limite, en mètres",
                              "move of the boundary, in metres").in_(language))  # fmt: skip
        lower.set_xticks(x, [number(value, language, signed=True) for value in x])
    return Chart(
        "perimetre",
        _perimeter_title(found).in_(language),
        _spoken(_MOVED, _perimeter_rows(found, language), language),
        drawing,
        _perimeter_table(found, language),
        _perimeter_note(found).in_(language),
    )


_MOVED = Text("Vacance et diversité selon la limite du centre",
              "Vacancy and diversity by the centre's boundary")  # fmt: skip


def _perimeter_title(found: Perimeter) -> Text:
    if found.depends:
        return Text(
            f"{found.name} : la conclusion dépend de la limite choisie",
            f"{found.name}: the conclusion depends on the boundary chosen",
        )
    return Text(
        f"{found.name} : la conclusion ne dépend pas de la limite choisie",
        f"{found.name}: the conclusion does not depend on the boundary chosen",
    )


def _perimeter_rows(found: Perimeter, language: Language) -> list[list[str]]:
    return [
        [number(item.metres, language, signed=True), number(item.inside, language),
         percent(item.vacancy.value, language),
         interval(item.vacancy.low, item.vacancy.high, "%", language),
         percent(item.outside, language), chance(item.corrected, language),
         number(item.offer.value, language), number(item.diversity.value, language, 1),
         interval(item.diversity.low, item.diversity.high, "", language)]
        for item in found.boundaries
    ]  # fmt: skip


def _perimeter_table(found: Perimeter, language: Language) -> Table:
    header = [
        text.in_(language)
        for text in (
            Text("Déplacement (m)", "Move (m)"), Text("Locaux", "Premises"),
            Text("Vacance", "Vacancy"), Text("Intervalle à 95 %", "95% interval"),
            Text("Vacance ailleurs", "Vacancy elsewhere"), Text("p corrigé", "Corrected p"),
            Text("Commerces occupés", "Occupied shops"), Text("Diversité", "Diversity"),
            Text("Intervalle de la diversité", "Interval of diversity"),
        )
    ]  # fmt: skip
    data = pd.DataFrame(_perimeter_rows(found, language), columns=header)
    return Table("perimetre-data", _MOVED.in_(language), data, tuple(header))


def _perimeter_note(found: Perimeter) -> Text:
    size = found.size
    return Text(
        f"Bandes : intervalles à 95 %. Diversité ramenée à {number(size, 'fr')} commerces. "
        "p corrigé : test exact de Fisher, dedans contre dehors, corrigé par Holm.",
        f"Bands: 95% intervals. Diversity at {number(size, 'en')} shops. Corrected p: Fisher's "
        "exact test, inside against outside, corrected by Holm.",
    )


def works_table(found: Works, language: Language) -> Table | None:
    """List every effect of every project, with its rank among placebos and its verdict."""
    told = [effect for effect in found.effects if effect.estimate is not None]
    if not told:
        return None
    header = [
        text.in_(language)
        for text in (
            Text("Projet et phase", "Project and phase"), Text("Sur", "On"),
            Text("Effet", "Effect"), Text("Intervalle à 95 %", "95% interval"),
            Text("Rang", "Rank"), Text("p corrigé", "Corrected p"), _VERDICT,
        )
    ]  # fmt: skip
    data = pd.DataFrame([_effect_row(e, language) for e in told], columns=header)
    caption = Text("Effet des projets sur leur rue, relativement aux autres",
                   "Effect of projects on their street, relative to the others")  # fmt: skip
    note = Text(
        "Rang : place de la rue parmi toutes les rues (ou tous les capteurs), chacune traitée "
        "comme si elle avait eu le projet, par taille du changement rapportée à son erreur. "
        "p corrigé : procédure de Holm.",
        "Rank: place of the street among all streets (or sensors), each treated as if it had had "
        "the project, by the size of its change over its error. Corrected p: Holm's procedure.",
    )
    return Table("projets-effets", caption.in_(language), data, tuple(header[2:6]),
                 note.in_(language))  # fmt: skip


def _effect_row(effect: Effect, language: Language) -> list[str]:
    estimate = effect.estimate
    if estimate is None:
        raise ValueError("an effect without estimate has no row")
    vacancy = effect.outcome == "vacancy"
    unit = Text("points", "points").in_(language) if vacancy else "%"
    gap = "" if unit == "%" and language == "en" else "\u00a0"
    return [
        f"{plain(effect.project.name)}, {PHASES[effect.phase].in_(language)}",
        OUTCOMES[effect.outcome].in_(language),
        number(estimate.value, language, 1, signed=True) + gap + unit,
        bounds(estimate, language),
        f"{number(effect.rank, language)}/{number(len(effect.placebos), language)}",
        chance(effect.corrected, language),
        verdict_text(effect.verdict, estimate, "points" if vacancy else "%").in_(language),
    ]


OUTCOMES: dict[str, Text] = {
    "vacancy": Text("vacance", "vacancy"),
    "footfall": Text("fréquentation", "footfall"),
}
