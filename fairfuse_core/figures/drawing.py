"""What every figure returns: the picture, its words and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure that can be shown, read aloud, tabulated and printed.

    All words are plain text: whoever puts ``alt``, ``caption``, ``title`` or ``subtitle`` into
    HTML or Markdown escapes them there. Inside ``figure`` they are escaped already.

    Attributes
    ----------
    figure : plotly.graph_objects.Figure
        The picture, with title and subtitle inside.
    alt : str
        One sentence with the takeaway, its numbers and n.
    frame : pandas.DataFrame
        The table behind the picture; suppressed groups keep their row without any number.
    caption : str
        What the marks mean, the interval method, what was left out.
    title, subtitle : str
        The finding; the metric, threshold and n.
    """

    figure: go.Figure
    alt: str
    frame: pd.DataFrame
    caption: str
    title: str = ""
    subtitle: str = ""

    def untitled(self) -> go.Figure:
        """Return a copy without the title block, for pages that print the title as text."""
        # Not Figure(figure): that reorders keys inside the original.
        figure = go.Figure(self.figure.to_dict())
        top = figure.layout.margin.t
        saved = max(0, top - (figure.layout.meta or {}).get("bare_top", top))
        figure.update_layout(
            title=None, margin={"t": top - saved}, height=figure.layout.height - saved
        )
        return figure
