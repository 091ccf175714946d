"""Confidence intervals, each from counts or from score segments rather than from rows.

``wilson``, ``delong``, ``bootstrap`` and ``ranges`` serve independent rows; ``clusters`` and
``delong_rows`` serve patients with several rows, and two models on the same patients.
"""

from fairfuse_core.audit.intervals.bootstrap import (
    bca_interval,
    draw_confusions,
    percentile_interval,
)
from fairfuse_core.audit.intervals.clusters import (
    cluster_patterns,
    design_effect,
    draw_cluster_confusions,
    pattern_design_effect,
)
from fairfuse_core.audit.intervals.delong import (
    auroc_interval,
    auroc_segments,
    delong_segments,
    hanley_mcneil_variance,
    newcombe_auroc,
    xauc,
)
from fairfuse_core.audit.intervals.delong_rows import clustered_auroc, delong_paired
from fairfuse_core.audit.intervals.ranges import fold_difference, simultaneous_range
from fairfuse_core.audit.intervals.wilson import (
    critical_z,
    mover_difference,
    mover_mean,
    mover_ratio,
    newcombe_difference,
    wilson,
    wilson_f1,
)

__all__ = [
    "auroc_interval",
    "auroc_segments",
    "bca_interval",
    "cluster_patterns",
    "clustered_auroc",
    "critical_z",
    "delong_paired",
    "delong_segments",
    "design_effect",
    "draw_cluster_confusions",
    "draw_confusions",
    "fold_difference",
    "hanley_mcneil_variance",
    "mover_difference",
    "mover_mean",
    "mover_ratio",
    "newcombe_auroc",
    "newcombe_difference",
    "pattern_design_effect",
    "percentile_interval",
    "simultaneous_range",
    "wilson",
    "wilson_f1",
    "xauc",
]
