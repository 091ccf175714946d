"""What published sums leave open of a hidden count, by linear programming."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.types import FloatArray

_OPEN = 1 - 1e-6
"""Two whole numbers are possible once the smallest and largest value are this far apart."""


def solved_cell(relations: FloatArray) -> int | None:
    """Return a hidden cell that the equations alone determine; None if there is none.

    It holds for every quantity that adds up (patients, events, true positives), whatever its
    values, so it is asked of every hidden cell: one given away gives others away in turn.

    Parameters
    ----------
    relations : ndarray, shape (R, K)
        Signed sums of hidden cells whose value follows from what is shown.
    """
    _, strength, directions = np.linalg.svd(relations, full_matrices=False)
    basis = directions[strength > 1e-9]
    # A cell is determined when its unit vector lies in the span of the equations.
    found = np.flatnonzero(np.abs((basis**2).sum(axis=0) - 1) < 1e-9)
    return int(found[0]) if found.size else None


def pinned_cell(relations: FloatArray, counts: FloatArray, small: NDArray[np.bool_]) -> int | None:
    """Return a small hidden cell for which only one count is possible; None if there is none.

    Parameters
    ----------
    relations : ndarray, shape (R, K)
        Signed sums of hidden cells whose value follows from what is shown.
    counts : ndarray, shape (K,)
        The true counts, at least 1: known to satisfy the sums.
    small : ndarray of bool, shape (K,)
        Cells whose count must stay open.

    Notes
    -----
    A reader knows that no hidden group is empty, so equations are not all there is: the smallest
    and largest feasible value of each cell decide (Hundepool et al. 2012, section 4.3, the
    "auditing problem"). Every solution bounds all cells, so few programs need to be solved.
    """
    from scipy.optimize import linprog  # slow to import, and rarely needed

    low, high = counts.copy(), counts.copy()
    right = relations @ counts
    for j in np.flatnonzero(small):
        for sign in (1.0, -1.0):
            if high[j] - low[j] >= _OPEN:
                break
            cost = np.zeros(counts.size)
            cost[j] = sign
            # A count has no more than all patients: keeps the program bounded.
            found = linprog(cost, A_eq=relations, b_eq=right, bounds=(1.0, float(counts.sum())))
            if found.success and found.x is not None:
                np.minimum(low, found.x, out=low)
                np.maximum(high, found.x, out=high)
        if high[j] - low[j] < _OPEN:
            return int(j)
    return None
