"""Metrics of scores against scikit-learn, statsmodels and sums by hand."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from fairfuse_core.audit import METRICS, run_audit
from tests.audit.make import cohort, gap, settings, table, value

ALL = settings(replicates=100)


@pytest.fixture(scope="module", params=[None, 20])
def case(request):
    y, score, group = cohort(11, 700, groups=3, ties=request.param)
    score = np.clip(score, 0.01, 0.99)
    return y, score, group, run_audit(table(y, score, a=group), ALL)


def each(case):
    y, score, group, audit = case
    for g in np.unique(group):
        yield g, y[group == g], score[group == g], audit


def test_ranking_and_losses_agree_with_scikit_learn(case):
    for g, y, s, audit in each(case):
        for metric, theirs in (
            ("auroc", roc_auc_score),
            ("auprc", average_precision_score),
            ("brier", brier_score_loss),
            ("log_loss", log_loss),
        ):
            assert value(audit, metric, g) == pytest.approx(theirs(y, s), abs=1e-12), metric


def test_calibration_in_the_large_is_a_difference_of_means(case):
    for g, y, s, audit in each(case):
        ours = value(audit, "calibration_in_the_large", g)
        assert ours == pytest.approx(s.mean() - y.mean(), abs=1e-12)


def test_calibration_slope_is_an_unpenalised_logistic_regression(case):
    for g, y, s, audit in each(case):
        fit = sm.GLM(y, sm.add_constant(logit(s)), sm.families.Binomial()).fit(tol=1e-13)
        assert value(audit, "calibration_slope", g) == pytest.approx(fit.params[1], abs=1e-7)
        low, high = fit.conf_int()[1]
        assert value(audit, "calibration_slope", g, "low") == pytest.approx(low, abs=1e-5)
        assert value(audit, "calibration_slope", g, "high") == pytest.approx(high, abs=1e-5)
        plain = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
        slope = plain.fit(logit(s)[:, None], y).coef_[0, 0]
        assert value(audit, "calibration_slope", g) == pytest.approx(slope, abs=1e-4)


def test_slope_of_a_mean_has_a_normal_interval(case):
    for g, y, s, audit in each(case):
        loss = (s - y) ** 2
        half = 1.959964 * loss.std(ddof=1) / np.sqrt(loss.size)
        assert value(audit, "brier", g, "high") == pytest.approx(loss.mean() + half, abs=1e-9)


def test_average_precision_has_the_logit_interval_of_boyd(case):
    for g, y, s, audit in each(case):
        a, positives = average_precision_score(y, s), y.sum()
        half = 1.959964 / np.sqrt(positives * a * (1 - a))
        ends = 1 / (1 + np.exp(-(np.log(a / (1 - a)) + np.array([-half, half]))))
        ours = [value(audit, "auprc", g, side) for side in ("low", "high")]
        assert ours == pytest.approx(ends.tolist(), abs=1e-6)


def test_expected_calibration_error_by_hand():
    # Bins [.0, .1): .05 twice, one died -> |.05 - .5| · 2; [.3, .4): .32, .38 none -> .35 · 2;
    # [.9, 1]: .95, 1.0, both died -> .025 · 2. Sum .9 + .7 + .05 over 6.
    y = [1, 0, 0, 0, 1, 1]
    score = [0.05, 0.05, 0.32, 0.38, 0.95, 1.0]
    audit = run_audit(table(y, score, a=["g"] * 6), ALL)
    assert value(audit, "ece", "g") == pytest.approx(1.65 / 6, abs=1e-12)


def test_net_benefit_by_hand():
    # At .2: 3 hits and 2 false alarms of 10; odds .25 -> (3 - .5) / 10.
    y = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    score = [0.9, 0.5, 0.2, 0.1, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1]
    point = settings(operating_point=type(ALL.operating_point)("threshold", 0.2))
    audit = run_audit(table(y, score, a=["g"] * 10), point)
    assert value(audit, "net_benefit", "g") == pytest.approx(0.25, abs=1e-12)


def test_scores_of_0_and_1_keep_losses_finite():
    y = np.array([0, 0, 1, 1, 1, 0])
    score = np.array([0.0, 1, 1, 0, 0.5, 0.5])
    audit = run_audit(table(y, score, a=["g"] * 6), ALL)
    assert value(audit, "log_loss", "g") == pytest.approx(log_loss(y, score), abs=1e-9)
    assert np.isfinite(value(audit, "calibration_slope", "g"))


def test_separated_classes_have_no_slope():
    y = np.repeat([0, 1], 20)
    audit = run_audit(table(y, np.linspace(0.1, 0.9, 40), a=["g"] * 40), ALL)
    assert np.isnan(value(audit, "calibration_slope", "g"))
    assert "separate the classes perfectly" in value(audit, "calibration_slope", "g", "reason")


def test_ranks_are_no_probabilities():
    y, score, group = cohort(3, 300)
    audit = run_audit(table(y, score * 10 - 3, a=group), ALL)
    assert np.isfinite(value(audit, "auroc", "g0"))
    for metric in ("brier", "log_loss", "calibration_in_the_large", "ece", "net_benefit"):
        assert np.isnan(value(audit, metric, "g0"))
        assert value(audit, metric, "g0", "reason").startswith("not available: scores outside")


@pytest.mark.parametrize("two_models", [False, True])
def test_decisions_carry_no_scores(two_models):
    y, score, group = cohort(3, 300)
    flags = (score > 0.5).astype(int)
    model = None
    if two_models:
        y, flags, group = np.r_[y, y], np.r_[flags, 1 - flags], np.r_[group, group]
        model = np.repeat(["a", "b"], 300)
    audit = run_audit(table(y, decision=flags, a=group, model=model), ALL)
    rows = audit.by_group[[METRICS[m].needs_scores for m in audit.by_group["metric"]]]
    assert rows["estimate"].isna().all()
    assert rows["reason"].str.startswith("not available from decisions").all()
    assert audit.rows(metric="net_benefit")["reason"].str.contains("decisions").all()
    assert np.isfinite(audit.rows(metric="tpr")["estimate"]).all()


@pytest.mark.parametrize("groups", [2, 3])
def test_a_perfect_ranking_in_one_group_still_has_intervals(groups):
    y, score, group = cohort(8, 400, groups=groups)
    perfect = group == "g0"
    score[perfect] = 0.05 + 0.9 * (y[perfect] + np.linspace(0, 0.1, perfect.sum())) / 1.1
    audit = run_audit(table(y, score, a=group), ALL)
    for metric in ("auroc", "auprc"):
        assert value(audit, metric, "g0") == 1
        assert 0.8 < value(audit, metric, "g0", "low") < 1
        assert value(audit, metric, "g0", "high") == 1
        row = gap(audit, metric)
        assert 0 <= row["low"] <= row["estimate"] <= row["high"] <= 1
        assert 0 < row["p"] <= 1


def test_every_interval_holds_its_estimate(case):
    audit = case[3]
    rows = audit.by_group[np.isfinite(audit.by_group["low"])]
    assert (rows["low"] <= rows["estimate"] + 1e-12).all()
    assert (rows["estimate"] <= rows["high"] + 1e-12).all()
    missing = audit.by_group[audit.by_group["low"].isna()]
    assert (missing["reason"] != "").all()


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["ece", "brier", "calibration_slope", "auprc", "auroc"])
def test_gaps_of_scores_are_not_found_where_there_are_none(metric):
    # A small group beside a large one, scores perfectly calibrated in both.
    found = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        score = rng.beta(2, 4, 1200)
        y = (rng.random(1200) < score).astype(int)
        group = np.where(np.arange(1200) < 100, "few", "many")
        made = run_audit(table(y, score, a=group), settings(metrics=(metric,), replicates=500))
        found.append(gap(made, metric)["p"])
    assert np.mean(np.array(found) <= 0.05) <= 0.10
