"""The finished runs of many cities gathered into one programme, and kept as it was gathered.

It stands with the runs because it knows their files; it opens no outside data but each city's own
``city.yml``, ``readiness.yml`` and the kind of its compared zone, and computes nothing. What was
gathered is written beside the report, where the notebooks read it. Numbers of earlier syntheses are
not kept: what moved is read between two surveys of the same run, whose public form was protected as
a whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analyses import activities, cities, digests, indicators
from analyses.blocks import Edition
from analyses.cities import City, Fact, PublishedFigure
from analyses.comparison import QUESTIONS, Member, Profile, Programme
from analyses.errors import InputError
from analyses.readiness import declaration
from analyses.readiness.catalogue import catalogue
from analyses.results import COLUMNS
from analyses.runs import finished, indicators_file, spreadsheet
from analyses.sources import readiness as own_readiness
from analyses.sources.files import geojson
from analyses.wording import Text

FOLDER = "programme"
"""Folder of what was gathered, in that of the synthesis."""
_MEMBERS = "programme.json"
_KEPT = {
    *((q.indicator, q.breakdown, q.category) for q in QUESTIONS),
    ("survey_coverage", "total", ""),
}
"""Rows that are compared; the others stay in the runs."""


def choose(cities_dir: Path, ids: Sequence[str] = ()) -> list[str]:
    """Return the cities of a programme: those named, else every real French one of the folder."""
    if ids:
        return sorted(dict.fromkeys(ids))
    return [city for city in cities.list_ids(cities_dir) if _real(cities_dir / city)]


def _real(folder: Path) -> bool:
    try:
        city = cities.read(folder)
    except InputError:  # it is counted and named among those that cannot be read
        return True
    return not city.fictitious and "-" not in city.insee_code


def gather(
    out: Path, cities_dir: Path, ids: Iterable[str], edition: Edition = "public"
) -> Programme:
    """Gather the finished runs of some cities.

    Parameters
    ----------
    out : Path
        Folder of the runs.
    cities_dir : Path
        Folder of the cities.
    ids : iterable of str
        Cities to take.
    edition : str
        Edition whose numbers are read.

    Returns
    -------
    Programme
        Every city asked for: those that cannot be read carry the reason.
    """
    members: list[Member] = []
    tables: list[pd.DataFrame] = []
    for city_id in ids:
        try:
            member = _declared(cities_dir / city_id)
        except InputError as error:
            members.append(_wrong(city_id, error))
            continue
        found = finished.read(out, city_id, edition)
        if isinstance(found, finished.Unread):
            members.append(_with(member, state=found.state, why=found.why, remedy=found.remedy))
            continue
        members.append(
            _with(member, state="read", edition=found.edition, fingerprint=found.fingerprint)
        )
        tables.append(_compared(found.table, member.profile))
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))
    told = _told_apart(members)
    ordered = tuple(sorted(told, key=lambda item: (_folded(item.name), item.city)))
    return Programme(ordered, table, edition)


def marks(out: Path, cities_dir: Path, ids: Iterable[str], edition: Edition) -> dict[str, str]:
    """Return, for each city, a mark of all that :func:`gather` reads of it."""
    return {city: _mark(out, cities_dir / city, edition) for city in ids}


def write(programme: Programme, folder: Path) -> None:
    """Write a programme in a folder: its cities, its indicators."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "edition": programme.edition,
        "members": [_plain(member) for member in programme.members],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / _MEMBERS).write_text(text + "\n", encoding="utf-8")
    spreadsheet.write(programme.table, folder / indicators_file.NAME)


def read(folder: Path | str) -> Programme:
    """Read a programme back from its folder.

    Raises
    ------
    OSError, ValueError, KeyError, InputError
        If the folder is not one that :func:`write` wrote.
    """
    place = Path(folder)
    content = json.loads((place / _MEMBERS).read_text(encoding="utf-8"))
    members = tuple(_member(item) for item in content["members"])
    table = indicators_file.read(place / indicators_file.NAME)
    return Programme(members, table, content["edition"])


