"""Agreement: summaries of a whole confusion table in one figure."""

from __future__ import annotations

from fairfuse_core.audit.counts import FN, FP, TP, Confusion, share
from fairfuse_core.audit.intervals.wilson import mover_mean, wilson, wilson_f1
from fairfuse_core.audit.metrics.card import MetricCard
from fairfuse_core.audit.types import FloatArray

_VAN_CALSTER = "Van Calster et al., Lancet Digit Health 2025, 100916"


def _balanced(c: Confusion, _odds: float) -> FloatArray:
    return (share(c.tp, c.positives) + share(c.tn, c.negatives)) / 2


def _balanced_interval(
    c: Confusion, confidence: float, _effect: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    parts = []
    for hits, among in ((c.tp, c.positives), (c.tn, c.negatives)):
        parts += [share(hits, among), *wilson(hits, among, confidence=confidence)]
    return mover_mean(*parts)


def _f1(c: Confusion, _odds: float) -> FloatArray:
    return share(2 * c.tp, 2 * c.tp + c.fp + c.fn)


BALANCED_ACCURACY = MetricCard(
    name="balanced_accuracy",
    title="Balanced accuracy",
    symbol="BAcc",
    family="agreement",
    formula="(TPR + TNR) / 2",
    meaning="Mean of sensitivity and specificity.",
    undefined="the group has only patients with, or only patients without, the outcome",
    higher_is_better=True,
    tier="caution",
    citation=_VAN_CALSTER,
    compute=_balanced,
    score_interval=_balanced_interval,
)
F1 = MetricCard(
    name="f1",
    title="F1 score",
    symbol="F1",
    family="agreement",
    formula="2 TP / (2 TP + FP + FN)",
    meaning="Harmonic mean of sensitivity and positive predictive value; it moves with prevalence.",
    undefined="nobody had the outcome and nobody was flagged",
    higher_is_better=True,
    tier="caution",
    citation=_VAN_CALSTER,
    aka=("Dice coefficient",),
    compute=_f1,
    score_interval=lambda c, level, effect: wilson_f1(
        c.tp, c.fp, c.fn, confidence=level, design_effect=effect
    ),
    score_kinds=((TP,), (TP, FN, FP)),
)
