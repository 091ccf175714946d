"""Curves by group: against scikit-learn, within their ranges, and no bin below ten."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from fairfuse_core.audit import Audit, AuditConfig, curves, run_audit
from fairfuse_core.errors import NotAvailableError
from tests.audit.make import HALF, cohort, settings, table, value

COLUMNS = {
    curves.roc: ["group", "fpr", "tpr", "threshold"],
    curves.precision_recall: ["group", "recall", "precision", "threshold"],
    curves.calibration: ["group", "bin", "mean_score", "event_rate", "low", "high", "n"],
    curves.decision_curve: [
        "group", "threshold", "net_benefit", "standardised_net_benefit", "treat_all", "treat_none",
    ],
    curves.sweep: ["group", "threshold", "value", "low", "high", "reason"],
    curves.score_histogram: ["group", "left", "right", "n_negative", "n_positive"],
}  # fmt: skip


@pytest.fixture(scope="module")
def case():
    y, score, group = cohort(2, 900, groups=3)
    y, score = (
        np.r_[y, np.zeros(40, np.uint8), np.ones(5, np.uint8)],
        np.r_[score, np.full(45, 0.4)],
    )
    group = np.r_[group, ["none"] * 40, ["few"] * 5]
    config = AuditConfig(
        operating_point=HALF, replicates=100, metrics=("tpr", "auroc", "net_benefit")
    )
    return y, score, group, run_audit(table(y, score, a=group), config)


@pytest.mark.parametrize("curve", list(COLUMNS), ids=lambda f: f.__name__)
def test_shape_and_groups(case, curve):
    frame = curve(case[3], attribute="a")
    assert list(frame.columns) == COLUMNS[curve]
    hidden = set(case[3].groups.loc[case[3].groups["suppressed"], "group"])
    assert len(hidden) == 2
    assert frame["group"].iloc[0] == "Everyone"
    assert not set(frame["group"]) & hidden
    assert {"g0", "g1", "g2"} - hidden <= set(frame["group"])
    assert set(curve(case[3])["group"]) == {"Everyone"}


def test_roc_is_scikit_learns(case):
    y, score, group, audit = case
    frame = curves.roc(audit, attribute="a")
    one = frame[frame["group"] == "g0"]
    here = group == "g0"
    fpr, tpr, _ = roc_curve(y[here], score[here], drop_intermediate=False)
    np.testing.assert_allclose(one[["fpr", "tpr"]], np.c_[fpr, tpr])
    whole = frame[frame["group"] == "Everyone"]
    assert len(whole) <= 402
    assert np.trapezoid(whole["tpr"], whole["fpr"]) == pytest.approx(
        roc_auc_score(y, score), abs=2e-3
    )
    assert "none" not in set(frame["group"])


def test_precision_recall_is_scikit_learns(case):
    y, score, group, audit = case
    frame = curves.precision_recall(audit, attribute="a")
    here = group == "g0"
    precision, recall, cut = precision_recall_curve(y[here], score[here])
    one = frame[frame["group"] == "g0"].iloc[::-1]
    np.testing.assert_allclose(one["threshold"], cut)
    np.testing.assert_allclose(one["precision"], precision[:-1])
    np.testing.assert_allclose(one["recall"], recall[:-1])


def test_calibration_bins_hold_ten_patients_or_more(case):
    y, score, group, audit = case
    frame = curves.calibration(audit, attribute="a")
    assert (frame["n"] >= 10).all()
    assert (frame["low"] <= frame["event_rate"]).all()
    assert (frame["event_rate"] <= frame["high"]).all()
    one = frame[frame["group"] == "g1"]
    here = group == "g1"
    assert one["n"].sum() == here.sum()
    assert (one["n"] * one["mean_score"]).sum() == pytest.approx(score[here].sum())
    assert (one["n"] * one["event_rate"]).sum() == pytest.approx(y[here].sum())
    assert one["mean_score"].is_monotonic_increasing
    assert one["n"].max() - one["n"].min() <= 2


def test_decision_curve_agrees_with_net_benefit(case):
    y, _, group, audit = case
    frame = curves.decision_curve(audit, attribute="a")
    one = frame[(frame["group"] == "g0") & (frame["threshold"] == 0.5)].iloc[0]
    assert one["net_benefit"] == pytest.approx(value(audit, "net_benefit", "g0"))
    prevalence = y[group == "g0"].mean()
    assert one["treat_all"] == pytest.approx(prevalence - (1 - prevalence))
    assert one["treat_none"] == 0
    assert one["standardised_net_benefit"] == pytest.approx(one["net_benefit"] / prevalence)
    none = frame[frame["group"] == "none"]
    assert none["standardised_net_benefit"].isna().all()
    assert (none["net_benefit"] <= 0).all()


def test_sweep_passes_through_the_audit(case):
    _y, _score, _group, audit = case
    cuts = np.array([0.0, 0.25, 0.5, 1.0])
    frame = curves.sweep(audit, "tpr", attribute="a", thresholds=cuts)
    one = frame[frame["group"] == "g0"].set_index("threshold")
    assert one.loc[0.5, "value"] == value(audit, "tpr", "g0")
    assert one.loc[0.5, "low"] == value(audit, "tpr", "g0", "low")
    assert one.loc[0.0, "value"] == 1
    assert (one["value"].diff().dropna() <= 0).all()
    none = frame[frame["group"] == "none"]
    assert none["value"].isna().all()
    assert (none["reason"] == "not estimable: nobody in the group had the outcome").all()
    benefit = curves.sweep(audit, "net_benefit", thresholds=np.array([0.5, 1.0]))
    assert benefit["value"].iloc[0] == pytest.approx(
        audit.rows("overall", metric="net_benefit")["estimate"].iloc[0]
    )
    assert np.isnan(benefit["value"].iloc[1])


def test_histogram_counts_everyone_once_and_shows_no_thin_bin(case):
    y, _, group, audit = case
    frame = curves.score_histogram(audit, attribute="a")
    size = frame["n_negative"] + frame["n_positive"]
    assert ((size == 0) | (size >= 10)).all()
    for g in set(frame["group"]) - {"Everyone"}:
        one = frame[frame["group"] == g]
        assert one["n_positive"].sum() == y[group == g].sum()
        assert one["left"].iloc[0] == 0
        assert one["right"].iloc[-1] == 1
        assert one["left"].iloc[1:].tolist() == one["right"].iloc[:-1].tolist()


def test_ranks_have_roc_curves_but_no_calibration():
    y, score, group = cohort(2, 300)
    audit = run_audit(table(y, score * 8 - 2, a=group), settings(metrics=("tpr",)))
    assert len(curves.roc(audit, attribute="a")) > 0
    assert len(curves.sweep(audit, "tpr", attribute="a")) > 0
    histogram = curves.score_histogram(audit, attribute="a")
    assert histogram["n_positive"].sum() == 2 * y.sum()
    for curve in (curves.calibration, curves.decision_curve):
        with pytest.raises(NotAvailableError, match="scores in"):
            curve(audit)


def test_without_scores_there_are_no_curves(case):
    y, _score, group, audit = case
    decided = run_audit(table(y, decision=y, a=group), settings(metrics=("tpr",)))
    for made in (decided, Audit.from_json(audit.to_json())):
        with pytest.raises(NotAvailableError, match="holds patients' scores"):
            curves.roc(made)
    with pytest.raises(NotAvailableError, match="decisions at a threshold"):
        curves.sweep(audit, "auroc")
