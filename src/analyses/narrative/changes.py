"""Sentences on what changed from one edition of a city to the next, from :class:`Changed`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analyses.comparison.causes import Choice, Moves
from analyses.comparison.revisions import REVISED, Changed, OpenChanged
from analyses.figures.changes import label, place, span, values, why
from analyses.narrative.phrases import EN, FR, Words
from analyses.results import Finding
from analyses.wording import Language, Text, day, listing, number, plural

NAMED = 3
"""Files, choices or packages that a sentence names."""
CHAPTERS = {
    "commerce": Text("Commerce", "Retail"),
    "crossings": Text("Croisements", "Crossings"),
    "footfall": Text("Fréquentation", "Footfall"),
    "parking": Text("Stationnement", "Parking"),
    "readiness": Text("Données disponibles", "Data readiness"),
}
"""Short titles of the chapters, by the name of their notebook."""
TOLD = 3
"""Numbers that have a sentence of their own; the table has the others."""


def told(changed: Changed, zones: Mapping[str, str] | None = None) -> list[Finding]:
    """Say what changed: how much, why, and the numbers that moved most.

    Parameters
    ----------
    changed : Changed
        What changed between two editions.
    zones : mapping, optional
        Names of the zones by identifier.
    """
    findings = [_head(changed)]
    if moved := moved_words(changed.moves):
        findings.append(Finding("changes-why", moved))
    findings += _numbers(changed, zones or {})
    findings += _next(changed)
    findings += _provisional(changed)
    return findings


def moved_words(moves: Moves) -> Text | None:
    """Say what differs between two runs beside their numbers; None if nothing does."""
    french, english = _moved(moves, FR), _moved(moves, EN)
    if not french:
        return None
    return Text(
        f"Ce qui diffère entre les deux éditions : {' ; '.join(french)}.",
        f"What differs between the two editions: {'; '.join(english)}.",
    )


def choice(name: str, before: Choice, after: Choice, language: Language) -> str:
    """Write one choice of the city before and after."""
    unset = Text("non renseigné", "unset").in_(language)
    old, new = (unset if value is None else _value(value, language) for value in (before, after))
    return f"{name} ({old} → {new})"


def _head(changed: Changed) -> Finding:
    rows = changed.rows
    known = rows[rows["kind"].isin(REVISED)]
    material, fresh = int(known["material"].sum()), len(rows) - len(known)
    open_, same_day = isinstance(changed, OpenChanged), changed.before == changed.after

    def sentence(w: Words) -> str:
        since = day(changed.before, w.language)
        count, large, new = w.count(len(known)), w.count(material), w.count(fresh)
        if w.language == "fr":
            among = " parmi ceux que l'édition publique compare" if open_ else ""
            first = f"Depuis l'édition {'précédente ' if same_day else ''}du {since}, "
            if known.empty:
                first += f"aucun nombre n'a été révisé{among}"
            else:
                noun = plural(len(known), "nombre a été révisé", "nombres ont été révisés")
                first += f"{count} {noun}{among}, dont {large} de façon sensible"
            added = plural(fresh, "nombre est nouveau", "nombres sont nouveaux")
            return first + (f" ; {new} {added}." if fresh else ".")
        among = " among those that the public edition compares" if open_ else ""
        first = f"Since the {'former ' if same_day else ''}edition of {since}, "
        if known.empty:
            first += f"no number was revised{among}"
        else:
            noun = plural(len(known), "number was revised", "numbers were revised", "en")
            first += f"{count} {noun}{among}, of which {large} noticeably"
        added = plural(fresh, "number is new", "numbers are new", "en")
        return first + (f"; {new} {added}." if fresh else ".")

    text = Text(sentence(FR), sentence(EN))
    return Finding("changes-head", text, level="body", plain=text, topic="change")


def _moved(moves: Moves, w: Words) -> list[str]:
    parts = []
    for names, single, several in (
        (moves.revised, Text("{} révisé", "{} revised"), Text("{} révisés", "{} revised")),
        (moves.extended, Text("{} prolongé", "{} extended"), Text("{} prolongés", "{} extended")),
    ):
        files = [name for name in names if name != "*"]
        if files:
            form = single if len(files) == 1 else several
            parts.append(w.pick(form).format(_few(files, w)))
        elif names:
            parts.append(w.pick(Text("des données révisées", "data revised")))
    if moves.choices:
        parts += [_few([choice(*item, w.language) for item in moves.choices], w)]
    if moves.methods:
        titles = [w.pick(CHAPTERS.get(name, Text(name, name))) for name in moves.methods]
        method = plural(len(titles), "du chapitre", "des chapitres")
        chapters = Text(f"la méthode {method} {{}}", "the method of {}")
        parts.append(w.pick(chapters).format(listing(titles, w.language)))
    if moves.versions:
        named = [f"{name} ({old or '–'} → {new or '–'})" for name, old, new in moves.versions]
        parts.append(_few(named, w))
    return parts


def _few(names: Sequence[str], w: Words) -> str:
    """List some names, and count the others."""
    shown = list(names[:NAMED])
    left = len(names) - len(shown)
    if left:
        other = plural(left, "autre", "autres") if w.language == "fr" else "more"
        shown.append(f"{w.count(left)} {other}")
    return listing(shown, w.language)


def _value(value: Choice, language: Language) -> str:
    if isinstance(value, bool):
        return Text("oui" if value else "non", "yes" if value else "no").in_(language)
    if isinstance(value, int | float):
        return number(value, language, 0 if float(value).is_integer() else 2)
    return str(value)


def _numbers(changed: Changed, zones: Mapping[str, str]) -> list[Finding]:
    """Give the numbers of whole zones that moved most a sentence each."""
    rows = changed.rows
    rows = rows[rows["material"] & (rows["kind"] == "moved") & (rows["breakdown"] == "total")]
    rows = rows.drop_duplicates("indicator").head(TOLD)
    return [
        Finding(
            f"changes-number-{rank}", _number(row, zones), plain=_number(row, zones),
            topic="change",
        )
        for rank, row in enumerate(rows.to_dict("records"), start=1)
    ]  # fmt: skip


def _number(row: Mapping[Any, Any], zones: Mapping[str, str]) -> Text:
    def sentence(w: Words) -> str:
        language = w.language
        before, after = values(row, language)
        when = span(_date(row["period_start"]), _date(row["period_end"]), language)
        where = ", ".join(part for part in (place(row, language, zones), when) if part)
        name, reason = label(row).in_(language), why(str(row["causes"]), language)
        if language == "fr":
            return f"{name} ({where}) : {after} au lieu de {before} ; {reason}."
        return f"{name} ({where}): {after} instead of {before}; {reason}."

    return Text(sentence(FR), sentence(EN))


def _next(changed: Changed) -> list[Finding]:
    rows = changed.rows[changed.rows["kind"] == "next"]
    if rows.empty:
        return []
    ends = sorted({str(end) for end in rows["period_end"] if str(end)})
    last = _date(ends[-1]) if ends else None
    if last is None:
        return []
    count = len(rows)
    text = Text(
        f"Les données vont maintenant jusqu'au {day(last, 'fr')} : {FR.count(count)} "
        f"{plural(count, 'nombre prolonge', 'nombres prolongent')} une série connue.",
        f"The data now go to {day(last, 'en')}: {EN.count(count)} "
        f"{plural(count, 'number continues', 'numbers continue', 'en')} a known series.",
    )
    return [Finding("changes-next", text)]


def _provisional(changed: Changed) -> list[Finding]:
    rows = changed.rows[changed.rows["kind"].isin(REVISED)]
    was, still = int(rows["provisional"].sum()), int(rows["open"].sum())
    if not was:
        return []
    text = Text(
        f"{FR.count(was)} {plural(was, 'de ces révisions porte', 'de ces révisions portent')} sur "
        "une période qui n'était pas finie à l'édition précédente : elle était annoncée."
        + (
            f" {FR.count(still)} {plural(still, 'peut', 'peuvent')} encore changer."
            if still
            else ""
        ),
        f"{EN.count(was)} of these revisions "
        f"{plural(was, 'is', 'are', 'en')} of a period that was not over in the former edition: "
        "to be expected." + (f" {EN.count(still)} may change again." if still else ""),
    )
    return [Finding("changes-provisional", text)]


def _date(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if str(value) else None
