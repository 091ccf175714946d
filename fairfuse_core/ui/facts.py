"""What is loaded and how it was read: the report's own facts, and the recipe of an upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.report.facts import facts
from fairfuse_core.report.words import ABSENT, listed

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit
    from fairfuse_core.ui.state import Selection


def loaded(chosen: Selection, audit: Audit) -> pd.DataFrame:
    """Return what identifies the audit, as reports have it, with the app's name for the data."""
    here = {"Source": chosen.dataset.title, "Citation": chosen.dataset.citation}
    lines = [(name, here.get(name) or _breakable(value)) for name, value in facts(audit)]
    return pd.DataFrame([line for line in lines if line[1] != ABSENT], columns=["Fact", "Value"])


def _breakable(value: str) -> str:
    """Set a digest in blocks of eight: one word of 64 letters is cut off at the cell's edge."""
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return " ".join(value[i : i + 8] for i in range(0, 64, 8))
    return value


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
