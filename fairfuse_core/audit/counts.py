"""Confusion counts: the handful of integers from which every threshold metric follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.types import FloatArray

TP, FN, FP, TN = 0, 1, 2, 3
"""Positions on the last axis of every confusion array."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """Four arrays of one shape: true positives, false negatives, false positives, true negatives.

    Counts may be integers, or sums of weights.
    """

    tp: FloatArray
    fn: FloatArray
    fp: FloatArray
    tn: FloatArray

    @classmethod
    def of(cls, counts: NDArray[Any]) -> Confusion:
        """Read an array of shape (..., 4), ordered tp, fn, fp, tn."""
        if counts.shape[-1] != 4:
            raise ValueError(
                f"the last axis must hold tp, fn, fp, tn; its length is {counts.shape[-1]}"
            )
        c = counts.astype(np.float64, copy=False)
        return cls(c[..., TP], c[..., FN], c[..., FP], c[..., TN])

    @property
    def positives(self) -> FloatArray:
        """P = TP + FN."""
        return self.tp + self.fn

    @property
    def negatives(self) -> FloatArray:
        """N = FP + TN."""
        return self.fp + self.tn

    @property
    def selected(self) -> FloatArray:
        """TP + FP."""
        return self.tp + self.fp

    @property
    def n(self) -> FloatArray:
        """All patients."""
        return self.positives + self.negatives


def share(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide where the denominator is positive; NaN elsewhere, never 0.

    A group without sick patients has no sensitivity: calling it 0 would invent the largest gap.
    """
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out
