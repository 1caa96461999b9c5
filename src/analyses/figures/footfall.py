"""The charts and tables of the footfall chapter: the study in, drawings out.

A drawing that has nothing to show is None: the sentences say what is missing and why.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analyses.figures import axis, charts, style
from analyses.figures.axis import Point
from analyses.figures.charts import Words
from analyses.figures.figure import Chart, Table
from analyses.footfall.chapter import Footfall
from analyses.footfall.health import Flag
from analyses.narrative.footfall import CONFLICTS, FAULTS
from analyses.wording import Language, Text, day, listing, number, percent, plural

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
        drawing, axes = style.figure(0.9 + (0.32 if len(names) <= 10 else 0.22) * len(names))
        for rank, sensor in enumerate(study.sensors["sensor_id"]):
            for state, start, length in _runs(_day_states(study, str(sensor), days)):
                colour, hatch = _LOOKS[state]
                axes.broken_barh([(start, length)], (rank - 0.36, 0.72), facecolor=colour,
                                 hatch=hatch, edgecolor="white" if hatch else colour,
                                 linewidth=0)  # fmt: skip
        axes.set_yticks(range(len(names)), [axis.cut(name) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        _months(axes, days)
        handles = [
            axes.barh([0], [0], color=_LOOKS[state][0], hatch=_LOOKS[state][1], edgecolor="white",
                      label=text.in_(language))
            for state, text in _STATES.items()
        ]  # fmt: skip
        drawing.legend(handles=handles, loc="outside upper left", ncols=3, columnspacing=1.4)
    rows = [
        [str(row["name"]), percent(row["share"], language), _faults(study, row, language)]
        for row in study.sensors.to_dict("records")
    ]
    header = _header(language, ("Capteur", "Sensor"), ("Disponibilité", "Availability"),
                     ("Anomalies", "Faults"))  # fmt: skip
    title = _share_title(study)
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
    if not any(row[-1] for row in rows):
        header, rows = header[:-1], [row[:-1] for row in rows]
    return Table(
        "dates",
        _say(language, "Samedis qui suivent les comptages, du plus au moins favorable",
             "Saturdays after the counts, most favourable first"),
        pd.DataFrame(rows, columns=header),
        (header[0], header[2], header[3]),
        _say(language, "Rang : d'abord le moins de conflits de calendrier (vacances, soldes, "
             "marché…), puis la moyenne de deux rangs, le plus de passages et le plus petit effet "
             "détectable. Passages : au plus passant des capteurs sans lacune de la dernière "
             "année ; moyenne saisonnière, non une prévision.",
             "Rank: first the fewest conflicts of calendar (holidays, sales, market…), then the "
             "mean of two ranks, most passages and smallest detectable effect. Passages: at the "
             "busiest of the sensors without gaps in the last year; a seasonal mean, not a "
             "forecast."),
    )  # fmt: skip


def _share_title(study: Footfall) -> Text:
    """Say how often sensors count, the least and the most."""
    sensors = len(study.sensors)
    low, high = float(study.sensors["share"].min()), float(study.sensors["share"].max())
    title = Text(
        f"Les capteurs comptent entre {percent(low, 'fr', 0)} et {percent(high, 'fr', 0)} du temps",
        f"Sensors count between {percent(low, 'en', 0)} and {percent(high, 'en', 0)} of the time",
    )
    if percent(low, "fr", 0) == percent(high, "fr", 0):
        title = Text(
            f"{plural(sensors, 'Le capteur compte', 'Les capteurs comptent')} "
            f"{percent(low, 'fr', 0)} du temps",
            f"{plural(sensors, 'The sensor counts', 'The sensors count', 'en')} "
            f"{percent(low, 'en', 0)} of the time",
        )
    return title


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
    every: tuple[int, ...] = (1, 7) if len(days) <= 3 * 366 else (1,)
    every = tuple(range(1, 13)) if len(days) <= 200 else every
    starts = [i for i, at in enumerate(days) if at.day == 1 and at.month in every]
    if len(starts) < 2:
        starts = sorted({0, len(days) - 1})
        axes.set_xticks(starts, [f"{days[i]:%d/%m/%Y}" for i in starts])
    else:
        axes.set_xticks(starts, [f"{days[i]:%m/%Y}" for i in starts])
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


def _header(language: Language, *titles: tuple[str, str]) -> list[str]:
    return [_say(language, *title) for title in titles]


def _say(language: Language, fr: str, en: str) -> str:
    return Text(fr, en).in_(language)


def latest(drawn: int, total: int) -> Text:
    """Say that only the latest events are drawn."""
    if drawn == total:
        return Text("", "")
    return Text(f"Les {drawn} derniers sont dessinés. ", f"The latest {drawn} are drawn. ")
