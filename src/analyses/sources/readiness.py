"""A city's own answers on its data and journey: ``readiness.yml`` beside its ``city.yml``."""

from __future__ import annotations

from analyses.cities import City
from analyses.errors import Fault, InputError
from analyses.readiness import declaration
from analyses.readiness.declaration import FILE, Declaration


def read(city: City) -> Declaration:
    """Read the file, if the city has one.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    path = city.folder / FILE
    label = f"{city.folder.name}/{FILE}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Declaration()
    except UnicodeDecodeError as error:
        problem = f"the file is not UTF-8 text ({error.reason})"
        raise InputError([Fault(label, problem, "Save it as UTF-8")]) from None
    return declaration.parse(text, label)
