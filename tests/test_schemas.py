"""Descriptors against frictionless, conversions against Python's own, and every fault at once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from frictionless import Resource, Schema
from frictionless import validate as validate_descriptor
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses import schemas
from analyses.errors import CoeurvilleError
from analyses.schemas import Raw, Reading, convert
from analyses.sources import clock

OURS = (
    "premises", "establishments", "shops", "zones", "streets", "places", "stops", "areas",
    "projects",
)  # fmt: skip


def column(values: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def raw(**columns: list[str | None]) -> Raw:
    table = pa.table({name: column(values) for name, values in columns.items()})
    return Raw("f.csv", table, np.arange(2, len(table) + 2), {}, tuple(columns))


@pytest.mark.parametrize("name", OURS)
def test_descriptors_are_table_schemas(name):
    descriptor = schemas.descriptor(name)
    assert Schema.from_descriptor(descriptor).field_names == [
        f["name"] for f in descriptor["fields"]
    ]
    assert validate_descriptor(descriptor, type="schema").valid
    for field in descriptor["fields"]:
        assert field["title"]
        assert field["title_en"]
        assert field["description"]


def test_frictionless_accepts_the_examples_of_the_premises():
    fields = [f for f in schemas.descriptor("premises")["fields"] if "example" in f]
    row = {f["name"]: f["example"] for f in fields}
    schema = Schema.from_descriptor({**schemas.descriptor("premises"), "fields": fields})
    assert Resource(data=[list(row), list(row.values())], schema=schema).validate().valid


@pytest.mark.parametrize("name", OURS)
def test_our_reader_accepts_the_examples(name):
    schema = schemas.get(name)
    spec = [c for c in schema.columns if c.example and not c.personal]
    checked = schemas.check(raw(**{c.name: [c.example] for c in spec}), schema)
    assert checked.faults == ()
    assert checked.frame[[c.name for c in spec]].notna().all().all()


def test_personal_fields_are_marked_and_never_in_the_table():
    schema = schemas.get("premises")
    assert set(schema.personal) == {
        "owner_name",
        "owner_contact",
        "shopkeeper_name",
        "shopkeeper_age",
        "shopkeeper_contact",
    }
    text = raw(premises_id=["a"], wave=["2024-06-01"], status=["vacant"], owner_name=["Jane Doe"])
    checked = schemas.check(text, schema)
    assert "Jane Doe" not in checked.frame.astype(str).to_numpy()


def test_unknown_table():
    with pytest.raises(CoeurvilleError, match="no table 'shop'"):
        schemas.get("shop")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234", 1234.0),
        ("-3", -3.0),
        ("0.25", 0.25),
        ("1e3", 1000.0),
        (",5", 0.5),
        ("12 000 000", 12e6),
    ],
)
def test_numbers_as_french_files_write_them(text, value):
    read = convert.numbers(column([text]), Reading())
    assert not read.bad[0]
    assert read.values[0] == value


@pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "12 m²", "1 23", "--1", "1,2,3", "x"])
def test_numbers_that_are_not_guessed(text):
    read = convert.numbers(column([text]), Reading())
    assert read.bad[0]
    assert np.isnan(read.values[0])


def test_declared_decimal_mark_frees_the_other_for_thousands():
    assert convert.numbers(column(["1.234,5"]), Reading(decimal="comma")).values[0] == 1234.5
    assert convert.numbers(column(["1,234.5"]), Reading(decimal="point")).values[0] == 1234.5


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=20))
@settings(max_examples=50, deadline=None)
def test_numbers_come_back_as_written(values):
    for mark in ".,":
        texts: list[str | None] = [repr(v).replace(".", mark) for v in values]
        read = convert.numbers(column(texts), Reading())
        assert not read.bad.any()
        assert read.values.tolist() == values


@given(st.lists(st.dates(date(1700, 1, 1), date(2200, 12, 31)), max_size=20))
@settings(max_examples=50, deadline=None)
def test_dates_come_back_as_written(days):
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"):
        texts: list[str | None] = [
            f"{d:%d/%m/}{d.year:04d}" if "/" in form else d.strftime(form) for d in days
        ]
        read = convert.dates(column(texts), Reading())
        assert not read.bad.any()
        assert [d.date() for d in read.values] == days


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        ("2020", Reading(month=6), "2020-06-01"),
        ("2020-05", Reading(), "2020-05-01"),
        ("05/2020", Reading(), "2020-05-01"),
        ("03/04/2021", Reading(), "2021-04-03"),
        ("03/04/2021", Reading(date_order="mdy"), "2021-03-04"),
        ("1/2/2021", Reading(), "2021-02-01"),
        ("2021-04-03T10:00:00", Reading(), "2021-04-03"),
    ],
)
def test_other_dates(text, reading, expected):
    assert convert.dates(column([text]), reading).values[0] == pd.Timestamp(expected)


@pytest.mark.parametrize(
    "text", ["2020", "31/02/2021", "12/25/2021", "21/4/3", "0202-01-01", "hier"]
)
def test_dates_that_are_not_guessed(text):
    assert convert.dates(column([text]), Reading()).bad[0]


def test_an_unproven_day_month_order_is_told():
    schema = schemas.get("premises")
    rows = {"premises_id": ["a", "b"], "status": ["vacant", "vacant"]}
    told = schemas.check(raw(**rows, wave=["03/04/2021", "05/06/2021"]), schema)
    assert "date_order" in told.notes[0].text.fr
    assert schemas.check(raw(**rows, wave=["03/04/2021", "25/06/2021"]), schema).notes == ()
    declared = schemas.check(
        raw(**rows, wave=["03/04/2021", "05/06/2021"]), schema, Reading(date_order="dmy")
    )
    assert declared.notes == ()


def test_the_fifth_of_may_proves_no_order():
    """05/05 is one day in both orders: it neither raises the question nor answers it."""
    for texts, unproven in (
        (["05/05/2021", "03/04/2021"], True),
        (["05/05/2021", "13/04/2021", "03/04/2021"], False),
        (["05/05/2021", "2021-04-03"], False),
    ):
        assert convert.dates(column(texts), Reading()).writing.unproven is unproven
        assert clock.parse(column(texts)).writing.unproven is unproven
        assert not clock.parse(column(texts), "mdy").writing.unproven


def test_coded_values_in_any_case_and_accents():
    spec = schemas.get("premises")["status"]
    read = convert.choices(column(["Occupé", "VACANTE", "vacant_works", "Fermé ?", None]), spec)
    assert read.values.fillna("").tolist() == ["occupied", "vacant", "vacant_works", "", ""]
    assert read.bad.tolist() == [False, False, False, True, False]


def test_missing_values_of_the_schema_are_missing():
    read = schemas.check(
        raw(
            premises_id=["a"],
            wave=["2024-06-01"],
            status=["vacant"],
            name=["[ND]"],
            rent_eur_year=["NC"],
        ),
        schemas.get("premises"),
    )
    assert read.faults == ()
    assert read.frame[["name", "rent_eur_year"]].isna().all().all()


def test_a_long_list_of_faults_is_counted():
    n = 1234 + 5
    text = raw(premises_id=[str(i) for i in range(n)], wave=["2024-06-01"] * n, status=["?"] * n)
    faults = schemas.check(text, schemas.get("premises")).faults
    assert len(faults) == 6
    assert faults[0].row == 2
    assert "and 1,234 more" in faults[-1].problem


def test_a_missing_column_suggests_the_close_one():
    text = raw(premise_id=["a"], wave=["2024-06-01"], status=["vacant"])
    (fault,) = schemas.check(text, schemas.get("premises")).faults
    assert fault.column == "premises_id"
    assert "premise_id" in fault.problem


def test_types_of_an_empty_table():
    checked = schemas.check(raw(premises_id=[], wave=[], status=[]), schemas.get("premises"))
    assert checked.frame["wave"].dtype == "datetime64[ns]"
    assert checked.frame["surface_m2"].dtype == "float64"
    assert checked.frame["name"].dtype == "string"
