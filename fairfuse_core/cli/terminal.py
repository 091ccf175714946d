"""The audit on a terminal: legible at 80 columns, without colour, and in a log file."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairfuse_core.report import facts, summary
from fairfuse_core.report.words import estimate, in_sentence, number, p_value

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit

_WIDEST = 120
_NARROWEST = 60
_MOST = 5
"""Findings of one check that are printed; all of them with --verbose."""


def console() -> Console:
    """Return a console on stdout: at most 120 columns, 80 where nothing is known."""
    made = Console(highlight=False, soft_wrap=False)
    width = made.width if made.is_terminal else 80
    made.width = min(max(width, _NARROWEST), _WIDEST)
    return made


def show(audit: Audit, metrics: tuple[str, ...], *, verbose: bool) -> None:
    """Print what was audited, the gap tables, the verdict and the findings."""
    out = console()
    for name, value in _head(audit):
        _wrapped(f"{name}: {value}", out.width)
    for metric in metrics:
        for target in audit.targets:
            click.echo()
            out.print(_gap_table(audit, metric, target))
    for sentence in summary.summarise(audit).sentences:
        _wrapped(sentence, out.width)
    click.echo()
    _findings(audit, out.width, verbose=verbose)


def _head(audit: Audit) -> list[tuple[str, str]]:
    p = audit.provenance
    return [
        ("Audited", f"{p.source}, {facts.KINDS.get(p.kind, p.kind)}"),
        ("Size", facts.size(audit)),
        ("Threshold", facts.threshold(audit)),
        ("Small groups", facts.suppression(audit)),
        ("Digests", f"data {p.digest[:12]}, configuration {p.config_digest[:12]}"),
    ]


def _gap_table(audit: Audit, metric: str, target: str) -> Table:
    title = f"Largest gap in {in_sentence(summary.metric_title(metric))} between groups"
    if len(audit.targets) > 1:
        title += f", {audit.provenance.target_label} {target}"
    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=SIMPLE, pad_edge=False
    )
    table.add_column("attribute", overflow="fold")
    if len(audit.models) > 1:
        table.add_column("model", overflow="fold")
    level = f"{100 * audit.config.confidence:.3g} %"
    table.add_column(f"gap [{level} interval]", overflow="fold", min_width=20)
    for name in ("p", "adj. p", "expected"):
        table.add_column(name, justify="right", no_wrap=True)
    rows = summary.max_gaps(audit, metric, target=target)
    order = {name: k for k, name in enumerate(audit.attributes)}
    rows = rows.sort_values("attribute", key=lambda names: names.map(order), kind="stable")
    last = ""
    for row in rows.to_dict("records"):
        attribute = str(row["attribute"])
        cells = [attribute if attribute != last else "", *_cells(audit, row)]
        if len(audit.models) > 1:
            cells.insert(1, str(row["model"]))
        if last and attribute != last:
            table.add_section()
        table.add_row(*(Text(cell) for cell in cells))
        last = attribute
    return table


def _cells(audit: Audit, row: dict[Any, Any]) -> list[str]:
    if math.isnan(row["estimate"]):
        gap = str(row["reason"] or "not estimable")
    else:
        gap = estimate(row["estimate"], row["low"], row["high"])
        gap += f"\n{row['group']} over {row['reference']}"
    omitted = summary.gap_left_out(audit, row)
    if omitted:
        gap += f"\nleft out: {omitted}"
    adjusted = row[summary.adjusted_column(audit)]
    return [gap, p_value(row["p"]), p_value(adjusted), number(row["expected"])]


def _findings(audit: Audit, width: int, *, verbose: bool) -> None:
    counts = [
        f"{sum(f.outcome == key for f in audit.findings)} {name.lower()}"
        for key, name in facts.OUTCOMES.items()
        if any(f.outcome == key for f in audit.findings)
    ]
    click.echo(f"Findings: {', '.join(counts)}.")
    shown = facts.OUTCOMES if verbose else {"issue": "Issue", "note": "Note"}
    for outcome, name in shown.items():
        found = [f for f in audit.findings if f.outcome == outcome]
        for code in dict.fromkeys(f.code for f in found):
            run = [f for f in found if f.code == code]
            limit = len(run) if verbose or outcome == "issue" else _MOST
            for finding in run[:limit]:
                where = [finding.model if len(audit.models) > 1 else ""]
                where.append(finding.target if len(audit.targets) > 1 else "")
                about = ", ".join(part for part in where if part)
                lead = f"{name} {code}" + (f" ({about})" if about else "")
                _wrapped(f"{lead}: {finding.message}", width, indent="  ")
            if len(run) > limit:
                click.echo(f"{name} {code}: {len(run) - limit} more alike; --verbose prints them.")


def _wrapped(text: str, width: int, indent: str = "") -> None:
    click.echo(
        textwrap.fill(
            " ".join(text.split()), width, subsequent_indent=indent, break_on_hyphens=False
        )
    )
