"""Count-level bootstrap against row bootstraps, numpy and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from fairfuse_core.audit.intervals import bca_interval, draw_confusions, percentile_interval


def f1(c):
    with np.errstate(invalid="ignore"):
        return 2 * c[..., 0] / (2 * c[..., 0] + c[..., 1] + c[..., 2])


@given(arrays(np.int64, (3, 4), elements=st.integers(0, 60)), st.sampled_from([0.0, 0.5]))
@settings(max_examples=40, deadline=None)
def test_group_sizes_are_kept(counts, prior):
    drawn = draw_confusions(counts, 7, np.random.default_rng(1), prior=prior)
    assert drawn.shape == (7, 3, 4)
    assert drawn.dtype == np.int64
    assert (drawn >= 0).all()
    assert (drawn.sum(-1) == counts.sum(-1)).all()
    if prior == 0:
        assert (drawn[:, counts == 0] == 0).all()


def test_draws_have_multinomial_moments():
    counts = np.array([24, 6, 14, 56])
    drawn = draw_confusions(counts, 200_000, np.random.default_rng(2))
    share = counts / 100
    assert drawn.mean(0) == pytest.approx(counts, abs=0.05)
    expected = 100 * (np.diag(share) - np.outer(share, share))
    assert np.cov(drawn.T) == pytest.approx(expected, abs=0.25)


def test_draws_follow_a_bootstrap_of_rows():
    counts = np.array([8, 2, 3, 7])
    rng = np.random.default_rng(3)
    by_count = draw_confusions(counts, 20_000, rng)
    kinds = np.repeat(np.arange(4), counts)
    rows = kinds[rng.integers(0, 20, (20_000, 20))]
    by_row = np.stack([(rows == k).sum(1) for k in range(4)], axis=-1)
    # The distribution of a whole table, through a number that tells tables apart.
    both = [t @ [1, 21, 441, 0] for t in (by_count, by_row)]
    assert stats.ks_2samp(*both).pvalue > 0.001


def test_smoothing_lets_empty_kinds_appear():
    rng = np.random.default_rng(4)
    drawn = draw_confusions([12, 0, 0, 30], 50_000, rng, prior=0.5)
    assert drawn.mean(0) == pytest.approx(42 * np.array([12.5, 0.5, 0.5, 30.5]) / 44, abs=0.03)
    assert draw_confusions([0, 0, 0, 0], 5, rng, prior=0.5).sum() == 0


def test_fixed_classes_keep_the_sick_and_the_well():
    counts = np.array([[24, 6, 14, 56], [0, 5, 9, 0]])
    drawn = draw_confusions(counts, 60_000, np.random.default_rng(5), fixed_classes=True)
    assert drawn.shape == (60_000, 2, 4)
    assert (drawn[..., :2].sum(-1) == counts[:, :2].sum(-1)).all()
    assert (drawn[..., 2:].sum(-1) == counts[:, 2:].sum(-1)).all()
    tp, fp = drawn[:, 0, 0], drawn[:, 0, 2]
    assert (tp.mean(), fp.mean()) == pytest.approx((24, 14), abs=0.05)
    assert (tp.var(), fp.var()) == pytest.approx((30 * 0.8 * 0.2, 70 * 0.2 * 0.8), rel=0.04)
    assert abs(np.corrcoef(tp, fp)[0, 1]) < 0.02


@pytest.mark.parametrize("counts", [[1.5, 2, 3, 4], [-1, 2, 3, 4]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="whole numbers"):
        draw_confusions(counts, 3, np.random.default_rng(0))


@pytest.mark.parametrize("size", [2, 40, 999, 1000])
def test_percentiles_are_numpys(size):
    values = np.random.default_rng(size).normal(size=(size, 3, 2))
    low, high, share = percentile_interval(values, confidence=0.9)
    assert low == pytest.approx(np.quantile(values, 0.05, axis=0), abs=1e-12)
    assert high == pytest.approx(np.quantile(values, 0.95, axis=0), abs=1e-12)
    assert (share == 0).all()
    assert low.shape == (3, 2)


def test_undefined_replicates_are_left_out_up_to_a_fifth():
    values = np.random.default_rng(1).normal(size=(1000, 4))
    values[:200, 1] = np.nan
    values[:201, 2] = np.nan
    values[:, 3] = np.nan
    low, high, share = percentile_interval(values)
    assert share == pytest.approx([0, 0.2, 0.201, 1])
    assert low[1] == pytest.approx(np.quantile(values[200:, 1], 0.025))
    assert high[1] == pytest.approx(np.quantile(values[200:, 1], 0.975))
    assert np.isnan(low[2:]).all()
    assert np.isnan(high[2:]).all()


def test_infinite_replicates_stay_infinite():
    values = np.concatenate([np.ones(90), np.full(10, np.inf)])[:, None]
    low, high, _ = percentile_interval(values)
    assert (low[0], high[0]) == (1, np.inf)


def test_percentiles_ignore_the_order_of_replicates():
    rng = np.random.default_rng(9)
    values = rng.random((300, 5))
    shuffled = values[rng.permutation(300)]
    assert np.array_equal(percentile_interval(values), percentile_interval(shuffled))


def test_bca_is_scipys_on_the_same_rows():
    counts = np.array([24, 6, 14, 56])
    kinds = np.repeat(np.arange(4), counts)

    def by_row(sample, axis):
        return f1(np.stack([(sample == k).sum(axis) for k in range(4)], axis=-1))

    expected = stats.bootstrap(
        (kinds,), by_row, n_resamples=40_000, method="BCa", vectorized=True,
        rng=np.random.default_rng(1), batch=2000,
    ).confidence_interval  # fmt: skip
    drawn = draw_confusions(counts, 40_000, np.random.default_rng(2))
    low, high, _ = bca_interval(f1, counts, f1(drawn))
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.006)


def test_bca_without_bias_or_skew_is_the_percentile_interval():
    values = stats.norm.ppf((np.arange(2001) + 0.5) / 2001)[:, None]

    def centred(c):  # symmetric over the kinds, and 0 for the counts at hand
        return c[..., 0] - c[..., 1]

    bca = bca_interval(centred, np.array([[5, 5]]), values)
    plain = percentile_interval(values)
    assert bca[0] == pytest.approx(plain[0], abs=1e-3)
    assert bca[1] == pytest.approx(plain[1], abs=1e-3)


def test_bca_of_undefined_and_of_constant_metrics():
    counts = np.array([[0, 0, 0, 40], [20, 0, 0, 40], [24, 6, 14, 56]])
    drawn = draw_confusions(counts, 500, np.random.default_rng(3))
    low, high, share = bca_interval(f1, counts, f1(drawn))
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[1]) == (1, 1)
    assert low[2] < f1(counts[2]) < high[2]
    assert share.tolist() == [1, 0, 0]
