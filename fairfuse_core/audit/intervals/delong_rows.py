"""AUROC variances from rows: two models on the same patients, and rows clustered in patients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairfuse_core.audit.types import FloatArray, IntArray


class _Influence(NamedTuple):
    """AUROC and each cluster's pull on it through its sick rows and through its well rows."""

    auc: float
    sick: FloatArray
    well: FloatArray
    units: tuple[int, int, int]  # clusters with sick rows, with well rows, with any row


def _placements(y: NDArray[np.bool_], score: FloatArray) -> FloatArray:
    """Each row's placement among the other class, ties counting half, shape (n,)."""
    positives, negatives = np.sort(score[y]), np.sort(score[~y])
    place = np.empty(score.size)
    for own, others in ((y, negatives), (~y, positives)):
        below = np.searchsorted(others, score[own], side="left")
        upto = np.searchsorted(others, score[own], side="right")
        place[own] = (below + upto) / (2 * others.size)
    # A well row is well placed when sick rows stand above it, not below.
    place[~y] = 1 - place[~y]
    return place


def _influence(
    y: NDArray[np.bool_], score: FloatArray, cluster: IntArray, n_clusters: int
) -> _Influence:
    n_pos = int(y.sum())
    n_neg = int(y.size - n_pos)
    if n_pos == 0 or n_neg == 0:
        nothing = np.zeros(n_clusters)
        return _Influence(float("nan"), nothing, nothing, (0, 0, 0))
    place = _placements(y, score)
    auc = float(place[y].mean())
    centred = place - auc
    sick = np.bincount(cluster[y], weights=centred[y], minlength=n_clusters) / n_pos
    well = np.bincount(cluster[~y], weights=centred[~y], minlength=n_clusters) / n_neg
    has_sick = np.bincount(cluster[y], minlength=n_clusters) > 0
    has_well = np.bincount(cluster[~y], minlength=n_clusters) > 0
    units = (int(has_sick.sum()), int(has_well.sum()), int((has_sick | has_well).sum()))
    return _Influence(auc, sick, well, units)


def _scaled(
    s10: FloatArray, s01: FloatArray, s11: FloatArray, units: list[tuple[int, int, int]]
) -> FloatArray:
    """Add the cross-products of the influences, each with its sample-variance factor u / (u - 1).

    With a single unit the spread is unknown and the row and column are NaN.
    """
    count = np.asarray(units, float).reshape(-1, 3)
    factor = np.full(count.shape, np.nan)
    np.divide(count, count - 1, out=factor, where=count > 1)
    root = np.sqrt(factor)
    mixed = s11 * np.outer(root[:, 2], root[:, 2])
    return np.asarray(
        s10 * np.outer(root[:, 0], root[:, 0])
        + s01 * np.outer(root[:, 1], root[:, 1])
        + mixed
        + mixed.T
    )


def delong_paired(
    y: ArrayLike, score_a: ArrayLike, score_b: ArrayLike, *, clusters: ArrayLike | None = None
) -> tuple[float, float, FloatArray]:
    """AUROCs of two scores of the same rows, with their covariance.

    Parameters
    ----------
    y : array_like of bool, shape (n,)
        Outcome.
    score_a, score_b : array_like, shape (n,)
        Scores of the two models; higher means sicker.
    clusters : array_like of int, optional, shape (n,)
        Patient of each row where patients have several.

    Returns
    -------
    auc_a, auc_b : float
        NaN where a class is missing.
    covariance : ndarray, shape (2, 2)
        NaN where a class has a single patient.

    References
    ----------
    DeLong 1988; with clusters, Obuchowski NA. Biometrics 1997;53:567-578.
    """
    truth = np.asarray(y).astype(bool)
    if clusters is None:
        code = np.arange(truth.size)
    else:
        code = np.unique(np.asarray(clusters), return_inverse=True)[1].reshape(-1)
    n_clusters = int(code.max(initial=-1)) + 1
    a, b = (_influence(truth, np.asarray(s, float), code, n_clusters) for s in (score_a, score_b))
    sick, well = np.stack([a.sick, b.sick]), np.stack([a.well, b.well])
    covariance = _scaled(sick @ sick.T, well @ well.T, sick @ well.T, [a.units, b.units])
    return a.auc, b.auc, covariance


def clustered_auroc(
    y: ArrayLike, score: ArrayLike, group: ArrayLike, cluster: ArrayLike, n_groups: int
) -> tuple[FloatArray, FloatArray]:
    """AUROC per group when patients have several rows, with the groups' covariance.

    Parameters
    ----------
    y : array_like of bool, shape (n,)
        Outcome.
    score : array_like, shape (n,)
        Score; higher means sicker.
    group : array_like of int, shape (n,)
        Group of each row, 0 ... n_groups - 1; a patient may have rows in several groups.
    cluster : array_like of int, shape (n,)
        Patient of each row.
    n_groups : int
        Number of groups.

    Returns
    -------
    auc : ndarray, shape (G,)
        NaN where a class is missing.
    covariance : ndarray, shape (G, G)
        Zero off the diagonal where two groups share no patient; NaN in the rows and columns of
        groups whose variance cannot be estimated.

    References
    ----------
    Obuchowski NA. Biometrics 1997;53:567-578; between groups the cross-products of the patients
    they share, each group with its own small-sample factor.
    """
    from scipy.sparse import csr_array  # not needed by an audit without clusters

    truth, scores, codes = np.asarray(y).astype(bool), np.asarray(score, float), np.asarray(group)
    patient = np.unique(np.asarray(cluster), return_inverse=True)[1].reshape(-1)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(n_groups + 1))
    parts, members = [], []
    for g in range(n_groups):
        rows = order[edges[g] : edges[g + 1]]
        own, local = np.unique(patient[rows], return_inverse=True)
        members.append(own)
        parts.append(_influence(truth[rows], scores[rows], local.reshape(-1), own.size))
    indptr = np.concatenate([[0], np.cumsum([m.size for m in members])])
    indices = np.concatenate([*members, np.zeros(0, dtype=np.int64)])
    shape = (n_groups, int(patient.max(initial=0)) + 1)
    sick, well = (
        csr_array((np.concatenate([*v, np.zeros(0)]), indices, indptr), shape=shape)
        for v in ([p.sick for p in parts], [p.well for p in parts])
    )
    products = [(a @ b.T).toarray() for a, b in ((sick, sick), (well, well), (sick, well))]
    auc = np.array([p.auc for p in parts])
    return auc, _scaled(products[0], products[1], products[2], [p.units for p in parts])
