"""The first line of a delimited file, plain or packed, and what can be wrong with it."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path

from fairfuse_core.errors import InputError

_LONGEST = 1 << 20


def is_gzip(path: Path) -> bool:
    """Whether the file is packed, by its first bytes and not by its name."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def read_header(path: Path) -> list[str]:
    """Return the column names of a comma-separated file.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, is no text, or names a column twice.
    """
    try:
        with gzip.open(path) if is_gzip(path) else path.open("rb") as stream:
            line = io.BytesIO(stream.readline(_LONGEST)).getvalue()
        text = line.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(
            f"a readable table in {path.name}",
            f"{type(error).__name__}: {error}",
            "Fetch the file again, and check that you may read it.",
        ) from error
    names = [n.strip() for n in next(csv.reader([text]), [])]
    if not any(names):
        raise InputError(f"a header in {path.name}", "an empty first line", "Fetch it again.")
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise InputError(
            f"column names that differ in {path.name}",
            f"{', '.join(sorted(twice))} more than once",
            "Rename or remove the repeated column.",
        )
    return names
