"""Theil, twice, and disparate impact, twice: numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairfuse_core.audit import run_audit
from fairfuse_core.audit.inequality import (
    disparate_impact_performance,
    disparate_impact_selection,
    performance_variance,
    theil,
    theil_individuals,
)
from tests.audit.make import counts_table, settings

X, N = np.array([0.80, 0.70, 0.50]), np.array([700.0, 250.0, 50.0])
NAN = float("nan")


def test_theil_over_groups_by_hand():
    mean = 2 / 3
    by_hand = sum(x / mean * np.log(x / mean) for x in X) / 3
    assert theil(X) == pytest.approx(by_hand, abs=1e-15)
    assert theil(X) == pytest.approx(0.0181, abs=5e-5)
    mean = 0.76
    by_hand = sum(n / 1000 * x / mean * np.log(x / mean) for x, n in zip(X, N, strict=True))
    assert theil(X, N) == pytest.approx(by_hand, abs=1e-15)
    assert theil(X, N) == pytest.approx(0.0051, abs=5e-5)


def test_theil_ends():
    assert theil(np.full(4, 0.3)) == 0
    assert theil(np.array([0.9, 0, 0])) == pytest.approx(np.log(3))
    assert np.isnan(theil(np.zeros(3)))
    assert np.isnan(theil(np.array([0.4])))
    assert np.isnan(theil(np.array([0.4, NAN])))
    assert theil(np.array([0.8, NAN, 0.5])) == theil(np.array([0.8, 0.5]))
    assert theil(np.array([0.8, NAN, 0.5]), N) == theil(np.array([0.8, 0.5]), N[[0, 2]])


@given(arrays(float, st.integers(2, 8), elements=st.floats(0.001, 1)), st.floats(0.1, 10))
def test_theil_lies_between_0_and_ln_k_and_has_no_unit(x, factor):
    value = theil(x)
    assert 0 <= value <= np.log(x.size) + 1e-12
    assert theil(x * factor) == pytest.approx(float(value), abs=1e-12)
    assert theil(x, np.full(x.size, 7.0)) == pytest.approx(float(value), abs=1e-12)


def test_theil_over_individuals():
    # Nobody flagged at 50 % prevalence: half have benefit 0, half 1.
    assert theil_individuals(np.array([0.0, 50, 0, 50])) == pytest.approx(np.log(2))
    assert theil_individuals(np.array([30.0, 0, 0, 70])) == 0
    assert np.isnan(theil_individuals(np.zeros(4)))
    assert np.isnan(theil_individuals(np.array([0.0, 9, 0, 0])))
    tp, fn, fp, tn = 5, 3, 4, 8
    b = np.repeat([1.0, 0, 2, 1], [tp, fn, fp, tn])
    r = b[b > 0] / b.mean()
    by_hand = (r * np.log(r)).sum() / b.size
    assert theil_individuals(np.array([tp, fn, fp, tn])) == pytest.approx(by_hand, abs=1e-15)


def test_theil_over_individuals_of_many_tables_at_once():
    tables = np.array([[5.0, 3, 4, 8], [1, 1, 1, 1]])
    each = [float(theil_individuals(t)) for t in tables]
    assert theil_individuals(tables).tolist() == each


def test_disparate_impact_in_performance_reads_as_fairplay_words_it():
    # (250 · .70/.80 + 50 · .50/.80) / 300 = .8333
    assert disparate_impact_performance(X, N, 0) == pytest.approx(0.8333, abs=5e-5)
    without = np.array([0.80, NAN, 0.50])
    assert disparate_impact_performance(without, N, 0) == pytest.approx(0.625)
    assert np.isnan(disparate_impact_performance(np.array([NAN, 0.7, 0.5]), N, 0))
    assert np.isnan(disparate_impact_performance(np.array([0.0, 0.7, 0.5]), N, 0))
    assert np.isnan(disparate_impact_performance(np.array([0.8, NAN, NAN]), N, 0))


def test_disparate_impact_in_selection():
    ratios = disparate_impact_selection(np.array([0.4, 0.2, 0.6, NAN]), 0)
    assert ratios[1:3].tolist() == pytest.approx([0.5, 1.5])
    assert np.isnan(ratios[[0, 3]]).all()
    assert np.isnan(disparate_impact_selection(np.array([0.0, 0.2]), 0)).all()


def test_variance_over_groups():
    assert performance_variance(X) == pytest.approx(X.var())
    assert performance_variance(np.array([0.8, NAN, 0.5])) == pytest.approx(0.0225)
    assert np.isnan(performance_variance(np.array([0.8, NAN])))


@pytest.fixture(scope="module")
def audit():
    # F1: big .8 (80 of 100 each way), middle .7, small .5; selection rates .5, .4, .25.
    rows = [
        ("a", "big", 80, 20, 20, 80),
        ("a", "middle", 35, 15, 15, 60),
        ("a", "small", 10, 10, 10, 50),
        ("a", "none", 0, 0, 0, 30),
    ]
    return run_audit(counts_table(rows), settings(replicates=1000))


def index(audit, name):
    return audit.indices[audit.indices["index"] == name].iloc[0]


def test_indices_of_an_audit(audit):
    f1, n = np.array([0.8, 0.7, 0.5]), np.array([200.0, 125, 80])
    for name, value in (
        ("theil_groups", theil(f1)),
        ("theil_groups_weighted", theil(f1, n)),
        ("performance_variance", f1.var()),
        ("disparate_impact_performance", (125 * 0.7 + 80 * 0.5) / 0.8 / 205),
    ):
        row = index(audit, name)
        assert row["estimate"] == pytest.approx(float(value)), name
        assert row["low"] <= row["high"]
        assert row["worst_group"] == "small"
        assert "none (nobody had the outcome and nobody was flagged)" in row["left_out"]
    assert index(audit, "theil_groups")["worst_value"] == pytest.approx(0.5)
    assert index(audit, "disparate_impact_performance")["worst_value"] == pytest.approx(0.625)


def test_the_worst_ratio_of_selection_rates_is_the_one_furthest_from_1(audit):
    row = index(audit, "disparate_impact_selection")
    assert (row["worst_group"], row["estimate"]) == ("none", 0)
    whole = index(audit, "theil_individuals")
    assert whole["attribute"] == "Overall"
    assert whole["estimate"] == pytest.approx(
        float(theil_individuals(np.array([125.0, 45, 45, 220])))
    )


def test_without_a_reference_value_the_impact_says_so():
    rows = [("a", "big", 0, 0, 0, 300), ("a", "small", 10, 10, 10, 50)]
    made = run_audit(counts_table(rows), settings())
    row = index(made, "disparate_impact_performance")
    assert np.isnan(row["estimate"])
    assert "the reference group big has no value" in row["reason"]
    row = index(made, "disparate_impact_selection")
    assert np.isnan(row["estimate"])
    assert "reference selection rate above 0" in row["reason"]
