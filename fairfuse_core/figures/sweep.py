"""A metric against the threshold, by group, with interval ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from fairfuse_core.figures import lines, palette, rows, selection, text, theme
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def sweep(
    curves: pd.DataFrame,
    *,
    metric: str,
    audit: Audit | None = None,
    model: str = "",
    target: str = "",
    attribute: str = "",
    threshold: float | None = None,
    groups: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw a metric by threshold and group; a vertical line marks the operating point.

    Parameters
    ----------
    curves : DataFrame
        Columns group, threshold, value, low, high, reason.
    metric : str
        Name of the metric swept.
    audit : Audit, optional
        Adds values at the operating point to the legend.
    model, target, attribute : str
        What the curves are of.
    threshold : float, optional
        Where the vertical line stands; the audit's operating point by default.
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
    at_audit = threshold is None
    if audit is not None and threshold is None:
        threshold = selection.threshold_of(audit, model, target or audit.targets[0])
    made = lines.prepare(
        curves, audit=audit if at_audit else None, metric=metric, model=model, target=target,
        attribute=attribute, groups=groups, dark=dark,
    )  # fmt: skip
    name = selection.metric_title(metric)
    figure = go.Figure()
    for look in made.looks:
        part = curves[curves["group"] == look.name]
        if look.name != lines.EVERYONE or len(made.looks) == 1:
            figure.add_traces(_ribbon(part, look, 0.14 if len(made.looks) <= 4 else 0.07))
        figure.add_trace(lines.line(part, "threshold", "value", look, made.name(look.name)))
    if threshold is not None and text.defined(threshold):
        _mark(figure, threshold, dark)
    figure.update_xaxes(title="Threshold of the score")
    figure.update_yaxes(title=text.escape(name))
    if selection.in_unit_interval(metric):
        figure.update_yaxes(range=[-0.02, 1.02])
    title = (
        lines.spread(made, f"{name} at the operating point", attribute)
        if made.values
        else (f"{name} by threshold and {text.clean(attribute) or 'group'}")
    )
    subtitle = lines.context(audit, model, target)
    theme.finish(
        figure, title=title, subtitle=subtitle, inner=290 if compact else 380,
        legend_rows=theme.legend_rows(lines.names(made), compact=compact), dark=dark,
        compact=compact,
    )  # fmt: skip
    return Drawing(
        figure=figure,
        alt=f"{name} by threshold for {len(made.looks)} groups{_reading(made, name)}.",
        frame=curves[curves["group"].isin([s.name for s in made.looks])],
        caption="Ribbons: intervals at each threshold, not for the whole curve at once; a break is "
        f"a threshold where the metric is undefined. {lines.note(made, audit, attribute)}".strip(),
        title=title,
        subtitle=subtitle,
    )


def _reading(made: lines.Curves, name: str) -> str:
    if not made.values:
        return ""
    return f"; at the operating point, {lines.extremes(made, selection.in_sentence(name))}"


def _ribbon(part: pd.DataFrame, look: rows.Series, alpha: float) -> list[go.Scatter]:
    # Plotly fills across gaps, so each unbroken stretch is a ribbon of its own.
    known = part["low"].notna() & part["high"].notna()
    stretches = part[known].groupby((~known).cumsum()[known], sort=True)
    traces = []
    for _, piece in stretches:
        x = lines.numbers(piece["threshold"])
        traces.append(
            go.Scatter(
                x=x + x[::-1],
                y=lines.numbers(piece["high"]) + lines.numbers(piece["low"])[::-1],
                fill="toself", fillcolor=palette.faded(look.colour, alpha), mode="lines",
                line={"width": 0}, hoverinfo="skip", showlegend=False,
                legendgroup=text.escape(look.name), name="",
            )
        )  # fmt: skip
    return traces


def _mark(figure: go.Figure, threshold: float, dark: bool) -> None:
    figure.add_shape(
        type="line", x0=threshold, x1=threshold, y0=0, y1=1, xref="x", yref="y domain",
        line={"color": palette.grey(dark), "width": 1.5, "dash": "dash"},
    )  # fmt: skip
    figure.add_annotation(
        x=threshold, y=1, xref="x", yref="y domain", yanchor="bottom", showarrow=False,
        text=f"Threshold {threshold:.4g}",
        font={"size": theme.SMALL, "color": palette.grey(dark)},
    )  # fmt: skip
