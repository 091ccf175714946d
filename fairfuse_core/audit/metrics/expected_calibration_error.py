"""Expected calibration error over ten equal bins of the score."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray

BINS = 10
_DRAWS = 400
_SEED = 20250


def _binned(segments: Segments) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Per group and bin: patients, sum of (score - y), variance of that sum; each (G, BINS)."""
    # A score of exactly 1 belongs to the last bin.
    bin_of = np.minimum((segments.floor * BINS).astype(np.int64), BINS - 1)
    cell = segments.owner * BINS + bin_of
    size = segments.n_groups * BINS

    def total(values: FloatArray) -> FloatArray:
        sums = np.bincount(cell, weights=values, minlength=size).astype(np.float64)
        return sums.reshape(-1, BINS)

    pos, neg, s = segments.pos, segments.neg, segments.score
    n = total(pos + neg)
    excess = total(pos * (s - 1) + neg * s)
    square = total(pos * (s - 1) ** 2 + neg * s**2)
    safe = np.maximum(n, 1)
    return n, excess, np.maximum(square - excess**2 / safe, 0)


def ece(segments: Segments, confidence: float) -> ScoreEstimate:
    """Weighted mean over bins of |mean score - event rate| (Naeini et al. 2015).

    The interval comes from normal draws of each bin's excess around what was seen, shifted back
    by the mean the draws add: absolute values only ever add, most of all in small groups.
    """
    n, excess, variance = _binned(segments)
    size = n.sum(axis=1)
    safe = np.where(size > 0, size, np.nan)
    value = np.abs(excess).sum(axis=1) / safe
    rng = np.random.default_rng(_SEED)
    noise = rng.standard_normal((_DRAWS, *excess.shape)) * np.sqrt(variance)
    draws = np.abs(excess + noise).sum(axis=2) / safe
    shift = draws.mean(axis=0) - value
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    null = _alike(n, excess, variance, rng) / safe
    return ScoreEstimate(
        value,
        draws.var(axis=0),
        null.var(axis=0),
        "parametric bootstrap of bins",
        np.maximum(low - shift, 0),
        np.minimum(np.maximum(high - shift, value), 1),
        null.mean(axis=0),
    )


def _alike(
    n: FloatArray, excess: FloatArray, variance: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw what groups of these sizes show when all are calibrated alike; (draws, G).

    A small group looks worse than a large one by chance alone: its mean must be told, too.
    """
    size = np.maximum(n.sum(axis=0), 1e-300)
    centre, spread = excess.sum(axis=0) / size, variance.sum(axis=0) / size
    noise = rng.standard_normal((_DRAWS, *n.shape)) * np.sqrt(spread * n)
    return np.asarray(np.abs(centre * n + noise).sum(axis=2))


ECE = MetricCard(
    name="ece",
    title="Expected calibration error",
    symbol="ECE",
    family="probability",
    formula="Σ_b (n_b / n) |mean score_b − event rate_b|, 10 equal bins",
    meaning="How far predicted and observed risk lie apart, bin by bin; small groups look worse.",
    undefined="the score is not a probability",
    higher_is_better=False,
    tier="caution",
    among="all",
    citation="Naeini, Cooper & Hauskrecht, AAAI 2015",
    from_scores=ece,
)
