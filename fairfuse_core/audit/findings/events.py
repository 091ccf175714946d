"""FF005: groups with too few events for their interval to be trusted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fairfuse_core.audit.result import Audit, Finding

FEW = 30
"""Below this many patients with (or without) the outcome, coverage of intervals has not been
shown (docs/methods.md)."""


def enough_events(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding an attribute with thin groups, or one that there are none."""
    g = audit.groups[~audit.groups["suppressed"]]
    thin = g[(g["n_positive"] < FEW) | (g["n"] - g["n_positive"] < FEW)]
    for (target, attribute), part in thin.groupby(["target", "attribute"], sort=False):
        once = part.drop_duplicates("group")
        sizes = once[["n_positive", "n"]].to_numpy(dtype=np.float64)[:6]
        said = [
            f"{name} ({with_:g} with, {n - with_:g} without)"
            for name, (with_, n) in zip(once["group"][:6], sizes, strict=True)
        ]
        more = f" and {len(once) - 6} more" if len(once) > 6 else ""
        yield Finding(
            code,
            title,
            "note",
            f"{attribute}: fewer than {FEW} patients with or without the outcome in "
            f"{', '.join(said)}{more}. Their intervals are wide and approximate.",
            target=str(target),
            attribute=str(attribute),
        )
    if thin.empty:
        yield Finding(
            code,
            title,
            "passed",
            f"Every group has at least {FEW} patients with and {FEW} without the outcome.",
        )
