"""Composite gaps: equalized odds and average odds, made of sensitivity and false-alarm rate."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.estimates import value_of
from fairfuse_core.audit.gap_row import GapRow
from fairfuse_core.audit.inference.permutation import permutation_p
from fairfuse_core.audit.intervals.bootstrap import percentile_interval
from fairfuse_core.audit.nulls import WORDS, Nulls, spread


def composite_rows(
    block: Block, tpr: Column, fpr: Column, gaps: list[GapRow], reference: int, nulls: Nulls
) -> list[GapRow]:
    """Return the equalized odds difference, and the average odds difference per group.

    Equalized odds difference is the larger of the two max-gaps (fairlearn, worst case); its limits
    are the larger ones of theirs. Average odds difference is ½ (ΔFPR + ΔTPR) to the reference
    (AIF360): signed, so the parts can cancel.
    """
    counts = Confusion.of(nulls.counts("labels"))
    null_tpr = np.where(tpr.usable, value_of(tpr.card, counts, block.odds), np.nan)
    null_fpr = np.where(fpr.usable, value_of(fpr.card, counts, block.odds), np.nan)
    test = WORDS["labels"] + (", whole patients" if block.clusters is not None else "")
    parts = {r.metric: r for r in gaps if r.statistic == "max_gap" and r.metric in {"tpr", "fpr"}}
    rows = [_equalized_odds(parts["tpr"], parts["fpr"], null_tpr, null_fpr, test)]
    return rows + _average_odds(block, tpr, fpr, null_tpr, null_fpr, reference, test)


def _equalized_odds(
    tpr: GapRow, fpr: GapRow, null_tpr: np.ndarray, null_fpr: np.ndarray, test: str
) -> GapRow:
    row = GapRow("equalized_odds_difference", "max_gap", "", "", np.nan, test=test)
    outside = [r.left_out for r in (tpr, fpr) if r.left_out]
    row.left_out = "; ".join(dict.fromkeys("; ".join(outside).split("; "))) if outside else ""
    if not (np.isfinite(tpr.estimate) and np.isfinite(fpr.estimate)):
        row.reason = tpr.reason or fpr.reason
        return row
    worst = tpr if tpr.estimate >= fpr.estimate else fpr
    row.group, row.reference, row.estimate = worst.group, worst.reference, worst.estimate
    row.low, row.high = max(tpr.low, fpr.low), max(tpr.high, fpr.high)
    row.method = "larger of the two gaps' limits"
    drawn = np.fmax(spread(null_tpr), spread(null_fpr))
    drawn = drawn[np.isfinite(drawn)]
    row.p, row.expected = float(permutation_p(row.estimate, drawn)), float(drawn.mean())
    return row


def _average_odds(
    block: Block,
    tpr: Column,
    fpr: Column,
    null_tpr: np.ndarray,
    null_fpr: np.ndarray,
    reference: int,
    test: str,
) -> list[GapRow]:
    assert tpr.replicates is not None  # noqa: S101
    assert fpr.replicates is not None  # noqa: S101
    value = (tpr.estimate + fpr.estimate) / 2
    draws, null = (tpr.replicates + fpr.replicates) / 2, (null_tpr + null_fpr) / 2
    levels, rows = block.info.levels, []
    low, high, _ = percentile_interval(
        draws - draws[:, [reference]], confidence=block.config.confidence
    )
    for g, name in enumerate(levels):
        if g == reference:
            continue
        row = GapRow("average_odds_difference", "difference", name, levels[reference], np.nan)
        row.estimate = float(value[g] - value[reference])
        if np.isfinite(row.estimate):
            row.low, row.high, row.method = float(low[g]), float(high[g]), "bootstrap, percentile"
            apart = np.abs(null[:, g] - null[:, reference])
            row.p = float(permutation_p(abs(row.estimate), apart[np.isfinite(apart)]))
            row.test = test
        else:
            whose = g if tpr.reason[g] or fpr.reason[g] else reference
            row.reason = tpr.reason[whose] or fpr.reason[whose]
        rows.append(row)
    return rows
