"""Reports and exports: an audit in words, as tables, and as one self-contained HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairfuse_core.report.summary import Summary, headline, summarise
from fairfuse_core.report.tables import csv_tables, to_csv, write_atomic

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit

__all__ = [
    "Summary",
    "csv_tables",
    "headline",
    "render_html",
    "summarise",
    "to_csv",
    "write_atomic",
]


def render_html(audit: Audit, *, title: str = "Fairness audit") -> str:
    """Return the whole audit as one self-contained, print-ready HTML page.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    title : str
        Title of the report.

    Returns
    -------
    str
        HTML that needs no network: styles, figures and the code that draws them are inside.
    """
    # Figures and templates are imported only when a report is asked for.
    from fairfuse_core.report.html import render

    return render(audit, title=title)
