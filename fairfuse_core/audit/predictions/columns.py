"""Arrow columns to NumPy: codes and levels, numbers, ids; missing values in every spelling."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.words import MISSING, no_column
from fairfuse_core.audit.types import CodeArray, FloatArray
from fairfuse_core.errors import InputError

_NUMERIC = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(inf|infinity)$"
_DECIMAL_COMMA = r"^[+-]?\d*,\d+$"


@dataclass(frozen=True, eq=False)
class Encoded:
    """A column as integer codes into its distinct texts.

    Attributes
    ----------
    codes : ndarray of int32, shape (n,)
        Index into ``values``; -1 where the cell is null.
    values : tuple of str
        Distinct texts as they stand, in order of first appearance.
    """

    codes: CodeArray
    values: tuple[str, ...]

    def counts(self) -> NDArray[np.int64]:
        """Return how often each value occurs, shape (len(values),)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    def first_row(self, value: int) -> int:
        """Return the first row that holds value number ``value``."""
        return int(np.argmax(self.codes == value))


def usable(kind: pa.DataType) -> bool:
    """Whether a column of this Arrow type holds single values that can be read as text."""
    if pa.types.is_dictionary(kind):
        return usable(kind.value_type)
    tests = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def column(raw: RawTable, name: str, *, role: str) -> pa.ChunkedArray:
    """Return a column that a role names, refusing lists, structures and the like.

    Raises
    ------
    InputError
        When there is no such column, or its cells are not single values.
    """
    if name not in raw.columns:
        raise no_column(name, raw.columns, role=role)
    found = raw.table.column(name)
    if not usable(found.type):
        raise InputError(
            f"single values in column {name!r}",
            f"cells of type {found.type}",
            "Split or flatten the column first.",
        )
    return found


def to_dictionary(found: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column dictionary-encoded in one piece."""
    fresh = not pa.types.is_dictionary(found.type)
    if fresh:
        if pa.types.is_string_view(found.type) or pa.types.is_binary_view(found.type):
            found = found.cast(pa.large_string())
        found = found.dictionary_encode()
    if not found.num_chunks:
        return pa.array([], found.type)
    last = found.chunk(found.num_chunks - 1)
    if fresh and all(len(piece.dictionary) == len(last.dictionary) for piece in found.chunks):
        # Arrow encodes all chunks against one dictionary; unifying them again costs
        # chunks x values, which for ten million ids is most of the work.
        indices = pa.chunked_array([piece.indices for piece in found.chunks]).combine_chunks()
        return pa.DictionaryArray.from_arrays(indices, last.dictionary)
    array = found.unify_dictionaries().combine_chunks()
    return array.chunk(0) if isinstance(array, pa.ChunkedArray) else array


def _texts(values: pa.Array) -> pa.Array:
    """Return the texts of distinct values; whole floats lose their ".0"."""
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), pa.string())
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        return pa.array([v.decode("utf-8", "replace") for v in values.to_pylist()], pa.string())
    return pc.cast(values, pa.large_string())


def codes_of(array: pa.DictionaryArray) -> CodeArray:
    """Return a dictionary array's indices, -1 where null."""
    indices = array.indices
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int32()), -1)
    return np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int32)


def encode(found: pa.ChunkedArray, *, name: str, limit: int = 0) -> Encoded:
    """Return a column as codes into its distinct texts.

    Parameters
    ----------
    found : ChunkedArray
        Any column of single values.
    name : str
        Column name, for messages.
    limit : int
        Refuse more distinct values than this; 0 means any number.
    """
    array = to_dictionary(found)
    if limit and len(array.dictionary) > limit:
        raise InputError(
            f"at most {limit} groups in attribute {name!r}",
            f"{len(array.dictionary):,} different values",
            "If it is a number, give it bins (as --bins NAME=18,45,65,80); "
            "if it is an id or free text, leave it out.",
        )
    return encode_dictionary(array)


def encode_dictionary(array: pa.DictionaryArray) -> Encoded:
    """Return a dictionary array as codes into its distinct texts."""
    codes = codes_of(array)
    texts = _texts(array.dictionary)
    if texts.null_count:
        at = np.flatnonzero(np.asarray(texts.is_null()))
        codes = np.where(np.isin(codes, at), np.int32(-1), codes)
    return Encoded(codes, tuple("" if t is None else t for t in texts.to_pylist()))


