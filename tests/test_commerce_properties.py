"""Whatever the table, the commerce analyses answer, and their answers keep their laws."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyses import commerce, indicators
from analyses.results import Result, to_frame

QUICK = settings(
    max_examples=10, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
STATUSES = ("occupied", "vacant", "vacant_works", "unavailable", "unknown", None)
DAYS = ("2019-06-03", "2019-06-20", "2020-06-03", "2021-07-01", "2021-07-02", "2024-01-15")

visits = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(DAYS),
        st.sampled_from(STATUSES),
        st.sampled_from(["north", "south", None]),
        st.sampled_from(["food", "home", None]),
        st.one_of(st.none(), st.floats(1, 900)),
        st.sampled_from(["2018-02-01", "2021-01-15", "2030-01-01", None]),
    ),
    max_size=120,
)
periods = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.one_of(st.none(), st.dates(date(1950, 1, 1), date(2030, 1, 1))),
        st.sampled_from(["A", "F", None]),
        st.sampled_from(["47.11B", "56.10A", "62.01Z", "52.1A", "[ND]", None]),
        st.sampled_from(["north", None]),
    ),
    max_size=80,
)


def keep_their_laws(results: tuple[Result, ...]) -> None:
    frame = to_frame(results, "city")  # refuses a repeated key
    assert len(frame) == len(results)
    for item in results:
        entry, estimate = indicators.get(item.indicator), item.estimate
        assert item.unit == entry.unit
        if not item.computable:
            assert item.note is not None
            continue
        assert math.isfinite(estimate.value)
        for bound in (estimate.low, estimate.high):
            assert math.isnan(bound) or math.isfinite(bound)
        if not math.isnan(estimate.low):
            assert estimate.low <= estimate.value + 1e-9, item
        if not math.isnan(estimate.high):
            assert estimate.value <= estimate.high + 1e-9, item
        if entry.unit in ("%", "%/year"):
            assert -1e-9 <= estimate.low <= estimate.high <= 100 + 1e-9, item


@given(visits)
@QUICK
def test_any_survey_is_answered(rows: list[tuple[object, ...]]) -> None:
    columns = ["premises_id", "wave", "status", "zone_id", "activity_family", "surface_m2",
               "vacant_since"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["premises_id"] = table["premises_id"].astype("string")
    table["status"] = table["status"].astype("string")
    table["zone_id"] = table["zone_id"].astype("category")
    for name in ("wave", "vacant_since"):
        table[name] = pd.to_datetime(table[name])
    before = table.copy()
    found = commerce.measure_vacancy(table, bootstrap=5)
    pd.testing.assert_frame_equal(table, before)  # the table that came in is left as it was
    assert found.results
    keep_their_laws(found.results)
    keep_their_laws(commerce.measure_offer(table, bootstrap=5).results)
    keep_their_laws(commerce.compare_sources(table, None, None).results)


@given(periods)
@QUICK
def test_any_register_is_answered(rows: list[tuple[object, ...]]) -> None:
    columns = ["siret", "period_start", "state", "activity_code", "zone_id"]
    table = pd.DataFrame(rows, columns=columns)
    table["siret"] = table["siret"].map(lambda key: f"{key % 7:09d}{key:05d}").astype("string")
    table["period_start"] = pd.to_datetime(table["period_start"])
    for name in ("state", "activity_code", "zone_id"):
        table[name] = table[name].astype("string")
    table["commune"] = "57672"
    found = commerce.measure_turnover(table)
    assert found.results
    keep_their_laws(found.results)
    keep_their_laws(commerce.measure_turnover(table, as_of=date(2020, 5, 5)).results)
    keep_their_laws(commerce.measure_offer(None, table, bootstrap=5).results)
