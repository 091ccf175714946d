"""Notes: free text of the samples that have some."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fairfuse_core.cohort.modalities.base import BoolArray, Modality, RowIndex


class Notes(Modality):
    """One text a sample; an empty text is no text.

    Parameters
    ----------
    texts : pyarrow string array, shape (N,)
        Null where a sample has none.
    index : ndarray, optional
        Samples of this view.
    """

    kind: ClassVar[str] = "notes"

    def __init__(self, texts: pa.Array, *, index: RowIndex | None = None) -> None:
        super().__init__(np.arange(len(texts)) if index is None else index)
        self.texts = texts

    @classmethod
    def of(cls, texts: list[str | None]) -> Notes:
        """Make notes from Python strings; blank ones are missing."""
        return cls(
            pa.array([t if t and t.strip() else None for t in texts], type=pa.large_string())
        )

    @property
    def available(self) -> BoolArray:
        """True for samples with a text."""
        return np.asarray(self.texts.is_valid())[self.index]

    def take(self, rows: RowIndex) -> Notes:
        """Return a view of some samples."""
        return Notes(self.texts, index=self.index[rows])

    def load(self, rows: RowIndex | slice = slice(None)) -> list[str | None]:
        """Read the texts of some samples of this view; None where there is none."""
        found: list[str | None] = self.texts.take(pa.array(self.index[rows])).to_pylist()
        return found

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the texts of these samples as Parquet."""
        pq.write_table(
            pa.table({"text": self.texts.take(pa.array(self.index))}), folder / "notes.parquet"
        )
        return {}

    @classmethod
    def read(cls, folder: Path, header: dict[str, Any]) -> Notes:
        """Open memory-mapped."""
        del header
        table = pq.read_table(folder / "notes.parquet", memory_map=True)
        return cls(table["text"].cast(pa.large_string()).combine_chunks())

    def digest(self) -> str:
        """SHA-256 over every text."""
        sha = hashlib.sha256()
        for text in self.load():
            sha.update(b"\0" if text is None else b"\1" + text.encode() + b"\2")
        return sha.hexdigest()
