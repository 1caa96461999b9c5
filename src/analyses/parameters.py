"""The choices of a city that change a result: ``parameters:`` in ``city.yml``."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Part = Literal[
    "footfall", "services", "transit", "parking", "bikes", "neighbours", "occupied", "variety",
    "leaving",
]  # fmt: skip
"""Parts of the potential of premises (``crossings``)."""


def _shown(values: tuple[float, ...]) -> str:
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"


class Parameters(BaseModel):
    """Choices of the city that change a result; the method annex of the report prints them."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    survey_min_coverage: float = Field(
        default=80,
        ge=0,
        le=100,
        description="Coverage (%) under which the vacancy rate is not shown",
    )
    structural_vacancy_months: int = Field(
        default=24, ge=1, description="Months after which a vacancy is called structural"
    )
    chain_min_communes: int = Field(
        default=2, ge=2, description="Communes where a brand must stand to count as a chain"
    )
    survival_years: tuple[int, ...] = Field(
        default=(1, 3, 5),
        min_length=1,
        description="Ages of the survival rates, in years, each once",
    )
    surface_breaks: tuple[float, ...] = Field(
        default=(50, 100, 200, 400),
        min_length=1,
        description="Limits of the surface classes, in m², rising",
    )
    small_count: int = Field(
        default=3,
        ge=3,
        description="Units under which the public edition hides a figure (the law says 3)",
    )

    material_share: float = Field(
        default=0.5,
        gt=0,
        le=5,
        description="Share of the half-width of its interval over which a revised figure matters; "
        "0.5 is about one standard error",
    )
    material_percent: float = Field(
        default=1,
        gt=0,
        le=100,
        description="Percent over which a revised figure without interval matters",
    )
    walking_metres: int = Field(
        default=400, ge=50, le=3000, description="Walking distance to services, stops, car parks"
    )
    potential_weights: dict[Part, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="Weight of each part of the potential; equal if empty"
    )

    @field_validator("survival_years")
    @classmethod
    def _ages(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(year <= 0 for year in value):
            raise ValueError(f"every age must be above 0: {_shown(value)}")
        if len(set(value)) < len(value):
            raise ValueError(f"an age is written twice: {_shown(value)}")
        return value

    @field_validator("surface_breaks")
    @classmethod
    def _limits(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0 < limit < float("inf") for limit in value):
            raise ValueError(f"every limit must be a number above 0: {_shown(value)}")
        if any(after <= before for before, after in pairwise(value)):
            raise ValueError(f"each limit must be above the one before: {_shown(value)}")
        return value
