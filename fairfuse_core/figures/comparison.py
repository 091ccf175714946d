"""Two models on the same patients: paired differences with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fairfuse_core.audit.block import short_reason
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import rows, selection, text
from fairfuse_core.figures.drawing import Drawing


def comparison(
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
    """Draw the paired difference of a metric, overall and by group.

    Parameters
    ----------
    frame : DataFrame
        From `fairfuse_core.audit.compare.compare_models`: columns target, attribute, group,
        metric, estimate_a, estimate_b, difference, low, high, method, p, p_holm, n, n_positive,
        reason, suppressed.
    metric : str
        Which metric to draw.
    model_a, model_b : str
        Names of the models; the difference is a less b.
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
    inside = selection.in_sentence(name)
    a, b = text.shorten(model_a), text.shorten(model_b)
    title = _title(kept, inside, a, b)
    subtitle = f"Paired difference, {a} less {b}; p adjusted by Holm"
    figure = rows.draw(
        grouped(kept, _entry),
        series=rows.series_for([f"{a} less {b}"], dark=dark),
        axis=rows.Axis(
            title=f"Difference in {inside}", rules=(rows.Rule(0.0, "No difference", dash="solid"),)
        ),
        title=title,
        subtitle=subtitle,
        compact=compact,
        dark=dark,
    )
    return Drawing(
        figure=figure,
        alt=f"Forest plot of paired differences. {title}; {_size(kept)}.",
        frame=kept,
        caption=f"Right of zero: {text.clean(model_a)} has the higher {inside}. Both models are "
        f"measured on the same patients, so the intervals ({selection.methods(_as_estimate(kept))})"
        " are of paired differences.",
        title=title,
        subtitle=subtitle,
    )


def rows_of(
    frame: pd.DataFrame, *, metric: str, target: str | None, attributes: Sequence[str] | None
) -> pd.DataFrame:
    """Return the rows of one metric and target, suppressed numbers blanked."""
    kept = frame[frame["metric"] == metric]
    if len(kept):
        kept = kept[kept["target"] == (kept["target"].iloc[0] if target is None else target)]
    if attributes is not None:
        kept = kept[kept["attribute"].isin([selection.OVERALL, *attributes])]
    if kept.empty:
        raise NotAvailableError(
            "a metric, target and attribute of the comparison",
            repr(metric),
            f"It holds: {text.listed(frame['metric'].drop_duplicates().tolist(), 30)}.",
        )
    return selection.without_suppressed_numbers(kept.reset_index(drop=True))


def grouped(frame: pd.DataFrame, entry: Any) -> list[rows.Row]:
    """Return rows by attribute and group, one entry each, made by ``entry(row, largest_n)``."""
    largest = float(frame["n"].max())
    made = []
    for attribute in selection.in_order(frame["attribute"]):
        if attribute != selection.OVERALL:
            made.append(rows.Row(label=attribute, header=True))
        part = frame[frame["attribute"] == attribute]
        made += [
            rows.Row(label=str(r.group), entries=(entry(r, largest),))
            for r in selection.records(part)
        ]
    return made


def _entry(row: Any, largest: float) -> rows.Entry:
    if row.suppressed or not text.defined(row.difference):
        return rows.Entry(series=0, words=said_why(row))
    value = text.estimate(row.difference, row.low, row.high)
    p = _tested(row)
    size = f"n {text.count(row.n)}, {text.count(row.n_positive)} positives"
    each = f"{text.number(row.estimate_a)} and {text.number(row.estimate_b)}"
    return rows.Entry(
        series=0,
        words=f"{value}, {p if text.defined(row.p) else 'not tested'}, n {text.count(row.n)}",
        x=float(row.difference),
        low=float(row.low),
        high=float(row.high),
        size=rows.diameter(float(row.n), largest),
        hover=(row.group, each, f"{value} ({row.method or 'no interval'})", p, size),
    )


def _tested(row: Any) -> str:
    return f"{text.p_value(row.p)}, adjusted {text.p_value(row.p_holm)[2:]}"


def said_why(row: Any) -> str:
    """Return why a comparison row has no number."""
    said = short_reason(row.reason) if isinstance(row.reason, str) else ""
    return said or ("suppressed" if row.suppressed else "not estimable")


def _as_estimate(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(estimate=frame["difference"])


def _title(frame: pd.DataFrame, inside: str, a: str, b: str) -> str:
    overall = frame[frame["attribute"] == selection.OVERALL]
    known = overall[overall["difference"].notna()]
    if known.empty:
        return f"{a} against {b}: difference in {inside} by group"
    row = next(iter(selection.records(known)))
    value = text.estimate(row.difference, row.low, row.high)
    said = f"{a} less {b} in {inside}: {value} over everyone"
    return f"{said}, {_tested(row)}" if text.defined(row.p) else said


def _size(frame: pd.DataFrame) -> str:
    return f"n {text.count(float(frame['n'].max()))}"
