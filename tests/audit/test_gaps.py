"""Gaps through the engine: what chance alone does, tests that keep their level, weights."""

import numpy as np
import pytest
from scipy import stats

from fairfuse_core.audit import AuditConfig, run_audit
from fairfuse_core.audit.inference.multiplicity import holm
from tests.audit.make import cohort, counts_table, gap, settings, table, value


def test_expected_gap_of_six_groups_of_fifty():
    # All six find 40 of 50: the gap is 0, chance alone would show 0.142.
    rows = [("a", f"g{k}", 40, 10, 20, 80) for k in range(6)]
    audit = run_audit(counts_table(rows), settings(replicates=20_000, metrics=("tpr",)))
    row = gap(audit, "tpr")
    assert row["estimate"] == 0
    assert row["expected"] == pytest.approx(0.142, abs=0.005)
    assert row["p"] == 1
    assert row["test"] == "permutation among patients with the outcome"


def test_detectable_gap_is_found_four_times_in_five():
    audit = run_audit(
        counts_table([("a", "x", 120, 80, 1, 1), ("a", "y", 120, 80, 1, 1)]),
        settings(replicates=5000, metrics=("tpr",)),
    )
    size = gap(audit, "tpr")["detectable"]
    rng = np.random.default_rng(0)
    x = rng.binomial(200, 0.6 - size / 2, 4000)
    y = rng.binomial(200, 0.6 + size / 2, 4000)
    p = [stats.fisher_exact([[a, 200 - a], [b, 200 - b]]).pvalue for a, b in zip(x, y, strict=True)]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.8, abs=0.05)


def test_a_real_gap_of_three_groups_is_found_and_its_interval_holds_it():
    rows = [("a", "x", 90, 10, 30, 70), ("a", "y", 85, 15, 30, 70), ("a", "z", 50, 50, 30, 70)]
    audit = run_audit(counts_table(rows), settings(replicates=2000))
    row = gap(audit, "tpr")
    assert (row["group"], row["reference"], row["estimate"]) == ("x", "z", pytest.approx(0.4))
    assert row["p"] == pytest.approx(1 / 2001)
    assert 0.2 < row["low"] < 0.4 < row["high"] < 0.6
    assert gap(audit, "fpr")["p"] == 1
    assert gap(audit, "tpr", "min_ratio")["estimate"] == pytest.approx(5 / 9)


