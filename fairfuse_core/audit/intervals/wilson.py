"""Score intervals for proportions, their differences and ratios."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from fairfuse_core.audit.types import FloatArray


def critical_z(confidence: float) -> float:
    """Return the two-sided standard normal critical value (1.96 at 0.95)."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1; it is {confidence}")
    return float(ndtri(0.5 + confidence / 2))


def wilson(
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    confidence: float = 0.95,
    design_effect: ArrayLike = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    successes, trials : array_like
        Counts; they broadcast, and may be sums of weights.
    confidence : float
        Two-sided level.
    design_effect : array_like
        Variance inflation from clustering; the effective sample is ``trials / design_effect``.

    Returns
    -------
    low, high : ndarray
        Within [0, 1]; NaN where ``trials`` is 0.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212. Korn EL, Graubard BI. Surv Methodol 1998;24:193-201
    (the effective sample size).
    """
    x, n, deff = np.broadcast_arrays(
        np.asarray(successes, float), np.asarray(trials, float), np.asarray(design_effect, float)
    )
    z2 = critical_z(confidence) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(n > 0, x / n, np.nan)
        inverse = deff / n
        scale = 1 + z2 * inverse
        centre = (p + z2 * inverse / 2) / scale
        half = np.sqrt(z2 * (p * (1 - p) * inverse + z2 * inverse**2 / 4)) / scale
        # Rounding must not leave 1e-17 where the bound is exactly 0 or 1.
        low = np.where(p <= 0, 0.0, np.maximum(centre - half, 0.0))
        high = np.where(p >= 1, 1.0, np.minimum(centre + half, 1.0))
    undefined = np.isnan(p)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def wilson_f1(
    tp: ArrayLike,
    fp: ArrayLike,
    fn: ArrayLike,
    *,
    confidence: float = 0.95,
    design_effect: ArrayLike = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Wilson-type interval of F1.

    F1 = 2J / (1 + J) with J = TP / (TP + FP + FN), and given TP + FP + FN = m, TP is binomial with
    m trials and success probability J when patients are sampled at random. The score interval of J,
    carried through this increasing function, is therefore a score interval of F1.

    Parameters
    ----------
    tp, fp, fn : array_like
        Counts; they broadcast.
    confidence : float
        Two-sided level.
    design_effect : array_like
        Variance inflation of J from clustering.

    Returns
    -------
    low, high : ndarray
        Within [0, 1]; NaN where TP + FP + FN is 0.

    References
    ----------
    Takahashi K et al. Appl Intell 2022;52:4961-4972 (F1 as a function of multinomial counts);
    Wilson 1927 for the interval.
    """
    hits = np.asarray(tp, float)
    trials = hits + np.asarray(fp, float) + np.asarray(fn, float)
    low, high = wilson(hits, trials, confidence=confidence, design_effect=design_effect)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def mover_difference(
    est1: ArrayLike,
    low1: ArrayLike,
    high1: ArrayLike,
    est2: ArrayLike,
    low2: ArrayLike,
    high2: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Interval of ``est1 - est2`` from the intervals of two independent estimates.

    Method of variance estimates recovery: each limit borrows the variance that its parent limits
    imply near that limit, so that skewed and bounded intervals stay so.

    Parameters
    ----------
    est1, low1, high1, est2, low2, high2 : array_like
        Estimates with their limits; they broadcast.

    Returns
    -------
    low, high : ndarray

    References
    ----------
    Zou GY, Donner A. Stat Med 2008;27:1693-1702.
    """
    e1, l1, u1, e2, l2, u2 = (np.asarray(v, float) for v in (est1, low1, high1, est2, low2, high2))
    difference = e1 - e2
    low = difference - np.hypot(e1 - l1, u2 - e2)
    high = difference + np.hypot(u1 - e1, e2 - l2)
    return np.asarray(low), np.asarray(high)


def mover_mean(
    est1: ArrayLike,
    low1: ArrayLike,
    high1: ArrayLike,
    est2: ArrayLike,
    low2: ArrayLike,
    high2: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Interval of ``(est1 + est2) / 2`` from the intervals of two independent estimates.

    With the Wilson intervals of sensitivity and specificity this is an interval of balanced
    accuracy that also holds where both are near 1 and a bootstrap hardly varies.

    Parameters
    ----------
    est1, low1, high1, est2, low2, high2 : array_like
        Estimates with their limits; they broadcast.

    Returns
    -------
    low, high : ndarray

    References
    ----------
    Zou & Donner 2008.
    """
    second = (-np.asarray(v, float) for v in (est2, high2, low2))
    low, high = mover_difference(est1, low1, high1, *second)
    return low / 2, high / 2


def mover_ratio(
    est1: ArrayLike,
    low1: ArrayLike,
    high1: ArrayLike,
    est2: ArrayLike,
    low2: ArrayLike,
    high2: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Interval of ``est1 / est2`` from the intervals of two independent, non-negative estimates.

    Parameters
    ----------
    est1, low1, high1, est2, low2, high2 : array_like
        Estimates with their limits, all >= 0; they broadcast.

    Returns
    -------
    low, high : ndarray
        ``high`` is infinite where ``low2`` is 0; both are NaN where ``est2`` is 0.

    References
    ----------
    Donner A, Zou GY. Stat Methods Med Res 2012;21:347-359, equation 9 (written here without the
    difference of near-equal terms).
    """
    e1, l1, u1, e2, l2, u2 = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (est1, low1, high1, est2, low2, high2))
    )
    product = e1 * e2
    with np.errstate(divide="ignore", invalid="ignore"):
        top, bottom = l1 * (2 * e1 - l1), u2 * (2 * e2 - u2)
        low = top / (product + np.sqrt(np.maximum(product**2 - top * bottom, 0)))
        low = np.where(top <= 0, 0.0, low)
        top, bottom = u1 * (2 * e1 - u1), l2 * (2 * e2 - l2)
        high = (product + np.sqrt(np.maximum(product**2 - top * bottom, 0))) / bottom
        high = np.where(bottom <= 0, np.inf, high)
    undefined = np.isnan(e1 + l1 + u1 + e2 + l2 + u2) | (e2 <= 0)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def newcombe_difference(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    confidence: float = 0.95,
    design_effect1: ArrayLike = 1.0,
    design_effect2: ArrayLike = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Newcombe's hybrid score interval of ``x1 / n1 - x2 / n2``.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Successes and trials of two independent groups; they broadcast.
    confidence : float
        Two-sided level.
    design_effect1, design_effect2 : array_like
        Variance inflation from clustering, as in :func:`wilson`.

    Returns
    -------
    low, high : ndarray
        Within [-1, 1]; NaN where a group has no trials.

    References
    ----------
    Newcombe RG. Stat Med 1998;17:873-890, method 10.
    """
    low1, high1 = wilson(x1, n1, confidence=confidence, design_effect=design_effect1)
    low2, high2 = wilson(x2, n2, confidence=confidence, design_effect=design_effect2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1 = np.asarray(x1, float) / np.asarray(n1, float)
        p2 = np.asarray(x2, float) / np.asarray(n2, float)
    return mover_difference(p1, low1, high1, p2, low2, high2)
