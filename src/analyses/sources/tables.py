"""The checked tables of one city, with where they come from and what must be known about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analyses.cities import Sources
from analyses.wording import Text

NAMES: tuple[str, ...] = ("zones", *Sources.model_fields)
"""Every table that a city may have."""

PROVENANCE: tuple[str, ...] = (
    "table",
    "file",
    "layout",
    "sha256",
    "rows_read",
    "rows_kept",
    "rows_set_aside",
    "period_start",
    "period_end",
    "producer",
    "licence",
    "url",
    "retrieved",
)
"""Columns of the provenance, one row a file."""

QUALITY: tuple[str, ...] = ("table", "file", "rows", "set_aside", "reason_fr", "reason_en", "lines")
"""Columns of the quality log, one row a reserve; ``lines`` names the first ones concerned."""


@dataclass(frozen=True, slots=True)
class Tables(Mapping[str, "pd.DataFrame | None"]):
    """Checked tables of one city.

    ``tables["premises"]`` and ``tables.premises`` are the same; a table that the city does not
    declare is None, and a name that is no table raises.

    Parameters
    ----------
    frames : mapping
        Tables that the city has.
    provenance : DataFrame
        One row a file, columns :data:`PROVENANCE`.
    quality : DataFrame
        One row a reserve, columns :data:`QUALITY`.
    reserves : tuple of Text
        The reserves as sentences, each once.
    files : tuple of Path
        Every file that was read, on this machine: for the manifest's hashes, never printed.
    """

    frames: Mapping[str, pd.DataFrame]
    provenance: pd.DataFrame
    quality: pd.DataFrame
    reserves: tuple[Text, ...]
    files: tuple[Path, ...] = ()

    def __getitem__(self, name: str) -> pd.DataFrame | None:
        """Return one table, None if the city has not got it."""
        if name not in NAMES:
            raise KeyError(f"there is no table {name!r}: {', '.join(NAMES)}")
        return self.frames.get(name)

    def __getattr__(self, name: str) -> pd.DataFrame | None:
        """Return one table as an attribute."""
        if name in NAMES:
            return self.frames.get(name)
        raise AttributeError(f"there is no table {name!r}: {', '.join(NAMES)}")

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of every table."""
        return iter(NAMES)

    def __len__(self) -> int:
        """Return the number of tables that a city may have."""
        return len(NAMES)

    def credit(self, *names: str) -> str:
        """Return the producers of these tables, each once, as a map or a chart credits them."""
        rows = self.provenance[self.provenance["table"].isin(names)]
        return ", ".join(dict.fromkeys(str(name) for name in rows["producer"].dropna() if name))

    def retrieved(self, name: str) -> dt.date | None:
        """Return the latest declared day on which a file of this table was had, None if none is.

        Raises
        ------
        KeyError
            If the name is no table.
        """
        if name not in NAMES:
            raise KeyError(f"there is no table {name!r}: {', '.join(NAMES)}")
        days = self.provenance.loc[self.provenance["table"] == name, "retrieved"].dropna()
        return None if days.empty else pd.Timestamp(days.max()).date()

    def has(self, *names: str) -> bool:
        """Whether the city has all of these tables, with at least one row each."""
        return all((frame := self[name]) is not None and len(frame) > 0 for name in names)
