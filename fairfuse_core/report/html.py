"""`render`: the audit as one HTML page that needs no network and prints on A4."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from fairfuse_core.figures import EXPORT_CONFIG
from fairfuse_core.report import facts, findings, layouts, methods, plots, summary, words

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the template environment: everything is escaped, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["css_string"] = css_string
    made.filters["numeric"] = is_numeric
    return made


def css_string(text: str) -> Markup:
    """Return ``text`` as a quoted CSS string; any sign that could end it is written as a code."""
    safe = (c if c.isalnum() or c in " .,:;()·-×" else f"\\{ord(c):06x}" for c in text)
    return Markup('"' + "".join(safe) + '"')  # noqa: S704 - nothing but letters and codes is left


def is_numeric(column: pd.Series[Any]) -> bool:
    """Return whether a column of printed cells holds bare numbers only (set flush right)."""
    signs = str.maketrans("", "", "0123456789.,−–<∞ ")
    return all(not str(cell).translate(signs) for cell in column)


def render(audit: Audit, *, title: str) -> str:
    """Return the report; see `fairfuse_core.report.render_html`."""
    template = environment().get_template("report.html.j2")
    return template.render(
        title=title,
        audit=audit,
        p=audit.provenance,
        stamp=_stamp(audit),
        facts=facts.facts(audit),
        summary=summary.summarise(audit),
        level=summary.alpha(audit),
        metric_title=summary.metric_title,
        in_sentence=words.in_sentence,
        metrics=summary.headline_metrics(audit),
        layouts=layouts,
        crossed=layouts.crossed_attributes(audit),
        plain=layouts.plain_attributes(audit),
        plots=plots,
        drawn=plots.targets_drawn(audit),
        curves=list(plots.curve_plots(audit)),
        methods=methods.methods(audit),
        definitions=methods.definitions(audit),
        findings=findings.by_outcome(audit),
        config=Markup(plots.embed(_json(EXPORT_CONFIG | {"responsive": False}))),  # noqa: S704 - embed
        plotly=Markup(_plotly()),  # noqa: S704 - the library's own file
        css=Markup(_text("report.css")),  # noqa: S704 - our own file
        script=Markup(_text("report.js")),  # noqa: S704 - our own file
        Markup=Markup,
    )


def _stamp(audit: Audit) -> tuple[str, str, str]:
    """Return the three lines that stand at the foot of every page."""
    p = audit.provenance
    return (
        f"{_short(p.source, 40)} · data {p.digest[:12]} · configuration {p.config_digest[:12]}",
        f"FairFuse {p.version} · {p.created} · {_short(facts.suppression(audit))}",
        _short(f"Threshold: {facts.threshold_brief(audit)}", 96),
    )


def _short(text: str, width: int = 70) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


@lru_cache(maxsize=1)
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
