"""FF002: the four-fifths rule on selection rates, judged with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fairfuse_core.audit.result import Audit, Finding

LOW, HIGH = 0.8, 1.25
"""29 CFR 1607.4(D); a screening rule of employment law, not a clinical standard."""


def four_fifths(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a model, target and attribute."""
    rows = audit.indices[audit.indices["index"] == "disparate_impact_selection"]
    for row in rows.to_dict("records"):
        outcome, message = _judge(row)
        yield Finding(
            code,
            title,
            outcome,
            message,
            str(row["model"]),
            str(row["target"]),
            str(row["attribute"]),
            "selection_rate",
        )


def _judge(row: dict[Any, Any]) -> tuple[Any, str]:
    if not np.isfinite(row["estimate"]):
        return "skipped", f"Selection rates by {row['attribute']}: {row['reason']}."
    what = (
        f"Selection rates by {row['attribute']}: {row['worst_group']} is flagged "
        f"{row['estimate']:.2f} times as often as the reference group "
        f"(interval {row['low']:.2f} to {row['high']:.2f})"
    )
    if row["high"] < LOW or row["low"] > HIGH:
        return (
            "issue",
            f"{what}: outside {LOW} to {HIGH} with its whole interval. "
            "Prevalence may differ between the groups.",
        )
    if row["low"] >= LOW and row["high"] <= HIGH:
        return "passed", f"{what}: within {LOW} to {HIGH}."
    return "note", f"{what}: the interval reaches across the limits {LOW} to {HIGH}."
