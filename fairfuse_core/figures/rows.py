"""Dot-and-interval rows: the layout that forests, gaps, comparisons and indices share.

Wide: names on the left, marks in the middle, numbers in a column on the right.
Compact (phones): the name and the numbers stand on lines of their own above each mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, log10, nan, sqrt
from typing import Any

import plotly.graph_objects as go

from fairfuse_core.figures import palette, text, theme
from fairfuse_core.figures.rowmodel import (
    Axis,
    Entry,
    Extra,
    Row,
    Rule,
    Series,
    diameter,
    series_for,
)

__all__ = ["Axis", "Entry", "Extra", "Row", "Rule", "Series", "diameter", "draw", "series_for"]

SLOT = 25.0
"""Height of one line, px."""

Note = dict[str, Any]
"""An annotation as Plotly wants it."""

_NARROW_SLOT = 20.0
_LINE = 0.75
"""Height of a line of small text in the narrow layout, in slots."""

_NARROW = 52
"""Characters of small text that fit a phone."""


@dataclass
class _Plan:
    """Vertical positions, in slots from the top."""

    marks: list[tuple[Entry, float]] = field(default_factory=list)
    names: list[tuple[Row, float]] = field(default_factory=list)
    words: list[tuple[tuple[str, ...], Entry, float]] = field(default_factory=list)
    total: float = 0.0


def draw(
    rows: Sequence[Row],
    *,
    series: Sequence[Series],
    axis: Axis,
    title: str,
    subtitle: str,
    extras: Sequence[Extra] = (),
    compact: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Return the figure of some rows; height = lines x constant."""
    plan = _plan_compact(rows, series) if compact else _plan_wide(rows)
    figure = go.Figure()
    for i, one in enumerate(series):
        figure.add_trace(_series_trace(plan, i, one))
    for extra in extras:
        figure.add_traces(_extra_traces(plan, extra))
    _names(figure, plan, compact)
    notes, widest = _words(plan, compact, dark)
    low, high = _span(plan, axis)
    _value_axis(figure, axis, low, high)
    notes += _references(figure, axis, (low, high), dark)
    # All at once: each one added by itself has Plotly check all those before it again.
    figure.layout.annotations = [*(_name_lines(plan) if compact else ()), *notes]
    figure.update_yaxes(
        range=[-plan.total, 0], fixedrange=True, showgrid=False, showline=False, ticks=""
    )
    names = [s.name for s in series] + [e.name for e in extras]
    return theme.finish(
        figure,
        title=title,
        subtitle=subtitle,
        inner=max(plan.total, 2.0) * (_NARROW_SLOT if compact else SLOT),
        left=12 if compact else 40,
        right=14 if compact else 24 + 6.7 * widest,
        legend_rows=theme.legend_rows(names, compact=compact),
        dark=dark,
        compact=compact,
    )


def _plan_wide(rows: Sequence[Row]) -> _Plan:
    plan = _Plan()
    top = 0.3
    for row in rows:
        lines = max(len(row.entries), 1)
        plan.names.append((row, top + lines / 2))
        for i, entry in enumerate(row.entries):
            plan.marks.append((entry, top + i + 0.5))
            plan.words.append(((entry.words,), entry, top + i + 0.5))
        top += lines + (0.35 if lines > 1 else 0.0)
    plan.total = top + 0.2
    return plan


def _plan_compact(rows: Sequence[Row], series: Sequence[Series]) -> _Plan:
    plan = _Plan()
    top = 0.3
    for row in rows:
        plan.names.append((row, top + 0.5))
        top += 1.0
        for entry in row.entries:
            said = entry.words
            if len(series) > 1 and (entry.drawn or len(row.entries) > 1):
                said = f"{text.shorten(series[entry.series].name, 22)}: {said}"
            lines = tuple(text.wrap(said, _NARROW))
            height = _LINE * len(lines)
            plan.words.append((lines, entry, top + height / 2))
            top += height + 0.15
            if entry.drawn:
                plan.marks.append((entry, top + 0.4))
                top += 0.9
        top += 0.2
    plan.total = top + 0.2
    return plan


