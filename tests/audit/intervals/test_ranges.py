"""The interval of the largest gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import studentized_range

from fairfuse_core.audit.intervals import fold_difference, simultaneous_range

limit = st.floats(-1, 1, allow_nan=False)


def normal_replicates(estimates, se, size=20_000, seed=1):
    shape = (size, *np.shape(estimates))
    return np.asarray(estimates) + np.asarray(se) * np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize(
    ("signed", "folded"),
    [((-0.1, 0.3), (0, 0.3)), ((-0.4, 0.3), (0, 0.4)), ((0.1, 0.3), (0.1, 0.3)),
     ((-0.3, -0.1), (0.1, 0.3)), ((0.0, 0.2), (0, 0.2))],
)  # fmt: skip
def test_folding_by_hand(signed, folded):
    assert fold_difference(*signed) == pytest.approx(folded)


@given(limit, limit, st.floats(0, 1))
def test_folding_covers_whatever_the_signed_interval_covers(a, b, t):
    low, high = min(a, b), max(a, b)
    inside = abs(low + t * (high - low))
    folded_low, folded_high = fold_difference(low, high)
    assert folded_low - 1e-12 <= inside <= folded_high + 1e-12


def test_folding_the_undefined():
    assert np.isnan(fold_difference(np.nan, 0.2)).all()


def test_equal_errors_give_tukeys_interval():
    est, se = np.array([0.7, 0.75, 0.82, 0.9]), 0.05
    low, high = simultaneous_range(est, normal_replicates(est, np.full(4, se), 60_000))
    q = studentized_range.ppf(0.95, 4, np.inf)  # Tukey: |d| +- q * se
    assert (low, high) == pytest.approx((max(0, 0.2 - q * se), 0.2 + q * se), abs=0.004)


def test_two_groups_are_an_ordinary_interval():
    est, se = np.array([0.5, 0.9]), np.array([0.03, 0.04])
    low, high = simultaneous_range(est, normal_replicates(est, se, 60_000))
    assert (low, high) == pytest.approx((0.4 - 1.96 * 0.05, 0.4 + 1.96 * 0.05), abs=0.003)


def test_shared_patients_narrow_the_interval():
    est = np.array([0.6, 0.8])
    shared = np.random.default_rng(2).normal(size=(20_000, 1)) * 0.05
    low, high = simultaneous_range(est, normal_replicates(est, [0.02, 0.02]) + shared)
    half = 1.96 * np.hypot(0.02, 0.02)
    assert (low, high) == pytest.approx((0.2 - half, 0.2 + half), abs=0.003)


def test_batch_equals_one_by_one_and_leaves_nan_groups_out():
    rng = np.random.default_rng(3)
    est = rng.random((3, 5))
    est[1, 2] = np.nan
    est[2, 1:] = np.nan
    reps = normal_replicates(est, 0.04, 500)
    low, high = simultaneous_range(est, reps)
    for m in range(2):
        assert simultaneous_range(est[m], reps[:, m]) == pytest.approx((low[m], high[m]))
    keep = [0, 1, 3, 4]
    assert simultaneous_range(est[1, keep], reps[:, 1, keep]) == pytest.approx((low[1], high[1]))
    assert np.isnan([low[2], high[2]]).all()


def test_order_of_groups_does_not_matter():
    est = np.array([0.7, 0.75, 0.82, 0.9])
    reps = normal_replicates(est, [0.02, 0.05, 0.03, 0.08], 800)
    turn = [2, 0, 3, 1]
    assert simultaneous_range(est[turn], reps[:, turn]) == pytest.approx(
        simultaneous_range(est, reps), abs=1e-6
    )


def test_a_group_that_never_varies_is_not_taken_for_known():
    est = np.array([1.0, 0.8])
    reps = normal_replicates(est, [0.0, 0.05], 4000)
    narrow = simultaneous_range(est, reps)
    low, high = simultaneous_range(est, reps, floor_se=[0.12, 0.05])
    half = 1.96 * np.hypot(0.12, 0.05)
    assert high - narrow[1] > 0.1
    assert (low, high) == pytest.approx((0, 0.2 + half), abs=0.015)


def test_groups_that_all_never_vary():
    est, reps = np.array([1.0, 0.0]), np.tile([1.0, 0.0], (1000, 1))
    low, high = simultaneous_range(est, reps, floor_se=[0.1, 0.1])
    half = 1.96 * np.hypot(0.1, 0.1)
    assert (low, high) == pytest.approx((1 - half, 1 + half), abs=0.03)


def test_undefined_replicates_need_a_floor_beyond_a_fifth():
    est = np.array([0.5, 0.7, 0.9])
    reps = normal_replicates(est, 0.05, 2000)
    reps[:300, 0] = np.nan
    assert np.isfinite(simultaneous_range(est, reps)).all()
    reps[:500, 0] = np.nan
    assert np.isnan(simultaneous_range(est, reps)).all()
    assert np.isfinite(simultaneous_range(est, reps, floor_se=[0.05] * 3)).all()
