"""`Audit`: what an audit found, frozen; tidy frames with a documented column contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.scores import ScoreTable

if TYPE_CHECKING:
    from fairlearn.metrics import MetricFrame

Outcome = Literal["issue", "note", "passed", "not_applicable", "skipped", "ignored"]

BY_GROUP = (
    "model", "target", "attribute", "group", "metric", "estimate", "low", "high", "method",
    "n", "n_positive", "numerator", "denominator", "reason", "suppressed",
    "pooled", "pooled_low", "pooled_high",
)  # fmt: skip
GAPS = (
    "model", "target", "attribute", "metric", "statistic", "group", "reference", "estimate",
    "low", "high", "method", "p", "p_holm", "p_bh", "test", "expected", "detectable",
    "left_out", "reason",
)  # fmt: skip
INDICES = (
    "model", "target", "attribute", "index", "estimate", "low", "high", "method",
    "worst_group", "worst_value", "left_out", "reason",
)  # fmt: skip
GROUPS = (
    "model", "target", "attribute", "group", "n", "n_positive", "prevalence", "patients",
    "suppressed", "reason", "is_reference",
)  # fmt: skip
OPERATING_POINTS = (
    "model", "target", "attribute", "group", "rule", "label", "threshold", "chosen_on", "tpr",
    "fpr", "harm_benefit", "reason",
)  # fmt: skip
FOLDS = (
    "model", "target", "attribute", "group", "metric", "statistic", "fold_mean", "fold_se",
    "folds", "reason",
)  # fmt: skip

TEXT = frozenset(
    {"model", "target", "attribute", "group", "metric", "method", "reason", "statistic",
     "reference", "test", "left_out", "index", "worst_group", "rule", "label", "chosen_on"}
)  # fmt: skip
"""Columns of text; empty string, never missing."""


@dataclass(frozen=True)
class Provenance:
    """Where an audit comes from.

    Attributes
    ----------
    source, digest : str
        File name or description; SHA-256 of the content.
    kind : {"predictions", "counts", "stream"}
        What was audited.
    rows : int
        Rows evaluated.
    patients : int or None
        Distinct patients, when known.
    clusters : bool
        Whether patients, not rows, were resampled.
    score_kind, evaluated_on, target_label, citation : str
        As in `scores.ScoreTable`.
    version, created : str
        Version of FairFuse; date (ISO 8601).
    config_digest : str
        SHA-256 of the configuration.
    notes : tuple of str
        What a reader should know about how the numbers were made.
    """

    source: str
    digest: str
    kind: str
    rows: int
    patients: int | None
    clusters: bool
    score_kind: str
    evaluated_on: str
    target_label: str
    citation: str
    version: str
    created: str
    config_digest: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One coded check and what came of it.

    Attributes
    ----------
    code : str
        Stable code, FF001 and on.
    title : str
        What was checked.
    outcome : str
        issue, note, passed, not_applicable (the question does not arise), skipped (it does, but
        these data cannot answer it) or ignored (the user asked for that).
    message : str
        One or two plain sentences.
    model, target, attribute, metric : str
        What it is about; empty when about the whole audit.
    """

    code: str
    title: str
    outcome: Outcome
    message: str
    model: str = ""
    target: str = ""
    attribute: str = ""
    metric: str = ""


@dataclass(frozen=True, eq=False)
class Audit:
    """The result of `run_audit`.

    Every number that a page, a report or an export shows is in one of these frames; suppressed
    groups hold none. See docs/architecture.md for the meaning of each column.

    Attributes
    ----------
    groups, operating_points, overall, by_group, gaps, indices, folds : DataFrame
        Columns: the tuples of the same names in this module.
    findings : tuple of Finding
        Coded checks.
    scores : ScoreTable or None
        The reduced table, for curves and for another threshold; not part of the JSON.
    """

    config: AuditConfig
    provenance: Provenance
    models: tuple[str, ...]
    targets: tuple[str, ...]
    attributes: tuple[str, ...]
    groups: pd.DataFrame
    operating_points: pd.DataFrame
    overall: pd.DataFrame
    by_group: pd.DataFrame
    gaps: pd.DataFrame
    indices: pd.DataFrame
    folds: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scores: ScoreTable | None = None

    def rows(self, frame: str = "by_group", **where: str) -> pd.DataFrame:
        """Return the rows of one frame that match, index reset.

        Parameters
        ----------
        frame : str
            Name of a frame.
        **where : str
            Column and value to match, e.g. ``metric="tpr", attribute="gender"``.
        """
        table: pd.DataFrame = getattr(self, frame)
        for name, value in where.items():
            table = table[table[name] == value]
        return table.reset_index(drop=True)

    def gap_table(self, metric: str = "tpr", target: str | None = None) -> pd.DataFrame:
        """Return max-gaps in RadFusion's layout: attribute rows, model columns (Tables 11, 12)."""
        rows = self.rows(
            "gaps", metric=metric, statistic="max_gap", target=target or self.targets[0]
        )
        wide = rows.set_index(["attribute", "model"])["estimate"].unstack("model")  # noqa: PD010 - keeps NaN rows
        return wide.reindex(index=list(self.attributes), columns=list(self.models))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary of everything but ``scores``."""
        from fairfuse_core.audit.serialise import audit_to_dict

        return audit_to_dict(self)

    def to_json(self) -> str:
        """Return strict JSON (no NaN literals); `from_json` reads it back to equal frames."""
        from fairfuse_core.audit.serialise import audit_to_json

        return audit_to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Audit:
        """Read what `to_json` wrote; InputError if it is something else."""
        from fairfuse_core.audit.serialise import audit_from_json

        return audit_from_json(text)

    def to_metric_frame(
        self, *, model: str | None = None, target: str | None = None, attribute: str | None = None
    ) -> MetricFrame:
        """Return fairlearn's ``MetricFrame`` of one model and attribute.

        Raises
        ------
        NotAvailableError
            If the audit holds no rows (published counts, JSON, streams), or names are wrong.
        """
        from fairfuse_core.audit.interop import metric_frame

        return metric_frame(self, model=model, target=target, attribute=attribute)

    def describe(self) -> dict[str, Any]:
        """Return provenance and configuration as one dictionary, for reports."""
        return {"provenance": asdict(self.provenance), "config": self.config.to_dict()}
