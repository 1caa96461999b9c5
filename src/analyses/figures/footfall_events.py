"""The charts and tables of events: the study in, drawings out; None shows nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analyses.figures import axis, style
from analyses.figures.figure import Chart, Table
from analyses.figures.footfall import latest
from analyses.footfall.chapter import Footfall
from analyses.footfall.impact import Impact
from analyses.footfall.profile import HourEffect
from analyses.narrative.footfall_events import event_name
from analyses.wording import Language, Text, clock, day, interval, number, percent, plural

PANELS = 8
HOURLY = 6
"""Events drawn day by day, and hour by hour; the table holds all."""
PLACES = 8
"""Places drawn at most."""
COLUMN = 11
"""Letters across the column of a place."""
PERIODS: dict[str, Text] = {
    "before": Text("Avant", "Before"),
    "during": Text("Pendant", "During"),
    "after": Text("Après", "After"),
}
"""Parts of the days around an event."""


def event_panels(study: Footfall, language: Language) -> Chart | None:
    """Draw observed and expected passages around the latest events, one panel each."""
    known = [impact for impact in study.whole() if impact.days]
    drawn = known[-PANELS:]
    if not drawn:
        return None
    columns = 1 if len(drawn) == 1 else 2
    rows = math.ceil(len(drawn) / columns)
    with style.style():
        drawing = Figure(figsize=(style.WIDTH, 0.4 + 1.85 * rows), layout="constrained")
        for rank, impact in enumerate(drawn):
            axes = drawing.add_subplot(rows, columns, rank + 1)
            _panel(axes, impact, language)
            if rank == 0:
                handles, labels = axes.get_legend_handles_labels()
                drawing.legend(handles, labels, loc="outside upper center", ncols=2)
    shown, total = sum(impact.verdict == "shown" for impact in known), len(known)
    title = Text(
        f"Effet démontré pour {shown} {plural(shown, 'évènement', 'évènements')} sur {total}",
        f"Effect shown for {shown} of {total} {plural(total, 'event', 'events', 'en')}",
    )
    alt = Text(
        "Passages observés et attendus, jour par jour, avant, pendant et après. "
        + " ".join(f"{event_name(i.event, 'fr')} : {_change(i, 'fr')}." for i in drawn),
        "Observed and expected passages, day by day, before, during and after. "
        + " ".join(f"{event_name(i.event, 'en')}: {_change(i, 'en')}." for i in drawn),
    )
    last = latest(len(drawn), total)
    note = Text(
        f"{last.fr}Bande grise : les jours de l'évènement. Zone claire : intervalle de chaque jour "
        "pris seul ; l'intervalle de l'évènement entier est dans le tableau.",
        f"{last.en}Grey band: the days of the event. Light area: interval of each day alone; the "
        "interval of the whole event is in the table.",
    )
    return Chart("evenements", title.in_(language), alt.in_(language), drawing,
                 _days_table(drawn, language), note.in_(language))  # fmt: skip


def effect_table(study: Footfall, language: Language) -> Table | None:
    """List every effect with its verdict, false-alarm rate and minimum detectable effect."""
    if not study.impacts:
        return None
    header = _header(
        language, ("Évènement", "Event"), ("Observé", "Observed"), ("Attendu", "Expected"),
        ("Effet", "Effect"), ("Intervalle à 95 %", "95% interval"), ("Verdict", "Verdict"),
        ("Fausses alertes", "False alarms"), ("Effet détectable", "Detectable effect"),
    )  # fmt: skip
    rows = [
        [event_name(impact.event, language), *_effect_cells(impact, language)]
        for impact in study.whole()
    ]
    return Table(
        "effets",
        _say(language, "Effet des évènements sur les passages", "Effect of events on passages"),
        pd.DataFrame(rows, columns=header),
        (*header[1:5], *header[6:]),
        _say(
            language,
            "Fausses alertes : part des fenêtres sans évènement, de même durée et de même saison, "
            "que la méthode prend à tort pour un effet. Effet détectable : le plus petit qui "
            "serait vu quatre fois sur cinq.",
            "False alarms: share of windows without event, of the same length and season, that "
            "the method wrongly takes for an effect. Detectable effect: the smallest that would be "
            "seen four times in five.",
        ),
    )


def place_effects(study: Footfall, language: Language) -> Chart | None:
    """Draw the effect of each event at each of its sensors; the table holds every effect."""
    drawn, sensors = _by_place(study)
    if len(sensors) < 2:
        return None
    names = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    labels = [str(names.get(name, name)) for name in sensors]
    events = list(dict.fromkeys(i.event.event_id for i in drawn))
    at = {name: rank for rank, name in enumerate(sensors)}
    with style.style():
        drawing, axes = style.figure(0.9 + 0.3 * len(events))
        for impact in drawn:
            if impact.series in at:
                _cell(axes, at[impact.series], events.index(impact.event.event_id), impact,
                      language)  # fmt: skip
        axes.set_xlim(-0.5, len(sensors) - 0.5)
        axes.set_ylim(len(events) - 0.5, -0.5)
        titles = {i.event.event_id: axis.cut(event_name(i.event, language)) for i in drawn}
        axes.set_yticks(range(len(events)), [titles[name] for name in events], size=8.5)
        axes.set_xticks(range(len(sensors)), [axis.folded(x, COLUMN) for x in labels], size=8)
        axes.xaxis.tick_top()
        axes.spines[:].set_visible(False)
    shown = {s: sum(i.series == s and i.verdict == "shown" for i in drawn) for s in sensors}
    first = max(sensors, key=lambda s: (shown[s], -at[s]))
    where, n = str(names.get(first, first)), shown[first]
    title = Text(
        f"{where} est le lieu où l'effet est le plus souvent démontré "
        f"({number(n, 'fr')} {plural(n, 'évènement', 'évènements')})",
        f"{where} is where an effect is most often shown "
        f"({number(n, 'en')} {plural(n, 'event', 'events', 'en')})",
    )
    if not n:
        title = Text("Aucun capteur, pris seul, ne démontre d'effet",
                     "No sensor, taken alone, shows an effect")  # fmt: skip
    note = Text(
        "En couleur et en gras : effet démontré à ce capteur (bleu, plus de passages ; orange, "
        "moins) ; en gris : non démontré. Chaque capteur est jugé seul.",
        "In colour and bold: effect shown at that sensor (blue, more passages; orange, fewer); in "
        "grey: not shown. Each sensor is judged alone.",
    )
    data = _all_effects(study, language)
    alt = Text(
        f"Tableau en couleurs : {number(len(events), 'fr')} évènements en lignes, "
        f"{number(len(sensors), 'fr')} capteurs en colonnes. {title.fr}.",
        f"Coloured table: {number(len(events), 'en')} events in rows, "
        f"{number(len(sensors), 'en')} sensors in columns. {title.en}.",
    )
    return Chart("effets-lieux", title.in_(language), alt.in_(language), drawing, data,
                 note.in_(language))  # fmt: skip


def event_hours(study: Footfall, language: Language) -> Chart | None:
    """Draw, event by event, the passages of the hours before, during and after."""
    known = [i for i in study.whole() if i.event.event_id in study.hours and i.calibration]
    drawn = known[-HOURLY:]
    if not drawn:
        return None
    columns = 1 if len(drawn) == 1 else 2
    rows = math.ceil(len(drawn) / columns)
    with style.style():
        drawing = Figure(figsize=(style.WIDTH, 0.4 + 1.35 * rows), layout="constrained")
        for rank, impact in enumerate(drawn):
            axes = drawing.add_subplot(rows, columns, rank + 1)
            _hour_panel(axes, impact, study.hours[impact.event.event_id], language)
            if rank == 0:
                handles, labels = axes.get_legend_handles_labels()
                drawing.legend(handles, labels, loc="outside upper center", ncols=2)
    title = _hours_title(study)
    alt = Text(
        "Passages observés et attendus heure par heure, en moyenne des jours avant, pendant et "
        f"après, pour {number(len(drawn), 'fr')} évènements. {title.fr}.",
        "Observed and expected passages hour by hour, mean of the days before, during and after, "
        f"for {number(len(drawn), 'en')} events. {title.en}.",
    )
    last = latest(len(drawn), len(known))
    note = Text(
        f"{last.fr}Moyenne des jours de chaque période (au plus trois avant et trois après) ; zone "
        "claire : intervalle de chaque heure prise seule.",
        f"{last.en}Mean of the days of each period (at most three before and three after); light "
        "area: interval of each hour alone.",
    )
    return Chart("evenements-heures", title.in_(language), alt.in_(language), drawing,
                 _hours_table(study, known, language), note.in_(language))  # fmt: skip


def gained_hours(study: Footfall) -> tuple[int, int] | None:
    """Return the shortest run of hours that holds half of what the events shown have brought.

    Returns
    -------
    tuple of int or None
        First hour and end (excluded); None where no event is shown to bring people.
    """
    gain = np.zeros(24)
    for impact in study.whole():
        if impact.verdict == "shown" and impact.uplift.value > 0:
            for hour in study.hours.get(impact.event.event_id, ()):
                if hour.period == "during":
                    gain[hour.hour % 24] += np.nan_to_num(hour.observed - hour.expected)
    gain = np.maximum(gain, 0.0)
    if gain.sum() <= 0:
        return None
    for length in range(1, 25):
        sums = np.convolve(gain, np.ones(length), mode="valid")
        if sums.max() >= gain.sum() / 2:
            first = int(sums.argmax())
            return first, first + length
    return 0, 24


def _panel(axes: Axes, impact: Impact, language: Language) -> None:
    at = list(range(len(impact.days)))
    during = [i for i in at if impact.days[i].period == "during"]
    axes.axvspan(during[0] - 0.5, during[-1] + 0.5, color="#e9ecf0", lw=0)
    low, high = [d.low for d in impact.days], [d.high for d in impact.days]
    axes.fill_between(at, low, high, color=style.GREY, alpha=0.25, lw=0)
    axes.plot(at, [d.expected for d in impact.days], color=style.GREY, ls="--",
              label=_say(language, "Attendu", "Expected"))  # fmt: skip
    axes.plot(at, [d.observed for d in impact.days], color=style.BLUE, marker="o", ms=3,
              label=_say(language, "Observé", "Observed"))  # fmt: skip
    name = axis.cut(event_name(impact.event, language))
    axes.set_title(f"{name}\n{_change(impact, language)}", size=8.5, loc="left")
    axes.set_ylim(bottom=0)
    ticks = [at[0], during[0], at[-1]]
    names = [f"{impact.days[i].day:%d/%m}" for i in ticks]
    axes.set_xticks(ticks, names, size=8)
    axis.y_axis(axes, "passages", language)
    axes.tick_params(axis="y", labelsize=8)


def _change(impact: Impact, language: Language) -> str:
    if impact.calibration is None:
        return impact.verdict_text.in_(language)
    change = percent(impact.relative.value, language, 0, signed=True)
    return f"{change}, {impact.verdict_text.in_(language)}"


def _effect_cells(impact: Impact, language: Language) -> list[str]:
    verdict = impact.verdict_text.in_(language)
    if impact.calibration is None:
        return [number(impact.observed, language), "", "", "", verdict, "", ""]
    calibration, effect = impact.calibration, impact.relative
    wrong = percent(100 * calibration.false_alarm_rate, language, 0)
    return [
        number(impact.observed, language),
        number(impact.expected.value, language),
        percent(effect.value, language, 0, signed=True),
        interval(effect.low, effect.high, "%", language, 0),
        verdict,
        f"{wrong} (n\u00a0=\u00a0{calibration.n})",
        percent(impact.detectable, language, 0),
    ]


def _days_table(drawn: list[Impact], language: Language) -> Table:
    header = _header(language, ("Évènement", "Event"), ("Jour", "Day"), ("Observé", "Observed"),
                     ("Attendu", "Expected"), ("Intervalle", "Interval"))  # fmt: skip
    rows = [
        [event_name(impact.event, language), day(d.day, language), number(d.observed, language),
         number(d.expected, language), interval(d.low, d.high, "", language, 0)]
        for impact in drawn for d in impact.days if d.period == "during"
    ]  # fmt: skip
    caption = _say(language, "Passages des jours d'évènement", "Passages of the event days")
    return Table("evenements-data", caption, pd.DataFrame(rows, columns=header), tuple(header[2:]))


def _by_place(study: Footfall) -> tuple[list[Impact], list[str]]:
    """Return the effects at single sensors, and the sensors with the most of them."""
    if study.sensors.empty:
        return [], []
    known = set(study.sensors["sensor_id"])
    alone = [i for i in study.impacts if i.series in known and i.calibration is not None]
    names = pd.Series([i.series for i in alone], dtype=object).value_counts()
    order = {name: rank for rank, name in enumerate(study.sensors["sensor_id"])}
    chosen = sorted(names.index, key=lambda name: (-names[name], order[name]))[:PLACES]
    sensors = sorted(chosen, key=lambda name: order[name])
    return [i for i in alone if i.series in set(sensors)], sensors


def _cell(axes: Axes, column: int, row: int, impact: Impact, language: Language) -> None:
    """Write one effect on its colour."""
    value = impact.relative.value
    shown = impact.verdict == "shown"
    colour = style.BLUE if value > 0 else style.VERMILION
    strength = min(abs(value) / 60, 1.0) if shown else 0.0
    face = colour if shown else style.GREY
    axes.fill_between([column - 0.47, column + 0.47], row - 0.44, row + 0.44, color=face,
                      alpha=0.18 + 0.5 * strength if shown else 0.10, lw=0)  # fmt: skip
    axes.text(column, row, percent(value, language, 0, signed=True), ha="center", va="center",
              size=8.5, weight=600 if shown else 400,
              color=style.INK if shown else style.MUTED)  # fmt: skip


def _all_effects(study: Footfall, language: Language) -> Table:
    names = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    header = _header(
        language, ("Évènement", "Event"), ("Lieu", "Place"), ("Observé", "Observed"),
        ("Attendu", "Expected"), ("Effet", "Effect"), ("Intervalle à 95 %", "95% interval"),
        ("Verdict", "Verdict"), ("Fausses alertes", "False alarms"),
        ("Effet détectable", "Detectable effect"),
    )  # fmt: skip
    whole = _say(language, "Tous ses capteurs", "All its sensors")
    rows = [
        [event_name(i.event, language), whole if i.series == "*" else str(names[i.series]),
         *_effect_cells(i, language)]
        for i in study.impacts
        if i.series == "*" or i.series in names
    ]  # fmt: skip
    caption = _say(language, "Effet des évènements, lieu par lieu", "Effect of events by place")
    return Table("effets-lieux-data", caption, pd.DataFrame(rows, columns=header),
                 (*header[2:6], *header[7:]))  # fmt: skip


def _mean_hours(hours: Sequence[HourEffect]) -> pd.DataFrame:
    """Return the mean of each hour of each period, in the order of time."""
    table = pd.DataFrame(
        [(h.period, h.hour, h.observed, h.expected, h.low, h.high, h.day) for h in hours],
        columns=["period", "hour", "observed", "expected", "low", "high", "day"],
    )
    by = table.groupby(["period", "hour"])
    mean = by[["observed", "expected", "low", "high"]].mean()
    mean["n"] = by["day"].nunique()
    order = {period: rank for rank, period in enumerate(PERIODS)}
    flat = mean.reset_index()
    late = max(int(flat["hour"].max()) - 23, 0)  # a night is drawn with the day it starts in
    flat["x"] = flat["period"].map(order) * 24 + flat["hour"] - late
    return flat.sort_values("x", ignore_index=True)


def _hour_panel(
    axes: Axes, impact: Impact, hours: Sequence[HourEffect], language: Language
) -> None:
    table = _mean_hours(hours)
    axes.axvspan(23.5, 47.5, color="#e9ecf0", lw=0)
    for number_, (_, part) in enumerate(table.groupby(table["x"] // 24)):
        axes.fill_between(part["x"], part["low"], part["high"], color=style.GREY, alpha=0.25, lw=0)
        axes.plot(part["x"], part["expected"], color=style.GREY, ls="--", lw=1.4,
                  label=_say(language, "Attendu", "Expected") if not number_ else None)  # fmt: skip
        axes.plot(part["x"], part["observed"], color=style.BLUE, lw=1.6,
                  label=_say(language, "Observé", "Observed") if not number_ else None)  # fmt: skip
    axes.set_title(axis.cut(event_name(impact.event, language)), size=8.5, loc="left")
    axes.set_xlim(-0.5, 71.5)
    axes.set_ylim(0, 1.15 * float(np.nanmax(table[["observed", "expected"]].to_numpy())))
    axes.set_xticks([12, 36, 60], [text.in_(language) for text in PERIODS.values()], size=8)
    axis.y_axis(axes, "passages", language)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.tick_params(axis="y", labelsize=8)


def _hours_title(study: Footfall) -> Text:
    gained = gained_hours(study)
    if gained is None:
        return Text("Aucun évènement démontré n'a attiré de monde à une heure donnée",
                    "No event that is shown brought people at a given hour")  # fmt: skip
    first, end = gained
    return Text(
        f"La moitié des passages gagnés le sont de {clock(first, 'fr')} à {clock(end, 'fr')}",
        f"Half of the passages gained are from {clock(first, 'en')} to {clock(end, 'en')}",
    )


def _hours_table(study: Footfall, drawn: Sequence[Impact], language: Language) -> Table:
    header = _header(
        language, ("Évènement", "Event"), ("Période", "Period"), ("Heure", "Hour"),
        ("Observé", "Observed"), ("Attendu", "Expected"), ("Intervalle", "Interval"),
        ("Jours", "Days"),
    )  # fmt: skip
    rows = [
        [event_name(impact.event, language), PERIODS[str(r["period"])].in_(language),
         clock(int(r["hour"]) % 24, language), number(r["observed"], language),
         number(r["expected"], language), interval(r["low"], r["high"], "", language, 0),
         number(r["n"], language)]
        for impact in drawn
        for r in _mean_hours(study.hours[impact.event.event_id]).to_dict("records")
    ]  # fmt: skip
    caption = _say(language, "Passages par heure, avant, pendant et après",
                   "Passages by hour, before, during and after")  # fmt: skip
    return Table("evenements-heures-data", caption, pd.DataFrame(rows, columns=header),
                 tuple(header[3:]))  # fmt: skip


def _header(language: Language, *titles: tuple[str, str]) -> list[str]:
    return [_say(language, *title) for title in titles]


def _say(language: Language, fr: str, en: str) -> str:
    return Text(fr, en).in_(language)
