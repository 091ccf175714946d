"""Partial pooling against scipy's optimiser, statsmodels and limiting cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from fairfuse_core.audit.inference import beta_binomial_pool, between_variance, normal_pool
from fairfuse_core.audit.intervals import wilson


def uneven(seed, groups=30):
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 400, groups)
    return rng.binomial(n, rng.beta(8, 3, groups)), n


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_posterior_is_that_of_the_best_beta_found_by_scipy(seed):
    x, n = uneven(seed)

    def loss(theta):
        a, b = np.exp(theta)
        return -stats.betabinom(n, a, b).logpmf(x).sum()

    fit = optimize.minimize(loss, [1, 0], method="Nelder-Mead", options={"xatol": 1e-8})
    a, b = np.exp(fit.x)
    mean, low, high = beta_binomial_pool(x, n, confidence=0.9)
    posterior = stats.beta(a + x, b + n - x)
    assert mean == pytest.approx(posterior.mean(), abs=2e-4)
    assert low == pytest.approx(posterior.ppf(0.05), abs=4e-4)
    assert high == pytest.approx(posterior.ppf(0.95), abs=4e-4)


def test_groups_alike_are_pooled_completely():
    x, n = np.array([8, 16, 40, 4]), np.array([10, 20, 50, 5])
    mean, low, high = beta_binomial_pool(x, n)
    assert mean == pytest.approx(0.8)
    expected = wilson(68, 85)
    assert (low[0], high[3]) == pytest.approx((float(expected[0]), float(expected[1])))


def test_large_groups_far_apart_keep_their_own_rates():
    x, n = np.array([2000, 5000, 9000]), np.full(3, 10_000)
    assert beta_binomial_pool(x, n)[0] == pytest.approx(x / n, abs=2e-3)


def test_small_groups_move_most():
    x, n = np.array([150, 130, 110, 90, 3]), np.array([200, 200, 200, 200, 3])
    mean = beta_binomial_pool(x, n)[0]
    assert 0.6 < mean[4] < 0.8
    assert np.abs(mean[:4] - (x / n)[:4]).max() < 0.03


@given(st.integers(0, 5000))
@settings(max_examples=40, deadline=None)
def test_pooling_shrinks_towards_one_value_and_ignores_order(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 60, 8)
    x = rng.binomial(n, rng.random(8))
    mean, low, high = beta_binomial_pool(x, n)
    known = n > 0
    assert np.array_equal(np.isnan(mean), ~known)
    assert (low[known] <= mean[known]).all()
    assert (mean[known] <= high[known]).all()
    if known.any():
        raw = x[known] / n[known]
        assert raw.min() - 1e-9 <= mean[known].min()
        assert mean[known].max() <= raw.max() + 1e-9
    turn = rng.permutation(8)
    assert beta_binomial_pool(x[turn], n[turn])[0] == pytest.approx(mean[turn], nan_ok=True)


def test_pooling_nothing_one_group_or_only_hits():
    assert np.isnan(beta_binomial_pool([0, 0], [0, 0])).all()
    mean, low, high = beta_binomial_pool([7], [10])
    assert (mean[0], low[0], high[0]) == pytest.approx((0.7, *map(float, wilson(7, 10))))
    assert beta_binomial_pool([5, 9], [5, 9])[0].tolist() == [1, 1]


def test_pooled_estimates_are_nearer_the_truth():
    rng = np.random.default_rng(9)
    raw_error = pooled_error = covered = 0.0
    for _ in range(60):
        truth = rng.beta(16, 4, 20)
        n = rng.integers(8, 60, 20)
        x = rng.binomial(n, truth)
        mean, low, high = beta_binomial_pool(x, n)
        raw_error += ((x / n - truth) ** 2).sum()
        pooled_error += ((mean - truth) ** 2).sum()
        covered += ((low <= truth) & (truth <= high)).sum()
    assert pooled_error < 0.75 * raw_error
    assert 0.88 < covered / 1200 < 0.98


def test_between_variance_maximises_the_restricted_likelihood():
    rng = np.random.default_rng(3)
    v = rng.uniform(0.01, 0.2, 15)
    y = rng.normal(0.5, np.sqrt(v + 0.1))

    def loss(tau2):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        return -np.log(w).sum() + np.log(w.sum()) + (w * (y - mean) ** 2).sum()

    best = optimize.minimize_scalar(loss, bounds=(0, 2), method="bounded", options={"xatol": 1e-10})
    assert between_variance(y, v) == pytest.approx(best.x, abs=1e-5)
    assert between_variance(y[:1], v[:1]) == 0
    assert between_variance([0.5, 0.5, 0.5], [0.1, 0.1, 0.1]) == 0


def test_equal_variances_give_the_method_of_moments():
    # All three estimators of the variance between groups agree in a balanced design.
    y, v = np.array([0.2, 0.9, 1.4, 0.4]), np.full(4, 0.05)
    expected = combine_effects(y, v, method_re="dl").tau2
    assert between_variance(y, v) == pytest.approx(expected)
    mean, low, high = normal_pool(y, v)
    shrink = 0.05 / (0.05 + expected)
    assert mean == pytest.approx(shrink * y.mean() + (1 - shrink) * y)
    half = 1.959964 * np.sqrt((1 - shrink) * 0.05 + shrink**2 * (0.05 + expected) / 4)
    assert (high - low) / 2 == pytest.approx(half)


def test_without_variance_between_groups_all_share_the_fixed_effect():
    y, v = np.array([0.5, 0.52, 0.48]), np.array([0.1, 0.2, 0.3])
    mean, low, high = normal_pool(y, v)
    fixed = combine_effects(y, v).mean_effect_fe
    assert mean == pytest.approx(fixed)
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(1 / (1 / v).sum()))


def test_groups_without_estimate_or_variance_stay_undefined():
    mean, low, high = normal_pool([0.5, np.nan, 0.9, 0.7], [0.1, 0.1, 0.0, np.nan])
    assert np.isnan(mean).tolist() == [False, True, True, True]
    assert low[0] < mean[0] < high[0]
    assert np.isnan(normal_pool([np.nan], [np.nan])).all()
