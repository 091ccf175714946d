"""The index table: both Theil indices, both disparate impacts, the variance over groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.gaps import left_out
from fairfuse_core.audit.inequality import (
    disparate_impact_performance,
    disparate_impact_selection,
    performance_variance,
    theil,
    theil_individuals,
)
from fairfuse_core.audit.intervals.bootstrap import percentile_interval
from fairfuse_core.audit.types import FloatArray


@dataclass(eq=False)
class IndexRow:
    """One line of the index table (columns as in `result.Audit.indices`)."""

    index: str
    estimate: float
    low: float = np.nan
    high: float = np.nan
    method: str = ""
    worst_group: str = ""
    worst_value: float = np.nan
    left_out: str = ""
    reason: str = ""


def index_rows(block: Block, f1: Column, selection: Column, reference: int) -> list[IndexRow]:
    """Return the indices of one block; each with its worst group beside it.

    Size weights hide the smallest group, so no index is shown without the worst one.
    """
    sizes = np.where(block.shown, block.counts.sum(axis=1), 0.0)
    rows = []
    for name, of in (
        ("theil_groups", lambda v: theil(v)),
        ("theil_groups_weighted", lambda v: theil(v, sizes)),
        ("performance_variance", performance_variance),
    ):
        rows.append(_row(name, block, f1, of(f1.estimate), of(_draws(f1)), _lowest(block, f1)))
    impact = disparate_impact_performance(f1.estimate, sizes, reference)
    row = _row(
        "disparate_impact_performance",
        block,
        f1,
        impact,
        disparate_impact_performance(_draws(f1), sizes, reference),
        _lowest_ratio(block, f1, reference),
    )
    if not f1.usable[reference]:
        row.reason = _no_reference(block, f1, reference)
    rows.append(row)
    rows.append(_selection_row(block, selection, reference))
    return rows


def individual_row(block: Block) -> IndexRow:
    """Theil over patients, for everyone in the block."""
    if not block.shown.all():
        return IndexRow("theil_individuals", np.nan, reason=block.hidden_reason(0))
    counts = block.counts.sum(axis=0)
    draws = block.draws.sum(axis=1).astype(np.float64)
    value = float(theil_individuals(counts))
    low, high, _ = percentile_interval(
        theil_individuals(draws)[:, None], confidence=block.config.confidence
    )
    reason = "" if np.isfinite(value) else "not estimable: nobody has any benefit"
    return IndexRow(
        "theil_individuals",
        value,
        float(low[0]),
        float(high[0]),
        ("patient-cluster" if block.clusters is not None else "multinomial") + " bootstrap",
        reason=reason,
    )


def _draws(made: Column) -> FloatArray:
    assert made.replicates is not None  # noqa: S101
    # A group without an estimate takes no part in any replicate either.
    return np.where(made.usable, made.replicates, np.nan)


def _row(
    name: str,
    block: Block,
    made: Column,
    value: FloatArray,
    draws: FloatArray,
    worst: tuple[str, float],
) -> IndexRow:
    row = IndexRow(name, float(value), worst_group=worst[0], worst_value=worst[1])
    row.left_out = left_out(made, block)
    if not np.isfinite(row.estimate):
        row.reason = "not estimable: fewer than two groups have a value above 0"
        return row
    low, high, _ = percentile_interval(draws[:, None], confidence=block.config.confidence)
    row.low, row.high, row.method = float(low[0]), float(high[0]), "bootstrap, percentile"
    return row


def _lowest(block: Block, made: Column) -> tuple[str, float]:
    if not made.usable.any():
        return "", np.nan
    g = int(np.nanargmin(made.estimate))
    return block.info.levels[g], float(made.estimate[g])


def _lowest_ratio(block: Block, made: Column, reference: int) -> tuple[str, float]:
    base = made.estimate[reference]
    ratio = (
        made.estimate / base
        if np.isfinite(base) and base > 0
        else np.full_like(made.estimate, np.nan)
    )
    ratio[reference] = np.nan
    if not np.isfinite(ratio).any():
        return "", np.nan
    g = int(np.nanargmin(ratio))
    return block.info.levels[g], float(ratio[g])


def _no_reference(block: Block, made: Column, reference: int) -> str:
    return (
        f"not estimable: the reference group {block.info.levels[reference]} has no value "
        f"({made.reason[reference]})"
    )


def _selection_row(block: Block, made: Column, reference: int) -> IndexRow:
    """Worst ratio of selection rates to the reference: the one furthest from 1."""
    ratios = disparate_impact_selection(made.estimate, reference)
    row = IndexRow("disparate_impact_selection", np.nan, left_out=left_out(made, block))
    with np.errstate(divide="ignore"):
        distance = np.abs(np.log(ratios))
    if not np.isfinite(ratios).any():
        row.reason = (
            _no_reference(block, made, reference)
            if not made.usable[reference]
            else "not estimable: a ratio needs a reference selection rate above 0 and another group"
        )
        return row
    g = int(np.nanargmax(distance))
    row.estimate = row.worst_value = float(ratios[g])
    row.worst_group = block.info.levels[g]
    draws = disparate_impact_selection(_draws(made), reference)[:, [g]]
    low, high, _ = percentile_interval(draws, confidence=block.config.confidence)
    row.low, row.high, row.method = float(low[0]), float(high[0]), "bootstrap, percentile"
    return row
