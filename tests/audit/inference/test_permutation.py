"""Permutation tests against enumeration and scipy."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fairfuse_core.audit.inference import (
    exact_pair_p,
    normal_range_null,
    pair_hypergeometric,
    permutation_p,
    random_tables,
)
from fairfuse_core.audit.inference import permutation as module

pair = st.integers(1, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(1, 4), st.integers(0, 999))
@settings(max_examples=60, deadline=None)
def test_margins_are_kept(cols, kinds, seed):
    rng = np.random.default_rng(seed)
    rows = rng.multinomial(sum(cols), np.full(kinds, 1 / kinds))
    tables = random_tables(rows, cols, 9, rng)
    assert tables.shape == (9, kinds, len(cols))
    assert (tables >= 0).all()
    assert (tables.sum(1) == cols).all()
    assert (tables.sum(2) == rows).all()


def test_tables_follow_permuted_labels():
    rows, cols = np.array([5, 3, 4]), np.array([4, 2, 6])
    rng = np.random.default_rng(1)
    ours = random_tables(rows, cols, 30_000, rng)
    outcome, group = np.repeat(np.arange(3), rows), np.repeat(np.arange(3), cols)
    shuffled = rng.permuted(np.tile(group, (30_000, 1)), axis=1)
    theirs = np.stack(
        [[((outcome == k) & (shuffled == g)).sum(1) for g in range(3)] for k in range(3)]
    ).transpose(2, 0, 1)
    assert ours.mean(0) == pytest.approx(np.outer(rows, cols) / 12, abs=0.03)
    code = [t.reshape(-1, 9) @ 13 ** np.arange(9) for t in (ours, theirs)]
    seen = np.unique(np.concatenate(code), return_inverse=True)[1].reshape(2, -1)
    counts = np.array([np.bincount(s, minlength=seen.max() + 1) for s in seen])
    common = counts[:, counts.sum(0) >= 20]
    assert stats.chi2_contingency(common).pvalue > 1e-3


def test_two_rows_are_hypergeometric():
    tables = random_tables([7, 13], [6, 14], 40_000, np.random.default_rng(2))
    k = np.arange(7)
    expected = stats.hypergeom(20, 7, 6).pmf(k)
    assert np.bincount(tables[:, 0, 0], minlength=7) / 40_000 == pytest.approx(expected, abs=0.01)


def test_margins_that_differ_are_refused():
    with pytest.raises(ValueError, match="rows sum to 3, columns to 4"):
        random_tables([1, 2], [4], 5, np.random.default_rng(0))


def test_p_counts_the_observed_arrangement_and_ties():
    null = np.array([0.1, 0.2, 0.3 + 1e-15, 0.4])
    assert permutation_p(0.3, null) == pytest.approx(3 / 5)
    assert permutation_p(9.0, null) == pytest.approx(1 / 5)
    assert permutation_p(0.0, null) == 1


def test_p_leaves_the_undefined_out():
    null = np.array([[0.1, np.nan], [np.nan, np.nan], [0.5, np.nan]])
    assert permutation_p([0.2, 0.2], null) == pytest.approx([2 / 3, np.nan], nan_ok=True)
    assert np.isnan(permutation_p(np.nan, np.array([0.1])))


def by_enumeration(x1, n1, x2, n2):
    """Every way to choose who is in the first group."""
    hit = [1] * (x1 + x2) + [0] * (n1 + n2 - x1 - x2)
    gap = abs(x1 * n2 - x2 * n1)
    found = [
        abs(sum(hit[i] for i in chosen) * n2 - (sum(hit) - sum(hit[i] for i in chosen)) * n1) >= gap
        for chosen in combinations(range(n1 + n2), n1)
    ]
    return np.mean(found)


@pytest.mark.parametrize("counts", [(3, 5, 1, 6), (0, 4, 4, 4), (2, 2, 3, 7), (4, 8, 2, 4)])
def test_exact_p_by_enumeration(counts):
    assert exact_pair_p(*counts) == pytest.approx(by_enumeration(*counts), abs=1e-12)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.just(n), *[st.integers(0, n)] * 2)))
def test_with_equal_sizes_it_is_fishers_p(counts):
    n, x1, x2 = counts
    fisher = stats.fisher_exact([[x1, n - x1], [x2, n - x2]]).pvalue
    assert exact_pair_p(x1, n, x2, n) == pytest.approx(fisher, abs=1e-9)


@given(pair, pair)
def test_exact_p_has_the_symmetries_of_the_question(first, second):
    (x1, n1), (x2, n2) = first, second
    p = exact_pair_p(x1, n1, x2, n2)
    assert 0 < p <= 1 + 1e-12
    assert exact_pair_p(x2, n2, x1, n1) == pytest.approx(p)
    assert exact_pair_p(n1 - x1, n1, n2 - x2, n2) == pytest.approx(p)


def test_exact_p_in_bulk_with_an_empty_group():
    p = exact_pair_p([[3, 0]], [[5, 0]], [[1, 2]], [[6, 9]])
    assert p.shape == (1, 2)
    assert p[0, 0] == pytest.approx(by_enumeration(3, 5, 1, 6))
    assert np.isnan(p[0, 1])


def test_exact_p_of_a_million_patients():
    # Large margins: the pooled z-test is then all but exact.
    x1, n1, x2, n2 = 400_500, 500_000, 399_500, 500_000
    t = (x1 + x2) / (n1 + n2)
    z = (x1 / n1 - x2 / n2) / np.sqrt(t * (1 - t) * (1 / n1 + 1 / n2))
    assert exact_pair_p(x1, n1, x2, n2) == pytest.approx(2 * stats.norm.sf(z), rel=0.01)


def test_drawn_pairs_agree_with_the_exact_p():
    counts = ([8, 30, 0], [12, 60, 0], [9, 12, 3], [30, 40, 5])
    null = pair_hypergeometric(*counts, 40_000, np.random.default_rng(3))
    gap = np.abs(np.array([8 / 12 - 9 / 30, 30 / 60 - 12 / 40, np.nan]))
    assert null.shape == (40_000, 3)
    p = permutation_p(gap, null)
    assert p[:2] == pytest.approx(exact_pair_p(*counts)[:2], abs=0.008)
    assert np.isnan(p[2])
    assert np.isnan(null[:, 2]).all()


@pytest.mark.parametrize("bad", [(5, 4, 1, 2), (-1, 4, 1, 2), (1, 4, 3, 2)])
def test_more_hits_than_patients_is_refused(bad):
    with pytest.raises(ValueError, match="between 0 and trials"):
        exact_pair_p(*bad)


def test_expected_gap_of_six_groups_of_fifty():
    tables = random_tables([240, 60], [50] * 6, 20_000, np.random.default_rng(5))
    rates = tables[:, 0] / 50
    assert np.ptp(rates, axis=1).mean() == pytest.approx(0.142, abs=0.005)


def test_normal_range_matches_the_studentised_range():
    null = normal_range_null(np.full(6, 0.05), 60_000, np.random.default_rng(6))
    expected = stats.studentized_range.ppf([0.5, 0.95], 6, np.inf) * 0.05
    assert np.quantile(null, [0.5, 0.95]) == pytest.approx(expected, rel=0.01)


def test_normal_range_leaves_nan_groups_out():
    rng = np.random.default_rng(7)
    se = np.array([[0.1, np.nan, 0.1], [np.nan, 0.2, np.nan]])
    null = normal_range_null(se, 40_000, rng)
    # The absolute difference of two normals: mean 2 / sqrt(pi) * se.
    assert null[:, 0].mean() == pytest.approx(0.2 / np.sqrt(np.pi), rel=0.02)
    assert np.isnan(null[:, 1]).all()


def test_totals_beyond_numpys_limit_are_drawn_another_way():
    left = np.tile(np.array([6, 0, 14]), (30_000, 1))
    taken = module._spread(left, 7, np.random.default_rng(8))
    assert (taken.sum(1) == 7).all()
    assert (taken[:, 1] == 0).all()
    expected = stats.hypergeom(20, 7, 6).pmf(np.arange(7))
    assert np.bincount(taken[:, 0], minlength=7) / 30_000 == pytest.approx(expected, abs=0.012)
