"""`fairfuse metrics`: the glossary, from the metric cards."""

from __future__ import annotations

import textwrap

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1)
def metrics(names: tuple[str, ...]) -> None:
    """Explain the metrics FairFuse knows, or those in NAMES."""
    from fairfuse_core.audit.metrics.registry import METRICS, metric

    cards = [metric(name) for name in names] if names else list(METRICS.values())
    for card in cards:
        other = f"; also called {', '.join(card.aka)}" if card.aka else ""
        better = {True: "higher is better", False: "lower is better"}.get(
            card.higher_is_better or False, ""
        )
        if card.higher_is_better is None:
            better = "neither direction is better by itself"
        click.echo(f"{card.name}: {card.title} ({card.symbol}){other}")
        for line in (
            card.meaning,
            f"{card.formula}; {better}; {card.tier}.",
            f"Undefined: {card.undefined}",
            f"Source: {card.citation}",
        ):
            click.echo(textwrap.fill(line, 78, initial_indent="  ", subsequent_indent="  "))
        click.echo()
