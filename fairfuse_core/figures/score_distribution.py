"""Where the scores of each group lie, apart for patients with and without the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairfuse_core.figures import lines, palette, selection, text, theme
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

_PANELS = (("n_positive", "With the outcome"), ("n_negative", "Without the outcome"))


def score_distribution(
    curves: pd.DataFrame,
    *,
    audit: Audit | None = None,
    model: str = "",
    target: str = "",
    attribute: str = "",
    threshold: float | None = None,
    groups: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw the distribution of scores by group, as shares of each group's patients.

    Parameters
    ----------
    curves : DataFrame
        Columns group, left, right, n_negative, n_positive.
    audit : Audit, optional
        Adds the selection rate of each group to title and legend.
    model, target, attribute : str
        What the scores are of.
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
        If no group has scores.
    """
    if audit is not None and threshold is None:
        threshold = selection.threshold_of(audit, model, target or audit.targets[0])
    made = lines.prepare(
        curves, audit=audit, metric="selection_rate", model=model, target=target,
        attribute=attribute, groups=groups, dark=dark,
    )  # fmt: skip
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.12,
        subplot_titles=[f"<b>{title}</b>" for _, title in _PANELS],
    )  # fmt: skip
    for row, (column, _) in enumerate(_PANELS, start=1):
        for look in made.looks:
            part = curves[curves["group"] == look.name]
            named = made.name(look.name) if row == 1 else None
            figure.add_trace(lines.shares(part, look, column, named), row=row, col=1)
    _dress(figure, threshold, dark)
    title, subtitle = lines.finish(
        figure, made, name="Share flagged", inner=360 if compact else 420, audit=audit, model=model,
        target=target, attribute=attribute, dark=dark, compact=compact,
    )  # fmt: skip
    return Drawing(
        figure=figure,
        alt=f"Distribution of scores in {len(made.looks)} groups, apart by outcome; "
        f"{lines.extremes(made, 'share flagged')}.",
        frame=curves[curves["group"].isin([s.name for s in made.looks])],
        caption="The area under each outline is one over the group's patients with (above) or "
        "without (below) the outcome; the dashed line is the threshold. "
        f"{lines.note(made, audit, attribute)}".strip(),
        title=title,
        subtitle=subtitle,
    )


def _dress(figure: go.Figure, threshold: float | None, dark: bool) -> None:
    figure.update_annotations(x=0, xanchor="left", font={"size": theme.SMALL})
    figure.update_yaxes(title="Density", rangemode="tozero", nticks=5)
    figure.update_xaxes(title="Score", row=2, col=1)
    if threshold is None or not text.defined(threshold):
        return
    for row in (1, 2):
        figure.add_vline(
            x=threshold, row=row, col=1,
            line={"color": palette.grey(dark), "width": 1.5, "dash": "dash"},
        )  # fmt: skip
