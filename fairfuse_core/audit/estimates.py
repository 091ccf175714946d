"""Per-group estimates with intervals, for one block and one metric."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column, reasons, spread_pooled
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.inference.pooling import beta_binomial_pool
from fairfuse_core.audit.intervals.bootstrap import bca_interval, percentile_interval
from fairfuse_core.audit.intervals.clusters import pattern_design_effect
from fairfuse_core.audit.intervals.wilson import wilson
from fairfuse_core.audit.metrics.card import MetricCard
from fairfuse_core.audit.score_estimates import score_column
from fairfuse_core.audit.types import FloatArray


def value_of(card: MetricCard, c: Confusion, odds: float) -> FloatArray:
    """Evaluate a counts metric on counts of any shape."""
    if card.numerator is not None and card.denominator is not None:
        top, bottom = card.numerator(c), card.denominator(c)
        out = np.full(np.shape(top), np.nan)
        np.divide(top, bottom, out=out, where=bottom > 0)
        return out
    assert card.compute is not None  # noqa: S101 - a counts metric has one of the two
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(card.compute(c, odds))


def unavailable(card: MetricCard, block: Block, score_kind: str) -> str:
    """Return why this metric cannot be had for this kind of input; empty when it can."""
    what = "counts" if block.kind == "counts" else "decisions"
    if card.needs_scores and block.reduced.segments is None:
        if card.name == "auroc" and block.reduced.auroc is not None:
            return ""
        return f"not available from {what}: it needs every patient's score"
    if card.needs_probabilities and score_kind != "probability":
        if score_kind == "rank":
            return "not available: scores outside [0, 1] rank patients but are no probabilities"
        return f"not available from {what}: the threshold's odds are not known"
    if card.uses_odds and not np.isfinite(block.odds):
        return "not available: the threshold states no odds"
    return ""


def column(card: MetricCard, block: Block, score_kind: str) -> Column:
    """Estimate one metric in every group, with its interval and its reasons."""
    size = block.counts.shape[0]
    nothing = np.full(size, np.nan)
    why = unavailable(card, block, score_kind)
    if why:
        reasons = [block.hidden_reason(g) or why for g in range(size)]
        return Column(
            card,
            nothing,
            nothing.copy(),
            nothing.copy(),
            "",
            nothing.copy(),
            nothing.copy(),
            reasons,
        )
    if card.needs_scores:
        made = score_column(card, block)
    elif card.is_proportion:
        made = _proportion(card, block)
    else:
        made = _computed(card, block)
    return _hide(made, block)


def _proportion(card: MetricCard, block: Block) -> Column:
    c = block.confusion
    assert card.numerator is not None  # noqa: S101
    assert card.denominator is not None  # noqa: S101
    top, bottom = card.numerator(c), card.denominator(c)
    estimate = value_of(card, c, block.odds)
    effect, note = _effect(card, block)
    method = f"Wilson{note}"
    replicates = value_of(card, Confusion.of(block.draws), block.odds)
    low, high = wilson(top, bottom, confidence=block.config.confidence, design_effect=effect)
    made = Column(
        card,
        estimate,
        low,
        high,
        method,
        top,
        bottom,
        reasons(card, block, estimate),
        replicates=replicates,
    )
    if block.config.interval != "auto":
        _resample(made, block)
    size = bottom / effect
    with np.errstate(invalid="ignore", divide="ignore"):
        made.variance = np.where(bottom > 0, estimate * (1 - estimate) / size, np.nan)
    shown = block.shown & (bottom > 0)
    if shown.sum() >= 2:
        mean, lo, hi = beta_binomial_pool(
            (top / effect)[shown], size[shown], confidence=block.config.confidence
        )
        spread_pooled(made, shown, mean, lo, hi)
    return made


def _effect(card: MetricCard, block: Block) -> tuple[FloatArray, str]:
    """Return how much clustering or weighting inflates a proportion's variance, and its name."""
    top, bottom = card.kinds
    size = block.counts.shape[0]
    if block.clusters is not None:
        effect = pattern_design_effect(
            block.clusters.patterns,
            block.clusters.multiplicity,
            size,
            numerator=top,
            denominator=bottom,
        )
        return np.where(np.isfinite(effect), effect, 1.0), ", patients as clusters"
    if block.squares is not None:
        square = block.squares[:, list(bottom)].sum(axis=1)
        total = block.counts[:, list(bottom)].sum(axis=1)
        ratio = np.divide(square, total, out=np.ones_like(total), where=total > 0)
        return ratio, ", Kish effective size"
    return np.ones(size), ""


