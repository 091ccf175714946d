"""Writes what was computed for a block into the lines of the result frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.audit.block import SUPPRESSED, Block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.gap_row import GapRow
from fairfuse_core.audit.groupings import EVERYONE, OVERALL
from fairfuse_core.audit.indices import IndexRow
from fairfuse_core.audit.inference.multiplicity import benjamini_hochberg, holm
from fairfuse_core.audit.operating import Chosen, implied_odds
from fairfuse_core.audit.rows import Rows
from fairfuse_core.audit.scores import ScoreTable, Unit
from fairfuse_core.audit.suppression import SHOWN
from fairfuse_core.audit.thresholds import UnitThreshold


def add_threshold(
    rows: Rows,
    unit: Unit,
    chosen: UnitThreshold,
    table: ScoreTable,
    hidden: Mapping[str, NDArray[np.int8]],
    minimum: int,
) -> None:
    """One line for everyone, and one a group where each has its own threshold.

    A threshold that was chosen among the scores of a suppressed group is one of them: not shown.
    """
    probability = table.score_kind == "probability"

    def add(attribute: str, group: str, one: Chosen, veil: int) -> None:
        if veil != SHOWN:
            known = one.threshold if chosen.point.rule == "threshold" else np.nan
            one = Chosen(known, np.nan, np.nan, SUPPRESSED.format(minimum=minimum))
        rows.extend(
            1,
            model=unit.model,
            target=unit.target,
            attribute=attribute,
            group=group,
            rule=chosen.point.rule,
            label=chosen.point.label,
            threshold=one.threshold,
            chosen_on=chosen.chosen_on,
            tpr=one.tpr,
            fpr=one.fpr,
            harm_benefit=implied_odds(one.threshold) if probability else np.nan,
            reason=one.reason,
        )

    add(OVERALL, EVERYONE, chosen.overall, int(hidden[OVERALL][0]))
    for info in table.groupings:
        own = zip(info.levels, chosen.by_group.get(info.name, []), hidden[info.name], strict=False)
        for level, one, veil in own:
            add(info.name, level, one, int(veil))


def add_groups(rows: Rows, block: Block, reference: int) -> None:
    """Sizes and events of each group; nothing for suppressed ones."""
    size = len(block.info.levels)
    n, p = block.counts.sum(axis=1), block.confusion.positives
    shown = block.shown
    rows.extend(
        size,
        model=block.unit.model,
        target=block.unit.target,
        attribute=block.info.name,
        group=list(block.info.levels),
        n=np.where(shown, n, np.nan),
        n_positive=np.where(shown, p, np.nan),
        prevalence=np.where(shown & (n > 0), p / np.maximum(n, 1e-300), np.nan),
        patients=np.where(shown, block.reduced.patients, np.nan),
        suppressed=~shown,
        reason=[block.hidden_reason(g) for g in range(size)],
        is_reference=[g == reference for g in range(size)],
    )


def add_estimates(rows: Rows, block: Block, made: Column) -> None:
    """One line a group."""
    size, shown = len(block.info.levels), block.shown
    nothing = np.full(size, np.nan)
    rows.extend(
        size,
        model=block.unit.model,
        target=block.unit.target,
        attribute=block.info.name,
        group=list(block.info.levels),
        metric=made.card.name,
        estimate=made.estimate,
        low=np.where(made.usable, made.low, np.nan),
        high=np.where(made.usable, made.high, np.nan),
        method=[made.method if ok else "" for ok in made.usable],
        n=np.where(shown, block.counts.sum(axis=1), np.nan),
        n_positive=np.where(shown, block.confusion.positives, np.nan),
        numerator=made.numerator,
        denominator=made.denominator,
        reason=made.reason,
        suppressed=~shown,
        pooled=nothing if made.pooled is None else made.pooled,
        pooled_low=nothing if made.pooled_low is None else made.pooled_low,
        pooled_high=nothing if made.pooled_high is None else made.pooled_high,
    )


def add_gaps(rows: Rows, block: Block, gaps: list[GapRow]) -> None:
    """One line a gap; p is adjusted once all are there."""
    fields = (
        "metric", "statistic", "group", "reference", "estimate", "low", "high", "method", "p",
        "test", "expected", "detectable", "left_out", "reason",
    )  # fmt: skip
    rows.extend(
        len(gaps),
        model=block.unit.model,
        target=block.unit.target,
        attribute=block.info.name,
        p_holm=np.nan,
        p_bh=np.nan,
        **{f: [getattr(g, f) for g in gaps] for f in fields},
    )


def add_indices(rows: Rows, block: Block, indices: list[IndexRow]) -> None:
    """One line an index."""
    fields = (
        "index", "estimate", "low", "high", "method", "worst_group", "worst_value", "left_out",
        "reason",
    )  # fmt: skip
    rows.extend(
        len(indices),
        model=block.unit.model,
        target=block.unit.target,
        attribute=block.info.name,
        **{f: [getattr(i, f) for i in indices] for f in fields},
    )


def adjust_within_metric(gaps: pd.DataFrame) -> pd.DataFrame:
    """Fill p_holm and p_bh: the family is all tests of one metric and one statistic.

    Across metrics the tests overlap (tpr and fnr are one test), so each metric is a family; a
    page that shows several at once adjusts over what it shows with `adjust`.
    """
    out = gaps.copy()
    values = gaps["p"].to_numpy()
    hol, bh = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for at in gaps.groupby(["metric", "statistic"], sort=False).indices.values():
        hol[at], bh[at] = holm(values[at]), benjamini_hochberg(values[at])
    out["p_holm"], out["p_bh"] = hol, bh
    return out


def adjust(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with p_holm and p_bh over exactly these rows: the family one looks at."""
    out = gaps.copy()
    values = gaps["p"].to_numpy(dtype=np.float64)
    out["p_holm"], out["p_bh"] = holm(values), benjamini_hochberg(values)
    return out
