"""Activity families of the shops and their correspondence with the classifications.

The correspondence itself is data, versioned, in ``activities.yml``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import pandas as pd
import yaml

from analyses.wording import Text

Scope = Literal["divisions", "storefront"]
"""``divisions``: main activity in divisions 47, 56 or 96; ``storefront``: any activity of a family
that is usually carried on behind a shop front."""

NOMENCLATURES: tuple[str, ...] = ("NAFRev2", "NAF2025")
"""Classifications that families are known for; older ones (NAP, NAF 1993, NAF rev. 1) have none."""

_TEXT = pd.StringDtype("pyarrow")
_Rule = Callable[[str, str | None], str | None]


@cache
def _content() -> dict[str, Any]:
    path = resources.files("analyses") / "activities.yml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def version() -> str:
    """Return the version of the correspondence, printed with the results that use it."""
    return str(_content()["version"])


def families() -> dict[str, Text]:
    """Return the families and their labels, in the order of the reports."""
    return {name: Text(item["fr"], item["en"]) for name, item in _content()["families"].items()}


def label(family: str) -> Text:
    """Return the label of one family.

    Raises
    ------
    KeyError
        If there is no such family.
    """
    return families()[family]


def family_of(
    codes: pd.Series[Any], nomenclature: pd.Series[Any] | str | None = None
) -> pd.Series[Any]:
    """Return the family of activity codes.

    Parameters
    ----------
    codes : Series of str
        NAF codes, with or without the dot (``47.71Z``, ``4771Z``).
    nomenclature : Series of str or str, optional
        Classification of the codes (see :data:`NOMENCLATURES`). Without it, the last letter tells:
        NAF rev. 2 uses A-F and Z, NAF 2025 uses G-L and Y.

    Returns
    -------
    Series of str
        Family on the same index; missing for an activity that is no shop, an unknown code or a
        classification without correspondence (:func:`is_known` tells the last two).
    """
    return _looked_up(codes, nomenclature, _family_of_one)


def is_known(
    codes: pd.Series[Any], nomenclature: pd.Series[Any] | str | None = None
) -> pd.Series[Any]:
    """Return whether each code is understood: of a known classification and, in the divisions that
    hold shops (45, 47, 56, 95, 96), listed in the correspondence.

    Returns
    -------
    Series of bool
        False for missing codes.
    """  # noqa: D205 - one sentence
    return _yes(_looked_up(codes, nomenclature, _known_one))


def is_shop(
    codes: pd.Series[Any],
    nomenclature: pd.Series[Any] | str | None = None,
    scope: Scope = "storefront",
) -> pd.Series[Any]:
    """Return whether each code is that of a shop.

    Parameters
    ----------
    codes, nomenclature
        As in :func:`family_of`.
    scope : str
        See :data:`Scope`.

    Returns
    -------
    Series of bool
        False for missing and unknown codes.
    """
    rule = _in_divisions if scope == "divisions" else _in_storefront
    return _yes(_looked_up(codes, nomenclature, rule))


def osm_keys() -> tuple[str, ...]:
    """Return the OpenStreetMap keys that can make an object a shop, the first one winning."""
    return tuple(_content()["osm"])


def family_of_tag(key: str, value: str) -> str | None:
    """Return the family of an OpenStreetMap tag, None if it is not that of a shop.

    Several values (``bakery;pastry``) take the family of the first.
    """
    values = _osm().get(key, {})
    first = value.split(";")[0].strip()
    return values.get(first, values.get("*"))


@cache
def _osm() -> dict[str, dict[str, str]]:
    return {
        key: {str(value): family for family, values in groups.items() for value in values}
        for key, groups in _content()["osm"].items()
    }


@cache
def _prefixes(nomenclature: str) -> dict[str, str]:
    groups = _content()["codes"][nomenclature]
    return {str(code): family for family, codes in groups.items() for code in codes}


def _longest(code: str, table: Mapping[str, str]) -> str | None:
    return next((table[code[:n]] for n in range(len(code), 1, -1) if code[:n] in table), None)


def _normal(code: str) -> str:
    code = code.strip().upper()
    return f"{code[:2]}.{code[2:]}" if len(code) == 5 and "." not in code else code


def _classification(code: str, nomenclature: str | None) -> str | None:
    shaped = len(code) == 6 and code[:2].isdigit() and code[3:5].isdigit() and code[2] == "."
    if not shaped:
        return None
    name = "NAF2025" if nomenclature == "NAF25" else nomenclature
    if name is not None:
        return name if name in NOMENCLATURES else None
    return "NAFRev2" if code[5] in "ABCDEFZ" else "NAF2025" if code[5] in "GHJKLY" else None


def _family_of_one(code: str, nomenclature: str | None) -> str | None:
    name = _classification(code, nomenclature)
    return None if name is None else _longest(code, _prefixes(name))


def _known_one(code: str, nomenclature: str | None) -> str | None:
    name = _classification(code, nomenclature)
    if name is None:
        return None
    covered = code[:2] not in ("45", "47", "56", "95", "96")
    letters = "ABCDEFZ" if name == "NAFRev2" else "GHJKLY"
    fits = code[5] in letters and (covered or _longest(code, _prefixes(name)) is not None)
    return "yes" if fits else None


def _in_divisions(code: str, nomenclature: str | None) -> str | None:
    name = _classification(code, nomenclature)
    return "yes" if name is not None and code[:2] in _content()["divisions"] else None


def _in_storefront(code: str, nomenclature: str | None) -> str | None:
    name = _classification(code, nomenclature)
    if name is None or _longest(code, _prefixes(name)) is None:
        return None
    without = _content()["without_storefront"][name]
    return None if code.startswith(tuple(without)) else "yes"


def _yes(found: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series((found == "yes").fillna(False).to_numpy(dtype=bool), index=found.index)


def _looked_up(
    codes: pd.Series[Any], nomenclature: pd.Series[Any] | str | None, rule: _Rule
) -> pd.Series[Any]:
    """Apply a rule once to each distinct pair of code and classification."""
    frame = pd.DataFrame({"code": codes.astype(object).to_numpy()}, index=codes.index)
    given = nomenclature
    frame["kind"] = given.astype(object).to_numpy() if isinstance(given, pd.Series) else given
    pairs = frame.drop_duplicates()
    answers: dict[Hashable, str | None] = {}
    for code, kind in pairs.itertuples(index=False):
        if not pd.isna(code):
            named = None if kind is None or pd.isna(kind) else str(kind)
            answers[(code, named)] = rule(_normal(str(code)), named)
    keys = [
        (code, None if kind is None or pd.isna(kind) else str(kind))
        for code, kind in pairs.itertuples(index=False)
    ]
    number, _ = pd.factorize(
        pd.MultiIndex.from_frame(frame[["code", "kind"]]), use_na_sentinel=False
    )
    found = np.array([answers.get(key) for key in keys], dtype=object)[number]
    return pd.Series(pd.array(found, dtype=_TEXT), index=codes.index)
