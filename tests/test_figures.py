"""Charts, maps and escapes: what is drawn is what was given, for every reader."""

from __future__ import annotations

import html
import itertools
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from datetime import date

import pandas as pd
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sample_report as made
from analyses.figures import (
    axis,
    charts,
    commerce,
    commerce_tables,
    commerce_words,
    escape,
    maps,
    numbers,
    parking,
    style,
)
from analyses.figures.axis import Point
from analyses.results import Estimate, Result

WORDS = charts.Words("essai", "Titre", "Taux par rue", "Rue", "Note")


def rate(category: str, value: float, low: float, high: float, **more: object) -> Result:
    values: dict[str, object] = {
        "breakdown": "street", "period_start": date(2025, 6, 1), "period_end": date(2025, 6, 1),
    }  # fmt: skip
    return Result(
        "vacancy_rate", Estimate(value, low, high, 80), "%", "survey", "wilson/1",
        category=category, **(values | more),
    )  # fmt: skip


# Escapes ----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_pandoc_reads_escaped_text_as_that_text(texts: list[str]) -> None:
    document = "\n\n".join(f"A{escape.markdown(text)}Z" for text in texts)
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "--from=markdown", "--to=json"],
        input=document, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    paragraphs = json.loads(done.stdout)["blocks"]
    assert [block["t"] for block in paragraphs] == ["Para"] * len(texts)
    for text, block in zip(texts, paragraphs, strict=True):
        assert {inline["t"] for inline in block["c"]} <= {"Str", "Space", "SoftBreak"}
        read = "".join(inline.get("c", " ") for inline in block["c"])
        wanted = "A" + escape.plain(text).strip(" ") + "Z"
        assert re.sub(r"\s+", " ", read) == re.sub(r"\s+", " ", wanted)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\tx", "\rx", " =1", "＝1"])
def test_formulas_are_disarmed_in_csv(text: str) -> None:
    assert escape.csv_cell(text) == "'" + text


@pytest.mark.parametrize("value", [-3.5, 12, "-3.5", "+1,2", "-1e-3", "Rue", "", None, 0.0])
def test_numbers_and_plain_text_stay_themselves_in_csv(value: object) -> None:
    assert escape.csv_cell(value) is value


def test_json_cannot_close_its_script() -> None:
    text = escape.script({"name": "</script><script>alert(1)", "n": 1})
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><script>alert(1)", "n": 1}


# Look -------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_formula_against_the_published_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # W3C's known example


@pytest.mark.parametrize("colour", style.PALETTE)
def test_chart_colours_stand_out_from_the_paper(colour: str) -> None:
    assert contrast(colour, style.PAPER) >= 3


@pytest.mark.parametrize("colour", [style.INK, style.MUTED])
def test_chart_text_is_readable(colour: str) -> None:
    assert contrast(colour, style.PAPER) >= 4.5


def test_series_differ_by_more_than_colour() -> None:
    assert len(set(style.MARKERS)) == len(style.PALETTE)
    assert len(set(style.HATCHES)) == len(style.PALETTE)
    for first, second in itertools.pairwise(maps.STATUSES.values()):
        assert first["shape"] != second["shape"]
        assert first["marker"] != second["marker"]


# Charts -----------------------------------------------------------------------------------------


def drawing() -> charts.Chart:
    points = [
        Point(made.HOSTILE, Estimate(18.0, 12.1, 26.3, 61)),
        Point("$x^2$", Estimate(9.0, 4.0, 15.0, 40)),
    ]
    return charts.dots(WORDS, points, "%", "fr")


def texts_of(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter() if node.tag.endswith("text")]


def test_labels_are_drawn_as_their_text() -> None:
    texts = texts_of(style.svg(drawing().figure, "essai"))
    assert any(text.startswith(made.HOSTILE[:40]) for text in texts)
    assert "$x^2$" in texts


def test_a_drawing_always_gives_the_same_files() -> None:
    first, second = drawing().figure, drawing().figure
    png = style.png(second)
    assert style.svg(first, "a") == style.svg(second, "a")
    assert style.png(first) == png
    assert b"tIME" not in png
    assert b"Software" not in png


