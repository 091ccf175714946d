"""Curves by group: the looks, labels and words that ROC, sweep and the others share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import palette, rows, selection, text, theme, verdict

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

EVERYONE = "Everyone"
MAX_CURVES = 10
"""Five hues twice, solid and dashed: more outlines cannot be told apart."""


@dataclass(frozen=True)
class Curves:
    """The groups to draw with their looks, and what is known of them besides.

    Attributes
    ----------
    looks : tuple of Series
        "Everyone" first where present, in grey; then groups in the frame's order.
    values : mapping
        Row of ``audit.by_group`` (or ``overall``) by group, for the labelled metric.
    more : int
        Groups that were not drawn because there are too many.
    """

    looks: tuple[rows.Series, ...]
    values: Mapping[str, Any]
    more: int
    verdict: str = ""

    def name(self, group: str) -> str:
        """Return the legend entry: the group and, where known, its value."""
        row = self.values.get(group)
        if row is None or not text.defined(row.estimate):
            return text.label(group)
        return f"{text.label(group)} {text.number(row.estimate)}"


def prepare(
    frame: pd.DataFrame,
    *,
    audit: Audit | None,
    metric: str,
    model: str,
    target: str,
    attribute: str,
    groups: Sequence[str] | None,
    dark: bool,
) -> Curves:
    """Choose which groups are drawn and look up their value of ``metric``.

    Raises
    ------
    NotAvailableError
        If no curve is left to draw.
    """
    held = selection.in_order(frame["group"]) if len(frame) else []
    if groups is not None:
        held = [g for g in held if g in groups or g == EVERYONE]
    if not held:
        raise NotAvailableError(
            "at least one group with a curve",
            "none",
            "Choose an attribute with larger groups, or one whose groups have both outcomes.",
        )
    own = [g for g in held if g != EVERYONE]
    looks = rows.series_for(own[:MAX_CURVES], dark=dark)
    if EVERYONE in held:
        looks.insert(0, rows.Series(EVERYONE, palette.grey(dark), "circle"))
    values = known_values(audit, metric, model=model, target=target, attribute=attribute)
    more = max(0, len(own) - MAX_CURVES)
    said = ""
    if audit is not None and values and groups is None and not more:
        chosen = selection.Selection(target or audit.targets[0], (model,), (attribute,))
        gap = verdict.max_gap(audit, chosen, metric)
        said = verdict.chance(audit, gap) if gap is not None else ""
    return Curves(looks=tuple(looks), values=values, more=more, verdict=said)


def known_values(
    audit: Audit | None, metric: str, *, model: str, target: str, attribute: str
) -> dict[str, Any]:
    """Return the audit's rows of a metric by group; empty without an audit."""
    if audit is None or not metric:
        return {}
    chosen = selection.Selection(target or audit.targets[0], (model,), (attribute,))
    parts = [
        selection.pick(audit.overall, chosen, metric, attributes=("Overall",)),
        selection.pick(audit.by_group, chosen, metric),
    ]
    return {
        str(r.group): r for part in parts for r in selection.records(part) if not bool(r.suppressed)
    }


def line(
    part: pd.DataFrame, x: str, y: str, look: rows.Series, name: str, **options: Any
) -> go.Scatter:
    """Return a line trace of one group, its hover showing the plotted numbers."""
    hovers = [
        text.hover([look.name, *(f"{c.replace('_', ' ')} {text.number(v)}" for c, v in pairs)])
        for pairs in _hover_pairs(part, [x, y, "threshold"])
    ]
    settings: dict[str, Any] = {
        "mode": "lines",
        "line": {
            "color": look.colour,
            "width": 3 if look.name == EVERYONE else 2,
            "dash": look.dash,
        },
        "hovertext": hovers,
        "hoverinfo": "text",
        "legendgroup": text.escape(look.name),
    }
    return go.Scatter(x=numbers(part[x]), y=numbers(part[y]), name=name, **(settings | options))


def numbers(column: pd.Series[Any]) -> list[float | None]:
    """Return values for Plotly, six digits, None where undefined (a gap in the line)."""
    return [round(float(v), 6) if text.defined(float(v)) else None for v in column]


def _hover_pairs(part: pd.DataFrame, names: Sequence[str]) -> list[list[tuple[str, float]]]:
    kept = list(dict.fromkeys(n for n in names if n in part.columns))
    return [
        [(n, float(v)) for n, v in zip(kept, row, strict=True)]
        for row in selection.records(part[kept])
    ]


def note(curves: Curves, audit: Audit | None, attribute: str, extra: str = "") -> str:
    """Return the caption's last sentences: who is not drawn and why."""
    parts = [extra] if extra else []
    if curves.more:
        parts.append(f"{curves.more} more groups are not drawn; choose which to draw.")
    if audit is not None:
        drawn = {look.name for look in curves.looks}
        held = audit.groups[audit.groups["attribute"] == attribute]
        hidden = held[held["suppressed"].fillna(False).astype(bool)]
        names = [g for g in selection.in_order(hidden["group"]) if g not in drawn]
        if names:
            parts.append(f"Not drawn because suppressed: {text.listed(names)}.")
    return " ".join(parts)


