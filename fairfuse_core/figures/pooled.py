"""Shrinkage: each group's estimate as observed, and drawn partly towards the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import palette, rows, selection, text
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def pooled(
    audit: Audit,
    *,
    metric: str,
    attribute: str,
    model: str | None = None,
    target: str | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw raw and partially pooled estimates of one metric by group.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    metric : str
        A metric with pooled estimates (a share of patients).
    attribute : str
        An attribute or intersection.
    model, target : str, optional
        The first by default.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` holds the rows of ``audit.by_group`` drawn.

    Raises
    ------
    NotAvailableError
        If the audit pooled no estimate of this metric.
    """
    model = audit.models[0] if model is None else model
    chosen = selection.select(audit, target=target, models=[model], attributes=[attribute])
    frame = selection.by_group(audit, chosen, metric)
    groups = frame[frame["attribute"] != selection.OVERALL]
    name = selection.metric_title(metric)
    if groups["pooled"].notna().sum() == 0:
        raise NotAvailableError(
            "a metric with pooled estimates", name, "Sensitivity and the other rates have them."
        )
    everyone = frame[frame["attribute"] == selection.OVERALL]["estimate"].dropna().tolist()
    title = _title(groups, name)
    subtitle = selection.setting(audit, chosen, metric)
    figure = rows.draw(
        [row for r in selection.records(groups) for row in _rows(audit, r, groups, compact)],
        series=[
            rows.Series("As observed", palette.grey(dark), "circle-open"),
            rows.Series("Partially pooled", palette.colours(1, dark)[0], "circle"),
        ],
        axis=rows.Axis(
            title=name,
            rules=tuple(rows.Rule(v, f"Overall {text.number(v)}") for v in everyone),
            bounds=(0.0, 1.0),
        ),
        title=title,
        subtitle=subtitle,
        compact=compact,
        dark=dark,
    )
    return Drawing(
        figure=figure,
        alt=f"Raw and partially pooled {selection.in_sentence(name)} by {text.clean(attribute)}. "
        f"{title}; n {text.count(float(groups['n'].sum()))} in the groups shown.",
        frame=frame,
        caption="Pooling draws each group towards the others by as much as its size leaves in "
        "doubt: small groups move far, large ones hardly. Both are shown; neither is the truth.",
        title=title,
        subtitle=subtitle,
    )


def _rows(audit: Audit, row: Any, groups: pd.DataFrame, compact: bool) -> list[rows.Row]:
    if row.suppressed:
        reason = rows.Entry(series=0, words=selection.reason(audit, row))
        return [rows.Row(label=str(row.group), entries=(reason,))]
    size = f"n {text.count(row.n)}"
    raw = rows.Entry(series=0, words=selection.reason(audit, row))
    if text.defined(row.estimate):
        said = text.estimate(row.estimate, row.low, row.high)
        raw = rows.Entry(
            series=0, words=f"{said}, {size}", x=float(row.estimate), low=float(row.low),
            high=float(row.high), size=rows.diameter(float(row.n), float(groups["n"].max())),
            hover=(row.group, f"as observed {said}", size),
        )  # fmt: skip
    entries = [raw]
    if text.defined(row.pooled):
        said = text.estimate(row.pooled, row.pooled_low, row.pooled_high)
        entries.append(
            rows.Entry(
                series=1,
                words=said if compact else f"{said} pooled",
                x=float(row.pooled),
                low=float(row.pooled_low),
                high=float(row.pooled_high),
                hover=(row.group, f"partially pooled {said}", size),
            )
        )
    return [rows.Row(label=str(row.group), entries=tuple(entries))]


def _title(groups: pd.DataFrame, name: str) -> str:
    both = groups[groups["estimate"].notna() & groups["pooled"].notna()]
    if both.empty:
        return f"{name}: pooled estimates only"
    raw = f"{text.number(both['estimate'].min())} to {text.number(both['estimate'].max())}"
    drawn = f"{text.number(both['pooled'].min())} to {text.number(both['pooled'].max())}"
    if text.number(both["pooled"].min()) == text.number(both["pooled"].max()):
        drawn = f"{text.number(both['pooled'].min())} for all"
    return f"{name} by group: {raw} as observed, {drawn} after partial pooling"
