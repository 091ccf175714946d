"""Default age groups give way where one of them would hold a few patients only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairfuse_core.audit.predictions import DEFAULT_AGE, BinRule, from_frame, guess_roles


def _table(ages):
    import pandas as pd

    n = len(ages)
    return from_frame(
        pd.DataFrame({"died": np.arange(n) % 2, "score": np.linspace(0, 1, n), "age": ages})
    )


def test_three_children_join_the_next_group():
    guess = guess_roles(_table([17] * 3 + [30] * 300 + [50] * 300 + [70] * 300 + [85] * 300))
    assert guess.roles.bins["age"].levels == ("< 45", "45-64", "65-79", "80+")
    assert "joined" in guess.reasons["age"]


def test_enough_children_keep_their_group():
    guess = guess_roles(_table([17] * 10 + [30] * 300 + [50] * 300 + [70] * 300 + [85] * 300))
    assert guess.roles.bins["age"] == DEFAULT_AGE


def test_small_tables_keep_the_usual_groups():
    assert guess_roles(_table([17] * 3 + [30] * 30 + [85] * 30)).roles.bins["age"] == DEFAULT_AGE


@pytest.mark.parametrize(
    ("sizes", "edges"),
    [
        ((3, 100, 100, 100, 100), (45, 65, 80)),
        ((100, 100, 100, 100, 3), (18, 45, 65)),
        ((100, 3, 200, 100, 100), (45, 65, 80)),
        ((0, 100, 100, 100, 100), (18, 45, 65, 80)),
        ((3, 3, 3, 3, 100), (80,)),
    ],
)
def test_a_small_bin_joins_its_smaller_neighbour(sizes, edges):
    assert DEFAULT_AGE.without_small(sizes, least=10).edges == edges


@given(st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_no_kept_bin_is_small_unless_all_is(sizes):
    rule = DEFAULT_AGE.without_small(sizes, least=10)
    ages = np.repeat([10.0, 30.0, 50.0, 70.0, 90.0], sizes)
    kept = np.bincount(rule.assign(ages), minlength=len(rule.levels)) if ages.size else np.zeros(1)
    if rule != DEFAULT_AGE:
        assert not ((kept > 0) & (kept < 10)).any()
    assert set(rule.edges) <= set(DEFAULT_AGE.edges)
    assert isinstance(rule, BinRule)
