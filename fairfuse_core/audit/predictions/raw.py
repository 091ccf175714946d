"""`RawTable`: a table as it came, before anyone said what its columns mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.predictions.words import quoted
from fairfuse_core.errors import InputError


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table whose columns have no roles yet.

    Attributes
    ----------
    table : pyarrow.Table
        The columns; from a text file all are strings, so that ids keep their leading zeros.
    name : str
        File name or description.
    digest : str
        SHA-256 of the file's bytes (of the Arrow content for a frame in memory).
    messages : tuple of Message
        What was noticed while reading.
    path : Path or None
        Where the file lies, when it lies on this machine.
    """

    table: pa.Table
    name: str
    digest: str
    messages: tuple[Message, ...] = ()
    path: Path | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(self.table.column_names)


def clean_names(names: Sequence[str], *, name: str) -> tuple[list[str], tuple[Message, ...]]:
    """Trim column names, name the unnamed, refuse duplicates.

    Raises
    ------
    InputError
        When two columns share a name.
    """
    trimmed = [str(column).replace("\ufeff", "").strip() for column in names]
    blank = [at for at, column in enumerate(trimmed) if not column]
    for at in blank:
        trimmed[at] = f"column {at + 1}"
    twice = [column for column, count in Counter(trimmed).items() if count > 1]
    if twice:
        raise InputError(
            "column names that differ from each other",
            f"{quoted(twice)} more than once in the header of {name!r}",
            "Rename or drop the duplicates.",
        )
    note = Message(
        "note", f"Columns without a name are called {quoted(trimmed[at] for at in blank)}."
    )
    return trimmed, (note,) if blank else ()
