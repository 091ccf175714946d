"""The audit: from predictions or published counts to subgroup metrics, gaps and findings.

Examples
--------
>>> from fairfuse_core.audit import AuditConfig, load, run_audit
>>> table = load("assets/published/radfusion.csv")
>>> audit = run_audit(table, AuditConfig(metrics=("tpr",)))
>>> round(float(audit.gap_table("tpr", target="all").loc["gender", "imaging_only"]), 3)
0.052
"""

from fairfuse_core.audit.config import AuditConfig, OperatingPoint
from fairfuse_core.audit.engine import reduce, run_audit
from fairfuse_core.audit.metrics import METRICS, MetricCard
from fairfuse_core.audit.predictions import (
    CountsTable,
    Predictions,
    Roles,
    build_predictions,
    load,
    read_table,
)
from fairfuse_core.audit.result import Audit, Finding, Provenance
from fairfuse_core.audit.scores import ScoreTable

__all__ = [
    "METRICS",
    "Audit",
    "AuditConfig",
    "CountsTable",
    "Finding",
    "MetricCard",
    "OperatingPoint",
    "Predictions",
    "Provenance",
    "Roles",
    "ScoreTable",
    "build_predictions",
    "load",
    "read_table",
    "reduce",
    "run_audit",
]
