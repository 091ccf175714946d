"""Frames on disk: Parquet with categories and their order kept, and their exact digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fairfuse_core.digest import digest_arrays


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as Parquet, without its index."""
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)


def read_frame(path: Path) -> pd.DataFrame:
    """Read what `write_frame` wrote; categoricals come back with their categories."""
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame


def frame_digest(frame: pd.DataFrame) -> str:
    """SHA-256 over column names, categories and every value."""
    note: list[str] = []
    parts: list[tuple[str, NDArray[Any] | None]] = []
    values: NDArray[Any]
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            note.append(f"{name}=" + "|".join(map(str, column.cat.categories)))
            values = column.cat.codes.to_numpy(dtype=np.int32)
        elif pd.api.types.is_numeric_dtype(column.dtype):
            note.append(str(name))
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            # Text: lengths and bytes, so that no two columns of texts share a digest.
            encoded = [b"\0" if v is None or v != v else b"\1" + str(v).encode() for v in column]
            note.append(str(name))
            parts.append((f"{name}:length", np.array([len(b) for b in encoded], dtype=np.int64)))
            values = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        parts.append((str(name), values))
    return digest_arrays(parts, note=";".join(note))
