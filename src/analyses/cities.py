"""The city contract: ``cities/<id>/city.yml`` as a typed, strict model.

Unknown keys are refused, every fault is reported at once, and defaults never leak from one city to
another because each file is read on its own.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analyses import declarations
from analyses.errors import CoeurvilleError, Fault, InputError
from analyses.parameters import Parameters

ZoneKind = Literal[
    "centre",
    "hypercentre",
    "faubourg",
    "peripherie",
    "quartier",
    "commune",
    "agglomeration",
    "autre",
]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
InseeCode = Annotated[str, Field(pattern=r"^(\d{5}|2[AB]\d{3}|[A-Z]{2,3}-[A-Za-z0-9-]{1,12})$")]


RESERVED = frozenset(("lab", "opendata", "sirene"))
"""Folders that commands write beside those of the cities: no city may be so named."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Epci(_Strict):
    """Inter-communal body that the city belongs to."""

    siren: Annotated[str, Field(pattern=r"^\d{9}$")] | None = Field(
        default=None, description="SIREN of the inter-communal body (9 digits)"
    )
    name: str = Field(description="Name of the inter-communal body")


class Referents(_Strict):
    """The pair who answer for the city's data: one knows the trade, one knows the data."""

    business: str | None = Field(
        default=None, description="Function of the person who knows the subject"
    )
    data: str | None = Field(default=None, description="Function of the person who knows the data")


class Reference(_Strict):
    """Where a fact or a figure was read."""

    title: str = Field(description="Title of the document")
    url: str | None = Field(default=None, description="Address of the document")
    date: str | None = Field(default=None, description="Date of the document or of its reading")


class PublishedFigure(_Strict):
    """A figure published by someone else: shown as such, never mixed with computed results."""

    indicator: str = Field(description="Identifier in the dictionary of indicators")
    value: float = Field(description="Published value")
    unit: str = Field(description="Unit of the value")
    date: str = Field(description="Date that the value describes: ISO date, year, or 'undated'")
    perimeter: str = Field(description="Perimeter as the source names it, or 'not stated'")
    source: Reference = Field(description="Where it was published")
    note: str | None = Field(default=None, description="Reserve on the figure, in French")


class Fact(_Strict):
    """Something known of the city's experiment, in French, with its source."""

    text: str = Field(description="The fact, one or two sentences in French")
    source: Reference = Field(description="Where it was read")


class Zones(_Strict):
    """Perimeters of the city."""

    path: str = Field(
        description="GeoJSON of the zones (zone_id, name, kind), relative to the city"
    )
    comparison: str | None = Field(
        default=None, description="zone_id of the perimeter that is compared with other cities"
    )
    producer: str | None = Field(default=None, description="Who drew the zones")
    licence: str | None = Field(default=None, description="Licence of the zones")

    @field_validator("comparison")
    @classmethod
    def _compose(cls, value: str | None) -> str | None:
        return None if value is None else unicodedata.normalize("NFC", value)


def _composed(value: Any) -> Any:
    """Return texts with their accents composed (NFC), as files are read, keys of mappings too."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    return [_composed(item) for item in value] if isinstance(value, list) else value


class DataSource(_Strict):
    """One file (or several of one layout) of outside data."""

    layout: str = Field(description="Name of the layout, as `coeurville check` lists them")
    path: str = Field(description="File relative to the city's folder; * matches several files")
    producer: str | None = Field(default=None, description="Who produced the data, printed with it")
    licence: str | None = Field(default=None, description="Licence, printed with the data")
    url: str | None = Field(default=None, description="Where the data can be had")
    retrieved: dt.date | None = Field(default=None, description="Day on which the file was had")
    encoding: str | None = Field(default=None, description="Text encoding, when it is not UTF-8")
    delimiter: str | None = Field(
        default=None, description="Column separator, when it is not detected"
    )
    sheet: str | None = Field(default=None, description="Sheet of a workbook")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Our field: the file's column, for the layout 'mapped'"
    )
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Our field: {value in the file: our value}"
    )
    constants: dict[str, str] = Field(
        default_factory=dict, description="Our field: one value for every row of the file"
    )
    options: dict[str, str | int | float | bool | list[str]] = Field(
        default_factory=dict, description="Options of the layout (communes, time_zone …)"
    )

    _compose = field_validator("columns", "values", "constants", "options")(_composed)


Frequency = Literal["Ponctuelle", "Irrégulière", "Trimestrielle", "Semestrielle", "Annuelle"]


class Publication(_Strict):
    """Who publishes the city's open data, and under which terms (`coeurville publish`)."""

    publisher: str = Field(description="Local authority that publishes, in words")
    siret: Annotated[str, Field(pattern=r"^\d{14}$")] = Field(
        description="SIRET of the authority (14 digits)"
    )
    url: Annotated[str, Field(pattern=r"^https?://")] = Field(
        description="Page from which the package is downloaded"
    )
    licence: Literal["etalab-2.0", "ODbL-1.0"] = Field(
        default="etalab-2.0", description="Licence of the package"
    )
    frequency: Frequency = Field(
        default="Irrégulière", description="How often it is renewed, as the SCDL catalogue says"
    )
    tables: list[Literal["counts"]] = Field(
        default_factory=list,
        description="Raw tables that the city chose to open too, in the national schemas",
    )


