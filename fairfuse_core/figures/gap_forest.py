"""Forest plot of gaps: the difference with its own interval, not two intervals side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.audit.block import short_reason
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import palette, rows, selection, text, verdict
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

_COMPOSITE_STATISTICS = ("max_gap", "difference")


def gap_forest(
    audit: Audit,
    *,
    metric: str,
    attributes: Sequence[str] | None = None,
    target: str | None = None,
    models: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw the largest gap of a metric per attribute and model.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    metric : str
        A group metric or a composite ("equalized_odds_difference", "abroca", ...).
    attributes : sequence of str, optional
        All but intersections by default.
    target, models : optional
        The first target and all models by default.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` holds the rows of ``audit.gaps`` drawn.

    Raises
    ------
    NotAvailableError
        If the audit holds no gap of this metric for the selection.
    """
    chosen = selection.select(audit, target=target, models=models, attributes=attributes)
    frame = _gaps(audit, chosen, metric)
    name = selection.metric_title(metric)
    title = verdict.gaps_title(audit, frame.assign(statistic="max_gap"), name)
    subtitle = selection.setting(audit, chosen, metric)
    figure = rows.draw(
        _rows(audit, frame, chosen),
        series=rows.series_for(chosen.models, dark=dark),
        axis=rows.Axis(title=f"Largest gap in {selection.in_sentence(name)}", rules=_zero()),
        extras=_extras(frame, dark),
        title=title,
        subtitle=subtitle,
        compact=compact,
        dark=dark,
    )
    return Drawing(
        figure=figure,
        alt=_alt(audit, frame, name),
        frame=frame,
        caption=_caption(audit, frame),
        title=title,
        subtitle=subtitle,
    )


def _gaps(audit: Audit, chosen: selection.Selection, metric: str) -> pd.DataFrame:
    found = selection.pick(audit.gaps, chosen, metric)
    for statistic in _COMPOSITE_STATISTICS:
        part = found[found["statistic"] == statistic].reset_index(drop=True)
        if len(part):
            return part
    held = audit.gaps["metric"].drop_duplicates().tolist()
    raise NotAvailableError(
        "a metric whose gaps this audit holds", repr(metric), f"Ask for: {text.listed(held, 30)}."
    )


def _rows(audit: Audit, frame: pd.DataFrame, chosen: selection.Selection) -> list[rows.Row]:
    made = []
    for attribute in chosen.attributes:
        part = frame[frame["attribute"] == attribute]
        found: dict[str, list[Any]] = {}
        for row in selection.records(part):
            found.setdefault(str(row.model), []).append(row)
        entries = tuple(
            _entry(audit, i, row)
            for i, model in enumerate(chosen.models)
            for row in found.get(model, [])
        )
        made.append(rows.Row(label=attribute, entries=entries))
    return made


def _entry(audit: Audit, series: int, row: Any) -> rows.Entry:
    if not text.defined(row.estimate):
        return rows.Entry(series=series, words=str(row.reason or "not estimable"))
    value = text.estimate(row.estimate, row.low, row.high)
    tested = f"{text.p_value(row.p)}, adjusted {text.p_value(verdict.adjusted_p(audit, row))[2:]}"
    if not text.defined(row.p):
        tested = "not tested"
    between = f"highest {row.group}, lowest {row.reference}" if row.group else ""
    left_out = f"left out: {row.left_out}" if row.left_out else ""
    return rows.Entry(
        series=series,
        words=f"{value}, {tested}",
        x=float(row.estimate),
        low=float(row.low),
        high=float(row.high),
        hover=(row.attribute, row.model, f"{value} ({row.method or 'no interval'})", tested,
               between, left_out),
        extras={"expected": float(row.expected), "detectable": float(row.detectable)},
    )  # fmt: skip


def _extras(frame: pd.DataFrame, dark: bool) -> tuple[rows.Extra, ...]:
    grey = palette.grey(dark)
    known = {
        "expected": rows.Extra("expected", "Gap a fair model would show", "diamond-open", grey),
        "detectable": rows.Extra("detectable", "Smallest gap found with 80 % power",
                                 "line-ns-open", grey),
    }  # fmt: skip
    return tuple(extra for key, extra in known.items() if frame[key].notna().any())


def _zero() -> tuple[rows.Rule, ...]:
    return (rows.Rule(0.0, "No gap", dash="solid"),)


def _alt(audit: Audit, frame: pd.DataFrame, name: str) -> str:
    known = frame[frame["estimate"].notna()]
    if known.empty:
        return f"Forest plot of gaps in {selection.in_sentence(name)}: no gap is estimable."
    top = selection.top(known)
    between = (
        f", between {text.shorten(top.group)} and {text.shorten(top.reference)}"
        if top.group and top.reference
        else ""
    )
    n = audit.overall["n"].max()
    return (
        f"Forest plot of {len(known)} gaps in {selection.in_sentence(name)}: the largest is "
        f"{text.estimate(top.estimate, top.low, top.high)} by {text.shorten(top.attribute)} "
        f"for {text.shorten(top.model)}{between}; it {verdict.chance(audit, top)}; "
        f"n {text.count(n)}."
    )


def _caption(audit: Audit, frame: pd.DataFrame) -> str:
    parts = [
        f"Bars: {audit.config.confidence:.0%} intervals ({selection.methods(frame)}).",
        "The largest of several differences is above zero by chance alone: the open diamond marks "
        "the gap expected when no group differs, the tick the smallest gap found with 80 % power.",
        f"p values are adjusted by {verdict.adjusted_name(audit)} over the comparisons of the "
        "audit.",
    ]
    left = [
        f"{r.attribute}: {short_reason(r.left_out)}" for r in selection.records(frame) if r.left_out
    ]
    if left:
        parts.append(f"Left out of the gaps: {'; '.join(dict.fromkeys(left))}.")
    return " ".join(parts)
