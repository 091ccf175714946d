"""Adjusted p-values against statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from fairfuse_core.audit.inference import benjamini_hochberg, holm

p_values = st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.05]), min_size=1, max_size=30)
BOTH = [(holm, "holm"), (benjamini_hochberg, "fdr_bh")]


@pytest.mark.parametrize(("ours", "name"), BOTH)
@given(p=p_values)
def test_agrees_with_statsmodels(ours, name, p):
    assert ours(p) == pytest.approx(multipletests(p, method=name)[1], abs=1e-12)


@pytest.mark.parametrize("ours", [holm, benjamini_hochberg])
@given(p=p_values, seed=st.integers(0, 99))
def test_is_monotone_and_ignores_order(ours, p, seed):
    p = np.array(p)
    adjusted = ours(p)
    assert (adjusted >= p - 1e-15).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    turn = np.random.default_rng(seed).permutation(p.size)
    assert ours(p[turn]) == pytest.approx(adjusted[turn], abs=0)


@pytest.mark.parametrize(("ours", "name"), BOTH)
def test_nan_passes_through_and_does_not_count(ours, name):
    p = np.array([[0.01, np.nan], [0.2, 0.04]])
    expected = multipletests([0.01, 0.2, 0.04], method=name)[1]
    adjusted = ours(p)
    assert np.isnan(adjusted[0, 1])
    assert adjusted[[0, 1, 1], [0, 0, 1]] == pytest.approx(expected)


@pytest.mark.parametrize("ours", [holm, benjamini_hochberg])
def test_edges(ours):
    assert ours([]).size == 0
    assert np.isnan(ours([np.nan])).all()
    with pytest.raises(ValueError, match="between 0 and 1"):
        ours([0.2, 1.2])