class Sources(_Strict):
    """Data of the city by table; a table that is not named is missing, and the report says so."""

    premises: list[DataSource] = Field(default_factory=list, description="Surveys of premises")
    establishments: list[DataSource] = Field(default_factory=list, description="SIRENE")
    shops: list[DataSource] = Field(default_factory=list, description="OpenStreetMap shops")
    streets: list[DataSource] = Field(
        default_factory=list, description="Streets, buildings and water drawn under the maps"
    )
    sensors: list[DataSource] = Field(default_factory=list, description="Footfall sensors")
    counts: list[DataSource] = Field(default_factory=list, description="Footfall counts")
    events: list[DataSource] = Field(default_factory=list, description="Events (CSV or iCalendar)")
    weather: list[DataSource] = Field(default_factory=list, description="Weather by day or hour")
    parking_supply: list[DataSource] = Field(default_factory=list, description="Parking spaces")
    parking_stays: list[DataSource] = Field(default_factory=list, description="Sensor stays")
    parking_states: list[DataSource] = Field(default_factory=list, description="Space states")
    parking_payments: list[DataSource] = Field(default_factory=list, description="Pay stations")
    parking_counts: list[DataSource] = Field(default_factory=list, description="Spot counts")
    parking_availability: list[DataSource] = Field(default_factory=list, description="Garages")
    infractions: list[DataSource] = Field(default_factory=list, description="Parking infractions")
    places: list[DataSource] = Field(
        default_factory=list, description="Services, schools, culture… (points of interest)"
    )
    stops: list[DataSource] = Field(
        default_factory=list, description="Public transport stops (GTFS, OpenStreetMap)"
    )
    areas: list[DataSource] = Field(
        default_factory=list, description="Local statistics by IRIS, commune or zone"
    )
    projects: list[DataSource] = Field(
        default_factory=list, description="Urban projects and works (GeoJSON)"
    )

    def given(self) -> dict[str, list[DataSource]]:
        """Return the tables that the city declares, with their sources."""
        tables = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: sources for name, sources in tables.items() if sources}


class Correction(_Strict):
    """A declared repair of a source, with a guard that fails once the provider has fixed it."""

    table: str = Field(description="Table to correct")
    reason: str = Field(description="Why, in French: printed in the method annex")
    where: dict[str, str] = Field(description="Field: value that selects the rows to correct")
    set: dict[str, str] = Field(
        default_factory=dict, description="Field: corrected value; leave empty to drop the rows"
    )
    drop: bool = Field(default=False, description="Drop the selected rows")
    expects: int = Field(ge=1, description="Rows that it must select, or the run stops")

    _compose = field_validator("where", "set")(_composed)


