"""Ranking: how well scores order patients, whatever the threshold."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from fairfuse_core.audit.intervals.delong import (
    auroc_interval,
    delong_segments,
    hanley_mcneil_variance,
)
from fairfuse_core.audit.intervals.wilson import critical_z, wilson
from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray


def _snapped(value: FloatArray) -> FloatArray:
    """Put back on 0 or 1 what sums of weights leave a rounding error short of it."""
    nearest = np.rint(value)
    return np.where(np.abs(value - nearest) < 1e-12, nearest, value)


def auroc(segments: Segments, confidence: float) -> ScoreEstimate:
    """Area under the ROC curve per group, with DeLong's variance.

    The null variance is Hanley and McNeil's at the pooled AUROC, scaled so that it agrees with
    DeLong's over everyone: a group of five with an AUROC of 1 has no DeLong variance at all.
    """
    auc, variance = delong_segments(segments.pos, segments.neg, segments.starts)
    auc = _snapped(auc)
    variance = np.where((auc == 0) | (auc == 1), 0.0, variance)
    p, n = segments.positives, segments.negatives
    low, high, _ = auroc_interval(auc, variance, p, n, confidence=confidence)
    whole = segments.pooled()
    pooled, pooled_var = delong_segments(whole.pos, whole.neg, whole.starts)
    reference = hanley_mcneil_variance(pooled, whole.positives, whole.negatives)
    scale = pooled_var / reference if np.all(reference > 0) else np.ones(1)
    both = (p > 0) & (n > 0)
    null = np.full(auc.shape, np.nan)
    null[both] = np.where(np.isfinite(scale), scale, 1.0) * hanley_mcneil_variance(
        np.full(int(both.sum()), pooled[0]), p[both], n[both]
    )
    return ScoreEstimate(auc, variance, null, "DeLong, logit scale", low, high)


def average_precision(segments: Segments) -> FloatArray:
    """Step-wise average precision per group, ties handled as one threshold (scikit-learn's)."""
    owner = segments.owner
    cpos = np.concatenate([[0.0], np.cumsum(segments.pos)])
    call = np.concatenate([[0.0], np.cumsum(segments.pos + segments.neg)])
    last = segments.starts[1:][owner]
    at = np.arange(owner.size)
    hits, flagged = cpos[last] - cpos[at], call[last] - call[at]
    precision = np.divide(hits, flagged, out=np.zeros(at.size), where=flagged > 0)
    area = segments.total(segments.pos * precision)
    out = np.full(segments.n_groups, np.nan)
    np.divide(area, segments.positives, out=out, where=segments.positives > 0)
    return out


def auprc(segments: Segments, confidence: float) -> ScoreEstimate:
    """Average precision with the logit interval's variance θ(1 − θ)/P (Boyd et al. 2013).

    At θ = 1 that interval does not exist; Wilson's, of P trials too, takes its place.
    """
    value = _snapped(average_precision(segments))
    pooled = average_precision(segments.pooled())[0]
    p = segments.positives
    size = np.where(p > 0, p, np.nan)
    low, high = wilson(value * p, p, confidence=confidence)
    inside = (value > 0) & (value < 1)
    m = np.where(inside, value, 0.5)
    half = critical_z(confidence) / np.sqrt(size * m * (1 - m))
    low = np.where(inside, expit(logit(m) - half), low)
    high = np.where(inside, expit(logit(m) + half), high)
    return ScoreEstimate(
        value,
        value * (1 - value) / size,
        pooled * (1 - pooled) / size,
        "logit (Boyd et al.)",
        low,
        high,
    )


AUROC = MetricCard(
    name="auroc",
    title="AUROC",
    symbol="AUROC",
    family="ranking",
    formula="P(score⁺ > score⁻) + ½ P(score⁺ = score⁻)",
    meaning="Chance that a patient with the outcome scores above one without, in the same group.",
    undefined="the group has only patients with, or only patients without, the outcome",
    higher_is_better=True,
    tier="recommended",
    citation="Hanley & McNeil, Radiology 1982;143:29; DeLong et al., Biometrics 1988;44:837",
    aka=("AUC", "c-statistic"),
    from_scores=auroc,
    scale="logit",
)
AUPRC = MetricCard(
    name="auprc",
    title="Average precision",
    symbol="AUPRC",
    family="ranking",
    formula="Σ (Rᵢ − Rᵢ₋₁) Precisionᵢ",
    meaning="Positive predictive value averaged over sensitivities; it moves with prevalence.",
    undefined="nobody in the group had the outcome",
    higher_is_better=True,
    tier="caution",
    citation="Boyd, Eng & Page, ECML PKDD 2013",
    aka=("AP", "area under the PR curve"),
    from_scores=auprc,
    scale="logit",
)