def identify(found: pa.ChunkedArray) -> tuple[CodeArray, int, NDArray[np.int64]]:
    """Return codes 0..k-1 for an id column, k, and the rows without an id.

    A row without an id is nobody we know: it gets a code of its own.
    """
    if pa.types.is_integer(found.type) and not found.null_count:
        dense = _dense(found)
        if dense is not None:
            return (*dense, np.empty(0, dtype=np.int64))
    array = to_dictionary(found)
    codes = codes_of(array).copy()
    texts = array.dictionary
    if pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type):
        lost = pc.is_in(
            pc.utf8_lower(pc.utf8_trim_whitespace(texts)), pa.array(sorted(MISSING), texts.type)
        )
        lost = np.asarray(pc.fill_null(lost, True).to_numpy(zero_copy_only=False), dtype=bool)
        if lost.any():
            codes[(codes >= 0) & lost[np.maximum(codes, 0)]] = -1
    missing = np.flatnonzero(codes < 0)
    size = len(texts)
    codes[missing] = np.arange(size, size + missing.size, dtype=np.int32)
    return codes, size + int(missing.size), missing


def _dense(found: pa.ChunkedArray) -> tuple[CodeArray, int] | None:
    """Number whole ids by counting instead of hashing; None when they lie too far apart."""
    ids = found.to_numpy()
    low, high = int(ids.min()), int(ids.max())
    if high - low > 4 * ids.size + 1024 or high > np.iinfo(np.int64).max:
        return None
    at = ids.astype(np.int64) - low
    present = np.zeros(high - low + 1, dtype=np.int32)
    present[at] = 1
    order = np.cumsum(present, dtype=np.int32)
    order -= 1
    return order[at], int(order[-1]) + 1


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column read as numbers.

    Attributes
    ----------
    values : ndarray of float64, shape (n,)
        NaN where missing or not a number.
    bad : ndarray of int64
        Rows whose text is neither a number nor a spelling of "missing".
    decimal_comma : bool
        Whether "0,5" was read as 0.5.
    """

    values: FloatArray
    bad: NDArray[np.int64]
    decimal_comma: bool = False


def numbers(found: pa.ChunkedArray) -> Numbers:
    """Read a column as numbers, remembering the rows that are none."""
    kind = found.type
    if pa.types.is_dictionary(kind):
        array = to_dictionary(found)
        inner = numbers(pa.chunked_array([array.dictionary]))
        codes = codes_of(array)
        values = np.append(inner.values, np.nan)[codes]
        return Numbers(values, np.flatnonzero(np.isin(codes, inner.bad)), inner.decimal_comma)
    none = np.empty(0, dtype=np.int64)
    if pa.types.is_null(kind):
        return Numbers(np.full(len(found), np.nan), none)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        if pa.types.is_temporal(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return Numbers(np.full(len(found), np.nan), np.arange(len(found), dtype=np.int64))
        if pa.types.is_string_view(kind):
            return numbers(found.cast(pa.large_string()))
        return Numbers(_floats(found.cast(pa.float64(), safe=False)), none)
    try:
        return Numbers(_floats(found.cast(pa.float64())), none)
    except pa.ArrowInvalid:
        return _patient_numbers(found)


def _patient_numbers(found: pa.ChunkedArray) -> Numbers:
    text = pc.utf8_trim_whitespace(found)
    missing = pc.is_in(pc.utf8_lower(text), pa.array(sorted(MISSING), text.type))
    comma = pc.match_substring_regex(text, _DECIMAL_COMMA)
    decimal_comma = bool(pc.any(comma).as_py())
    if decimal_comma:
        text = pc.if_else(comma, pc.replace_substring(text, ",", "."), text)
    fine = pc.match_substring_regex(text, _NUMERIC, ignore_case=True)
    values = _floats(pc.if_else(fine, text, pa.scalar(None, text.type)).cast(pa.float64()))
    known = pc.fill_null(pc.or_(missing, fine), True)
    bad = np.flatnonzero(~np.asarray(known.to_numpy(), dtype=bool))
    return Numbers(values, bad, decimal_comma)


def _floats(found: pa.ChunkedArray) -> FloatArray:
    return np.asarray(found.to_numpy(), dtype=np.float64)


def printable(text: str) -> str:
    """Return a text trimmed, without control characters or marks that reverse reading order."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (
        " " if unicodedata.category(mark) == "Cc" else mark
        for mark in text
        if unicodedata.category(mark) not in {"Cf", "Cs", "Co"}
    )
    return " ".join("".join(kept).split())
