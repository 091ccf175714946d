"""The `fairfuse` command. Each subcommand is a file here, imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from fairfuse_core._version import __version__
from fairfuse_core.cli.failures import report_failures

_COMMANDS = {
    "audit": ("fairfuse_core.cli.audit", "audit", "Audit a table of predictions or of counts."),
    "app": ("fairfuse_core.cli.app", "app", "Open the app in the browser."),
    "cohort": (
        "fairfuse_core.cli.cohort",
        "cohort",
        "Build a cohort from raw tables, or describe one.",
    ),
    "data": ("fairfuse_core.cli.data", "data", "Download open data sets."),
    "metrics": ("fairfuse_core.cli.metrics", "metrics", "Explain the metrics."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called, so that help comes at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fairfuse", message="%(prog)s %(version)s")
def cli() -> None:
    """Audit clinical prediction models by subgroup: for whom do they work less well?"""


def main() -> None:
    """Run the command; bad input ends in one sentence on stderr and exit status 2."""
    sys.exit(report_failures(cli, sys.argv[1:]))
