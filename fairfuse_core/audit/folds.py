"""Means over folds, as FairPlay reports them, beside the pooled estimates of the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.estimates import value_of
from fairfuse_core.audit.groupings import EVERYONE, OVERALL, Grouping
from fairfuse_core.audit.metrics import MetricCard
from fairfuse_core.audit.reduce import Reducer
from fairfuse_core.audit.result import FOLDS
from fairfuse_core.audit.rows import Rows
from fairfuse_core.audit.scores import Reduced, ScoreTable, Unit
from fairfuse_core.audit.suppression import SHOWN, suppress
from fairfuse_core.audit.thresholds import UnitThreshold
from fairfuse_core.audit.types import FloatArray

Place = tuple[str, tuple[str, ...], list[Reduced], NDArray[np.int8]]
Thresholds = Mapping[tuple[str, str], UnitThreshold]


def fold_frame(
    table: ScoreTable,
    thresholds: Thresholds,
    config: AuditConfig,
    cards: Sequence[MetricCard],
) -> pd.DataFrame:
    """Compute every metric in every fold; return mean and standard error over folds.

    ``statistic`` is "value" for a group's metric and "max_gap" for the largest gap within a fold
    (averaged over folds: an average of maxima, larger than the pooled gap by chance alone). Folds
    in which a group has no value are left out and counted. Groups suppressed in the whole are
    suppressed here; empty without a fold column.
    """
    rows = Rows(FOLDS)
    p = table.predictions
    if p is None or p.fold is None or not table.group_codes:
        return rows.frame()
    groupings = [
        Grouping(g.name, g.attributes, g.levels, g.parts, table.group_codes[g.name])
        for g in table.groupings
    ]
    reducer = Reducer(p, groupings, table.bins)
    for unit in table.units:
        every = np.arange(len(p)) if unit.rows is None else unit.rows
        code = p.fold.codes[every]
        units = [
            reducer.unit(unit.model, unit.target, every[code == f])
            for f in range(len(p.fold.levels))
            if (code == f).any()
        ]
        hidden = suppress(
            table.groupings,
            {name: r.rows for name, r in unit.by.items()},
            config.min_group,
            patients={name: r.patients for name, r in unit.by.items()},
        )
        hidden[OVERALL] = (unit.everyone.patients < config.min_group).astype(np.int8)
        _add_unit(rows, unit, units, thresholds[unit.model, unit.target], cards, table, hidden)
    return rows.frame()


def _add_unit(
    rows: Rows,
    unit: Unit,
    folds: list[Unit],
    chosen: UnitThreshold,
    cards: Sequence[MetricCard],
    table: ScoreTable,
    hidden: Mapping[str, NDArray[np.int8]],
) -> None:
    whole = [f.everyone for f in folds]
    places: list[Place] = [(OVERALL, (EVERYONE,), whole, hidden[OVERALL])]
    places += [
        (g.name, g.levels, [f.by[g.name] for f in folds], hidden[g.name]) for g in table.groupings
    ]
    for name, levels, parts, veil in places:
        for card in cards:
            if card.needs_probabilities and table.score_kind != "probability":
                continue
            values = np.stack(
                [_value(card, part, chosen.for_grouping(name), chosen.odds) for part in parts]
            )
            values = np.where(veil == SHOWN, values, np.nan)
            _add(
                rows,
                unit,
                name,
                list(levels),
                card.name,
                "value",
                values,
                ["" if v == SHOWN else "suppressed" for v in veil],
            )
            if len(levels) > 1:
                _add(rows, unit, name, [""], card.name, "max_gap", _gap(values)[:, None], [""])


def _value(
    card: MetricCard, part: Reduced, threshold: FloatArray | float | None, odds: float
) -> FloatArray:
    if card.from_scores is None:
        return value_of(card, Confusion.of(part.confusion(threshold)), odds)
    if part.segments is None:
        return np.full(part.rows.shape, np.nan)
    return card.from_scores(part.segments, 0.95).estimate


def _gap(values: FloatArray) -> FloatArray:
    ok = np.isfinite(values)
    top = np.where(ok, values, -np.inf).max(axis=1)
    bottom = np.where(ok, values, np.inf).min(axis=1)
    return np.where(ok.sum(axis=1) >= 2, top - bottom, np.nan)


def _add(
    rows: Rows,
    unit: Unit,
    attribute: str,
    groups: list[str],
    metric: str,
    statistic: str,
    values: FloatArray,
    reasons: list[str],
) -> None:
    ok = np.isfinite(values)
    count = ok.sum(axis=0)
    filled = np.where(ok, values, 0.0)
    mean = np.divide(filled.sum(axis=0), count, out=np.full(count.shape, np.nan), where=count > 0)
    square = np.where(ok, (values - mean) ** 2, 0.0).sum(axis=0)
    se = np.sqrt(
        np.divide(square, count * (count - 1.0), out=np.full(count.shape, np.nan), where=count > 1)
    )
    why = [
        r or ("" if c else "not estimable in any fold") for r, c in zip(reasons, count, strict=True)
    ]
    rows.extend(
        len(groups),
        model=unit.model,
        target=unit.target,
        attribute=attribute,
        group=groups,
        metric=metric,
        statistic=statistic,
        fold_mean=mean,
        fold_se=se,
        folds=count.astype(float),
        reason=why,
    )
