"""Patients with several rows are resampled whole; folds are averaged beside the pooled figure."""

import numpy as np
import pytest

from fairfuse_core.audit import run_audit
from fairfuse_core.audit.folds import FOLDS
from tests.audit.make import HALF, cohort, gap, settings, table, value


def repeated(seed=0, patients=200, times=4):
    rng = np.random.default_rng(seed)
    y = np.repeat(rng.integers(0, 2, patients), times)
    risk = np.repeat(rng.standard_normal(patients), times)
    score = 1 / (1 + np.exp(-(1.5 * (y - 0.5) + risk + 0.3 * rng.standard_normal(y.size))))
    group = np.repeat(np.array(["x", "y"])[rng.integers(0, 2, patients)], times)
    return y, score, group, np.repeat(np.arange(patients), times)


def test_draws_spread_as_naive_resampling_of_patients_does():
    y, score, group, patient = repeated()
    audit = run_audit(
        table(y, score, a=group, patient=patient),
        settings(replicates=4000, interval="bootstrap", metrics=("tpr", "ppv", "f1")),
    )
    rng = np.random.default_rng(1)
    rows = [np.flatnonzero(patient == k) for k in range(200)]
    flag, here = score >= 0.5, group == "x"
    drawn = []
    for _ in range(1500):
        take = np.concatenate([rows[k] for k in rng.integers(0, 200, 200)])
        t = take[here[take]]
        tp, p, s = (flag[t] & (y[t] == 1)).sum(), (y[t] == 1).sum(), flag[t].sum()
        drawn.append((tp / p, tp / s, 2 * tp / (p + s)))
    for metric, values in zip(("tpr", "ppv", "f1"), np.transpose(drawn), strict=True):
        low, high = np.quantile(values, [0.025, 0.975])
        assert value(audit, metric, "x", "low") == pytest.approx(low, abs=0.02)
        assert value(audit, metric, "x", "high") == pytest.approx(high, abs=0.02)
        assert value(audit, metric, "x", "method") == "patient-cluster bootstrap, percentile"


def test_clusters_widen_every_interval_and_leave_estimates_alone():
    y, score, group, patient = repeated(3)
    p = table(y, score, a=group, patient=patient)
    one, two = (run_audit(p, settings(use_clusters=c)) for c in (True, False))
    np.testing.assert_array_equal(one.by_group["estimate"], two.by_group["estimate"])
    widths = [a.by_group["high"] - a.by_group["low"] for a in (one, two)]
    known = np.isfinite(widths[0]) & np.isfinite(widths[1])
    assert known.sum() > 30
    assert (widths[0] > widths[1])[known].mean() > 0.95
    assert np.median((widths[0] / widths[1])[known]) > 1.4
    assert one.provenance.clusters
    assert not two.provenance.clusters


def test_one_row_a_patient_is_no_cluster():
    y, score, group = cohort(5, 200)
    one = run_audit(table(y, score, a=group, patient=np.arange(200)), settings())
    two = run_audit(table(y, score, a=group), settings())
    assert not one.provenance.clusters
    np.testing.assert_array_equal(one.by_group["low"], two.by_group["low"])
    assert one.provenance.patients == 200


def test_whole_patients_change_groups_in_the_test():
    # Four rows of one patient all miss, of another all hit: 2 patients a group cannot show much,
    # 8 rows a group would.
    y = np.ones(32, dtype=int)
    patient = np.repeat(np.arange(8), 4)
    flag = np.repeat([1, 1, 1, 1, 0, 0, 0, 1], 4)
    group = np.repeat(["x", "y"], 16)
    p = table(y, decision=flag, a=group, patient=patient)
    clustered = gap(run_audit(p, settings(replicates=2000)), "tpr")
    rows = gap(run_audit(p, settings(replicates=2000, use_clusters=False)), "tpr")
    assert clustered["estimate"] == rows["estimate"] == pytest.approx(0.75)
    # Of C(8, 3) = 56 places for three patients who miss, 2 · C(4, 3) = 8 are as far apart.
    assert clustered["p"] == pytest.approx(8 / 56, abs=0.03)
    assert rows["p"] < 0.001


def test_folds_by_hand():
    # tpr of x: fold a 2/2, fold b 1/2 -> mean .75, se .25; y has no sick patient in fold b.
    y = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    d = [1, 1, 1, 0, 0, 0, 1, 0, 0, 0]
    group = ["x", "x", "x", "x", "y", "y", "y", "x", "x", "y"]
    fold = ["a", "a", "b", "b", "a", "a", "b", "a", "b", "b"]
    audit = run_audit(table(y, decision=d, a=group, fold=fold), settings(metrics=("tpr", "fpr")))
    assert tuple(audit.folds.columns) == FOLDS
    rows = audit.rows("folds", metric="tpr", attribute="a").set_index(["statistic", "group"])
    x = rows.loc[("value", "x")]
    assert (x["fold_mean"], x["fold_se"], x["folds"]) == (0.75, 0.25, 2)
    alone = rows.loc[("value", "y")]
    assert (alone["fold_mean"], alone["folds"]) == (0, 1)
    assert np.isnan(alone["fold_se"])
    widest = rows.loc[("max_gap", "")]
    assert (widest["fold_mean"], widest["folds"]) == (1, 1)
    pooled = value(audit, "tpr", "x")
    assert pooled == 0.75
    everyone = audit.rows("folds", metric="fpr", attribute="Overall")
    assert everyone["fold_mean"].iloc[0] == pytest.approx((0 + 1 / 3) / 2)


def test_folds_of_scores_agree_with_an_audit_of_each_fold():
    y, score, group = cohort(9, 600)
    fold = np.array(["a", "b", "c"])[np.arange(600) % 3]
    audit = run_audit(table(y, score, a=group, fold=fold), settings())
    each = [
        run_audit(table(y[fold == f], score[fold == f], a=group[fold == f]), settings())
        for f in "abc"
    ]
    for metric in ("auroc", "tpr", "brier", "ece", "net_benefit"):
        found = [value(a, metric, "g0") for a in each]
        row = audit.rows("folds", metric=metric, group="g0", statistic="value").iloc[0]
        assert row["fold_mean"] == pytest.approx(np.mean(found), abs=1e-9)
        assert row["fold_se"] == pytest.approx(np.std(found, ddof=1) / np.sqrt(3), abs=1e-9)


def test_without_folds_there_is_no_fold_table():
    y, score, group = cohort(9, 100)
    audit = run_audit(table(y, score, a=group), settings(operating_point=HALF))
    assert audit.folds.empty
