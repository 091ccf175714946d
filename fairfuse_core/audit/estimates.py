"""Per-group estimates with intervals, for one block and one metric."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.inference.pooling import beta_binomial_pool, normal_pool
from fairfuse_core.audit.intervals.bootstrap import bca_interval, percentile_interval
from fairfuse_core.audit.intervals.clusters import pattern_design_effect
from fairfuse_core.audit.intervals.delong import (
    auroc_interval,
    hanley_mcneil_variance,
)
from fairfuse_core.audit.intervals.delong_rows import clustered_auroc
from fairfuse_core.audit.intervals.wilson import wilson
from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
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
    pooled: FloatArray | None = None
    pooled_low: FloatArray | None = None
    pooled_high: FloatArray | None = None
    extra: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def usable(self) -> np.ndarray:
        """Groups with an estimate that may be shown."""
        return np.isfinite(self.estimate)


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
    if card.needs_scores and block.reduced.segments is None:
        if card.name == "auroc" and block.reduced.auroc is not None:
            return ""
        what = "counts" if block.unit.rows is None and score_kind == "none" else "decisions"
        return f"not available from {what}: it needs every patient's score"
    if card.needs_probabilities and score_kind != "probability":
        if score_kind == "rank":
            return "not available: scores outside [0, 1] rank patients but are no probabilities"
        return "not available from counts: the threshold's odds are not known"
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
        made = _from_scores(card, block)
    elif card.is_proportion:
        made = _proportion(card, block)
    else:
        made = _computed(card, block)
    return _hide(made, block)


def _undefined(card: MetricCard, block: Block, g: int) -> str:
    if block.counts[g].sum() == 0:
        return "not estimable: no patients"
    return f"not estimable: {card.undefined}"


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
        _reasons(card, block, estimate),
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
        _spread_pooled(made, shown, mean, lo, hi)
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
        _reasons(card, block, estimate),
        replicates=value_of(card, Confusion.of(block.draws), block.odds),
    )
    plain = block.clusters is None and block.squares is None
    direct = card.score_interval is not None and (plain or bool(card.score_kinds))
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


def _from_scores(card: MetricCard, block: Block) -> Column:
    if block.reduced.segments is None:
        return _printed_auroc(card, block)
    segments = block.reduced.segments
    assert card.from_scores is not None  # noqa: S101
    confidence = block.config.confidence
    est = card.from_scores(segments, confidence)
    c = block.confusion
    low, high, method = _interval(card, est, confidence)
    variance, null = est.variance, est.null_variance
    rows = block.clusters
    if rows is not None and rows.score is not None and card.name == "auroc":
        auc, cov = clustered_auroc(
            rows.y, rows.score, rows.group, rows.patient, block.counts.shape[0]
        )
        effect = np.divide(
            np.diag(cov), variance, out=np.ones_like(auc), where=np.nan_to_num(variance) > 0
        )
        variance, null = np.diag(cov).copy(), null * np.maximum(effect, 1.0)
        low, high, _ = auroc_interval(
            est.estimate, variance, c.positives, c.negatives, confidence=confidence
        )
        method = "DeLong, logit scale, patients as clusters (Obuchowski)"
    elif block.clusters is not None or block.squares is not None:
        effect = _size_effect(block)
        variance, null = variance * effect, null * effect
        widened = ScoreEstimate(est.estimate, variance, null, est.method)
        if est.low is None or card.name == "auroc":
            low, high, method = _interval(card, widened, confidence)
        method += ", design effect" if block.clusters is not None else ", Kish effective size"
    made = Column(
        card,
        est.estimate.copy(),
        low.copy(),
        high.copy(),
        method,
        np.full(est.estimate.shape, np.nan),
        block.counts.sum(axis=1),
        _reasons(card, block, est.estimate),
        replicates=_normal_draws(card, est.estimate, variance, block),
        variance=variance,
        null_variance=null,
    )
    if card.name == "auroc":
        _pool_normal(made, block)
    return made


def _size_effect(block: Block) -> FloatArray:
    """Return rows per patient, or Σw²·n/(Σw)²: how much a mean's variance grows, per group."""
    if block.squares is not None:
        total, square = block.counts.sum(axis=1), block.squares.sum(axis=1)
        # Segments count weights as if they were patients, so the variance is too small by Σw²/Σw.
        ratio = np.divide(square, total, out=np.ones_like(total), where=total > 0)
        return np.asarray(ratio)
    n = block.counts.sum(axis=1)
    people = np.maximum(block.reduced.patients, 1)
    return np.asarray(np.maximum(n / people, 1.0))


