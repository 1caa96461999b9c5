"""Activity families: every shop code of both classifications has one."""

from __future__ import annotations

import pandas as pd
import pytest

from analyses import activities, schemas

IDS = [
    "food",
    "clothing",
    "home",
    "culture_leisure",
    "health_beauty",
    "cafe_restaurant",
    "services",
    "general",
    "motor",
    "other",
]


def one(code, nomenclature=None):
    found = activities.family_of(pd.Series([code]), nomenclature)[0]
    return None if pd.isna(found) else found


def test_families_are_those_of_the_premises_table():
    assert list(activities.families()) == IDS
    assert schemas.get("premises")["activity_family"].constraints["enum"] == IDS
    assert activities.label("food").fr == "Alimentaire"


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("47.11A", "food"),
        ("4711D", "food"),
        ("47.11F", "general"),
        ("47.11G", "food"),
        ("47.11K", "general"),
        ("47.71Z", "clothing"),
        ("47.71Y", "clothing"),
        ("56.10C", "cafe_restaurant"),
        ("96.02A", "health_beauty"),
        ("96.21G", "health_beauty"),
        ("10.71C", "food"),
        ("64.19Z", "services"),
        ("62.02A", None),
        (None, None),
        ("nope", None),
    ],
)
def test_family_of_a_code(code, family):
    assert one(code) == family


def test_older_classifications_have_no_family():
    assert one("47.71", "NAP") is None
    assert one("52.4C", "NAFRev1") is None
    assert not activities.is_known(pd.Series(["52.4C"]), "NAFRev1")[0]


def test_families_follow_the_index_and_the_classification_of_each_row():
    codes = pd.Series(["47.71Z", None, "47.71Y", "47.71Z"], index=[7, 3, 9, 7])
    kinds = pd.Series(["NAFRev2", "NAFRev2", "NAF25", "NAP"], index=codes.index)
    found = activities.family_of(codes, kinds)
    assert found.index.tolist() == [7, 3, 9, 7]
    assert found.fillna("-").tolist() == ["clothing", "-", "clothing", "-"]


def test_scopes_of_shops():
    codes = pd.Series(["47.71Z", "47.91B", "64.19Z", "96.09Z", "62.02A", None])
    assert activities.is_shop(codes).tolist() == [True, False, True, True, False, False]
    assert activities.is_shop(codes, scope="divisions").tolist() == [
        True,
        True,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("file", "name"), [("rev2", "NAFRev2"), ("2025", "NAF2025")])
def test_every_shop_code_of_the_official_list_has_a_family(shared_data, file, name):
    # Insee's lists of NAF rév. 2 (732) and NAF 2025 (747) codes
    labels = pd.read_csv(shared_data / f"commerce/naf/naf_{file}_labels.csv", dtype=str)
    codes = labels["code"]
    assert activities.is_known(codes, name).all()
    shops = codes[codes.str[:2].isin(["45", "47", "56", "96"])]
    assert activities.family_of(shops, name).notna().all()
    assert activities.is_shop(shops, name, scope="divisions").sum() == (
        shops.str[:2].isin(["47", "56", "96"]).sum()
    )


def test_every_code_of_the_correspondence_is_in_the_official_lists(shared_data):
    for file, name in (("rev2", "NAFRev2"), ("2025", "NAF2025")):
        codes = pd.read_csv(shared_data / f"commerce/naf/naf_{file}_labels.csv", dtype=str)["code"]
        stale = [p for p in activities._prefixes(name) if not codes.str.startswith(p).any()]
        assert stale == []


def test_both_classifications_agree_where_the_class_kept_its_code(shared_data):
    old = pd.read_csv(shared_data / "commerce/naf/naf_rev2_labels.csv", dtype=str)["code"]
    new = pd.read_csv(shared_data / "commerce/naf/naf_2025_labels.csv", dtype=str)["code"]
    kept = [
        "47.21",
        "47.22",
        "47.23",
        "47.24",
        "47.25",
        "47.26",
        "47.51",
        "47.54",
        "47.61",
        "47.71",
        "47.72",
        "47.73",
        "47.75",
        "47.76",
        "47.77",
        "56.30",
        "55.10",
        "79.11",
        "93.13",
    ]
    for code in kept:
        before = {one(c) for c in old[old.str.startswith(code)]}
        after = {one(c) for c in new[new.str.startswith(code)]}
        assert before == after, code


@pytest.mark.parametrize(
    ("key", "value", "family"),
    [
        ("shop", "bakery", "food"),
        ("shop", "bakery;pastry", "food"),
        ("shop", "unheard-of", "other"),
        ("amenity", "pharmacy", "health_beauty"),
        ("amenity", "fountain", None),
        ("tourism", "hotel", "cafe_restaurant"),
        ("highway", "primary", None),
    ],
)
def test_family_of_a_tag(key, value, family):
    assert activities.family_of_tag(key, value) == family


def test_no_tag_or_code_is_in_two_families():
    content = activities._content()
    for groups in [*content["osm"].values(), *content["codes"].values()]:
        values = [value for members in groups.values() for value in members]
        assert len(values) == len(set(values))
        assert set(groups) <= set(IDS)
