"""Gaps: how far apart the groups are, with an interval, a test, and what chance alone would do."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.gap_row import GapRow, MetricNull
from fairfuse_core.audit.inference.permutation import permutation_p
from fairfuse_core.audit.inference.power import detectable_gap
from fairfuse_core.audit.intervals.ranges import fold_difference, simultaneous_range
from fairfuse_core.audit.nulls import (
    WORDS,
    Nulls,
    normal_null_values,
    null_values,
    null_variances,
    spread,
)
from fairfuse_core.audit.pairs import against_reference, difference_interval, pair_p, ratio_interval
from fairfuse_core.audit.types import FloatArray

NORMAL_NULL = "normal null with the variances of the estimates"


def metric_null(made: Column, nulls: Nulls) -> MetricNull:
    """Draw what a metric's groups would look like without disparity, (B, G)."""
    values = null_values(made, nulls)
    if values is not None:
        test = WORDS[made.card.among]
        if nulls.block.clusters is not None:
            test += ", whole patients"
        if nulls.block.squares is not None:
            test += ", effective sizes"
        return MetricNull(values, test)
    values = normal_null_values(made, nulls.block.config.replicates, nulls.rng)
    return MetricNull(values, NORMAL_NULL)


def left_out(made: Column, block: Block) -> str:
    """Name the groups that a gap does not speak of, and why."""
    return "; ".join(
        f"{name} ({made.reason[g].removeprefix('not estimable: ') or 'no value'})"
        for g, name in enumerate(block.info.levels)
        if not np.isfinite(made.estimate[g])
    )


def gap_rows(made: Column, block: Block, reference: int, null: MetricNull | None) -> list[GapRow]:
    """Return the max-gap, min-ratio, and each group's difference and ratio to the reference."""
    usable = np.flatnonzero(made.usable)
    outside = left_out(made, block)
    name = made.card.name
    if usable.size < 2 or null is None:
        why = made.reason[0] if not usable.size and made.reason else ""
        reason = why or "not estimable: fewer than two groups have a value"
        return [
            GapRow(name, s, "", "", np.nan, left_out=outside, reason=reason)
            for s in ("max_gap", "min_ratio")
        ]
    rows = [
        _max_gap(made, block, usable, null, outside),
        _min_ratio(made, block, usable, null, outside),
    ]
    return rows + against_reference(made, block, reference, null)


def _max_gap(
    made: Column, block: Block, usable: np.ndarray, null: MetricNull, outside: str
) -> GapRow:
    m = made.estimate
    top = int(usable[np.argmax(m[usable])])
    bottom = int(usable[np.argmin(m[usable])])
    if top == bottom:  # all alike
        top, bottom = int(usable[0]), int(usable[1])
    gap = float(m[top] - m[bottom])
    low, high, method = _range_interval(made, block, usable, top, bottom)
    ranges = spread(null.values)
    ranges = ranges[np.isfinite(ranges)]
    levels = block.info.levels
    if not ranges.size:
        return GapRow(
            made.card.name,
            "max_gap",
            levels[top],
            levels[bottom],
            gap,
            low,
            high,
            method,
            left_out=outside,
        )
    variances = null_variances(null.values[:, usable])
    upper = 1.0 if made.card.unit_interval else np.inf
    p, test = float(permutation_p(gap, ranges)), null.test
    if usable.size == 2:
        # Two groups of a plain proportion: the permutation distribution can be enumerated.
        exact, name = pair_p(made, block, np.array([top]), bottom, null)
        p, test = float(exact[0]), name
    return GapRow(
        made.card.name,
        "max_gap",
        levels[top],
        levels[bottom],
        gap,
        low,
        high,
        method,
        p=p,
        test=test,
        expected=float(ranges.mean()),
        detectable=detectable_gap(
            float(np.quantile(ranges, block.config.confidence)), variances, upper=upper
        ),
        left_out=outside,
    )


def _range_interval(
    made: Column, block: Block, usable: np.ndarray, top: int, bottom: int
) -> tuple[float, float, str]:
    m = made.estimate
    if usable.size == 2:
        lo, hi, method = difference_interval(made, np.array([top]), bottom, block)
        low, high = fold_difference(lo, hi)
        return float(low[0]), float(high[0]), f"{method}, folded at 0"
    assert made.replicates is not None  # noqa: S101
    floor = np.sqrt(_smoothed_variance(made))
    low, high = simultaneous_range(
        m[usable],
        made.replicates[:, usable],
        confidence=block.config.confidence,
        floor_se=floor[usable],
    )
    top_of_range = 1.0 if made.card.unit_interval else np.inf
    return float(low), min(float(high), top_of_range), "simultaneous over all pairs, bootstrap"


def _smoothed_variance(made: Column) -> FloatArray:
    """Variance of a proportion with two successes and two failures added (Agresti-Coull).

    A group in which everybody was found has a bootstrap variance of 0; that is not certainty.
    """
    if not made.card.is_proportion:
        return np.zeros_like(made.estimate)
    n = made.denominator + 4
    p = (made.numerator + 2) / n
    return np.asarray(p * (1 - p) / n)


def _min_ratio(
    made: Column, block: Block, usable: np.ndarray, null: MetricNull, outside: str
) -> GapRow:
    m, levels = made.estimate, block.info.levels
    top = int(usable[np.argmax(m[usable])])
    bottom = int(usable[np.argmin(m[usable])])
    if top == bottom:
        top, bottom = int(usable[0]), int(usable[1])
    name = made.card.name
    if not m[top] > 0 or m[bottom] < 0:
        return GapRow(
            name,
            "min_ratio",
            levels[bottom],
            levels[top],
            np.nan,
            left_out=outside,
            reason="not estimable: a ratio needs values above 0",
        )
    value = float(m[bottom] / m[top])
    row = GapRow(name, "min_ratio", levels[bottom], levels[top], value, left_out=outside)
    row.p, row.test = _ratio_p(value, null), null.test
    if usable.size == 2:
        lo, hi, method = ratio_interval(made, np.array([bottom]), top, block)
        row.low, row.high, row.method = float(lo[0]), float(min(hi[0], 1.0)), f"{method}, at most 1"
    elif m[bottom] > 0:
        assert made.replicates is not None  # noqa: S101
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(made.replicates[:, usable])
            floor = np.sqrt(_smoothed_variance(made))[usable] / m[usable]
        low, high = simultaneous_range(
            np.log(m[usable]),
            np.where(np.isfinite(logs), logs, np.nan),
            confidence=block.config.confidence,
            floor_se=floor,
        )
        row.low, row.high = float(np.exp(-high)), float(np.exp(-low))
        row.method = "simultaneous over all pairs of logs, bootstrap"
    return row


def _ratio_p(value: float, null: MetricNull) -> float:
    if null.test == NORMAL_NULL:
        return np.nan  # the normal null is centred at 0: it speaks of differences only
    v = null.values
    top = np.where(np.isnan(v), -np.inf, v).max(axis=1)
    bottom = np.where(np.isnan(v), np.inf, v).min(axis=1)
    ok = np.isfinite(top) & np.isfinite(bottom) & (top > 0)
    return float(permutation_p(-value, -(bottom[ok] / top[ok]))) if ok.any() else np.nan