def _series_trace(plan: _Plan, index: int, one: Series) -> go.Scatter:
    drawn = [(e, y) for e, y in plan.marks if e.series == index and e.drawn]
    bars = [
        (e.high - e.x, e.x - e.low) if text.defined(e.low, e.high) else (0, 0) for e, _ in drawn
    ]
    # A legend mark has to be there even when nothing of the series is estimable.
    return go.Scatter(
        x=_or_nothing([e.x for e, _ in drawn]),
        y=_or_nothing([-y for _, y in drawn]),
        mode="markers",
        name=text.label(one.name),
        marker={
            "color": one.colour,
            "symbol": one.symbol,
            "size": [e.size for e, _ in drawn] or 10,
            # Marks of different size are see-through unless told otherwise.
            "opacity": 1,
            "line": {"width": 2 if one.symbol.endswith("-open") else 0, "color": one.colour},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [max(b[0], 0.0) for b in bars],
            "arrayminus": [max(b[1], 0.0) for b in bars],
            "color": one.colour,
            "thickness": 2,
            "width": 4,
        },
        hovertext=[text.hover(e.hover) for e, _ in drawn],
        hoverinfo="text",
    )


def _or_nothing(values: list[float]) -> list[float | None]:
    return [*values] if values else [None]


def _extra_traces(plan: _Plan, extra: Extra) -> list[go.Scatter]:
    points = [
        (e, y, e.extras[extra.key])
        for e, y in plan.marks
        if text.defined(e.extras.get(extra.key, nan))
    ]
    traces = []
    if extra.join:
        xs: list[float | None] = []
        ys: list[float | None] = []
        for e, y, x in points:
            xs += [x, e.x, None]
            ys += [-y, -y, None]
        traces.append(
            go.Scatter(
                x=xs, y=ys, mode="lines", showlegend=False, hoverinfo="skip",
                line={"color": extra.colour, "width": 2},
            )
        )  # fmt: skip
    traces.append(
        go.Scatter(
            x=_or_nothing([x for _, _, x in points]),
            y=_or_nothing([-y for _, y, _ in points]),
            mode="markers",
            name=text.escape(extra.name),
            marker={
                "symbol": extra.symbol,
                "color": extra.colour,
                "size": 12,
                "line": {"width": 2, "color": extra.colour},
            },
            hovertext=[text.hover([f"{extra.name}: {text.number(x)}"]) for _, _, x in points],
            hoverinfo="text",
        )
    )
    return traces


def _names(figure: go.Figure, plan: _Plan, compact: bool) -> None:
    if not compact:
        shown = [
            f"<b>{text.label(r.label, 44)}</b>" if r.header else text.label(r.label)
            for r, _ in plan.names
        ]
        figure.update_yaxes(tickvals=[-y for _, y in plan.names], ticktext=shown)
        return
    figure.update_yaxes(showticklabels=False)


def _name_lines(plan: _Plan) -> list[Note]:
    """Return the names as lines above their marks."""
    lines = []
    for row, y in plan.names:
        name = text.label(row.label, 40)
        lines.append(
            _left_of(y)
            | {
                "text": f"<b>{name}</b>" if row.header else name,
                "font": {"size": 14 if row.header else 13},
            }
        )
    return lines


def _words(plan: _Plan, compact: bool, dark: bool) -> tuple[list[Note], int]:
    """Return the numbers (or reasons) beside the marks, and the longest line in characters."""
    widest = 0
    notes: list[Note] = []
    grey = palette.grey(dark)
    for lines, entry, y in plan.words:
        said = " ".join(lines)
        if compact:
            note: Note = {
                "text": "<br>".join(text.escape(line) for line in lines),
                "font": {"size": theme.SMALL, "color": grey},
                # Grid and reference lines run behind the words, not through them.
                "bgcolor": palette.faded(palette.background(dark), 0.85),
                "borderpad": 0,
            }
        elif entry.drawn:
            widest = max(widest, len(said))
            note = {
                "x": 1, "xshift": 10, "text": text.escape(said), "font": {"size": theme.SMALL},
            }  # fmt: skip
        else:
            note = {
                "xshift": 6,
                "text": f"<i>{text.label(said, 130)}</i>",
                "hovertext": text.hover([said]),
                "font": {"size": theme.SMALL, "color": grey},
            }
        notes.append(_left_of(y) | note)
    return notes, widest


