"""What every modality can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
RowIndex = NDArray[np.int64]


def write_array(path: Path, shape: tuple[int, ...], dtype: Any, pieces: Iterable[Any]) -> None:
    """Write an array to a ``.npy`` file piece by piece, first axis first.

    Ordinary writes, not a memory map: a full disk is then an error that can be told, where a
    memory map ends the process.
    """
    header = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": shape,
    }
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for piece in pieces:
            stream.write(np.ascontiguousarray(piece, dtype=dtype).data)


class Modality(ABC):
    """One kind of data about n samples: a view on arrays that several cohorts may share.

    A modality never copies on `take`; it keeps the arrays it was opened with and an index of its
    rows into them. A sample without it is False in ``available``, never a row of zeros.
    """

    kind: ClassVar[str]

    def __init__(self, index: RowIndex) -> None:
        self.index = index

    def __len__(self) -> int:
        return int(self.index.shape[0])

    @property
    @abstractmethod
    def available(self) -> BoolArray:
        """Whether each sample has this modality, shape (n,)."""

    @abstractmethod
    def take(self, rows: RowIndex) -> Modality:
        """Return a view of some samples, in that order; nothing is copied."""

    @abstractmethod
    def write(self, folder: Path) -> dict[str, Any]:
        """Write these samples' data into ``folder``; return a JSON-safe header to read it by."""

    @classmethod
    @abstractmethod
    def read(cls, folder: Path, header: dict[str, Any]) -> Modality:
        """Open what `write` wrote; arrays stay on disk until asked for."""

    @abstractmethod
    def digest(self) -> str:
        """SHA-256 over the content of these samples."""

    def describe(self) -> dict[str, Any]:
        """Return counts for a table: samples, with this modality, share."""
        n, have = len(self), int(self.available.sum())
        return {"kind": self.kind, "n": n, "available": have, "share": have / n if n else np.nan}
