"""FF001: does a gap survive its test, once all gaps of its kind are counted?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.audit.result import Audit, Finding

HEADLINE = ("tpr", "fpr", "ppv", "auroc")
"""Metrics whose gaps are findings: who is missed, who is alarmed, what an alarm is worth, and
how well patients are ranked."""

SMALL_GAP = 0.10
"""A gap counts as ruled out only when its interval ends below this: the flag level that most
tools use for a gap itself."""


def gap_survives(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a model, target, attribute and headline metric."""
    alpha = 1 - audit.config.confidence
    adjusted = "p_holm" if audit.config.multiplicity == "holm" else "p_bh"
    rows = audit.gaps[(audit.gaps["statistic"] == "max_gap") & audit.gaps["metric"].isin(HEADLINE)]
    for row in rows.to_dict("records"):
        outcome, message = _judge(row, adjusted, alpha)
        yield Finding(
            code,
            title,
            outcome,
            message,
            str(row["model"]),
            str(row["target"]),
            str(row["attribute"]),
            str(row["metric"]),
        )


def _judge(row: dict[Any, Any], adjusted: str, alpha: float) -> tuple[Any, str]:
    name = METRICS[row["metric"]].title
    if not np.isfinite(row["estimate"]):
        outcome = "not_applicable" if row["reason"].startswith("not available") else "skipped"
        return outcome, f"{name} by {row['attribute']}: {row['reason']}."
    what = (
        f"{name} by {row['attribute']}: {row['group']} {row['estimate']:.3f} above "
        f"{row['reference']}, interval {row['low']:.3f} to {row['high']:.3f}, "
        f"adjusted p = {_p(row[adjusted])}"
    )
    if row[adjusted] < alpha:
        return "issue", f"{what}. More than chance explains."
    if row["p"] < alpha:
        return "note", (
            f"{what}. It would pass as the only test (p = {_p(row['p'])}), "
            "but not among all gaps of its kind."
        )
    if row["high"] < SMALL_GAP:
        return "passed", f"{what}. A gap of {SMALL_GAP:.2f} or more is ruled out."
    found = (
        f"only a gap of {row['detectable']:.2f} or more would have been found four times in five"
        if np.isfinite(row["detectable"])
        else "with these numbers no gap of any size would have been found four times in five"
    )
    return "skipped", f"{what}. Not distinguishable from zero, nor ruled out: {found}."


def _p(value: float) -> str:
    return (
        "not available"
        if not np.isfinite(value)
        else ("below 0.001" if value < 0.001 else f"{value:.3f}")
    )
