"""`fairfuse audit FILE`: from a table to a gap table, findings and files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairfuse_core.cli import options
from fairfuse_core.errors import ConfigError

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit, AuditConfig, CountsTable, Predictions, ScoreTable


_EXAMPLES = """\b
Examples:
  fairfuse audit assets/published/radfusion.csv
  fairfuse audit predictions.csv --label died --score risk \\
      --attribute gender --attribute age:18,45,65,80 \\
      --patient patient_id --out audit/
"""
# The backspace keeps click from refilling the lines.


@click.command(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXAMPLES)
@click.argument("file")
@options.ROLES
@options.SETTINGS
@options.OUTPUT
def audit(file: str, **given: Any) -> None:
    """Audit a table of predictions, or of confusion counts per group, by subgroup.

    FILE is CSV or TSV (plain or gzip) or Parquet. Columns without a flag are guessed and shown;
    what a label's words mean is never guessed.
    """
    formats = _check_output(given)
    config = options.config(given)
    data = _stream(file, given, config) if given["stream"] else _read(file, given)
    _warn(data)
    result = _run(data, config, given)
    from fairfuse_core.cli.terminal import show

    show(result, given["metric"], verbose=given["verbose"])
    if given["out"]:
        _write(
            result, given, formats, title=given["title"] or f"Fairness audit of {Path(file).name}"
        )


def _check_output(given: dict[str, Any]) -> tuple[str, ...]:
    """Refuse what could only fail after the work is done."""
    from fairfuse_core.audit.metrics.registry import metric
    from fairfuse_core.cli.writing import check_folder, formats_of

    for name in given["metric"]:
        metric(name)
    if given["out"]:
        check_folder(given["out"])
    return formats_of(given["formats"])


def _read(file: str, given: dict[str, Any]) -> Predictions | CountsTable:
    from fairfuse_core.audit.predictions import (
        build_counts,
        build_predictions,
        is_counts_table,
        read_table,
    )
    from fairfuse_core.cli.roles import read_roles

    raw = read_table(Path(file))
    if is_counts_table(raw) and not (given["label"] or given["score"] or given["decision"]):
        click.echo("recognised: confusion counts per group (tp, fn, fp, tn)", err=True)
        return build_counts(raw)
    return build_predictions(raw, read_roles(raw, given))


def _stream(file: str, given: dict[str, Any], config: AuditConfig) -> ScoreTable:
    """Count a Parquet file without loading it; nothing is guessed, as no row is looked at first."""
    from fairfuse_core.audit.predictions import Roles
    from fairfuse_core.audit.stream import stream_parquet
    from fairfuse_core.cli.progress import Progress

    if not (given["label"] and given["score"] and given["attribute"]):
        raise ConfigError(
            "--label, --score and --attribute with --stream",
            "one of them missing",
            "Name the columns: a streamed file is not looked at before it is counted.",
        )
    read = [options.attribute(text, ()) for text in given["attribute"]]
    roles = Roles(
        label=given["label"],
        scores=tuple(given["score"]),
        attributes=tuple(name for name, _ in read),
        bins={name: rule for name, rule in read if rule} | options.bins(given["bins"]),
        model=given["model"],
        target=given["target"],
        split=given["split"],
        label_map=options.binary_map(given["label_map"], flag="--label-map"),
        split_map=options.pairs(
            given["split_map"], flag="--split-map", example="dev=validation,held=test"
        ),
    )
    progress = Progress()
    try:
        return stream_parquet(Path(file), roles, config, progress=progress)
    finally:
        progress.close()


def _warn(data: Predictions | CountsTable | ScoreTable) -> None:
    for message in getattr(data, "messages", ()):
        if message.level == "warning":
            click.echo(f"warning: {message.text}", err=True)


def _run(
    data: Predictions | CountsTable | ScoreTable, config: AuditConfig, given: dict[str, Any]
) -> Audit:
    from fairfuse_core.audit import ScoreTable as Streamed
    from fairfuse_core.audit import run_audit
    from fairfuse_core.audit.predictions import Predictions as Table
    from fairfuse_core.cli.progress import Progress

    if isinstance(data, Table):
        if not data.attributes:
            raise ConfigError(
                "at least one protected attribute",
                f"none in {data.source!r}",
                "Name one with --attribute.",
            )
    elif given["attribute"] and not isinstance(data, Streamed):
        config = config.with_(attributes=tuple(given["attribute"]))
    _check_references(data, config)
    progress = Progress()
    try:
        return run_audit(data, config, progress=progress)
    finally:
        progress.close()


def _check_references(data: Predictions | CountsTable | ScoreTable, config: AuditConfig) -> None:
    """A reference for an attribute that is not audited would be passed over in silence."""
    from fairfuse_core.audit import ScoreTable as Streamed
    from fairfuse_core.audit.predictions import Predictions as Table

    if isinstance(data, Streamed):
        have = [info.name for info in data.groupings]
    elif isinstance(data, Table):
        have = [factor.name for factor in data.attributes]
        have += [" × ".join(names) for names in config.intersections]
    else:
        have = list(dict.fromkeys(data.frame["attribute"]))
    for name in config.reference:
        if name not in have:
            raise ConfigError(
                f"--reference for an attribute among {', '.join(have)}",
                repr(name),
                "Write it as gender=Male.",
            )


def _write(result: Audit, given: dict[str, Any], formats: tuple[str, ...], *, title: str) -> None:
    from fairfuse_core.cli.writing import write

    folder = Path(given["out"])
    paths = write(result, folder, formats, title=title)
    click.echo()
    click.echo(f"Written to {folder}: {', '.join(path.name for path in paths)}")
