"""The operating point of one model and target, chosen where it may be chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fairfuse_core.audit.config import OperatingPoint
from fairfuse_core.audit.operating import Chosen, choose, implied_odds, snap
from fairfuse_core.audit.scores import ScoreTable, Unit
from fairfuse_core.audit.types import FloatArray
from fairfuse_core.errors import ConfigError

AS_GIVEN = OperatingPoint("as_given")


@dataclass(frozen=True, eq=False)
class UnitThreshold:
    """What was chosen for one model and target.

    Attributes
    ----------
    point : OperatingPoint
        The rule.
    overall : Chosen
        For everyone.
    by_group : dict of str to list of Chosen
        By grouping, where each group has its own (what-if); else empty.
    chosen_on : str
        "validation split", "all rows", ...: provenance.
    odds : float
        t / (1 − t); NaN unless scores are probabilities.
    """

    point: OperatingPoint
    overall: Chosen
    by_group: dict[str, list[Chosen]]
    chosen_on: str
    odds: float

    def for_grouping(self, name: str) -> FloatArray | float | None:
        """Return the threshold, or one a group; None for decisions as given."""
        if self.point.rule == "as_given":
            return None
        if name in self.by_group:
            return np.array([c.threshold for c in self.by_group[name]])
        return self.overall.threshold


def choose_threshold(
    table: ScoreTable, unit: Unit, point: OperatingPoint, *, minimum: int = 0
) -> UnitThreshold:
    """Apply the rule to a unit: on the validation split if there is one, else on what there is.

    Groups of fewer than ``minimum`` patients are given no threshold of their own: it would be one
    patient's score.

    Raises
    ------
    ConfigError
        If the rule has no answer here (one class only).
    """
    if unit.everyone.segments is None:
        given = "decisions as given" if table.kind != "counts" else "counts as published"
        nothing = Chosen(np.nan, np.nan, np.nan)
        return UnitThreshold(AS_GIVEN, nothing, {}, given, np.nan)
    if point.rule == "as_given":
        raise ConfigError(
            "an operating point",
            "'as_given' on a table of scores",
            "Choose a rule, as youden; scores carry no decisions of their own.",
        )
    source = unit.tuning or unit
    assert source.everyone.segments is not None  # noqa: S101 - same table, same kind
    snapped = point
    if point.rule == "threshold" and point.value is not None:
        snapped = OperatingPoint(point.rule, snap(point.value, table.bins), point.per_group)
    overall = _on_edge(choose(source.everyone.segments, snapped), table.bins)
    if overall.reason:
        raise ConfigError(
            "patients with and without the outcome to choose a threshold on",
            f"model {unit.model}, {table.target_label} {unit.target}: {overall.reason}",
            "Give a fixed threshold, or leave this target out.",
        )
    by_group = {}
    if point.per_group:
        for info in table.groupings:
            segments = source.by[info.name].segments
            assert segments is not None  # noqa: S101
            few = source.by[info.name].patients < minimum
            own = [
                Chosen(np.nan, np.nan, np.nan, "there are too few patients to choose one on")
                if few[g]
                else _on_edge(choose(segments.group(g), snapped), table.bins)
                for g in range(segments.n_groups)
            ]
            # Where the rule has no answer (no deaths, say) the common threshold stands in.
            by_group[info.name] = [
                Chosen(overall.threshold, c.tpr, c.fpr, f"the common threshold: {c.reason}")
                if c.reason
                else c
                for c in own
            ]
    where = (
        "set in advance"
        if point.rule == "threshold"
        else ("validation split" if unit.tuning else f"{table.evaluated_on}, the rows evaluated")
    )
    odds = implied_odds(overall.threshold) if table.score_kind == "probability" else np.nan
    return UnitThreshold(point, overall, by_group, where, odds)


def _on_edge(chosen: Chosen, bins: int | None) -> Chosen:
    """Move a threshold just above a bin's lower edge to the bin's end.

    "Nobody is flagged" is chosen just above the highest edge: within that bin single rows would
    be flagged that the counts do not flag.
    """
    if bins is None or not np.isfinite(chosen.threshold):
        return chosen
    nearest = round(chosen.threshold * bins)
    if chosen.threshold <= nearest / bins:
        return chosen
    return replace(chosen, threshold=(nearest + 1) / bins)
