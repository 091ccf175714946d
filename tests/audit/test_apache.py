"""APACHE IVa on eICU, patients as clusters: real data, known answers."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from fairfuse_core.audit import AuditConfig, run_audit
from tests.audit.make import gap, value

CONFIG = AuditConfig(
    attributes=("gender", "ethnicity", "age"),
    metrics=("tpr", "fpr", "ppv", "auroc", "prevalence"),
)


@pytest.fixture(scope="module")
def audit(apache):
    return run_audit(apache, CONFIG)


@pytest.fixture(scope="module")
def unclustered(apache):
    return run_audit(apache, CONFIG.with_(use_clusters=False))


def overall(audit, metric):
    return audit.rows("overall", metric=metric).iloc[0]


def test_cohort_and_operating_point(apache, audit):
    assert (audit.provenance.rows, audit.provenance.patients) == (1683, 1449)
    assert audit.provenance.clusters
    assert overall(audit, "prevalence")[["n", "n_positive"]].tolist() == [1683, 139]
    point = audit.operating_points.iloc[0]
    assert point["threshold"] == pytest.approx(0.0799, abs=5e-5)
    assert overall(audit, "tpr")["estimate"] == pytest.approx(0.871, abs=5e-4)
    assert overall(audit, "fpr")["estimate"] == pytest.approx(0.305, abs=5e-4)
    assert overall(audit, "auroc")["estimate"] == pytest.approx(0.862, abs=5e-4)
    fpr, tpr, cut = roc_curve(apache.y_true, apache.score, drop_intermediate=False)
    assert point["threshold"] == cut[np.argmax(tpr - fpr)]
    assert overall(audit, "auroc")["estimate"] == pytest.approx(
        roc_auc_score(apache.y_true, apache.score), abs=1e-12
    )


def test_sensitivity_by_gender_as_independent_rows(unclustered):
    for group, estimate, low, high in (
        ("Female", 0.911, 0.807, 0.961),
        ("Male", 0.843, 0.750, 0.906),
    ):
        cells = [value(unclustered, "tpr", group, c) for c in ("estimate", "low", "high")]
        assert cells == pytest.approx([estimate, low, high], abs=5e-4)
        assert value(unclustered, "tpr", group, "method") == "Wilson"


def test_patients_as_clusters_change_the_intervals_a_little(audit, unclustered):
    for group in ("Female", "Male"):
        assert value(audit, "tpr", group) == value(unclustered, "tpr", group)
        assert value(audit, "tpr", group, "method") == "Wilson, patients as clusters"
        for side in ("low", "high"):
            moved = abs(value(audit, "tpr", group, side) - value(unclustered, "tpr", group, side))
            assert 0 < moved < 0.02
        width = value(audit, "tpr", group, "high") - value(audit, "tpr", group, "low")
        plain = value(unclustered, "tpr", group, "high") - value(unclustered, "tpr", group, "low")
        assert width > plain


def test_a_group_without_deaths_is_not_estimable_and_too_small_to_show(apache, audit):
    race = apache.attribute("ethnicity")
    here = race.codes == race.levels.index("Native American")
    assert here.sum() == 11
    assert np.unique(apache.patient[here]).size == 9
    assert apache.y_true[here].sum() == 0
    reason = value(audit, "tpr", "Native American", "reason")
    assert reason.startswith("not estimable")
    assert "nobody in the group had the outcome" in reason
    assert "fewer than 10 patients" in reason
    rows = audit.rows(group="Native American")
    assert rows["suppressed"].all()
    numbers = rows.select_dtypes("number")
    assert numbers.shape[1] >= 9
    assert numbers.isna().all(axis=None)
    line = audit.rows("groups", group="Native American")
    assert line.select_dtypes("number").isna().all(axis=None)


def test_the_group_of_missing_ethnicity_is_shown_and_another_is_hidden_instead(audit):
    groups = audit.rows("groups", attribute="ethnicity").set_index("group")
    assert groups.loc["Unknown", ["n", "n_positive", "patients"]].tolist() == [19, 2, 16]
    assert not groups.loc["Unknown", "suppressed"]
    hidden = set(groups.index[groups["suppressed"]])
    assert "Native American" in hidden
    assert len(hidden) == 2
    other = (hidden - {"Native American"}).pop()
    # The reason does not tell which of the two is the small one.
    assert groups.loc[other, "reason"] == groups.loc["Native American", "reason"]


def test_what_the_gap_leaves_out_is_said(audit):
    said = gap(audit, "tpr", attribute="ethnicity")["left_out"]
    assert "Native American (nobody in the group had the outcome" in said
    assert "Unknown" not in said


def test_the_age_gap_in_false_alarms_is_found_and_the_gender_gap_in_sensitivity_is_not(audit):
    age = gap(audit, "fpr", attribute="age")
    assert (age["group"], age["reference"]) == ("80+", "< 45")
    assert age["p_holm"] < 0.01
    assert age["low"] > 0.2
    assert "whole patients" in age["test"]
    gender = gap(audit, "tpr", attribute="gender")
    assert gender["p"] > 0.05
    assert gender["low"] == 0
    outcome = {(f.attribute, f.metric): f.outcome for f in audit.findings if f.code == "FF001"}
    assert outcome["age", "fpr"] == "issue"
    assert outcome["gender", "tpr"] in {"skipped", "passed"}
