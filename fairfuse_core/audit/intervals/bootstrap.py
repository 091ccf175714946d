"""Count-level bootstrap: resample four counts a group instead of its patients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from fairfuse_core.audit.types import FloatArray, IntArray

MAX_UNDEFINED = 0.2
"""Above this share of undefined replicates an interval would describe other data than these."""


def draw_confusions(
    counts: ArrayLike,
    replicates: int,
    rng: np.random.Generator,
    *,
    prior: float = 0.0,
    fixed_classes: bool = False,
) -> IntArray:
    """Draw bootstrap confusion counts: each group's patients with replacement.

    Resampling n patients who fall in four kinds is one multinomial draw, so the cost does not
    depend on n and the result is exactly that of a row bootstrap within groups.

    Parameters
    ----------
    counts : array_like of int, shape (..., K)
        Patients of each kind (tp, fn, fp, tn in any order); a group's total is kept.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.
    prior : float
        Patients added to every kind before the shares are taken (0.5: Jeffreys). Without it a kind
        that happens to be empty stays empty in every replicate.
    fixed_classes : bool
        Draw the sick and the well apart, keeping their numbers: for data sampled by outcome, as in
        a case-control study or a test set balanced on purpose. The last axis must then hold tp, fn,
        fp, tn in this order. Drawing all together makes intervals of F1, predictive values and net
        benefit of such data too long.

    Returns
    -------
    ndarray of int64, shape (B, ..., K)
        Zeros for an empty group.

    References
    ----------
    Efron B, Tibshirani RJ. An Introduction to the Bootstrap, 1993, chapter 6.
    """
    table = np.asarray(counts)
    whole = np.rint(table).astype(np.int64)
    if not np.array_equal(whole, table) or (whole < 0).any():
        raise ValueError("counts must be whole numbers, none negative")
    kinds = 2 if fixed_classes else whole.shape[-1]
    flat = whole.reshape(-1, kinds)
    total = flat.sum(1)
    mass = flat + prior
    # Share of each kind among the kinds still to be drawn.
    tail = np.cumsum(mass[:, ::-1], 1)[:, ::-1]
    share = np.divide(mass, tail, out=np.zeros(mass.shape), where=tail > 0)
    out = np.empty((flat.shape[0], kinds, replicates), dtype=np.int64)
    left = np.repeat(total[:, None], replicates, axis=1)
    for k in range(kinds - 1):
        # Shape (groups, B): a group's parameters follow each other, which the generator exploits.
        out[:, k] = rng.binomial(left, np.minimum(share[:, k, None], 1.0))
        left = left - out[:, k]
    out[:, kinds - 1] = left
    return np.ascontiguousarray(np.moveaxis(out, 2, 0)).reshape(replicates, *whole.shape)


def _sorted_columns(replicates: ArrayLike) -> tuple[FloatArray, IntArray, tuple[int, ...]]:
    """Sort each statistic's replicates, undefined ones last; shape (statistics, B)."""
    values = np.asarray(replicates, dtype=float)
    rest = values.shape[1:]
    columns = np.ascontiguousarray(values.reshape(values.shape[0], -1).T)
    defined = np.count_nonzero(~np.isnan(columns), axis=1)
    columns.sort(axis=1)
    return columns, defined, rest


def _at(columns: FloatArray, defined: IntArray, fraction: FloatArray) -> FloatArray:
    """Quantile of the defined replicates, linear between order statistics (numpy's default)."""
    place = np.clip(fraction, 0, 1) * np.maximum(defined - 1, 0)
    place = np.where(np.isnan(place), 0, place)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    first = np.take_along_axis(columns, below[:, None], 1)[:, 0]
    second = np.take_along_axis(columns, above[:, None], 1)[:, 0]
    step = place - below
    # Weighting rather than stepping keeps infinite replicates from turning into NaN.
    return np.where(step > 0, first * (1 - step) + second * step, first)


def percentile_interval(
    replicates: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Percentile bootstrap interval.

    Parameters
    ----------
    replicates : array_like, shape (B, ...)
        Replicates of each statistic; NaN where a replicate has no value.
    confidence : float
        Two-sided level.

    Returns
    -------
    low, high : ndarray, shape (...)
        NaN where more than 20 % of the replicates are undefined.
    share_undefined : ndarray, shape (...)
        Share of undefined replicates.

    References
    ----------
    Efron & Tibshirani 1993, chapter 13.
    """
    columns, defined, rest = _sorted_columns(replicates)
    share = 1 - defined / max(columns.shape[1], 1)
    tail = np.full(defined.shape, (1 - confidence) / 2)
    unusable = (share > MAX_UNDEFINED) | (defined == 0)
    low = np.where(unusable, np.nan, _at(columns, defined, tail))
    high = np.where(unusable, np.nan, _at(columns, defined, 1 - tail))
    return low.reshape(rest), high.reshape(rest), share.reshape(rest)


def bca_interval(
    metric: Callable[[NDArray[Any]], NDArray[Any]],
    counts: ArrayLike,
    replicates: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bias-corrected and accelerated bootstrap interval of a metric of counts.

    The jackknife, too, is done on counts: leaving out any patient of one kind gives the same value,
    so K values weighted by the counts replace n.

    Parameters
    ----------
    metric : callable
        Maps counts of shape (..., K) to values of shape (...), NaN where undefined.
    counts : array_like, shape (..., K)
        Observed counts.
    replicates : array_like, shape (B, ...)
        The metric of bootstrap counts.
    confidence : float
        Two-sided level.

    Returns
    -------
    low, high : ndarray, shape (...)
        NaN where the estimate or more than 20 % of the replicates are undefined. Where all
        replicates are equal the interval has no width: such a metric needs a score interval.
    share_undefined : ndarray, shape (...)
        Share of undefined replicates.

    References
    ----------
    Efron B. J Am Stat Assoc 1987;82:171-185.
    """
    table = np.asarray(counts, dtype=float)
    estimate = np.asarray(metric(table), dtype=float).reshape(-1)
    acceleration = _acceleration(metric, table).reshape(-1)
    columns, defined, rest = _sorted_columns(replicates)
    share = 1 - defined / max(columns.shape[1], 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Ties with the estimate, the rule with counts, count half.
        under = (columns < estimate[:, None]).sum(1) + (columns <= estimate[:, None]).sum(1)
        bias = ndtri(under / (2 * defined))
        limits = []
        for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
            shifted = bias + ndtri(tail)
            limits.append(ndtr(bias + shifted / (1 - acceleration * shifted)))
    unusable = (share > MAX_UNDEFINED) | (defined == 0) | np.isnan(estimate)
    low, high = (np.where(unusable, np.nan, _at(columns, defined, f)) for f in limits)
    return low.reshape(rest), high.reshape(rest), share.reshape(rest)


def _acceleration(metric: Callable[[NDArray[Any]], NDArray[Any]], table: FloatArray) -> FloatArray:
    """Skewness of the leave-one-out values over 6; 0 where they do not vary."""
    kinds = table.shape[-1]
    without = np.maximum(table[..., None, :] - np.eye(kinds), 0)
    values = np.asarray(metric(without), dtype=float)
    weight = np.where(np.isnan(values), 0, table)
    values = np.nan_to_num(values)
    total = np.maximum(weight.sum(-1), 1)
    centre = (weight * values).sum(-1) / total
    pull = centre[..., None] - values
    square = (weight * pull**2).sum(-1)
    cube = (weight * pull**3).sum(-1)
    steady = square <= 1e-24
    return np.where(steady, 0.0, cube / np.where(steady, 1.0, 6 * square**1.5))
