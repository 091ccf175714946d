"""What is in a cohort: counts, Table 1, label by group, which modality is missing for whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fairfuse_core.audit.intervals.wilson import wilson
from fairfuse_core.cohort.cohort import PATIENT, Cohort


def describe(cohort: Cohort) -> dict[str, Any]:
    """Return counts of everything, JSON-safe."""
    tasks: dict[str, Any] = {}
    for task in cohort.tasks:
        values = cohort.labels(task.name)
        known = np.isfinite(values)
        tasks[task.name] = {
            "kind": task.kind,
            "known": int(known.all(axis=1).sum() if known.ndim == 2 else known.sum()),
        }
        if task.kind == "binary":
            tasks[task.name]["positive"] = int(np.nansum(values))
    return {
        "name": cohort.name,
        "samples": len(cohort),
        "patients": int(cohort.table[PATIENT].nunique()),
        "tasks": tasks,
        "attributes": {
            name: {str(k): int(v) for k, v in cohort.table[name].value_counts(sort=False).items()}
            for name in cohort.attributes
        },
        "modalities": {name: m.describe() for name, m in cohort.modalities.items()},
        "flow": [s.to_dict() for s in cohort.flow],
    }


def label_by_group(cohort: Cohort, task: str, attribute: str) -> pd.DataFrame:
    """Return samples and positives of a binary task in each group (FairPlay, Fig. 2).

    Columns group, n, known, positive, negative, prevalence, low, high (Wilson).
    """
    values = cohort.labels(task)
    rows = []
    for group in cohort.table[attribute].cat.categories:
        here = (cohort.table[attribute] == group).to_numpy()
        known = here & np.isfinite(values)
        n, p = int(known.sum()), int(np.nansum(values[known]))
        low, high = wilson(np.array(float(p)), np.array(float(n)))
        rows.append({
            "group": str(group), "n": int(here.sum()), "known": n, "positive": p,
            "negative": n - p, "prevalence": p / n if n else np.nan, "low": float(low),
            "high": float(high),
        })  # fmt: skip
    return pd.DataFrame(rows)


def missing_by_group(cohort: Cohort, attribute: str, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return how often each modality is there in each group, with Wilson intervals.

    Columns modality, group, n, available, share, low, high.
    """
    rows = []
    for name, have in cohort.availability().items():
        for group in cohort.table[attribute].cat.categories:
            here = (cohort.table[attribute] == group).to_numpy()
            n, k = int(here.sum()), int(have.to_numpy()[here].sum())
            low, high = wilson(np.array(float(k)), np.array(float(n)), confidence=confidence)
            rows.append({
                "modality": str(name), "group": str(group), "n": n, "available": k,
                "share": k / n if n else np.nan, "low": float(low), "high": float(high),
            })  # fmt: skip
    return pd.DataFrame(rows)


def table_one(cohort: Cohort, attribute: str | None = None) -> pd.DataFrame:
    """Return characteristics of everyone and of each group: one row a level, one column a group.

    Cells are "n (share %)". Rows: samples, patients, every attribute's groups, every binary
    task's positives, every modality's availability.
    """
    groups: dict[str, np.ndarray] = {"Everyone": np.ones(len(cohort), dtype=bool)}
    if attribute is not None:
        for level in cohort.table[attribute].cat.categories:
            groups[str(level)] = (cohort.table[attribute] == level).to_numpy()
    lines: list[dict[str, str]] = []

    def add(section: str, row: str, member: np.ndarray, known: np.ndarray | None = None) -> None:
        line = {"section": section, "row": row}
        for name, here in groups.items():
            base = here if known is None else here & known
            n, k = int(base.sum()), int((base & member).sum())
            line[name] = f"{k:,} ({k / n:.1%})" if n else "none"
        lines.append(line)

    size = {"section": "Size", "row": "Samples"}
    people = {"section": "Size", "row": "Patients"}
    for name, here in groups.items():
        size[name] = f"{int(here.sum()):,}"
        people[name] = f"{cohort.table.loc[here, PATIENT].nunique():,}"
    lines += [size, people]
    for name in cohort.attributes:
        for level in cohort.table[name].cat.categories:
            add(name, str(level), (cohort.table[name] == level).to_numpy())
    for task in cohort.tasks:
        if task.kind == "binary":
            values = cohort.labels(task.name)
            add("Outcomes", task.name, values == 1, np.isfinite(values))
    for modality, have in cohort.availability().items():
        add("Modalities", str(modality), have.to_numpy())
    return pd.DataFrame(lines)
