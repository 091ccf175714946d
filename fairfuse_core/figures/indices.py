"""Theil indices and disparate impact by attribute and model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import rows, selection, text
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

Kind = Literal["theil", "theil_patients", "disparate_impact"]

_MEMBERS = {
    "theil": {
        "theil_groups": "Theil index over groups",
        "theil_groups_weighted": "Theil index, weighted by group size",
    },
    # On a scale of its own: inequality between patients dwarfs that between groups.
    "theil_patients": {"theil_individuals": "Theil index over patients"},
    "disparate_impact": {
        "disparate_impact_selection": "Disparate impact, flagged",
        "disparate_impact_performance": "Disparate impact, F1",
    },
}
_FOUR_FIFTHS = (0.8, 1.25, "Four-fifths band (policy)")


def indices(
    audit: Audit,
    *,
    kind: Kind = "theil",
    target: str | None = None,
    models: Sequence[str] | None = None,
    attributes: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw one kind of index, a row an attribute and a mark a model.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    kind : {"theil", "theil_patients", "disparate_impact"}
        Theil indices over groups, over patients; disparate impacts as ratios on a log axis.
    target, models, attributes : optional
        The first target, all models, all attributes but intersections by default.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` holds the rows of ``audit.indices`` drawn.

    Raises
    ------
    NotAvailableError
        If the audit holds none of these indices.
    """
    chosen = selection.select(audit, target=target, models=models, attributes=attributes)
    frame = _frame(audit, chosen, kind)
    ratio = kind == "disparate_impact"
    title = _title(frame, ratio)
    subtitle = selection.setting(audit, chosen)
    axis = (
        rows.Axis(
            title="Ratio (log scale)",
            rules=(rows.Rule(1.0, dash="solid"),),
            log=True,
            band=_FOUR_FIFTHS,
            ticks=(0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.25, 2.0, 3.0, 5.0, 10.0),
        )
        if ratio
        else rows.Axis(title="Theil index", rules=(rows.Rule(0.0, "Equal", dash="solid"),))
    )
    figure = rows.draw(
        _rows(frame, chosen, kind, ratio),
        series=rows.series_for(chosen.models, dark=dark),
        axis=axis,
        title=title,
        subtitle=subtitle,
        compact=compact,
        dark=dark,
    )
    n = text.count(float(audit.overall["n"].max()))
    return Drawing(
        figure=figure,
        alt=f"Dot plot of {'disparate impact' if ratio else 'Theil indices'}. {title}; n {n}.",
        frame=frame,
        caption=_caption(audit, frame, ratio),
        title=title,
        subtitle=subtitle,
    )


def _frame(audit: Audit, chosen: selection.Selection, kind: Kind) -> pd.DataFrame:
    found = selection.pick(
        audit.indices, chosen, None, attributes=(*chosen.attributes, selection.OVERALL)
    )
    found = found[found["index"].isin(list(_MEMBERS[kind]))].reset_index(drop=True)
    if found.empty:
        raise NotAvailableError(
            f"{kind.replace('_', ' ')} indices in this audit",
            "none",
            "Audit at least one attribute at an operating point.",
        )
    return found


def _rows(
    frame: pd.DataFrame, chosen: selection.Selection, kind: Kind, ratio: bool
) -> list[rows.Row]:
    made = []
    for index, name in _MEMBERS[kind].items():
        part = frame[frame["index"] == index]
        if part.empty:
            continue
        made.append(rows.Row(label=name, header=True))
        for attribute in selection.in_order(part["attribute"]):
            found = {r.model: r for r in selection.records(part[part["attribute"] == attribute])}
            entries = tuple(
                _entry(i, found[model], ratio)
                for i, model in enumerate(chosen.models)
                if model in found
            )
            shown = selection.EVERYONE if attribute == selection.OVERALL else attribute
            made.append(rows.Row(label=shown, entries=entries))
    return made


def _entry(series: int, row: Any, ratio: bool) -> rows.Entry:
    value = float(row.estimate)
    if not text.defined(value):
        return rows.Entry(series=series, words=str(row.reason or "not estimable"))
    said = text.estimate(value, row.low, row.high, 3 if ratio else 4)
    worst = f", worst {text.shorten(row.worst_group, 22)}" if row.worst_group else ""
    words = f"{said}{worst}"
    if ratio and value <= 0:
        return rows.Entry(series=series, words=f"{words} (no place on a log scale)")
    left_out = f"left out: {row.left_out}" if row.left_out else ""
    at = f"worst group {row.worst_group}: {text.number(row.worst_value)}" if worst else ""
    # An interval that reaches zero has no left end on a log axis; it is drawn to a small ratio.
    low = max(float(row.low), min(0.1, value / 2)) if ratio else float(row.low)
    return rows.Entry(
        series=series,
        words=words,
        x=value,
        low=low,
        high=float(row.high),
        hover=(row.attribute, row.model, f"{said} ({row.method or 'no interval'})", at, left_out),
    )


def _title(frame: pd.DataFrame, ratio: bool) -> str:
    known = frame[frame["estimate"].notna()]
    name = "Disparate impact" if ratio else "Theil index"
    if known.empty:
        return f"{name}: not estimable for any attribute"
    if not ratio:
        groups = known[known["attribute"] != selection.OVERALL]
        known = groups if len(groups) else known
        top = selection.top(known)
        return f"{name}: largest {_who(top)}, {text.number(top.estimate, 4)} (0 is equal)"
    outside = known[(known["estimate"] < _FOUR_FIFTHS[0]) | (known["estimate"] > _FOUR_FIFTHS[1])]
    low = selection.bottom(known)
    return (
        f"{name}: {len(outside) or 'none'} of {len(known)} ratios outside the four-fifths band, "
        f"lowest {_who(low)}, {text.number(low.estimate)}"
    )


def _who(row: Any) -> str:
    if row.attribute == selection.OVERALL:
        return f"for {text.shorten(row.model)}"
    return f"by {text.shorten(row.attribute)} for {text.shorten(row.model)}"


def _caption(audit: Audit, frame: pd.DataFrame, ratio: bool) -> str:
    bars = f"Bars: {audit.config.confidence:.0%} intervals ({selection.methods(frame)})."
    if ratio:
        return (
            f"{bars} The shaded band from 0.8 to 1.25 is a rule of policy (the four-fifths rule of "
            "US employment guidelines), not a test and not a clinical standard."
        )
    return (
        f"{bars} Zero means equal values; the index has no unit and no agreed limit, and size "
        "weights hide small groups: the worst group stands beside it."
    )
