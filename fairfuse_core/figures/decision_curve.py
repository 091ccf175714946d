"""Decision curves by group: net benefit against flagging everyone and flagging no one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairfuse_core.figures import lines, palette, rows, selection, text, theme
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def decision_curve(
    curves: pd.DataFrame,
    *,
    standardised: bool = False,
    audit: Audit | None = None,
    model: str = "",
    target: str = "",
    attribute: str = "",
    groups: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw net benefit by threshold, a panel a group.

    Net benefit depends on prevalence, so groups get panels of their own: the question is
    whether the model beats both defaults for this group, not which curve lies higher.

    Parameters
    ----------
    curves : DataFrame
        Columns group, threshold, net_benefit, standardised_net_benefit, treat_all, treat_none.
    standardised : bool
        Divide by prevalence, so that 1 is the best possible in every group.
    audit : Audit, optional
        Adds the net benefit at the operating point to the title.
    model, target, attribute : str
        What the curves are of.
    groups : sequence of str, optional
        Which groups to draw; all (up to ten) by default.
    dark, compact : bool
        Dark page; narrow (phone) layout, one panel a line.

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
        curves, audit=audit, metric="net_benefit", model=model, target=target,
        attribute=attribute, groups=groups, dark=dark,
    )  # fmt: skip
    kept = curves[curves["group"].isin([s.name for s in made.looks])]
    columns = 1 if compact or len(made.looks) == 1 else 2
    lines_of_panels = ceil(len(made.looks) / columns)
    inner = (150.0 if compact else 190.0) * lines_of_panels + 40
    figure = make_subplots(
        rows=lines_of_panels, cols=columns, shared_xaxes="all", horizontal_spacing=0.07,
        vertical_spacing=min(46 / inner, 0.9 / max(lines_of_panels - 1, 1)),
        subplot_titles=[f"<b>{made.name(s.name)}</b>" for s in made.looks],
    )  # fmt: skip
    column = "standardised_net_benefit" if standardised else "net_benefit"
    for i, look in enumerate(made.looks):
        place = {"row": i // columns + 1, "col": i % columns + 1}
        part = kept[kept["group"] == look.name].sort_values("threshold")
        for trace in _panel(part, look, column, first=i == 0, dark=dark):
            figure.add_trace(trace, **place)
        figure.update_yaxes(range=_reach(part, column), nticks=5, **place)
    name = "Standardised net benefit" if standardised else "Net benefit"
    _dress(figure, name, lines_of_panels)
    if audit is not None:
        _mark(figure, selection.threshold_of(audit, model, target or audit.targets[0]), dark)
    title = _title(made, name, attribute)
    subtitle = lines.context(audit, model, target)
    theme.finish(
        figure, title=title, subtitle=subtitle, inner=inner,
        legend_rows=theme.legend_rows(["Model", "Flag everyone", "Flag no one"], compact=compact),
        dark=dark, compact=compact,
    )  # fmt: skip
    return Drawing(
        figure=figure,
        alt=f"Decision curves of {len(made.looks)} groups, net benefit by threshold; at the "
        f"operating point, {lines.extremes(replace(made, verdict=''), 'net benefit')}.",
        frame=kept,
        caption="Net benefit counts hits and subtracts false alarms, weighted by the odds of the "
        "threshold (Vickers & Elkin 2006). A model helps a group where its line lies above both "
        "defaults; heights of different groups differ with prevalence. The number behind a name is "
        "the net benefit at the operating point, the dotted line its threshold. "
        f"{lines.note(made, audit, attribute)}".strip(),
        title=title,
        subtitle=subtitle,
    )


def _title(made: lines.Curves, name: str, attribute: str) -> str:
    by = text.clean(attribute) or "group"
    own = {s.name: made.values[s.name] for s in made.looks if s.name in made.values}
    known = [r for g, r in own.items() if g != lines.EVERYONE and text.defined(r.estimate)]
    if not known:
        return f"{name} by {by}"
    negative = [text.shorten(r.group) for r in known if r.estimate <= 0]
    if negative:
        return f"Net benefit by {by}: none at the operating point for {text.listed(negative)}"
    ends = f"{text.number(selection.lowest(known))} to {text.number(selection.highest(known))}"
    return f"Net benefit by {by}: above zero at the operating point in every group shown ({ends})"


def _panel(
    part: pd.DataFrame, look: rows.Series, column: str, *, first: bool, dark: bool
) -> list[go.Scatter]:
    part = part.assign(treat_all=part["treat_all"] * _scale(part, column))
    ink, grey = palette.colours(1, dark)[0], palette.grey(dark)
    model = rows.Series(look.name, ink, "circle")
    everyone = rows.Series(f"{look.name}, flag everyone", grey, "circle")
    no_one = rows.Series(f"{look.name}, flag no one", palette.ink(dark), "circle")
    styles = (
        (no_one, "treat_none", "Flag no one", "solid", 1.0),
        (everyone, "treat_all", "Flag everyone", "dash", 1.5),
        (model, column, "Model", "solid", 2.5),
    )
    return [
        lines.line(
            part, "threshold", y, one, name, showlegend=first, legendgroup=name,
            line={"color": one.colour, "width": width, "dash": dash},
        )
        for one, y, name, dash, width in styles
    ]  # fmt: skip


def _scale(part: pd.DataFrame, column: str) -> float:
    """Return what turns net benefit into the drawn column: 1, or one over the prevalence."""
    if column == "net_benefit" or part.empty:
        return 1.0
    sizes = part["net_benefit"].abs().to_numpy(dtype=float)
    if not np.isfinite(sizes).any() or np.nanmax(sizes) == 0:
        return float("nan")
    at = int(np.nanargmax(sizes))
    return float(part[column].iloc[at] / part["net_benefit"].iloc[at])


def _reach(part: pd.DataFrame, column: str) -> list[float]:
    """Return the range of a panel: flagging everyone may dive, which needs no room."""
    values = [*part[column].to_numpy(dtype=float), 0.0]
    top, low = float(np.nanmax(values)), float(np.nanmin(values))
    if top <= 0:
        return [max(low, -0.1), 0.01]
    return [max(min(1.1 * low, -0.25 * top), -top), 1.1 * top]


def _dress(figure: go.Figure, name: str, lines_of_panels: int) -> None:
    figure.update_annotations(font={"size": theme.FONT_SIZE})
    figure.update_xaxes(title="Threshold", row=lines_of_panels)
    figure.update_yaxes(title=name, row=(lines_of_panels + 1) // 2, col=1)


def _mark(figure: go.Figure, threshold: float, dark: bool) -> None:
    if text.defined(threshold):
        figure.add_vline(
            x=threshold, line={"color": palette.grey(dark), "width": 1.5, "dash": "dot"}
        )
