"""From SQL results to modalities: sparse codes and values, and series written in pieces."""

# ruff: noqa: S608 - the SQL is this package's own

from __future__ import annotations

import tempfile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairfuse_core.cohort.modalities import TimeSeries
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError

_BLOCK = 256
"""Samples of a series held in memory at a time."""


def indicators(raw: RawTables, sql: str, *, rows: int) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """Return which name occurs in which row.

    Parameters
    ----------
    raw : RawTables
        Where the SQL runs.
    sql : str
        Yields ``row`` (0 to rows - 1) and ``name``; repeats and nulls are fine.
    rows : int
        Rows of the result.

    Returns
    -------
    csr_array of uint8, shape (rows, V)
        1 where the name occurs.
    tuple of str
        The V names, sorted.
    """
    at, column, _, names = _triples(raw, f"SELECT DISTINCT row, name, 1.0 AS value FROM ({sql})")
    ones = np.ones(at.size, dtype=np.uint8)
    return _csr(ones, at, column, (rows, len(names))), names


def values(raw: RawTables, sql: str, *, rows: int) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """Return one value a row and name; a 0 that was measured is stored.

    ``sql`` yields ``row``, ``name`` and ``value``, each (row, name) once; nulls are left out.
    """
    at, column, value, names = _triples(raw, f"SELECT row, name, value FROM ({sql})")
    return _csr(value, at, column, (rows, len(names))), names


def _triples(
    raw: RawTables, sql: str
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], tuple[str, ...]]:
    raw.run(
        f"CREATE OR REPLACE TEMP TABLE gathered AS SELECT * FROM ({sql}) "
        "WHERE name IS NOT NULL AND value IS NOT NULL AND isfinite(value::DOUBLE)"
    )
    raw.run(
        "CREATE OR REPLACE TEMP TABLE names AS SELECT name, "
        "(row_number() OVER (ORDER BY name) - 1)::INTEGER AS number "
        "FROM (SELECT DISTINCT name FROM gathered)"
    )
    names = tuple(str(n) for (n,) in raw.rows("SELECT name FROM names ORDER BY number"))
    parts = [
        (b.column(0).to_numpy(), b.column(1).to_numpy(), b.column(2).to_numpy())
        for b in raw.batches(
            "SELECT row::INTEGER, number, value::FLOAT FROM gathered JOIN names USING (name)"
        )
    ]
    raw.run("DROP TABLE gathered")
    at, column, value = (
        (np.concatenate([p[i] for p in parts]) if parts else np.zeros(0)) for i in range(3)
    )
    return at.astype(np.int32), column.astype(np.int32), value.astype(np.float32), names


def _csr(
    data: NDArray[Any], at: NDArray[np.int32], column: NDArray[np.int32], shape: tuple[int, int]
) -> sparse.csr_array:
    made = sparse.coo_array((data, (at, column)), shape=shape).tocsr()
    made.sort_indices()
    return sparse.csr_array(made)


def series(
    raw: RawTables,
    sql: str,
    *,
    samples: int,
    steps: int,
    channels: tuple[str, ...],
    step_hours: float = 1.0,
) -> TimeSeries:
    """Return a time series of one value a sample, step and channel.

    Nothing but a block of samples is held in memory: values go to an unnamed scratch file that
    disappears with the series, and are memory-mapped from there.

    Parameters
    ----------
    raw : RawTables
        Where the SQL runs.
    sql : str
        Yields ``row``, ``step``, ``channel`` (numbers from 0) and ``value``, each place once.
    samples, steps : int
        Length of the first two axes.
    channels : tuple of str
        Names along the last.
    step_hours : float
        Length of a step.

    Raises
    ------
    InputError
        If the scratch file cannot be written.
    """
    shape = (samples, steps, len(channels))
    ordered = (
        f"SELECT row::INTEGER, step::INTEGER, channel::INTEGER, value::FLOAT FROM ({sql}) "
        f"WHERE value IS NOT NULL AND step BETWEEN 0 AND {steps - 1} ORDER BY row"
    )
    try:
        with tempfile.TemporaryFile() as kept, tempfile.TemporaryFile() as seen:
            _write_blocks(raw, ordered, shape, kept, seen)
            floats = _mapped(kept, np.dtype(np.float32), shape)
            flags = _mapped(seen, np.dtype(np.bool_), shape)
    except OSError as error:
        raise InputError(
            f"room for a series of {samples:,} samples in {tempfile.gettempdir()}",
            str(error),
            "Free disk space, or point TMPDIR elsewhere; nothing was written.",
        ) from error
    return TimeSeries(floats, flags, channels, step_hours=step_hours)


def _write_blocks(
    raw: RawTables, sql: str, shape: tuple[int, int, int], kept: IO[bytes], seen: IO[bytes]
) -> None:
    samples, *rest = shape
    block = np.zeros((_BLOCK, *rest), dtype=np.float32)
    flags = np.zeros((_BLOCK, *rest), dtype=np.bool_)
    first = 0

    def flush() -> None:
        count = min(_BLOCK, samples - first)
        kept.write(block[:count].tobytes())
        seen.write(flags[:count].tobytes())
        block[:], flags[:] = 0, False

    for batch in raw.batches(sql):
        row, step, channel, value = (batch.column(i).to_numpy() for i in range(4))
        while row.size:
            inside = int(np.searchsorted(row, first + _BLOCK))
            place = (row[:inside] - first, step[:inside], channel[:inside])
            block[place] = value[:inside]
            flags[place] = np.isfinite(value[:inside])
            row, step, channel, value = (a[inside:] for a in (row, step, channel, value))
            if row.size:
                flush()
                first += _BLOCK
    while first < samples:
        flush()
        first += _BLOCK
    kept.flush()
    seen.flush()


def _mapped(stream: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if 0 in shape:
        return np.zeros(shape, dtype=dtype)
    return np.memmap(stream, dtype=dtype, mode="r", shape=shape)
