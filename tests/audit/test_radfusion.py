"""RadFusion as published: every printed figure, every gap with an interval and a test."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from fairfuse_core.audit import AuditConfig, OperatingPoint, run_audit

PRINTED = {
    "printed_accuracy": "accuracy",
    "printed_specificity": "tnr",
    "printed_sensitivity": "tpr",
    "printed_ppv": "ppv",
    "printed_npv": "npv",
}
MODELS = ("imaging_only", "ehr_only", "multimodal_fusion")
# Tables 11 and 12 of the paper: equal opportunity difference by model.
PAPER = {
    "all": {
        "gender": (0.052, 0.116, 0.059),
        "race": (0.158, 0.009, 0.030),
        "age": (0.080, 0.048, 0.015),
    },
    "non_subsegmental": {
        "gender": (0.100, 0.044, 0.008),
        "race": (0.178, 0.076, 0.017),
        "age": (0.047, 0.006, 0.023),
    },
}


@pytest.fixture(scope="module")
def audit(radfusion_counts):
    return run_audit(radfusion_counts, AuditConfig(operating_point=OperatingPoint("as_given")))


@pytest.fixture(scope="module")
def gaps(audit):
    return audit.rows("gaps", metric="tpr", statistic="max_gap")


def test_all_180_printed_figures(radfusion_counts, audit):
    estimate = audit.by_group.set_index(["model", "target", "attribute", "group", "metric"])
    keys = radfusion_counts.frame[["model", "target", "attribute", "group"]]
    assert len(keys) == 36
    checked = 0
    for column, metric in PRINTED.items():
        printed = radfusion_counts.recipe["printed"][column]
        for key, figure in zip(keys.itertuples(index=False), printed, strict=True):
            ours = estimate.loc[(*key, metric), "estimate"]
            # The paper cuts or rounds the fourth place; half a unit of the last digit either way.
            assert abs(round(ours, 3) - figure) < 5e-7, (key, metric, ours, figure)
            checked += 1
    assert checked == 180


@pytest.mark.parametrize("target", list(PAPER))
def test_tables_11_and_12(audit, target):
    table = audit.gap_table("tpr", target=target)
    for attribute, figures in PAPER[target].items():
        for model, figure in zip(MODELS, figures, strict=True):
            # The paper subtracts figures it had rounded: some gaps are off in the last digit.
            assert round(table.loc[attribute, model], 3) == pytest.approx(figure, abs=0.0011)


def test_each_of_the_18_gaps_has_an_interval_and_a_test(gaps):
    assert len(gaps) == 18
    assert (gaps["low"] >= 0).all()
    assert (gaps["low"] <= gaps["estimate"]).all()
    assert (gaps["estimate"] <= gaps["high"]).all()
    assert (gaps["high"] <= 1).all()
    assert (gaps["test"] == "exact permutation of the two groups").all()
    assert (gaps["p_holm"] >= gaps["p_bh"]).all()
    assert (gaps["p_bh"] >= gaps["p"]).all()
    assert (gaps["left_out"] == "").all()
    assert (gaps["reason"] == "").all()


def test_no_gap_is_distinguishable_from_zero(audit, gaps):
    assert (gaps["p"] > 0.05).all()
    assert (gaps["low"] == 0).all()
    outcomes = {f.outcome for f in audit.findings if f.code == "FF001" and f.metric == "tpr"}
    assert "issue" not in outcomes
    assert "note" not in outcomes


def test_fishers_exact_test_agrees(radfusion_counts, gaps):
    frame = radfusion_counts.frame
    apart = []
    for row in gaps.to_dict("records"):
        same = (
            frame[["model", "target", "attribute"]]
            == pd.Series(row)[["model", "target", "attribute"]]
        ).all(axis=1)
        two = frame.loc[same, ["tp", "fn"]].to_numpy()
        fisher = stats.fisher_exact(two).pvalue
        assert fisher >= 0.14
        apart.append(abs(row["p"] - fisher))
        assert row["p"] == pytest.approx(by_enumeration(two), rel=1e-9)
    # Fisher sums the less likely tables, ours those at least as far apart: ties differ.
    assert np.median(apart) < 0.01
    assert max(apart) < 0.25


def by_enumeration(two):
    (a, b), (c, d) = two
    law = stats.hypergeom(a + b + c + d, a + c, a + b)
    k = np.arange(max(0, a + c - (c + d)), min(a + c, a + b) + 1)
    far = np.abs(k / (a + b) - (a + c - k) / (c + d))
    return law.pmf(k)[far >= abs(a / (a + b) - c / (c + d)) - 1e-12].sum()


def test_expected_gap_is_the_mean_absolute_difference_under_the_null(radfusion_counts, gaps):
    frame = radfusion_counts.frame
    for row in gaps.to_dict("records"):
        same = (frame["model"] == row["model"]) & (frame["target"] == row["target"])
        two = frame.loc[same & (frame["attribute"] == row["attribute"]), ["tp", "fn"]].to_numpy()
        (a, b), (c, d) = two
        k = np.arange(max(0, a + c - (c + d)), min(a + c, a + b) + 1)
        chance = stats.hypergeom(a + b + c + d, a + c, a + b).pmf(k)
        mean = (chance * np.abs(k / (a + b) - (a + c - k) / (c + d))).sum()
        assert row["expected"] == pytest.approx(mean, abs=0.004)


def test_detectable_gap_is_what_two_proportions_of_this_size_allow(radfusion_counts, gaps):
    frame = radfusion_counts.frame
    for row in gaps.to_dict("records"):
        same = (frame["model"] == row["model"]) & (frame["target"] == row["target"])
        part = frame[same & (frame["attribute"] == row["attribute"])]
        n = (part["tp"] + part["fn"]).to_numpy()
        p = part["tp"].sum() / n.sum()
        textbook = (1.96 + 0.8416) * np.sqrt(p * (1 - p) * (1 / n).sum())
        assert row["detectable"] == pytest.approx(textbook, rel=0.15)
        assert row["detectable"] > row["expected"]


def test_scores_cannot_be_judged_from_counts(audit):
    without = ("brier", "log_loss", "ece", "calibration_slope", "auprc")
    rows = audit.by_group[audit.by_group["metric"].isin(without)]
    assert rows["estimate"].isna().all()
    assert rows["reason"].str.startswith("not available from counts").all()
    assert audit.rows(metric="net_benefit")["reason"].str.startswith("not available").all()


def test_printed_aurocs_are_kept_with_an_interval(audit, radfusion_counts):
    rows = audit.rows(metric="auroc")
    frame = radfusion_counts.frame
    keys = ["model", "target", "attribute", "group"]
    both = rows.merge(frame, on=keys, validate="one_to_one")
    assert both["estimate"].tolist() == both["auroc"].tolist()
    assert (both["low"] < both["estimate"]).all()
    assert (both["estimate"] < both["high"]).all()


def test_intersections_are_refused_in_words(radfusion_counts):
    with pytest.raises(ValueError, match="do not tell who is in both groups"):
        run_audit(radfusion_counts, AuditConfig(intersections=(("gender", "race"),)))
