"""One look for all figures: type, grid, margins, the title block, the export settings."""

from __future__ import annotations

from math import ceil
from typing import Any

import plotly.graph_objects as go

from fairfuse_core.figures import palette, text

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
"""Fonts the reader's machine has; none is fetched."""

FONT_SIZE = 13
SMALL = 12
"""Nothing in a figure is set smaller than this many pixels."""

EXPORT_CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "sendDataToCloud", "sendChartToCloud"],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
"""Plotly settings for pages and reports: nothing leaves the machine, no logo."""

_WIDE_TITLE, _NARROW_TITLE = 96, 36
_WIDE_SUBTITLE, _NARROW_SUBTITLE = 120, 48
_TITLE_LINE, _SUBTITLE_LINE, _BARE_TOP = 21, 17, 26


def template(*, dark: bool = False) -> go.layout.Template:
    """Return the Plotly template for screen (light or dark) and export (light)."""
    axis = {
        "gridcolor": palette.grid(dark),
        "gridwidth": 1,
        "linecolor": palette.grey(dark),
        "linewidth": 1,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": palette.grey(dark),
        "tickfont": {"size": SMALL},
        "title": {"font": {"size": FONT_SIZE}, "standoff": 8},
        "zeroline": False,
        "automargin": True,
    }
    layout = {
        "font": {"family": FONT, "size": FONT_SIZE, "color": palette.ink(dark)},
        "paper_bgcolor": palette.background(dark),
        "plot_bgcolor": palette.background(dark),
        "colorway": list(palette.colours(5, dark)),
        "xaxis": axis,
        "yaxis": axis,
        "hoverlabel": {
            "font": {"family": FONT, "size": FONT_SIZE, "color": palette.ink(dark)},
            "bgcolor": palette.background(dark),
            "bordercolor": palette.grey(dark),
            "align": "left",
        },
        "hovermode": "closest",
        # A drag on a phone scrolls the page; zoom stays in the tool bar.
        "dragmode": False,
        "legend": {"font": {"size": SMALL}, "bgcolor": "rgba(0,0,0,0)"},
    }
    return go.layout.Template(layout=layout)


def finish(
    figure: go.Figure,
    *,
    title: str,
    subtitle: str,
    inner: float,
    left: float = 60,
    right: float = 20,
    bottom: float = 56,
    legend_rows: int = 0,
    air: float = _BARE_TOP,
    dark: bool = False,
    compact: bool = False,
) -> go.Figure:
    """Set the title block, legend, margins and height of a figure.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Changed in place and returned.
    title, subtitle : str
        Plain text; wrapped and escaped here.
    inner : float
        Height of the plotting area, px.
    left, right, bottom : float
        Margins, px.
    legend_rows : int
        Lines the legend takes below the plot; 0 hides it.
    air : float
        Room above the plot besides the title, px.
    dark, compact : bool
        Dark page; narrow (phone) layout.
    """
    head = text.wrap(title, _NARROW_TITLE if compact else _WIDE_TITLE)
    under = text.wrap(subtitle, _NARROW_SUBTITLE if compact else _WIDE_SUBTITLE) if subtitle else []
    block = len(head) * _TITLE_LINE + len(under) * _SUBTITLE_LINE + 18
    legend_height = 24 * legend_rows + (6 if legend_rows else 0)
    margin = {"t": block + air, "b": bottom + legend_height, "l": left, "r": right}
    figure.update_layout(
        template=template(dark=dark),
        height=inner + margin["t"] + margin["b"],
        margin=margin,
        title={
            "text": _title_block(head, under, dark),
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 10, "t": 20},
            "font": {"size": 15},
        },
        showlegend=legend_rows > 0,
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": -(bottom - 4) / inner,
            "yanchor": "top",
            "itemsizing": "trace",
        },
        meta={"bare_top": air},
    )
    return figure


def _title_block(head: list[str], under: list[str], dark: bool) -> str:
    bold = "<br>".join(f"<b>{text.escape(line)}</b>" for line in head)
    if not under:
        return f'<span style="font-size:15px">{bold}</span>'
    small = "<br>".join(text.escape(line) for line in under)
    return (
        f'<span style="font-size:15px">{bold}</span><br>'
        f'<span style="font-size:{SMALL}px;color:{palette.grey(dark)}">{small}</span>'
    )


def legend_rows(names: list[str], *, compact: bool, extra: int = 0) -> int:
    """Return how many lines a legend of these names needs; 0 for a single unnamed series."""
    if len(names) + extra <= 1:
        return 0
    # Plotly sets a legend that does not fit one line in columns as wide as its longest entry.
    room = 330 if compact else 700
    widths = [48 + 7.0 * len(name) for name in names]
    if sum(widths) <= room:
        return 1
    return ceil(len(names) / max(1, int(room // max(widths))))