class City(_Strict):
    """One city: identity, zones, sources, published figures, corrections and parameters."""

    id: Identifier = Field(description="Name of the folder")
    name: str = Field(description="Name of the city")
    fictitious: bool = Field(
        default=False, description="True for made-up data, labelled everywhere"
    )
    insee_code: InseeCode = Field(description="INSEE code of the commune (5 characters)")
    department: str | None = Field(default=None, description="Department, in words")
    region: str | None = Field(default=None, description="Region, in words")
    population: int | None = Field(default=None, ge=0, description="Inhabitants")
    population_source: str | None = Field(default=None, description="Source of the population")
    epci: Epci | None = Field(default=None, description="Inter-communal body")
    school_zone: Literal["A", "B", "C", "Corse", "none"] | None = Field(
        default=None, description="Zone of the school holidays"
    )
    time_zone: str = Field(default="Europe/Paris", description="IANA time zone of the city")
    programme: str | None = Field(default=None, description="Programme that the city belongs to")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="Centre, WGS 84")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="Centre, WGS 84")
    referents: Referents | None = Field(default=None, description="Who answers for the data")
    zones: Zones | None = Field(default=None, description="Perimeters")
    sources: Sources = Field(default_factory=Sources, description="Data, by table")
    published: list[PublishedFigure] = Field(
        default_factory=list, description="Figures published by others"
    )
    facts: list[Fact] = Field(default_factory=list, description="What is known of the experiment")
    corrections: list[Correction] = Field(default_factory=list, description="Declared repairs")
    parameters: Parameters = Field(default_factory=Parameters, description="Choices of the city")
    publication: Publication | None = Field(
        default=None, description="Terms of the city's open data; none is published without them"
    )
    folder: Path = Field(
        default=Path(), description="Set while reading; never written", exclude=True
    )

    @field_validator("id")
    @classmethod
    def _not_a_folder_of_ours(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(
                f"is a folder of the results ({', '.join(sorted(RESERVED))}): add the department, "
                f"as in {value}-02"
            )
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        if value not in declarations.time_zones():
            raise ValueError("is not a name of the IANA time zone list, such as Europe/Paris")
        return value

    @model_validator(mode="after")
    def _corrections_do_something(self) -> City:
        for correction in self.corrections:
            if bool(correction.set) == correction.drop:
                raise ValueError("a correction either sets values or drops rows")
        return self


def read(folder: str | Path) -> City:
    """Read one city's folder.

    Parameters
    ----------
    folder : path
        Folder that holds ``city.yml``; its name is the city's id.

    Returns
    -------
    City
        The checked city, with :attr:`City.folder` set.

    Raises
    ------
    InputError
        With every fault of the file: unreadable YAML, unknown or missing keys, wrong types, an id
        that is not the folder's name.
    """
    folder = Path(folder)
    path = folder / "city.yml"
    label = f"{folder.name}/city.yml"
    try:
        text = path.read_text(encoding="utf-8")
        content = declarations.loaded(text)
    except FileNotFoundError:
        raise InputError([Fault(label, "the file does not exist", _NEW_CITY)]) from None
    except UnicodeDecodeError as error:
        raise InputError(
            [Fault(label, f"the file is not UTF-8 text ({error.reason})", "Save it as UTF-8")]
        ) from None
    except yaml.YAMLError as error:
        raise InputError([declarations.unreadable(label, error)]) from None
    if not isinstance(content, dict):
        raise InputError([Fault(label, "the file holds no keys", _NEW_CITY)])
    faults: list[Fault] = []
    if "folder" in content:
        faults.append(Fault(label, "unknown key", "Remove it", column=str(content.pop("folder"))))
    try:
        city = City(**{**content, "folder": folder})
    except ValidationError as error:
        found = declarations.faults(label, text, error, _keys())
        raise InputError([*faults, *found]) from None
    if city.id != folder.resolve().name:
        faults.append(
            Fault(label, "the id is not the folder's name", f"Write id: {folder.resolve().name}",
                  column="id", value=city.id)
        )  # fmt: skip
    if faults:
        raise InputError(faults)
    return city


def list_ids(cities: str | Path) -> list[str]:
    """Return the ids of the cities under a folder, sorted.

    Raises
    ------
    CoeurvilleError
        If the folder does not exist.
    """
    root = Path(cities)
    if not root.is_dir():
        raise CoeurvilleError(f"There is no folder {root}: name it with --cities DIR.")
    return sorted(path.parent.name for path in root.glob("*/city.yml"))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``city.yml``, for editors to complete and check the file."""
    schema = City.model_json_schema()
    schema["properties"].pop("folder")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "coeurville city.yml"
    return schema


def _keys() -> set[str]:
    """Return every key that the file may hold, at any depth."""
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    return {key for part in parts for key in part.get("properties", {})}


_NEW_CITY = "Write one with `coeurville new ID`"
