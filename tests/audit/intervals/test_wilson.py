"""Score intervals against statsmodels, published examples and their own symmetries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from fairfuse_core.audit.intervals import (
    critical_z,
    mover_difference,
    mover_mean,
    mover_ratio,
    newcombe_difference,
    wilson,
    wilson_f1,
)

pair = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("x", "n"), [(0, 7), (7, 7), (1, 1), (81, 263), (15, 148), (499, 1000)])
def test_wilson_is_statsmodels_wilson(x, n, confidence):
    expected = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    assert wilson(x, n, confidence=confidence) == pytest.approx(expected, abs=1e-12)


def test_wilson_reproduces_newcombes_printed_example():
    # Newcombe 1998 (Stat Med 17:857), Table I: 81/263 -> 0.2553 to 0.3662.
    low, high = wilson(81, 263)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2553, 0.3662)


def test_wilson_broadcasts_and_leaves_empty_groups_undefined():
    low, high = wilson([[3], [0]], [10, 0])
    assert low.shape == high.shape == (2, 2)
    assert np.isnan(low[:, 1]).all()
    assert np.isnan(high[:, 1]).all()
    assert low[1, 0] == 0
    assert high[0, 0] == pytest.approx(proportion_confint(3, 10, method="wilson")[1])


def test_design_effect_is_a_smaller_sample():
    expected = proportion_confint(10, 20, method="wilson")
    assert wilson(40, 80, design_effect=4) == pytest.approx(expected)


@given(pair)
def test_wilson_mirrors_and_holds_the_proportion(counts):
    x, n = counts
    low, high = wilson(x, n)
    mirror_low, mirror_high = wilson(n - x, n)
    assert (low, high) == pytest.approx((1 - mirror_high, 1 - mirror_low), abs=1e-12)
    assert 0 <= low <= x / n <= high <= 1
    assert low < high


@pytest.mark.parametrize(
    "counts", [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (5, 56, 0, 29)]
)
def test_newcombe_is_statsmodels_newcombe(counts):
    expected = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    assert newcombe_difference(*counts) == pytest.approx(expected, abs=1e-10)


def test_newcombe_reproduces_the_printed_examples():
    # Newcombe 1998 (Stat Med 17:873), Table II, method 10.
    low, high = newcombe_difference([56, 9, 10], [70, 10, 10], [48, 3, 0], [80, 10, 20])
    assert np.round(low, 4).tolist() == [0.0524, 0.1705, 0.6791]
    assert np.round(high, 4).tolist() == [0.3339, 0.8090, 1.0]


@given(pair, pair)
def test_newcombe_changes_sign_with_the_groups(first, second):
    low, high = newcombe_difference(*first, *second)
    back_low, back_high = newcombe_difference(*second, *first)
    assert (low, high) == pytest.approx((-back_high, -back_low), abs=1e-12)
    assert -1 - 1e-12 <= low <= high <= 1 + 1e-12


def test_newcombe_of_an_empty_group_is_undefined():
    assert np.isnan(newcombe_difference(0, 0, 3, 9)).all()


def test_mover_difference_of_normal_intervals_is_the_normal_interval():
    low, high = mover_difference(3.0, 3 - 0.6, 3 + 0.6, 1.0, 1 - 0.8, 1 + 0.8)
    assert (low, high) == pytest.approx((1.0, 3.0))


def test_mover_mean_of_normal_intervals_is_the_normal_interval():
    low, high = mover_mean(3.0, 3 - 0.6, 3 + 0.6, 1.0, 1 - 0.8, 1 + 0.8)
    assert (low, high) == pytest.approx((1.5, 2.5))


def test_mover_mean_keeps_the_skew_of_its_parts():
    # Both rates 1, limits 0.8 and 0.9: nothing above, hypot(0.2, 0.1) / 2 below.
    low, high = mover_mean(1.0, 0.8, 1.0, 1.0, 0.9, 1.0)
    assert (low, high) == pytest.approx((1 - 0.05**0.5 / 2, 1))


def test_mover_ratio_of_normal_intervals_is_fiellers():
    e1, h1, e2, h2 = 3.0, 0.6, 2.0, 0.5
    # Fieller: roots of (e1 - r e2)^2 = h1^2 + r^2 h2^2.
    roots = np.sort(np.roots([e2**2 - h2**2, -2 * e1 * e2, e1**2 - h1**2]))
    assert mover_ratio(e1, e1 - h1, e1 + h1, e2, e2 - h2, e2 + h2) == pytest.approx(tuple(roots))


def test_mover_ratio_inverts_with_its_arguments():
    one, two = (0.8, 0.62, 0.9), (0.6, 0.5, 0.71)
    low, high = mover_ratio(*one, *two)
    back_low, back_high = mover_ratio(*two, *one)
    assert (low, high) == pytest.approx((1 / back_high, 1 / back_low))


def test_mover_ratio_at_the_edges():
    low, high = mover_ratio(0.5, 0.3, 0.7, 0.2, 0.0, 0.5)
    assert 0 < low < 2.5
    assert high == np.inf
    assert np.isnan(mover_ratio(0.5, 0.3, 0.7, 0.0, 0.0, 0.3)).all()
    assert mover_ratio(0.0, 0.0, 0.2, 0.5, 0.4, 0.6)[0] == 0


def test_wilson_f1_is_the_image_of_the_jaccard_interval():
    low, high = wilson_f1(24, 14, 6)
    j = proportion_confint(24, 44, method="wilson")
    assert (low, high) == pytest.approx((2 * j[0] / (1 + j[0]), 2 * j[1] / (1 + j[1])))
    assert low < 2 * 24 / (2 * 24 + 14 + 6) < high
    assert np.isnan(wilson_f1(0, 0, 0)).all()


def test_given_the_union_true_positives_are_binomial():
    # The fact the F1 interval rests on, checked on every multinomial table of nine patients.
    from itertools import product
    from math import comb, factorial

    share = np.array([0.3, 0.15, 0.25, 0.3])  # tp, fn, fp, tn
    n, m = 9, 6
    chance = np.zeros(m + 1)
    for tp, fn, fp in product(range(m + 1), repeat=3):
        if tp + fn + fp == m:
            c = np.array([tp, fn, fp, n - m])
            ways = factorial(n) / np.prod([factorial(int(k)) for k in c])
            chance[tp] += ways * np.prod(share**c)
    j = 0.3 / 0.7
    binomial = [comb(m, k) * j**k * (1 - j) ** (m - k) for k in range(m + 1)]
    assert chance / chance.sum() == pytest.approx(binomial)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_impossible_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        critical_z(confidence)
