"""Heat map of an intersection: two attributes crossed, a third as panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import palette, selection, text, theme, verdict
from fairfuse_core.figures.drawing import Drawing

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

_CELL = 46.0
_BETWEEN = 62.0
_CROSS = " × "


@dataclass(frozen=True)
class _Grid:
    """Levels of the crossed attributes and the audit's row of each combination."""

    down: tuple[str, ...]
    across: tuple[str, ...]
    panels: tuple[str, ...]
    cells: Mapping[str, Any]
    turned: bool = False

    def cell(self, panel: str, down: str, across: str) -> Any | None:
        """Return the audit's row of a combination, None where no patient falls into it."""
        pair = (across, down) if self.turned else (down, across)
        parts = (*pair, panel) if panel else pair
        return self.cells.get(_CROSS.join(parts))


def heatmap(
    audit: Audit,
    *,
    metric: str,
    attribute: str,
    model: str | None = None,
    target: str | None = None,
    dark: bool = False,
    compact: bool = False,
) -> Drawing:
    """Draw a metric over the intersection of two or three attributes.

    Parameters
    ----------
    audit : Audit
        An audit with that intersection.
    metric : str
        Name of a metric the audit computed.
    attribute : str
        The intersection, as "gender × race"; a third attribute makes a panel a level.
    model, target : str, optional
        The first by default.
    dark, compact : bool
        Dark page; narrow (phone) layout.

    Returns
    -------
    Drawing
        ``frame`` holds the rows of ``audit.by_group`` drawn.

    Raises
    ------
    NotAvailableError
        If the attribute is no intersection of two or three others.
    """
    parts = audit.parts.get(attribute, ())
    if len(parts) not in (2, 3):
        raise NotAvailableError(
            "an intersection of two or three attributes", repr(attribute),
            "Audit with intersections, for example gender with race.",
        )  # fmt: skip
    model = audit.models[0] if model is None else model
    chosen = selection.select(audit, target=target, models=[model], attributes=[attribute])
    frame = selection.by_group(audit, chosen, metric, overall=False)
    grid = _grid(audit, parts, frame, compact)
    middle = _overall(audit, chosen, metric)
    reach = _reach(frame, middle)
    figure = make_subplots(
        rows=len(grid.panels), cols=1,
        vertical_spacing=min(0.5, _BETWEEN / _inner(grid)) if len(grid.panels) > 1 else 0.0,
        subplot_titles=[f"<b>{text.label(p)}</b>" for p in grid.panels] if parts[2:] else None,
    )  # fmt: skip
    figure.update_annotations(font={"size": theme.FONT_SIZE})
    for row, panel in enumerate(grid.panels, start=1):
        _panel(figure, grid, panel, row, audit, middle, reach, dark, compact)
    title, subtitle = _words(audit, chosen, metric, frame, middle)
    figure.update_xaxes(title=text.escape(parts[0 if grid.turned else 1]), row=len(grid.panels))
    theme.finish(
        figure, title=title, subtitle=subtitle, inner=_inner(grid), bottom=84,
        right=16 if compact else 20, left=50, dark=dark, compact=compact,
    )  # fmt: skip
    name = selection.in_sentence(selection.metric_title(metric))
    return Drawing(
        figure=figure,
        alt=f"Heat map of {name} over {text.clean(attribute)}: "
        f"{verdict.extremes(frame, several_models=False)}.",
        frame=frame,
        caption="Orange lies above the value over everyone, blue below; the colour says nothing "
        "about chance, so read the intervals in the table. Hatched cells have no number, for the "
        f"reason written in them. Suppressed: fewer than {audit.config.min_group} patients, or "
        "hidden to protect such a cell.",
        title=title,
        subtitle=subtitle,
    )


def _grid(audit: Audit, parts: Sequence[str], frame: pd.DataFrame, compact: bool) -> _Grid:
    cells = {str(r.group): r for r in selection.records(frame)}
    levels = []
    for i, part in enumerate(parts):
        held = audit.groups[audit.groups["attribute"] == part]
        named = selection.in_order(held["group"])
        levels.append(tuple(named or dict.fromkeys(g.split(_CROSS)[i] for g in cells)))
    down, across, panels = levels[0], levels[1], levels[2] if len(parts) > 2 else ("",)
    # A phone has room downwards: the longer attribute goes there.
    if compact and len(across) > len(down):
        return _Grid(across, down, panels, cells, turned=True)
    return _Grid(down, across, panels, cells)


def _overall(audit: Audit, chosen: selection.Selection, metric: str) -> float:
    rows = selection.pick(audit.overall, chosen, metric, attributes=(selection.OVERALL,))
    return float(rows["estimate"].iloc[0]) if len(rows) else float("nan")


def _reach(frame: pd.DataFrame, middle: float) -> float:
    """Return the distance from the overall value at which the colour is full."""
    away = (frame["estimate"].astype(float) - middle).abs().max()
    return float(away) if text.defined(float(away)) and away > 0 else 1.0


def _inner(grid: _Grid) -> float:
    panels = len(grid.panels)
    return _CELL * len(grid.down) * panels + _BETWEEN * (panels - 1)