def test_differences_to_the_reference_are_newcombes():
    rows = [("a", "x", 56, 14, 5, 95), ("a", "y", 48, 32, 9, 91)]
    audit = run_audit(counts_table(rows), settings())
    row = gap(audit, "tpr", "difference")
    # Newcombe 1998, table II, contrast (a): 56/70 - 48/80, method 10.
    assert (row["group"], row["reference"]) == ("x", "y")
    assert row["estimate"] == pytest.approx(0.2)
    assert (row["low"], row["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert row["method"] == "Newcombe"


def test_adjustment_is_within_one_metric_and_statistic():
    rows = [("a", "x", 60, 40, 30, 70), ("a", "y", 45, 55, 10, 90)]
    rows += [("b", "u", 50, 50, 25, 75), ("b", "v", 55, 45, 15, 85)]
    audit = run_audit(counts_table(rows), settings(metrics=("tpr", "fpr")))
    for metric in ("tpr", "fpr"):
        part = audit.rows("gaps", metric=metric, statistic="max_gap")
        assert len(part) == 2
        np.testing.assert_allclose(part["p_holm"], holm(part["p"].to_numpy()))


def test_average_and_equalized_odds_by_hand():
    # TPR .8 and .5, FPR .1 and .4: odds differ by .3 each way and cancel in the mean.
    rows = [("a", "x", 80, 20, 10, 90), ("a", "y", 50, 50, 40, 60), ("a", "none", 0, 0, 5, 45)]
    audit = run_audit(counts_table(rows), settings(reference={"a": "x"}))
    row = gap(audit, "equalized_odds_difference")
    assert row["estimate"] == pytest.approx(0.3)
    assert "none (nobody in the group had the outcome)" in row["left_out"]
    assert gap(audit, "average_odds_difference", "difference", group="y")["estimate"] == (
        pytest.approx(0)
    )
    gone = gap(audit, "average_odds_difference", "difference", group="none")
    assert gone["reason"] == "not estimable: nobody in the group had the outcome"


def test_a_reference_without_a_value_is_named():
    rows = [("a", "x", 0, 0, 10, 190), ("a", "y", 50, 50, 40, 60), ("a", "z", 8, 2, 4, 6)]
    row = gap(run_audit(counts_table(rows), settings()), "tpr", "difference", group="y")
    assert np.isnan(row["estimate"])
    assert "the reference group x has none (not estimable: nobody" in row["reason"]


def case_control(seed, n=4000):
    """Sick patients sampled ten times as often, and weighted back."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.05).astype(int)
    score = 1 / (1 + np.exp(-(2 * y - 2 + rng.standard_normal(n))))
    group = np.array(["x", "y"])[rng.integers(0, 2, n)]
    kept = (y == 1) | (rng.random(n) < 0.1)
    return y[kept], score[kept], group[kept], np.where(y == 1, 1.0, 10.0)[kept]


def test_intervals_of_weighted_metrics_lie_around_the_weighted_estimate():
    y, score, group, weight = case_control(3)
    audit = run_audit(
        table(y, score, a=group, weight=weight), settings(replicates=1000, interval="bootstrap")
    )
    plain = run_audit(table(y, score, a=group), settings(replicates=1000, interval="bootstrap"))
    for metric in ("ppv", "accuracy", "f1", "net_benefit", "npv"):
        for g in ("x", "y"):
            low, mid, high = (value(audit, metric, g, c) for c in ("low", "estimate", "high"))
            assert low < mid < high, metric
            assert abs((low + high) / 2 - mid) < 0.3 * (high - low), metric
    # Weighted back, an alarm is worth less than in the sample.
    assert value(audit, "ppv", "x") < value(plain, "ppv", "x") - 0.1
    ppv = gap(audit, "ppv")
    assert 0 <= ppv["low"] <= ppv["estimate"] <= ppv["high"]
    # Sensitivity knows as many patients as there are sick ones.
    for side in ("low", "high"):
        assert value(audit, "tpr", "x", side) == pytest.approx(
            value(plain, "tpr", "x", side), abs=0.02
        )


def uniform(p, *, ties=0.08):
    """Half of the chance of a tie is added to the mean: few events make large ties."""
    p = np.asarray(p)
    assert 0.02 <= np.mean(p <= 0.05) <= 0.085
    assert 0.44 <= p.mean() <= 0.5 + ties


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["tpr", "ppv", "selection_rate", "f1", "auroc", "brier"])
def test_p_is_uniform_when_groups_do_not_differ(metric):
    found = []
    for seed in range(400):
        y, score, group = cohort(seed, 600, groups=3)
        made = run_audit(table(y, score, a=group), settings(metrics=(metric,)))
        found.append(gap(made, metric)["p"])
    uniform(found)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["tpr", "fpr", "ppv"])
def test_weighted_p_is_uniform_when_groups_do_not_differ(metric):
    found = []
    for seed in range(400):
        y, score, group, weight = case_control(seed)
        made = run_audit(table(y, score, a=group, weight=weight), settings(metrics=(metric,)))
        found.append(gap(made, metric)["p"])
    uniform(found, ties=0.15)


@pytest.mark.slow
def test_p_is_uniform_when_patients_have_several_rows():
    clustered, naive = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        patient = np.repeat(np.arange(150), 4)
        y = np.repeat(rng.integers(0, 2, 150), 4)
        score = 1 / (1 + np.exp(-(y - 0.5 + np.repeat(rng.standard_normal(150), 4))))
        group = np.repeat(np.array(["x", "y", "z"])[rng.integers(0, 3, 150)], 4)
        p = table(y, score, a=group, patient=patient)
        config = settings(metrics=("tpr",))
        clustered.append(gap(run_audit(p, config), "tpr")["p"])
        naive.append(gap(run_audit(p, config.with_(use_clusters=False)), "tpr")["p"])
    uniform(clustered)
    assert np.mean(np.array(naive) <= 0.05) > 0.15


def test_default_configuration_is_the_documented_one():
    config = AuditConfig()
    assert (config.replicates, config.confidence, config.min_group) == (2000, 0.95, 10)
