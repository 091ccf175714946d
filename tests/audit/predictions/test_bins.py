"""Bin rules: ages as people write them, names of groups, edges that can be read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairfuse_core.audit.predictions import DEFAULT_AGE, BinRule, parse_value, suggest_bins
from fairfuse_core.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("17", "< 18"),
        ("18", "18-44"),
        ("44.9", "18-44"),
        ("64", "45-64"),
        ("79", "65-79"),
        ("80", "80+"),
        ("> 89", "80+"),
        (">89", "80+"),
        (">79", "80+"),
        ("≥ 80", "80+"),
        ("90+", "80+"),
        ("90 and over", "80+"),
        ("89 years", "80+"),
        ("64 y", "45-64"),
        ("67 years old", "65-79"),
        ("<1", "< 18"),
        ("< 18", "< 18"),
        ("6 months", "< 18"),
        ("300 months", "18-44"),
        (" 45 ", "45-64"),
    ],
)
def test_ages_fall_where_a_clinician_puts_them(text: str, group: str) -> None:
    code = DEFAULT_AGE.assign(np.array([parse_value(text)]))[0]
    assert DEFAULT_AGE.levels[code] == group


@pytest.mark.parametrize("text", ["", "old", "45-64", "[70-80)", "1 2", "Male", "2020-01-01"])
def test_what_is_no_number_is_nan(text: str) -> None:
    assert math.isnan(parse_value(text))


def test_missing_has_no_bin() -> None:
    assert DEFAULT_AGE.assign(np.array([np.nan, 3.0])).tolist() == [-1, 0]


def test_rule_in_words_and_back() -> None:
    assert BinRule.parse("18, 45;65 80") == DEFAULT_AGE
    assert DEFAULT_AGE.describe() == "< 18, 18-44, 45-64, 65-79, 80+"
    assert BinRule((0.5, 1.25)).describe() == "< 0.5, 0.5 to < 1.25, >= 1.25"
    assert BinRule((1, 2, 5)).describe() == "< 1, 1, 2-4, 5+"
    named = BinRule((65,), ("younger", "older"))
    assert BinRule.from_dict(named.to_dict()) == named
    assert named.describe() == "younger, older"


@pytest.mark.parametrize("text", ["", "18,x", "45,18", "18,18", "nan", "inf"])
def test_impossible_edges_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="18,45,65,80"):
        BinRule.parse(text)


def test_labels_must_fit() -> None:
    with pytest.raises(ConfigError, match="2 labels for 1 edges"):
        BinRule((65,), ("a", "b", "c"))
    with pytest.raises(ConfigError, match="labels that differ"):
        BinRule((65,), ("a", "a"))


@settings(deadline=None)
@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=6, unique=True),
    st.lists(st.floats(-2000, 2000), min_size=1, max_size=20),
)
def test_a_group_holds_its_lower_edge_and_not_its_upper(
    edges: list[int], values: list[float]
) -> None:
    rule = BinRule(tuple(float(edge) for edge in sorted(edges)))
    bounds = [-math.inf, *rule.edges, math.inf]
    for value, code in zip(values, rule.assign(np.array(values)), strict=True):
        assert bounds[code] <= value < bounds[code + 1]
    assert len(set(rule.levels)) == len(rule.edges) + 1


def test_suggested_edges_are_round_and_near_the_quartiles() -> None:
    values = np.random.default_rng(0).normal(27.3, 5.1, 5000)
    rule = suggest_bins(values)
    assert rule is not None
    assert np.abs(np.array(rule.edges) - np.quantile(values, [0.25, 0.5, 0.75])).max() < 2.6
    assert all(edge == round(edge, 1) for edge in rule.edges)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), max_size=60))
def test_suggestion_splits_every_column_that_spreads(values: list[float]) -> None:
    rule = suggest_bins(values)
    if rule is not None:
        assert len(set(rule.assign(np.array(values)).tolist())) >= 2


def test_no_suggestion_for_a_constant() -> None:
    assert suggest_bins([3.0] * 50) is None
    assert suggest_bins([np.nan] * 50) is None
