"""The table of indicators: a French spreadsheet opens it, and every later step reads it one way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.errors import InputError
from analyses.results import COLUMNS, Estimate, Result, not_computable, to_frame
from analyses.runs import indicators_file, spreadsheet
from analyses.wording import Text

DAY = date(2025, 6, 17)


def table() -> pd.DataFrame:
    """Return numbers of every size, texts that look like missing values or formulas, no value."""
    draws = np.random.default_rng(6)
    values = draws.normal(size=300) * 10.0 ** draws.integers(-12, 12, size=300)
    rows = [
        Result(
            "vacancy_rate", Estimate(value, value - 1, value + 1, rank), "%", "survey", "wilson/1",
            zone="coeur", breakdown="street", category=f"Rue {rank}", period_start=DAY,
            period_end=DAY,
        )
        for rank, value in enumerate(values)
    ]  # fmt: skip
    rows += [
        Result(
            "vacancy_rate", Estimate(1, 0, 2, 3), "%", "survey", "wilson/1", zone="coeur",
            breakdown="street", category=name,
        )
        for name in ("NA", "null", "None", "nan", "Rue ; des « Halles »", 'Rue "Haute"')
    ]  # fmt: skip
    rows.append(not_computable("relet_rate", "%", "survey", Text("non", "no"), zone="coeur"))
    return to_frame(rows, "essai")


def test_what_is_written_is_read_back_to_the_last_digit(tmp_path: Path) -> None:
    path = spreadsheet.write(table(), tmp_path / indicators_file.NAME)
    again = indicators_file.read(path)
    pd.testing.assert_frame_equal(again, table(), check_exact=True, check_dtype=False)
    assert again.dtypes[["value", "low", "high"]].eq("float64").all()
    assert spreadsheet.text(again) == spreadsheet.text(table())


def test_a_french_spreadsheet_opens_it(tmp_path: Path) -> None:
    """Excel in French: UTF-8 with its mark, semicolons, decimal commas; one line a row."""
    row = Result("vacancy_rate", Estimate(12.5, 10.25, 15, 200), "%", "survey", "wilson/1",
                 zone="cœur", breakdown="street", category="=1+1")  # fmt: skip
    raw = spreadsheet.write(to_frame([row], "essai"), tmp_path / "i.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, line, rest = raw.decode("utf-8-sig").split("\r\n")
    assert head == ";".join(COLUMNS)
    assert line == "essai;vacancy_rate;cœur;street;'=1+1;;;12,5;10,25;15;%;200;survey;" + (
        "wilson/1;measured;"
    )
    assert rest == ""


def test_the_plain_form_of_older_runs_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    table().to_csv(path, index=False)
    pd.testing.assert_frame_equal(
        indicators_file.read(path), table(), check_exact=True, check_dtype=False
    )


@pytest.mark.parametrize("content", ["", "city;indicator\r\n", "a,b\n1,2\n", "\x00\x01", None])
def test_another_file_is_no_table_of_indicators(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ville" / "indicators.csv"
    path.parent.mkdir()
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match="not a table of indicators"):
        indicators_file.read(path)


def test_a_count_that_is_no_whole_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    table().assign(n="douze").to_csv(path, index=False)
    with pytest.raises(InputError):
        indicators_file.read(path)
