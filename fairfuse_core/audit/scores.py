"""`ScoreTable`: a predictions table reduced to counts, once; every audit is computed from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.groupings import CROSS
from fairfuse_core.audit.predictions.table import Message, Predictions
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import CodeArray, FloatArray, IntArray, ScoreKind
from fairfuse_core.errors import ConfigError


@dataclass(frozen=True)
class GroupingInfo:
    """What a grouping is called and which groups it has (see `groupings.Grouping`)."""

    name: str
    attributes: tuple[str, ...]
    levels: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Reduced:
    """One model and target, reduced by one grouping.

    Attributes
    ----------
    segments : Segments or None
        Score counts by group; None when there are only decisions.
    fixed : ndarray of float64, shape (G, 4), or None
        Confusion counts when there are only decisions (tp, fn, fp, tn).
    patients : ndarray of int64, shape (G,)
        Distinct patients in each group (rows when patients are not known).
    rows : ndarray of int64, shape (G,)
        Rows in each group.
    squares : Segments or None
        Sums of squared weights where rows are weighted.
    fixed_squares : ndarray or None
        The same for decisions.
    auroc : ndarray, shape (G,), or None
        AUROC as printed, for published tables that give it without the scores.
    """

    segments: Segments | None
    fixed: FloatArray | None
    patients: IntArray
    rows: IntArray
    squares: Segments | None = None
    fixed_squares: FloatArray | None = None
    auroc: FloatArray | None = None

    def confusion(self, threshold: FloatArray | float | None) -> FloatArray:
        """Counts (G, 4) at a threshold, one a group if an array of shape (G,) is given."""
        return _at(self.segments, self.fixed, threshold)

    def confusion_squares(self, threshold: FloatArray | float | None) -> FloatArray | None:
        """Sums of squared weights (G, 4) at a threshold; None when rows are not weighted."""
        if self.squares is None and self.fixed_squares is None:
            return None
        return _at(self.squares, self.fixed_squares, threshold)


def _at(
    segments: Segments | None, fixed: FloatArray | None, threshold: FloatArray | float | None
) -> FloatArray:
    if fixed is not None:
        return fixed
    assert segments is not None  # noqa: S101 - one of the two is set
    assert threshold is not None  # noqa: S101 - scores need one
    own = np.broadcast_to(np.asarray(threshold, dtype=np.float64), (segments.n_groups,))
    at: FloatArray = segments.confusion_at(own[None, :])[0]
    return at


@dataclass(frozen=True, eq=False)
class Unit:
    """One model on one target.

    Attributes
    ----------
    model, target : str
        Their names.
    everyone : Reduced
        All patients as one group.
    by : dict of str to Reduced
        By grouping name.
    tuning : Unit or None
        The same on the validation split, where the operating point is chosen.
    rows : ndarray of int64 or None
        Rows of the predictions table this unit was reduced from.
    clustered : bool
        Whether some patient has more than one row here.
    """

    model: str
    target: str
    everyone: Reduced
    by: dict[str, Reduced]
    tuning: Unit | None = None
    rows: IntArray | None = None
    clustered: bool = False


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Everything an audit needs of a table, whatever the number of patients.

    Attributes
    ----------
    units : tuple of Unit
        One a model and target, in table order.
    groupings : tuple of GroupingInfo
        Attributes and intersections.
    score_kind : {"probability", "rank", "none"}
        What the scores are.
    bins : int or None
        Number of equal score bins, or None when scores are exact.
    rows, patients : int
        Rows read; distinct patients or None.
    source, digest, kind, evaluated_on, target_label, citation : str
        Provenance.
    predictions : Predictions or None
        The rows themselves, kept where clusters, folds or comparisons need them.
    group_codes : dict of str to ndarray
        Group of each row, by grouping name; empty without ``predictions``.
    notes : tuple of str
        What the reduction did that a reader should know.
    messages : tuple of Message
        What was noticed while reading, where there are no ``predictions`` to hold it.
    """

    units: tuple[Unit, ...]
    groupings: tuple[GroupingInfo, ...]
    score_kind: ScoreKind
    rows: int
    source: str
    digest: str
    kind: str = "predictions"
    bins: int | None = None
    patients: int | None = None
    evaluated_on: str = "all rows"
    target_label: str = "target"
    citation: str = ""
    weighted: bool = False
    predictions: Predictions | None = None
    group_codes: dict[str, CodeArray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Model names in table order."""
        return tuple(dict.fromkeys(u.model for u in self.units))

    @property
    def targets(self) -> tuple[str, ...]:
        """Target names in table order."""
        return tuple(dict.fromkeys(u.target for u in self.units))

    def unit(self, model: str, target: str) -> Unit:
        """Return one model's unit; KeyError names those there are."""
        for u in self.units:
            if u.model == model and u.target == target:
                return u
        have = ", ".join(f"{u.model}/{u.target}" for u in self.units)
        raise KeyError(f"no unit {model}/{target}; there are: {have}")

    def grouping(self, name: str) -> GroupingInfo:
        """Return one grouping; KeyError names those there are."""
        for g in self.groupings:
            if g.name == name:
                return g
        raise KeyError(
            f"no grouping {name!r}; there are: {', '.join(g.name for g in self.groupings)}"
        )


def narrowed(table: ScoreTable, config: AuditConfig) -> ScoreTable:
    """Return the table with the groupings that a configuration asks for, in its order.

    Raises
    ------
    ConfigError
        If one was not counted when the table was reduced.
    """
    have = {g.name: g for g in table.groupings}
    plain = [g.name for g in table.groupings if table.kind == "counts" or len(g.attributes) == 1]
    wanted = [*(config.attributes or plain), *(CROSS.join(c) for c in config.intersections)]
    for name in wanted:
        if name not in have:
            raise ConfigError(
                f"attributes and intersections among {', '.join(have) or 'none'}",
                repr(name),
                "Reduce the table again with these groups; the reduced one no longer knows them.",
            )
    if wanted == list(have):
        return table
    return replace(table, groupings=tuple(have[name] for name in wanted))
