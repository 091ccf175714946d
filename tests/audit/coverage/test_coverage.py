"""Do intervals cover, and are p-values uniform, on cohorts with known truth? (Slow.)"""

import numpy as np
import pytest
from scipy import stats

from benchmarks import coverage
from fairfuse_core.audit.inference import (
    exact_pair_p,
    permutation_p,
    random_tables,
    swap_joint,
)

pytestmark = pytest.mark.slow

SIMULATIONS = 4000
SIZES = [30, 200]

# The method an audit uses by default, per metric. Sampling is random, as a bootstrap assumes.
SINGLE = {
    "TPR": "Wilson",
    "PPV": "Wilson",
    "F1": "Wilson type",
    "Balanced accuracy": "MOVER of Wilson",
    "Net benefit": "percentile",
}
DOUBLE = {
    "TPR gap": "Newcombe",
    "F1 gap": "MOVER",
    "F1 ratio": "MOVER",
}


def by_name(rows):
    return {(r.metric, r.method): r for r in rows}


@pytest.mark.parametrize("positives", SIZES)
@pytest.mark.parametrize(
    ("simulate", "methods"), [(coverage.single_group, SINGLE), (coverage.two_groups, DOUBLE)]
)
def test_defaults_cover(simulate, methods, positives):
    rng = np.random.default_rng(coverage.SEED + positives)
    rows = by_name(simulate(rng, SIMULATIONS, positives, "random"))
    for metric, method in methods.items():
        key = (metric, method)
        assert 0.93 <= rows[key].coverage <= 0.97, rows[key]
        assert rows[key].undefined == 0


@pytest.mark.parametrize("positives", SIZES)
def test_fixed_numbers_of_sick_never_make_intervals_too_short(positives):
    # A design that fixes the classes varies less than the bootstrap, which draws them, supposes.
    rng = np.random.default_rng(coverage.SEED + positives + 1)
    rows = coverage.single_group(rng, SIMULATIONS, positives, "fixed")
    rows += coverage.two_groups(rng, SIMULATIONS, positives, "fixed")
    for key in (*SINGLE.items(), *DOUBLE.items()):
        assert by_name(rows)[key].coverage >= 0.93, by_name(rows)[key]
    assert by_name(rows)["TPR", "Wilson"].coverage <= 0.97
    assert by_name(rows)["TPR gap", "Newcombe"].coverage <= 0.97


@pytest.mark.parametrize("positives", SIZES)
def test_auroc_covers(positives):
    rng = np.random.default_rng(coverage.SEED + positives + 2)
    rows = by_name(coverage.ranking(rng, SIMULATIONS, positives, 0.8))
    for key in (("AUROC 0.80", "DeLong, logit"), ("AUROC 0.80 gap", "MOVER of logit")):
        assert 0.93 <= rows[key].coverage <= 0.97, rows[key]


def test_design_effect_restores_what_clustering_takes():
    rng = np.random.default_rng(coverage.SEED + 3)
    rows = by_name(coverage.clustered(rng, SIMULATIONS, 200))
    name = "TPR, rows in patients"
    assert rows[name, "Wilson, rows as if independent"].coverage < 0.85
    assert 0.93 <= rows[name, "Wilson, design effect"].coverage <= 0.97


@pytest.mark.parametrize("rates", [[0.8] * 6, [0.8] * 5 + [0.6]])
def test_the_largest_gap_is_covered(rates):
    rng = np.random.default_rng(coverage.SEED + 4)
    row = coverage.largest_gap(rng, 1000, 50, rates)
    # Conservative by construction where groups differ, exact where none does.
    assert row.coverage >= 0.93, row
    if len(set(rates)) == 1:
        assert row.coverage <= 0.97, row


def test_expected_gap_without_disparity():
    # Six groups of 50 positives, all truly at 0.80: each audit permutes what it saw.
    rng = np.random.default_rng(5)
    expected = []
    for hits in rng.binomial(50, 0.8, size=(200, 6)):
        tables = random_tables([hits.sum(), 300 - hits.sum()], [50] * 6, 1000, rng)
        expected.append(np.ptp(tables[:, 0] / 50, axis=1).mean())
    assert np.mean(expected) == pytest.approx(0.142, abs=0.005)


def uniform(p, resolution):
    """Kolmogorov-Smirnov p of randomised p-values: ties are spread evenly below each value."""
    spread = p - resolution * np.random.default_rng(0).random(p.size)
    return stats.kstest(spread, "uniform").pvalue


def test_permutation_p_is_uniform_under_the_null():
    rng = np.random.default_rng(6)
    sizes = np.array([35, 60, 80, 140])
    p, ties = [], []
    for hits in rng.binomial(sizes, 0.8, size=(3000, 4)):
        tables = random_tables([hits.sum(), sizes.sum() - hits.sum()], sizes, 499, rng)
        null, seen = np.ptp(tables[:, 0] / sizes, axis=1), np.ptp(hits / sizes)
        p.append(permutation_p(seen, null))
        ties.append((np.count_nonzero(np.abs(null - seen) <= 1e-12) + 1) / 500)
    p = np.array(p)
    assert uniform(p, np.array(ties)) > 0.01
    for level in (0.01, 0.05, 0.1):
        # Ties make it conservative, never the reverse.
        limit = level + 3 * np.sqrt(level * (1 - level) / p.size)
        assert (p <= level).mean() <= limit


def test_exact_p_never_exceeds_its_level():
    rng = np.random.default_rng(7)
    x1, x2 = rng.binomial(40, 0.8, 8000), rng.binomial(90, 0.8, 8000)
    p = exact_pair_p(x1, 40, x2, 90)
    for level in (0.01, 0.05, 0.1):
        assert level / 3 <= (p <= level).mean() <= level + 3 * np.sqrt(level / 8000)


def test_paired_p_is_uniform_when_models_are_exchangeable():
    rng = np.random.default_rng(8)
    p, ties = [], []
    for _ in range(2000):
        joint = rng.multinomial(150, [0.4, 0.15, 0.15, 0.3]).reshape(2, 2)
        drawn = swap_joint(joint, 499, rng)
        null = np.abs(drawn[:, 1, 0] - drawn[:, 0, 1])
        seen = abs(int(joint[1, 0] - joint[0, 1]))
        p.append(permutation_p(seen, null))
        ties.append((np.count_nonzero(null == seen) + 1) / 500)
    assert uniform(np.array(p), np.array(ties)) > 0.01