def _left_of(y: float) -> Note:
    return {
        "x": 0, "xref": "x domain", "xanchor": "left", "y": -y, "yref": "y",
        "yanchor": "middle", "showarrow": False, "align": "left",
    }  # fmt: skip


def _span(plan: _Plan, axis: Axis) -> tuple[float, float]:
    """Return the range of the value axis: all marks, bars and rules, with some air."""
    values = [rule.x for rule in axis.rules]
    for entry, _ in plan.marks:
        values += [entry.x, entry.low, entry.high, *entry.extras.values()]
    if axis.band:
        values += axis.band[:2]
    values = [v for v in values if isfinite(v) and (v > 0 or not axis.log)]
    if not values:
        low, high = max(axis.bounds[0], 0.0), min(axis.bounds[1], 1.0)
        return (0.5, 2.0) if axis.log else (low, high)
    low, high = min(values), max(values)
    if axis.log:
        return low / 1.15, high * 1.15
    air = 0.06 * (high - low) or 0.05
    # Half a marker of room beyond the end of the scale, so that a value of 1 is not cut.
    edge = 0.02 * (high - low)
    return max(low - air, axis.bounds[0] - edge), min(high + air, axis.bounds[1] + edge)


def _value_axis(figure: go.Figure, axis: Axis, low: float, high: float) -> None:
    figure.update_xaxes(
        title={"text": text.escape(axis.title)},
        type="log" if axis.log else "linear",
        range=[log10(low), log10(high)] if axis.log else [low, high],
        fixedrange=True,
        nticks=8,
    )
    if axis.ticks:
        shown = [t for t in axis.ticks if low <= t <= high]
        figure.update_xaxes(tickvals=shown, ticktext=[f"{t:g}" for t in shown])


def _references(figure: go.Figure, axis: Axis, span: tuple[float, float], dark: bool) -> list[Note]:
    """Draw band and rules; return their labels."""
    labels: list[Note] = []
    place = log10 if axis.log else float
    left, right = place(span[0]), place(span[1])
    if axis.band:
        low, high, said = axis.band
        figure.add_shape(
            type="rect", x0=low, x1=high, y0=0, y1=1, xref="x", yref="y domain",
            fillcolor=palette.faded(palette.grey(dark), 0.16), line={"width": 0}, layer="below",
        )  # fmt: skip
        middle = place(sqrt(low * high) if axis.log else (low + high) / 2)
        labels.append(_top_label(middle, (middle - left) / (right - left), said, dark))
    for rule in axis.rules:
        colour = rule.colour or palette.grey(dark)
        figure.add_shape(
            type="line", x0=rule.x, x1=rule.x, y0=0, y1=1, xref="x", yref="y domain",
            line={"color": colour, "width": 1.5, "dash": rule.dash}, layer="below",
        )  # fmt: skip
        if rule.label:
            at = place(rule.x)
            labels.append(_top_label(at, (at - left) / (right - left), rule.label, dark))
    return labels


def _top_label(x: float, share: float, said: str, dark: bool) -> Note:
    """Return a label above the plot, at ``share`` of its width; near an end, turned inwards."""
    return {
        "x": x, "xref": "x", "y": 1, "yref": "y domain", "yanchor": "bottom", "showarrow": False,
        "xanchor": "left" if share < 0.15 else "right" if share > 0.85 else "center",
        "text": text.escape(said), "font": {"size": theme.SMALL, "color": palette.grey(dark)},
    }  # fmt: skip
