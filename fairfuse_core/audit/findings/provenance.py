"""FF007: was the threshold chosen on the patients it is judged on?"""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.result import Audit, Finding


def threshold_provenance(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding for the audit."""
    points = audit.operating_points
    where = list(dict.fromkeys(points["chosen_on"]))
    rule = points["label"].iloc[0] if len(points) else ""
    if audit.config.operating_point.per_group and audit.provenance.score_kind != "none":
        yield Finding(
            code,
            title,
            "note",
            "One threshold per group: a what-if. Its use would need the group to be known at the "
            "bedside, and treats patients differently by group, which may be unlawful.",
        )
    if all(w.endswith(("as given", "as published")) for w in where):
        yield Finding(
            code, title, "not_applicable", f"Decisions were taken as they are: {', '.join(where)}."
        )
    elif all(w in {"validation split", "set in advance"} for w in where):
        yield Finding(code, title, "passed", f"{rule}: {', '.join(where)}.")
    else:
        yield Finding(
            code,
            title,
            "note",
            f"{rule}, chosen on {', '.join(where)}: the same patients it is judged on, so "
            "performance at it is somewhat flattered. A split column with 'validation' rows "
            "avoids this.",
        )