def _declared(folder: Path) -> Member:
    """Return what a city declares of itself.

    Raises
    ------
    InputError
        If one of its own files is wrong.
    """
    city = cities.read(folder)
    said = own_readiness.read(city)
    zone = city.zones.comparison if city.zones else None
    profile = Profile(
        city.id, city.name, zone, None if zone is None else _kind(city, zone),
        city.population, city.region, None, indicators.dictionary().version, activities.version(),
        city.parameters.model_dump(mode="python"), city.fictitious,
    )  # fmt: skip
    given = set(city.sources.given()) | ({"zones"} if city.zones else set())
    data = catalogue().data
    held = tuple(name for name, item in data.items() if item.table in given)
    known = tuple(dict.fromkeys(item.data for item in said.known if item.data not in held))
    return Member(
        profile, "absent", lon=city.longitude, lat=city.latitude, held=held, known=known,
        published=tuple(city.published), facts=tuple(city.facts),
    )  # fmt: skip


def _kind(city: City, zone: str) -> str | None:
    assert city.zones is not None
    path = city.folder / city.zones.path
    if not path.is_file():
        return None
    for item in geojson.features(path, city.zones.path):
        properties = item.get("properties") or {}
        if properties.get("zone_id") == zone:
            return str(properties.get("kind") or "") or None
    return None


def _wrong(city_id: str, error: InputError) -> Member:
    first = error.faults[0]
    return Member(
        Profile(city_id, city_id),
        "broken",
        Text(f"La ville est mal déclarée : {first.file}.", f"Wrong declaration: {first.file}."),
        Text(f"Lancer coeurville check {city_id}.", f"Run coeurville check {city_id}."),
    )


def _with(member: Member, **changes: Any) -> Member:
    values = {name: getattr(member, name) for name in member.__slots__}
    return Member(**{**values, **changes})


def _told_apart(members: Sequence[Member]) -> list[Member]:
    """Add to the names that several cities bear what tells them apart: the region, else the id."""

    def named(member: Member, more: str | None) -> str:
        return f"{member.name} ({more})" if more else member.name

    by_name = Counter(_folded(member.name) for member in members)
    by_region = Counter((_folded(member.name), member.profile.region) for member in members)
    found = []
    for member in members:
        name, region = _folded(member.name), member.profile.region
        if by_name[name] > 1:
            alone = region is not None and by_region[name, region] == 1
            called = named(member, region if alone else member.city)
            member = _with(member, profile=replace(member.profile, name=called))
        found.append(member)
    return found


def _compared(table: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return the rows of a run that the synthesis compares: its zone, or the whole city."""
    here = table["zone"].isin([profile.zone or "", "*"])
    keys = zip(table["indicator"], table["breakdown"], table["category"], strict=True)
    return table[here & pd.Series([key in _KEPT for key in keys], index=table.index)]


def _mark(out: Path, folder: Path, edition: Edition) -> str:
    paths = [folder / "city.yml", folder / declaration.FILE, *_zones_file(folder)]
    own = {path.name: digests.of_file(path) for path in paths if path.is_file()}
    return digests.of_value({"run": finished.mark(out, folder.name, edition), "own": own})


def _zones_file(folder: Path) -> list[Path]:
    """Return the file of the zones that ``city.yml`` names, wherever it lies; none if it is wrong.

    A city whose file is wrong is read no further than that file, which has a mark of its own.
    """
    try:
        zones = cities.read(folder).zones
    except InputError:
        return []
    return [] if zones is None else [folder / zones.path]


def _plain(member: Member) -> dict[str, Any]:
    values = {name: getattr(member, name) for name in member.__slots__}
    values["profile"] = asdict(member.profile)
    for name in ("published", "facts"):
        values[name] = [item.model_dump(mode="json") for item in values[name]]
    values["edition"] = None if member.edition is None else member.edition.isoformat()
    for name in ("why", "remedy"):
        values[name] = None if values[name] is None else asdict(values[name])
    return values


def _member(values: dict[str, Any]) -> Member:
    profile = dict(values["profile"])
    profile["parameters"] = {
        key: tuple(item) if isinstance(item, list) else item
        for key, item in profile["parameters"].items()
    }
    made = dict(values, profile=Profile(**profile))
    made["published"] = tuple(PublishedFigure(**item) for item in values["published"])
    made["facts"] = tuple(Fact(**item) for item in values["facts"])
    made["edition"] = date.fromisoformat(values["edition"]) if values["edition"] else None
    for name in ("held", "known"):
        made[name] = tuple(values[name])
    for name in ("why", "remedy"):
        made[name] = None if values[name] is None else Text(**values[name])
    return Member(**made)


def _folded(name: str) -> str:
    plain = str.maketrans("éèêëàâîïôûùçœÉÈÀÎ", "eeeeaaiiouucoeeai")
    return name.casefold().translate(plain)
