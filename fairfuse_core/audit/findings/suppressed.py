"""FF004: which groups are suppressed."""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.result import Audit, Finding


def suppressed_groups(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding an attribute with suppressed groups, or one that there are none."""
    if audit.config.min_group == 0:
        yield Finding(
            code,
            title,
            "note",
            f"Suppression of small groups was turned off by {audit.config.unsuppressed_by}.",
        )
        return
    hidden = audit.groups[audit.groups["suppressed"]]
    for attribute, part in hidden.groupby("attribute", sort=False):
        names = list(dict.fromkeys(part["group"]))
        listed = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        yield Finding(
            code,
            title,
            "note",
            f"{attribute}: {listed} not shown: fewer than {audit.config.min_group} patients, or "
            "needed to keep such a count from being worked out. Gaps do not speak of them.",
            attribute=str(attribute),
        )
    if hidden.empty:
        yield Finding(
            code, title, "passed", f"Every group has at least {audit.config.min_group} patients."
        )
