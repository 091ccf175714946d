"""Columns of categories to `Factor`s: clean level names, natural order, "Unknown" last."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.bins import BinRule, parse_value
from fairfuse_core.audit.predictions.columns import (
    Encoded,
    codes_of,
    encode,
    numbers,
    printable,
    to_dictionary,
)
from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.predictions.words import at_least_ten, is_missing, join, quoted, rows_text
from fairfuse_core.audit.types import UNKNOWN, CodeArray, Factor
from fairfuse_core.errors import InputError

MAX_LEVELS = 200
"""More groups than this is an id, free text or a number without bins."""

_BOUND = re.compile(r"[\[(]?\s*(<=|>=|<|>|≤|≥)?\s*(-?\d+(?:\.\d+)?)")
_SIGN = {"<": -2, "<=": -1, "≤": -1, "": 0, ">=": 1, "≥": 1, ">": 2}


def natural_key(level: str) -> tuple[object, ...]:
    """Return a sort key under which "<45" < "45-64" < "80+", and "ICU 2" < "ICU 10"."""
    bound = _BOUND.match(level)
    if bound:
        return (0, float(bound[2]), _SIGN[bound[1] or ""], level)
    parts = re.split(r"(\d+)", level.casefold())
    return (
        1,
        *((0, int(p[:40]), "") if p.isdecimal() else (1, 0, p) for p in parts if p),
        (2, 0, level),
    )


def tidy(factor_name: str, codes: CodeArray, levels: Sequence[str]) -> Factor:
    """Return a factor whose levels all occur, in natural order, "Unknown" last."""
    used = np.bincount(codes, minlength=len(levels)) > 0
    order = sorted(
        (int(at) for at in np.flatnonzero(used)),
        key=lambda at: (levels[at] == UNKNOWN, natural_key(levels[at])),
    )
    return reorder(factor_name, codes, levels, order)


def reorder(name: str, codes: CodeArray, levels: Sequence[str], order: Sequence[int]) -> Factor:
    """Return a factor with the levels numbered in ``order`` and no others."""
    if list(order) == list(range(len(levels))):
        return Factor(name, codes, tuple(levels))
    lookup = np.zeros(len(levels), dtype=np.int32)
    lookup[list(order)] = np.arange(len(order), dtype=np.int32)
    return Factor(name, lookup[codes], tuple(levels[at] for at in order))


def prune(factor: Factor) -> Factor:
    """Return the factor without levels that no row has; order kept."""
    used = np.flatnonzero(np.bincount(factor.codes, minlength=len(factor.levels)))
    return reorder(factor.name, factor.codes, factor.levels, [int(at) for at in used])


def merge_levels(encoded: Encoded) -> tuple[CodeArray, tuple[str, ...], tuple[str, ...]]:
    """Clean level names, merging those that become equal and all that mean "missing".

    Returns
    -------
    codes : ndarray of int32, shape (n,)
    levels : tuple of str
    missing : tuple of str
        The spellings of "missing" that were met; "" stands for an empty cell.
    """
    names: dict[str, int] = {}
    lookup = np.empty(len(encoded.values) + 1, dtype=np.int32)
    counts = encoded.counts()
    missing = []
    for at, value in enumerate(encoded.values):
        text = printable(value)
        if is_missing(text):
            if counts[at]:
                missing.append(text)
            text = UNKNOWN
        elif text.lower() == UNKNOWN.lower():
            text = UNKNOWN
        lookup[at] = names.setdefault(text, len(names))
    if (encoded.codes < 0).any():
        missing.append("")
        lookup[-1] = names.setdefault(UNKNOWN, len(names))
    return lookup[encoded.codes], tuple(names), tuple(dict.fromkeys(missing))


def attribute_factor(
    found: pa.ChunkedArray, *, name: str, rule: BinRule | None
) -> tuple[Factor, tuple[Message, ...]]:
    """Return an attribute as a factor, with what the user should know about it.

    Raises
    ------
    InputError
        When it has more than 200 levels, or a value that its bins cannot place.
    """
    if rule is not None:
        return _binned(found, name=name, rule=rule)
    codes, levels, missing = merge_levels(encode(found, name=name, limit=MAX_LEVELS))
    factor = tidy(name, codes, levels)
    messages = [*_missing_note(factor, missing), *_variants(factor)]
    if len(factor.levels) == 1:
        only = f"Attribute {name!r} has the single group {factor.levels[0]!r}; there is no gap."
        messages.append(Message("warning", only, name))
    return factor, tuple(messages)


def _missing_note(factor: Factor, spellings: Sequence[str]) -> list[Message]:
    if not spellings:
        return []
    count = int((factor.codes == factor.levels.index(UNKNOWN)).sum())
    how = join("empty" if text == "" else repr(text) for text in spellings)
    text = (
        f"{at_least_ten(count)} rows have no value of {factor.name!r} ({how}); "
        f'they are the group "{UNKNOWN}".'
    )
    return [Message("note", text, factor.name)]


def _variants(factor: Factor) -> list[Message]:
    """Warn of levels that differ only in case, spaces or punctuation; never merge them."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for level in factor.levels:
        if not _BOUND.match(level):
            alike[re.sub(r"[\W_]+", "", level.casefold()) or level].append(level)
    twins = [group for group in alike.values() if len(group) > 1]
    text = "; ".join(quoted(group) for group in twins)
    hint = f"Groups of {factor.name!r} that differ only in writing stay apart: {text}."
    return [Message("warning", hint, factor.name)] if twins else []


