"""Inequality indices: how unevenly a model's performance, or its benefit, is spread.

Two Theil indices and two disparate impacts go by the same names in the literature and are
different numbers; here each has a name of its own.
"""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.types import FloatArray


def theil(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Theil's T over groups, T = Σ w (x/μ) ln(x/μ), μ = Σ w x.

    Parameters
    ----------
    values : ndarray, shape (..., K)
        Non-negative values, NaN where a group has none (left out).
    weights : ndarray, shape (K,) or (..., K), optional
        Group sizes; equal weights by default.

    Returns
    -------
    ndarray, shape (...)
        0 when all are alike, ln K when one group has everything (equal weights); NaN with fewer
        than two groups or when every value is 0. x ln x is 0 at x = 0.

    References
    ----------
    Theodorou et al., npj Digit Med 2025;8:100 (over groups' F1); generalised entropy, alpha = 1.
    """
    ok = np.isfinite(values)
    w = np.where(ok, 1.0 if weights is None else weights, 0.0)
    total = w.sum(axis=-1, keepdims=True)
    share = np.divide(w, total, out=np.zeros_like(w), where=total > 0)
    x = np.where(ok, values, 0.0)
    mean = (share * x).sum(axis=-1, keepdims=True)
    ratio = np.divide(x, mean, out=np.zeros_like(x), where=mean > 0)
    term = np.where(ratio > 0, ratio * np.log(np.where(ratio > 0, ratio, 1.0)), 0.0)
    index = (share * term).sum(axis=-1)
    usable = (ok.sum(axis=-1) >= 2) & (mean[..., 0] > 0)
    # Rounding can leave a negative zero where all are alike.
    return np.where(usable, np.maximum(index, 0.0), np.nan)


def theil_individuals(counts: FloatArray) -> FloatArray:
    """Theil's T over patients' benefits b = ŷ − y + 1, from tp, fn, fp, tn on the last axis.

    A false alarm counts 2, a miss 0, everything else 1. It holds no group information.

    References
    ----------
    Speicher et al., KDD 2018; the same as AIF360's ``theil_index``.
    """
    n = counts.sum(axis=-1)
    ones, twos = counts[..., 0] + counts[..., 3], counts[..., 2]
    mean = np.divide(ones + 2 * twos, n, out=np.zeros_like(n, dtype=float), where=n > 0)
    safe = np.where(mean > 0, mean, 1.0)
    first = (ones / safe) * np.log(1 / safe)
    second = (2 * twos / safe) * np.log(2 / safe)
    value = np.divide(first + second, n, out=np.full(np.shape(n), np.nan), where=n > 0)
    return np.where(mean > 0, np.where(np.abs(value) < 1e-15, 0.0, value), np.nan)


def disparate_impact_performance(f1: FloatArray, sizes: FloatArray, reference: int) -> FloatArray:
    """Σ n_g F1(g)/F1(r) / Σ n_g over the groups g ≠ r that have an F1 (FairPlay's words).

    Parameters
    ----------
    f1 : ndarray, shape (..., K)
        NaN where undefined.
    sizes : ndarray, shape (K,)
        Group sizes.
    reference : int
        The majority group r.

    Returns
    -------
    ndarray, shape (...)
        1 is best; NaN if the reference has no F1 above 0 or nobody else has one.

    References
    ----------
    Theodorou et al., npj Digit Med 2025;8:100.
    """
    others = np.arange(f1.shape[-1]) != reference
    base = f1[..., [reference]]
    ok = np.isfinite(f1) & others
    w = np.where(ok, sizes, 0.0)
    ratio = np.divide(f1, base, out=np.zeros_like(f1), where=ok & (np.nan_to_num(base) > 0))
    total = w.sum(axis=-1)
    value = np.divide(
        (w * ratio).sum(axis=-1), total, out=np.full(total.shape, np.nan), where=total > 0
    )
    return np.where(np.nan_to_num(base[..., 0]) > 0, value, np.nan)


def disparate_impact_selection(rates: FloatArray, reference: int) -> FloatArray:
    """selection_rate(g) / selection_rate(r), shape (..., K); NaN for g = r or a rate r of 0.

    Flagged outside [0.8, 1.25] by the four-fifths rule (29 CFR 1607.4(D)); AIF360's
    ``disparate_impact`` for two groups.
    """
    base = rates[..., [reference]]
    out = np.full(rates.shape, np.nan)
    np.divide(rates, base, out=out, where=np.isfinite(rates) & (np.nan_to_num(base) > 0))
    out[..., reference] = np.nan
    return out


def performance_variance(values: FloatArray) -> FloatArray:
    """Population variance over groups that have a value; NaN with fewer than two."""
    ok = np.isfinite(values)
    count = ok.sum(axis=-1)
    x = np.where(ok, values, 0.0)
    safe = np.maximum(count, 1)
    mean = x.sum(axis=-1) / safe
    spread = np.where(ok, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1) / safe
    return np.where(count >= 2, spread, np.nan)
