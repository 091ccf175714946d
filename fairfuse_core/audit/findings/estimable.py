"""FF003: which groups could not be assessed, and why."""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.audit.result import Audit, Finding

_LOOKED_AT = ("tpr", "fpr", "auroc")


def every_group_estimable(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a group without sensitivity, false-alarm rate or AUROC; or one that all have."""
    rows = audit.by_group
    missing = rows[rows["metric"].isin(_LOOKED_AT) & rows["reason"].str.startswith("not estimable")]
    keys = ["target", "attribute", "group", "reason"]
    for (target, attribute, group, reason), part in missing.groupby(keys, sort=False):
        names = ", ".join(dict.fromkeys(METRICS[m].title.lower() for m in part["metric"]))
        yield Finding(
            code,
            title,
            "note",
            f"{attribute}, {group}: {names} {reason}. Gaps do not speak of this group.",
            target=str(target),
            attribute=str(attribute),
        )
    if missing.empty:
        yield Finding(code, title, "passed", "Every group that is shown could be assessed.")
