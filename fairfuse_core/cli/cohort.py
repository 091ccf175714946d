"""`fairfuse cohort`: build a cohort from raw tables, and say what is in one."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import click

from fairfuse_core.cli.options import fields as split_at_commas
from fairfuse_core.cli.options import pairs
from fairfuse_core.errors import ConfigError

if TYPE_CHECKING:
    from fairfuse_core.cohort import Cohort
    from fairfuse_core.cohort.sources import Source


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cohort() -> None:
    """Build cohorts from raw tables, and describe them."""


@cohort.command()
def sources() -> None:
    """List the data sets that a cohort can be built from."""
    from fairfuse_core.cohort.sources import SOURCES

    for source in SOURCES.values():
        click.echo(f"{source.name}: {source.title}")
        click.echo(f"  {source.what}")
        click.echo(f"  needs: {', '.join(source.tables.required) or 'see its options'}")
        if source.tables.optional:
            click.echo(f"  reads, where present: {', '.join(source.tables.optional)}")
        for name, default in _defaults(source).items():
            click.echo(f"  option {name}={default}")
        click.echo(f"  licence: {source.licence}")


@cohort.command()
@click.argument("source")
@click.option("--raw", required=True, metavar="FOLDER", help="Where the raw tables are.")
@click.option("--out", required=True, metavar="FOLDER", help="Where the cohort is written.")
@click.option("--option", "given", multiple=True, metavar="NAME=VALUE",
              help="As `fairfuse cohort sources` lists them; repeat.")  # fmt: skip
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def build(source: str, raw: str, out: str, given: tuple[str, ...], debug: bool) -> None:
    """Build a cohort of SOURCE; the folder is written whole or not at all."""
    from fairfuse_core.cli.progress import Progress
    from fairfuse_core.cohort.sources import SOURCES

    del debug  # read by the error handler
    if source not in SOURCES:
        raise ConfigError(
            f"a source among {', '.join(SOURCES)}", repr(source), "See `fairfuse cohort sources`."
        )
    chosen = SOURCES[source]
    options = _options(chosen, given)
    progress = Progress()
    try:
        made = chosen.build(Path(raw), options=options, progress=progress)
    finally:
        progress.close()
    folder = made.save(Path(out))
    _tell(made)
    click.echo(f"Written to {folder}")


@cohort.command()
@click.option("--preset", default="icu", show_default=True, help="icu or pe.")
@click.option("--n", type=click.IntRange(min=1), help="Samples; else as many as the preset has.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="The same seed gives the same cohort.")  # fmt: skip
@click.option("--out", required=True, metavar="FOLDER", help="Where the cohort is written.")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def simulate(preset: str, n: int | None, seed: int, out: str, debug: bool) -> None:
    """Draw a cohort of simulated patients, with every modality, whose truth is known."""
    from tempfile import TemporaryDirectory

    from fairfuse_core.cli.progress import Progress
    from fairfuse_core.cohort.simulate import PRESETS
    from fairfuse_core.cohort.simulate import simulate as draw

    del debug  # read by the error handler
    if preset not in PRESETS:
        raise ConfigError(
            f"a preset among {', '.join(PRESETS)}", repr(preset), "Name one of these."
        )
    progress = Progress()
    with TemporaryDirectory(prefix="fairfuse-") as scratch:
        try:
            made = draw(preset, n=n, seed=seed, folder=scratch, progress=progress).cohort
        finally:
            progress.close()
        folder = made.save(Path(out))
    _tell(made)
    click.echo(f"Written to {folder}")


@cohort.command()
@click.argument("folder")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--verify", is_flag=True, help="Read every file and check its digest.")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def describe(folder: str, as_json: bool, verify: bool, debug: bool) -> None:
    """Say what is in the cohort in FOLDER."""
    from fairfuse_core.cohort import open_cohort

    del debug  # read by the error handler
    made = open_cohort(Path(folder), verify=verify)
    if as_json:
        click.echo(json.dumps(made.describe(), indent=1, ensure_ascii=False))
    else:
        _tell(made)


def _defaults(source: Source) -> dict[str, Any]:
    return {} if source.options is None else dict(vars(source.options()))


def _options(source: Source, given: tuple[str, ...]) -> Any:
    """Read ``name=value`` by the types of the source's option record.

    Raises
    ------
    ConfigError
        When there is no such option or its value is of another type.
    """
    wanted = pairs(given, flag="--option", example="min_hours=48")
    if source.options is None:
        if wanted:
            raise ConfigError(
                f"no options for {source.name}", ", ".join(wanted), "Leave --option out."
            )
        return None
    kinds = get_type_hints(source.options)
    known = {f.name for f in fields(source.options)}
    for name in wanted:
        if name not in known:
            raise ConfigError(
                f"an option of {source.name} among {', '.join(sorted(known))}",
                repr(name),
                "See `fairfuse cohort sources`.",
            )
    return source.options(**{n: _value(n, text, kinds[n]) for n, text in wanted.items()})


def _value(name: str, text: str, kind: Any) -> Any:
    if get_origin(kind) is UnionType:
        kinds = [k for k in get_args(kind) if k is not type(None)]
        if text.lower() == "none":
            return None
        kind = kinds[0]
    try:
        if kind is bool:
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
                text.lower()
            ]
        if kind in (int, float):
            return kind(text)
        if kind is Path:
            return Path(text)
        if get_origin(kind) is tuple:
            return tuple(split_at_commas(text.replace("|", ",")))
    except (ValueError, KeyError) as problem:
        raise ConfigError(
            f"{getattr(kind, '__name__', kind)} for --option {name}",
            repr(text),
            "See `fairfuse cohort sources` for its default.",
        ) from problem
    return text


def _tell(made: Cohort) -> None:
    about = made.describe()
    click.echo(f"{about['name']}: {about['samples']:,} samples of {about['patients']:,} patients")
    for step in made.flow:
        left = f"; {step.excluded:,} left out: {step.why}" if step.excluded else ""
        click.echo(f"  {step.label}: {step.samples:,} of {step.patients:,} patients{left}")
    for name, task in about["tasks"].items():
        positive = f", {task['positive']:,} positive" if "positive" in task else ""
        click.echo(f"  task {name} ({task['kind']}): {task['known']:,} known{positive}")
    for name, groups in about["attributes"].items():
        # Counts of a few patients stay off the terminal as they stay off every export.
        shown = ", ".join(f"{g} {n:,}" if n >= 10 else f"{g} fewer than 10"
                          for g, n in groups.items())  # fmt: skip
        click.echo(f"  by {name}: {shown}")
    for name, modality in about["modalities"].items():
        click.echo(
            f"  {name} ({modality['kind']}): {modality['available']:,} of {modality['n']:,} samples"
        )
