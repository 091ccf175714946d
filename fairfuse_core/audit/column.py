"""`Column`: one metric over the groups of one block."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.metrics.card import MetricCard
from fairfuse_core.audit.types import FloatArray


@dataclass(eq=False)
class Column:
    """One metric over the groups of one block; arrays of shape (G,).

    ``replicates`` (B, G) are bootstrap values, ``null_variance`` (G,) the variance each group
    would have under "no disparity" for metrics tested by a normal null.
    """

    card: MetricCard
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    method: str
    numerator: FloatArray
    denominator: FloatArray
    reason: list[str]
    replicates: FloatArray | None = None
    variance: FloatArray | None = None
    null_variance: FloatArray | None = None
    null_mean: FloatArray | None = None
    pooled: FloatArray | None = None
    pooled_low: FloatArray | None = None
    pooled_high: FloatArray | None = None
    extra: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def usable(self) -> np.ndarray:
        """Groups with an estimate that may be shown."""
        return np.isfinite(self.estimate)


def _undefined(card: MetricCard, block: Block, g: int) -> str:
    if block.counts[g].sum() == 0:
        return "not estimable: no patients"
    return f"not estimable: {card.undefined}"


def reasons(card: MetricCard, block: Block, estimate: FloatArray) -> list[str]:
    """Return why each group has no value; empty where it has one."""
    return ["" if np.isfinite(v) else _undefined(card, block, g) for g, v in enumerate(estimate)]


def spread_pooled(
    made: Column, where: np.ndarray, mean: FloatArray, low: FloatArray, high: FloatArray
) -> None:
    """Write pooled values of some groups into the column."""
    for name, values in (("pooled", mean), ("pooled_low", low), ("pooled_high", high)):
        full = np.full(where.shape, np.nan)
        full[where] = values
        setattr(made, name, full)
