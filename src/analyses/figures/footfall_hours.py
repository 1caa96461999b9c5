"""Charts of hours, seasons and dwell times: the study in, drawings out; None shows nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from analyses.figures import axis, charts, style
from analyses.figures.axis import Point
from analyses.figures.figure import Chart, Table
from analyses.footfall.chapter import Footfall
from analyses.footfall.hours import MOSTLY, Place
from analyses.footfall.profile import KINDS
from analyses.narrative.footfall_events import event_name
from analyses.narrative.footfall_hours import (
    WEEKDAYS,
    busiest_is_distinct,
    month_name,
)
from analyses.results import Estimate
from analyses.wording import Language, Text, clock, interval, listing, number, percent

DAY_KINDS: dict[str, Text] = {
    "working": Text("Du lundi au vendredi", "Monday to Friday"),
    "saturday": Text("Samedi", "Saturday"),
    "sunday": Text("Dimanche", "Sunday"),
}
"""Kinds of days."""
NAMED = 4
"""Sensors that a note names when it takes all of them."""
SHORT_DAYS: tuple[Text, ...] = (
    Text("lun.", "Mon"), Text("mar.", "Tue"), Text("mer.", "Wed"), Text("jeu.", "Thu"),
    Text("ven.", "Fri"), Text("sam.", "Sat"), Text("dim.", "Sun"),
)  # fmt: skip
"""Days of the week, Monday first, short."""
SHORT_MONTHS: tuple[Text, ...] = (
    Text("janv.", "Jan"), Text("févr.", "Feb"), Text("mars", "Mar"), Text("avr.", "Apr"),
    Text("mai", "May"), Text("juin", "Jun"), Text("juil.", "Jul"), Text("août", "Aug"),
    Text("sept.", "Sep"), Text("oct.", "Oct"), Text("nov.", "Nov"), Text("déc.", "Dec"),
)  # fmt: skip
"""Months, short."""


def usual_day(study: Footfall, language: Language) -> Chart | None:
    """Draw the usual hours of working days, Saturdays and Sundays of the last year."""
    table = study.day
    if table.empty:
        return None
    with style.style():
        drawing, axes = style.figure(3.1)
        for rank, kind in enumerate(KINDS):
            mine = table[table["kind"] == kind]
            if mine.empty:
                continue
            axes.fill_between(mine["hour"], mine["low"], mine["high"], color=style.PALETTE[rank],
                              alpha=0.15, lw=0)  # fmt: skip
            axes.plot(mine["hour"], mine["median"], color=style.PALETTE[rank],
                      marker=style.MARKERS[rank], ms=4,
                      label=DAY_KINDS[kind].in_(language))  # fmt: skip
        axes.set_xticks(range(0, 24, 3), [clock(hour, language) for hour in range(0, 24, 3)])
        axes.set_ylim(bottom=0)
        axis.y_axis(axes, "passages", language)
        axes.set_ylabel(_say(language, "passages par heure", "passages an hour"))
        axes.legend(loc="upper left")
    peak = table.iloc[int(table["median"].to_numpy(dtype=np.float64).argmax())]
    when = {"working": Text("en semaine", "on a working day"),
            "saturday": Text("le samedi", "on Saturday"),
            "sunday": Text("le dimanche", "on Sunday")}[str(peak["kind"])]  # fmt: skip
    title = Text(
        f"L'heure la plus passante est {clock(int(peak['hour']), 'fr')}, {when.fr}",
        f"The busiest hour is {clock(int(peak['hour']), 'en')}, {when.en}",
    )
    data = _day_table(table, language)
    alt = Text(
        f"Courbes des passages médians par heure. {title.fr} : {number(peak['median'], 'fr')}.",
        f"Lines of median passages by hour. {title.en}: {number(peak['median'], 'en')}.",
    )
    days = int(table.groupby("kind")["n"].max().sum())
    names = _names(study)
    note = Text(
        f"Médianes et quartiles de {number(days, 'fr')} jours de la dernière année, hors jours "
        f"fériés, passages additionnés : {_which(names, study).fr}.",
        f"Medians and quartiles of {number(days, 'en')} days of the last year, public holidays "
        f"apart, passages added: {_which(names, study).en}.",
    )
    return Chart("semaine", title.in_(language), alt.in_(language), drawing, data,
                 note.in_(language))  # fmt: skip


def _day_table(table: pd.DataFrame, language: Language) -> Table:
    rows = [
        [DAY_KINDS[str(r["kind"])].in_(language), clock(int(r["hour"]), language),
         number(r["median"], language), interval(r["low"], r["high"], "", language, 0),
         number(r["n"], language)]
        for r in table.sort_values(["kind", "hour"]).to_dict("records")
    ]  # fmt: skip
    header = _header(
        language, ("Jour", "Day"), ("Heure", "Hour"), ("Médiane", "Median"),
        ("Quartiles", "Quartiles"), ("Jours", "Days"),
    )  # fmt: skip
    return Table("semaine-data", _say(language, "Passages par heure", "Passages by hour"),
                 pd.DataFrame(rows, columns=header), tuple(header[2:]))  # fmt: skip


def opening_week(study: Footfall, language: Language) -> Chart | None:
    """Draw the week hour by hour: the passages, and the hours when most shops are open."""
    place = next((one for one in study.places if one.zone == "*"), None)
    if place is None:
        return None
    hours = place.match.hours
    grid = np.full((7, 24), np.nan)
    grid[hours["weekday"], hours["hour"]] = hours["passages"]
    with style.style():
        drawing, axes = style.figure(2.9)
        image = axes.imshow(grid, cmap="Blues", aspect="auto", vmin=0)
        for row in hours[hours["open_share"] >= MOSTLY].to_dict("records"):
            _outline(axes, int(row["weekday"]), int(row["hour"]))
        axes.set_yticks(range(7), [text.in_(language) for text in SHORT_DAYS])
        axes.set_xticks(range(0, 24, 3), [clock(hour, language) for hour in range(0, 24, 3)])
        axes.spines[:].set_visible(False)
        bar = drawing.colorbar(image, ax=axes, pad=0.015, fraction=0.04)
        bar.outline.set_visible(False)
        axis.y_axis(bar.ax, "passages", language)
        bar.ax.grid(visible=False)
        axes.legend(
            handles=[Patch(facecolor="none", edgecolor=style.VERMILION, lw=1.8,
                           label=_say(language, "La plupart des commerces sont ouverts",
                                      "Most shops are open"))],
            loc="lower left", bbox_to_anchor=(0, 1.0),
        )  # fmt: skip
    out = place.match.outside
    title = Text(
        f"{percent(out.value, 'fr', 0)} des passages se font quand les commerces sont fermés",
        f"{percent(out.value, 'en', 0)} of passages happen while shops are closed",
    )
    data = _week_table(hours, language)
    busiest = hours.iloc[int(hours["passages"].to_numpy(dtype=np.float64).argmax())]
    alt = Text(
        "Semaine type, jours en lignes, heures en colonnes ; teinte : passages par heure, cadre : "
        "la plupart des commerces ouverts. Heure la plus passante : "
        f"{WEEKDAYS[int(busiest['weekday'])].fr} à {clock(int(busiest['hour']), 'fr')}.",
        "Usual week, days in rows, hours in columns; shade: passages an hour, frame: most shops "
        f"open. Busiest hour: {WEEKDAYS[int(busiest['weekday'])].en} at "
        f"{clock(int(busiest['hour']), 'en')}.",
    )
    note = _week_note(place)
    return Chart("horaires", title.in_(language), alt.in_(language), drawing, data,
                 note.in_(language))  # fmt: skip


def _week_note(place: Place) -> Text:
    out = place.match.outside
    return Text(
        f"Intervalle à 95 % de la part : {interval(out.low, out.high, '%', 'fr', 0)} ; "
        f"{number(out.n, 'fr')} semaines de comptages, horaires de {number(place.known, 'fr')} "
        f"commerces sur {number(place.seen, 'fr')} vus dans OpenStreetMap, jours fériés à part.",
        f"95% interval of the share: {interval(out.low, out.high, '%', 'en', 0)}; "
        f"{number(out.n, 'en')} weeks of counts, hours of {number(place.known, 'en')} of the "
        f"{number(place.seen, 'en')} shops seen in OpenStreetMap, public holidays apart.",
    )


def _week_table(hours: pd.DataFrame, language: Language) -> Table:
    header = _header(
        language, ("Jour", "Day"), ("Heure", "Hour"), ("Passages par heure", "Passages an hour"),
        ("Commerces ouverts", "Shops open"), ("Semaines", "Weeks"),
    )  # fmt: skip
    rows = [
        [SHORT_DAYS[int(r["weekday"])].in_(language), clock(int(r["hour"]), language),
         number(r["passages"], language), percent(100 * r["open_share"], language, 0),
         number(r["n"], language)]
        for r in hours.to_dict("records")
    ]  # fmt: skip
    caption = _say(language, "Passages et commerces ouverts, heure par heure",
                   "Passages and open shops, hour by hour")  # fmt: skip
    return Table("horaires-data", caption, pd.DataFrame(rows, columns=header), tuple(header[2:]))


def opening_table(study: Footfall, language: Language, zones: pd.DataFrame | None) -> Table | None:
    """List, by zone, the share of passages outside opening hours and of open, empty hours."""
    places = [place for place in study.places if place.zone != "*"]
    if len(places) < 2:
        return None
    names = {} if zones is None else dict(zip(zones["zone_id"], zones["name"], strict=True))
    header = _header(
        language, ("Zone", "Zone"), ("Passages hors ouverture", "Passages outside opening"),
        ("Intervalle à 95 %", "95% interval"),
        ("Heures ouvertes, rue presque vide", "Open hours, almost empty street"),
        ("Semaines", "Weeks"), ("Commerces", "Shops"),
    )  # fmt: skip
    rows = []
    for place in places:
        out, empty = place.match.outside, place.match.empty_open
        rows.append(
            [str(names.get(place.zone, place.zone)), percent(out.value, language, 0),
             interval(out.low, out.high, "%", language, 0), percent(empty.value, language, 1),
             number(out.n, language),
             f"{number(place.known, language)} / {number(place.seen, language)}"]
        )  # fmt: skip
    caption = _say(language, "Horaires et présence, par zone", "Opening hours and presence by zone")
    note = _say(language, "Commerces : horaires lisibles / commerces vus dans OpenStreetMap.",
                "Shops: readable hours / shops seen in OpenStreetMap.")  # fmt: skip
    return Table("horaires-zones", caption, pd.DataFrame(rows, columns=header), tuple(header[1:]),
                 note)  # fmt: skip


def seasons(study: Footfall, language: Language) -> Chart | None:
    """Draw how busy each month is beside the mean of its year."""
    table = study.seasons
    if table.empty:
        return None
    names = [month_name(int(at), language) for at in table["month"]]
    short = [SHORT_MONTHS[int(at) - 1].in_(language) for at in table["month"]]
    with style.style():
        drawing, axes = style.figure(2.8)
        at = np.arange(len(table))
        axes.axhline(0, color=style.INK, lw=1)
        axes.vlines(at, table["low"], table["high"], color=style.BLUE, lw=2.4, alpha=0.55)
        axes.plot(at, table["index"], "o", ms=7.5, color=style.BLUE)
        axes.set_xticks(at, short)
        axis.y_axis(axes, "%", language)
    high = table.iloc[int(table["index"].to_numpy(dtype=np.float64).argmax())]
    name, value = int(high["month"]), float(high["index"])
    title = Text(
        f"Le mois le plus passant est {month_name(name, 'fr')} "
        f"({percent(value, 'fr', 0, signed=True)})",
        f"The busiest month is {month_name(name, 'en')} ({percent(value, 'en', 0, signed=True)})",
    )
    if not busiest_is_distinct(table):
        title = Text("Aucun mois n'est nettement plus passant que la moyenne de l'année",
                     "No month is clearly busier than the mean of the year")  # fmt: skip
    header = _header(language, ("Mois", "Month"), ("Écart à l'année", "Beside the year"),
                     ("Intervalle à 95 %", "95% interval"), ("Semaines", "Weeks"))  # fmt: skip
    rows = [
        [label, percent(r["index"], language, 1, signed=True),
         interval(r["low"], r["high"], "%", language, 1), number(r["n"], language)]
        for label, r in zip(names, table.to_dict("records"), strict=True)
    ]  # fmt: skip
    caption = _say(language, "Passages du mois, rapportés à la moyenne de son année",
                   "Passages of the month beside the mean of its year")  # fmt: skip
    data = Table("saisons-data", caption, pd.DataFrame(rows, columns=header), tuple(header[1:]))
    alt = f"{caption}. " + " ; ".join(f"{a} {b}" for a, b, *_ in rows) + "."
    note = Text(
        f"Tous capteurs à poids égal, {number(table['n'].sum(), 'fr')} semaines ; barres : "
        "intervalle à 95 %.",
        f"All sensors alike, {number(table['n'].sum(), 'en')} weeks; bars: 95% interval.",
    )
    return Chart("saisons", title.in_(language), alt, drawing, data, note.in_(language))


def stays(study: Footfall, language: Language) -> Chart | None:
    """Draw the change of dwell time at each event, beside what would be expected."""
    if study.dwell is None:
        return None
    known = [stay for stay in study.dwell.stays if stay.impact.calibration is not None]
    if not known:
        return None
    points = [Point(event_name(s.impact.event, language), s.change) for s in known]
    shown = sum(stay.impact.verdict == "shown" for stay in known)
    words = charts.Words(
        id="presence-evenements",
        title=Text(
            f"Le temps de présence change pour {number(shown, 'fr')} des "
            f"{number(len(known), 'fr')} évènements mesurés",
            f"Dwell time changes for {number(shown, 'en')} of the {number(len(known), 'en')} "
            "events measured",
        ).in_(language),
        what=_say(language, "Écart du temps de présence moyen à l'attendu, minutes",
                  "Mean dwell time beside the expected, minutes"),
        column=_say(language, "Évènement", "Event"),
        note=_say(language, "Minutes ; même niveau attendu et mêmes fenêtres sans évènement que "
                            "pour les passages ; intervalle à 95 %.",
                  "Minutes; same expected level and same windows without event as for passages; "
                  "95% interval."),
    )  # fmt: skip
    return charts.dots(words, points, "minutes", language)


def dwell_table(study: Footfall, language: Language) -> Table | None:
    """List the usual dwell times by sensor and kind of day."""
    if study.dwell is None:
        return None
    names = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    kinds = {"all": Text("Tous les jours", "All days"), **DAY_KINDS}
    usual = study.dwell.usual
    header = [_say(language, "Capteur", "Sensor"), *(k.in_(language) for k in kinds.values()),
              _say(language, "Jours", "Days")]  # fmt: skip
    rows = [
        [
            _say(language, "Tous les capteurs", "All sensors")
            if sensor == "*"
            else str(names.get(sensor, sensor)),
            *(_minutes(usual.get((sensor, kind)), language) for kind in kinds),
            number(usual[(sensor, "all")].n, language) if (sensor, "all") in usual else "",
        ]
        for sensor in dict.fromkeys(name for name, _ in usual)
    ]
    caption = _say(language, "Temps de présence moyen, en minutes", "Mean dwell time, in minutes")
    note = _say(language, "Pondéré par les passages ; entre parenthèses, intervalle à 95 % "
                          "(semaines entières).",
                "Weighted by passages; in brackets, 95% interval (whole weeks).")  # fmt: skip
    return Table("presence", caption, pd.DataFrame(rows, columns=header), tuple(header[1:]), note)


def _minutes(estimate: Estimate | None, language: Language) -> str:
    if estimate is None:
        return ""
    between = interval(estimate.low, estimate.high, "", language, 1)
    return f"{number(estimate.value, language, 1)} ({between})"


def _outline(axes: Axes, weekday: int, hour: int) -> None:
    """Frame an open hour."""
    axes.add_patch(
        Rectangle((hour - 0.46, weekday - 0.43), 0.92, 0.86, fill=False, ec=style.VERMILION, lw=1.3)
    )


def _names(study: Footfall) -> list[str]:
    known: dict[Any, Any] = dict(
        zip(study.sensors["sensor_id"], study.sensors["name"], strict=True)
    )
    return [str(known.get(name, name)) for name in study.steady]


def _which(names: list[str], study: Footfall) -> Text:
    """Name the sensors added up; all of them, when many, are counted."""
    if len(names) < len(study.sensors) or len(names) <= NAMED:
        return Text(listing(names, "fr"), listing(names, "en"))
    return Text(f"les {number(len(names), 'fr')} capteurs",
                f"the {number(len(names), 'en')} sensors")  # fmt: skip


def _header(language: Language, *titles: tuple[str, str]) -> list[str]:
    return [_say(language, *title) for title in titles]


def _say(language: Language, fr: str, en: str) -> str:
    return Text(fr, en).in_(language)
