"""The draws of the demo city follow the laws that its truth is written from.

Outside truths: numerical integration of the process (scipy) for the closed forms, Kaplan-Meier of
lifelines for lifetimes, and averages over seeds against the laws at 4 standard errors.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from scipy.integrate import solve_ivp

from analyses import demo
from analyses.demo import occupancy, plan, register, trade
from analyses.demo.commerce import Survey

SEEDS = range(1000, 1025)


@pytest.fixture(scope="module")
def surveys() -> list[Survey]:
    return [demo.survey(seed) for seed in SEEDS]


@pytest.mark.parametrize("zone", plan.ZONES, ids=lambda zone: zone.id)
def test_closed_forms_solve_the_equation(zone: plan.ZonePlan) -> None:
    def slope(time: float, p: np.ndarray) -> np.ndarray:
        return plan.entry_hazard(zone, time) * (1 - p) - zone.relet * p

    start, end = plan.years(plan.WAVES[1]), plan.years(plan.WAVES[2])
    entry, relet = plan.transition(zone, start, end)
    for initial, expected in ((0.0, entry), (1.0, 1 - relet)):
        solved = solve_ivp(slope, (start, end), [initial], rtol=1e-10, atol=1e-12)
        assert solved.y[0, -1] == pytest.approx(expected, abs=1e-8)
    solved = solve_ivp(slope, (start, end), [float(plan.vacancy(zone, start))], rtol=1e-10)
    assert solved.y[0, -1] == pytest.approx(float(plan.vacancy(zone, end)), abs=1e-8)


@pytest.mark.parametrize("zone", plan.ZONES, ids=lambda zone: zone.id)
def test_a_tenant_can_leave_as_fast_as_premises_empty(zone: plan.ZonePlan) -> None:
    last = plan.years(plan.EXTRACT)
    assert 0 < plan.entry_hazard(zone, last) < plan.CLOSURE_HAZARD


def test_vacancy_follows_its_law(surveys: list[Survey]) -> None:
    rows = pd.concat([s.table.assign(p=s.probability, seed=i) for i, s in enumerate(surveys)])
    rows = rows[rows["p"].notna() & (rows["status"] != "unknown")]
    rows["excess"] = rows["status"].str.startswith("vacant").astype(float) - rows["p"]
    for cell in (["zone_id"], ["wave"], ["zone_id", "wave"]):
        grouped = rows.groupby([*cell, "seed"])["excess"].mean().groupby(level=cell)
        score = grouped.mean() / (grouped.std() / math.sqrt(len(surveys)))
        assert score.abs().max() < 4, cell


def test_transitions_follow_their_law(surveys: list[Survey]) -> None:
    counts = {zone.id: np.zeros((2, 2)) for zone in plan.ZONES}
    first, second = (pd.Timestamp(day) for day in plan.WAVES[3:5])
    for survey in surveys:
        table = survey.table[survey.table["status"].isin(["occupied", "vacant", "vacant_works"])]
        table = table.assign(vacant=table["status"] != "occupied")
        one = table[table["wave"] == first].set_index("premises_id")
        two = table[table["wave"] == second].set_index("premises_id")
        both = one.join(two["vacant"], rsuffix="_after", how="inner")
        for zone, part in both.groupby("zone_id"):
            np.add.at(counts[str(zone)], (part["vacant"] * 1, part["vacant_after"] * 1), 1)
    for zone in plan.ZONES:
        entry, relet = plan.transition(zone, plan.years(plan.WAVES[3]), plan.years(plan.WAVES[4]))
        for row, column, p in ((0, 1, entry), (1, 0, relet)):
            n = counts[zone.id][row].sum()
            error = math.sqrt(p * (1 - p) / n)
            assert abs(counts[zone.id][row, column] / n - p) < 4 * error, zone.id


def test_vacancies_last_an_exponential_time(surveys: list[Survey]) -> None:
    for index, zone in enumerate(plan.ZONES):
        lengths = []
        for survey in surveys:
            spells = survey.spells[survey.spells["vacant"].to_numpy(bool)]
            own = survey.stock.zone[spells["premises"].to_numpy()] == index
            begun = own & (spells["start"].to_numpy() > occupancy.START)
            lengths.append((spells["end"] - spells["start"]).to_numpy()[begun])
        drawn = np.concatenate(lengths)
        assert drawn.mean() == pytest.approx(1 / zone.relet, abs=4 / zone.relet / len(drawn) ** 0.5)
        assert np.median(drawn) == pytest.approx(math.log(2) / zone.relet, rel=0.1)


def test_establishments_live_an_exponential_time() -> None:
    times, closed = [], []
    for seed in range(2000, 2006):
        survey = demo.survey(seed)
        for one in register.establishments(np.random.default_rng(seed), survey):
            if one.created is None or one.created > plan.EXTRACT or one.role == "ancient":
                continue
            last = one.periods[-1]
            end = last.start if last.state == "F" else plan.EXTRACT
            assert end is not None
            times.append((end - one.created).days / 365.25)
            closed.append(last.state == "F")
    curve = KaplanMeierFitter().fit(times, closed)
    for age in (1, 3, 5, 10):
        expected = math.exp(-plan.CLOSURE_HAZARD * age)
        error = math.sqrt(expected * (1 - expected) / len(times)) * 1.5
        assert curve.predict(age) == pytest.approx(expected, abs=4 * error)


def test_unseen_premises_are_as_many_as_planned(surveys: list[Survey]) -> None:
    rows = pd.concat([s.table[~np.isnan(s.probability)] for s in surveys])
    for index, day in enumerate(plan.WAVES):
        for zone in plan.ZONES:
            cell = rows[(rows["wave"] == pd.Timestamp(day)) & (rows["zone_id"] == zone.id)]
            share = plan.UNKNOWN_EXCEPTIONS.get((zone.id, index), plan.UNKNOWN_SHARE)
            error = math.sqrt(share * (1 - share) / len(cell))
            assert abs((cell["status"] == "unknown").mean() - share) < 4.5 * error


def test_new_tenants_follow_the_mix_of_their_zone(surveys: list[Survey]) -> None:
    for index, zone in enumerate(plan.ZONES):
        drawn = np.concatenate(
            [
                s.spells.loc[
                    ~s.spells["vacant"].to_numpy(bool)
                    & (s.stock.zone[s.spells["premises"].to_numpy()] == index),
                    "trade",
                ]
                for s in surveys
            ]
        )
        share = np.bincount(drawn, minlength=len(trade.TRADES)) / drawn.size
        expected = trade.shares(zone.id)
        error = np.sqrt(expected * (1 - expected) / drawn.size)
        assert (np.abs(share - expected) <= 4.5 * error + 1e-12).all(), zone.id


def test_transfers_join_a_closure_and_an_opening_of_one_company() -> None:
    found = register.establishments(np.random.default_rng(1), demo.survey(demo.SEED))
    by_spell = {one.spell: one for one in found if one.spell >= 0}
    moved = [one for one in found if one.moved_from >= 0]
    assert len(moved) > 5
    for one in moved:
        old = by_spell[one.moved_from]
        assert old.siren == one.siren
        assert old.premises != one.premises
        assert old.periods[-1].state == "F"
        assert one.created is not None
        assert old.periods[-1].start is not None
        assert 0 <= (one.created - old.periods[-1].start).days <= 31
    roles = register.by_role(found)
    assert {"ancient", "dormant", "office", "remote", "shop"} == set(roles.index)
