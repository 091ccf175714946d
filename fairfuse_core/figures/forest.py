"""Forest plot of one metric: a row a group, with interval, n and the overall value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.figures import rows, selection, text, verdict
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def forest(
    audit: Audit,
    *,
    metric: str,
    attribute: str | Sequence[str] | None = None,
    target: str | None = None,
    models: Sequence[str] | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw one metric for every group, in protocol order.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    metric : str
        Name of a metric the audit computed.
    attribute : str or sequence of str, optional
        Attributes to draw; all but intersections by default.
    target : str, optional
        The first by default.
    models : sequence of str, optional
        All by default.
    dark, compact : bool
        Dark page; narrow (phone) layout with the numbers on lines of their own.

    Returns
    -------
    Drawing
        ``frame`` holds the rows of ``audit.overall`` and ``audit.by_group`` drawn.

    Raises
    ------
    NotAvailableError
        If the audit lacks the metric, attribute, target or model.
    """
    asked = [attribute] if isinstance(attribute, str) else attribute
    chosen = selection.select(audit, target=target, models=models, attributes=asked)
    frame = selection.by_group(audit, chosen, metric)
    series = rows.series_for(chosen.models, dark=dark)
    everyone = frame[frame["attribute"] == "Overall"]
    name = selection.metric_title(metric)
    title = verdict.forest_title(audit, chosen, metric, frame)
    subtitle = selection.setting(audit, chosen, metric)
    figure = rows.draw(
        _rows(audit, frame, chosen.models),
        series=series,
        axis=rows.Axis(
            title=name,
            rules=_rules(everyone, series),
            bounds=(0.0, 1.0) if selection.in_unit_interval(metric) else (-1e308, 1e308),
        ),
        title=title,
        subtitle=subtitle,
        compact=compact,
        dark=dark,
    )
    return Drawing(
        figure=figure,
        alt=_alt(frame, name, chosen),
        frame=frame,
        caption=_caption(audit, frame),
        title=title,
        subtitle=subtitle,
    )


def _rows(audit: Audit, frame: pd.DataFrame, models: Sequence[str]) -> list[rows.Row]:
    largest = float(frame.loc[frame["attribute"] != "Overall", "n"].max())
    made = []
    for attribute in selection.in_order(frame["attribute"]):
        part = frame[frame["attribute"] == attribute]
        if attribute != "Overall":
            made.append(rows.Row(label=attribute, header=True))
        for group in selection.in_order(part["group"]):
            found = {r.model: r for r in selection.records(part[part["group"] == group])}
            entries = tuple(
                _entry(audit, i, found[model], largest)
                for i, model in enumerate(models)
                if model in found
            )
            made.append(rows.Row(label=group, entries=entries))
    return made


def _entry(audit: Audit, series: int, row: Any, largest: float) -> rows.Entry:
    if bool(row.suppressed) or not text.defined(row.estimate):
        return rows.Entry(series=series, words=selection.reason(audit, row))
    size = f"n {text.count(row.n)}, {text.count(row.n_positive)} positives"
    value = text.estimate(row.estimate, row.low, row.high)
    return rows.Entry(
        series=series,
        words=f"{value}, {size}",
        x=float(row.estimate),
        low=float(row.low),
        high=float(row.high),
        size=rows.diameter(float(row.n), largest),
        hover=(row.group, row.model, f"{value} ({row.method or 'no interval'})", size),
    )


def _rules(everyone: pd.DataFrame, series: Sequence[rows.Series]) -> tuple[rows.Rule, ...]:
    values = {str(r.model): float(r.estimate) for r in selection.records(everyone)}
    drawn = [s for s in series if text.defined(values.get(s.name))]
    if len(series) == 1:
        return tuple(
            rows.Rule(values[s.name], f"Overall {text.number(values[s.name])}") for s in drawn
        )
    # Several lines would print their labels over each other; the row "Everyone" has the numbers.
    return tuple(rows.Rule(values[s.name], colour=s.colour) for s in drawn)


def _alt(frame: pd.DataFrame, name: str, chosen: selection.Selection) -> str:
    groups = frame[frame["attribute"] != "Overall"]
    said = f"Forest plot of {selection.in_sentence(name)} by {text.listed(chosen.attributes)}"
    return f"{said}: {verdict.extremes(groups, several_models=len(chosen.models) > 1)}."


def _caption(audit: Audit, frame: pd.DataFrame) -> str:
    parts = [
        f"Bars: {audit.config.confidence:.0%} intervals ({selection.methods(frame)}).",
        "Marker area grows with the number of patients.",
        "The dotted line is the value over everyone.",
        "Overlapping intervals are no test; the gap has one of its own.",
    ]
    if frame["suppressed"].fillna(False).any():
        parts.append(f"Groups of fewer than {audit.config.min_group} patients are suppressed.")
    return " ".join(parts)
