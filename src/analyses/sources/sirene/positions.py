"""Positions of establishments: the official geolocation file and geocoders' outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from pyproj import Transformer

from analyses.errors import Fault, InputError
from analyses.schemas import Note
from analyses.sources.sirene import scan
from analyses.sources.sirene.scan import Scan
from analyses.wording import Text, number

QUALITY: dict[str, str] = {
    "11": "house",
    "12": "street",
    "21": "house",
    "22": "street",
    "33": "random",
}
"""Insee's ``qualite_xy``: 11 known street and number, 12 known street and random position in it, 21
and 22 the same on a probable street, 33 unknown street and random position in the commune (Insee,
"Géolocalisation des établissements du répertoire Sirene", dictionary of variables)."""

PRECISION: dict[str, str] = {
    "housenumber": "house",
    "interpolation": "house",
    "street": "street",
    "locality": "street",
    "municipality": "random",
    "city": "random",
    "town": "random",
    "village": "random",
}
"""``result_type`` / ``geo_type`` of the geocoder of the Base Adresse Nationale."""

USABLE = ("house", "street")
MIN_SCORE = 0.5

_OFFICIAL = ("x_longitude", "y_latitude", "qualite_xy")
_GEOCODED = ("longitude", "latitude", "result_score", "result_type")
_COMMUNE = ("plg_code_commune", "result_citycode")


@dataclass(frozen=True, slots=True)
class Positions:
    """Position of each establishment (index ``siret``): ``lon``, ``lat``, ``position_quality``."""

    frame: pd.DataFrame
    rows_read: int
    notes: tuple[Note, ...]


def read(source: Scan, sirets: Sequence[str], communes: pd.Series, min_score: float) -> Positions:
    """Read the positions of some establishments.

    Parameters
    ----------
    source : Scan
        Official file (``qualite_xy``) or a file geocoded with the Base Adresse Nationale.
    sirets : sequence of str
        Establishments wanted.
    communes : Series
        Commune of each establishment (index ``siret``), missing if unknown: a position in another
        commune is not used.
    min_score : float
        Geocoder's score under which a position is not used.

    Raises
    ------
    InputError
        If the file has the columns of neither layout.
    """
    official = source.has("siret", *_OFFICIAL)
    if not official and not source.has("siret", *_GEOCODED):
        raise InputError([_unknown(source)])
    columns = ["siret", *(_OFFICIAL if official else _GEOCODED)]
    commune = next((name for name in _COMMUNE if name in source.columns), None)
    wanted = [*columns, *([commune] if commune else [])]
    short = [siret.lstrip("0") for siret in sirets] if not official else []
    table = scan.rows(source, wanted, "siret", list(dict.fromkeys([*sirets, *short])))
    frame = table.to_pandas().astype(object)
    frame["siret"] = frame["siret"].str.zfill(14)
    frame = frame.drop_duplicates("siret").set_index("siret")
    out = pd.DataFrame(index=frame.index)
    out["lon"] = pd.to_numeric(frame["x_longitude" if official else "longitude"], errors="coerce")
    out["lat"] = pd.to_numeric(frame["y_latitude" if official else "latitude"], errors="coerce")
    if official:
        out["position_quality"] = frame["qualite_xy"].map(QUALITY)
    else:
        score = pd.to_numeric(frame["result_score"], errors="coerce").to_numpy()
        out["position_quality"] = graded(frame["result_type"], score, min_score)
    if commune:
        own = communes.reindex(out.index).astype(object)
        away = (own.notna() & frame[commune].notna() & (own != frame[commune])).to_numpy(dtype=bool)
        out.loc[away, "position_quality"] = "poor"
    out, notes = usable(out)
    return Positions(out, len(table), tuple(notes))


def graded(
    precision: pd.Series, score: np.ndarray[tuple[int], np.dtype[np.float64]], min_score: float
) -> pd.Series:
    """Return the quality of geocoded positions from their precision and score."""
    quality = precision.map(PRECISION).astype(object)
    low = ~(score >= min_score)
    return quality.where(~(low & quality.isin(USABLE).to_numpy()), "poor")


def usable(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Remove the coordinates that must not be used and count them by quality."""
    notes = []
    quality = frame["position_quality"]
    for kind, fr, en in (
        ("random", "tirées au hasard dans la commune", "drawn at random in the commune"),
        ("poor", "trop incertaines ou hors de la commune", "too uncertain or out of the commune"),
    ):
        count = int(quality.eq(kind).sum())
        if count:
            text = Text(
                f"{number(count)} position(s) {fr} : elles ne sont pas utilisées.",
                f"{number(count, 'en')} position(s) {en}: they are not used.",
            )
            notes.append(Note(text, rows=count))
    good = quality.isin(USABLE) & frame["lon"].notna() & frame["lat"].notna()
    frame = frame.copy()
    frame.loc[~good, ["lon", "lat"]] = np.nan
    return frame, notes


def from_lambert(x: pa.ChunkedArray, y: pa.ChunkedArray, commune: pd.Series) -> pd.DataFrame:
    """Bring the register's plane coordinates to degrees (the projection is that of the territory).

    Returns
    -------
    DataFrame
        ``lon``, ``lat`` in the order of the rows.
    """
    plane = [pd.to_numeric(values.to_pandas(), errors="coerce").to_numpy() for values in (x, y)]
    overseas = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}
    zone = commune.astype(object).str[:3].map(overseas).fillna(2154).to_numpy(dtype=int)
    degrees = np.full((2, len(zone)), np.nan)
    for code in np.unique(zone):
        here = (zone == code) & np.isfinite(plane[0]) & np.isfinite(plane[1])
        to_degrees = Transformer.from_crs(f"EPSG:{code}", "EPSG:4326", always_xy=True)
        degrees[:, here] = to_degrees.transform(plane[0][here], plane[1][here])
    return pd.DataFrame({"lon": degrees[0], "lat": degrees[1]})


def _unknown(source: Scan) -> Fault:
    return Fault(
        source.file,
        "the file has neither the columns of the official geolocation file "
        f"({', '.join(_OFFICIAL)}) nor those of a geocoder ({', '.join(_GEOCODED)})",
        "Download the file GeolocalisationEtablissement_Sirene_pour_etudes_statistiques",
    )
