"""Score segments: per group, the distinct scores in ascending order with their counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.types import FloatArray, IntArray


def _sums(where: NDArray[np.integer], values: FloatArray, size: int) -> FloatArray:
    return np.bincount(where, weights=values, minlength=size).astype(np.float64, copy=False)


@dataclass(frozen=True, eq=False)
class Segments:
    """Score counts of G groups, one run of entries a group.

    Attributes
    ----------
    score : ndarray, shape (E,)
        Distinct scores, ascending within a group (mean score of the bin when binned).
    floor : ndarray, shape (E,)
        The lowest score an entry may hold: a patient is flagged when floor >= threshold.
        Equal to ``score`` unless binned.
    pos, neg : ndarray of float64, shape (E,)
        Patients (or weights) with and without the outcome at that score.
    starts : ndarray of int64, shape (G + 1,)
        Group g holds entries starts[g]:starts[g + 1].
    whole : Segments, optional
        The same patients as one group, where the reduction has it at hand.
    """

    score: FloatArray
    floor: FloatArray
    pos: FloatArray
    neg: FloatArray
    starts: IntArray
    whole: Segments | None = None

    @property
    def n_groups(self) -> int:
        """Number of groups, empty ones included."""
        return int(self.starts.shape[0]) - 1

    @cached_property
    def owner(self) -> IntArray:
        """Group of each entry, shape (E,)."""
        return np.repeat(np.arange(self.n_groups), np.diff(self.starts))

    def total(self, values: FloatArray) -> FloatArray:
        """Sum ``values`` (E,) within each group; 0 for an empty one."""
        return _sums(self.owner, values, self.n_groups)

    @cached_property
    def positives(self) -> FloatArray:
        """P per group, shape (G,)."""
        return self.total(self.pos)

    @cached_property
    def negatives(self) -> FloatArray:
        """N per group, shape (G,)."""
        return self.total(self.neg)

    @cached_property
    def _cumulative(self) -> tuple[FloatArray, FloatArray]:
        zero = np.zeros(1)
        return (
            np.concatenate([zero, np.cumsum(self.pos)]),
            np.concatenate([zero, np.cumsum(self.neg)]),
        )

    def group(self, g: int) -> Segments:
        """Return one group as segments of its own."""
        part = slice(int(self.starts[g]), int(self.starts[g + 1]))
        size = part.stop - part.start
        return Segments(
            self.score[part],
            self.floor[part],
            self.pos[part],
            self.neg[part],
            np.array([0, size], dtype=np.int64),
        )

    def scaled(self, factor: FloatArray) -> Segments:
        """Return the same scores with each group's counts times a factor, shape (G,)."""
        each = factor[self.owner]
        return Segments(self.score, self.floor, self.pos * each, self.neg * each, self.starts)

    def pooled(self, keep: IntArray | None = None) -> Segments:
        """Return all (or some) groups merged into one."""
        if keep is None and self.whole is not None:
            return self.whole
        rows = slice(None) if keep is None else np.isin(self.owner, keep)
        floor, inverse = np.unique(self.floor[rows], return_inverse=True)
        pos = _sums(inverse, self.pos[rows], floor.size)
        neg = _sums(inverse, self.neg[rows], floor.size)
        mass = self.pos[rows] + self.neg[rows]
        total = np.bincount(inverse, weights=mass, minlength=floor.size)
        mean = np.bincount(inverse, weights=mass * self.score[rows], minlength=floor.size)
        score = np.divide(mean, total, out=floor.copy(), where=total > 0)
        return Segments(score, floor, pos, neg, np.array([0, floor.size], dtype=np.int64))

    def confusion_at(self, thresholds: FloatArray) -> FloatArray:
        """Count tp, fn, fp, tn at thresholds.

        Parameters
        ----------
        thresholds : ndarray, shape (T,) or (T, G)
            Patients with a score of at least the threshold are flagged. With shape (T, G) each
            group has its own.

        Returns
        -------
        ndarray of float64, shape (T, G, 4)
            Ordered tp, fn, fp, tn. Cost: T log(E) per group; patients are not touched again.
        """
        own = (
            thresholds
            if thresholds.ndim == 2
            else np.broadcast_to(thresholds[:, None], (thresholds.size, self.n_groups))
        )
        cut = np.empty(own.shape, dtype=np.int64)
        for g in range(self.n_groups):
            lo, hi = self.starts[g], self.starts[g + 1]
            cut[:, g] = lo + np.searchsorted(self.floor[lo:hi], own[:, g], side="left")
        cpos, cneg = self._cumulative
        first, last = self.starts[:-1], self.starts[1:]
        out = np.empty((*own.shape, 4))
        out[..., 0] = cpos[last] - cpos[cut]
        out[..., 1] = cpos[cut] - cpos[first]
        out[..., 2] = cneg[last] - cneg[cut]
        out[..., 3] = cneg[cut] - cneg[first]
        return out
