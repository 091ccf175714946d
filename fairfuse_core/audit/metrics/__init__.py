"""Metrics: one definition each, used for the estimate, the sweep, the bootstrap and the null."""

from fairfuse_core.audit.metrics.card import MetricCard, ScoreEstimate
from fairfuse_core.audit.metrics.registry import DEFAULT_METRICS, METRICS, metric

__all__ = ["DEFAULT_METRICS", "METRICS", "MetricCard", "ScoreEstimate", "metric"]
