"""Dates whose month is a word."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from analyses.schemas import Raw, Reading, check, convert, get, months
from analyses.sources import clock
from analyses.wording import Text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01-Nov-16", "2016-11-01"),
        ("01-Nov-98", "1998-11-01"),
        ("01-Nov-2016 14:00", "2016-11-01 14:00"),
        ("1er janvier 2023", "2023-01-01"),
        ("mardi 1 nov. 2016", "2016-11-01"),
        ("15 févr. 2020", "2020-02-15"),
        ("15 juin 2019", "2019-06-15"),
        ("15-JUL-19", "2019-07-15"),
        ("Wed Nov 2, 2016", "2016-11-02"),
        ("Nov 1, 2016 2:00 PM", "2016-11-01 2:00 PM"),
        ("2016-Nov-01", "2016-11-01"),
        ("Sam., 15 MARS 2019", "2019-03-15"),
        ("mar 1 nov 2016", "2016-11-01"),
        ("Mar 1 2016", "2016-03-01"),
        ("avant 15 mars 2019", "avant 15 mars 2019"),
        ("vers mars 15, 2019", "vers mars 15, 2019"),
        ("le 15 mars 2019", "2019-03-15"),
        ("Le lundi 15 mars 2019", "2019-03-15"),
        ("15 jui 2019", "15 jui 2019"),  # juin or juillet
        ("2024-06-15T14:00:00Z", "2024-06-15T14:00:00Z"),
        ("15/06/2024 2:00 PM", "15/06/2024 2:00 PM"),
        ("15h30", "15h30"),
    ],
)
def test_a_month_in_words_is_numbered(text: str, expected: str) -> None:
    assert months.numbered(text, declared=True)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16-Nov-01", "16-Nov-01"),  # 2001, or 2016
        ("16-Nov-98", "1998-11-16"),
        ("01-Nov-00", "2000-11-01"),
        ("16-Nov-16", "2016-11-16"),
        ("16-Nov-2001", "2001-11-16"),
        ("mardi 16 nov. 04", "2004-11-16"),
        ("1er mars 19", "2019-03-01"),
        ("Nov 16, 01", "2001-11-16"),
    ],
)
def test_a_year_that_could_be_a_day_waits_for_its_order_too(text: str, expected: str) -> None:
    assert months.numbered(text)[0] == expected


def test_years_of_two_digits_are_told_as_they_were_read() -> None:
    column = pa.chunked_array([["1er mar 65", "16-Nov-98", "15 juin 2019"]])
    for writing in (convert.dates(column, Reading()).writing, clock.parse(column).writing):
        assert writing.years == (1998, 2065)
        (told,) = writing.texts(Text("de f.csv", "of f.csv"))
        assert "de 1998 à 2065" in told.fr
        assert "from 1998 to 2065" in told.en
    figures = pa.chunked_array([["05/06/98"]])
    for writing in (
        convert.dates(figures, Reading(date_order="dmy")).writing,
        clock.parse(figures, "dmy").writing,
    ):
        assert writing.years == (1998, 1998)
        assert not writing.unproven
    whole = pa.chunked_array([["15 juin 2019", "2020-01-01"]])
    assert convert.dates(whole, Reading()).writing.years is None


@pytest.mark.parametrize(
    ("text", "reading", "helps"),
    [
        ("05/06/98", Reading(), True),
        ("16-Nov-01", Reading(), True),
        ("hier", Reading(), False),
        ("31/02/2021", Reading(), False),
        ("31/02/98", Reading(date_order="dmy"), False),
        ("05/06/98", None, False),  # a layout that has no such option
    ],
)
def test_the_order_is_asked_for_only_where_it_would_read_the_date(
    text: str, reading: Reading | None, helps: bool
) -> None:
    columns = {"premises_id": ["a"], "status": ["vacant"], "wave": [text]}
    raw = Raw("f.csv", pa.table(columns), np.array([2]), {}, tuple(columns))
    (fault,) = check(raw, get("premises"), reading).faults
    assert ("date_order" in fault.remedy) is helps
    assert reading is None or reading.date_order or clock.waits([text]) is helps


def test_days_and_times_are_read_with_their_month_in_words() -> None:
    column = pa.chunked_array([["01-Nov-2016", "31 février 2020", "3 mai 2020 10:30", None]])
    read = convert.dates(column, Reading())
    assert read.values.dt.strftime("%Y-%m-%d").tolist()[::2] == ["2016-11-01", "2020-05-03"]
    assert read.bad.tolist() == [False, True, False, False]
    assert not read.writing.unproven
    stamps = clock.parse(pa.chunked_array([["Nov 1, 2016 2:00 PM", "31 février 2020", None]]))
    assert stamps.clock[0] == np.datetime64("2016-11-01T14:00")
    assert stamps.shown() == [(1, "31 février 2020")]


def test_years_of_two_digits_wait_for_their_order() -> None:
    """01/02/03 could be three days; declared, it is one."""
    column = pa.chunked_array([["01/02/03", "05/06/98 10:30"]])
    assert convert.dates(column, Reading()).bad.all()
    assert clock.parse(column).bad.all()
    for order, expected in (
        ("dmy", ["2003-02-01", "1998-06-05"]),
        ("mdy", ["2003-01-02", "1998-05-06"]),
    ):
        days = convert.dates(column, Reading(date_order=order)).values.dt.strftime("%Y-%m-%d")
        assert days.tolist() == expected
        stamps = clock.parse(column, order)
        assert stamps.clock.astype("datetime64[D]").astype(str).tolist() == expected
    assert clock.parse(column, "dmy").clock[1] == np.datetime64("1998-06-05T10:30")
