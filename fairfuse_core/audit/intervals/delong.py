"""AUROC with DeLong's variance from score counts, one segment of scores a group."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from fairfuse_core.audit.intervals.wilson import critical_z
from fairfuse_core.audit.types import FloatArray, IntArray

LOGIT_METHOD = "DeLong, logit scale"
SCORE_METHOD = "Newcombe score (method 5)"
NO_METHOD = "not estimable"


def _segment_sum(values: NDArray[np.generic], starts: IntArray) -> FloatArray:
    """Sum values within starts[g]:starts[g + 1]; 0 for an empty segment."""
    out = np.zeros(starts.size - 1)
    filled = np.flatnonzero(np.diff(starts) > 0)
    if filled.size:
        # reduceat would repeat an element for an empty segment, so only filled ones are asked for.
        out[filled] = np.add.reduceat(values[: starts[-1]], starts[filled])
    return out


def _below(values: NDArray[np.generic], starts: IntArray) -> FloatArray:
    """Twice the mid-rank mass below each entry within its segment: 2 * (sum before) + own."""
    total = np.cumsum(values, dtype=float)
    base = np.concatenate([np.zeros(1), total])[starts[:-1]]
    return np.asarray(2 * (total - np.repeat(base, np.diff(starts))) - values)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def auroc_segments(pos: ArrayLike, neg: ArrayLike, starts: ArrayLike) -> FloatArray:
    """AUROC of each segment.

    Parameters
    ----------
    pos, neg : array_like, shape (E,)
        Patients with and without the outcome at each distinct score, ascending in a segment.
    starts : array_like of int, shape (G + 1,)
        Segment g holds entries starts[g]:starts[g + 1].

    Returns
    -------
    ndarray, shape (G,)
        Chance that a patient with the outcome scores above one without, ties counting half; NaN
        where a segment lacks either class. Whole-number counts are summed exactly.
    """
    p, n, s = np.asarray(pos), np.asarray(neg), np.asarray(starts, dtype=np.int64)
    pairs = _segment_sum(p, s) * _segment_sum(n, s)
    wins = _segment_sum(p * _below(n, s), s)
    return _ratio(wins, 2 * pairs)


def delong_segments(
    pos: ArrayLike, neg: ArrayLike, starts: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """AUROC of each segment with DeLong's variance.

    Parameters
    ----------
    pos, neg : array_like, shape (E,)
        Patients with and without the outcome at each distinct score, ascending in a segment.
    starts : array_like of int, shape (G + 1,)
        Segment g holds entries starts[g]:starts[g + 1].

    Returns
    -------
    auc, variance : ndarray, shape (G,)
        ``auc`` is NaN where a class is missing, ``variance`` also where a class has one patient.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845; the linear-time form of
    Sun X, Xu W. IEEE Signal Process Lett 2014;21:1389-1393.
    """
    p, n, s = np.asarray(pos), np.asarray(neg), np.asarray(starts, dtype=np.int64)
    n_pos, n_neg = _segment_sum(p, s), _segment_sum(n, s)
    pairs = n_pos * n_neg
    below = _below(n, s)
    wins = _segment_sum(p * below, s)
    auc = _ratio(wins, 2 * pairs)
    size = np.diff(s)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = below / np.repeat(2 * n_neg, size) - np.repeat(auc, size)
        s10 = _segment_sum(np.where(p > 0, p * centred**2, 0.0), s) / (n_pos - 1)
        losses = _below(p, s)
        centred = 1 - losses / np.repeat(2 * n_pos, size) - np.repeat(auc, size)
        s01 = _segment_sum(np.where(n > 0, n * centred**2, 0.0), s) / (n_neg - 1)
        variance = s10 / n_pos + s01 / n_neg
    return auc, np.where((n_pos > 1) & (n_neg > 1), variance, np.nan)


def hanley_mcneil_variance(auc: ArrayLike, n_pos: ArrayLike, n_neg: ArrayLike) -> FloatArray:
    """Variance of an AUROC from its value and the class sizes alone.

    Parameters
    ----------
    auc, n_pos, n_neg : array_like
        AUROC in [0, 1] and class sizes; they broadcast.

    Returns
    -------
    ndarray
        NaN where a class is empty.

    References
    ----------
    Hanley JA, McNeil BJ. Radiology 1982;143:29-36, equation 1 with the exponential model.
    """
    a, p, n = (np.asarray(v, float) for v in (auc, n_pos, n_neg))
    with np.errstate(divide="ignore", invalid="ignore"):
        q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
        # Effective numbers may lie below 1; the formula is about whole patients.
        more_p, more_n = np.maximum(p - 1, 0), np.maximum(n - 1, 0)
        value = (a * (1 - a) + more_p * (q1 - a**2) + more_n * (q2 - a**2)) / (p * n)
    return np.where((p > 0) & (n > 0), value, np.nan)


def _score_variance(theta: FloatArray, n_pos: FloatArray, n_neg: FloatArray) -> FloatArray:
    """Newcombe's variance: Hanley-McNeil with both class sizes replaced by their mean."""
    star = np.maximum((n_pos + n_neg) / 2 - 1, 0)
    bracket = 1 + star * (1 - theta) / (2 - theta) + star * theta / (1 + theta)
    return np.asarray(theta * (1 - theta) * bracket / (n_pos * n_neg))


