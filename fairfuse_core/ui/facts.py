"""What is loaded, as a short list of facts: the head of every report and of the Overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.ui.text import counted, listed, number, percent, pretty

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit
    from fairfuse_core.ui.state import Selection

KINDS = {
    "predictions": "predictions, one row a sample",
    "counts": "confusion counts as published, no single patients",
    "stream": "predictions, read in one pass as a stream",
}


def loaded(chosen: Selection, audit: Audit) -> pd.DataFrame:
    """Return the facts a reader needs before the first number, one a row."""
    provenance = audit.provenance
    lines = [
        ("Data", f"{chosen.dataset.title}: {KINDS.get(provenance.kind, provenance.kind)}"),
        ("Size", size(audit)),
        ("Models", listed(list(audit.models))),
    ]
    if len(audit.targets) > 1:
        label = pretty(provenance.target_label)
        lines.append((f"{label}s", listed(list(audit.targets))))
    lines += [
        ("Attributes", listed(list(audit.attributes))),
        ("Operating point", operating_point(audit)),
        ("Statistics", statistics(audit)),
    ]
    source = chosen.dataset.citation or provenance.citation
    if source:
        lines.append(("Source", source))
    if audit.config.unsuppressed_by:
        lines.append(
            ("Small groups", f"shown on the responsibility of {audit.config.unsuppressed_by}")
        )
    lines.append(("Digest", f"SHA-256 {provenance.digest[:16]}… · FairFuse {provenance.version}"))
    return pd.DataFrame(lines, columns=["Fact", "Value"])


def size(audit: Audit) -> str:
    """Return rows, patients and events in words."""
    provenance = audit.provenance
    rows = audit.overall[audit.overall["metric"] == audit.overall["metric"].iloc[0]]
    parts = []
    if provenance.kind == "counts":
        for target, part in rows.groupby("target", sort=False):
            n, events = int(part["n"].max()), int(part["n_positive"].max())
            where = f" ({target!s})" if len(audit.targets) > 1 else ""
            parts.append(f"{counted(n, 'patient')}, {counted(events, 'event')}{where}")
        return "; ".join(parts)
    parts.append(counted(provenance.rows, "row"))
    if provenance.patients is not None:
        parts.append(counted(provenance.patients, "patient"))
    return ", ".join(parts)


def operating_point(audit: Audit) -> str:
    """Return the rule, the thresholds it gave and where it was chosen."""
    points = audit.operating_points
    rule = str(points["label"].iloc[0])
    known = points[points["threshold"].notna()]
    if known.empty:
        return rule
    values = sorted({float(v) for v in known["threshold"]})
    shown = number(values[0], 4) if len(values) == 1 else f"{len(values)} thresholds, a model each"
    chosen_on = str(points["chosen_on"].iloc[0] or "")
    return f"{rule}: threshold {shown}" + (f", chosen on {chosen_on}" if chosen_on else "")


def statistics(audit: Audit) -> str:
    """Return the level, adjustment and clustering in words."""
    adjusting = "Holm" if audit.config.multiplicity == "holm" else "Benjamini-Hochberg"
    clusters = ", patients as clusters" if audit.provenance.clusters else ""
    return f"{percent(audit.config.confidence)} intervals, tests adjusted by {adjusting}{clusters}"


def recipe(chosen: Selection) -> pd.DataFrame:
    """Return how the visitor's table was read, one line a role; empty for published counts."""
    made: dict[str, Any] = getattr(chosen.dataset.data, "recipe", {}) or {}
    roles = made.get("roles")
    if not roles:
        return pd.DataFrame()
    named = {
        "label": "Outcome",
        "scores": "Score",
        "decision": "Decision",
        "attributes": "Attributes",
        "model": "Model",
        "patient": "Patient id",
        "sample": "Sample id",
        "split": "Data split",
        "fold": "Fold",
        "weight": "Weight",
        "target": "Target",
        "class_": "Class",
    }
    lines = [(title, _plain(roles.get(role))) for role, title in named.items() if roles.get(role)]
    values = made.get("label_values") or {}
    if values:
        yes = [str(v) for v, code in values.items() if code == 1]
        no = [str(v) for v, code in values.items() if code == 0]
        lines.append(("Outcome happened", f"{listed(yes)}; not: {listed(no)}"))
    for name, groups in (made.get("bins") or {}).items():
        lines.append((f"Groups of {name}", str(groups)))
    return pd.DataFrame(lines, columns=["Role", "Read as"])


def _plain(value: object) -> str:
    return listed([str(v) for v in value]) if isinstance(value, list | tuple) else str(value)
