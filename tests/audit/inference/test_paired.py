"""Paired permutation against McNemar's exact test and coins tossed a patient at a time."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from fairfuse_core.audit.inference import (
    paired_rate_null,
    permutation_p,
    swap_clusters_null,
    swap_joint,
)


@pytest.mark.parametrize(("b", "c"), [(9, 2), (15, 14), (0, 6)])
def test_p_is_mcnemars(b, c):
    null = paired_rate_null(b, c, 60_000, np.random.default_rng(b))
    expected = mcnemar([[50, b], [c, 40]], exact=True).pvalue
    assert permutation_p(abs(b - c), np.abs(null)) == pytest.approx(expected, abs=0.006)


def test_nothing_discordant_is_no_evidence():
    null = paired_rate_null([0, 3], [0, 0], 100, np.random.default_rng(1))
    assert null.shape == (100, 2)
    assert (null[:, 0] == 0).all()
    assert set(np.unique(null[:, 1])) == {-3, -1, 1, 3}


def test_swapping_keeps_the_concordant_and_the_margin_sum():
    joint = np.random.default_rng(2).integers(0, 30, (3, 2, 2, 2))
    drawn = swap_joint(joint, 200, np.random.default_rng(3))
    assert drawn.shape == (200, 3, 2, 2, 2)
    assert (drawn[..., 0, 0] == joint[..., 0, 0]).all()
    assert (drawn[..., 1, 1] == joint[..., 1, 1]).all()
    assert (drawn.sum((-1, -2)) == joint.sum((-1, -2))).all()
    assert (drawn >= 0).all()


def test_swapping_is_a_coin_a_patient():
    drawn = swap_joint([[20, 9], [4, 30]], 40_000, np.random.default_rng(4))[:, 0, 1]
    expected = stats.binom(13, 0.5).pmf(np.arange(14))
    assert np.bincount(drawn, minlength=14) / 40_000 == pytest.approx(expected, abs=0.01)


def test_whole_patients_are_swapped():
    net, group = np.array([2, -1, 1, 0, 3, -1, 2]), np.array([0, 0, 0, 0, 2, 2, 2])
    null = swap_clusters_null(net, group, 3, 30_000, np.random.default_rng(5))
    coins = np.random.default_rng(6).choice([-1, 1], (30_000, 7)) * net
    for g in (0, 2):
        theirs = coins[:, group == g].sum(1)
        values = np.unique(theirs)
        assert np.array_equal(np.unique(null[:, g]), values)
        for v in values:
            assert (null[:, g] == v).mean() == pytest.approx((theirs == v).mean(), abs=0.015)
    assert (null[:, 1] == 0).all()


def test_one_row_a_patient_is_the_unclustered_null():
    net = np.repeat([1, -1, 0], [9, 2, 30])
    null = swap_clusters_null(net, np.zeros(41, int), 1, 60_000, np.random.default_rng(7))
    expected = mcnemar([[30, 9], [2, 30]], exact=True).pvalue
    assert permutation_p(7, np.abs(null[:, 0])) == pytest.approx(expected, abs=0.006)
