"""Calibration slope: are predicted risks too extreme, or not extreme enough?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray

_CLIP = 1e-6
"""A score of 0 or 1 has no logit; it is read as 1e-6 away from it."""

_ITERATIONS = 60


def _overlap(segments: Segments) -> NDArray[np.bool_]:
    """Whether some sick patient scores below a well one and the other way round, per group.

    Otherwise the classes are separated and the likelihood rises for ever with the slope.
    """
    ends = []
    for counts in (segments.pos, segments.neg):
        here = counts > 0
        owner, score = segments.owner[here], segments.score[here]
        low, high = np.full(segments.n_groups, np.inf), np.full(segments.n_groups, -np.inf)
        np.minimum.at(low, owner, score)
        np.maximum.at(high, owner, score)
        ends.append((low, high))
    (pos_low, pos_high), (neg_low, neg_high) = ends
    return np.asarray((pos_low < neg_high) & (neg_low < pos_high))


def fit_recalibration(segments: Segments) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit logit P(y = 1) = a + b · logit(score) in each group, all groups at once.

    Newton's method on the counts; a step that lowers the likelihood is halved.

    Returns
    -------
    (intercept, slope, slope_variance) : ndarray, shape (G,)
        NaN where the fit does not exist: one class only, one distinct score, or scores that
        separate the classes perfectly.
    """
    s = np.clip(segments.score, _CLIP, 1 - _CLIP)
    x, owner, total = np.log(s / (1 - s)), segments.owner, segments.total
    n = segments.pos + segments.neg
    size = np.maximum(total(n), 1e-300)
    centre = total(n * x) / size
    x = x - centre[owner]
    usable = _overlap(segments) & (total(n * x**2) > 1e-12)
    rate = np.clip(segments.positives / size, 1e-9, 1 - 1e-9)
    a = np.where(usable, np.log(rate / (1 - rate)), 0.0)
    b = np.zeros_like(a)
    det = np.ones_like(a)
    waa = np.ones_like(a)
    da, db = np.zeros_like(a), np.zeros_like(a)
    for _ in range(_ITERATIONS):
        p = 1 / (1 + np.exp(-np.clip(a[owner] + b[owner] * x, -35, 35)))
        w = n * p * (1 - p)
        r = segments.pos - n * p
        waa, wab, wbb = total(w), total(w * x), total(w * x**2)
        det = waa * wbb - wab**2
        ga, gb = total(r), total(r * x)
        safe = np.where(usable & (det > 1e-300), det, 1.0)
        da = np.where(usable, np.clip((wbb * ga - wab * gb) / safe, -2, 2), 0)
        db = np.where(usable, np.clip((waa * gb - wab * ga) / safe, -2, 2), 0)
        a, b = a + da, b + db
        if max(np.abs(da).max(initial=0), np.abs(db).max(initial=0)) < 1e-10:
            break
    settled = (np.abs(da) < 1e-6) & (np.abs(db) < 1e-6)
    found = usable & settled & (det > 1e-12 * waa**2)
    variance = np.divide(waa, det, out=np.full_like(a, np.nan), where=found)
    return (
        np.where(found, a - b * centre, np.nan),
        np.where(found, b, np.nan),
        variance,
    )


def calibration_slope(segments: Segments, _confidence: float) -> ScoreEstimate:
    """Slope of logit(y) on logit(score) per group, with its model-based variance."""
    _, slope, variance = fit_recalibration(segments)
    whole = segments.pooled()
    _, _, pooled = fit_recalibration(whole)
    n = segments.positives + segments.negatives
    size = np.where(n > 0, n, np.nan)
    return ScoreEstimate(slope, variance, pooled[0] * n.sum() / size, "Wald")


CALIBRATION_SLOPE = MetricCard(
    name="calibration_slope",
    title="Calibration slope",
    symbol="Slope",
    family="probability",
    unit_interval=False,
    formula="b in logit P(y = 1) = a + b · logit(score)",
    meaning="1 is right; below 1 high risks are overstated and low risks understated.",
    undefined="the group has one class only, or its scores separate the classes perfectly",
    higher_is_better=None,
    tier="acceptable",
    among="all",
    citation="Cox, Biometrika 1958;45:562",
    from_scores=calibration_slope,
)
