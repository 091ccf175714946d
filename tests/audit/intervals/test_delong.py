"""AUROC and its variance from segments, against row-wise definitions and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from fairfuse_core.audit.intervals import (
    auroc_interval,
    auroc_segments,
    delong_segments,
    hanley_mcneil_variance,
    newcombe_auroc,
    xauc,
)


def segments(groups):
    """(y, score) rows of each group -> pos, neg, starts."""
    pos, neg, sizes = [], [], [0]
    for y, score in groups:
        levels, at = np.unique(score, return_inverse=True)
        pos.append(np.bincount(at[y == 1], minlength=levels.size))
        neg.append(np.bincount(at[y == 0], minlength=levels.size))
        sizes.append(levels.size)
    return np.concatenate(pos), np.concatenate(neg), np.cumsum(sizes)


def kernel(sick, well):
    return (sick[:, None] > well) + 0.5 * (sick[:, None] == well)


def delong_by_definition(sick, well):
    """Sample variances of the two sets of placements, from the full P x N kernel."""
    k = kernel(sick, well)
    variance = k.mean(1).var(ddof=1) / sick.size + k.mean(0).var(ddof=1) / well.size
    return k.mean(), variance


def rows(rng, n, levels):
    y = rng.random(n) < 0.35
    y[:2], y[2:4] = True, False
    return y.astype(int), rng.integers(0, levels, n) / levels + 0.1 * y


@pytest.mark.parametrize("levels", [2, 7, 1000])
def test_segments_match_the_definition_and_sklearn(levels):
    rng = np.random.default_rng(levels)
    groups = [rows(rng, n, levels) for n in (5, 40, 400)]
    auc, variance = delong_segments(*segments(groups))
    for g, (y, s) in enumerate(groups):
        expected = delong_by_definition(s[y == 1], s[y == 0])
        assert (auc[g], variance[g]) == pytest.approx(expected, abs=1e-12)
        assert auc[g] == pytest.approx(roc_auc_score(y, s), abs=1e-12)
    assert auroc_segments(*segments(groups)) == pytest.approx(auc, abs=0)


def test_empty_one_class_and_single_patient_segments():
    pos = np.array([0, 2, 0, 3, 1, 0, 0])
    neg = np.array([2, 0, 4, 0, 0, 2, 3])
    # empty | perfect | wells only | sick only | one sick among five | empty
    starts = np.array([0, 0, 2, 3, 4, 7, 7])
    auc, variance = delong_segments(pos, neg, starts)
    assert np.array_equal(auc, [np.nan, 1, np.nan, np.nan, 0, np.nan], equal_nan=True)
    assert variance[1] == 0
    assert np.isnan(variance[[0, 2, 3, 4, 5]]).all()


def test_no_groups_at_all():
    auc, variance = delong_segments(np.zeros(0), np.zeros(0), np.array([0]))
    assert auc.shape == variance.shape == (0,)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_reversing_scores_and_classes(seed):
    rng = np.random.default_rng(seed)
    pos, neg = rng.integers(0, 4, (2, 12))
    pos[0] += 2
    neg[5] += 2
    starts = np.array([0, 12])
    auc, variance = delong_segments(pos, neg, starts)
    flipped, same = delong_segments(pos[::-1], neg[::-1], starts)
    swapped, too = delong_segments(neg, pos, starts)
    assert flipped == pytest.approx(1 - auc, abs=1e-12)
    assert swapped == pytest.approx(1 - auc, abs=1e-12)
    assert same == pytest.approx(variance, abs=1e-12)
    assert too == pytest.approx(variance, abs=1e-12)


def test_hanley_mcneil_by_hand():
    # A = .8, 10 sick, 20 well: Q1 = .8/1.2, Q2 = 1.28/1.8.
    expected = (0.16 + 9 * (2 / 3 - 0.64) + 19 * (1.28 / 1.8 - 0.64)) / 200
    assert hanley_mcneil_variance(0.8, 10, 20) == pytest.approx(expected)
    assert np.isnan(hanley_mcneil_variance(0.8, 0, 20))


def test_hanley_mcneil_is_the_variance_under_exponential_scores():
    rng = np.random.default_rng(5)
    sick = rng.exponential(4, (20_000, 15))  # P(sick > well) = 4 / 5
    well = rng.exponential(1, (20_000, 25))
    auc = (sick[:, :, None] > well[:, None, :]).mean((1, 2))
    assert auc.var() == pytest.approx(float(hanley_mcneil_variance(0.8, 15, 25)), rel=0.04)


def test_logit_interval_by_hand():
    low, high, method = auroc_interval(0.8, 0.0016, 60, 140)
    centre, half = np.log(4), 1.959963984540054 * 0.04 / 0.16
    inverse = [1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))]
    assert (low, high) == pytest.approx(inverse)
    assert str(method) == "DeLong, logit scale"


def test_boundary_gets_newcombes_interval_and_says_so():
    low, high, method = auroc_interval(
        [1.0, 0.0, 0.7, 0.7, np.nan], [0.0, 0.0, np.nan, 0.01, np.nan], [12, 12, 1, 20, 0], 30
    )
    assert method.tolist() == [
        "Newcombe score (method 5)", "Newcombe score (method 5)", "Newcombe score (method 5)",
        "DeLong, logit scale", "not estimable",
    ]  # fmt: skip
    assert high[0] == 1
    assert 0.7 < low[0] < 1
    assert (low[1], high[1]) == pytest.approx((0, 1 - low[0]))
    assert 0 < low[2] < 0.7 < high[2] < 1
    assert np.isnan([low[4], high[4]]).all()


def test_newcombe_limits_solve_their_equation():
    auc, m, n = 0.83, 14, 37
    star = (m + n) / 2 - 1
    for limit in newcombe_auroc(auc, m, n):
        spread = limit * (1 - limit) / (m * n)
        spread *= 1 + star * (1 - limit) / (2 - limit) + star * limit / (1 + limit)
        assert abs(auc - limit) == pytest.approx(1.959963984540054 * np.sqrt(spread), abs=1e-9)


def test_xauc_matches_its_definition_and_auroc_within_a_group():
    rng = np.random.default_rng(8)
    grid = np.arange(30)
    pos, neg = rng.integers(0, 4, (2, 2, 30))
    for a in range(2):
        for b in range(2):
            expected = delong_by_definition(np.repeat(grid, pos[a]), np.repeat(grid, neg[b]))
            assert xauc(pos[a], neg[b]) == pytest.approx(expected, abs=1e-12)
    own = auroc_segments(pos[0], neg[0], np.array([0, 30]))
    assert xauc(pos[0], neg[0])[0] == pytest.approx(own[0])


def test_xauc_broadcasts_over_pairs_and_leaves_missing_classes_undefined():
    pos = np.array([[1, 0, 3], [0, 0, 0]])
    neg = np.array([[2, 2, 0], [0, 1, 0]])
    value, variance = xauc(pos[:, None], neg[None])
    assert value.shape == variance.shape == (2, 2)
    assert np.isnan(value[1]).all()
    assert value[0, 1] == pytest.approx(3 / 4)
    assert np.isnan(variance[0, 1])
