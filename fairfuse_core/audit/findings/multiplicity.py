"""FF011: how many tests the adjusted p-values count."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fairfuse_core.audit.findings.gaps import HEADLINE
from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.audit.result import Audit, Finding


def family_size(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding for the audit."""
    rows = audit.gaps[audit.gaps["statistic"] == "max_gap"]
    tested = rows[np.isfinite(rows["p"])]
    sizes = [
        f"{(tested['metric'] == name).sum()} of {METRICS[name].title.lower()}"
        for name in HEADLINE
        if (tested["metric"] == name).any()
    ]
    rule = "Holm" if audit.config.multiplicity == "holm" else "Benjamini-Hochberg"
    yield Finding(
        code,
        title,
        "note",
        f"Gaps tested: {', '.join(sizes) or 'none'}. p-values are adjusted ({rule}) over all "
        "gaps of the same metric.",
    )
