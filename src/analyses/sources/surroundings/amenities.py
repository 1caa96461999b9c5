"""Places of interest (services, schools, health, culture, sport…): every layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa

from analyses.errors import Fault
from analyses.schemas import Note, Raw, get
from analyses.sources.files import osm_objects
from analyses.sources.files.osm_objects import Thing
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.sources.surroundings import amenity_kinds, lists
from analyses.sources.surroundings.lists import Form
from analyses.wording import Text, listing, number

GATHERED = Remark(
    "{n} ligne(s) décrivent un autre point de charge d'une station déjà lue ; réunies.",
    "{n} row(s) describe another charging point of a station already read; gathered.",
)


def _stations(frame: pd.DataFrame, tally: Tally, _asked: Request) -> pd.DataFrame:
    """Gather the charging points of each station, counted as declared or as listed if more."""
    again = frame["place_id"].duplicated() & frame["place_id"].notna()
    tally.add(GATHERED, frame.index[again])
    by_station = frame.groupby("place_id")["capacity"]
    most = by_station.transform("max").combine(by_station.transform("size").astype("Int64"), max)
    return frame.assign(capacity=most.astype("Int64"))[~again]


SHOPS = Remark(
    "{n} ligne(s) de commerces, d'artisans ou de transport (autres tables), écartées.",
    "{n} row(s) of shops, trades or transport, which belong to other tables; set aside.",
    True,
)
_KINDS = "kinds"
_MORE = (*lists.CUT_OPTIONS, _KINDS)


def _bpe(raw: Raw, _asked: Request) -> Raw:
    """Give kinds and identifiers to the rows of the BPE, which has none.

    An identifier is made of the code and of the SIRET, else of the point, then of a rank.
    """
    codes = [str(code or "").strip() for code in raw.table["category"].to_pylist()]
    kinds = [amenity_kinds.of_bpe(code) for code in codes]
    columns = {name: raw.table[name] for name in raw.table.column_names}
    count = len(codes)
    sirets = columns["_siret"].to_pylist() if "_siret" in columns else [None] * count
    sides = [columns[n].to_pylist() if n in columns else [None] * count for n in ("lon", "lat")]
    rank: dict[str, int] = {}
    names = []
    for code, siret, lon, lat in zip(codes, sirets, *sides, strict=True):
        stem = f"{code}-{siret or f'{str(lon)[:9]}_{str(lat)[:9]}'}"
        rank[stem] = rank.get(stem, 0) + 1
        names.append(stem if rank[stem] == 1 else f"{stem}-{rank[stem]}")
    kept = [kind or _OUT for kind in kinds]
    columns["kind"] = pa.chunked_array([pa.array([k if k != _OUT else "other" for k in kept])])
    columns["_out"] = pa.chunked_array([pa.array(["1" if k == _OUT else "0" for k in kept])])
    columns["place_id"] = pa.chunked_array([pa.array(names, pa.string())])
    return replace(raw, table=pa.table(columns))


_OUT = "out"


def _without_shops(frame: pd.DataFrame, tally: Tally, _asked: Request) -> pd.DataFrame:
    out = frame["_out"].eq("1").fillna(False).to_numpy(dtype=bool)
    tally.add(SHOPS, frame.index[out])
    return frame[~out]


FORMS: dict[str, Form] = {
    "coeurville": lists.template("des équipements et lieux", "places of interest", (_KINDS,)),
    "mapped": lists.mapped(more=(_KINDS,)),
    "schema-stationnement-cyclable": Form(
        lists.layout(
            "schema-stationnement-cyclable",
            "Schéma national du stationnement cyclable 1.1.1",
            "French national schema of bicycle parking 1.1.1",
            _MORE,
        ),
        {
            "place_id": ("id_local",),
            "category": ("mobilier",),
            "capacity": ("capacite",),
            "_point": ("coordonneesxy",),
            "_commune": ("code_com",),
            "lon": ("lon",),
            "lat": ("lat",),
        },
        needs=("place_id", "capacity", ("_point", "lon")),
        constants={"kind": "bike_parking"},
    ),
    "schema-irve-statique": Form(
        lists.layout(
            "schema-irve-statique",
            "Schéma national des bornes de recharge (IRVE statique 2.x), réunies par station",
            "French national schema of charging points (IRVE static 2.x), gathered by station",
            _MORE,
        ),
        {
            "place_id": ("id_station_itinerance",),
            "category": ("implantation_station",),
            "name": ("nom_station",),
            "capacity": ("nbre_pdc",),
            "_point": ("coordonneesXY",),
            "_commune": ("code_insee_commune",),
            "lon": ("consolidated_longitude", "lon"),
            "lat": ("consolidated_latitude", "lat"),
        },
        needs=("place_id", "name", "capacity", ("_point", "lon")),
        constants={"kind": "ev_charger"},
        finish=_stations,
    ),
    "scdl-equipements": Form(
        lists.layout(
            "scdl-equipements",
            "Équipements collectifs publics du Socle commun des données locales 0.1.5",
            "Public facilities of the French common base of local data (SCDL) 0.1.5",
            _MORE,
        ),
        {
            "place_id": ("EQUIP_UID",),
            "kind": ("EQUIP_THEME",),
            "category": ("EQUIP_TYPE",),
            "name": ("EQUIP_NOM",),
            "lon": ("EQUIP_LONG",),
            "lat": ("EQUIP_LAT",),
        },
        needs=("place_id", "kind", "lon", "lat"),
        values={"kind": amenity_kinds.SCDL_THEMES},
    ),
    "bpe": Form(
        lists.layout(
            "bpe",
            "Base permanente des équipements de l'Insee (géolocalisée, Lambert 93 ou degrés)",
            "Insee's permanent base of facilities (BPE, geolocated, Lambert 93 or degrees)",
            _MORE,
        ),
        {
            "category": ("TYPEQU",),
            "name": ("NOMRS",),
            "lon": ("LONGITUDE",),
            "lat": ("LATITUDE",),
            "_x": ("LAMBERT_X",),
            "_y": ("LAMBERT_Y",),
            "_commune": ("DEPCOM", "CODE_COMMUNE"),
            "_siret": ("SIRET",),
        },
        needs=("category", ("lon", "_x"), "_commune"),
        prepare=_bpe,
        finish=_without_shops,
        large=True,
    ),
    "res": Form(
        lists.layout(
            "res",
            "Recensement des équipements sportifs (Data ES)",
            "French census of sports facilities (Data ES)",
            _MORE,
        ),
        {
            "place_id": ("equip_numero",),
            "category": ("equip_type_name", "equip_type_famille"),
            "name": ("equip_nom", "inst_nom"),
            "lon": ("equip_x", "lon"),
            "lat": ("equip_y", "lat"),
            "_point": ("equip_coordonnees", "coordonnees"),
            "_commune": ("new_code", "inst_com_code"),
        },
        needs=("place_id", "category", ("lon", "_point")),
        constants={"kind": "sport"},
        point_order="lat,lon",
    ),
    "cnig-sites-economiques": Form(
        lists.layout(
            "cnig-sites-economiques",
            "Sites économiques du CNIG 1.0.1 (table site, GeoJSON ou CSV)",
            "Business sites of the French CNIG 1.0.1 (table site, GeoJSON or CSV)",
            _MORE,
        ),
        {
            "place_id": ("site_id",),
            "category": ("site_vocadomi", "site_type"),
            "name": ("site_nom",),
            "lon": ("lon",),
            "lat": ("lat",),
            "_point": ("site_geompoint",),
            "_commune": ("site_comm_insee",),
        },
        needs=("place_id", "name", ("_point", "lon")),
        constants={"kind": "other"},
    ),
}
"""Layouts of lists, by name."""

_OSM_OPTIONS = ("bbox", "duplicates", _KINDS)
OSM: tuple[Layout, ...] = (
    Layout("osm-pbf", Text("Extrait OpenStreetMap (.osm.pbf)", "OpenStreetMap extract (.osm.pbf)"),
           _OSM_OPTIONS),
    Layout("overpass", Text("Réponse JSON de l'API Overpass", "JSON answer of the Overpass API"),
           _OSM_OPTIONS),
    Layout("osm-geojson", Text("Export GeoJSON d'overpass turbo",
                               "GeoJSON export of overpass turbo"), _OSM_OPTIONS),
)  # fmt: skip
"""Extracts of OpenStreetMap."""


def read(asked: Request) -> Piece:
    """Read one file of places; the option ``kinds`` keeps some kinds only.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    if asked.source.layout in FORMS:
        piece = lists.read(asked, FORMS[asked.source.layout])
    else:
        piece = _osm(asked)
    return _of_kinds(piece, asked)


