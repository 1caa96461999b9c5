"""The charts and tables of the footfall chapter: the study in, drawings out.

A drawing that has nothing to show is None: the sentences say what is missing and why.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analyses.figures import axis, charts, style
from analyses.figures.axis import Point
from analyses.figures.charts import Words
from analyses.figures.figure import Chart, Table
from analyses.footfall.chapter import Footfall
from analyses.footfall.health import Flag
from analyses.footfall.impact import Impact
from analyses.narrative.footfall import CONFLICTS, FAULTS, event_name
from analyses.wording import Language, Text, day, interval, listing, number, percent, plural

PANELS = 8
"""Events drawn; the table holds all."""

_LOOKS: dict[str, tuple[str, str]] = {
    "present": (style.BLUE, ""),
    "fault": (style.VERMILION, "////"),
    "missing": ("#dfe3e8", ""),
}
_STATES: dict[str, Text] = {
    "present": Text("Compté", "Counted"),
    "fault": Text("Écarté (anomalie)", "Set aside (fault)"),
    "missing": Text("Pas de comptage complet", "No complete count"),
}


def health_strip(study: Footfall, language: Language) -> Chart | None:
    """Draw, sensor by sensor, the days counted, set aside and missing."""
    if not study.known:
        return None
    names = [str(name) for name in study.sensors["name"]]
    days = pd.DatetimeIndex(study.panel.index)
    with style.style():
        drawing, axes = style.figure(0.9 + 0.32 * len(names))
        for rank, sensor in enumerate(study.sensors["sensor_id"]):
            for state, start, length in _runs(_day_states(study, str(sensor), days)):
                colour, hatch = _LOOKS[state]
                axes.broken_barh([(start, length)], (rank - 0.36, 0.72), facecolor=colour,
                                 hatch=hatch, edgecolor="white" if hatch else colour,
                                 linewidth=0)  # fmt: skip
        axes.set_yticks(range(len(names)), [axis.cut(name) for name in names])
        axes.invert_yaxis()
        _months(axes, days)
        handles = [
            axes.barh([0], [0], color=_LOOKS[state][0], hatch=_LOOKS[state][1], edgecolor="white",
                      label=text.in_(language))
            for state, text in _STATES.items()
        ]  # fmt: skip
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)
    rows = [
        [str(row["name"]), percent(row["share"], language), _faults(study, row, language)]
        for row in study.sensors.to_dict("records")
    ]
    header = _header(language, ("Capteur", "Sensor"), ("Disponibilité", "Availability"),
                     ("Anomalies", "Faults"))  # fmt: skip
    worst = study.sensors.sort_values("share").iloc[0]
    title = Text(
        f"Les capteurs comptent entre {percent(float(worst['share']), 'fr', 0)} et "
        f"{percent(float(study.sensors['share'].max()), 'fr', 0)} du temps",
        f"Sensors count between {percent(float(worst['share']), 'en', 0)} and "
        f"{percent(float(study.sensors['share'].max()), 'en', 0)} of the time",
    )
    alt = Text(
        "Frise des capteurs, un par ligne, jour par jour. "
        + " ".join(f"{a} : {b} ; {c}." for a, b, c in rows[: charts.SPOKEN]),
        "Strip of sensors, one a row, day by day. "
        + " ".join(f"{a}: {b}; {c}." for a, b, c in rows[: charts.SPOKEN]),
    )
    caption = _say(language, "Disponibilité des capteurs", "Availability of sensors")
    data = Table("capteurs-data", caption, pd.DataFrame(rows, columns=header), (header[1],))
    note = Text(
        "Les périodes en anomalie sortent de l'analyse ; une journée n'est gardée que presque "
        "complète.",
        "Faulty periods leave the analysis; a day is kept only if almost complete.",
    )
    return Chart("capteurs", title.in_(language), alt.in_(language), drawing, data,
                 note.in_(language))  # fmt: skip


def event_panels(study: Footfall, language: Language) -> Chart | None:
    """Draw observed and expected passages around the latest events, one panel each."""
    drawn = [impact for impact in study.whole() if impact.days][-PANELS:]
    if not drawn:
        return None
    columns = 1 if len(drawn) == 1 else 2
    rows = math.ceil(len(drawn) / columns)
    with style.style():
        drawing = Figure(figsize=(style.WIDTH, 0.4 + 1.75 * rows), layout="constrained")
        for rank, impact in enumerate(drawn):
            axes = drawing.add_subplot(rows, columns, rank + 1)
            _panel(axes, impact, language)
            if rank == 0:
                handles, labels = axes.get_legend_handles_labels()
                drawing.legend(handles, labels, loc="outside upper center", ncols=2)
    shown = sum(impact.verdict == "shown" for impact in drawn)
    total = len(drawn)
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
    note = Text(
        "Bande grise : les jours de l'évènement. Zone claire : intervalle de chaque jour pris "
        "seul ; l'intervalle de l'évènement entier est dans le tableau.",
        "Grey band: the days of the event. Light area: interval of each day alone; the interval of "
        "the whole event is in the table.",
    )
    return Chart("evenements", title.in_(language), alt.in_(language), drawing,
                 _days_table(drawn, language), note.in_(language))  # fmt: skip


def effect_table(study: Footfall, language: Language) -> Table | None:
    """List every effect with its verdict, false-alarm rate and minimum detectable effect."""
    if not study.impacts:
        return None
    names = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    header = _header(
        language, ("Évènement", "Event"), ("Lieu", "Place"), ("Observé", "Observed"),
        ("Attendu", "Expected"), ("Effet", "Effect"), ("Intervalle", "Interval"),
        ("Verdict", "Verdict"), ("Fausses alertes", "False alarms"),
        ("Effet détectable", "Detectable effect"),
    )  # fmt: skip
    rows = []
    for impact in study.impacts:
        if impact.series.startswith("zone:"):
            continue  # the zone of an event that holds one zone says the same again
        place = (
            _say(language, "Tous ses capteurs", "All its sensors")
            if impact.series == "*"
            else str(names.get(impact.series, impact.series))
        )
        rows.append([event_name(impact.event, language), place, *_effect_cells(impact, language)])
    return Table(
        "effets",
        _say(language, "Effet des évènements sur les passages", "Effect of events on passages"),
        pd.DataFrame(rows, columns=header),
        (*header[2:6], *header[7:]),
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


def usual_week(study: Footfall, language: Language) -> Chart | None:
    """Draw the usual hours of working days, Saturdays and Sundays, all sensors together."""
    if study.profile.empty:
        return None
    town = study.profile.groupby(["weekday", "hour"])["median"].sum().unstack("weekday")
    lines = {
        _say(language, "Du lundi au vendredi", "Monday to Friday"): town[
            [d for d in range(5) if d in town]
        ].mean(axis=1),
        _say(language, "Samedi", "Saturday"): town.get(5),
        _say(language, "Dimanche", "Sunday"): town.get(6),
    }
    with style.style():
        drawing, axes = style.figure(3.1)
        for rank, (name, values) in enumerate(lines.items()):
            if values is not None:
                axes.plot(values.index, values.to_numpy(), color=style.PALETTE[rank],
                          marker=style.MARKERS[rank], ms=4, label=name)  # fmt: skip
        axes.set_xticks(range(0, 24, 3), [f"{hour} h" for hour in range(0, 24, 3)])
        axes.set_ylim(bottom=0)
        axis.y_axis(axes, "passages", language)
        axes.legend(loc="upper left")
    peak_day = town.max().idxmax()
    peak_hour = town[peak_day].idxmax()
    label = WEEKDAYS[int(str(peak_day))]
    title = Text(
        f"L'heure la plus passante est {label.fr} à {int(str(peak_hour))} h",
        f"The busiest hour is {label.en} at {int(str(peak_hour))}:00",
    )
    header = [_say(language, "Heure", "Hour"), *lines]
    rows = [
        [f"{hour} h", *(_cell(values, hour, language) for values in lines.values())]
        for hour in town.index
    ]
    data = Table("semaine-data", _say(language, "Passages par heure", "Passages by hour"),
                 pd.DataFrame(rows, columns=header), tuple(header[1:]))  # fmt: skip
    alt = Text(
        f"Passages médians par heure, tous capteurs ensemble. {title.fr}.",
        f"Median passages by hour, all sensors together. {title.en}.",
    )
    note = Text(
        "Médianes sur les semaines saines, capteurs additionnés.",
        "Medians over healthy weeks, sensors added.",
    )
    return Chart("semaine", title.in_(language), alt.in_(language), drawing, data,
                 note.in_(language))  # fmt: skip


def trend_dots(study: Footfall, language: Language) -> Chart | None:
    """Draw the underlying trend of each sensor with its interval."""
    known = {name: trend for name, trend in study.trends.items() if trend is not None}
    if not known:
        return None
    names = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    points = [
        Point(str(names.get(name, name)), trend.yearly)
        for name, trend in sorted(known.items(), key=lambda item: -item[1].yearly.value)
    ]
    sure = sum(p.estimate.low > 0 or p.estimate.high < 0 for p in points)
    words = Words(
        id="tendance",
        title=Text(
            f"Tendance distincte de zéro pour {sure} {plural(sure, 'capteur', 'capteurs')} sur "
            f"{len(points)}",
            f"Trend distinct from zero for {sure} of {len(points)} "
            f"{plural(len(points), 'sensor', 'sensors', 'en')}",
        ).in_(language),
        what=_say(language, "Tendance de fond par an", "Underlying trend a year"),
        column=_say(language, "Capteur", "Sensor"),
        note=_say(
            language,
            "Calendrier, saison et météo retirés ; ruptures de niveau comptées à part.",
            "Calendar, season and weather removed; level breaks counted apart.",
        ),
    )
    return charts.dots(words, points, "%/year", language)


def dates_table(study: Footfall, language: Language, most: int = 12) -> Table | None:
    """List the coming Saturdays, best first."""
    if not study.dates:
        return None
    header = _header(
        language, ("Rang", "Rank"), ("Date", "Date"), ("Passages attendus", "Expected passages"),
        ("Effet détectable", "Detectable effect"), ("À savoir", "To know"),
    )  # fmt: skip
    rows = [
        [
            number(c.rank, language),
            day(c.start, language),
            number(c.flow, language),
            percent(c.detectable, language, 0),
            listing([CONFLICTS.get(n, Text(n, n)).in_(language) for n in c.conflicts], language),
        ]
        for c in study.dates[:most]
    ]
    return Table(
        "dates",
        _say(language, "Prochains samedis, du plus au moins favorable",
             "Coming Saturdays, most favourable first"),
        pd.DataFrame(rows, columns=header),
        (header[0], header[2], header[3]),
        _say(language, "Au capteur le plus passant ; moyenne saisonnière, non une prévision.",
             "At the busiest sensor; a seasonal mean, not a forecast."),
    )  # fmt: skip


WEEKDAYS: tuple[Text, ...] = (
    Text("le lundi", "on Monday"), Text("le mardi", "on Tuesday"),
    Text("le mercredi", "on Wednesday"), Text("le jeudi", "on Thursday"),
    Text("le vendredi", "on Friday"), Text("le samedi", "on Saturday"),
    Text("le dimanche", "on Sunday"),
)  # fmt: skip
"""Days of the week, Monday first."""


def _day_states(study: Footfall, sensor: str, days: pd.DatetimeIndex) -> list[str]:
    state = np.where(study.panel[sensor].notna(), "present", "missing").astype(object)
    for flag in study.flags:
        if flag.sensor_id == sensor and flag.kind not in ("outage", "level_break", "false_zeros"):
            first, last = _local(flag.start), _local(flag.end - pd.Timedelta(seconds=1))
            state[(days >= first) & (days <= last)] = "fault"
    return [str(one) for one in state]


def _local(at: pd.Timestamp) -> pd.Timestamp:
    return at.tz_localize(None).normalize()


def _runs(states: list[str]) -> list[tuple[str, int, int]]:
    """Return runs of the same state: state, first position, length."""
    runs: list[tuple[str, int, int]] = []
    for position, state in enumerate(states):
        if runs and runs[-1][0] == state:
            runs[-1] = (state, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((state, position, 1))
    return runs


def _months(axes: Axes, days: pd.DatetimeIndex) -> None:
    starts = [i for i, at in enumerate(days) if at.day == 1 and at.month in (1, 7)]
    axes.set_xticks(starts, [f"{days[i].month:02d}/{days[i].year}" for i in starts])
    axes.set_xlim(0, len(days))


def _faults(study: Footfall, row: Any, language: Language) -> str:
    mine: list[Flag] = [flag for flag in study.flags if flag.sensor_id == row["sensor_id"]]
    if not mine:
        return _say(language, "aucune", "none")
    kinds = dict.fromkeys(flag.kind for flag in mine)
    return listing(
        [
            f"{FAULTS[kind].in_(language)} ({number(sum(f.kind == kind for f in mine), language)})"
            for kind in kinds
        ],
        language,
    )


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
    axes.set_title(f"{name} : {_change(impact, language)}", size=8.5)
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
    return [
        number(impact.observed, language),
        number(impact.expected.value, language),
        percent(effect.value, language, 0, signed=True),
        interval(effect.low, effect.high, "%", language, 0),
        verdict,
        f"{percent(100 * calibration.false_alarm_rate, language, 0)} (n = {calibration.n})",
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


def _cell(values: pd.Series[float] | None, hour: Any, language: Language) -> str:
    return "" if values is None else number(float(values.get(hour, math.nan)), language)


def _header(language: Language, *titles: tuple[str, str]) -> list[str]:
    return [_say(language, *title) for title in titles]


def _say(language: Language, fr: str, en: str) -> str:
    return Text(fr, en).in_(language)
