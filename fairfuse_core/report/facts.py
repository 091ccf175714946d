"""What every page and export must carry: digests, version, threshold, suppression, date."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from fairfuse_core.audit.config import MIN_GROUP
from fairfuse_core.report.words import ABSENT, count, counted, listed, number, percent

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit

KINDS = {
    "predictions": "a table of predictions, one row a sample",
    "counts": "confusion counts as published; single patients are not known",
    "stream": "a table of predictions, read in one pass",
}

OUTCOMES = {
    "issue": "Issue",
    "note": "Note",
    "skipped": "Skipped",
    "passed": "Passed",
    "not_applicable": "Not applicable",
    "ignored": "Ignored",
}
"""Outcomes of a check, in the order of how much they ask of the reader."""


def size(audit: Audit) -> str:
    """Return rows, patients and events in words, one part a target."""
    rows = audit.overall[audit.overall["attribute"] == "Overall"]
    parts = []
    for target, part in rows.groupby("target", sort=False):
        if part["n"].isna().all():
            parts.append(f"{target}: suppressed")
            continue
        n, events = float(part["n"].max()), float(part["n_positive"].max())
        where = f"{target}: " if len(audit.targets) > 1 else ""
        noun = "patients" if audit.provenance.kind == "counts" else "rows"
        parts.append(f"{where}{count(n)} {noun}, {count(events)} with the outcome")
    known = audit.provenance.patients
    if known is not None and known >= max(audit.config.min_group, 1):
        parts.append(counted(known, "patient"))
    return "; ".join(parts)


def threshold(audit: Audit) -> str:
    """Return the operating point in words: rule, value, where it was chosen."""
    points = audit.operating_points[audit.operating_points["group"] == "Everyone"]
    said = []
    for row in points.to_dict("records"):
        rule = str(row["label"])
        if pd.isna(row["threshold"]):
            said.append(f"{rule} ({row['chosen_on']})" if row["chosen_on"] else rule)
        else:
            where = f", {_chosen(str(row['chosen_on']))}" if row["chosen_on"] else ""
            said.append(
                f"flagged at a score of {number(row['threshold'], 4)} or more ({rule}{where})"
            )
    distinct = list(dict.fromkeys(said))
    if len(distinct) == 1:
        return distinct[0]
    rules = listed(list(dict.fromkeys(points["label"].astype(str))))
    return f"{rules}: one threshold a model, listed under operating points"


def threshold_brief(audit: Audit) -> str:
    """Return the operating point as it stands at the foot of a page."""
    points = audit.operating_points[audit.operating_points["group"] == "Everyone"]
    values = points[["threshold", "label", "chosen_on"]].drop_duplicates()
    if len(values) != 1 or values["threshold"].isna().any():
        return threshold(audit)
    one = values.iloc[0]
    return f"{number(one['threshold'], 4)}, {one['label']}, {_chosen(str(one['chosen_on']))}"


def _chosen(where: str) -> str:
    return where if where == "set in advance" else f"chosen on {where}"


def suppression(audit: Audit) -> str:
    """Return the suppression rule, and who changed it if somebody did."""
    minimum = audit.config.min_group
    if minimum >= MIN_GROUP:
        return f"groups of fewer than {minimum} patients show no number"
    who = audit.config.unsuppressed_by
    if minimum == 0:
        return f"small groups are shown: suppression was turned off by {who}"
    return (
        f"groups of fewer than {minimum} patients show no number: lowered from {MIN_GROUP} by {who}"
    )


def facts(audit: Audit) -> list[tuple[str, str]]:
    """Return what identifies the audit, as (name, value) pairs in reading order."""
    p, c = audit.provenance, audit.config
    adjusted = "Holm" if c.multiplicity == "holm" else "Benjamini-Hochberg"
    pairs = [
        ("Source", p.source),
        ("Kind of data", KINDS.get(p.kind, p.kind)),
        ("Evaluated on", p.evaluated_on),
        ("Size", size(audit)),
        ("Models", listed(audit.models)),
        (f"{p.target_label[:1].upper()}{p.target_label[1:]}s", listed(audit.targets)),
        ("Attributes", listed(audit.attributes)),
        ("Operating point", threshold(audit)),
        (
            "Intervals and tests",
            f"{percent(c.confidence)} intervals; p-values adjusted: {adjusted}",
        ),
        ("Units drawn", _units(audit)),
        ("Replicates and seed", f"{c.replicates:,}; {c.seed}"),
        ("Small groups", suppression(audit)),
        ("Citation", p.citation or ABSENT),
        ("Date", p.created),
        ("Code version", f"FairFuse {p.version}"),
        ("Data digest (SHA-256)", p.digest),
        ("Configuration digest (SHA-256)", p.config_digest),
    ]
    return pairs + [("Note", note) for note in p.notes]


def _units(audit: Audit) -> str:
    if audit.provenance.clusters:
        return "patients with all their rows"
    return "patients, as counted" if audit.provenance.kind == "counts" else "rows, as independent"


def fact_frame(audit: Audit) -> pd.DataFrame:
    """Return `facts` as a frame."""
    return pd.DataFrame(facts(audit), columns=["fact", "value"])


def finding_frame(audit: Audit) -> pd.DataFrame:
    """Return the findings as a frame, those that ask most of the reader first."""
    order = {name: k for k, name in enumerate(OUTCOMES)}
    found = sorted(audit.findings, key=lambda f: (order[f.outcome], f.code))
    columns = ["outcome", "code", "title", "message", "model", "target", "attribute", "metric"]
    return pd.DataFrame([asdict(f) for f in found], columns=columns)