def _osm(asked: Request) -> Piece:
    """Read an extract of OpenStreetMap."""
    rows, wrong = osm_objects.rows(asked, amenity_kinds.OSM_KEYS, _place)
    raw = osm_objects.raw(asked.file, rows, _COLUMNS)
    return lists.checked(asked, raw, [*asked.check_options(_OSM_OPTIONS), *wrong])


_COLUMNS = ("place_id", "kind", "category", "name", "capacity", "lon", "lat")


def _place(thing: Thing) -> dict[str, str | None] | None:
    found = amenity_kinds.of_tags(thing.tags)
    if found is None:
        return None
    kind, word = found
    capacity = thing.tags.get("capacity", "")
    return {
        "place_id": thing.id,
        "kind": kind,
        "category": word,
        "name": (thing.tags.get("name") or "")[:300] or None,
        "capacity": capacity if capacity.isdecimal() else None,
        "lon": None if thing.lon is None else repr(thing.lon),
        "lat": None if thing.lat is None else repr(thing.lat),
    }


def _of_kinds(piece: Piece, asked: Request) -> Piece:
    wanted = asked.options(_KINDS)
    if not wanted:
        return piece
    allowed = get("places")["kind"].constraints["enum"]
    faults = [
        Fault("city.yml", "there is no such kind of place", f"Write some of: {', '.join(allowed)}",
              column=f"sources.{asked.table}.options.{_KINDS}", value=kind)
        for kind in wanted if kind not in allowed
    ]  # fmt: skip
    frame = piece.frame[piece.frame["kind"].isin(wanted).fillna(False).astype(bool)]
    out = len(piece.frame) - len(frame)
    note = Note(
        Text(
            f"{number(out)} lieu(x) d'autres types que ceux de l'option kinds, écartés.",
            f"{number(out, 'en')} place(s) of other kinds than those of the option kinds, "
            "set aside.",
        ),
        rows=out,
        set_aside=True,
    )
    notes = (*piece.notes, note) if out else piece.notes
    return replace(piece, frame=frame, notes=notes, faults=(*piece.faults, *faults))


def read_all(requests: Sequence[Request]) -> list[Piece]:
    """Read every file of places, and say which kinds come from several files.

    Raises
    ------
    InputError
        With the faults of every file that could not be read.
    """
    pieces = each(read)(requests)
    files: dict[str, list[str]] = {}
    for piece in pieces:
        for kind in piece.frame["kind"].dropna().unique():
            files.setdefault(str(kind), []).append(piece.request.file)
    shared = {kind: names for kind, names in files.items() if len(set(names)) > 1}
    if not shared:
        return pieces
    kinds = sorted(shared)
    note = Note(
        Text(
            f"Plusieurs fichiers donnent des lieux de même type ({listing(kinds)}) : un même lieu "
            "peut être compté deux fois ; l'option kinds choisit le fichier de chaque type.",
            f"Several files give places of the same kind ({listing(kinds, 'en')}): a place may be "
            "counted twice; the option kinds chooses the file of each kind.",
        )
    )
    return [replace(pieces[0], notes=(*pieces[0].notes, note)), *pieces[1:]]


FAMILY = Family("places", (*(form.layout for form in FORMS.values()), *OSM), read_all)
