"""Tests, adjustments for many tests, power, and partial pooling."""

from fairfuse_core.audit.inference.multiplicity import benjamini_hochberg, holm
from fairfuse_core.audit.inference.paired import (
    paired_rate_null,
    swap_clusters_null,
    swap_joint,
)
from fairfuse_core.audit.inference.permutation import (
    exact_pair_p,
    normal_range_null,
    pair_hypergeometric,
    permutation_p,
    random_tables,
)
from fairfuse_core.audit.inference.pooling import (
    beta_binomial_pool,
    between_variance,
    normal_pool,
)
from fairfuse_core.audit.inference.power import critical_gap, detectable_gap

__all__ = [
    "benjamini_hochberg",
    "beta_binomial_pool",
    "between_variance",
    "critical_gap",
    "detectable_gap",
    "exact_pair_p",
    "holm",
    "normal_pool",
    "normal_range_null",
    "pair_hypergeometric",
    "paired_rate_null",
    "permutation_p",
    "random_tables",
    "swap_clusters_null",
    "swap_joint",
]
