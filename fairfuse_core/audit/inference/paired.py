"""Paired permutation of two models: each patient's two decisions change places by a coin."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fairfuse_core.audit.types import IntArray


def paired_rate_null(
    only_a: ArrayLike, only_b: ArrayLike, replicates: int, rng: np.random.Generator
) -> IntArray:
    """Null distribution of the difference in hits between two models on the same patients.

    Parameters
    ----------
    only_a, only_b : array_like of int, shape (...)
        Patients whom only model a, and only model b, decided for; the others cannot matter.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray of int64, shape (B, ...)
        ``only_a - only_b`` after swapping; divide by the patients for a difference of rates.

    References
    ----------
    McNemar Q. Psychometrika 1947;12:153-157.
    """
    discordant = np.asarray(only_a, dtype=np.int64) + np.asarray(only_b, dtype=np.int64)
    return 2 * rng.binomial(discordant, 0.5, size=(replicates, *discordant.shape)) - discordant


def swap_joint(joint: ArrayLike, replicates: int, rng: np.random.Generator) -> IntArray:
    """Draw joint decision tables in which each patient's two decisions are swapped by a coin.

    Parameters
    ----------
    joint : array_like of int, shape (..., 2, 2)
        Patients by decision of model a (row: no, yes) and of model b (column: no, yes), for each
        group and true label.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray of int64, shape (B, ..., 2, 2)
        Only the discordant cells change; their sum does not.
    """
    table = np.asarray(joint, dtype=np.int64)
    out = np.broadcast_to(table, (replicates, *table.shape)).copy()
    discordant = table[..., 0, 1] + table[..., 1, 0]
    moved = rng.binomial(discordant, 0.5, size=(replicates, *discordant.shape))
    out[..., 1, 0] = moved
    out[..., 0, 1] = discordant - moved
    return out


def swap_clusters_null(
    net: ArrayLike, group: ArrayLike, n_groups: int, replicates: int, rng: np.random.Generator
) -> IntArray:
    """Null distribution of the net difference in hits when whole patients are swapped.

    Parameters
    ----------
    net : array_like of int, shape (C,)
        Rows of each patient that only model a decided for, minus those only model b did.
    group : array_like of int, shape (C,)
        Group of each patient.
    n_groups : int
        Number of groups G.
    replicates : int
        Number of replicates B.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray of int64, shape (B, G)
        Sum over patients of plus or minus their net difference.
    """
    size = np.abs(np.asarray(net, dtype=np.int64))
    step = int(size.max(initial=0)) + 1
    key, patients = np.unique(np.asarray(group) * step + size, return_counts=True)
    kept = 2 * rng.binomial(patients, 0.5, size=(replicates, key.size)) - patients
    onto = np.zeros((key.size, n_groups), dtype=np.int64)
    onto[np.arange(key.size), key // step] = key % step
    return np.asarray(kept @ onto)
