"""From a published table of confusion counts to a `ScoreTable`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.groupings import CROSS
from fairfuse_core.audit.predictions.counts import CountsTable
from fairfuse_core.audit.scores import GroupingInfo, Reduced, ScoreTable, Unit
from fairfuse_core.errors import ConfigError

_KINDS = ["tp", "fn", "fp", "tn"]


def reduce_counts(table: CountsTable, config: AuditConfig) -> ScoreTable:
    """Read printed counts as groups; the whole is the sum over the most complete attribute.

    Raises
    ------
    ConfigError
        If an attribute is not in the table, or an intersection is asked for: counts by single
        attributes do not tell who is in both groups.
    """
    frame = table.frame
    have = list(dict.fromkeys(frame["attribute"]))
    wanted = list(config.attributes or have)
    for name in wanted:
        if name not in have:
            raise ConfigError(
                f"an attribute among {', '.join(have)}", repr(name), "Name one the table has."
            )
    if config.intersections:
        raise ConfigError(
            "attributes one at a time",
            "an intersection of attributes in a table of counts",
            "Counts by single attributes do not tell who is in both groups; "
            "leave intersections out, or bring a predictions table.",
        )
    infos = tuple(_info(name, frame) for name in wanted)
    units = tuple(
        _unit(str(model), str(target), part, infos)
        for (model, target), part in frame.groupby(["model", "target"], sort=False)
    )
    people = units[0].everyone.patients if units else np.zeros(1)
    return ScoreTable(
        units=units,
        groupings=infos,
        score_kind="none",
        rows=int(people[0]),
        source=table.source,
        digest=table.digest,
        kind="counts",
        target_label=table.target_label,
        citation=table.citation,
        notes=tuple(m.text for m in table.messages),
        messages=table.messages,
    )


def _info(name: str, frame: pd.DataFrame) -> GroupingInfo:
    levels = tuple(dict.fromkeys(frame.loc[frame["attribute"] == name, "group"]))
    attributes = tuple(name.split(CROSS))
    parts = tuple(
        tuple(level.split(CROSS)) if len(attributes) > 1 else (level,) for level in levels
    )
    return GroupingInfo(name, attributes, levels, parts)


def _unit(model: str, target: str, part: pd.DataFrame, infos: tuple[GroupingInfo, ...]) -> Unit:
    by = {info.name: _reduced(part, info) for info in infos}
    # An attribute that is not known of everyone sums to fewer.
    sums = [r.fixed.sum(axis=0, keepdims=True) for r in by.values() if r.fixed is not None]
    whole = max(sums, key=lambda counts: float(counts.sum()))
    total = whole.sum(axis=1).astype(np.int64)
    everyone = Reduced(None, whole, total, total)
    return Unit(model, target, everyone, by)


def _reduced(part: pd.DataFrame, info: GroupingInfo) -> Reduced:
    rows = part[part["attribute"] == info.name].set_index("group").reindex(info.levels)
    counts = rows[_KINDS].fillna(0).to_numpy(dtype=np.float64)
    printed = rows["auroc"].to_numpy(dtype=np.float64) if "auroc" in rows else None
    if printed is not None and not np.isfinite(printed).any():
        printed = None
    total = counts.sum(axis=1).astype(np.int64)
    return Reduced(None, counts, total, total, auroc=printed)