def _interval(
    card: MetricCard, est: ScoreEstimate, confidence: float
) -> tuple[FloatArray, FloatArray, str]:
    if est.low is not None and est.high is not None:
        return est.low, est.high, est.method
    z = float(ndtri(0.5 + confidence / 2))
    m, se = est.estimate, np.sqrt(est.variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        if card.scale == "logit":
            inside = (m > 0) & (m < 1)
            logit = np.log(m / (1 - m))
            half = z * se / (m * (1 - m))
            low = np.where(inside, 1 / (1 + np.exp(-(logit - half))), np.nan)
            high = np.where(inside, 1 / (1 + np.exp(-(logit + half))), np.nan)
        else:
            low, high = m - z * se, m + z * se
            if card.name in {"brier", "log_loss"}:
                low = np.maximum(low, 0)
    return low, high, est.method


def _normal_draws(
    card: MetricCard, estimate: FloatArray, variance: FloatArray, block: Block
) -> FloatArray:
    rng = np.random.default_rng([block.config.seed, len(card.name), estimate.size])
    noise = rng.standard_normal((block.config.replicates, estimate.size))
    se = np.sqrt(variance)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if card.scale == "logit":
            inside = (estimate > 0) & (estimate < 1)
            logit = np.log(estimate / (1 - estimate))
            step = se / (estimate * (1 - estimate))
            drawn = 1 / (1 + np.exp(-(logit + step * noise)))
            return np.asarray(np.where(inside, drawn, np.nan))
        return np.asarray(estimate + se * noise)


def _printed_auroc(card: MetricCard, block: Block) -> Column:
    """AUROC as a paper prints it: no scores, so Hanley and McNeil's variance."""
    assert block.reduced.auroc is not None  # noqa: S101
    auc, c = block.reduced.auroc, block.confusion
    variance = hanley_mcneil_variance(auc, c.positives, c.negatives)
    low, high, _ = auroc_interval(
        auc, variance, c.positives, c.negatives, confidence=block.config.confidence
    )
    known = np.isfinite(auc)
    pooled = np.full(
        auc.shape, np.average(auc[known], weights=c.n[known]) if known.any() else np.nan
    )
    made = Column(
        card,
        auc.copy(),
        low,
        high,
        "as printed; Hanley-McNeil, logit scale",
        np.full(auc.shape, np.nan),
        c.n,
        _reasons(card, block, auc),
        replicates=_normal_draws(card, auc, variance, block),
        variance=variance,
        null_variance=hanley_mcneil_variance(pooled, c.positives, c.negatives),
    )
    for g in np.flatnonzero(~known):
        made.reason[g] = made.reason[g] and "not available from counts: no AUROC was printed"
    _pool_normal(made, block)
    return made


def _pool_normal(made: Column, block: Block) -> None:
    assert made.variance is not None  # noqa: S101
    ok = block.shown & np.isfinite(made.estimate) & (np.nan_to_num(made.variance) > 0)
    if ok.sum() >= 2:
        mean, lo, hi = normal_pool(
            made.estimate[ok], made.variance[ok], confidence=block.config.confidence
        )
        _spread_pooled(made, ok, mean, lo, hi)


def _spread_pooled(
    made: Column, where: np.ndarray, mean: FloatArray, low: FloatArray, high: FloatArray
) -> None:
    for name, values in (("pooled", mean), ("pooled_low", low), ("pooled_high", high)):
        full = np.full(where.shape, np.nan)
        full[where] = values
        setattr(made, name, full)


def _reasons(card: MetricCard, block: Block, estimate: FloatArray) -> list[str]:
    return ["" if np.isfinite(v) else _undefined(card, block, g) for g, v in enumerate(estimate)]


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
    """Say why a hidden group has no value: an empty class is told, for a zero may be shown."""
    why = block.hidden_reason(g)
    c = block.confusion
    if made.reason[g].startswith("not estimable") and (c.positives[g] == 0 or c.negatives[g] == 0):
        return f"{made.reason[g]} ({why})"
    return why