def newcombe_auroc(
    auc: ArrayLike, n_pos: ArrayLike, n_neg: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Score-type interval of an AUROC; holds at 0 and 1 and with a single patient in a class.

    Parameters
    ----------
    auc, n_pos, n_neg : array_like
        AUROC in [0, 1] and class sizes; they broadcast.
    confidence : float
        Two-sided level.

    Returns
    -------
    low, high : ndarray
        The values theta at which ``|auc - theta| = z * sd(theta)``; NaN where a class is empty.

    References
    ----------
    Newcombe RG. Stat Med 2006;25:559-573, method 5.
    """
    a, p, n = np.broadcast_arrays(*(np.asarray(v, float) for v in (auc, n_pos, n_neg)))
    valid = (p > 0) & (n > 0) & ~np.isnan(a)
    a, p, n = np.where(valid, a, 0.5), np.where(valid, p, 1.0), np.where(valid, n, 1.0)
    z = critical_z(confidence)
    limits = []
    for side, end in ((-1.0, 0.0), (1.0, 1.0)):
        inner, outer = a.copy(), np.full(a.shape, end)
        for _ in range(60):
            middle = (inner + outer) / 2
            inside = side * (middle - a) <= z * np.sqrt(_score_variance(middle, p, n))
            inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
        limits.append(np.where(valid, np.where(a == end, end, inner), np.nan))
    return limits[0], limits[1]


def auroc_interval(
    auc: ArrayLike,
    variance: ArrayLike,
    n_pos: ArrayLike,
    n_neg: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray, NDArray[np.str_]]:
    """Interval of an AUROC: DeLong's on the logit scale, a score interval where that fails.

    Parameters
    ----------
    auc, variance, n_pos, n_neg : array_like
        AUROC, its variance and the class sizes; they broadcast.
    confidence : float
        Two-sided level.

    Returns
    -------
    low, high : ndarray
        Within [0, 1]; NaN where a class is empty.
    method : ndarray of str
        How each interval was made: at an AUROC of 0 or 1, or without a positive variance, DeLong's
        interval has no width, so Newcombe's score interval takes its place.

    References
    ----------
    DeLong 1988; Pepe MS. The Statistical Evaluation of Medical Tests, 2003, section 5.2.3 (logit);
    Newcombe 2006, method 5.
    """
    a, v, p, n = np.broadcast_arrays(*(np.asarray(x, float) for x in (auc, variance, n_pos, n_neg)))
    regular = (a > 0) & (a < 1) & (v > 0)
    safe = np.where(regular, a, 0.5)
    half = critical_z(confidence) * np.sqrt(np.where(regular, v, 0)) / (safe * (1 - safe))
    low, high = expit(logit(safe) - half), expit(logit(safe) + half)
    method = np.where(regular, LOGIT_METHOD, SCORE_METHOD)
    if not regular.all():
        score_low, score_high = newcombe_auroc(a, p, n, confidence=confidence)
        low, high = np.where(regular, low, score_low), np.where(regular, high, score_high)
        method = np.where(np.isnan(low), NO_METHOD, method)
    return low, high, method


def xauc(pos_a: ArrayLike, neg_b: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Cross-group AUROC: how often a sick patient of group a outranks a well one of group b.

    Parameters
    ----------
    pos_a, neg_b : array_like, shape (..., S)
        Patients of group a with the outcome, and of group b without, on a common ascending score
        grid.

    Returns
    -------
    value, variance : ndarray, shape (...)
        ``xauc(a, b)`` with ties counting half, and DeLong's variance. As ``xauc(a, b)`` and
        ``xauc(b, a)`` use no patient in common, the variance of their difference is the sum.

    References
    ----------
    Kallus N, Zhou A. NeurIPS 2019, definition 1.
    """
    p, n = np.broadcast_arrays(np.asarray(pos_a, float), np.asarray(neg_b, float))
    n_pos, n_neg = p.sum(-1), n.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        v10 = (2 * np.cumsum(n, -1) - n) / (2 * n_neg)[..., None]
        v01 = 1 - (2 * np.cumsum(p, -1) - p) / (2 * n_pos)[..., None]
        value = (p * v10).sum(-1) / n_pos
        s10 = (p * (v10 - value[..., None]) ** 2).sum(-1) / (n_pos - 1)
        s01 = (n * (v01 - value[..., None]) ** 2).sum(-1) / (n_neg - 1)
        variance = s10 / n_pos + s01 / n_neg
    usable = (n_pos > 1) & (n_neg > 1)
    return np.where((n_pos > 0) & (n_neg > 0), value, np.nan), np.where(usable, variance, np.nan)
