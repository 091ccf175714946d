"""Intervals of the largest gap between groups, which sampling noise alone makes positive."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairfuse_core.audit.intervals.bootstrap import MAX_UNDEFINED
from fairfuse_core.audit.intervals.wilson import critical_z
from fairfuse_core.audit.types import FloatArray

SingleArray = NDArray[np.float32]


def fold_difference(low: ArrayLike, high: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Turn an interval of a signed difference into one of its absolute value.

    Parameters
    ----------
    low, high : array_like
        Limits of the signed difference.

    Returns
    -------
    low, high : ndarray
        From 0 where the signed interval holds 0; at least the same coverage as the signed one.
    """
    a, b = np.asarray(low, float), np.asarray(high, float)
    far = np.maximum(np.abs(a), np.abs(b))
    near = np.where((a <= 0) & (b >= 0), 0.0, np.minimum(np.abs(a), np.abs(b)))
    undefined = np.isnan(a) | np.isnan(b)
    return np.where(undefined, np.nan, near), np.where(undefined, np.nan, far)


def simultaneous_range(
    estimates: ArrayLike,
    replicates: ArrayLike,
    *,
    confidence: float = 0.95,
    floor_se: ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Interval of the true largest gap (maximum minus minimum) over groups.

    The bootstrap distribution of the observed range is no guide to the true one: a range of noisy
    estimates is too large, and its replicates are larger still. Instead all pairwise differences
    get simultaneous studentised bootstrap intervals; where they all hold, the true range lies
    between the largest lower and the largest upper limit of an absolute difference.

    Parameters
    ----------
    estimates : array_like, shape (G,) or (M, G)
        Estimates of one or M metrics; NaN for groups left out.
    replicates : array_like, shape (B, G) or (B, M, G)
        Bootstrap replicates, drawn jointly where groups share patients.
    confidence : float
        Simultaneous two-sided level; the interval of the range is conservative.
    floor_se : array_like, optional, shape (G,) or (M, G)
        Smallest standard error believed of each estimate, for instance from smoothed counts. A
        group of 12 out of 12 has replicates that never vary: without a floor it would be taken
        for exactly known. Groups that do not vary, or have more than 20 % undefined replicates,
        are given normal replicates with this standard error.

    Returns
    -------
    low, high : ndarray, shape () or (M,)
        ``low`` is 0 where no pair differs. NaN with fewer than two groups, and where a group has
        too many undefined replicates and no floor.

    References
    ----------
    Hsu JC. Multiple Comparisons, 1996, chapter 5 (all pairs); Efron & Tibshirani 1993, chapter 12
    (studentising).
    """
    est = np.asarray(estimates, float)
    single = est.ndim == 1
    est = np.atleast_2d(est)
    draws = np.asarray(replicates)
    draws = draws[:, None, :] if single else draws
    floor = np.zeros(est.shape) if floor_se is None else np.asarray(floor_se, float)
    floor = np.nan_to_num(np.broadcast_to(floor, est.shape))
    limits = np.array(
        [_one_range(est[m], draws[:, m], floor[m], confidence) for m in range(est.shape[0])]
    ).reshape(-1, 2)
    low, high = limits[:, 0], limits[:, 1]
    return (low[0], high[0]) if single else (low, high)


def _one_range(
    estimate: FloatArray, draws: FloatArray, floor: FloatArray, confidence: float
) -> tuple[float, float]:
    """Interval for one metric: groups down, replicates along contiguous rows."""
    known = np.flatnonzero(~np.isnan(estimate))
    nothing = (float("nan"), float("nan"))
    if known.size < 2:
        return nothing
    value, floor = estimate[known], floor[known]
    # Single precision halves the work; replicates carry far fewer than seven true digits.
    centred = (draws[:, known].T - value[:, None]).astype(np.float32)
    usable = _mend(centred, floor)
    if not usable:
        return nothing
    covariance = np.cov(centred.astype(float), ddof=1)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    centred *= np.maximum(1, floor / np.where(spread > 0, spread, np.inf)).astype(np.float32)[
        :, None
    ]
    variance = np.diag(covariance) + np.maximum(floor**2 - np.diag(covariance), 0)
    pair = variance[:, None] + variance - 2 * (covariance - np.diag(np.diag(covariance)))
    se = np.sqrt(np.maximum(pair, 0))
    quantile = _largest_studentised(centred, se, confidence)
    first, second = np.triu_indices(value.size, 1)
    gap, half = np.abs(value[first] - value[second]), quantile * se[first, second]
    return float(max(0.0, np.max(gap - half))), float(np.max(gap + half))


def _mend(centred: SingleArray, floor: FloatArray) -> bool:
    """Replace undefined and useless replicates, in place; False where that cannot be done."""
    undefined = np.isnan(centred)
    if undefined.any():
        centred[undefined] = 0
    varies = (centred != centred[:, :1]).any(1)
    poor = undefined.mean(1) > MAX_UNDEFINED
    if (poor & (floor <= 0)).any():
        return False
    replace = np.flatnonzero((poor | ~varies) & (floor > 0))
    if replace.size:
        # A fixed seed: the same audit must print the same interval.
        normal = np.random.default_rng(20240229).standard_normal((replace.size, centred.shape[1]))
        centred[replace] = floor[replace, None] * normal
    return True


def _largest_studentised(centred: SingleArray, se: FloatArray, confidence: float) -> float:
    """Quantile, over replicates, of the largest studentised pairwise deviation."""
    with np.errstate(divide="ignore"):
        inverse = np.where(se > 0, 1 / se, 0).astype(np.float32)
    largest = np.zeros(centred.shape[1], dtype=np.float32)
    for g in range(centred.shape[0] - 1):
        pairs = centred[g + 1 :] - centred[g]
        pairs *= inverse[g, g + 1 :, None]
        np.abs(pairs, out=pairs)
        np.maximum(largest, pairs.max(axis=0), out=largest)
    # Never narrower than a single normal comparison, however little the replicates vary.
    return max(float(np.quantile(largest, confidence)), critical_z(confidence))