def spread(curves: Curves, name: str, attribute: str) -> str:
    """Return "AUROC by gender: Male 0.866, Female 0.859; the gap is not ..." as far as known."""
    by = f" by {text.clean(attribute)}" if attribute else " by group"
    known = _known(curves)
    if not known:
        return f"{name}{by}"
    top, bottom = known[0], known[-1]
    pair = f"{text.shorten(top.group)} {text.number(top.estimate)}"
    if top is not bottom:
        pair += f", {text.shorten(bottom.group)} {text.number(bottom.estimate)}"
    return f"{name}{by}: {pair}" + (f"; the gap {curves.verdict}" if curves.verdict else "")


def extremes(curves: Curves, name: str) -> str:
    """Return the highest and lowest group with interval and n, for the alternative text."""
    known = _known(curves)
    if not known:
        return f"{name} by group is not known"
    if len(known) == 1:
        return f"{name}: {_value(known[0])}"
    ends = f"{name}: highest in {_value(known[0])}, lowest in {_value(known[-1])}"
    return f"{ends}; the gap {curves.verdict}" if curves.verdict else ends


def _known(curves: Curves) -> list[Any]:
    """Return the rows of the groups drawn, highest value first."""
    rows_ = [curves.values[s.name] for s in curves.looks if s.name in curves.values]
    own = [r for r in rows_ if r.group != EVERYONE and text.defined(r.estimate)]
    return sorted(own, key=lambda r: -float(r.estimate))


def _value(row: Any) -> str:
    value = text.estimate(row.estimate, row.low, row.high)
    return f"{text.shorten(row.group)} ({value}, n {text.count(row.n)})"


def finish(
    figure: go.Figure,
    curves: Curves,
    *,
    name: str,
    inner: float,
    audit: Audit | None,
    model: str,
    target: str,
    attribute: str,
    dark: bool,
    compact: bool,
) -> tuple[str, str]:
    """Dress a figure of curves, ``inner`` px high within its axes; return title and subtitle."""
    title, subtitle = spread(curves, name, attribute), context(audit, model, target)
    theme.finish(
        figure,
        title=title,
        subtitle=subtitle,
        inner=inner,
        legend_rows=theme.legend_rows(names(curves), compact=compact),
        dark=dark,
        compact=compact,
    )
    return title, subtitle


def context(audit: Audit | None, model: str, target: str) -> str:
    """Return the subtitle: model, target and, with an audit, n and the threshold."""
    if audit is None:
        return "; ".join(text.clean(p) for p in (model, target) if p)
    chosen = selection.select(
        audit, target=target or None, models=[model] if model else None, attributes=[]
    )
    return selection.setting(audit, chosen)


def names(curves: Curves) -> list[str]:
    """Return the legend entries, to reckon its height."""
    return [curves.name(look.name) for look in curves.looks]


def diagonal(dark: bool, hi: float = 1.0) -> go.Scatter:
    """Return the thin grey line of identity."""
    return go.Scatter(
        x=[0, hi], y=[0, hi], mode="lines", showlegend=False, hoverinfo="skip",
        line={"color": palette.grey(dark), "width": 1, "dash": "dot"},
    )  # fmt: skip


def shares(
    part: pd.DataFrame, look: rows.Series, column: str | None = None, name: str | None = None
) -> go.Scatter:
    """Return a step outline of a score histogram, as a density over the group's patients.

    A density rather than counts, so that groups of different size can be laid over each other
    and bins of different width compared.
    """
    part = part.sort_values("left")
    counted = part["n_negative"] + part["n_positive"] if column is None else part[column]
    total = float(counted.sum())
    held = [float(c) / total if total > 0 else 0.0 for c in counted]
    edges = [*part["left"].astype(float), *part["right"].astype(float).tail(1)]
    widths = [right - left for left, right in pairwise(edges)]
    heights = [s / w if w > 0 else 0.0 for s, w in zip(held, widths, strict=True)]
    return go.Scatter(
        x=[round(e, 6) for e in edges],
        y=[round(h, 6) for h in [*heights, *heights[-1:]]],
        mode="lines",
        name=name or text.label(look.name),
        showlegend=name is not None,
        legendgroup=text.escape(look.name),
        line={"color": look.colour, "width": 1.6, "dash": look.dash, "shape": "hv"},
        hovertext=[
            text.hover(
                [
                    look.name,
                    f"scores {text.number(left)} to {text.number(right)}",
                    f"share {text.number(share)}",
                ]
            )
            for (left, right), share in zip(
                pairwise([*edges, edges[-1]]), [*held, 0.0], strict=True
            )
        ],
        hoverinfo="text",
    )
