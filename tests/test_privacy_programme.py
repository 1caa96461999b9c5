"""The ends of unknowns under linear constraints: another solver gives the same."""

import math

import numpy as np
import pytest
from scipy.optimize import linprog

from analyses.privacy.programme import Programme, Row


def _by_scipy(limits: list[tuple[float, float]], rows: list[Row], place: int, sign: float) -> float:
    matrix, bound = [], []
    for terms, low, high in rows:
        line = np.zeros(len(limits))
        for at, factor in terms:
            line[at] += factor
        matrix += [line, -line]
        bound += [high, -low]
    cost = np.zeros(len(limits))
    cost[place] = sign
    found = linprog(cost, A_ub=np.array(matrix), b_ub=bound, bounds=limits, method="highs")
    return -sign * math.inf if found.status == 3 else sign * float(found.fun)


@pytest.mark.parametrize("seed", range(40))
def test_every_end_is_that_of_a_solver_that_starts_from_nothing(seed: int) -> None:
    """Systems that hold a true count: sums that are known or equal, as the audit makes them."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 12, 8).astype(float)
    limits = [(float(n), float(n)) if rng.random() < 0.3 else (0.0, math.inf) for n in truth]
    rows: list[Row] = []
    for _ in range(5):
        places = rng.choice(8, 3, replace=False)
        total = float(truth[places].sum())
        rows.append(([(int(p), 1.0) for p in places], total - 0.01, total + 0.01))
    solver = Programme(limits, rows)
    for place in rng.permutation(8):
        for sign in (1.0, -1.0):
            mine = solver.extreme(int(place), greatest=sign < 0).value
            assert mine == pytest.approx(_by_scipy(limits, rows, int(place), sign), abs=1e-6)


def test_an_endless_count_is_found_after_other_questions() -> None:
    """A case on which the dual simplex, started from the last solution, gives no answer."""
    rows: list[Row] = [
        ([(1, -1.0), (2, 1.0), (0, 1.0), (3, 1.0)], 0.0, 0.0),
        ([(4, -1.0), (0, 1.0), (3, 1.0)], 0.0, 0.0),
        ([(4, 1.0), (2, -0.5)], 9.4999895, 9.5000105),
        ([(5, -1.0), (1, 1.0), (3, 1.0)], 0.0, 0.0),
        ([(6, -1.0), (2, 1.0), (1, 1.0), (5, 1.0), (3, 1.0)], 0.0, 0.0),
    ]
    solver = Programme([(0.0, math.inf)] * 7, rows)
    ends = {place: (solver.extreme(place, greatest=False).value,
                    solver.extreme(place, greatest=True).value) for place in (0, 2, 3)}  # fmt: skip
    assert ends[3] == (0.0, math.inf)


def test_constraints_that_contradict_one_another_raise() -> None:
    solver = Programme([(0.0, math.inf)], [([(0, 1.0)], 3.0, 3.0), ([(0, 1.0)], 5.0, 5.0)])
    with pytest.raises(RuntimeError, match="HiGHS"):
        solver.extreme(0, greatest=True)
