"""The chapter that a run writes itself: what changed since the former edition, and the log of it.

No notebook can write it, since each runs without the others' numbers. It is written as the executed
notebooks are, as blocks with their public form, so that all that reads those reads it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analyses import pages, privacy
from analyses.blocks import blocks_of, results_from
from analyses.cities import City
from analyses.comparison import revisions
from analyses.editions import drawing
from analyses.figures import changes as tables
from analyses.narrative import changes as sentences
from analyses.runs import disclosed, history, indicators_file, manifest, spreadsheet
from analyses.wording import Text

PUBLIC_LOG = f"{history.FOLDER}/revisions-public.csv"
TITLE = Text("Ce qui a changé", "What changed")
LOGGED = (
    "edition_before", "edition_after", "run_before", "run_after", *revisions.COLUMNS, "what",
)  # fmt: skip
"""Columns of the log; ``what`` names the files, choices and versions that moved."""
NUMBERS = ("before", "after", "change")


def tell(folder: Path, city: City, record: manifest.Manifest, *, public: bool) -> None:
    """Write the chapter and the log of what changed; nothing where there is no former edition.

    Parameters
    ----------
    folder : Path
        Folder of the run that is being made, with its notebooks, indicators and history.
    city : City
        City of the run.
    record : Manifest
        Manifest of the run.
    public : bool
        Whether the run has a public edition.
    """
    former = history.former(folder, record.fingerprint)
    chapter = folder / "notebooks" / f"{history.CHAPTER}.ipynb"
    if former is None:
        chapter.unlink(missing_ok=True)
        return
    now = history.Entry(folder, record)
    ground = _ground(folder, city.id)
    changed = compared(former, now, city)
    opened = _opened(former, now, city, ground) if public else None
    _log(folder / history.LOG, former, now, changed, what=True)
    if opened is not None:
        _log(folder / PUBLIC_LOG, former, now, opened, what=False)
        shown = spreadsheet.read(folder / PUBLIC_LOG, NUMBERS)
        shown = shown[_still(shown, now.public())]
        editions = [*history.entries(folder), now]
        safe = disclosed.together(shown, editions, _rules(city), ground["parts"])
        spreadsheet.write(shown[safe], folder / "public" / history.LOG)
    _write(chapter, _blocks(city, record, changed, opened, ground["zones"]))


def compared(
    before: history.Entry,
    after: history.Entry,
    city: City | None = None,
    between: Sequence[history.Entry] = (),
) -> revisions.Changed:
    """Return what changed between two editions on the disk, by the city's thresholds."""
    line = [entry.record for entry in between]
    return revisions.compare(
        history.edition(before.record, before.table()),
        history.edition(after.record, after.table(), line),
        **_thresholds(city),
    )


def _thresholds(city: City | None) -> dict[str, float]:
    if city is None:
        return {}
    chosen = city.parameters
    return {"share": chosen.material_share, "percent": chosen.material_percent}


def _opened(
    before: history.Entry, after: history.Entry, city: City, ground: Mapping[str, Any]
) -> revisions.OpenChanged | None:
    """Return what the public may know of the changes; None without two public editions."""
    old, new = before.public(), after.public()
    if old is None or new is None:
        return None
    rules, parts = _rules(city), ground["parts"]
    keys = privacy.tellable(results_from(old), results_from(new), rules, parts)
    changed = revisions.compare(
        history.edition(before.record, old), history.edition(after.record, new),
        **_thresholds(city),
    )  # fmt: skip
    told = revisions.opened(changed, keys)
    told = replace(told, rows=told.rows[_unhidden(told.rows, new)].reset_index(drop=True))
    lines = logged(before, after, told, what=False)
    safe = disclosed.together(lines, [before, after], rules, parts)
    return replace(told, rows=told.rows[safe].reset_index(drop=True))


def _rules(city: City) -> privacy.Rules:
    return privacy.Rules(small_count=city.parameters.small_count)


def _ground(folder: Path, city_id: str) -> dict[str, Any]:
    """Return the zones' names, and which lie in which, as the notebooks recorded them."""
    found: dict[str, Any] = {"zones": {}, "parts": {}}
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        if path.stem == history.CHAPTER:
            continue
        for block in blocks_of(path, city_id):
            if block.kind == "results":
                found["zones"] |= block.content.get("zones", {})
                found["parts"] |= block.content.get("parts", {})
    return found


