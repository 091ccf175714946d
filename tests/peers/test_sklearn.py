"""Every definition shared with scikit-learn, to 1e-12; where it returns 0 we return a reason."""

import warnings

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.exceptions import UndefinedMetricWarning

from tests.audit.make import value

TIGHT = 1e-12


def specificity(y, d):
    return sk.recall_score(1 - y, 1 - d)


COUNTS = {
    "tpr": (sk.recall_score, lambda y, d: y.any()),
    "tnr": (specificity, lambda y, d: not y.all()),
    "fnr": (lambda y, d: 1 - sk.recall_score(y, d), lambda y, d: y.any()),
    "fpr": (lambda y, d: 1 - specificity(y, d), lambda y, d: not y.all()),
    "ppv": (sk.precision_score, lambda y, d: d.any()),
    "npv": (lambda y, d: sk.precision_score(1 - y, 1 - d), lambda y, d: not d.all()),
    "accuracy": (sk.accuracy_score, lambda y, d: True),
    "balanced_accuracy": (sk.balanced_accuracy_score, lambda y, d: y.any() and not y.all()),
    "f1": (sk.f1_score, lambda y, d: y.any() or d.any()),
}
SCORES = {
    "auroc": (sk.roc_auc_score, lambda y: y.any() and not y.all()),
    "auprc": (sk.average_precision_score, lambda y: y.any()),
    "brier": (sk.brier_score_loss, lambda y: True),
    "log_loss": (lambda y, s: sk.log_loss(y, s, labels=[0, 1]), lambda y: True),
}


@pytest.mark.parametrize("metric", list(COUNTS))
def test_metrics_of_decisions(cases, metric):
    theirs, defined = COUNTS[metric]
    seen = {True: 0, False: 0}
    for case in cases:
        for g, y, _, d in case.parts():
            ours, usable = value(case.audit, metric, g), bool(defined(y, d))
            seen[usable] += 1
            if usable:
                assert ours == pytest.approx(theirs(y, d), abs=TIGHT), (metric, g)
            else:
                assert np.isnan(ours)
                assert value(case.audit, metric, g, "reason").startswith("not estimable: ")
    assert seen[True] > 50
    if metric in {"tpr", "tnr", "fnr", "fpr", "ppv", "balanced_accuracy", "f1"}:
        assert seen[False] > 0


def test_scikit_learn_calls_what_does_not_exist_zero(cases):
    # The reason we do not: a made-up 0 would be the lowest sensitivity of all.
    for case in cases:
        y = case.y[case.group == "well"]
        d = case.flag[case.group == "well"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UndefinedMetricWarning)
            assert sk.recall_score(y, d) == 0
        assert np.isnan(value(case.audit, "tpr", "well"))
        assert value(case.audit, "tpr", "well", "reason") == (
            "not estimable: nobody in the group had the outcome"
        )


@pytest.mark.parametrize("metric", list(SCORES))
def test_metrics_of_scores(cases, metric):
    theirs, defined = SCORES[metric]
    for case in cases:
        for g, y, s, _ in case.parts():
            ours = value(case.audit, metric, g)
            if defined(y):
                assert ours == pytest.approx(theirs(y, s), abs=TIGHT), (metric, g)
            else:
                assert np.isnan(ours)
                assert value(case.audit, metric, g, "reason").startswith("not estimable: ")


def test_everyone_together(cases):
    for case in cases:
        whole = case.audit.overall.set_index("metric")["estimate"]
        for metric, (theirs, _) in COUNTS.items():
            assert whole[metric] == pytest.approx(theirs(case.y, case.flag), abs=TIGHT)
        for metric, (theirs, _) in SCORES.items():
            assert whole[metric] == pytest.approx(theirs(case.y, case.score), abs=TIGHT)
