"""Calibration by group: event rate against mean score, with the scores beneath."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairfuse_core.figures import lines, palette, rows, selection, text
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def calibration(
    curves: pd.DataFrame,
    *,
    histogram: pd.DataFrame | None = None,
    audit: Audit | None = None,
    model: str = "",
    target: str = "",
    attribute: str = "",
    groups: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw binned calibration by group, above the distribution of scores.

    Parameters
    ----------
    curves : DataFrame
        Columns group, bin, mean_score, event_rate, low, high, n.
    histogram : DataFrame, optional
        Columns group, left, right, n_negative, n_positive; the lower panel.
    audit : Audit, optional
        Adds the calibration slope of each group to title and legend.
    model, target, attribute : str
        What the curves are of.
    groups : sequence of str, optional
        Which groups to draw; all (up to ten) by default.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` is ``curves`` restricted to the groups drawn.

    Raises
    ------
    NotAvailableError
        If no group has a curve.
    """
    made = lines.prepare(
        curves, audit=audit, metric="calibration_slope", model=model, target=target,
        attribute=attribute, groups=groups, dark=dark,
    )  # fmt: skip
    kept = curves[curves["group"].isin([s.name for s in made.looks])]
    end = _end(kept)
    below = histogram is not None and len(histogram) > 0
    figure = make_subplots(
        rows=2 if below else 1, cols=1, shared_xaxes=True, vertical_spacing=0.06,
        row_heights=[0.76, 0.24] if below else [1.0],
    )  # fmt: skip
    figure.add_trace(lines.diagonal(dark, end), row=1, col=1)
    for look in made.looks:
        part = kept[kept["group"] == look.name]
        figure.add_trace(_points(part, look, made.name(look.name)), row=1, col=1)
        if histogram is not None and below:
            shares = histogram[histogram["group"] == look.name]
            figure.add_trace(lines.shares(shares, look), row=2, col=1)
    _axes(figure, end, below)
    title, subtitle = lines.finish(
        figure, made, name="Calibration slope", inner=400 if compact else 540, audit=audit,
        model=model, target=target, attribute=attribute, dark=dark, compact=compact,
    )  # fmt: skip
    return Drawing(
        figure=figure,
        alt=f"Calibration of {len(made.looks)} groups in bins of the score; "
        f"{lines.extremes(made, 'calibration slope')}.",
        frame=kept,
        caption="Dotted diagonal: events as frequent as predicted; above it the model predicts too "
        "low. Points are bins of the score with intervals; the number behind a name is its "
        "calibration slope, 1 when scores are neither too extreme nor too timid. "
        f"{_cut(end)}{lines.note(made, audit, attribute)}".strip(),
        title=title,
        subtitle=subtitle,
    )


def _end(curves: pd.DataFrame) -> float:
    """Return where both axes end: a round tenth above all points and bars."""
    highest = curves[["mean_score", "event_rate", "high"]].max().max()
    return min(1.0, ceil(float(highest) * 10) / 10) if text.defined(float(highest)) else 1.0


def _cut(end: float) -> str:
    return f"Both axes end at {end:g}. " if end < 1 else ""


def _points(part: pd.DataFrame, look: rows.Series, name: str) -> go.Scatter:
    part = part.sort_values("mean_score")
    rate = part["event_rate"].astype(float)
    return go.Scatter(
        x=lines.numbers(part["mean_score"]),
        y=lines.numbers(rate),
        mode="lines+markers",
        name=name,
        legendgroup=text.escape(look.name),
        line={"color": look.colour, "width": 1.5, "dash": look.dash},
        marker={"color": look.colour, "symbol": look.symbol, "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": lines.numbers((part["high"] - rate).clip(lower=0).fillna(0.0)),
            "arrayminus": lines.numbers((rate - part["low"]).clip(lower=0).fillna(0.0)),
            "color": palette.faded(look.colour, 0.6),
            "thickness": 1.2,
            "width": 3,
        },
        hovertext=[_hover(look.name, row) for row in selection.records(part)],
        hoverinfo="text",
    )


def _hover(group: str, row: Any) -> str:
    return text.hover(
        [
            group,
            f"mean score {text.number(row.mean_score)}",
            f"event rate {text.estimate(row.event_rate, row.low, row.high)}",
            f"n {text.count(row.n)}",
        ]
    )


def _axes(figure: go.Figure, end: float, below: bool) -> None:
    figure.update_xaxes(range=[-0.03 * end, end * 1.02])
    figure.update_yaxes(title="Event rate", range=[-0.03 * end, end * 1.02], row=1, col=1)
    figure.update_xaxes(title="Score (predicted risk)", row=2 if below else 1, col=1)
    if below:
        figure.update_yaxes(title="Density", rangemode="tozero", nticks=4, row=2, col=1)
