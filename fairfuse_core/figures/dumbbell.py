"""Before and after, or one model and another: two marks a group, joined."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd

from fairfuse_core.figures import palette, rows, selection, text
from fairfuse_core.figures.comparison import grouped, rows_of, said_why
from fairfuse_core.figures.drawing import Drawing


def dumbbell(
    frame: pd.DataFrame,
    *,
    metric: str,
    model_a: str,
    model_b: str,
    target: str | None = None,
    attributes: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw a metric of two models by group, each pair joined by a line.

    Parameters
    ----------
    frame : DataFrame
        As for `fairfuse_core.figures.comparison.comparison`.
    metric : str
        Which metric to draw.
    model_a, model_b : str
        Names of the first (open mark) and second (filled mark) model.
    target : str, optional
        The first by default.
    attributes : sequence of str, optional
        Which attributes; all in the frame by default.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` holds the rows drawn.

    Raises
    ------
    NotAvailableError
        If the frame has no rows of the metric.
    """
    kept = rows_of(frame, metric=metric, target=target, attributes=attributes)
    name = selection.metric_title(metric)
    a, b = text.shorten(model_a), text.shorten(model_b)
    hue = palette.colours(1, dark)[0]
    title = f"{name}, {a} against {b}: {_moved(kept, b)}"
    bounds = (0.0, 1.0) if selection.in_unit_interval(metric) else (-1e308, 1e308)
    figure = rows.draw(
        grouped(kept, partial(_entry, names=(a, b))),
        series=[rows.Series(b, hue, "circle")],
        extras=(rows.Extra("a", a, "circle-open", palette.grey(dark), join=True),),
        axis=rows.Axis(title=name, bounds=bounds),
        title=title,
        subtitle="No intervals: whether a change is more than chance is in the paired differences",
        compact=compact,
        dark=dark,
    )
    return Drawing(
        figure=figure,
        alt=f"Dumbbell plot. {title}; n {text.count(float(kept['n'].max()))}.",
        frame=kept,
        caption=f"Open mark: {text.clean(model_a)}. Filled mark: {text.clean(model_b)}.",
        title=title,
    )


def _entry(row: Any, largest: float, names: tuple[str, str]) -> rows.Entry:
    if row.suppressed or not text.defined(row.estimate_a, row.estimate_b):
        return rows.Entry(series=0, words=said_why(row))
    change = text.number(row.estimate_b - row.estimate_a)
    both = f"{text.number(row.estimate_a)} → {text.number(row.estimate_b)}"
    return rows.Entry(
        series=0,
        words=f"{both} ({change}), n {text.count(row.n)}",
        x=float(row.estimate_b),
        size=12.0,
        hover=(
            row.group,
            f"{names[0]} {text.number(row.estimate_a)}",
            f"{names[1]} {text.number(row.estimate_b)}",
            f"change {change}",
        ),
        extras={"a": float(row.estimate_a)},
    )


def _moved(frame: pd.DataFrame, b: str) -> str:
    groups = frame[(frame["attribute"] != selection.OVERALL) & frame["difference"].notna()]
    if groups.empty:
        return "no group is estimable"
    # The frame's difference is the first model less the second.
    up, down = int((groups["difference"] < 0).sum()), int((groups["difference"] > 0).sum())
    return f"{b} is higher in {up} and lower in {down} of {len(groups)} groups"
