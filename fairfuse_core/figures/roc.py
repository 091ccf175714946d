"""ROC curves by group, with the operating point on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from fairfuse_core.figures import lines, text
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def roc(
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
    """Draw ROC curves by group.

    Parameters
    ----------
    curves : DataFrame
        Columns group, fpr, tpr, threshold, from `fairfuse_core.audit.curves.roc`.
    audit : Audit, optional
        Where the curves come from: adds AUROC to the legend and marks the operating point.
    model, target, attribute : str
        What the curves are of, for words and look-up.
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
        curves, audit=audit, metric="auroc", model=model, target=target, attribute=attribute,
        groups=groups, dark=dark,
    )  # fmt: skip
    figure = go.Figure(lines.diagonal(dark))
    for look in made.looks:
        part = curves[curves["group"] == look.name]
        figure.add_trace(lines.line(part, "fpr", "tpr", look, made.name(look.name)))
    _operating_points(figure, made, audit, model, target, attribute)
    square = {"range": [-0.01, 1.01], "fixedrange": False}
    figure.update_xaxes(title="False-alarm rate (1 − specificity)", constrain="domain", **square)
    figure.update_yaxes(title="Sensitivity", scaleanchor="x", constrain="domain", **square)
    title, subtitle = lines.finish(
        figure, made, name="AUROC", inner=300 if compact else 440, audit=audit, model=model,
        target=target, attribute=attribute, dark=dark, compact=compact,
    )  # fmt: skip
    marked = " Open marks: the operating point." if audit is not None else ""
    return Drawing(
        figure=figure,
        alt=f"ROC curves of {len(made.looks)} groups; {lines.extremes(made, 'AUROC')}.",
        frame=curves[curves["group"].isin([s.name for s in made.looks])],
        caption="The dotted diagonal is a model that guesses; the number behind a name is its "
        f"AUROC.{marked} {lines.note(made, audit, attribute)}".strip(),
        title=title,
        subtitle=subtitle,
    )


def _operating_points(
    figure: go.Figure,
    made: lines.Curves,
    audit: Audit | None,
    model: str,
    target: str,
    attribute: str,
) -> None:
    where = {"model": model, "target": target, "attribute": attribute}
    tpr = lines.known_values(audit, "tpr", **where)
    fpr = lines.known_values(audit, "fpr", **where)
    for look in made.looks:
        if look.name not in tpr or look.name not in fpr:
            continue
        x, y = float(fpr[look.name].estimate), float(tpr[look.name].estimate)
        if not text.defined(x, y):
            continue
        said = [look.name, "operating point", f"sensitivity {text.number(y)}",
                f"false-alarm rate {text.number(x)}"]  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=[x], y=[y], mode="markers", showlegend=False,
                legendgroup=text.escape(look.name), hovertext=[text.hover(said)],
                hoverinfo="text",
                marker={"symbol": f"{look.symbol}-open", "size": 12, "color": look.colour,
                        "line": {"width": 2.5}},
            )
        )  # fmt: skip
