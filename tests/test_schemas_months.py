"""Dates whose month is a word."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from analyses.schemas import Reading, convert, months
from analyses.sources import clock


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
        ("avant 15 mars 2019", None),
        ("vers mars 15, 2019", None),
        ("15 jui 2019", None),  # juin or juillet
        ("2024-06-15T14:00:00Z", None),
        ("15/06/2024 2:00 PM", None),
        ("15h30", None),
    ],
)
def test_a_month_in_words_is_numbered(text: str, expected: str | None) -> None:
    assert months.numbered(text) == expected


def test_days_and_times_are_read_with_their_month_in_words() -> None:
    column = pa.chunked_array([["01-Nov-16", "31 février 2020", "3 mai 2020 10:30", None]])
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
