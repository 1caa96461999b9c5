"""The demo city: same bytes for the same seed, files that load, nothing real in it."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import opening_hours
import pandas as pd
import pytest

from analyses import activities, demo, schemas, sources
from analyses.cities import read
from analyses.demo import layouts, openmap, people, plan, trade
from analyses.errors import CoeurvilleError

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "cities" / "demo"
COMMERCE = (
    "premises.csv", "StockEtablissement.csv", "StockEtablissementHistorique.csv",
    "Geolocalisation.csv", "openstreetmap.geojson", "streets.geojson", "zones.geojson",
    "truth.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def city() -> demo.Demo:
    return demo.generate(demo.SEED)


def test_the_committed_folder_is_what_the_generator_writes(tmp_path: Path) -> None:
    written = demo.write(tmp_path / "demo")
    committed = sorted(path for path in CITY.rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path / "demo") for path in written] == [
        path.relative_to(CITY) for path in committed
    ]
    for new, old in zip(written, committed, strict=True):
        assert new.read_bytes() == old.read_bytes(), f"write {old.name} again: coeurville demo"
    sizes = {path.name: path.stat().st_size for path in committed}
    assert sum(sizes[name] for name in COMMERCE) < 1_500_000
    assert sum(sizes.values()) < 4_500_000, "a clone stays light"


def test_another_seed_gives_another_city(city: demo.Demo) -> None:
    drawn = demo.generate(1)
    other, own = demo.texts(drawn), demo.texts(city)
    same = {name for name in own if own[name] == other[name]}
    agendas = {"evenements.csv", "evenements_stationnement.csv"}  # laws, not draws
    written = {name for name in own if name.startswith("texts/")}
    assert same == {"city.yml", *agendas, *written}
    assert demo.archives(drawn) != demo.archives(city)


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("à garder", "utf-8")
    with pytest.raises(CoeurvilleError, match="already exists"):
        demo.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="space"):
        demo.write(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


def test_it_cannot_be_taken_for_a_real_city(city: demo.Demo) -> None:
    config = read(CITY)
    assert config.fictitious
    assert config.insee_code == plan.INSEE_CODE
    assert config.insee_code.startswith("00")  # no department has that number (Insee, COG)
    for one in city.establishments:
        assert not _luhn(one.siren), "a SIREN that passes the check could be a real one"


def test_survey_table_follows_its_contract(city: demo.Demo) -> None:
    table = city.survey.table
    assert list(table.columns) == list(schemas.get("premises").names)
    assert not table.duplicated(["premises_id", "wave"]).any()
    assert sorted(table["wave"].dt.date.unique()) == list(plan.WAVES)
    allowed = schemas.get("premises")["status"].constraints["enum"]
    assert set(table["status"]) == set(allowed), "every status appears"
    assert table.loc[table["status"] == "vacant", "vacant_since"].notna().mean() > 0.5
    known = table[table["vacant_since"].notna()]
    assert (known["vacant_since"] <= known["wave"]).all()


def test_the_file_gives_back_the_table(city: demo.Demo) -> None:
    loaded = sources.load(read(CITY), only=["premises"])["premises"]
    pd.testing.assert_frame_equal(
        loaded.reset_index(drop=True), city.survey.table, check_dtype=False, atol=1e-9
    )


def test_premises_stand_in_their_zone(city: demo.Demo) -> None:
    zones = gpd.GeoDataFrame.from_features(city.zones["features"], crs=4326)
    assert zones.is_valid.all()
    places = city.survey.places
    points = gpd.points_from_xy(places["lon"], places["lat"])
    joined = gpd.GeoDataFrame(places, geometry=points, crs=4326).sjoin(
        zones, how="left", lsuffix="own", rsuffix="found"
    )
    assert len(joined) == len(places), "zones do not overlap"
    assert (joined["zone_id_own"] == joined["zone_id_found"]).all()
    numbered = places.groupby("street")["number"]
    assert (numbered.nunique() == numbered.size()).all(), "one premises a door"


def test_trades_agree_with_the_correspondence() -> None:
    codes = pd.Series([item.naf2 for item in trade.TRADES], dtype="string")
    families = activities.family_of(codes, "NAFRev2")
    for item, family in zip(trade.TRADES, families, strict=True):
        key, _, value = item.tag.partition("=")
        assert family == item.family, item.label
        assert activities.family_of_tag(key, value) == item.family, item.label


def test_codes_are_those_of_the_official_list(shared_data: Path) -> None:
    labels = (shared_data / "commerce" / "naf" / "naf_rev2_labels.csv").read_text("utf-8")
    for item in trade.TRADES:
        assert item.naf2 in labels, item.label


def test_personal_data_are_planted_in_the_file_and_kept_out_of_the_table(city: demo.Demo) -> None:
    text = (CITY / "premises.csv").read_text("utf-8")
    for name in (*people.OWNERS, *people.KEEPERS):
        assert name in text
    loaded = sources.load(read(CITY), only=["premises"])["premises"]
    shown = loaded.to_csv()
    assert not [name for name in (*people.OWNERS, *people.KEEPERS) if name in shown]
    # 02 61 91 .. .. is kept for works of fiction (Arcep, decision 2018-0881)
    contacts = city.survey.personal["owner_contact"]
    assert contacts[contacts != ""].str.startswith("02 61 91 ").all()


def test_the_hostile_sign_is_in_the_last_wave(city: demo.Demo) -> None:
    last = city.survey.table[city.survey.table["wave"] == pd.Timestamp(plan.WAVES[-1])]
    named = last[last["name"] == "<script>alert(1)</script> & =cmd|'/c calc'!A1 #strong[x]"]
    assert list(named["status"]) == ["occupied"]


def test_opening_hours_are_right_and_wrong_as_planted() -> None:
    assert all(opening_hours.validate(text) for text in openmap.VALID_HOURS)
    assert not any(opening_hours.validate(text) for text in openmap.BROKEN_HOURS)


def test_register_layouts_are_official(shared_data: Path) -> None:
    folder = shared_data / "commerce" / "sirene"
    stock = (folder / "StockEtablissement_utf8_head1000.csv").read_text("utf-8")
    history = (folder / "stocketablissementhistorique_header_sample.csv").read_text("utf-8")
    assert ",".join(layouts.STOCK) == stock.splitlines()[0]
    assert ",".join(layouts.HISTORY) == history.splitlines()[0]


def test_periods_of_the_register_follow_one_another(city: demo.Demo) -> None:
    for one in city.establishments:
        for before, after in zip(one.periods[:-1], one.periods[1:], strict=True):
            assert before.end is not None
            assert after.start is not None
            assert (after.start - before.end).days == 1
            assert before.start is None or before.start <= before.end
        assert one.periods[-1].end is None
        assert all(period.start is not None for period in one.periods[1:])


def test_hidden_establishments_hide_their_name_and_street(city: demo.Demo) -> None:
    stock = layouts.stock(city.establishments)
    hidden = stock[stock["statutDiffusionEtablissement"] == "P"]
    assert 0.02 < len(hidden) / len(stock) < 0.10
    assert (hidden[["enseigne1Etablissement", "libelleVoieEtablissement"]] == "[ND]").all(axis=None)
    assert (hidden["codeCommuneEtablissement"] == plan.INSEE_CODE).all()


def test_register_nomenclatures_are_mixed(city: demo.Demo) -> None:
    history = layouts.history(city.establishments)
    found = history["nomenclatureActivitePrincipaleEtablissement"].value_counts()
    assert {"NAP", "NAF1993", "NAFRev1", "NAFRev2"} == set(found.index)
    old = history[history["nomenclatureActivitePrincipaleEtablissement"] == "NAFRev1"]
    assert (old["dateDebut"] < "2008-01-01").all()


def test_truth_is_written_beside_the_data(city: demo.Demo) -> None:
    written = json.loads((CITY / "truth.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(city.truth))
    table = city.survey.table
    for wave, expected in written["vacancy"].items():
        rows = table[(table["wave"] == wave) & (table["status"] != "unavailable")]
        assert rows["zone_id"].value_counts().to_dict() == expected["premises"]
    assert written["survival"]["at_5_years"] == pytest.approx(100 * np.exp(-0.65))


def _luhn(digits: str) -> bool:
    """Luhn's formula, as for bank cards (ISO/IEC 7812-1, annex B)."""
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + rank % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
