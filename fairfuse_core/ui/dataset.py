"""What is loaded: the bundled published study, or the one table the visitor brought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fairfuse_core.ui.cache import bundled_store
from fairfuse_core.ui.shell import ROOT

if TYPE_CHECKING:
    from fairfuse_core.audit.predictions import CountsTable, Predictions

RADFUSION = "radfusion"
OWN = "own"
TITLES = {RADFUSION: "RadFusion, as published", OWN: "Your table"}
"""Titles that go into links: a file's own name never does."""

READABLE = {
    "imaging_only": "Imaging only",
    "ehr_only": "EHR only",
    "multimodal_fusion": "Multimodal fusion",
    "all": "All",
    "non_subsegmental": "Without subsegmental only",
    "gender": "Gender",
    "age": "Age",
    "race": "Race",
}
"""Names of the published table as a reader would write them."""

PUBLISHED = ROOT / "assets" / "published" / "radfusion.csv"
CITATION = (
    "Zhou Y, Huang S-C, Fries JA, et al. RadFusion: Benchmarking Performance and Fairness for "
    "Multimodal Pulmonary Embolism Detection from CT and EHR. arXiv:2111.11665 (2021), "
    "Tables 5-10."
)


@dataclass(frozen=True)
class Shape:
    """What can be chosen from in a data set.

    Attributes
    ----------
    models, targets : tuple of str
        Their names, in table order.
    target_label : str
        What a target is called here ("target", "class", "evaluation set").
    groups : dict of str to tuple of str
        Group names by attribute.
    has_scores, has_probabilities, has_patients : bool
        Whether thresholds can be moved, scores read as probabilities, rows clustered.
    """

    models: tuple[str, ...]
    targets: tuple[str, ...]
    target_label: str
    groups: dict[str, tuple[str, ...]]
    has_scores: bool = False
    has_probabilities: bool = False
    has_patients: bool = False


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table that has been read and confirmed.

    Attributes
    ----------
    key : str
        ``radfusion`` or ``own``.
    title : str
        What the app calls it.
    data : Predictions or CountsTable
        The table.
    citation : str
        Where it comes from; empty for the visitor's own.
    """

    key: str
    title: str
    data: Predictions | CountsTable
    citation: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the table's content."""
        return self.data.digest

    @property
    def bundled(self) -> bool:
        """Whether it ships with FairFuse, so that results may be shared between visitors."""
        return self.key == RADFUSION

    @cached_property
    def shape(self) -> Shape:
        """What can be chosen from: models, targets, attributes and their groups."""
        data: Any = self.data
        if self.is_counts:
            frame = data.frame
            names = {name: tuple(frame[name].unique()) for name in ("model", "target")}
            groups = {
                str(name): tuple(part["group"].unique())
                for name, part in frame.groupby("attribute", sort=False)
            }
            return Shape(names["model"], names["target"], data.target_label, groups)
        return Shape(
            models=data.model.levels,
            targets=data.target.levels,
            target_label=data.target_label,
            groups={factor.name: factor.levels for factor in data.attributes},
            has_scores=data.score is not None,
            has_probabilities=data.score_kind == "probability",
            has_patients=data.patient is not None,
        )

    @cached_property
    def score_range(self) -> tuple[float, float]:
        """Smallest and largest score; (0, 1) for probabilities and where there is no score."""
        data: Any = self.data
        if not self.shape.has_scores or self.shape.has_probabilities:
            return 0.0, 1.0
        return float(data.score.min()), float(data.score.max())

    @property
    def is_counts(self) -> bool:
        """Whether only confusion counts are known, no single patients."""
        return not hasattr(self.data, "y_true")


def radfusion() -> Dataset:
    """Return the published counts of RadFusion, read once a server."""
    return bundled_store().get(("dataset", RADFUSION), _read_radfusion)


def _read_radfusion() -> Dataset:
    from fairfuse_core.audit.predictions import build_counts, read_table

    counts = build_counts(read_table(PUBLISHED))
    frame = counts.frame.copy()
    for column in ("model", "target", "attribute"):
        frame[column] = [READABLE.get(name, name) for name in frame[column]]
    return Dataset(
        RADFUSION, TITLES[RADFUSION], replace(counts, frame=frame), counts.citation or CITATION
    )
