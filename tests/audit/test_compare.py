"""Two models on the same patients against McNemar, DeLong and paired means."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from fairfuse_core.audit import AuditConfig, run_audit
from fairfuse_core.audit.compare import COLUMNS, compare_models
from fairfuse_core.errors import ConfigError, NotAvailableError
from tests.audit.make import HALF, settings, table


def two_models(seed=0, n=400, *, shuffle=False, samples=True):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    base = rng.standard_normal(n)
    a = 1 / (1 + np.exp(-(1.6 * (y - 0.5) + base)))
    b = 1 / (1 + np.exp(-(0.6 * (y - 0.5) + 0.5 * base + rng.standard_normal(n))))
    group = np.array(["x", "y"])[rng.integers(0, 2, n)]
    order = rng.permutation(n) if shuffle else np.arange(n)
    extra = {"sample": np.r_[np.arange(n), order]} if samples else {}
    p = table(
        np.r_[y, y[order]],
        np.r_[a, b[order]],
        g=np.r_[group, group[order]],
        model=np.repeat(["a", "b"], n),
        **extra,
    )
    return p, y, a, b, group


@pytest.fixture(scope="module")
def case():
    p, *rest = two_models()
    audit = run_audit(p, settings(replicates=4000, metrics=("tpr", "auroc")))
    return audit, compare_models(p, audit, "a", "b"), *rest


def line(frame, metric, group="Everyone"):
    rows = frame[(frame["metric"] == metric) & (frame["group"] == group)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_columns_and_estimates(case):
    audit, frame, y, a, b, group = case
    assert tuple(frame.columns) == COLUMNS
    for g in ("x", "y"):
        here = group == g
        row = line(frame, "tpr", g)
        for score, side in ((a, "estimate_a"), (b, "estimate_b")):
            assert row[side] == pytest.approx((score >= 0.5)[here & (y == 1)].mean())
        assert row["difference"] == pytest.approx(row["estimate_a"] - row["estimate_b"])
        assert (row["n"], row["n_positive"]) == (here.sum(), y[here].sum())
        wanted = audit.rows(metric="tpr", group=g, model="b")["estimate"].iloc[0]
        assert row["estimate_b"] == wanted


def test_rates_are_tested_as_mcnemar_does(case):
    _, frame, y, a, b, group = case
    for metric, sick in (("tpr", 1), ("fpr", 0)):
        for g in ("x", "y"):
            here = (group == g) & (y == sick)
            one, two = (a >= 0.5)[here], (b >= 0.5)[here]
            joint = np.histogram2d(one, two, bins=2)[0]
            exact = mcnemar(joint, exact=True).pvalue
            assert line(frame, metric, g)["p"] == pytest.approx(exact, abs=0.03)


def test_paired_intervals_hold_the_difference_and_are_shorter_than_unpaired(case):
    _, frame, y, a, b, _ = case
    row = line(frame, "tpr")
    assert row["method"] == "Newcombe, paired"
    assert row["low"] < row["difference"] < row["high"]
    one, two = (a >= 0.5)[y == 1], (b >= 0.5)[y == 1]
    d = one.astype(float) - two
    wald = 1.96 * d.std() / np.sqrt(d.size)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(wald, rel=0.1)


def delong_p(y, a, b):
    """DeLong 1988 straight from placements."""

    def placements(s):
        sick, well = s[y == 1], s[y == 0]
        wins = (sick[:, None] > well) + 0.5 * (sick[:, None] == well)
        return wins.mean(axis=1), wins.mean(axis=0), wins.mean()

    (va, wa, auc_a), (vb, wb, auc_b) = placements(a), placements(b)
    variance = np.var(va - vb, ddof=1) / va.size + np.var(wa - wb, ddof=1) / wa.size
    z = (auc_a - auc_b) / np.sqrt(variance)
    half = 1.959964 * np.sqrt(variance)
    return auc_a, auc_b, 2 * stats.norm.sf(abs(z)), auc_a - auc_b - half


def test_auroc_is_compared_as_delong_does(case):
    _, frame, y, a, b, group = case
    for g in ("x", "y", "Everyone"):
        here = np.ones(y.size, dtype=bool) if g == "Everyone" else group == g
        row = line(frame, "auroc", g)
        found = (row["estimate_a"], row["estimate_b"], row["p"], row["low"])
        assert found == pytest.approx(delong_p(y[here], a[here], b[here]), abs=1e-6)


def test_brier_is_a_paired_mean(case):
    _, frame, y, a, b, _ = case
    d = (a - y) ** 2 - (b - y) ** 2
    row = line(frame, "brier")
    assert row["difference"] == pytest.approx(d.mean())
    assert row["p"] == pytest.approx(2 * stats.norm.sf(abs(d.mean() / stats.sem(d))), rel=1e-6)


def test_rows_are_matched_by_sample_not_by_place():
    one, two = two_models()[0], two_models(shuffle=True)[0]
    frames = [compare_models(p, run_audit(p, settings()), "a", "b") for p in (one, two)]
    np.testing.assert_allclose(frames[0]["difference"], frames[1]["difference"])


def test_a_model_against_the_other_way_round():
    p = two_models()[0]
    audit = run_audit(p, settings())
    one, two = compare_models(p, audit, "a", "b"), compare_models(p, audit, "b", "a")
    np.testing.assert_allclose(one["difference"], -two["difference"])
    newcombe = one["method"] == "Newcombe, paired"
    np.testing.assert_allclose(one.loc[newcombe, "low"], -two.loc[newcombe, "high"], atol=1e-12)


def test_only_samples_that_both_scored_are_compared():
    p = two_models()[0]
    kept = np.ones(len(p), dtype=bool)
    kept[:50] = False
    part = p.take(kept)
    frame = compare_models(part, run_audit(part, settings()), "a", "b")
    assert line(frame, "tpr")["n"] == 350


def test_rows_that_do_not_line_up_are_refused():
    p = two_models(shuffle=True, samples=False)[0]
    with pytest.raises(NotAvailableError, match="which rows are the same sample"):
        compare_models(p, run_audit(p, settings()), "a", "b")
    lined = two_models(samples=False)[0]
    assert len(compare_models(lined, run_audit(lined, settings()), "a", "b")) > 0


@pytest.mark.parametrize(("pair", "words"), [(("a", "c"), "a model among a, b"), (("a", "a"), "a")])
def test_models_must_be_two_that_exist(pair, words):
    p = two_models(n=40)[0]
    with pytest.raises(ConfigError, match=words):
        compare_models(p, run_audit(p, settings()), *pair)


def test_small_groups_are_hidden_here_too():
    p = two_models(n=60)[0]
    group = np.r_[["few"] * 5, ["some"] * 25, ["many"] * 30]
    made = table(
        p.y_true, p.score, g=np.r_[group, group], model=np.repeat(["a", "b"], 60), sample=p.sample
    )
    config = AuditConfig(operating_point=HALF, replicates=100)
    frame = compare_models(made, run_audit(made, config), "a", "b")
    hidden = frame[frame["suppressed"]]
    assert set(hidden["group"]) == {"few", "some"}
    assert hidden.select_dtypes("number").isna().all(axis=None)
    assert hidden["reason"].str.startswith("suppressed").all()


def test_a_group_without_the_outcome_says_so():
    y = np.r_[np.zeros(20), np.arange(40) % 2].astype(int)
    score = np.linspace(0.1, 0.9, 60)
    made = table(
        np.r_[y, y],
        np.r_[score, score[::-1]],
        g=np.tile(np.repeat(["none", "both"], [20, 40]), 2),
        model=np.repeat(["a", "b"], 60),
    )
    frame = compare_models(made, run_audit(made, settings()), "a", "b")
    for metric in ("tpr", "auroc"):
        row = line(frame, metric, "none")
        assert np.isnan(row["difference"])
        assert row["reason"].startswith("not estimable: ")


def test_a_model_equal_to_itself_differs_by_nothing():
    _p, y, a, _, group = two_models(n=100)
    made = table(np.r_[y, y], np.r_[a, a], g=np.r_[group, group], model=np.repeat(["m", "n"], 100))
    frame = compare_models(made, run_audit(made, settings()), "m", "n")
    known = frame["difference"].notna()
    assert (frame.loc[known, "difference"] == 0).all()
    assert (frame.loc[known, "p"] == 1).all()


def test_patients_with_several_rows_are_swapped_whole():
    p, y, a, b, group = two_models(n=100)
    four = [np.tile(np.repeat(v, 4), 1) for v in (y, a, b, group)]
    patient = np.repeat(np.arange(100), 4)
    made = table(
        np.r_[four[0], four[0]],
        np.r_[four[1], four[2]],
        g=np.r_[four[3], four[3]],
        model=np.repeat(["a", "b"], 400),
        patient=np.r_[patient, patient],
        sample=np.r_[np.arange(400), np.arange(400)],
    )
    config = settings(replicates=4000)
    four_rows = compare_models(made, run_audit(made, config), "a", "b")
    one_row = compare_models(p, run_audit(p, config), "a", "b")
    for metric in ("tpr", "accuracy", "auroc", "brier"):
        assert line(four_rows, metric)["p"] == pytest.approx(line(one_row, metric)["p"], abs=0.03)
        assert "patients" in line(four_rows, metric)["test"]


@pytest.mark.parametrize("metric", ["tpr", "f1"])
def test_resamples_that_cannot_differ_are_no_certainty(metric):
    # Three events that both models find: each resample of the patients finds all of them too.
    y = np.r_[np.ones(3, int), np.zeros(40, int)]
    p = table(
        np.r_[y, y],
        np.r_[y, y].astype(float),
        g=np.array(["x"] * 86),
        model=np.repeat(["a", "b"], 43),
        patient=np.tile(np.r_[np.arange(42), 41], 2),
    )
    audit = run_audit(p, settings(replicates=400, metrics=(metric,)))
    row = line(compare_models(p, audit, "a", "b"), metric)
    assert row["difference"] == 0
    if metric == "tpr":
        assert row["low"] < -0.1
        assert row["high"] > 0.1
        assert "rows as independent" in row["method"]
    else:
        assert np.isnan(row["low"])
        assert "every resample gave the same value" in row["reason"]
