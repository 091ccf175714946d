"""xAUC and ABROCA against pairs counted one by one and areas integrated by brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_curve

from fairfuse_core.audit import run_audit
from fairfuse_core.audit.ranking_gaps import abroca, xauc
from tests.audit.make import cohort, gap, settings, table

PAIRS = ("auroc", "xauc_difference", "abroca")


def grid(scores, y, cuts):
    """Counts of positives and of negatives on the ascending grid ``cuts``."""
    where = np.searchsorted(cuts, scores)
    return (
        np.bincount(where[y == 1], minlength=cuts.size).astype(float),
        np.bincount(where[y == 0], minlength=cuts.size).astype(float),
    )


def by_pairs(sick, well):
    above = (sick[:, None] > well).mean() if sick.size and well.size else np.nan
    return above + (sick[:, None] == well).mean() / 2


SCORES = st.lists(st.integers(0, 6), min_size=1, max_size=12)


@given(SCORES, SCORES)
def test_xauc_counts_pairs(sick, well):
    sick, well = np.array(sick), np.array(well)
    pos, neg = np.bincount(sick, minlength=7), np.bincount(well, minlength=7)
    assert xauc(pos, neg) == pytest.approx(by_pairs(sick, well), abs=1e-12)


def test_xauc_without_a_class_is_undefined():
    assert np.isnan(xauc(np.zeros(3), np.ones(3)))
    assert np.isnan(xauc(np.ones(3), np.zeros(3)))


def area_by_hand(curve_a, curve_b):
    """Trapezoid on so fine a grid, away from the corners, that the rest does not matter."""
    edges = np.unique(np.r_[curve_a[0], curve_b[0]])
    total = 0.0
    for left, right in pairwise(edges):
        x = left + (right - left) * (np.arange(4000) + 0.5) / 4000
        total += np.abs(np.interp(x, *curve_a) - np.interp(x, *curve_b)).mean() * (right - left)
    return total


@hypothesis_settings(max_examples=40, deadline=None)
@given(SCORES, SCORES, SCORES, SCORES)
def test_abroca_integrates_the_absolute_difference(pa, na, pb, nb):
    four = [np.bincount(v, minlength=7).astype(float) for v in (pa, na, pb, nb)]
    curves = [
        roc_curve(np.r_[np.ones(len(p)), np.zeros(len(n))], np.r_[p, n], drop_intermediate=False)
        for p, n in ((pa, na), (pb, nb))
    ]
    value = abroca(*four)
    assert value == pytest.approx(area_by_hand(curves[0][:2], curves[1][:2]), abs=2e-4)
    difference = abs(auc(*curves[0][:2]) - auc(*curves[1][:2]))
    assert value >= difference - 1e-12
    assert value == abroca(four[2], four[3], four[0], four[1])


def test_abroca_of_crossing_curves_is_not_the_difference_of_areas():
    # a finds half of its sick at once and the rest at the very end; b the other way round:
    # TPR .5 all along against a step from 0 to 1 at FPR .5. Both areas are .5.
    pos_a, neg_a = np.array([1.0, 0, 0, 0, 1]), np.array([0.0, 1, 0, 1, 0])
    pos_b, neg_b = np.array([0.0, 0, 2, 0, 0]), np.array([0.0, 1, 0, 1, 0])
    assert xauc(pos_a, neg_a) == xauc(pos_b, neg_b) == 0.5
    assert abroca(pos_a, neg_a, pos_b, neg_b) == pytest.approx(0.5)


def test_abroca_is_the_difference_of_areas_when_one_curve_dominates():
    pos_a, neg = np.array([0.0, 1, 2, 5]), np.array([4.0, 3, 2, 1])
    pos_b = np.array([2.0, 2, 2, 2])
    difference = float(xauc(pos_a, neg) - xauc(pos_b, neg))
    assert difference > 0.1
    assert abroca(pos_a, neg, pos_b, neg) == pytest.approx(difference, abs=1e-12)


def test_abroca_where_straight_pieces_cross():
    # The diagonal against a curve through (.5, .25) and (.75, 1): they cross at FPR .625.
    flat = np.array([1.0])
    pos, neg = np.array([0.0, 3, 1]), np.array([1.0, 1, 2])
    triangle = 0.625 * 0.25 / 2 + 0.375 * 0.25 / 2
    assert abroca(flat, flat, pos, neg) == pytest.approx(triangle, abs=1e-12)


def test_abroca_of_one_class_is_undefined():
    assert np.isnan(abroca(np.zeros(2), np.ones(2), np.ones(2), np.ones(2)))


@pytest.fixture(scope="module")
def audit():
    y, score, group = cohort(7, 900, groups=3, ties=50)
    # g1's well patients score higher: they outrank others' sick ones.
    score = np.clip(score + 0.3 * ((group == "g1") & (y == 0)), 0, 1)
    y = np.r_[y, np.zeros(20, dtype=np.uint8)]
    made = table(y, np.r_[score, np.full(20, 0.2)], a=np.r_[group, ["well"] * 20])
    return made, run_audit(made, settings(metrics=PAIRS, reference={"a": "g0"}))


def test_xauc_difference_of_an_audit(audit):
    made, result = audit
    names = np.array(made.attributes[0].levels)[made.attributes[0].codes]

    def part(group, label):
        return made.score[(names == group) & (made.y_true == label)]

    row = gap(result, "xauc_difference", "difference", group="g1")
    expected = by_pairs(part("g1", 1), part("g0", 0)) - by_pairs(part("g0", 1), part("g1", 0))
    assert row["estimate"] == pytest.approx(expected, abs=1e-12)
    assert row["low"] < expected < row["high"]
    assert row["p"] < 0.05
    assert row["reference"] == "g0"


def test_abroca_of_an_audit(audit):
    made, result = audit
    names = np.array(made.attributes[0].levels)[made.attributes[0].codes]
    cuts = np.unique(made.score)
    four = []
    for g in ("g1", "g0"):
        four += grid(made.score[names == g], made.y_true[names == g], cuts)
    row = gap(result, "abroca", "difference", group="g1")
    assert row["estimate"] == pytest.approx(abroca(*four), abs=1e-12)
    assert row["low"] <= row["estimate"] <= row["high"]
    assert row["p"] < 0.05
    same = gap(result, "abroca", "difference", group="g2")
    assert same["p"] > 0.05
    assert same["expected"] > 0


def test_a_group_without_the_outcome_has_no_ranking_gap(audit):
    for metric in ("xauc_difference", "abroca"):
        row = gap(audit[1], metric, "difference", group="well")
        assert np.isnan(row["estimate"])
        assert row["reason"] == "not estimable: well has no patients with the outcome"


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["xauc_difference", "abroca"])
@pytest.mark.parametrize("n", [120, 2000])
def test_p_is_uniform_without_disparity(metric, n):
    found = []
    for seed in range(200):
        y, score, group = cohort(seed, n)
        made = run_audit(table(y, score, a=group), settings(metrics=PAIRS))
        found.append(gap(made, metric, "difference")["p"])
    assert 0.02 <= np.mean(np.array(found) <= 0.05) <= 0.09
    assert 0.42 <= np.mean(found) <= 0.58