def _computed(card: MetricCard, block: Block) -> Column:
    estimate = value_of(card, block.confusion, block.odds)
    size = block.counts.sum(axis=1)
    made = Column(
        card,
        estimate,
        np.full_like(estimate, np.nan),
        np.full_like(estimate, np.nan),
        "",
        np.full_like(estimate, np.nan),
        size,
        reasons(card, block, estimate),
        replicates=value_of(card, Confusion.of(block.draws), block.odds),
    )
    plain = block.clusters is None and block.squares is None
    direct = card.score_interval is not None and (plain or bool(card.score_kinds[0]))
    if card.score_interval is not None and direct and block.config.interval == "auto":
        effect, note = _effect(card, block)
        made.low, made.high = card.score_interval(block.confusion, block.config.confidence, effect)
        made.method = f"Wilson-type{note}"
    else:
        _resample(made, block)
    assert made.replicates is not None  # noqa: S101
    made.variance = _nanvar(made.replicates)
    return made


def _nanvar(values: FloatArray) -> FloatArray:
    good = np.isfinite(values)
    count = good.sum(axis=0)
    filled = np.where(good, values, 0.0)
    safe = np.maximum(count, 1)
    mean = filled.sum(axis=0) / safe
    second = (filled**2).sum(axis=0) / safe
    return np.where(count > 1, np.maximum(second - mean**2, 0), np.nan)


def _resample(made: Column, block: Block) -> None:
    """Fill the interval from the bootstrap replicates."""
    assert made.replicates is not None  # noqa: S101
    confidence = block.config.confidence
    kind = "patient-cluster bootstrap" if block.clusters is not None else "multinomial bootstrap"
    if block.config.interval == "bca" and block.clusters is None and block.squares is None:
        card, odds = made.card, block.odds
        made.low, made.high, _ = bca_interval(
            lambda counts: value_of(card, Confusion.of(counts), odds),
            block.effective,
            made.replicates,
            confidence=confidence,
        )
        made.method = f"{kind}, BCa"
        return
    made.low, made.high, lost = percentile_interval(made.replicates, confidence=confidence)
    made.method = f"{kind}, percentile"
    for g in np.flatnonzero(np.isfinite(made.estimate) & ~np.isfinite(made.low)):
        made.reason[g] = f"no interval: undefined in {lost[g]:.0%} of the bootstrap replicates"


def _hide(made: Column, block: Block) -> Column:
    veiled = ~block.shown
    if veiled.any():
        made.estimate = np.where(veiled, np.nan, made.estimate)
        for name in (
            "low",
            "high",
            "numerator",
            "denominator",
            "variance",
            "null_variance",
            "null_mean",
            "pooled",
            "pooled_low",
            "pooled_high",
        ):
            values = getattr(made, name)
            if values is not None:
                setattr(made, name, np.where(veiled, np.nan, values))
        if made.replicates is not None:
            made.replicates = np.where(veiled, np.nan, made.replicates)
        for g in np.flatnonzero(veiled):
            made.reason[g] = _hidden_words(made, block, int(g))
    return made


def _hidden_words(made: Column, block: Block, g: int) -> str:
    """Say why a hidden group has no value: an empty class is told, for a zero may be shown.

    Only that: whether the model flags anybody of a hidden group is not.
    """
    why = block.hidden_reason(g)
    c, among = block.confusion, made.card.among
    empty = c.positives[g] == 0 or c.negatives[g] == 0
    by_outcome = among in {"positives", "negatives"} or made.card.family == "ranking"
    if made.reason[g].startswith("not estimable") and empty and by_outcome:
        return f"{made.reason[g]} ({why})"
    return why