def _log(
    path: Path,
    before: history.Entry,
    after: history.Entry,
    changed: revisions.Changed,
    *,
    what: bool,
) -> None:
    """Add the changes to a log, unless its last lines are of the same two editions."""
    ends = (before.record.short, after.record.short)
    if path.is_file():
        known = spreadsheet.read(path, NUMBERS)[["run_before", "run_after"]]
        if len(known) and tuple(known.iloc[-1]) == ends:
            return
    spreadsheet.append(logged(before, after, changed, what=what), path)


def logged(
    before: history.Entry, after: history.Entry, changed: revisions.Changed, *, what: bool = True
) -> pd.DataFrame:
    """Return the changes as lines of the log: columns :data:`LOGGED`."""
    moved = sentences.moved_words(changed.moves) if what else None
    rows = changed.rows.assign(
        edition_before=before.record.edition.isoformat(),
        edition_after=after.record.edition.isoformat(),
        run_before=before.record.short,
        run_after=after.record.short,
        what="" if moved is None else moved.fr,
    )
    for name in ("material", "provisional", "open"):
        rows[name] = rows[name].map({True: "oui", False: "non"})
    return rows[list(LOGGED)]


def _still(log: pd.DataFrame, table: pd.DataFrame | None) -> pd.Series:
    """Tell the lines of the public log of numbers that the public edition still shows.

    A line of a next period also holds the number of the period before: it may not be hidden since.
    """
    names = list(revisions.KEY)
    if table is None:
        return pd.Series(False, index=log.index)
    shown = indicators_file.disarmed(table[table["value"].notna()])
    keys = set(shown[names].fillna("").astype(str).itertuples(index=False, name=None))
    kept = [
        key in keys for key in log[names].fillna("").astype(str).itertuples(index=False, name=None)
    ]
    return pd.Series(kept, index=log.index, dtype=bool) & _unhidden(log, table)


def _unhidden(rows: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Tell the changes whose former number, where it is of an earlier period, is not hidden now."""

    def keys(frame: pd.DataFrame, end: str) -> list[tuple[str, ...]]:
        texts = frame[[*revisions.NAME, end]].fillna("").astype(str)
        return list(texts.itertuples(index=False, name=None))

    hidden = table[table["quality"] == "suppressed"]
    secret = {*keys(hidden, "period_end"), *keys(indicators_file.disarmed(hidden), "period_end")}
    open_ = [key not in secret for key in keys(rows, "before_period")]
    return pd.Series(open_, index=rows.index, dtype=bool)


def _blocks(
    city: City,
    record: manifest.Manifest,
    changed: revisions.Changed,
    opened: revisions.OpenChanged | None,
    zones: Mapping[str, str],
) -> list[dict[str, Any]]:
    bundles: list[dict[str, Any]] = []
    language = record.language
    page = pages.Page(city, history.CHAPTER, language, emit=bundles.append)
    said: tuple[Any, ...] = (zones,)
    drawn: tuple[Any, ...] = (language, zones)
    page.say(sentences.told, changed, *said, **_public(sentences.told, opened, *said))
    for draw in (tables.revised, tables.following):
        page.table(draw, changed, *drawn, **_public(draw, opened, *drawn))
    return bundles


def _public(
    draw: Callable[..., Any], opened: revisions.OpenChanged | None, *options: Any
) -> dict[str, Any]:
    """Return what the public edition draws instead: nothing without two public editions."""
    if opened is None:
        return {"audience": "internal"}
    return {"public": drawing(draw, opened, *options)}


def _write(path: Path, bundles: Sequence[Mapping[str, Any]]) -> None:
    """Write the chapter as an executed notebook, so that it reads as the others do."""
    import nbformat  # a second of imports: see `plan`

    book = nbformat.v4.new_notebook()
    book.cells = [
        nbformat.v4.new_markdown_cell(f"# {TITLE.fr}", id="title"),
        nbformat.v4.new_code_cell(
            "# Écrit par la commande run : ce carnet n'est pas à exécuter.",
            id="changes",
            outputs=[nbformat.v4.new_output("display_data", data=dict(item)) for item in bundles],
        ),
    ]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(book, path)
