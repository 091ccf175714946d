"""The one pass over patients: rows in, score counts by group out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import CodeArray, FloatArray

_CHUNK = 1 << 19
"""Rows handled at a time: the working arrays then stay in the processor's cache."""


def exact_segments(
    score: FloatArray,
    y: NDArray[np.uint8],
    codes: CodeArray,
    n_groups: int,
    *,
    order: NDArray[np.int64],
    weight: FloatArray | None = None,
) -> Segments:
    """Count every distinct score within every group.

    Parameters
    ----------
    score, y, codes : ndarray, shape (n,)
        Scores, labels and group codes.
    n_groups : int
        Number of groups.
    order : ndarray, shape (n,)
        ``argsort(score)``; shared by all groupings of the same rows.
    weight : ndarray, shape (n,), optional
        Row weights.
    """
    small = codes.astype(np.int16) if n_groups < 2**15 else codes
    # A stable sort of small integers is a radix sort: linear in the number of rows.
    rows = order[np.argsort(small[order], kind="stable")]
    s, g, label = score[rows], codes[rows], y[rows]
    n = s.size
    starts_entry = np.empty(n, dtype=bool)
    if n:
        starts_entry[0] = True
        np.not_equal(s[1:], s[:-1], out=starts_entry[1:])
        starts_entry[1:] |= g[1:] != g[:-1]
    first = np.flatnonzero(starts_entry)
    entry = np.cumsum(starts_entry) - 1
    mass = np.ones(n) if weight is None else weight[rows]
    total = np.bincount(entry, weights=mass, minlength=first.size).astype(np.float64)
    pos = np.bincount(entry, weights=mass * label, minlength=first.size).astype(np.float64)
    starts = np.searchsorted(g[first], np.arange(n_groups + 1)).astype(np.int64)
    return Segments(s[first], s[first], pos, total - pos, starts)


class BinnedCounter:
    """Adds up score histograms of several groupings, chunk by chunk, in constant memory.

    Parameters
    ----------
    group_counts : list of int
        Number of groups of each grouping.
    bins : int
        Equal bins of [0, 1]; a score s falls in bin min(floor(s · bins), bins − 1).
    weighted : bool
        Whether rows carry weights.
    """

    def __init__(self, group_counts: list[int], bins: int, *, weighted: bool = False) -> None:
        self.bins = bins
        self.weighted = weighted
        kind = np.float64 if weighted else np.int64
        self.counts: list[NDArray[Any]] = [np.zeros(g * 2 * bins, dtype=kind) for g in group_counts]
        self.sums = np.zeros(bins)
        self.sizes = np.zeros(bins)

    def add(
        self,
        score: FloatArray,
        y: NDArray[np.uint8],
        codes: list[CodeArray],
        weight: FloatArray | None = None,
    ) -> None:
        """Count rows; all arrays have one length, ``codes`` one array a grouping."""
        for low in range(0, score.size, _CHUNK):
            part = slice(low, low + _CHUNK)
            self._add_chunk(
                score[part],
                y[part],
                [c[part] for c in codes],
                None if weight is None else weight[part],
            )

    def _add_chunk(
        self,
        score: FloatArray,
        y: NDArray[np.uint8],
        codes: list[CodeArray],
        weight: FloatArray | None,
    ) -> None:
        slot = np.minimum((score * self.bins).astype(np.int32), self.bins - 1)
        self.sums += np.bincount(slot, weights=score, minlength=self.bins)
        self.sizes += np.bincount(slot, minlength=self.bins)
        slot += y.astype(np.int32) * self.bins
        for counts, code in zip(self.counts, codes, strict=True):
            where = code * (2 * self.bins) + slot
            counts += np.bincount(where, weights=weight, minlength=counts.size)

    def merge(self, other: BinnedCounter) -> None:
        """Add another counter's counts (of the same shape) to this one."""
        for mine, theirs in zip(self.counts, other.counts, strict=True):
            mine += theirs
        self.sums += other.sums
        self.sizes += other.sizes

    def segments(self, index: int) -> Segments:
        """Return the segments of one grouping."""
        table = self.counts[index].reshape(-1, 2, self.bins).astype(np.float64)
        filled = table.sum(axis=1) > 0
        owner, slot = np.nonzero(filled)
        floor = slot / self.bins
        mean = np.divide(
            self.sums, self.sizes, out=np.arange(self.bins) / self.bins, where=self.sizes > 0
        )
        starts = np.searchsorted(owner, np.arange(table.shape[0] + 1)).astype(np.int64)
        return Segments(mean[slot], floor, table[owner, 1, slot], table[owner, 0, slot], starts)


def auroc_error_bound(segments: Segments) -> float:
    """Largest possible error of any group's AUROC due to ties that binning made.

    Each pair of a positive and a negative in one bin counts ½; truly it counts 0 or 1.
    """
    ties = segments.total(segments.pos * segments.neg)
    pairs = segments.positives * segments.negatives
    bound = np.divide(ties, 2 * pairs, out=np.zeros_like(ties), where=pairs > 0)
    return float(bound.max(initial=0.0))
