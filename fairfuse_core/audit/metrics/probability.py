"""Probability metrics that are a mean over patients: Brier, log loss, calibration at large."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray

_FLOOR = float(np.finfo(np.float64).eps)
"""Scores of exactly 0 or 1 are read as this far from it, as scikit-learn does: a log loss stays
finite."""

Loss = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Score to (loss if the outcome happened, loss if not)."""


def mean_loss(segments: Segments, loss: Loss) -> ScoreEstimate:
    """Mean of a per-patient loss and its sampling variance, per group.

    The null variance uses the spread over everyone: under "no disparity" a small group's own
    spread is a poor guess of it.
    """
    if_pos, if_neg = loss(segments.score)
    n = segments.positives + segments.negatives
    first = segments.total(segments.pos * if_pos + segments.neg * if_neg)
    second = segments.total(segments.pos * if_pos**2 + segments.neg * if_neg**2)
    size = np.where(n > 0, n, np.nan)
    mean = first / size
    # What is left of terms that cancel is zero, not a sign that a ratio would depend on.
    mean = np.where(np.abs(mean) < 1e-14, 0.0, mean)
    spread = np.maximum(second / size - mean**2, 0) * size / np.where(n > 1, n - 1, np.nan)
    whole = max(float(n.sum()), 1.0)
    spread_all = max(float(second.sum()) / whole - (float(first.sum()) / whole) ** 2, 0.0)
    return ScoreEstimate(mean, spread / size, spread_all / size, "normal")


def _squared(score: FloatArray) -> tuple[FloatArray, FloatArray]:
    return (score - 1) ** 2, score**2


def _log(score: FloatArray) -> tuple[FloatArray, FloatArray]:
    s = np.clip(score, _FLOOR, 1 - _FLOOR)
    return -np.log(s), -np.log1p(-s)


def _excess(score: FloatArray) -> tuple[FloatArray, FloatArray]:
    return score - 1, score


BRIER = MetricCard(
    name="brier",
    title="Brier score",
    symbol="Brier",
    family="probability",
    formula="mean (score − y)²",
    meaning="Mean squared distance between predicted risk and outcome.",
    undefined="the score is not a probability",
    higher_is_better=False,
    among="all",
    citation="Brier, Mon Weather Rev 1950;78:1",
    from_scores=lambda s, _c: mean_loss(s, _squared),
)
LOG_LOSS = MetricCard(
    name="log_loss",
    title="Log loss",
    symbol="LL",
    family="probability",
    unit_interval=False,
    formula="mean −[y ln s + (1 − y) ln(1 − s)]",
    meaning="Mean surprise at the outcome, given the predicted risk.",
    undefined="the score is not a probability",
    higher_is_better=False,
    among="all",
    citation="Good, J R Stat Soc B 1952;14:107",
    from_scores=lambda s, _c: mean_loss(s, _log),
)
CALIBRATION_IN_THE_LARGE = MetricCard(
    name="calibration_in_the_large",
    title="Calibration in the large",
    symbol="CITL",
    family="probability",
    unit_interval=False,
    formula="mean score − mean y",
    meaning="Predicted risk less observed risk: above 0 the model overstates risk in the group.",
    undefined="the score is not a probability",
    higher_is_better=None,
    tier="recommended",
    among="all",
    citation="Van Calster et al., BMC Med 2019;17:230",
    aka=("mean calibration",),
    from_scores=lambda s, _c: mean_loss(s, _excess),
)
