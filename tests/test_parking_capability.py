"""What can this data give: payments alone never give rotation, and the table says why."""

from __future__ import annotations

from typing import get_args

import pytest

from analyses import indicators
from analyses.figures.parking_tables import what_data_give
from analyses.parking.capability import (
    ASSET_LABELS,
    INDICATORS,
    WAYS,
    Asset,
    answer,
    matrix,
    refuse,
    refuse_all,
)
from analyses.parking.measures import UNITS

STAY_INDICATORS = ["rotation_rate", "mean_stay", "stay_classes", "overstay_share"]


@pytest.mark.parametrize("indicator", STAY_INDICATORS)
@pytest.mark.parametrize(
    "have", [{"payments", "supply"}, {"payments", "supply", "counts"}, {"availability", "supply"}]
)
def test_stays_do_not_come_from_payments_nor_garages(indicator: str, have: set[str]) -> None:
    found = answer(indicator, have)
    assert not found.computable
    assert set(found.unlocked_by) == {"stays", "states"}
    assert found.why.fr.startswith("Non calculable")
    row = refuse(indicator, "x", have, "payment")
    assert row.quality == "not_computable"
    assert row.unlocked_by == ("parking_states", "parking_stays")
    assert row.note is not None
    assert "séjours" in row.note.fr


def test_reasons_name_the_data_that_fall_short() -> None:
    paid = answer("rotation_rate", {"payments", "supply"}).why
    assert "ne paient pas" in paid.fr
    assert "do not pay" in paid.en
    boxes = answer("mean_stay", {"stays", "supply", "shared_boxes"})
    assert not boxes.computable
    assert "plusieurs places" in boxes.why.fr
    assert answer("occupancy_rate", {"stays", "supply", "shared_boxes"}).computable


def test_quality_falls_with_the_data() -> None:
    assert answer("meter_occupancy", {"payments", "supply", "counts"}).way.quality == "estimated"
    assert answer("meter_occupancy", {"payments", "supply"}).way.quality == "reserve"
    assert answer("infraction_rate", {"infractions"}).way.quality == "reserve"
    assert answer("infraction_rate", {"infractions", "controls"}).way.quality == "measured"
    assert answer("rotation_rate", {"states", "stays", "supply"}).way.quality == "measured"


def test_more_data_never_give_less() -> None:
    good = [asset for asset in get_args(Asset) if asset != "shared_boxes"]
    for indicator in INDICATORS:
        for way in WAYS:
            for more in good:
                less = answer(indicator, way.needs).computable
                assert answer(indicator, way.needs | {more}).computable >= less


def test_what_unlocks_does_unlock() -> None:
    for have in ({"payments"}, {"infractions"}, {"availability"}, set()):
        for indicator in INDICATORS:
            found = answer(indicator, have)
            if not found.computable:
                assert answer(indicator, have | set(found.unlocked_by)).computable


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="paymentz"):
        answer("rotation_rate", {"paymentz"})
    with pytest.raises(ValueError, match="rotattion"):
        answer("rotattion", {"payments"})
    with pytest.raises(ValueError, match="can be computed"):
        refuse("rotation_rate", "x", {"stays", "supply"}, "sensor")


def test_matrix_covers_every_indicator_and_labels_every_asset() -> None:
    table = matrix({"payments", "supply"})
    assert table["indicator"].tolist() == list(INDICATORS)
    assert set(ASSET_LABELS) == set(get_args(Asset))
    rows = refuse_all(dict.fromkeys(INDICATORS, "x"), {"payments", "supply"}, "payment")
    assert len(rows) == (~table["computable"]).sum()


def test_the_table_lists_reserves_and_its_note_what_is_simply_given() -> None:
    have = {"stays", "supply", "payments", "counts"}
    told, known = what_data_give(have, "en"), matrix(have)
    known = known[known["indicator"].isin(UNITS)]
    plain = known["why_en"] == "computable"
    assert len("; ".join(told.data["Indicator"]).split("; ")) == (~plain).sum()
    assert not told.data.iloc[:, 1:].duplicated().any()  # the same is said once
    assert "computable" not in set(told.data["Reason"])
    assert sum(told.note.lower().count(indicators.get(name).label.text().en.lower())
               for name in known.loc[plain, "indicator"]) >= plain.sum() > 0  # fmt: skip
