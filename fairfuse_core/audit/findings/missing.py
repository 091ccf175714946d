"""FF006: for how many patients an attribute is not known."""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.result import Audit, Finding
from fairfuse_core.audit.types import UNKNOWN


def attributes_known(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding an attribute with missing values, or one that there are none."""
    found = False
    first = audit.groups[
        (audit.groups["model"] == audit.models[0]) & (audit.groups["target"] == audit.targets[0])
    ]
    for attribute, part in first.groupby("attribute", sort=False):
        unknown = part[part["group"] == UNKNOWN]
        if unknown.empty:
            continue
        found = True
        if bool(unknown["suppressed"].iloc[0]):
            said = "some patients"
        else:
            n, total = float(unknown["n"].iloc[0]), float(part["n"].sum())
            said = f"{n:g} patients"
            if not part["suppressed"].any():
                said += f" ({n / total:.1%})"
        yield Finding(
            code,
            title,
            "note",
            f"{attribute} is not known for {said}; they are a group of their own, {UNKNOWN}.",
            attribute=str(attribute),
        )
    if not found:
        yield Finding(code, title, "passed", "No protected attribute has missing values.")
