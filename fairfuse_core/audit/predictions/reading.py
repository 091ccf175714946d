"""`read_table`: any file a user may offer, to a `RawTable` or a sentence about what is wrong."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairfuse_core.audit.predictions.delimited import read_delimited
from fairfuse_core.audit.predictions.kinds import tell_kind
from fairfuse_core.audit.predictions.raw import RawTable, clean_names
from fairfuse_core.audit.predictions.source import Source, locate
from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.errors import InputError

MAX_BYTES = 2 << 30
_MAX_CELLS = 5_000_000_000


def read_table(source: Path | bytes, *, name: str = "", max_bytes: int = MAX_BYTES) -> RawTable:
    """Read a CSV, TSV, semicolon- or bar-separated file (plain or gzip) or a Parquet file.

    Parameters
    ----------
    source : Path or bytes
        A file, or the bytes of an upload. Pickles are never opened.
    name : str
        File name for messages; by default the path's own.
    max_bytes : int
        Largest size once decompressed, in bytes.

    Returns
    -------
    RawTable
        Text columns stay text: an id "007" remains "007".

    Raises
    ------
    InputError
        When it is not such a table; names the file, column or line and the remedy.
    """
    found = locate(source, name)
    with found.open() as raw:
        head = raw.read(4096)
    kind = tell_kind(head, tail=found.tail(8), name=found.name)
    if kind != "gzip" and found.size > max_bytes:
        raise InputError(
            f"at most {max_bytes / 2**30:.3g} GiB",
            f"{found.name!r} of {found.size / 2**30:.3g} GiB",
            "Keep only the columns the audit needs, or save it as Parquet.",
        )
    if kind == "parquet":
        table, messages = _read_parquet(found, limit=max_bytes)
    else:
        table, messages = read_delimited(found, gz=kind == "gzip", limit=max_bytes)
    return RawTable(table, found.name, found.digest, messages, found.path)


def _read_parquet(source: Source, *, limit: int) -> tuple[pa.Table, tuple[Message, ...]]:
    try:
        where = pa.BufferReader(source.content) if source.path is None else str(source.path)
        with pq.ParquetFile(where) as file:
            _guard_parquet(file.metadata, source.name, limit)
            clean_names(file.schema_arrow.names, name=source.name)
            table = file.read()
    except (pa.ArrowException, OSError, ValueError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(
            "a readable Parquet file",
            f"{source.name!r}, which is damaged ({str(problem).splitlines()[0][:120]})",
            "Write or copy the file again.",
        ) from problem
    keep = [c for c in table.column_names if not c.startswith("__index_level_")]
    table = table.select(keep)
    if table.num_rows == 0 or not keep:
        raise InputError(
            "a table with rows",
            f"{source.name!r} with {len(keep)} columns and {table.num_rows} rows",
            "Export the table again, with its rows.",
        )
    _validate(table, source.name)
    names, messages = clean_names(table.column_names, name=source.name)
    return table.rename_columns(names), messages


def _validate(table: pa.Table, name: str) -> None:
    """Check every offset, index and byte of text: Parquet's reader takes them on trust."""
    for column, values in zip(table.column_names, table.columns, strict=True):
        try:
            values.validate(full=True)
        except pa.ArrowInvalid as problem:
            raise InputError(
                f"well-formed values in column {column!r}",
                f"{name!r}, where it is damaged ({str(problem).splitlines()[0][:120]})",
                "Write or copy the file again; text must be UTF-8.",
            ) from problem


def _guard_parquet(metadata: pq.FileMetaData, name: str, limit: int) -> None:
    """Refuse what would not fit before reading it: run lengths make huge columns tiny on disk."""
    size = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if size > limit or metadata.num_rows * metadata.num_columns > _MAX_CELLS:
        raise InputError(
            f"at most {limit / 2**30:.3g} GiB of table",
            f"{name!r}: {metadata.num_rows:,} rows of {metadata.num_columns} columns, "
            f"{size / 2**30:.3g} GiB",
            "Keep only the columns the audit needs.",
        )
