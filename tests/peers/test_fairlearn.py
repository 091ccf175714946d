"""Every definition shared with fairlearn, to 1e-12; where it hides a group we name it."""

import warnings

import fairlearn.metrics as fl
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from fairfuse_core.audit import run_audit
from tests.audit.make import gap, settings, table, value

TIGHT = 1e-12
RATES = {
    "tpr": fl.true_positive_rate,
    "tnr": fl.true_negative_rate,
    "fpr": fl.false_positive_rate,
    "fnr": fl.false_negative_rate,
    "selection_rate": fl.selection_rate,
    "accuracy": accuracy_score,
}
NEEDS = {"tpr": 1, "fnr": 1, "tnr": 0, "fpr": 0}
"""The label without which a rate does not exist."""


def undefined(case, metric):
    return case.lacking(NEEDS[metric]) if metric in NEEDS else []


def frame(case, metric, keep=None):
    here = np.ones(case.y.size, dtype=bool) if keep is None else keep
    return fl.MetricFrame(
        metrics=metric,
        y_true=case.y[here],
        y_pred=case.flag[here],
        sensitive_features=case.group[here],
    )


@pytest.mark.parametrize("metric", list(RATES))
def test_by_group_and_overall(cases, metric):
    for case in cases:
        theirs = frame(case, RATES[metric])
        for g, *_ in case.parts():
            ours = value(case.audit, metric, g)
            if g in undefined(case, metric):
                assert theirs.by_group[g] == 0  # a rate of nobody
                assert np.isnan(ours)
                assert value(case.audit, metric, g, "reason").startswith("not estimable: ")
            else:
                assert ours == pytest.approx(theirs.by_group[g], abs=TIGHT)
        whole = case.audit.rows("overall", metric=metric)["estimate"].iloc[0]
        assert whole == pytest.approx(theirs.overall, abs=TIGHT)


@pytest.mark.parametrize("metric", list(RATES))
def test_difference_and_ratio_between_groups(cases, metric):
    for case in cases:
        without = undefined(case, metric)
        keep = ~np.isin(case.group, without)
        theirs = frame(case, RATES[metric], keep)
        row = gap(case.audit, metric)
        assert row["estimate"] == pytest.approx(theirs.difference("between_groups"), abs=TIGHT)
        assert all(f"{g} (" in row["left_out"] for g in without)
        assert bool(without) == bool(row["left_out"])
        low = gap(case.audit, metric, "min_ratio")
        if theirs.group_max() > 0:
            assert low["estimate"] == pytest.approx(theirs.ratio("between_groups"), abs=TIGHT)
        else:
            assert low["reason"] == "not estimable: a ratio needs values above 0"


def test_a_group_that_cannot_be_judged_is_the_whole_gap_in_fairlearn(cases):
    # Its 0 for the group without sick patients is the minimum; ours leaves the group out and says.
    for case in cases:
        theirs = frame(case, fl.true_positive_rate)
        assert theirs.group_min() == 0
        assert theirs.difference() == theirs.group_max()
        row = gap(case.audit, "tpr")
        assert row["reference"] not in case.lacking(1)
        assert row["estimate"] <= theirs.difference()


def test_demographic_parity_and_equalized_odds(cases):
    for case in cases:
        both = ~np.isin(case.group, case.lacking(0) + case.lacking(1))
        y, d, g = case.y[both], case.flag[both], case.group[both]
        audit = run_audit(
            table(y, case.score[both], g=g), settings(metrics=("tpr", "fpr", "selection_rate"))
        )
        given = {"sensitive_features": g}
        assert gap(audit, "selection_rate")["estimate"] == pytest.approx(
            fl.demographic_parity_difference(y, d, **given), abs=TIGHT
        )
        assert gap(audit, "selection_rate", "min_ratio")["estimate"] == pytest.approx(
            fl.demographic_parity_ratio(y, d, **given), abs=TIGHT
        )
        assert gap(audit, "equalized_odds_difference")["estimate"] == pytest.approx(
            fl.equalized_odds_difference(y, d, **given), abs=TIGHT
        )
        assert gap(audit, "tpr")["estimate"] == pytest.approx(
            fl.equal_opportunity_difference(y, d, **given), abs=TIGHT
        )


def test_equalized_odds_name_the_groups_they_leave_out(cases):
    for case in cases:
        row = gap(case.audit, "equalized_odds_difference")
        worst = max(gap(case.audit, m)["estimate"] for m in ("tpr", "fpr"))
        assert row["estimate"] == pytest.approx(worst, abs=TIGHT)
        assert all(f"{g} (" in row["left_out"] for g in case.lacking(0) + case.lacking(1))


def test_auroc_of_one_class_is_missing_in_both_but_said_only_here(cases):
    for case in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = fl.MetricFrame(
                metrics=roc_auc_score,
                y_true=case.y,
                y_pred=case.score,
                sensitive_features=case.group,
            )
        for g, *_ in case.parts():
            ours = value(case.audit, "auroc", g)
            assert ours == pytest.approx(theirs.by_group[g], abs=TIGHT, nan_ok=True)
        row = gap(case.audit, "auroc")
        assert row["estimate"] == pytest.approx(theirs.difference(), abs=TIGHT)
        assert all(f"{g} (" in row["left_out"] for g in case.lacking(0) + case.lacking(1))


def test_weights_mean_the_same():
    rng = np.random.default_rng(2)
    y, s, g = (
        rng.integers(0, 2, 300),
        rng.random(300),
        np.array(["x", "y", "z"])[rng.integers(0, 3, 300)],
    )
    w = rng.exponential(size=300)
    audit = run_audit(table(y, s, g=g, weight=w), settings())
    for metric, theirs in RATES.items():
        made = fl.MetricFrame(
            metrics=theirs,
            y_true=y,
            y_pred=(s >= 0.5).astype(int),
            sensitive_features=g,
            sample_params={"sample_weight": w},
        )
        for group in "xyz":
            assert value(audit, metric, group) == pytest.approx(made.by_group[group], abs=TIGHT)


def test_an_empty_combination_is_not_a_group_here():
    # fairlearn shows the full product of levels, NaN where nobody is; ours are those that occur.
    y, s = np.array([0, 1] * 6), np.linspace(0, 1, 12)
    sex, site = np.repeat(["F", "M"], 6), np.repeat(["x", "x", "y", "x"], 3)
    audit = run_audit(table(y, s, sex=sex, site=site), settings(intersections=(("sex", "site"),)))
    theirs = fl.MetricFrame(
        metrics=fl.true_positive_rate,
        y_true=y,
        y_pred=(s >= 0.5).astype(int),
        sensitive_features={"sex": sex, "site": site},
    )
    assert np.isnan(theirs.by_group["F", "y"])
    groups = audit.rows("groups", attribute="sex × site")["group"].tolist()
    assert sorted(groups) == ["F × x", "M × x", "M × y"]
    for group in groups:
        expected = theirs.by_group[tuple(group.split(" × "))]
        assert value(audit, "tpr", group) == pytest.approx(expected, abs=TIGHT)


def test_metric_frame_of_an_audit_is_fairlearns_own(cases):
    for case in cases[:5]:
        made = case.audit.to_metric_frame()
        for metric, theirs in RATES.items():
            expected = frame(case, theirs)
            assert made.by_group[metric].to_dict() == expected.by_group.to_dict()
            assert made.overall[metric] == expected.overall
