"""The detectable gap, by hand and by simulating audits."""

import numpy as np
import pytest

from fairfuse_core.audit.inference import critical_gap, detectable_gap, normal_range_null


def test_by_hand():
    # 0.1 + 0.8416 * sqrt(0.04^2 + 0.03^2), the middle group playing no part.
    gap = detectable_gap(0.1, [0.04**2, 0.03**2, 0.035**2, np.nan])
    assert gap == pytest.approx(0.1 + 0.8416212 * 0.05)


def test_half_the_power_is_the_critical_value_itself():
    assert detectable_gap(0.2, [0.01, 0.02], power=0.5) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("critical", "variances"), [(np.nan, [0.1, 0.1]), (0.2, [0.1, np.nan]), (0.9, [0.04, 0.04])]
)
def test_undefined_with_one_group_or_beyond_the_possible(critical, variances):
    assert np.isnan(detectable_gap(critical, variances))


def test_a_wider_metric_allows_a_wider_gap():
    assert detectable_gap(0.9, [0.04, 0.04], upper=2) == pytest.approx(0.9 + 0.8416212 * 0.08**0.5)


def test_critical_gap_is_a_quantile_of_the_defined():
    null = np.r_[np.arange(101) / 100, np.nan]
    assert critical_gap(null) == pytest.approx(0.95)
    assert critical_gap(null, confidence=0.5) == pytest.approx(0.5)
    assert np.isnan(critical_gap([np.nan]))


@pytest.mark.parametrize("se", [[0.03, 0.03], [0.02, 0.03, 0.04, 0.06], [0.05] * 8])
def test_a_shift_of_that_size_is_found_with_the_stated_power(se):
    rng = np.random.default_rng(len(se))
    se = np.array(se)
    critical = critical_gap(normal_range_null(se, 20_000, rng))
    gap = detectable_gap(critical, se**2)
    worst = int(np.argmax(se))
    estimates = rng.normal(size=(20_000, se.size)) * se
    estimates[:, worst] -= gap
    power = (np.ptp(estimates, axis=1) >= critical).mean()
    assert power >= 0.79
    if se.size == 2:
        assert power == pytest.approx(0.8, abs=0.015)
