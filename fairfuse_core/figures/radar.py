"""Radar of one metric over groups: never shown without the forest plot and the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import palette, rows, selection, text, theme, verdict
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

MAX_OUTLINES = 3
MIN_AXES, MAX_AXES = 3, 16


def radar(
    audit: Audit,
    *,
    metric: str,
    attribute: str | Sequence[str] | None = None,
    target: str | None = None,
    models: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw one metric over groups, a closed outline a model, on a fixed 0 to 1 scale.

    Groups keep the protocol's order. A group without a value is a gap in the outline with a
    note at its axis, never a zero. There is no fill and no area score: areas mean nothing.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    metric : str
        A metric with values in [0, 1].
    attribute : str or sequence of str, optional
        Attributes whose groups are the axes; all but intersections by default.
    target : str, optional
        The first by default.
    models : sequence of str, optional
        At most three; by default the first three.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` holds the rows of ``audit.by_group`` drawn.

    Raises
    ------
    NotAvailableError
        With fewer than 3 or more than 16 groups, more than three models, a metric outside
        [0, 1], or nothing estimable.
    """
    asked = [attribute] if isinstance(attribute, str) else attribute
    if models is None:
        models = audit.models[:MAX_OUTLINES]
    chosen = selection.select(audit, target=target, models=models, attributes=asked)
    frame = selection.by_group(audit, chosen, metric, overall=False)
    axes = list(dict.fromkeys(zip(frame["attribute"], frame["group"], strict=True)))
    _check(metric, chosen, axes, frame)
    name = selection.metric_title(metric)
    title = verdict.forest_title(audit, chosen, metric, frame)
    subtitle = selection.setting(audit, chosen, metric)
    figure = go.Figure()
    for one in rows.series_for(chosen.models, dark=dark):
        figure.add_trace(_outline(frame[frame["model"] == one.name], axes, one))
    _polar(figure, _axis_names(frame, axes, compact), dark, compact)
    theme.finish(
        figure,
        title=title,
        subtitle=subtitle,
        inner=250 if compact else 420,
        left=96 if compact else 120,
        right=96 if compact else 120,
        bottom=56,
        air=52,
        legend_rows=theme.legend_rows(list(chosen.models), compact=compact),
        dark=dark,
        compact=compact,
    )
    said = verdict.extremes(frame, several_models=len(chosen.models) > 1)
    return Drawing(
        figure=figure,
        alt=f"Radar of {selection.in_sentence(name)} over {len(axes)} groups: {said}.",
        frame=frame,
        caption=_caption(audit, chosen),
        title=title,
        subtitle=subtitle,
    )


def _check(
    metric: str,
    chosen: selection.Selection,
    axes: Sequence[tuple[str, str]],
    frame: pd.DataFrame,
) -> None:
    remedy = "The forest plot and the table show the same numbers."
    if not selection.in_unit_interval(metric):
        raise NotAvailableError(
            "a metric with values from 0 to 1 for a radar", selection.metric_title(metric), remedy
        )
    if not MIN_AXES <= len(axes) <= MAX_AXES:
        raise NotAvailableError(
            f"{MIN_AXES} to {MAX_AXES} groups for a radar", f"{len(axes)}", remedy
        )
    if len(chosen.models) > MAX_OUTLINES:
        raise NotAvailableError(
            f"at most {MAX_OUTLINES} models in one radar",
            f"{len(chosen.models)}",
            f"Choose {MAX_OUTLINES} models, or read the forest plot.",
        )
    if frame["estimate"].notna().sum() == 0:
        raise NotAvailableError("a group with a value for a radar", "none", remedy)


def _outline(
    part: pd.DataFrame, axes: Sequence[tuple[str, str]], one: rows.Series
) -> go.Scatterpolar:
    found: dict[tuple[str, str], Any] = {(r.attribute, r.group): r for r in selection.records(part)}
    ring = [*range(len(axes)), 0]
    values, hovers = [], []
    for i in ring:
        row = found.get(axes[i])
        known = row is not None and text.defined(row.estimate)
        values.append(float(row.estimate) if row is not None and known else None)
        hovers.append(_hover(row) if known else "")
    return go.Scatterpolar(
        r=values,
        theta=[i * 360 / len(axes) for i in ring],
        mode="lines+markers",
        name=text.label(one.name),
        connectgaps=False,
        fill="none",
        line={"color": one.colour, "width": 2, "dash": one.dash},
        marker={"color": one.colour, "symbol": one.symbol, "size": 9},
        hovertext=hovers,
        hoverinfo="text",
    )


def _hover(row: Any) -> str:
    value = text.estimate(row.estimate, row.low, row.high)
    size = f"n {text.count(row.n)}, {text.count(row.n_positive)} positives"
    return text.hover([f"{row.attribute}: {row.group}", row.model, value, size])


def _axis_names(frame: pd.DataFrame, axes: Sequence[tuple[str, str]], compact: bool) -> list[str]:
    width = 12 if compact else 20
    named = []
    for attribute, group in axes:
        part = frame[(frame["attribute"] == attribute) & (frame["group"] == group)]
        said = text.fold(text.shorten(group, 24), width)
        if part["estimate"].isna().any():
            hidden = part["suppressed"].fillna(False).astype(bool).any()
            said += "<br><i>" + ("suppressed" if hidden else "not estimable") + "</i>"
        named.append(said)
    return named


def _polar(figure: go.Figure, named: Sequence[str], dark: bool, compact: bool) -> None:
    k = len(named)
    figure.update_layout(
        polar={
            "bgcolor": palette.background(dark),
            "radialaxis": {
                "range": [0, 1],
                "tickvals": [0, 0.25, 0.5, 0.75, 1] if not compact else [0, 0.5, 1],
                # Between two groups, where no outline has a mark.
                "angle": 90 - 180 / k,
                "tickangle": 90 - 180 / k,
                "tickfont": {"size": theme.SMALL, "color": palette.grey(dark)},
                "gridcolor": palette.grid(dark),
                "linecolor": palette.grid(dark),
                "showline": False,
            },
            "angularaxis": {
                "rotation": 90,
                "direction": "clockwise",
                "tickvals": [i * 360 / k for i in range(k)],
                "ticktext": list(named),
                "tickfont": {"size": theme.SMALL},
                "gridcolor": palette.grid(dark),
                "linecolor": palette.grey(dark),
            },
        }
    )


def _caption(audit: Audit, chosen: selection.Selection) -> str:
    parts = [
        "Scale from 0 at the centre to 1 at the rim; the order of groups is fixed, so the shape "
        "and the area carry no meaning.",
        "No intervals fit on a radar: read it with the forest plot and the table.",
        "A break in an outline is a group without a value.",
    ]
    left = [m for m in audit.models if m not in chosen.models]
    if left:
        parts.append(f"Not drawn: {text.listed(left)}.")
    return " ".join(parts)
