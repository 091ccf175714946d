"""Labels and decisions to 0 and 1: by themselves where it is plain, by the user's map elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.columns import (
    Encoded,
    column,
    encode_dictionary,
    printable,
    to_dictionary,
)
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.vocabulary import NO, YES
from fairfuse_core.audit.predictions.words import is_missing, join, quoted, rows_text
from fairfuse_core.errors import InputError

_MAX_VALUES = 50
PLAIN = {"0": 0, "1": 1, "false": 0, "true": 1}


@dataclass(frozen=True, eq=False)
class Binary:
    """A column of 0 and 1.

    Attributes
    ----------
    values : ndarray of uint8, shape (n,)
        0 where missing.
    missing : ndarray of bool, shape (n,), or None
        Which cells are missing; None when none is.
    used : dict of str to int
        How each text was read.
    """

    values: NDArray[np.uint8]
    missing: NDArray[np.bool_] | None
    used: dict[str, int]


def plain_text(value: str) -> str:
    """Return a label's text as it is compared: trimmed, whole numbers without ".0"."""
    text = printable(value)
    return re.sub(r"(?<=\d)\.0+$", "", text)


def distinct(raw: RawTable, name: str, *, role: str) -> Encoded:
    """Return a label-like column's codes, refusing a column that cannot be one.

    Raises
    ------
    InputError
        When it holds more than 50 different values.
    """
    found = column(raw, name, role=role)
    array = to_dictionary(found)
    count = len(array.dictionary)
    if count > _MAX_VALUES:
        first = quoted(array.dictionary.slice(0, 3).to_pylist())
        raise InputError(
            f"a {role} of two values in column {name!r}",
            f"{count:,} different values ({first}, …)",
            f"Choose another column as {role}; this may be a score or an id.",
        )
    return encode_dictionary(array)


def read_binary(
    raw: RawTable, name: str, *, mapping: Mapping[str, int], role: str, flag: str
) -> Binary:
    """Read a label or decision column as 0 and 1.

    Parameters
    ----------
    raw : RawTable
        The table.
    name : str
        Column.
    mapping : mapping of str to int
        The user's map; empty means that only 0/1 and true/false are understood.
    role, flag : str
        What the column is and the option that gives the map, for messages.

    Raises
    ------
    InputError
        When a value is neither plain nor in the map.
    """
    encoded = distinct(raw, name, role=role)
    read = _lookup(encoded, mapping)
    unknown = [v for v, code in zip(encoded.values, read, strict=True) if code is None]
    if unknown:
        raise _unmapped(encoded, unknown, mapping, name=name, role=role, flag=flag)
    lookup = np.array([-1 if code is None else code for code in read] + [-1], dtype=np.int8)
    codes = lookup[encoded.codes]
    missing = codes < 0
    used = {
        plain_text(v): int(code)
        for v, code in zip(encoded.values, read, strict=True)
        if code is not None and code >= 0
    }
    if not used:
        raise InputError(
            f"a {role} in column {name!r}", "only missing values", f"Choose another {role} column."
        )
    return Binary(np.maximum(codes, 0).astype(np.uint8), missing if missing.any() else None, used)


def _lookup(encoded: Encoded, mapping: Mapping[str, int]) -> list[int | None]:
    """Return 0, 1, -1 (missing) or None (unknown) for each distinct text."""
    table = {plain_text(key): int(value) for key, value in mapping.items()} or PLAIN
    folded = {key.lower(): value for key, value in table.items()}
    found: list[int | None] = []
    for value in encoded.values:
        text = plain_text(value)
        code = table.get(text, folded.get(text.lower()))
        found.append(-1 if code is None and is_missing(text) else code)
    return found


def _unmapped(
    encoded: Encoded,
    unknown: Sequence[str],
    mapping: Mapping[str, int],
    *,
    name: str,
    role: str,
    flag: str,
) -> InputError:
    counts = dict(zip(encoded.values, encoded.counts(), strict=True))
    values = [v for v in encoded.values if not is_missing(v)]
    seen = join((f"{v[:40]!r} ({counts[v]:,} rows)" for v in values), limit=8)
    if mapping:
        at = encoded.first_row(encoded.values.index(unknown[0]))
        return InputError(
            f"every value of the {role} column {name!r} in its map",
            f"{quoted(unknown)} (first in {rows_text([at])}), which the map leaves out",
            f"Add it to {flag}, as 'VALUE=0'.",
        )
    if len(values) == 2:
        guess = suggest_map(values) or {values[0]: 0, values[1]: 1}
        example = ",".join(f"{key}={value}" for key, value in guess.items())
        return InputError(
            f"0 and 1 (or true and false) in the {role} column {name!r}",
            seen,
            f"Say which value means the outcome happened: {flag} {example!r}, if that is right.",
        )
    more = ""
    if len(values) > 2 and role == "label":
        more = ", or audit each value against the rest with --classes"
    return InputError(
        f"two values in the {role} column {name!r}",
        f"{len(values)}: {seen}",
        f"Choose another {role} column, send every value to 0 or 1 with {flag}{more}.",
    )


def suggest_map(values: Sequence[str]) -> dict[str, int] | None:
    """Return a likely map of two values to 0 and 1, to be confirmed; None when unclear."""
    if len(values) != 2:
        return None
    sense = [_sense(value) for value in values]
    if sense[0] is None and sense[1] is None:
        try:
            numbers = [float(value) for value in values]
        except ValueError:
            return None
        return {plain_text(v): int(n == max(numbers)) for v, n in zip(values, numbers, strict=True)}
    first = sense[0] if sense[0] is not None else 1 - int(sense[1] or 0)
    if sense[0] is not None and sense[0] == sense[1]:
        try:  # "1" and "2", or "-1" and "1": the larger is the likelier outcome
            return {plain_text(v): int(float(v) == max(map(float, values))) for v in values}
        except ValueError:
            return None
    return {plain_text(values[0]): first, plain_text(values[1]): 1 - first}


def _sense(value: str) -> int | None:
    text = plain_text(value).lower()
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) and text not in {"0", "1"}:
        return None
    squeezed = re.sub(r"[\s_]+", "", text)
    if squeezed in YES:
        return 1
    if squeezed in NO or re.match(r"(no|non|not|without)[\s_-]", text):
        return 0
    return None
