"""Resampling patients with several rows, on counts, against resampling them one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairfuse_core.audit.intervals import (
    cluster_patterns,
    design_effect,
    draw_cluster_confusions,
    pattern_design_effect,
)


def vectors(cluster, cell, n_cells):
    names = np.unique(cluster)
    return np.array([np.bincount(cell[cluster == c], minlength=n_cells) for c in names])


@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([1, 3, 12]))
@settings(max_examples=60, deadline=None)
def test_patterns_are_the_distinct_contributions(seed, n, n_cells):
    rng = np.random.default_rng(seed)
    cluster, cell = rng.integers(0, 15, n) * 7 - 3, rng.integers(0, n_cells, n)
    patterns, times = cluster_patterns(cluster, cell, n_cells)
    expected, counts = np.unique(vectors(cluster, cell, n_cells), axis=0, return_counts=True)
    dense = patterns.toarray()
    order = np.lexsort(dense.T[::-1])
    assert np.array_equal(dense[order], expected)
    assert np.array_equal(times[order], counts)


def test_long_patterns_are_told_apart():
    # 200 cells a patient overflow any packed key: two of three patients are alike.
    cell = np.concatenate([np.arange(200), np.arange(200), np.r_[0, 0, 2:201]])
    cluster = np.repeat([0, 1, 2], [200, 200, 201])
    patterns, times = cluster_patterns(cluster, cell, 204)
    assert sorted(times.tolist()) == [1, 2]
    assert times @ patterns.toarray() == pytest.approx(np.bincount(cell, minlength=204))


def test_no_rows():
    patterns, times = cluster_patterns(np.zeros(0, int), np.zeros(0, int), 8)
    assert patterns.shape == (0, 8)
    drawn = draw_cluster_confusions(patterns, times, 2, 3, np.random.default_rng(0))
    assert drawn.shape == (3, 2, 4)
    assert drawn.sum() == 0


def sample(seed=4, patients=60):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(patients), rng.integers(1, 5, patients))
    own = rng.integers(0, 4, patients)[cluster]
    outcome = np.where(rng.random(cluster.size) < 0.6, own, rng.integers(0, 4, cluster.size))
    group = (cluster + (rng.random(cluster.size) < 0.1)) % 2
    return cluster, group * 4 + outcome


def test_draws_follow_a_bootstrap_of_patients():
    cluster, cell = sample()
    patterns, times = cluster_patterns(cluster, cell, 8)
    drawn = draw_cluster_confusions(patterns, times, 2, 40_000, np.random.default_rng(1))
    each = vectors(cluster, cell, 8)
    # Moments of a sum of C patients drawn with replacement are known exactly.
    assert drawn.reshape(-1, 8).mean(0) == pytest.approx(each.sum(0), abs=0.2)
    expected = np.cov(each.T, ddof=0) * each.shape[0]
    assert np.cov(drawn.reshape(-1, 8).T) == pytest.approx(expected, abs=0.8)


def test_chunks_do_not_show(monkeypatch):
    from fairfuse_core.audit.intervals import clusters

    patterns, times = cluster_patterns(*sample(), 8)
    whole = draw_cluster_confusions(patterns, times, 2, 50, np.random.default_rng(1))
    monkeypatch.setattr(clusters, "_CHUNK", 7 * times.size)
    parts = draw_cluster_confusions(patterns, times, 2, 50, np.random.default_rng(1))
    assert np.array_equal(whole, parts)


def test_design_effect_of_single_rows_is_one():
    x = np.array([1, 0, 1, 1, 0, 0, 0, 1])
    # The linearised variance divides by C - 1, the binomial one by C.
    assert design_effect(x, np.ones(8), floor=0) == pytest.approx(8 / 7)


def test_design_effect_of_identical_rows_is_the_cluster_size():
    x = np.array([5, 0, 5, 5, 0] * 40)
    assert design_effect(x, np.full(200, 5)) == pytest.approx(5, rel=0.01)


def test_design_effect_matches_the_bootstrap_of_patients():
    rng = np.random.default_rng(6)
    m = rng.integers(1, 6, 150)
    x = rng.binomial(m, rng.beta(1.6, 0.4, 150))
    draws = rng.integers(0, 150, (20_000, 150))
    p = x.sum() / m.sum()
    variance = (x[draws].sum(1) / m[draws].sum(1)).var()
    expected = variance / (p * (1 - p) / m.sum())
    assert design_effect(x, m) == pytest.approx(expected, rel=0.04)


def test_design_effect_at_the_edges():
    # Nothing but hits: patients may be wholly alike, so each counts once: (9 + 1 + 4) / 6.
    assert design_effect([3, 1, 2], [3, 1, 2]) == pytest.approx(14 / 6)
    assert np.isnan(design_effect([0, 0], [0, 0]))
    # Alternating hits would shrink the variance to nothing; the floor keeps the binomial one.
    assert design_effect([1, 1, 1], [2, 2, 2]) == 1
    assert design_effect([[3, 1, 2], [1, 1, 1]], [[3, 1, 2], [2, 2, 2]]).shape == (2,)


def test_patterns_give_the_same_design_effect_as_patients():
    cluster, cell = sample(seed=9)
    patterns, times = cluster_patterns(cluster, cell, 12)
    each = vectors(cluster, cell, 12).reshape(-1, 3, 4)
    got = pattern_design_effect(patterns, times, 3, numerator=(0,), denominator=(0, 1))
    expected = design_effect(each[..., 0].T, (each[..., 0] + each[..., 1]).T)
    assert got[:2] == pytest.approx(expected[:2])
    assert np.isnan([got[2], expected[2]]).all()
    accuracy = pattern_design_effect(patterns, times, 3, numerator=(0, 3), denominator=(0, 1, 2, 3))
    expected = design_effect((each[..., 0] + each[..., 3]).T, each.sum(-1).T)
    assert accuracy[:2] == pytest.approx(expected[:2])
