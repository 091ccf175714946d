"""Two groups at a time: difference and ratio to the reference, with interval and test."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.gap_row import GapRow, MetricNull
from fairfuse_core.audit.inference.permutation import exact_pair_p, permutation_p
from fairfuse_core.audit.intervals.bootstrap import percentile_interval
from fairfuse_core.audit.intervals.wilson import mover_difference, mover_ratio
from fairfuse_core.audit.types import FloatArray


def difference_interval(
    made: Column, groups: np.ndarray, reference: int, block: Block
) -> tuple[FloatArray, FloatArray, str]:
    """Return the interval of each group's value less the reference's.

    MOVER (Zou & Donner 2008) from the two groups' own intervals: with Wilson limits it is
    Newcombe's method 10. By the bootstrap when the configuration asks for that.
    """
    if block.config.interval != "auto" and made.replicates is not None:
        draws = made.replicates[:, groups] - made.replicates[:, [reference]]
        low, high, _ = percentile_interval(draws, confidence=block.config.confidence)
        return low, high, "bootstrap of the difference"
    m, lo, hi = made.estimate, made.low, made.high
    low, high = mover_difference(
        m[groups], lo[groups], hi[groups], m[reference], lo[reference], hi[reference]
    )
    name = "Newcombe" if made.method == "Wilson" else f"MOVER from {made.method}"
    return low, high, name


def ratio_interval(
    made: Column, groups: np.ndarray, reference: int, block: Block
) -> tuple[FloatArray, FloatArray, str]:
    """Return the interval of each group's value over the reference's (Donner & Zou 2012)."""
    if block.config.interval != "auto" and made.replicates is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            draws = made.replicates[:, groups] / made.replicates[:, [reference]]
        low, high, _ = percentile_interval(
            np.where(np.isfinite(draws), draws, np.nan), confidence=block.config.confidence
        )
        return low, high, "bootstrap of the ratio"
    m, lo, hi = made.estimate, made.low, made.high
    low, high = mover_ratio(
        m[groups], lo[groups], hi[groups], m[reference], lo[reference], hi[reference]
    )
    return low, high, f"MOVER from {made.method}"


def against_reference(made: Column, block: Block, reference: int, null: MetricNull) -> list[GapRow]:
    """Return the difference and the ratio of every other group to the reference group."""
    levels, m, name = block.info.levels, made.estimate, made.card.name
    others = np.array([g for g in range(len(levels)) if g != reference], dtype=np.int64)
    if not made.usable[reference]:
        why = made.reason[reference] or "it has no value"
        return [
            GapRow(
                name,
                statistic,
                levels[g],
                levels[reference],
                np.nan,
                reason=f"not estimable: the reference group {levels[reference]} has none ({why})",
            )
            for statistic in ("difference", "ratio")
            for g in others
        ]
    lo, hi, method = difference_interval(made, others, reference, block)
    rlo, rhi, rmethod = ratio_interval(made, others, reference, block)
    p, test = pair_p(made, block, others, reference, null)
    differences, ratios = [], []
    for k, g in enumerate(others):
        if not made.usable[g]:
            reason = made.reason[g]
            pair = (levels[g], levels[reference], np.nan)
            differences.append(GapRow(name, "difference", *pair, reason=reason))
            ratios.append(GapRow(name, "ratio", *pair, reason=reason))
            continue
        differences.append(
            GapRow(
                name,
                "difference",
                levels[g],
                levels[reference],
                float(m[g] - m[reference]),
                float(lo[k]),
                float(hi[k]),
                method,
                p=float(p[k]),
                test=test,
            )
        )
        if m[reference] > 0 and m[g] >= 0:
            ratios.append(
                GapRow(
                    name,
                    "ratio",
                    levels[g],
                    levels[reference],
                    float(m[g] / m[reference]),
                    float(rlo[k]),
                    float(rhi[k]),
                    rmethod,
                    p=float(p[k]),
                    test=test,
                )
            )
        else:
            ratios.append(
                GapRow(
                    name,
                    "ratio",
                    levels[g],
                    levels[reference],
                    np.nan,
                    reason="not estimable: a ratio needs a reference value above 0",
                )
            )
    return differences + ratios


def pair_p(
    made: Column, block: Block, others: np.ndarray, reference: int, null: MetricNull
) -> tuple[FloatArray, str]:
    """Return p-values of groups against the reference, and the name of the test.

    Two groups of a plain proportion are enumerated; everything else uses the null draws.
    """
    m = made.estimate
    plain = block.clusters is None and block.squares is None
    if made.card.is_proportion and plain and made.denominator[made.usable].max() < 20_000:
        ok = made.usable[others]
        p = np.full(others.size, np.nan)
        x, n = made.numerator, made.denominator
        chosen = others[ok]
        p[ok] = exact_pair_p(
            x[chosen].astype(np.int64),
            n[chosen].astype(np.int64),
            np.full(chosen.size, x[reference], dtype=np.int64),
            np.full(chosen.size, n[reference], dtype=np.int64),
        )
        return p, "exact permutation of the two groups"
    gap = np.abs(m[others] - m[reference])
    drawn = np.abs(null.values[:, others] - null.values[:, [reference]])
    return np.asarray(permutation_p(gap, drawn)), null.test
