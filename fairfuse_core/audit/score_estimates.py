"""Per-group estimates of metrics that need every patient's score."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit, ndtri

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column, reasons, spread_pooled
from fairfuse_core.audit.inference.pooling import normal_pool
from fairfuse_core.audit.intervals.delong import auroc_interval, hanley_mcneil_variance
from fairfuse_core.audit.intervals.delong_rows import clustered_auroc
from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
from fairfuse_core.audit.types import FloatArray


def score_column(card: MetricCard, block: Block) -> Column:
    """Estimate a ranking or probability metric in every group."""
    if block.reduced.segments is None:
        return _printed_auroc(card, block)
    segments = block.reduced.segments
    assert card.from_scores is not None  # noqa: S101
    confidence = block.config.confidence
    rows = block.clusters
    scores = rows.score if rows is not None and block.squares is None else None
    by_rows = scores is not None and card.name == "auroc"
    shrink, note = (None, "") if by_rows else _shrinkage(block)
    est = card.from_scores(segments if shrink is None else segments.scaled(shrink), confidence)
    c = block.confusion
    low, high, method = _interval(card, est, confidence)
    method += note
    variance, null = est.variance, est.null_variance
    if by_rows and rows is not None and scores is not None:
        auc, cov = clustered_auroc(rows.y, scores, rows.group, rows.patient, block.counts.shape[0])
        effect = np.divide(
            np.diag(cov), variance, out=np.ones_like(auc), where=np.nan_to_num(variance) > 0
        )
        variance, null = np.diag(cov).copy(), null * np.maximum(effect, 1.0)
        low, high, _ = auroc_interval(
            est.estimate, variance, c.positives, c.negatives, confidence=confidence
        )
        method = "DeLong, logit scale, patients as clusters (Obuchowski)"
    made = Column(
        card,
        est.estimate.copy(),
        low.copy(),
        high.copy(),
        method,
        np.full(est.estimate.shape, np.nan),
        block.counts.sum(axis=1),
        reasons(card, block, est.estimate),
        replicates=_normal_draws(card, est.estimate, variance, (low, high), block),
        variance=variance,
        null_variance=null,
        null_mean=est.null_mean,
    )
    if card.name == "auroc":
        _pool_normal(made, block)
    return made


def _shrinkage(block: Block) -> tuple[FloatArray | None, str]:
    """Return what to multiply counts by so that they say how much is known, per group.

    Kish's effective size for weights (Σw / Σw²); for clusters Σm / Σm² over patients with m rows:
    as if all rows of a patient told the same thing, the most that clustering can cost. Shares,
    and so estimates, stay what they are.
    """
    total = block.counts.sum(axis=1)
    factor, note = np.ones_like(total), ""
    if block.squares is not None:
        square = block.squares.sum(axis=1)
        np.divide(total, square, out=factor, where=square > 0)
        note = ", Kish effective size"
    if block.clusters is not None:
        rows = block.clusters
        size = total.size
        key, m = np.unique(rows.patient * size + rows.group, return_counts=True)
        square = np.bincount(key % size, weights=m.astype(np.float64) ** 2, minlength=size)
        factor *= np.divide(block.reduced.rows, square, out=np.ones_like(total), where=square > 0)
        note += ", design effect"
    return (factor, note) if note else (None, "")


def _interval(
    card: MetricCard, est: ScoreEstimate, confidence: float
) -> tuple[FloatArray, FloatArray, str]:
    if est.low is not None and est.high is not None:
        return est.low, est.high, est.method
    z = float(ndtri(0.5 + confidence / 2))
    m, se = est.estimate, np.sqrt(est.variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = m - z * se, m + z * se
        if card.name in {"brier", "log_loss"}:
            low = np.maximum(low, 0)
    return low, high, est.method


def _normal_draws(
    card: MetricCard,
    estimate: FloatArray,
    variance: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    block: Block,
) -> FloatArray:
    """Draw replicates (B, G) of an estimate from scores.

    Where its variance is not known (one patient of a class) or says nothing (an AUROC of 1) the
    interval stands in for it.
    """
    rng = np.random.default_rng([block.config.seed, len(card.name), estimate.size])
    noise = rng.standard_normal((block.config.replicates, estimate.size))
    with np.errstate(invalid="ignore"):
        # Clusters can leave a variance just below zero where rows repeat one another.
        se = np.sqrt(np.maximum(variance, 0))
    if card.scale != "logit":
        return np.asarray(estimate + se * noise)
    low, high = limits
    z = float(ndtri(0.5 + block.config.confidence / 2))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        inside = (estimate > 0) & (estimate < 1)
        m = np.where(inside, estimate, 0.5)
        width = (logit(np.clip(high, 1e-12, 1 - 1e-12)) - logit(np.clip(low, 1e-12, 1 - 1e-12))) / 2
        step = np.where(se > 0, se / (m * (1 - m)), width / z)
        drawn = expit(logit(m) + step * noise)
        # At an end the estimate can only err to one side.
        end = np.where(estimate == 1, 1 - np.abs(noise) * (1 - low) / z, np.abs(noise) * high / z)
        end = np.clip(end, 0, 1)
    return np.asarray(np.where(inside, drawn, np.where(np.isnan(estimate), np.nan, end)))


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
        reasons(card, block, auc),
        replicates=_normal_draws(card, auc, variance, (low, high), block),
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
        spread_pooled(made, ok, mean, lo, hi)
