"""`from_frame`: a frame in memory, whatever library made it, to a `RawTable`."""

from __future__ import annotations

import hashlib
from typing import Any

import narwhals as nw
import pyarrow as pa

from fairfuse_core.audit.predictions.raw import RawTable, clean_names
from fairfuse_core.errors import InputError


def from_frame(native: Any, *, name: str = "in memory") -> RawTable:
    """Take a pandas, Polars (eager or lazy), Arrow, DuckDB or Spark frame.

    Parameters
    ----------
    native : frame
        Anything narwhals knows; a lazy one is collected.
    name : str
        Description for provenance.

    Raises
    ------
    InputError
        When it is no such frame, has no rows, or a column mixes kinds that Arrow cannot hold.
    """
    table = native if isinstance(native, pa.Table) else _collect(native)
    if table.num_rows == 0 or table.num_columns == 0:
        raise InputError(
            "a table with rows",
            f"a frame of {table.num_columns} columns and {table.num_rows} rows",
            "Check the query or filter that made it.",
        )
    names, messages = clean_names(table.column_names, name=name)
    table = table.rename_columns(names).replace_schema_metadata(None)
    return RawTable(table, name, _digest(table), messages)


def _collect(native: Any) -> pa.Table:
    try:
        frame = nw.from_native(native)
    except TypeError as problem:
        raise InputError(
            "a pandas, Polars, Arrow, DuckDB or Spark frame",
            f"a {type(native).__module__}.{type(native).__qualname__}",
            "Put the values into such a frame, or read a file with read_table.",
        ) from problem
    except Exception as problem:  # each library words duplicate columns in its own way
        raise _unreadable(problem) from problem
    if isinstance(frame, nw.Series):
        raise InputError("a frame", "a single series", "Make it a frame with several columns.")
    try:
        eager = frame.collect(backend="pyarrow") if isinstance(frame, nw.LazyFrame) else frame
        return eager.to_arrow()
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as problem:
        if isinstance(frame, nw.LazyFrame):
            raise _unreadable(problem) from problem
        return _by_column(frame)
    except Exception as problem:  # a lazy query can fail in any way its engine knows
        raise _unreadable(problem) from problem


def _unreadable(problem: Exception) -> InputError:
    words = (str(problem) or type(problem).__name__).splitlines()[0][:160]
    return InputError(
        "a frame that can be read",
        f"a problem in it ({words})",
        "Mend the frame or the query that makes it; column names must differ.",
    )


def _by_column(frame: nw.DataFrame[Any]) -> pa.Table:
    """Convert column by column; a column that mixes kinds becomes text."""
    columns = {}
    for series in frame.iter_columns():
        try:
            columns[series.name] = series.to_arrow()
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
            values = series.to_list()
            columns[series.name] = pa.array(
                [None if v is None or v != v else str(v) for v in values], pa.string()
            )
    return pa.table(columns)


class _Sink:
    """A file-like object that hashes what is written to it."""

    closed = False

    def __init__(self) -> None:
        self.sha = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.sha.update(data)
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def _digest(table: pa.Table) -> str:
    sink = _Sink()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.sha.hexdigest()
