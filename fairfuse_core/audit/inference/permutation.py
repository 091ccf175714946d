"""Tests of no disparity: group labels permuted within fixed margins, on counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from fairfuse_core.audit.types import FloatArray, IntArray

_TIE = 1e-12  # null values this close to the observed one are ties, and ties count against it


def random_tables(
    rows: ArrayLike, cols: ArrayLike, replicates: int, rng: np.random.Generator
) -> IntArray:
    """Draw random contingency tables with fixed margins.

    Permuting the group labels of patients leaves how many had each outcome and how many are in each
    group; the counts follow the multivariate hypergeometric distribution.

    Parameters
    ----------
    rows : array_like of int, shape (K,)
        Patients with each outcome (hit and missed, say).
    cols : array_like of int, shape (G,)
        Patients in each group; the same total.
    replicates : int
        Number of tables B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray of int64, shape (B, K, G)

    References
    ----------
    Patefield WM. Appl Stat 1981;30:91-97 (the distribution).
    """
    row, col = np.asarray(rows, dtype=np.int64), np.asarray(cols, dtype=np.int64)
    if row.sum() != col.sum():
        raise ValueError(f"the margins differ: rows sum to {row.sum()}, columns to {col.sum()}")
    out = np.empty((replicates, row.size, col.size), dtype=np.int64)
    left = np.broadcast_to(col, (replicates, col.size)).copy()
    for k in range(row.size - 1):
        if k == 0 and row.sum() < 1_000_000_000:
            out[:, 0] = rng.multivariate_hypergeometric(
                col, int(row[0]), size=replicates, method="marginals"
            )
        else:
            out[:, k] = _spread(left, int(row[k]), rng)
        left -= out[:, k]
    out[:, -1] = left
    return out


def _spread(left: IntArray, draw: int, rng: np.random.Generator) -> IntArray:
    """Take ``draw`` patients at random from groups of these sizes, a different set a replicate."""
    out = np.empty_like(left)
    after = left.sum(1)
    wanted = np.full(left.shape[0], draw, dtype=np.int64)
    for g in range(left.shape[1]):
        after = after - left[:, g]
        out[:, g] = rng.hypergeometric(left[:, g], after, wanted)
        wanted = wanted - out[:, g]
    return out


def permutation_p(observed: ArrayLike, null: ArrayLike) -> FloatArray:
    """Permutation p-value, counting the observed arrangement itself.

    Parameters
    ----------
    observed : array_like, shape (...)
        Observed statistics; larger is more extreme.
    null : array_like, shape (B, ...)
        Their values under permutation; undefined ones (NaN) are left out of both counts.

    Returns
    -------
    ndarray, shape (...)
        (r + 1) / (B + 1) with r the null values not below the observed one; NaN where that is
        undefined or all null values are.

    References
    ----------
    Phipson B, Smyth GK. Stat Appl Genet Mol Biol 2010;9:39.
    """
    seen, draws = np.asarray(observed, float), np.asarray(null, float)
    reached = np.count_nonzero(draws >= seen - _TIE, axis=0)
    defined = np.count_nonzero(~np.isnan(draws), axis=0)
    p = (reached + 1) / (defined + 1)
    return np.where(np.isnan(seen) | (defined == 0), np.nan, p)


def _pairs(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    a, b, c, d = np.broadcast_arrays(*(np.asarray(v, dtype=np.int64) for v in (x1, n1, x2, n2)))
    if ((a > b) | (c > d) | (a < 0) | (c < 0)).any():
        raise ValueError("successes must lie between 0 and trials")
    return a, b, c, d


def pair_hypergeometric(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    replicates: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Null distribution of |x1 / n1 - x2 / n2| for many pairs of groups, labels permuted.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int, shape (K,)
        Successes and trials of the two groups of each pair.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (B, K)
        NaN where a group is empty.
    """
    a, b, c, d = _pairs(x1, n1, x2, n2)
    total = a + c
    drawn = rng.hypergeometric(total, b + d - total, b, size=(replicates, *b.shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.abs(drawn / b - (total - drawn) / d))


def exact_pair_p(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """Exact permutation p-value of a difference of two proportions, by enumeration.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int, shape (K,)
        Successes and trials of the two groups of each pair.

    Returns
    -------
    ndarray, shape (K,)
        Chance, labels permuted, of an absolute difference at least as large as the one observed.
        (Fisher's usual two-sided p sums the less likely tables instead; with equal group sizes the
        two agree.) NaN where a group is empty.

    References
    ----------
    Lehmann EL, Romano JP. Testing Statistical Hypotheses, 2005, section 15.2.
    """
    a, b, c, d = _pairs(x1, n1, x2, n2)
    flat = (v.reshape(-1) for v in (a, b, c, d))
    out = [_exact(*map(int, row)) for row in zip(*flat, strict=True)]
    return np.array(out, dtype=float).reshape(a.shape)


def _exact(x1: int, n1: int, x2: int, n2: int) -> float:
    if n1 == 0 or n2 == 0:
        return float("nan")
    total, everyone = x1 + x2, n1 + n2
    k = np.arange(max(0, total - n2), min(total, n1) + 1)
    log_chance = (
        -gammaln(k + 1.0) - gammaln(n1 - k + 1.0)
        - gammaln(total - k + 1.0) - gammaln(n2 - total + k + 1.0)
    )  # fmt: skip
    chance = np.exp(log_chance - log_chance.max())
    # |difference| grows with |k * everyone - total * n1|: whole numbers, so ties are exact.
    far = np.abs(k * everyone - total * n1) >= abs(x1 * everyone - total * n1)
    return float(chance[far].sum() / chance.sum())


def normal_range_null(
    standard_errors: ArrayLike, replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Null distribution of the largest gap when all groups share one true value.

    For estimates without a permutation test of their own, such as AUROC or clustered rates.

    Parameters
    ----------
    standard_errors : array_like, shape (..., G)
        Standard error of each group's estimate; NaN for groups left out.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (B, ...)
        Maximum minus minimum of independent normal estimates; NaN with fewer than two groups.
    """
    se = np.asarray(standard_errors, float)
    known = ~np.isnan(se)
    draws = rng.standard_normal((replicates, *se.shape)) * np.where(known, se, 0)
    high = np.where(known, draws, -np.inf).max(-1)
    low = np.where(known, draws, np.inf).min(-1)
    return np.where(known.sum(-1) > 1, high - low, np.nan)
