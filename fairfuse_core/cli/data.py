"""`fairfuse data`: open data sets from their official location."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairfuse_core.errors import ConfigError

if TYPE_CHECKING:
    from fairfuse_core.cohort.download import Dataset


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def data() -> None:
    """Download open data sets."""


@data.command()
@click.argument("name", metavar="{eicu-demo|mimic-iv-demo|physionet2012|diabetes130}")
@click.option("--out", metavar="FOLDER", help="Where it goes; data/NAME unless given.")
@click.option("--yes", is_flag=True, help="Accept the licence without being asked.")
@click.option("--mirror", metavar="URL", envvar="FAIRFUSE_DATA_MIRROR", show_envvar=True,
              help="Fetch from URL/NAME/ instead of the official address.")  # fmt: skip
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def get(name: str, out: str | None, yes: bool, mirror: str | None, debug: bool) -> None:
    """Download an open data set; stopped half-way, the same command goes on.

    Every file is checked against its official SHA-256 and has its name only when it is whole.
    """
    from fairfuse_core.cli.progress import Progress
    from fairfuse_core.cohort.download import DATASETS, DownloadError
    from fairfuse_core.cohort.download import get as download

    del debug  # read by the error handler
    if name not in DATASETS:
        raise ConfigError(
            f"a data set among {', '.join(DATASETS)}", repr(name), "Name one of these."
        )
    dataset = DATASETS[name]
    _show(dataset)
    if not yes:
        _ask()
    progress = Progress()
    try:
        folder = download(name, Path(out or f"data/{name}"), mirror=mirror, progress=progress)
    except DownloadError as error:
        progress.close()
        click.echo(error.by_hand, err=True)
        raise
    finally:
        progress.close()
    click.echo(f"{dataset.title} is in {folder}, every file checked.")
    click.echo(f"Next: fairfuse cohort build {dataset.source} --raw '{folder}' --out FOLDER")


def _show(dataset: Dataset) -> None:
    click.echo(dataset.title)
    for title, text in (
        ("From", dataset.page),
        ("Licence", f"{dataset.licence}, {dataset.licence_url}"),
        ("Terms", dataset.terms),
        ("Cite", dataset.citation),
    ):
        click.echo(
            textwrap.fill(
                f"{title}: {text}", 78, initial_indent="  ", subsequent_indent="    ",
                break_long_words=False, break_on_hyphens=False,
            )
        )  # fmt: skip


def _ask() -> None:
    try:
        accepted = click.confirm("Do you accept this licence?", default=False)
    except click.Abort:  # nobody is there to answer
        click.echo()
        accepted = False
    if not accepted:
        raise ConfigError(
            "your assent to the licence", "none", "Answer y or give --yes; nothing was downloaded."
        )
