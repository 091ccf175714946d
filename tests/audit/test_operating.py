"""Operating points by brute force, splits, and thresholds of one group each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fairfuse_core.audit import AuditConfig, OperatingPoint, run_audit
from fairfuse_core.audit.histogram import exact_segments
from fairfuse_core.audit.operating import choose, implied_odds, snap
from fairfuse_core.errors import ConfigError, InputError
from tests.audit.make import cohort, settings, table, value


def segments(y, score):
    y, score = np.asarray(y, dtype=np.uint8), np.asarray(score, dtype=float)
    codes = np.zeros(y.size, dtype=np.int32)
    return exact_segments(score, y, codes, 1, order=np.argsort(score, kind="stable"))


def at(y, score, threshold):
    flag = score >= threshold
    tp, fp = (flag & (y == 1)).sum(), (flag & (y == 0)).sum()
    return tp, (y == 1).sum() - tp, fp, (y == 0).sum() - fp


def brute(y, score, rule, value):
    """All thresholds from the highest (nobody flagged) down; the first best one wins."""
    best, chosen = -np.inf, None
    for cut in [np.inf, *np.unique(score)[::-1]]:
        tp, fn, fp, tn = at(y, score, cut)
        tpr, fpr, rate = tp / (tp + fn), fp / (fp + tn), (tp + fp) / y.size
        worth = {
            "youden": tpr - fpr,
            "max_f1": 2 * tp / (2 * tp + fp + fn),
            "net_benefit": tp - (value or 0) * fp,
            "sensitivity": 1.0 if tpr >= (value or 0) - 1e-12 else 0.0,
            "specificity": rate if 1 - fpr >= (value or 0) - 1e-12 else -1.0,
            "selection_rate": rate if rate <= (value or 0) + 1e-12 else -1.0,
        }[rule]
        if worth > best + 1e-12:
            best, chosen = worth, cut
    return chosen


COHORTS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=4, max_size=25).filter(
    lambda rows: {y for y, _ in rows} == {0, 1}
)
RULES = st.sampled_from(
    ["youden", "max_f1", "net_benefit", "sensitivity", "specificity", "selection_rate"]
)


@hypothesis_settings(max_examples=300, deadline=None)
@given(COHORTS, RULES, st.sampled_from([0.05, 0.25, 0.5, 0.8, 1.0]))
def test_rules_by_brute_force(rows, rule, target):
    y, score = (np.array(v) for v in zip(*rows, strict=True))
    point = OperatingPoint(rule, None if rule in {"youden", "max_f1"} else target)
    chosen = choose(segments(y, score), point)
    cut = brute(y, score, rule, point.value)
    assert at(y, score, chosen.threshold) == at(y, score, cut)
    tp, fn, fp, tn = at(y, score, cut)
    assert (chosen.tpr, chosen.fpr) == pytest.approx((tp / (tp + fn), fp / (fp + tn)))


def test_nobody_is_flagged_when_no_alarm_is_worth_it():
    y, score = np.array([0, 0, 0, 1]), np.array([0.9, 0.8, 0.7, 0.1])
    chosen = choose(segments(y, score), OperatingPoint("net_benefit", 10.0))
    assert chosen.threshold > 0.9
    assert (chosen.tpr, chosen.fpr) == (0, 0)
    audit = run_audit(
        table(y, score, a=["x"] * 4), settings(operating_point=OperatingPoint("net_benefit", 10.0))
    )
    assert value(audit, "selection_rate", "x") == 0
    assert value(audit, "ppv", "x", "reason") == (
        "not estimable: the model flags nobody in the group"
    )


def test_a_fixed_threshold_needs_no_outcome_of_either_kind():
    chosen = choose(segments([1, 1], [0.2, 0.6]), OperatingPoint("threshold", 0.5))
    assert (chosen.threshold, chosen.tpr) == (0.5, 0.5)
    assert np.isnan(chosen.fpr)
    assert choose(segments([1, 1], [0.2, 0.6]), OperatingPoint("youden")).reason


def test_implied_odds_and_bin_edges():
    assert implied_odds(0.2) == pytest.approx(0.25)
    assert np.isnan(implied_odds(1.0))
    assert np.isnan(implied_odds(-0.1))
    assert snap(0.30001, 10) == pytest.approx(0.3)
    assert snap(0.30001, None) == 0.30001


def split_table(train_shift=0.0, test_flip=False):
    """900 rows: a third train, a third validation, a third test."""
    y, score, group = cohort(21, 900, ties=100)
    split = np.repeat(["train", "validation", "test"], 300)
    score = np.where(split == "train", np.clip(score + train_shift, 0, 1), score)
    if test_flip:
        score = np.where(split == "test", 1 - score, score)
    return y, score, group, split


def audit_of(y, score, group, split, **changes):
    config = settings(operating_point=OperatingPoint("youden"), **changes)
    return run_audit(table(y, score, a=group, split=split), config)


def test_the_threshold_comes_from_validation_and_the_figures_from_test():
    y, score, group, split = split_table()
    audit = audit_of(y, score, group, split)
    point = audit.operating_points.iloc[0]
    held = split == "validation"
    assert point["chosen_on"] == "validation split"
    assert point["threshold"] == brute(y[held], score[held], "youden", None)
    test = split == "test"
    tp, fn, fp, tn = at(y[test], score[test], point["threshold"])
    row = audit.rows("overall", metric="tpr").iloc[0]
    assert (row["estimate"], row["n"]) == (tp / (tp + fn), 300)
    assert audit.rows("overall", metric="fpr")["estimate"].iloc[0] == fp / (fp + tn)
    assert (point["tpr"], point["fpr"]) != (row["estimate"], fp / (fp + tn))
    assert audit.provenance.rows == 300
    assert audit.provenance.evaluated_on == "test split"


def test_training_rows_change_nothing():
    one, two = audit_of(*split_table()), audit_of(*split_table(train_shift=0.4))
    for name in ("groups", "operating_points", "overall", "by_group", "gaps", "indices"):
        assert getattr(one, name).equals(getattr(two, name)), name


def test_test_rows_do_not_choose_the_threshold():
    one, two = audit_of(*split_table()), audit_of(*split_table(test_flip=True))
    assert one.operating_points.equals(two.operating_points)
    assert not one.by_group.equals(two.by_group)


def test_without_validation_the_page_can_say_so():
    y, score, group, split = split_table()
    kept = split != "validation"
    audit = audit_of(y[kept], score[kept], group[kept], split[kept])
    assert audit.operating_points["chosen_on"].iloc[0] == "test split, the rows evaluated"


def test_without_test_rows_there_is_nothing_to_evaluate():
    y, score, group, split = split_table()
    kept = split != "test"
    with pytest.raises(InputError, match="whose split is 'test'"):
        audit_of(y[kept], score[kept], group[kept], split[kept])


def test_validation_of_one_class_is_refused():
    y, score, group, split = split_table()
    y = np.where(split == "validation", 0, y)
    with pytest.raises(ConfigError, match="no patients with the outcome"):
        audit_of(y, score, group, split)


def test_one_threshold_per_group_is_chosen_group_by_group():
    y, score, group = cohort(4, 600, ties=40)
    y, score = np.r_[y, [0, 0, 0]], np.r_[score, [0.2, 0.4, 0.6]]
    group = np.r_[group, ["none"] * 3]
    point = OperatingPoint("youden", per_group=True)
    audit = run_audit(table(y, score, a=group), settings(operating_point=point))
    points = audit.operating_points.set_index("group")
    for g in ("g0", "g1"):
        here = group == g
        cut = brute(y[here], score[here], "youden", None)
        assert points.loc[g, "threshold"] == cut
        tp, fn, *_ = at(y[here], score[here], cut)
        assert value(audit, "tpr", g) == pytest.approx(tp / (tp + fn))
    common = points.loc["Everyone", "threshold"]
    assert points.loc["none", "threshold"] == common
    assert points.loc["none", "reason"].startswith("the common threshold: there are no patients")
    assert "what-if" in points["label"].iloc[0]
    assert any("what-if" in f.message for f in audit.findings if f.code == "FF007")


def test_a_group_too_small_to_choose_on_takes_the_common_threshold():
    y, score, group, split = split_table()
    small = (split == "validation") & (group == "g1")
    kept = ~small | (np.cumsum(small) <= 6)
    config = AuditConfig(operating_point=OperatingPoint("youden", per_group=True), replicates=100)
    made = table(y[kept], score[kept], a=group[kept], split=split[kept])
    points = run_audit(made, config).operating_points.set_index("group")
    assert points.loc["g1", "threshold"] == points.loc["Everyone", "threshold"]
    assert "too few patients" in points.loc["g1", "reason"]
    assert points.loc["g0", "reason"] == ""


def test_decisions_and_rules_do_not_mix():
    y, score, group = cohort(4, 60)
    with pytest.raises(ConfigError, match="scores carry no decisions of their own"):
        run_audit(table(y, score, a=group), settings(operating_point=OperatingPoint("as_given")))
    audit = run_audit(table(y, decision=y, a=group), settings())
    assert audit.operating_points["chosen_on"].iloc[0] == "decisions as given"
    assert np.isnan(audit.operating_points["threshold"].iloc[0])


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ("best", None, "operating point among"),
        ("threshold", None, "a value for the operating point"),
        ("sensitivity", 1.2, "above 0 and at most 1"),
        ("selection_rate", 0.0, "above 0 and at most 1"),
        ("net_benefit", -1.0, "positive harm:benefit ratio"),
    ],
)
def test_impossible_operating_points_are_refused(rule, value, words):
    with pytest.raises(ConfigError, match=words):
        OperatingPoint(rule, value)
