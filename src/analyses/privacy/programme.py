"""The least and the greatest value of each unknown under linear constraints, one model for all.

A model is handed to HiGHS (Huangfu and Hall 2018) once; each question changes its objective and
starts from the last solution, which takes a fraction of a solution from nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

Row = tuple[Sequence[tuple[int, float]], float, float]
"""A constraint: (place of the unknown, factor) …, least and greatest value of their sum."""

_SMALL_DUAL = 1e-9
_PRIMAL_SIMPLEX = 4
"""HiGHS's number of the method that goes on from a solution when only the objective changes."""
_ANSWERED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnbounded)


@dataclass(frozen=True, slots=True)
class Extreme:
    """An end of what an unknown may be, and the limits and rows that hold it there (their places).

    ``value`` is infinite, and nothing holds it, where no constraint does.
    """

    value: float
    limits: frozenset[int] = frozenset()
    rows: frozenset[int] = frozenset()


class Programme:
    """Linear constraints on some unknowns.

    Parameters
    ----------
    limits : sequence of (float, float)
        Least and greatest value of each unknown; the greatest may be infinite.
    rows : sequence of Row
        Constraints.
    """

    def __init__(self, limits: Sequence[tuple[float, float]], rows: Sequence[Row]) -> None:
        self._solver = highspy.Highs()
        options = {"output_flag": False, "threads": 1, "random_seed": 0,
                   "simplex_strategy": _PRIMAL_SIMPLEX}  # fmt: skip
        for option, value in options.items():
            self._solver.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(limits), len(rows)
        model.col_cost_ = np.zeros(len(limits))
        model.col_lower_, model.col_upper_ = _ends(limits)
        model.row_lower_, model.row_upper_ = _ends([(low, high) for _, low, high in rows])
        cells = [cell for terms, _, _ in rows for cell in terms]
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in rows)])
        matrix.index_ = np.array([place for place, _ in cells])
        matrix.value_ = np.array([factor for _, factor in cells], dtype=np.float64)
        self._solver.passModel(model)
        self._asked = 0

    def extreme(self, place: int, *, greatest: bool) -> Extreme:
        """Return an end of what the unknown at ``place`` may be.

        Raises
        ------
        RuntimeError
            If the constraints contradict one another, or HiGHS gives up.
        """
        sign = -1.0 if greatest else 1.0
        self._solver.changeColCost(self._asked, 0.0)
        self._solver.changeColCost(place, sign)
        self._asked = place
        status = self._status()
        if status not in _ANSWERED:  # lost on the way from the last solution: start from nothing
            self._solver.clearSolver()
            status = self._status()
        if status not in _ANSWERED:
            raise RuntimeError(f"HiGHS does not answer: {self._solver.modelStatusToString(status)}")
        if status == highspy.HighsModelStatus.kUnbounded:
            return Extreme(-sign * math.inf)
        found = self._solver.getSolution()
        return Extreme(float(found.col_value[place]), _held(found.col_dual), _held(found.row_dual))

    def _status(self) -> highspy.HighsModelStatus:
        self._solver.run()
        status: highspy.HighsModelStatus = self._solver.getModelStatus()
        return status


def _ends(
    limits: Sequence[tuple[float, float]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ends = np.array(limits, dtype=np.float64).reshape(-1, 2)
    return ends[:, 0].copy(), ends[:, 1].copy()


def _held(duals: Sequence[float]) -> frozenset[int]:
    return frozenset(np.flatnonzero(np.abs(np.array(duals)) > _SMALL_DUAL).tolist())
