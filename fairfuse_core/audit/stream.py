"""Tables larger than memory: one pass over a Parquet file or a lazy frame, counts kept.

`stream_parquet` reads batches; `stream_lazy` lets DuckDB, Polars or Spark do the counting through
narwhals and collects only the counts. Both end in the `ScoreTable` that any audit starts from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.predictions.columns import numbers
from fairfuse_core.audit.predictions.factors import attribute_factor
from fairfuse_core.audit.predictions.labels import plain_text
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.scores import ScoreTable
from fairfuse_core.audit.stream_counter import StreamCounter
from fairfuse_core.audit.types import FloatArray
from fairfuse_core.digest import digest_json
from fairfuse_core.errors import InputError

Progress = Callable[[float, str], None]

_BATCH = 1 << 19
_COUNT, _SUM, _BIN = "__fairfuse_count", "__fairfuse_sum", "__fairfuse_bin"


def stream_parquet(
    path: Path | str,
    roles: Roles,
    config: AuditConfig | None = None,
    *,
    progress: Progress | None = None,
) -> ScoreTable:
    """Count a Parquet file of predictions in one streaming pass.

    Parameters
    ----------
    path : path
        The file; scores must lie in [0, 1].
    roles : Roles
        One score column; label, attributes, and optionally model, target and split columns.
        Patients are not tracked: rows are taken as independent, and the audit says so.
    config : AuditConfig, optional
        Attributes, intersections and the number of score bins.
    progress : callable, optional
        Called with a share in [0, 1] and what is being done.

    Returns
    -------
    ScoreTable
        Ready for `run_audit`; memory does not depend on the number of rows.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, a label is not 0 or 1, or a score is
        missing or outside [0, 1]; the message names column and row.
    """
    config, path = config or AuditConfig(), Path(path)
    counter = StreamCounter(roles, config)
    columns = _columns(roles, counter.attributes)
    try:
        file = pq.ParquetFile(path)
        strings = [
            n
            for n in columns
            if n in file.schema_arrow.names and _is_text(file.schema_arrow.field(n).type)
        ]
        # Kept as dictionaries, text columns cost one small integer a row.
        file = pq.ParquetFile(path, read_dictionary=strings)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            "a Parquet file",
            f"{path.name}, which cannot be read ({error})",
            "Write it again; the file may be cut off or of another kind.",
        ) from error
    _require(columns, file.schema_arrow.names, path.name)
    total, done = max(file.metadata.num_rows, 1), 0
    # One batch is counted while the next is decoded.
    with ThreadPoolExecutor(max_workers=1) as pool:
        pending = None
        for batch in _pieces(file, columns):
            if pending is not None:
                pending.result()
            pending = pool.submit(_count, counter, batch, roles, done, None)
            done += batch.num_rows
            if progress is not None:
                progress(done / total, f"{done:,} of {total:,} rows")
        if pending is not None:
            pending.result()
    stat = path.stat()
    identity = {"file": path.name, "bytes": stat.st_size, "modified": stat.st_mtime_ns}
    return counter.table(source=path.name, digest=_digest(identity, counter))


def _pieces(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.Table]:
    """Yield the file in pieces that fit in memory.

    Row groups are read whole, which frees each one and decodes columns in parallel; iterating
    over a file with dictionaries keeps every batch's pages alive (pyarrow 26). Only a row group
    of many million rows is cut into batches.
    """
    for k in range(file.num_row_groups):
        if file.metadata.row_group(k).num_rows <= 4 * _BATCH:
            yield file.read_row_group(k, columns=columns)
        else:
            batches = file.iter_batches(batch_size=_BATCH, row_groups=[k], columns=columns)
            yield from (pa.Table.from_batches([b]) for b in batches)


def stream_lazy(
    frame: Any, roles: Roles, config: AuditConfig | None = None, *, name: str = "lazy frame"
) -> ScoreTable:
    """Count a lazy frame (DuckDB relation, Polars LazyFrame, Spark frame) where it lives.

    The engine groups by attributes, label and score bin; only the counts come here.

    Parameters, returns and raises: as in `stream_parquet`.
    """
    config = config or AuditConfig()
    counter = StreamCounter(roles, config)
    columns = _columns(roles, counter.attributes)
    lazy = nw.from_native(frame).lazy()
    _require(columns, lazy.collect_schema().names(), name)
    score = roles.scores[0]
    keys = [c for c in columns if c != score]
    bins = config.score_bins
    slot = (nw.col(score) * bins).floor().clip(-1, bins - 1)
    counted = (
        lazy.select(*[nw.col(c) for c in columns])
        .with_columns(slot.alias(_BIN))
        .group_by(*keys, _BIN)
        .agg(
            nw.len().alias(_COUNT),
            nw.col(score).sum().alias(_SUM),
            nw.col(score).min().alias(f"{score}__low"),
            nw.col(score).max().alias(f"{score}__high"),
        )
    )
    table = counted.collect(backend="pyarrow").to_native()
    low, high = pc.min(table[f"{score}__low"]).as_py(), pc.max(table[f"{score}__high"]).as_py()
    if table[_BIN].null_count or low is None or not (low >= 0 and high <= 1):
        raise _bad_score(score, f"values from {low} to {high}, or missing ones, in {name}")
    _count(counter, table, roles, 0, table[_COUNT].to_numpy().astype(np.float64))
    return counter.table(source=name, digest=_digest({"name": name}, counter))


def _columns(roles: Roles, attributes: tuple[str, ...]) -> list[str]:
    if len(roles.scores) != 1 or not roles.label:
        raise InputError(
            "one label column and one score column to stream",
            f"label {roles.label!r} and {len(roles.scores)} score columns",
            "Bring several models in long form, with a model column.",
        )
    extra = [c for c in (roles.model, roles.target, roles.split) if c]
    return list(dict.fromkeys([roles.label, roles.scores[0], *attributes, *extra]))


def _require(columns: list[str], have: list[str], name: str) -> None:
    lost = [c for c in columns if c not in have]
    if lost:
        raise InputError(
            f"the columns {', '.join(columns)}",
            f"no {', '.join(lost)} in {name}",
            f"The columns are: {', '.join(have[:20])}.",
        )


def _digest(identity: dict[str, Any], counter: StreamCounter) -> str:
    """Digest of what was counted: two tables with the same counts give the same audit."""
    return digest_json({**identity, "counts": counter.content_digest()})


def _count(
    counter: StreamCounter,
    table: pa.Table,
    roles: Roles,
    first_row: int,
    counts: FloatArray | None,
) -> None:
    y = _labels(table[roles.label], roles, first_row)
    if counts is None:
        score = _scores(table[roles.scores[0]], roles.scores[0], first_row)
        slot = np.minimum((score * counter.bins).astype(np.int32), counter.bins - 1)
        sums = score
    else:
        slot = table[_BIN].to_numpy().astype(np.int32)
        sums = table[_SUM].to_numpy().astype(np.float64)
    factors = {
        name: attribute_factor(table[name], name=name, rule=roles.bins.get(name))[0]
        for name in counter.attributes
    }
    for part, rows in _units(table, roles):
        counter.add(
            part,
            _take(slot, rows),
            _take(y, rows),
            _take(sums, rows),
            {k: f if rows is None else f.take(rows) for k, f in factors.items()},
            None if counts is None else _take(counts, rows),
        )


def _take(values: NDArray[Any], rows: NDArray[np.int64] | None) -> NDArray[Any]:
    return values if rows is None else values[rows]


def _units(
    table: pa.Table, roles: Roles
) -> Iterator[tuple[tuple[str, str, str], NDArray[np.int64] | None]]:
    """Yield ((model, target, split), rows); rows None means all."""
    names = [roles.model, roles.target, roles.split]
    given = [c for c in names if c]
    if not given:
        yield (roles.scores[0], roles.label, "test"), None
        return
    factors = {c: attribute_factor(table[c], name=c, rule=None)[0] for c in given}
    key = np.zeros(table.num_rows, dtype=np.int64)
    for c in given:
        key = key * len(factors[c].levels) + factors[c].codes
    for value in np.unique(key):
        rows = np.flatnonzero(key == value)
        at = {c: factors[c].levels[int(factors[c].codes[rows[0]])] for c in given}
        split = "test"
        if roles.split:
            raw = at[roles.split]
            split = roles.split_map.get(raw, raw)
        model = at[roles.model] if roles.model else roles.scores[0]
        target = at[roles.target] if roles.target else roles.label
        yield (model, target, split), rows


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return True
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _labels(column: pa.ChunkedArray, roles: Roles, first_row: int) -> NDArray[np.uint8]:
    if roles.label_map or _is_text(column.type):
        coded = column.combine_chunks()
        if not pa.types.is_dictionary(coded.type):
            coded = pc.dictionary_encode(coded.cast(pa.string()))
        words = [plain_text(str(v)) for v in coded.dictionary.to_pylist()]
        mapping = {plain_text(k): v for k, v in (roles.label_map or {"0": 0, "1": 1}).items()}
        lookup = np.array([mapping.get(w, 255) for w in words] + [255], dtype=np.uint8)
        y = lookup[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
    else:
        values = column.cast(pa.float64()).to_numpy()
        y = np.where((values == 0) | (values == 1), np.nan_to_num(values), 255).astype(np.uint8)
    bad = np.flatnonzero(y == 255)
    if bad.size:
        raise InputError(
            f"0 or 1 in the label column {roles.label!r}",
            f"another value, or none, in row {first_row + int(bad[0]) + 1:,}",
            "Say which values mean 1 and 0 (label_map), and leave out rows without a label.",
        )
    return np.asarray(y)


def _scores(column: pa.ChunkedArray, name: str, first_row: int) -> FloatArray:
    score = np.asarray(numbers(column).values, dtype=np.float64)
    # One comparison finds NaN too: it is neither at least 0 nor at most 1.
    fine = (score >= 0) & (score <= 1)
    if not fine.all():
        row = int(np.flatnonzero(~fine)[0])
        raise _bad_score(name, f"{score[row]} in row {first_row + row + 1:,}")
    return score


def _bad_score(name: str, found: str) -> InputError:
    return InputError(
        f"scores in [0, 1] in column {name!r}",
        found,
        "Streaming bins probabilities; map the scores to [0, 1], or audit a sample in memory.",
    )