def _binned(
    found: pa.ChunkedArray, *, name: str, rule: BinRule
) -> tuple[Factor, tuple[Message, ...]]:
    codes, values = numeric_values(found, name=name)
    levels = (*rule.levels, UNKNOWN)
    groups = rule.assign(values)
    groups[groups < 0] = len(rule.levels)
    codes = groups if codes is None else np.append(groups, np.int32(len(rule.levels)))[codes]
    used = np.flatnonzero(np.bincount(codes, minlength=len(levels)))
    factor = reorder(name, codes, levels, [int(at) for at in used])
    messages = [*_missing_note(factor, ("",) if UNKNOWN in factor.levels else ())]
    with np.errstate(invalid="ignore"):
        odd = np.unique(values[(values < 0) | (values > 130)])
    if odd.size and re.search(r"(^|[^a-z])age([^a-z]|$)", name.lower()):
        shown = join(f"{value:g}" for value in odd)
        text = f"Column {name!r} has ages below 0 or above 130 ({shown}); check them."
        messages.append(Message("warning", text, name))
    return factor, tuple(messages)


def numeric_values(
    found: pa.ChunkedArray, *, name: str
) -> tuple[CodeArray | None, NDArray[np.float64]]:
    """Read a numeric attribute; texts such as "> 89" and "90+" are understood.

    Returns
    -------
    codes : ndarray of int32, shape (n,), or None
        Index into ``values``, -1 where missing; None when ``values`` holds one number a row.
    values : ndarray of float64
        NaN where missing. Texts are parsed once per distinct text, not once per row.

    Raises
    ------
    InputError
        When a value is neither a number nor missing.
    """
    if pa.types.is_primitive(found.type) and not pa.types.is_temporal(found.type):
        return None, numbers(found).values
    array = to_dictionary(found)
    codes = codes_of(array)
    read = numbers(pa.chunked_array([array.dictionary]))
    texts = [
        "" if v is None else str(v) for v in array.dictionary.take(pa.array(read.bad)).to_pylist()
    ]
    values = read.values.copy()  # what Arrow hands over may be read-only
    values[read.bad] = [parse_value(text) for text in texts]
    lost = [
        int(at)
        for at, text in zip(read.bad, texts, strict=True)
        if np.isnan(values[at]) and text.strip().lower() not in {"", UNKNOWN.lower()}
    ]
    if lost:
        raise InputError(
            f"numbers in attribute {name!r}, which has bins",
            f"{quoted(array.dictionary[at].as_py() for at in lost)} in "
            f"{rows_text(np.flatnonzero(np.isin(codes, lost)))}",
            "Correct these values, or remove the bins to use the values as groups.",
        )
    return codes, values


def named_factor(found: pa.ChunkedArray, *, name: str, role: str) -> Factor:
    """Return a model, target, fold or class column as a factor; it may not be missing.

    Raises
    ------
    InputError
        When a cell is empty or there are more than 200 levels.
    """
    encoded = encode(found, name=name, limit=0 if len(found) < MAX_LEVELS else 10 * MAX_LEVELS)
    codes, levels, missing = merge_levels(encoded)
    if missing:
        rows = np.flatnonzero(codes == levels.index(UNKNOWN))
        raise InputError(
            f"a {role} on every row (column {name!r})",
            f"none in {rows_text(rows)}",
            f"Fill the {role} in, or remove these rows.",
        )
    if len(levels) > MAX_LEVELS:
        raise InputError(
            f"at most {MAX_LEVELS} values in column {name!r}, the {role}",
            f"{len(levels):,}",
            "Choose another column for this role.",
        )
    return tidy(name, codes, levels)
