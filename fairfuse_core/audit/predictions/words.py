"""Phrases shared by the messages about tables: rows, values, missing values, near names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from numpy.typing import NDArray

from fairfuse_core.errors import InputError

MISSING = frozenset(
    ["", "na", "n/a", "nan", "none", "null", "nil", "?", "<na>", "nat", "#n/a", ".", "missing"]
)
"""Texts that stand for "no value", lower case, trimmed."""


def is_missing(text: str) -> bool:
    """Whether a cell's text stands for "no value"."""
    return text.strip().lower() in MISSING


def join(words: Iterable[str], *, limit: int = 6) -> str:
    """Return "a, b and c", or "a, b, c and 4 more"."""
    items = list(words)
    if len(items) > limit:
        return f"{', '.join(items[:limit])} and {len(items) - limit:,} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]])) if items else "none"


def quoted(values: Iterable[Any], *, limit: int = 6) -> str:
    """Return "'a', 'b' and 'c'", each value cut at 40 characters."""
    texts = (str(value) for value in values)
    return join((repr(text if len(text) <= 40 else text[:39] + "…") for text in texts), limit=limit)


def rows_text(rows: NDArray[Any] | Sequence[int], *, limit: int = 5) -> str:
    """Name rows by their number below the header, from 1.

    Parameters
    ----------
    rows : array of int
        Row indices, from 0.
    limit : int
        How many to spell out.
    """
    count = len(rows)
    first = join([f"{int(row) + 1:,}" for row in rows[:limit]], limit=limit)
    more = f" and {count - limit:,} more" if count > limit else ""
    return f"{'row' if count == 1 else 'rows'} {first}{more} below the header"


def at_least_ten(count: int) -> str:
    """Return a count of patients or rows, without the number where it is below 10."""
    return f"{count:,}" if count >= 10 else "Fewer than 10"


def no_column(name: str, have: Sequence[str], *, role: str) -> InputError:
    """Return the error for a role that names no column, with the nearest names."""
    near = difflib.get_close_matches(name, have, n=3, cutoff=0.6)
    hint = f"Did you mean {quoted(near)}?" if near else f"The columns are {quoted(have, limit=12)}."
    return InputError(f"a column for the role {role!r}", f"no column called {name!r}", hint)
