"""Precision-recall curves by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from fairfuse_core.figures import lines, palette, text
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def precision_recall(
    curves: pd.DataFrame,
    *,
    audit: Audit | None = None,
    model: str = "",
    target: str = "",
    attribute: str = "",
    groups: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw precision against recall by group, each with its prevalence as the floor.

    Parameters
    ----------
    curves : DataFrame
        Columns group, recall, precision, threshold.
    audit : Audit, optional
        Adds AUPRC to the legend and the prevalence of each group as a dotted line.
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
        curves, audit=audit, metric="auprc", model=model, target=target, attribute=attribute,
        groups=groups, dark=dark,
    )  # fmt: skip
    base = lines.known_values(audit, "prevalence", model=model, target=target, attribute=attribute)
    figure = go.Figure()
    for look in made.looks:
        part = curves[curves["group"] == look.name]
        figure.add_trace(lines.line(part, "recall", "precision", look, made.name(look.name)))
        floor = base.get(look.name)
        if floor is not None and text.defined(floor.estimate):
            figure.add_trace(_floor(float(floor.estimate), look.name, look.colour))
    figure.update_xaxes(title="Sensitivity (recall)", range=[-0.01, 1.01])
    figure.update_yaxes(title="Positive predictive value (precision)", range=[-0.01, 1.01])
    title, subtitle = lines.finish(
        figure, made, name="AUPRC", inner=300 if compact else 420, audit=audit, model=model,
        target=target, attribute=attribute, dark=dark, compact=compact,
    )  # fmt: skip
    floors = (
        "Dotted: the prevalence of each group, which a model that guesses reaches; " if base else ""
    )
    return Drawing(
        figure=figure,
        alt=f"Precision-recall curves of {len(made.looks)} groups; "
        f"{lines.extremes(made, 'AUPRC')}.",
        frame=curves[curves["group"].isin([s.name for s in made.looks])],
        caption=f"{floors}{'p' if floors else 'P'}recision moves with prevalence, so curves of "
        "groups with different prevalence are not comparable by themselves. "
        f"{lines.note(made, audit, attribute)}".strip(),
        title=title,
        subtitle=subtitle,
    )


def _floor(prevalence: float, group: str, colour: str) -> go.Scatter:
    said = text.hover([group, f"prevalence {text.number(prevalence)}"])
    return go.Scatter(
        x=[0, 1], y=[prevalence, prevalence], mode="lines", showlegend=False,
        legendgroup=text.escape(group), hovertext=[said, said], hoverinfo="text",
        line={"color": palette.faded(colour, 0.8), "width": 1, "dash": "dot"},
    )  # fmt: skip