def test_drawings_of_one_page_share_no_identifier() -> None:
    ids = [
        set(re.findall(r'\bid="([^"]+)"', style.svg(drawing().figure, salt)))
        for salt in ("commerce-a", "commerce-b")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_the_table_and_the_alternative_say_every_number() -> None:
    chart = drawing()
    assert list(chart.data.data["Valeur"]) == ["18,0\u202f%", "9,0\u202f%"]
    assert list(chart.data.data["Intervalle à 95\u202f%"]) == [
        "12,1 à 26,3\u202f%", "4,0 à 15,0\u202f%",
    ]  # fmt: skip
    assert "18,0\u202f%" in chart.alt
    assert "12,1 à 26,3\u202f%" in chart.alt


def test_titles_give_their_rate_an_interval_or_say_that_the_data_do_not_tell() -> None:
    sure, wide = Estimate(70.0, 60.0, 80.0, 90), Estimate(50.0, 10.0, 90.0, 4)
    assert commerce_words.still_open(1, sure).fr == (
        "70\u202f% (60 à 80\u202f%) des commerces sont encore ouverts 1 an après leur création"
    )
    assert "ne disent pas" in commerce_words.still_open(5, wide).fr
    for estimate, said in ((sure, "70% (60 to 80%) of vacant premises"), (wide, "do not tell")):
        found = Result("structural_vacancy", estimate, "%", "survey", "npmle/1",
                       breakdown="months_over", category="24")  # fmt: skip
        assert said in commerce_words.structural(found).en


@pytest.mark.parametrize(
    ("up", "down", "fr", "en"),
    [
        (51, 20, "2,55 créations pour une fermeture", "2.55 openings for one closure"),
        (15, 10, "1,50 création pour une fermeture", "1.50 openings for one closure"),
        (3, 1, "3 créations, 1 fermeture", "3 openings, 1 closure"),
        (1, 0, "1 création, aucune fermeture", "1 opening, no closure"),
        (60, 0, "60 créations, aucune fermeture", "60 openings, no closure"),
    ],
)
def test_openings_for_a_closure_agree_and_need_enough(up: int, down: int, fr: str, en: str) -> None:
    full = pd.DataFrame({"year": [2024], "openings": [up], "closures": [down]})
    said = commerce_words.balance(full)
    assert said.fr.startswith(f"2024 : {fr}")
    assert said.en.startswith(f"2024: {en}")
    assert "pour une fermeture" not in commerce_words.balance(full, provisional=True).fr


def test_shops_of_unknown_family_are_no_family() -> None:
    def shops(family: str, count: int) -> Result:
        return Result("offer_mix", Estimate(count, count, count, 100), "shops", "survey", "count/1",
                      breakdown="activity_family", category=family)  # fmt: skip

    chart = commerce.offer_mix([shops("food", 20), shops("clothing", 30), shops("unknown", 50)],
                               "fr")  # fmt: skip
    assert chart is not None
    assert len(chart.data.data) == 2
    assert "60\u202f% des commerces d’activité connue" in chart.title
    assert chart.note == "50 commerces d’activité inconnue ne sont pas comptés."
    assert commerce.offer_mix([shops("unknown", 4), shops("food", 5)], "fr") is None


def test_the_fullest_place_is_named_only_when_it_stands_apart() -> None:
    near, far = Point("B", Estimate(70, 60, 80, 9)), Point("C", Estimate(40, 30, 50, 9))
    top = Point("A", Estimate(75, 65, 85, 9))
    assert parking._highest([top, near, far]).en == "Mean occupancy goes from 40% to 75%"
    assert parking._highest([top, far]).en == "The highest occupancy: A, 75% (65 to 85%)"
    assert parking._highest([top]).en == "Occupancy, A: 75% (65 to 85%)"


def test_a_class_of_minutes_is_said_as_one_says_it() -> None:
    assert numbers.span("0-30", "fr") == "jusqu’à 30 min"
    assert numbers.span("30-120", "fr") == "de 30 min à 2 h"
    assert numbers.span("120-330", "fr") == "de 2 h à 5 h 30"
    assert numbers.span("120-330", "en") == "2 h to 5 h 30 min"
    assert numbers.span(">330", "en") == "over 5 h 30 min"


@given(st.text(alphabet="abcé -", min_size=1, max_size=60), st.integers(6, 14))
def test_a_folded_label_never_leaves_its_column(label: str, width: int) -> None:
    lines = axis.folded(label, width).split("\n")
    assert len(lines) <= 4
    assert all(len(line) <= width + 2 for line in lines)


def test_a_label_is_folded_at_spaces_and_a_long_word_at_its_dashes() -> None:
    assert axis.folded("Rue du Faubourg-Saint-Éloi", 11) == "Rue du\nFaubourg-\nSaint-Éloi"
    assert axis.folded("Mail Victor-Hugo", 11) == "Mail\nVictor-Hugo"


def test_a_unit_agrees_with_its_number_in_french() -> None:
    assert numbers.written(0.5, "points/year", "fr") == "+0,5\u00a0point par an"
    assert numbers.written(1.96, "points/year", "fr") == "+2,0\u00a0points par an"
    assert numbers.written(1.2, "effective activities", "fr") == "1,2\u00a0activité équivalente"
    assert numbers.written(1, "premises", "fr") == "1\u00a0local"
    assert numbers.written(1, "months", "fr") == "1\u00a0mois"
    assert numbers.written(12, "premises", "fr") == "12\u00a0locaux"


def test_a_rate_of_a_year_is_no_change_and_has_no_sign() -> None:
    """Vacancy entered in a year: 5,6 % of premises; a footfall that may fall has its sign."""
    assert numbers.written(5.6, "%/year", "fr") == "5,6\u202f%\u00a0par an"
    assert not numbers.either("%/year", [Estimate(5.6, 3.8, 7.7, 515)])
    assert numbers.either("%/year", [Estimate(5.6, 3.8, 7.7, 515), Estimate(1, -2, 4, 52)])


def test_one_class_of_age_is_no_chart() -> None:
    ages = pd.DataFrame({"zone": "*", "over_months": [30.0, 61.0],
                         "up_to_months": [float("inf")] * 2, "share": [60.0, 40.0]})  # fmt: skip
    assert commerce.vacancy_ages(ages.head(1), [], "fr") is None
    assert commerce.vacancy_ages(ages, [], "fr") is not None


def test_a_title_names_what_is_emptier_than_the_rest_and_no_other() -> None:
    def counted(name: str, vacant: int, n: int) -> Result:
        value = 100 * vacant / n
        return Result(
            "vacancy_rate", Estimate(value, value - 5, value + 5, n), "%", "survey", "wilson/1",
            breakdown="street" if name else "total", category=name,
            period_start=date(2025, 6, 1), period_end=date(2025, 6, 1),
        )  # fmt: skip

    def title(*vacant: int) -> str:
        parts = [counted(f"Rue {i}", count, 80) for i, count in enumerate(vacant)]
        whole = counted("", sum(vacant), 80 * len(vacant))
        chart = commerce.vacancy_by([whole, *parts], "street", "fr")
        assert chart is not None
        return chart.title

    assert title(40, 8, 8, 8) == (
        "Par rue, plus de vacance que dans le reste pour Rue 0\u00a0: 50,0\u202f% "
        "(45,0 à 55,0\u202f%)"
    )
    assert title(10, 8, 8, 8) == "Taux de vacance par rue\u00a0: de 10,0\u202f% à 12,5\u202f%"
    assert title(0, 20, 20, 20) == "Taux de vacance par rue\u00a0: de 0,0\u202f% à 25,0\u202f%"


@pytest.mark.parametrize(
    ("low", "high", "word"), [(0.2, 0.9, "rises"), (-0.9, -0.2, "falls"), (-0.3, 0.6, "no clear")]
)
def test_a_trend_is_named_only_outside_its_interval(low: float, high: float, word: str) -> None:
    line = [
        rate("", 10.0, 8.0, 12.0, breakdown="total"),
        rate("", 12.0, 9.0, 15.0, breakdown="total", period_start=date(2026, 6, 1),
             period_end=date(2026, 6, 1)),
    ]  # fmt: skip
    trend = Result("vacancy_trend", Estimate((low + high) / 2, low, high, 80), "points/year",
                   "survey", "paired-newcombe/1")  # fmt: skip
    chart = commerce.vacancy_over_waves([*line, trend], "en")
    assert chart is not None
    assert word in chart.title


def test_ages_keep_their_whole_share_and_say_what_visits_cannot_split() -> None:
    ages = pd.DataFrame(
        {"zone": "*", "over_months": [1.0, 5.0, 30.0, 61.0],
         "up_to_months": [2.0, 13.0, 30.0, float("inf")], "share": [40.0, 30.0, 20.0, 10.0]}
    )  # fmt: skip
    chart = commerce.vacancy_ages(ages, [], "fr")
    assert chart is not None
    shown = dict(zip(chart.data.data["Ancienneté"], chart.data.data["Valeur"], strict=True))
    assert shown == {
        "moins de 6 mois": "40,0\u202f%", "moins de 24 mois": "30,0\u202f%",
        "24 à 36 mois": "20,0\u202f%", "plus de 60 mois": "10,0\u202f%",
    }  # fmt: skip


def test_nothing_to_show_is_no_chart() -> None:
    assert commerce.vacancy_by([], "street", "fr") is None
    assert commerce.vacancy_over_waves([], "fr") is None
    assert maps.premises_map(None, "fr") is None
    assert maps.premises_map(made.premises().assign(lon=float("nan")), "fr") is None


# Map --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn() -> maps.Map:
    made_map = maps.premises_map(made.premises(), "fr", zones=made.zones(), source="Ville & <b>")
    assert made_map is not None
    return made_map


def test_the_map_names_no_server(drawn: maps.Map) -> None:
    loads = re.findall(r'(?:src|href)\s*=\s*["\']([^"\']{0,40})', drawn.html)
    assert loads
    assert all(target.startswith("data:") for target in loads if not target.startswith("#"))
    assert "url(" not in re.sub(r"base64,[^\"')]+", "", drawn.html)


def test_the_map_is_reproducible(drawn: maps.Map) -> None:
    again = maps.premises_map(made.premises(), "fr", zones=made.zones(), source="Ville & <b>")
    assert again is not None
    assert again.html == drawn.html


def test_a_hostile_name_stays_data_in_the_map(drawn: maps.Map) -> None:
    assert "<script>alert" not in drawn.html
    spec = json.loads(re.search(r"coeurville\(map_\w+, (\{.*\})\);", drawn.html).group(1))  # type: ignore[union-attr]
    names = [point[2][0] for group in spec["groups"] for point in group["points"]]
    assert made.HOSTILE in names
    assert made.TEMPLATE in names
    code = drawn.html[: drawn.html.index("coeurville(map_")]
    assert ".innerHTML" not in code.split("function coeurville")[1]


@pytest.mark.parametrize("text", [made.TEMPLATE, "Chez {{Paul", "50 {% de remise", "{# caché #}"])
def test_no_text_of_a_map_is_run_as_a_template(text: str) -> None:
    last = made.premises().assign(street=text, activity=text, zone_id=text)
    zones = made.zones().assign(zone_id=[text, "faubourg"], name=text)
    shown = maps.premises_map(last, "fr", zones=zones, source=text)
    assert shown is not None
    spec = json.loads(re.search(r"coeurville\(map_\w+, (\{.*\})\);", shown.html).group(1))  # type: ignore[union-attr]
    cards = [point[2] for group in spec["groups"] for point in group["points"]]
    assert all(card[2] == card[3] == text for card in cards)
    assert spec["words"]["source"] == text
    assert {zone["name"] for zone in spec["zones"]} == {text}
    assert f"<title>{escape.html(shown.title)}</title>" in shown.html


def test_the_map_and_the_list_show_a_campaign_of_several_days() -> None:
    last = made.premises()
    last.loc[6:, "wave"] = pd.Timestamp("2025-06-20")
    shown = maps.premises_map(last, "fr", zones=made.zones())
    assert shown is not None
    assert shown.data.data.iloc[-1]["Total"] == "12"
    assert shown.note == "Relevé du 17\u00a0juin\u00a02025 au 20\u00a0juin\u00a02025."
    before = made.premises().assign(wave=pd.Timestamp("2024-06-01"))
    before.loc[2, "name"] = "Ancienne enseigne"
    before.loc[before["premises_id"] == "L05", "status"] = "occupied"
    last.loc[2, "name"] = None
    later = last.head(2).assign(wave=pd.Timestamp("2025-10-01"), status="occupied")
    history = pd.concat([before, last, later], ignore_index=True)
    table = commerce_tables.vacant_premises(last, history, "fr")
    assert table is not None
    since = table.data.set_index("Dernière enseigne")["Vu vacant depuis"]
    assert len(since) == 6
    assert since["Ancienne enseigne"] == "1er\u00a0juin\u00a02024"
    assert since["Commerce 5"] == "17\u00a0juin\u00a02025"
    assert since[made.HOSTILE] == "1er\u00a0juin\u00a02024"
    assert "6 locaux vacants." in table.note


def test_the_map_counts_what_it_shows(drawn: maps.Map) -> None:
    table = drawn.data.data
    assert table.iloc[-1].tolist() == ["Ensemble", "3", "3", "3", "3", "12"]
    assert set(table["Zone"]) == {"Hypercentre", "Faubourg", "Ensemble"}
    assert drawn.title.startswith("6 locaux vacants sur 9 de statut connu")
    assert "vacants 3" in html.unescape(drawn.alt)


def test_the_map_of_a_list_of_open_shops_says_no_share() -> None:
    last = made.premises()
    shown = maps.premises_map(last[last["status"].isin(["occupied", "unknown"])], "fr")
    assert shown is not None
    assert shown.title == "3 locaux occupés au relevé"


def test_dots_that_would_lie_in_a_knot_get_an_axis_near_them() -> None:
    close = [Point("A", Estimate(6.2, 6.1, 6.4, 48)), Point("B", Estimate(6.1, 5.9, 6.2, 48))]
    start, end = axis.near(close, "")
    assert 0 < start < 5.9
    assert end > 6.4
    wide = [*close, Point("C", Estimate(2.0, 1.0, 3.0, 48))]
    assert axis.near(wide, "") == axis.limits(wide, "")
    below = [Point("D", Estimate(-1.0, -2.0, 0.5, 48))]
    assert axis.near(below, "") == axis.limits(below, "")
