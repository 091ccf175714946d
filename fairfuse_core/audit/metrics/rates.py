"""Rates: plain proportions of patients at an operating point."""

from __future__ import annotations

from fairfuse_core.audit.metrics.card import MetricCard

_TRIPOD = "Collins et al., TRIPOD+AI, BMJ 2024;385:e078378"
_HARDT = "Hardt, Price & Srebro, NeurIPS 2016 (equality of opportunity)"
_CHOULDECHOVA = "Chouldechova, Big Data 2017;5:153 (predictive parity)"

PREVALENCE = MetricCard(
    name="prevalence",
    title="Prevalence",
    symbol="Prev",
    family="rate",
    formula="(TP + FN) / n",
    meaning="Share of the group who had the outcome.",
    undefined="the group is empty",
    higher_is_better=None,
    citation=_TRIPOD,
    among="all",
    aka=("base rate", "event rate"),
    numerator=lambda c: c.positives,
    denominator=lambda c: c.n,
)
SELECTION_RATE = MetricCard(
    name="selection_rate",
    title="Selection rate",
    symbol="SR",
    family="rate",
    formula="(TP + FP) / n",
    meaning="Share of the group the model flags.",
    undefined="the group is empty",
    higher_is_better=None,
    among="all",
    citation="Dwork et al., ITCS 2012 (demographic parity)",
    aka=("flag rate", "predicted positive rate"),
    numerator=lambda c: c.selected,
    denominator=lambda c: c.n,
)
TPR = MetricCard(
    name="tpr",
    title="Sensitivity",
    symbol="TPR",
    family="rate",
    formula="TP / (TP + FN)",
    meaning="Of the patients who had the outcome, the share the model flags.",
    undefined="nobody in the group had the outcome",
    higher_is_better=True,
    among="positives",
    citation=_HARDT,
    aka=("recall", "true positive rate", "hit rate"),
    numerator=lambda c: c.tp,
    denominator=lambda c: c.positives,
)
FNR = MetricCard(
    name="fnr",
    title="Missed-case rate",
    symbol="FNR",
    family="rate",
    formula="FN / (TP + FN)",
    meaning="Of the patients who had the outcome, the share the model misses.",
    undefined="nobody in the group had the outcome",
    higher_is_better=False,
    among="positives",
    citation="Seyyed-Kalantari et al., Nat Med 2021;27:2176 (underdiagnosis)",
    aka=("false negative rate", "underdiagnosis rate", "miss rate"),
    numerator=lambda c: c.fn,
    denominator=lambda c: c.positives,
)
TNR = MetricCard(
    name="tnr",
    title="Specificity",
    symbol="TNR",
    family="rate",
    formula="TN / (FP + TN)",
    meaning="Of the patients without the outcome, the share the model leaves alone.",
    undefined="everybody in the group had the outcome",
    higher_is_better=True,
    among="negatives",
    citation=_TRIPOD,
    aka=("true negative rate", "selectivity"),
    numerator=lambda c: c.tn,
    denominator=lambda c: c.negatives,
)
FPR = MetricCard(
    name="fpr",
    title="False-alarm rate",
    symbol="FPR",
    family="rate",
    formula="FP / (FP + TN)",
    meaning="Of the patients without the outcome, the share the model flags.",
    undefined="everybody in the group had the outcome",
    higher_is_better=False,
    among="negatives",
    citation=_HARDT,
    aka=("false positive rate", "fall-out"),
    numerator=lambda c: c.fp,
    denominator=lambda c: c.negatives,
)
PPV = MetricCard(
    name="ppv",
    title="Positive predictive value",
    symbol="PPV",
    family="rate",
    formula="TP / (TP + FP)",
    meaning="Of the patients the model flags, the share who had the outcome.",
    undefined="the model flags nobody in the group",
    higher_is_better=True,
    among="selected",
    citation=_CHOULDECHOVA,
    aka=("precision",),
    numerator=lambda c: c.tp,
    denominator=lambda c: c.selected,
)
NPV = MetricCard(
    name="npv",
    title="Negative predictive value",
    symbol="NPV",
    family="rate",
    formula="TN / (TN + FN)",
    meaning="Of the patients the model leaves alone, the share without the outcome.",
    undefined="the model flags everybody in the group",
    higher_is_better=True,
    among="not_selected",
    citation=_CHOULDECHOVA,
    numerator=lambda c: c.tn,
    denominator=lambda c: c.tn + c.fn,
)
ACCURACY = MetricCard(
    name="accuracy",
    title="Accuracy",
    symbol="Acc",
    family="rate",
    tier="caution",
    formula="(TP + TN) / n",
    meaning="Share of the group for whom the model is right.",
    undefined="the group is empty",
    higher_is_better=True,
    citation="Van Calster et al., Lancet Digit Health 2025, 100916",
    numerator=lambda c: c.tp + c.tn,
    denominator=lambda c: c.n,
)
