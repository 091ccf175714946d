"""`load`: from any source straight to what the audit takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fairfuse_core.audit.predictions.build import build_predictions
from fairfuse_core.audit.predictions.counts import CountsTable, build_counts, is_counts_table
from fairfuse_core.audit.predictions.frames import from_frame
from fairfuse_core.audit.predictions.guess import Question, guess_roles
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.reading import read_table
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.predictions.table import Predictions
from fairfuse_core.errors import InputError


def load(source: Any, *, roles: Roles | None = None) -> Predictions | CountsTable:
    """Read a file, upload or frame of predictions or of confusion counts.

    Parameters
    ----------
    source : path, str, bytes, RawTable or frame
        A ``str`` is a path.
    roles : Roles or None
        What the columns mean; by default the guess, which must leave no question open.

    Raises
    ------
    InputError
        When the table cannot be read, or a guess needs an answer that only the user has.
    """
    raw = as_raw(source)
    if roles is None and is_counts_table(raw):
        return build_counts(raw)
    if roles is None:
        guess = guess_roles(raw)
        if guess.questions:
            raise _open(guess.questions[0], raw)
        roles = guess.roles
    return build_predictions(raw, roles)


def as_raw(source: Any) -> RawTable:
    """Return a `RawTable` of a path, bytes, frame, or one that is one already."""
    if isinstance(source, RawTable):
        return source
    if isinstance(source, (str, Path)):
        return read_table(Path(source))
    if isinstance(source, (bytes, bytearray)):
        return read_table(bytes(source))
    return from_frame(source)


def _open(question: Question, raw: RawTable) -> InputError:
    if not question.column:
        flag = "--label" if question.role == "label" else "--score or --decision"
        return InputError(
            f"a {question.role} column",
            f"none that is plainly one among {', '.join(raw.columns[:12])}",
            f"Name it with {flag}.",
        )
    flags = {"label": "--label-map", "decision": "--positive-decision", "split": "--split-map"}
    shown = ", ".join(f"{value!r} ({count:,} rows)" for value, count in question.values[:8])
    likely = ",".join(f"{key}={value}" for key, value in question.suggestion.items())
    hint = f" {likely!r}, if that is right" if likely else ""
    return InputError(
        f"an answer to {question.text!r} (column {question.column!r})",
        f"the values {shown}",
        f"Give it with {flags[question.role]}{hint}.",
    )
