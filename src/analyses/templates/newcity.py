"""What `coeurville new ID` writes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from analyses import cities, schemas, texts
from analyses.errors import Fault, InputError
from analyses.schemas import Column, Schema

_MARK = "\ufeff"  # lets a spreadsheet know that the file is UTF-8
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 60


def create(folder: str | Path, city_id: str) -> list[Path]:
    """Write the folder of a new city, whole or not at all.

    Parameters
    ----------
    folder : path
        Folder of the cities; made if it does not exist.
    city_id : str
        Name of the new folder, such as ``saint-avold``.

    Returns
    -------
    list of Path
        Files written, sorted.

    Raises
    ------
    InputError
        If the id is not fit for a folder, or if the folder already exists.
    """
    root = Path(folder)
    faults = _id_faults(city_id) or _place_faults(root, city_id)
    if faults:
        raise InputError(faults)
    root.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    try:
        content = files(city_id)
        for name, text in content.items():
            path = made / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        made.chmod(0o755)
        made.rename(root / city_id)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return sorted(root / city_id / name for name in content)


def files(city_id: str) -> dict[str, str]:
    """Return the text of every file of a new city's folder, by path relative to it.

    Tables are those that have a descriptor in :mod:`analyses.schemas`: a new descriptor gets its
    template with no change here. Personal columns are accepted in a file but never asked for.
    """
    tables = [schemas.get(name) for name in schemas.names()]
    flat = [table for table in tables if all(c.type != "geojson" for c in table.columns)]
    filled = {
        f"exemples/{table.name}.csv": _own(f"{table.name}.csv") or _example(table) for table in flat
    }
    drawn = {
        f"exemples/{table.name}.geojson": _own(f"{table.name}.geojson") or _example_feature(table)
        for table in tables
        if table not in flat
    }
    name = city_id.replace("-", " ").title().replace(" ", "-")
    config = (_own("city.yml") or "").replace("@ID@", city_id).replace("@NAME@", name)
    return {
        "city.yml": config,
        "readiness.yml": (_own("readiness.yml") or "").replace("@ID@", city_id),
        "city.schema.json": json.dumps(cities.json_schema(), ensure_ascii=False, indent=2) + "\n",
        "LISEZMOI.md": (_own("LISEZMOI.md") or "") + _dictionary(flat),
        **{f"texts/{name}.md": _own(f"{name}.md") or "" for name in texts.NAMES},
        **{f"modeles/{table.name}.csv": _csv([table.names]) for table in flat},
        **filled,
        **drawn,
    }


def _id_faults(city_id: str) -> list[Fault]:
    if city_id in cities.RESERVED:
        return [
            Fault(
                "coeurville new",
                "this is the name of a folder of the results",
                f"Add the department, as in {city_id}-02",
                value=city_id,
            )
        ]
    if _IDENTIFIER.fullmatch(city_id) and len(city_id) <= _LONGEST_ID:
        return []
    return [
        Fault(
            "coeurville new",
            "this cannot be a city's id",
            "Write lower-case letters without accents, digits and single hyphens, such as "
            f"saint-avold, {_LONGEST_ID} at most",
            value=city_id,
        )
    ]


def _place_faults(root: Path, city_id: str) -> list[Fault]:
    if root.exists() and not root.is_dir():
        return [Fault(str(root), "this is a file, not a folder", "Name a folder with --cities DIR")]
    if (root / city_id).exists():
        return [
            Fault(
                str(root / city_id),
                "the folder already exists; nothing was written",
                "Choose another id, or move that folder away",
            )
        ]
    return []


def _own(name: str) -> str | None:
    """Return a text of this package, None if there is no such file."""
    path = resources.files("analyses.templates") / "files" / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _example(table: Schema) -> str:
    """Return a table with one row made of the examples of its descriptor."""
    return _csv([table.names, [table[name].example for name in table.names]])


def _example_feature(table: Schema) -> str:
    """Return a collection of one feature made of the examples of a table's descriptor."""
    properties = {
        c.name: c.example for c in table.columns if c.type != "geojson" and not c.personal
    }
    square = [[2.148, 47.549], [2.152, 47.549], [2.152, 47.551], [2.148, 47.551], [2.148, 47.549]]
    geometry = {"type": "Polygon", "coordinates": [square]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    collection = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def _csv(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
    return _MARK + stream.getvalue()


def _dictionary(tables: list[Schema]) -> str:
    """Return the columns of every table in French, as Markdown."""
    parts = ["\n## Les colonnes de chaque modèle\n"]
    for table in tables:
        parts.append(f"\n### {table.title.fr} : `{table.name}.csv`\n\n")
        parts.append("| Colonne | Intitulé | Obligatoire | Ce qu'il faut écrire | Exemple |\n")
        parts.append("|---|---|---|---|---|\n")
        parts += [_line(column) for column in table.columns if not column.personal]
    return "".join(parts)


def _line(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    allowed = column.constraints.get("enum")
    choice = "" if not allowed else f" Valeurs : {', '.join(str(value) for value in allowed)}."
    if column.words:
        also = ", ".join(f"{word} ({value})" for word, value in column.words.items())
        choice += f" Se lisent aussi, accents et majuscules indifférents : {also}."
    cells = (
        f"`{column.name}`",
        column.title.fr + unit,
        "oui" if column.required else "",
        column.description + choice,
        column.example,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
