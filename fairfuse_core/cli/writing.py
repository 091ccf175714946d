"""Writes an audit's files into a folder, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fairfuse_core.cli.options import fields
from fairfuse_core.errors import ConfigError, InputError

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit


def formats_of(text: str) -> tuple[str, ...]:
    """Read ``json,csv,html``.

    Raises
    ------
    ConfigError
        When one of them is unknown.
    """
    wanted = tuple(dict.fromkeys(part.lower() for part in fields(text) if part))
    odd = [name for name in wanted if name not in _WRITERS]
    if odd or not wanted:
        raise ConfigError(
            f"formats among {', '.join(_WRITERS)}", repr(text), "Write --format json,csv,html."
        )
    return wanted


def check_folder(out: str) -> Path:
    """Return the folder, made if need be, before any work is done for it.

    Raises
    ------
    InputError
        When it is a file, or cannot be made.
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(
            "a folder to write to",
            f"{out!r}, which cannot be one ({problem.strerror})",
            "Name another with --out.",
        ) from problem
    return folder


def write(audit: Audit, folder: Path, formats: tuple[str, ...], *, title: str) -> list[Path]:
    """Write the files asked for and return their paths."""
    written: list[Path] = []
    for name in formats:
        written += _WRITERS[name](audit, folder, title)
    return written


def _json(audit: Audit, folder: Path, title: str) -> list[Path]:
    from fairfuse_core.report import write_atomic

    path = folder / "audit.json"
    write_atomic(path, audit.to_json())
    return [path]


def _csv(audit: Audit, folder: Path, title: str) -> list[Path]:
    from fairfuse_core.report import csv_tables, write_atomic

    paths = []
    for name, text in csv_tables(audit).items():
        write_atomic(folder / name, text)
        paths.append(folder / name)
    return paths


def _html(audit: Audit, folder: Path, title: str) -> list[Path]:
    from fairfuse_core.report import render_html, write_atomic

    path = folder / "report.html"
    write_atomic(path, render_html(audit, title=title))
    return [path]


_WRITERS: dict[str, Callable[[Audit, Path, str], list[Path]]] = {
    "json": _json,
    "csv": _csv,
    "html": _html,
}
