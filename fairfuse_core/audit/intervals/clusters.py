"""Patients with several rows: exact count-level resampling, and design effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairfuse_core.audit.types import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_CHUNK = 4_000_000  # multinomial counts held at once: 32 MB


def cluster_patterns(
    cluster: ArrayLike, cell: ArrayLike, n_cells: int
) -> tuple[csr_array[Any, tuple[int, int]], IntArray]:
    """Find the distinct contributions of patients to the counts, and how many patients make each.

    Parameters
    ----------
    cluster : array_like of int, shape (n,)
        Patient of each row.
    cell : array_like of int, shape (n,)
        Cell each row counts in: group * 4 + position in the confusion counts.
    n_cells : int
        Number of cells.

    Returns
    -------
    patterns : csr_array of int64, shape (K, n_cells)
        Each row is what some patient adds to the cells.
    multiplicity : ndarray of int64, shape (K,)
        Patients with that pattern; sums to the number of patients. Resampling patients is a
        multinomial draw over these, exactly.
    """
    from scipy.sparse import csr_array

    place = np.asarray(cell, dtype=np.int64)
    patient = np.unique(np.asarray(cluster), return_inverse=True)[1].reshape(-1)
    key, count = np.unique(patient * n_cells + place, return_counts=True)
    owner, where = key // n_cells, key % n_cells
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    length = np.diff(np.append(first, owner.size))
    # A code a (cell, rows) pair, then one exact comparison of code tuples a length.
    code = np.unique(where * (int(count.max(initial=0)) + 1) + count, return_inverse=True)[1]
    code = code.reshape(-1)
    chosen, multiplicity = [], []
    for size in np.unique(length):
        start = first[length == size]
        tuples = code[start[:, None] + np.arange(size)]
        index, times = _distinct_rows(tuples, int(code.max(initial=0)) + 1)
        chosen.append(start[index][:, None] + np.arange(size))
        multiplicity.append(times)
    entries = np.concatenate([c.reshape(-1) for c in chosen] + [np.zeros(0, dtype=np.int64)])
    sizes = np.concatenate([np.full(c.shape[0], c.shape[1]) for c in chosen] + [np.zeros(0, int)])
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    patterns = csr_array(
        (count[entries].astype(np.int64), where[entries], indptr), shape=(sizes.size, n_cells)
    )
    times = np.concatenate([*multiplicity, np.zeros(0, dtype=np.int64)])
    return patterns, times.astype(np.int64)


def _distinct_rows(rows: IntArray, base: int) -> tuple[IntArray, IntArray]:
    """Index of the first of each distinct row, and how often it occurs."""
    width = rows.shape[1]
    if width == 1 or base**width < 2**62:
        key: NDArray[Any] = rows @ (base ** np.arange(width, dtype=np.int64))
    else:
        key = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * width)))[:, 0]
    _, index, times = np.unique(key, return_index=True, return_counts=True)
    return index, times


def draw_cluster_confusions(
    patterns: csr_array[Any, tuple[int, int]],
    multiplicity: ArrayLike,
    n_groups: int,
    replicates: int,
    rng: np.random.Generator,
) -> IntArray:
    """Draw bootstrap confusion counts by resampling whole patients.

    Parameters
    ----------
    patterns, multiplicity
        From :func:`cluster_patterns`.
    n_groups : int
        Number of groups G; ``patterns`` has G * 4 columns.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray of int64, shape (B, G, 4)
        Groups vary together where they share patients; a group's total varies, too.

    References
    ----------
    Field CA, Welsh AH. J R Stat Soc B 2007;69:369-390 (the cluster bootstrap).
    """
    times = np.asarray(multiplicity, dtype=np.int64)
    total = int(times.sum())
    out = np.zeros((replicates, n_groups * 4), dtype=np.int64)
    if total == 0:
        return out.reshape(replicates, n_groups, 4)
    share = times / total
    step = max(1, _CHUNK // times.size)
    turned = patterns.T.tocsr()
    for begin in range(0, replicates, step):
        end = min(begin + step, replicates)
        drawn = rng.multinomial(total, share, size=end - begin)
        out[begin:end] = (turned @ drawn.T).T
    return out.reshape(replicates, n_groups, 4)


def design_effect(successes: ArrayLike, trials: ArrayLike, *, floor: float = 1.0) -> FloatArray:
    """Variance inflation of a proportion through clustering.

    Parameters
    ----------
    successes, trials : array_like, shape (..., C)
        Per cluster; clusters without trials may be listed.
    floor : float
        Smallest value returned. Below 1 clustering would appear to add information, which in
        small samples is nearly always noise.

    Returns
    -------
    ndarray, shape (...)
        Linearised variance of the ratio sum(x) / sum(m) over the binomial variance. Where the
        proportion is 0 or 1 neither can be told from the data, and a cluster is taken to count
        once: sum(m^2) / sum(m). NaN without trials.

    References
    ----------
    Rao JNK, Scott AJ. Biometrics 1992;48:577-585; Korn & Graubard 1998.
    """
    x, m = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    clusters = (m > 0).sum(-1)
    return _deff(
        x.sum(-1), m.sum(-1), (x * x).sum(-1), (x * m).sum(-1), (m * m).sum(-1), clusters, floor
    )


def pattern_design_effect(
    patterns: csr_array[Any, tuple[int, int]],
    multiplicity: ArrayLike,
    n_groups: int,
    *,
    numerator: Sequence[int],
    denominator: Sequence[int],
    floor: float = 1.0,
) -> FloatArray:
    """Design effect of a rate in every group, from patient patterns.

    Parameters
    ----------
    patterns, multiplicity
        From :func:`cluster_patterns`.
    n_groups : int
        Number of groups G.
    numerator, denominator : sequence of int
        Positions in the confusion counts that are summed, such as (0,) and (0, 1) for TP / (TP +
        FN) where counts are ordered tp, fn, fp, tn.
    floor : float
        Smallest value returned, as in :func:`design_effect`.

    Returns
    -------
    ndarray, shape (G,)
        NaN for groups without trials.
    """
    times = np.asarray(multiplicity, float)
    columns = np.arange(n_groups) * 4
    x, m = _summed(patterns, columns, numerator), _summed(patterns, columns, denominator)
    xx, xm, mm = times @ x.multiply(x), times @ x.multiply(m), times @ m.multiply(m)
    return _deff(times @ x, times @ m, xx, xm, mm, times @ (m > 0), floor)


def _summed(patterns: Any, columns: IntArray, kinds: Sequence[int]) -> Any:
    """Add up some of the four counts of every group: sparse, shape (K, G)."""
    total = patterns[:, columns + kinds[0]]
    for k in kinds[1:]:
        total = total + patterns[:, columns + k]
    return total


def _deff(
    x: FloatArray,
    m: FloatArray,
    xx: FloatArray,
    xm: FloatArray,
    mm: FloatArray,
    clusters: FloatArray,
    floor: float,
) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / m
        residual = xx - 2 * p * xm + p * p * mm
        ratio = clusters / (clusters - 1) * residual / (m * p * (1 - p))
        alone = mm / m
        estimable = (p > 0) & (p < 1) & (clusters > 1)
        return np.where(m > 0, np.maximum(np.where(estimable, ratio, alone), floor), np.nan)
