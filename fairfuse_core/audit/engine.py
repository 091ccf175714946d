"""`run_audit`: from a table to an `Audit`, in one deterministic call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fairfuse_core._version import __version__
from fairfuse_core.audit import result
from fairfuse_core.audit.assemble import (
    add_estimates,
    add_gaps,
    add_groups,
    add_indices,
    add_threshold,
    adjust_within_metric,
)
from fairfuse_core.audit.block import Block, make_block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.composites import composite_rows
from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.estimates import column
from fairfuse_core.audit.findings import run_checks
from fairfuse_core.audit.folds import fold_frame
from fairfuse_core.audit.from_counts import reduce_counts
from fairfuse_core.audit.gap_row import GapRow
from fairfuse_core.audit.gaps import gap_rows, metric_null
from fairfuse_core.audit.groupings import EVERYONE, OVERALL
from fairfuse_core.audit.indices import index_rows, individual_row
from fairfuse_core.audit.metrics import DEFAULT_METRICS, metric
from fairfuse_core.audit.nulls import Nulls
from fairfuse_core.audit.predictions.counts import CountsTable
from fairfuse_core.audit.predictions.table import Predictions
from fairfuse_core.audit.ranking_gaps import PAIR_METRICS, ranking_rows
from fairfuse_core.audit.reduce import reduce_predictions
from fairfuse_core.audit.result import Audit, Provenance
from fairfuse_core.audit.rows import Rows
from fairfuse_core.audit.scores import GroupingInfo, ScoreTable, Unit, narrowed
from fairfuse_core.audit.suppression import suppress
from fairfuse_core.audit.thresholds import UnitThreshold, choose_threshold
from fairfuse_core.digest import digest_json
from fairfuse_core.errors import ConfigError

Progress = Callable[[float, str], None]

WHOLE = GroupingInfo(OVERALL, (), (EVERYONE,), ((EVERYONE,),))

_RANKING_GAP_GROUPS = 12
"""xAUC and ABROCA compare pairs; beyond this many groups nobody reads them."""


def reduce(data: Predictions | CountsTable | ScoreTable, config: AuditConfig) -> ScoreTable:
    """Reduce any input to the table that audits are computed from.

    A `ScoreTable` is itself, less the groupings that are not asked for; ConfigError if one that
    is asked for was not counted.
    """
    if isinstance(data, ScoreTable):
        return narrowed(data, config)
    if isinstance(data, CountsTable):
        return reduce_counts(data, config)
    return reduce_predictions(data, config)


def run_audit(
    data: Predictions | CountsTable | ScoreTable,
    config: AuditConfig | None = None,
    *,
    progress: Progress | None = None,
) -> Audit:
    """Audit every model and target of a table by every attribute.

    Parameters
    ----------
    data : Predictions, CountsTable or ScoreTable
        A predictions table, published confusion counts, or either already reduced.
    config : AuditConfig, optional
        Everything that changes a number.
    progress : callable, optional
        Called with a share in [0, 1] and what is being done.

    Returns
    -------
    Audit
        The same for the same content, configuration and version.

    Raises
    ------
    ConfigError
        If the configuration does not fit the table.
    InputError
        If nothing is left to evaluate.
    """
    config = config or AuditConfig()
    tell = progress or (lambda _share, _text: None)
    tell(0.0, "counting patients by score and group")
    table = reduce(data, config)
    run = _Run(table, config)
    steps = len(table.units)
    for k, unit in enumerate(table.units):
        tell((k + 0.2) / (steps + 0.4), f"auditing {unit.model} on {unit.target}")
        run.add(k, unit)
    tell(1.0, "done")
    return run.audit()


class _Run:
    """Collects the frames of one audit, unit by unit."""

    def __init__(self, table: ScoreTable, config: AuditConfig) -> None:
        self.table = table
        self.config = config
        asked = tuple(config.metrics) or (*DEFAULT_METRICS, *PAIR_METRICS)
        self.metrics = tuple(name for name in asked if name not in PAIR_METRICS)
        self.pairs = len(self.metrics) < len(asked)
        self.cards = [metric(name) for name in self.metrics]
        _check_reference(table, config)
        self.groups = Rows(result.GROUPS)
        self.points = Rows(result.OPERATING_POINTS)
        self.overall = Rows(result.BY_GROUP)
        self.by_group = Rows(result.BY_GROUP)
        self.gaps = Rows(result.GAPS)
        self.indices = Rows(result.INDICES)
        self.thresholds: dict[tuple[str, str], UnitThreshold] = {}
        self.clustered = False

    def add(self, index: int, unit: Unit) -> None:
        minimum = self.config.min_group
        chosen = choose_threshold(self.table, unit, self.config.operating_point, minimum=minimum)
        self.thresholds[unit.model, unit.target] = chosen
        hidden = suppress(
            self.table.groupings,
            {name: r.rows for name, r in unit.by.items()},
            minimum,
            patients={name: r.patients for name, r in unit.by.items()},
        )
        hidden[OVERALL] = _whole_hidden(unit, self.config)
        add_threshold(self.points, unit, chosen, self.table, hidden, minimum)
        whole = self._block(unit, WHOLE, chosen, hidden[OVERALL], [index, 0])
        for card in self.cards:
            add_estimates(self.overall, whole, column(card, whole, self.table.score_kind))
        add_indices(self.indices, whole, [individual_row(whole)])
        for k, info in enumerate(self.table.groupings, start=1):
            block = self._block(unit, info, chosen, hidden[info.name], [index, k])
            self._add_block(block, np.random.default_rng([self.config.seed, index, k, 1]))

    def _block(
        self,
        unit: Unit,
        info: GroupingInfo,
        chosen: UnitThreshold,
        hidden: NDArray[np.int8],
        stream: list[int],
    ) -> Block:
        reduced = unit.everyone if info is WHOLE else unit.by[info.name]
        rng = np.random.default_rng([self.config.seed, *stream])
        block = make_block(
            self.table,
            unit,
            info,
            reduced,
            hidden,
            chosen.for_grouping(info.name),
            chosen.odds,
            self.config,
            rng,
        )
        self.clustered = self.clustered or block.clusters is not None
        return block

    def _add_block(self, block: Block, rng: np.random.Generator) -> None:
        reference = reference_group(block, self.config)
        add_groups(self.groups, block, reference)
        nulls = Nulls(block, rng)
        made: dict[str, Column] = {}
        gaps: list[GapRow] = []
        for card in self.cards:
            one = made[card.name] = column(card, block, self.table.score_kind)
            add_estimates(self.by_group, block, one)
            null = metric_null(one, nulls) if one.usable.sum() >= 2 else None
            gaps += gap_rows(one, block, reference, null)
        for needed in ("tpr", "fpr", "f1", "selection_rate"):
            if needed not in made:
                made[needed] = column(metric(needed), block, self.table.score_kind)
        if {"tpr", "fpr"} <= set(self.metrics):
            gaps += composite_rows(block, made["tpr"], made["fpr"], gaps, reference, nulls)
        if self.pairs and len(block.info.levels) <= _RANKING_GAP_GROUPS:
            gaps += ranking_rows(block, reference, rng)
        add_gaps(self.gaps, block, gaps)
        add_indices(
            self.indices,
            block,
            index_rows(block, made["f1"], made["selection_rate"], reference),
        )

    def audit(self) -> Audit:
        table, config = self.table, self.config
        draft = Audit(
            config=config,
            provenance=self._provenance(),
            models=table.models,
            targets=table.targets,
            attributes=tuple(g.name for g in table.groupings),
            groups=self.groups.frame(),
            operating_points=self.points.frame(),
            overall=self.overall.frame(),
            by_group=self.by_group.frame(),
            gaps=adjust_within_metric(self.gaps.frame()),
            indices=self.indices.frame(),
            folds=fold_frame(table, self.thresholds, config, self.cards),
            parts={g.name: g.attributes for g in table.groupings},
            scores=table,
        )
        return _with_findings(draft)

    def _provenance(self) -> Provenance:
        table = self.table
        notes = list(table.notes)
        if table.weighted:
            notes.append("Rows are weighted: every n is a sum of weights.")
        if self.config.min_group == 0 or self.config.unsuppressed_by:
            notes.append(
                f"Small groups are shown (fewer than {self.config.min_group} suppressed only): "
                f"suppression was changed by {self.config.unsuppressed_by}."
            )
        return Provenance(
            source=table.source,
            digest=table.digest,
            kind=table.kind,
            rows=table.rows,
            patients=table.patients,
            clusters=self.clustered,
            score_kind=table.score_kind,
            evaluated_on=table.evaluated_on,
            target_label=table.target_label,
            citation=table.citation,
            version=__version__,
            created=date.today().isoformat(),
            config_digest=digest_json(self.config.to_dict()),
            notes=tuple(notes),
        )


def _with_findings(draft: Audit) -> Audit:
    return replace(draft, findings=run_checks(draft))


def _whole_hidden(unit: Unit, config: AuditConfig) -> NDArray[np.int8]:
    small = (unit.everyone.patients < config.min_group) & (unit.everyone.rows > 0)
    return small.astype(np.int8)


def _check_reference(table: ScoreTable, config: AuditConfig) -> None:
    names = {g.name: g.levels for g in table.groupings}
    known = {*names, *(a for g in table.groupings for a in g.attributes), *config.attributes}
    if table.predictions is not None:
        known |= {a.name for a in table.predictions.attributes}
    for attribute, group in config.reference.items():
        if attribute not in known and (table.predictions is not None or not config.attributes):
            raise ConfigError(
                f"a reference group for an attribute among {', '.join(sorted(known)) or 'none'}",
                repr(attribute),
                "Check the spelling of the attribute.",
            )
        if attribute in names and group not in names[attribute]:
            raise ConfigError(
                f"a reference group of {attribute} among {', '.join(names[attribute])}",
                repr(group),
                "Name one of these groups.",
            )


def reference_group(block: Block, config: AuditConfig) -> int:
    """Return the reference group: the configured one, else the largest that is shown.

    FairPlay and Aequitas take the largest group too; a tie goes to the first.
    """
    wanted = config.reference.get(block.info.name)
    if wanted is not None and wanted in block.info.levels:
        return block.info.levels.index(wanted)
    sizes = np.where(block.shown, block.counts.sum(axis=1), -1.0)
    return int(np.argmax(sizes)) if sizes.size else 0
