"""`Predictions`: the one table that every audit of patients starts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.types import CodeArray, Factor, FloatArray, ScoreKind
from fairfuse_core.digest import digest_arrays


@dataclass(frozen=True)
class Message:
    """Something the reader should tell the user about the table.

    Attributes
    ----------
    level : str
        ``"warning"`` or ``"note"``.
    text : str
        One or two plain sentences, naming the column or row and the remedy.
    column : str
        The column it is about; empty when it is about the whole table.
    """

    level: str
    text: str
    column: str = ""


@dataclass(frozen=True, eq=False)
class Predictions:
    """One row per (sample, model, target), encoded; validated on the way in.

    All arrays have shape (n,). Labels are 0/1; nothing is missing: a missing attribute
    value is the level "Unknown", rows with a missing label or score were refused or dropped
    with a message.

    Attributes
    ----------
    y_true : ndarray of uint8
        1 where the outcome happened.
    score : ndarray of float64 or None
        Predicted risk; ``None`` when only decisions were given.
    decision : ndarray of uint8 or None
        Decisions as given; used when there is no score.
    score_kind : {"probability", "rank", "none"}
        Whether scores can be read as probabilities.
    attributes : tuple of Factor
        Protected attributes, missing values as their own level.
    model, target : Factor
        Which model and which target (label of a multi-label task, class of a multi-class one,
        evaluation set) each row belongs to; one level each when the table has only one.
    sample : ndarray of int32 or None
        Identifies the same sample across models, for paired comparison. None when unknown.
    patient : ndarray of int32 or None
        Cluster codes 0..k-1; None when rows are taken as independent patients.
    weight : ndarray of float64 or None
        Non-negative sampling weights.
    split, fold : Factor or None
        ``split`` has levels among "train", "validation", "test".
    source : str
        File name or description, for provenance.
    target_label : str
        What a target is called here ("target", "class", "evaluation set").
    messages : tuple of Message
        What was noticed while reading.
    recipe : dict
        How the table was read: roles, bins, label mapping (JSON-safe), for reports.
    """

    y_true: NDArray[np.uint8]
    score: FloatArray | None
    decision: NDArray[np.uint8] | None
    score_kind: ScoreKind
    attributes: tuple[Factor, ...]
    model: Factor
    target: Factor
    sample: CodeArray | None = None
    patient: CodeArray | None = None
    weight: FloatArray | None = None
    split: Factor | None = None
    fold: Factor | None = None
    source: str = "in memory"
    target_label: str = "target"
    messages: tuple[Message, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.y_true.shape[0])

    def attribute(self, name: str) -> Factor:
        """Return the attribute called ``name``; KeyError names those there are."""
        for factor in self.attributes:
            if factor.name == name:
                return factor
        have = ", ".join(a.name for a in self.attributes) or "none"
        raise KeyError(f"no attribute {name!r}; there are: {have}")

    def take(self, rows: NDArray[Any]) -> Predictions:
        """Return the table of some rows (mask or indices); levels and recipe kept."""

        def pick(values: NDArray[Any] | None) -> Any:
            return None if values is None else values[rows]

        return Predictions(
            y_true=self.y_true[rows],
            score=pick(self.score),
            decision=pick(self.decision),
            score_kind=self.score_kind,
            attributes=tuple(a.take(rows) for a in self.attributes),
            model=self.model.take(rows),
            target=self.target.take(rows),
            sample=pick(self.sample),
            patient=pick(self.patient),
            weight=pick(self.weight),
            split=None if self.split is None else self.split.take(rows),
            fold=None if self.fold is None else self.fold.take(rows),
            source=self.source,
            target_label=self.target_label,
            messages=self.messages,
            recipe=self.recipe,
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every value and level name: the identity of this table."""
        factors = [f for f in (*self.attributes, self.model, self.target) if f is not None]
        factors += [f for f in (self.split, self.fold) if f is not None]
        note = ";".join(f"{f.name}={'|'.join(f.levels)}" for f in factors)
        arrays: list[tuple[str, NDArray[Any] | None]] = [(f.name, f.codes) for f in factors]
        arrays += [
            ("y_true", self.y_true),
            ("score", self.score),
            ("decision", self.decision),
            ("sample", self.sample),
            ("patient", self.patient),
            ("weight", self.weight),
        ]
        return digest_arrays(arrays, note=f"{self.score_kind};{note}")
