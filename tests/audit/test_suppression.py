"""Nothing that is hidden can be worked out from what is shown."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fairfuse_core.audit import AuditConfig, OperatingPoint, curves, run_audit
from fairfuse_core.audit.groupings import intersect, single
from fairfuse_core.audit.scores import GroupingInfo
from fairfuse_core.audit.suppression import PROTECTING, SHOWN, SMALL, suppress
from tests.audit.disclosure import Attacker
from tests.audit.make import HALF, factor, table

MINIMUM = 10


def info(name, *levels):
    return GroupingInfo(name, (name,), levels, tuple((x,) for x in levels))


def one(*counts):
    """Suppress a single attribute with these counts."""
    groups = info("a", *(f"g{k}" for k in range(len(counts))))
    sizes = {"a": np.array(counts, dtype=np.int64)}
    return [groups], sizes, suppress([groups], sizes, MINIMUM)


def safe(groupings, counts, status):
    attacker = Attacker(groupings, counts, status, MINIMUM)
    assert attacker.worked_out() == []
    assert attacker.thin_totals() == []


def test_nothing_is_hidden_when_all_groups_are_large():
    assert one(10, 11, 500)[2]["a"].tolist() == [SHOWN] * 3


def test_one_small_group_takes_the_smallest_other_with_it():
    groupings, counts, status = one(9, 40, 500, 30)
    assert status["a"].tolist() == [SMALL, SHOWN, SHOWN, PROTECTING]
    safe(groupings, counts, status)


def test_two_small_groups_of_nine_in_all_take_a_third_with_them():
    groupings, counts, status = one(4, 5, 40, 500)
    assert status["a"].tolist() == [SMALL, SMALL, PROTECTING, SHOWN]
    safe(groupings, counts, status)


def test_two_small_groups_of_ten_in_all_hide_each_other():
    groupings, counts, status = one(4, 6, 40, 500)
    assert status["a"].tolist() == [SMALL, SMALL, SHOWN, SHOWN]
    safe(groupings, counts, status)


@pytest.mark.parametrize("counts", [(1, 10, 40), (9, 9, 40), (9, 9, 9, 30, 50), (1, 10, 10, 90)])
def test_the_reasons_given_do_not_complete_the_sum(counts):
    # "Fewer than 10" beside "at least 10": 11 in all could only be 1 and 10, 18 only 9 and 9.
    safe(*one(*counts))
    groups = np.repeat([f"g{k}" for k in range(len(counts))], counts)
    y = np.arange(groups.size) % 2
    audit = run_audit(table(y, y, a=groups), AuditConfig(metrics=("tpr",), operating_point=HALF))
    hidden = audit.groups[audit.groups["suppressed"]]
    assert len(hidden) >= 2
    assert hidden["reason"].nunique() == 1


def test_an_empty_group_is_no_secret():
    assert one(0, 20, 30)[2]["a"].tolist() == [SHOWN] * 3
    groupings, counts, status = one(0, 3, 20, 30)
    assert status["a"].tolist() == [SHOWN, SMALL, PROTECTING, SHOWN]
    safe(groupings, counts, status)


def test_the_group_of_missing_values_is_hidden_last():
    groups = info("a", "x", "y", "Unknown")
    counts = {"a": np.array([5, 300, 12])}
    assert suppress([groups], counts, MINIMUM)["a"].tolist() == [SMALL, PROTECTING, SHOWN]


def test_patients_decide_not_rows():
    groups = info("a", "x", "y", "z")
    rows, people = {"a": np.array([30, 60, 80])}, {"a": np.array([4, 50, 70])}
    status = suppress([groups], rows, MINIMUM, patients=people)["a"]
    assert status.tolist() == [SMALL, PROTECTING, SHOWN]


def test_hidden_patients_too_are_ten_or_more_in_all():
    # 16 rows are hidden, but of nine patients only: the total less the rest would tell nine.
    groups = info("a", "x", "y", "z")
    rows, people = {"a": np.array([8, 8, 80])}, {"a": np.array([5, 4, 70])}
    status = suppress([groups], rows, MINIMUM, patients=people)["a"]
    assert (status != SHOWN).all()


def test_suppression_can_be_turned_off():
    groups = info("a", "x", "y")
    assert suppress([groups], {"a": np.array([1, 2])}, 0)["a"].tolist() == [SHOWN, SHOWN]


def hierarchy(shape, weights, crossings):
    """Groupings by each attribute and some intersections, of patients drawn at random."""
    rng = np.random.default_rng(weights)
    chance = rng.dirichlet(np.full(int(np.prod(shape)), 0.35))
    n = int(rng.integers(60, 400))
    cells = np.stack(np.unravel_index(rng.choice(chance.size, size=n, p=chance), shape), axis=1)
    factors = [factor("abc"[k], [f"{'abc'[k]}{v}" for v in cells[:, k]]) for k in range(len(shape))]
    made = [single(f) for f in factors]
    made += [intersect([factors[k] for k in chosen]) for chosen in crossings]
    groupings = [GroupingInfo(g.name, g.attributes, g.levels, g.parts) for g in made]
    counts = {g.name: np.bincount(g.codes, minlength=len(g.levels)) for g in made}
    return groupings, counts


CROSSINGS = st.lists(st.sampled_from([(0, 1), (0, 2), (1, 2), (0, 1, 2)]), unique=True, max_size=3)


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.integers(2, 4)] * 3), st.integers(0, 10**6), CROSSINGS)
def test_random_hierarchies_are_safe(shape, seed, crossings):
    groupings, counts = hierarchy(shape, seed, crossings)
    safe(groupings, counts, suppress(groupings, counts, MINIMUM))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 25), min_size=2, max_size=7))
def test_single_attributes_are_safe(counts):
    assume(sum(counts) > 0)
    groupings, sizes, status = one(*counts)
    assert all(status["a"][i] == SMALL for i, n in enumerate(counts) if 0 < n < MINIMUM)
    if sum(counts) >= MINIMUM:
        safe(groupings, sizes, status)


def small_cohort():
    """60 patients: 4 of group "few" (all died), 26 of "some", 30 of "many"; score = 0.1 ... 0.9."""
    group = np.repeat(["few", "some", "many"], [4, 26, 30])
    y = np.r_[np.ones(4), np.arange(56) % 3 == 0].astype(int)
    score = np.r_[[0.123, 0.456, 0.789, 0.912], np.linspace(0.1, 0.9, 56)]
    return table(y, score, group=group, sex=np.where(np.arange(60) % 2, "F", "M"))


def numbers_of(frame, names):
    rows = frame[frame["group"].isin(names)]
    return rows.select_dtypes("number")


@pytest.mark.parametrize("per_group", [False, True])
def test_no_frame_holds_a_number_of_a_hidden_group(per_group):
    point = OperatingPoint("youden", per_group=per_group)
    config = AuditConfig(operating_point=point, intersections=(("group", "sex"),), replicates=100)
    audit = run_audit(small_cohort(), config)
    by_name = audit.groups.set_index("group")["suppressed"]
    hidden = set(by_name.index[by_name])
    assert {"few", "some", "few × M"} <= hidden
    for name in ("groups", "by_group", "operating_points"):
        assert numbers_of(getattr(audit, name), hidden).isna().all(axis=None), name
    gaps = audit.gaps[audit.gaps["group"].isin(hidden) | audit.gaps["reference"].isin(hidden)]
    assert gaps[["estimate", "low", "high", "p", "expected"]].isna().all(axis=None)
    assert not set(audit.indices["worst_group"]) & hidden
    assert not set(audit.folds["group"]) & hidden


def test_hidden_groups_have_no_place_in_metrics_of_folds():
    y = np.arange(60) % 2
    fold = np.arange(60) % 3
    group = np.repeat(["few", "some", "many"], [4, 26, 30])
    audit = run_audit(
        table(y, y * 0.8 + 0.1, group=group, fold=fold), AuditConfig(operating_point=HALF)
    )
    rows = audit.folds[audit.folds["group"].isin(["few", "some"])]
    assert len(rows) > 0
    assert rows[["fold_mean", "fold_se"]].isna().all(axis=None)
    assert (rows["reason"] == "suppressed").all()


def test_a_cohort_below_the_minimum_shows_nothing_at_all():
    y = [0, 1, 0, 1, 1, 0, 0, 1]
    audit = run_audit(
        table(y, np.linspace(0.1, 0.9, 8), a=["x", "y"] * 4), AuditConfig(replicates=100)
    )
    for name in ("groups", "by_group", "overall"):
        assert getattr(audit, name).select_dtypes("number").isna().all(axis=None), name
    figures = ["estimate", "low", "high", "worst_value"]
    assert audit.indices[figures].isna().all(axis=None)
    assert audit.operating_points[["threshold", "tpr", "fpr"]].isna().all(axis=None)
    assert curves.roc(audit, attribute="a").empty
    assert curves.score_histogram(audit, attribute="a").empty


def test_findings_do_not_tell_either():
    audit = run_audit(small_cohort(), AuditConfig(operating_point=HALF, replicates=100))
    told = [f.message for f in audit.findings if "few" in f.message.split(":")[0]]
    said = json.dumps(told)
    assert " 4 " not in said
    assert "6.7%" not in said


def test_the_operating_points_of_hidden_groups_are_not_given():
    config = AuditConfig(operating_point=OperatingPoint("youden", per_group=True), replicates=100)
    points = run_audit(small_cohort(), config).operating_points.set_index("group")
    assert points.loc[["few", "some"], ["threshold", "tpr", "fpr"]].isna().all(axis=None)
    assert points.loc["few", "reason"].startswith("suppressed")
    assert pd.notna(points.loc["many", "threshold"])