def _panel(
    figure: go.Figure,
    grid: _Grid,
    panel: str,
    row: int,
    audit: Audit,
    middle: float,
    reach: float,
    dark: bool,
    compact: bool,
) -> None:
    z: list[list[float | None]] = []
    hovers: list[list[str]] = []
    ax = "" if row == 1 else str(row)
    for j, down in enumerate(grid.down):
        z.append([])
        hovers.append([])
        for i, across in enumerate(grid.across):
            cell = grid.cell(panel, down, across)
            known = cell is not None and not cell.suppressed and text.defined(cell.estimate)
            z[-1].append(float(cell.estimate) if cell is not None and known else None)
            hovers[-1].append(_hover(audit, cell))
            where = {"x": i, "y": j, "xref": f"x{ax}", "yref": f"y{ax}"}
            if cell is not None and known:
                _value(figure, cell, where, middle, reach, compact)
            else:
                _blank(figure, audit, cell, where, dark, compact)
    figure.add_trace(
        go.Heatmap(
            z=z, x=list(range(len(grid.across))), y=list(range(len(grid.down))),
            hovertext=hovers, hoverinfo="text", xgap=2, ygap=2, showscale=False,
            colorscale=[list(stop) for stop in palette.DIVERGING],
            zmin=middle - reach if text.defined(middle) else None,
            zmax=middle + reach if text.defined(middle) else None,
        ),
        row=row, col=1,
    )  # fmt: skip
    _ticks(figure, grid, row, compact)


def _ticks(figure: go.Figure, grid: _Grid, row: int, compact: bool) -> None:
    narrow = 8 if compact else 14
    figure.update_xaxes(
        tickvals=list(range(len(grid.across))),
        ticktext=[text.fold(text.shorten(a), narrow) for a in grid.across],
        showgrid=False, showline=False, ticks="", fixedrange=True, tickangle=0, row=row, col=1,
        range=[-0.5, len(grid.across) - 0.5],
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(grid.down))),
        ticktext=[text.fold(text.shorten(d), 10 if compact else 20) for d in grid.down],
        showgrid=False, showline=False, ticks="", fixedrange=True, row=row, col=1,
        range=[len(grid.down) - 0.5, -0.5],
    )  # fmt: skip


def _value(
    figure: go.Figure, cell: Any, where: dict[str, Any], middle: float, reach: float, compact: bool
) -> None:
    away = (float(cell.estimate) - middle) / (2 * reach) if text.defined(middle) else 0.0
    ink = palette.text_on(palette.diverging_at(0.5 + away))
    digits = 2 if compact else 3
    figure.add_annotation(
        **where, showarrow=False, font={"size": theme.SMALL, "color": ink},
        text=f"<b>{text.number(cell.estimate, digits)}</b><br>n {text.count(cell.n)}",
    )  # fmt: skip


def _blank(
    figure: go.Figure, audit: Audit, cell: Any | None, where: dict[str, Any], dark: bool,
    compact: bool,
) -> None:  # fmt: skip
    if cell is None:
        said = "no patients"
    elif cell.suppressed:
        said = "suppressed"
    else:
        said = "not estimable"
    x, y, grey = where["x"], where["y"], palette.grey(dark)
    refs = {"xref": where["xref"], "yref": where["yref"], "layer": "below"}
    figure.add_shape(
        type="rect", x0=x - 0.48, x1=x + 0.48, y0=y - 0.47, y1=y + 0.47,
        fillcolor=palette.faded(grey, 0.14), line={"color": grey, "width": 1, "dash": "dot"},
        **refs,
    )  # fmt: skip
    stripes = " ".join(
        f"M{x - 0.48 + s:.2f},{y + 0.47:.2f} L{x - 0.48 + s + 0.16:.2f},{y - 0.47:.2f}"
        for s in (0.0, 0.2, 0.4, 0.6, 0.8)
    )
    figure.add_shape(
        type="path", path=stripes, line={"color": palette.faded(grey, 0.35), "width": 1}, **refs
    )
    figure.add_annotation(
        **where, showarrow=False, text=f"<i>{text.fold(said, 8 if compact else 14)}</i>",
        font={"size": theme.SMALL, "color": palette.ink(dark)},
    )  # fmt: skip


def _hover(audit: Audit, cell: Any | None) -> str:
    if cell is None:
        return "no patients"
    if cell.suppressed or not text.defined(cell.estimate):
        return text.hover([cell.group, selection.reason(audit, cell)])
    size = f"n {text.count(cell.n)}, {text.count(cell.n_positive)} positives"
    return text.hover([cell.group, text.estimate(cell.estimate, cell.low, cell.high), size])


def _words(
    audit: Audit, chosen: selection.Selection, metric: str, frame: pd.DataFrame, middle: float
) -> tuple[str, str]:
    title = verdict.forest_title(audit, chosen, metric, frame)
    name = selection.metric_title(metric)
    setting = selection.setting(audit, chosen, metric)
    return title, f"{name}; overall {text.number(middle)}; {setting}"
