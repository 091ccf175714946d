"""What is loaded, as a short list of facts: the head of every report and of the Overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.report import facts as report_facts
from fairfuse_core.ui.text import listed, percent, pretty

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit
    from fairfuse_core.ui.state import Selection


def loaded(chosen: Selection, audit: Audit) -> pd.DataFrame:
    """Return the facts a reader needs before the first number, one a row."""
    provenance = audit.provenance
    lines = [
        (
            "Data",
            f"{chosen.dataset.title}: {report_facts.KINDS.get(provenance.kind, provenance.kind)}",
        ),
        ("Size", report_facts.size(audit)),
        ("Models", listed(list(audit.models))),
    ]
    if len(audit.targets) > 1:
        label = pretty(provenance.target_label)
        lines.append((f"{label}s", listed(list(audit.targets))))
    lines += [
        ("Attributes", listed(list(audit.attributes))),
        ("Operating point", report_facts.threshold(audit)),
        ("Statistics", statistics(audit)),
    ]
    source = chosen.dataset.citation or provenance.citation
    if source:
        lines.append(("Source", source))
    lines.append(("Small groups", report_facts.suppression(audit)))
    lines.append(("Digest", f"SHA-256 {provenance.digest[:16]}… · FairFuse {provenance.version}"))
    return pd.DataFrame(lines, columns=["Fact", "Value"])


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
