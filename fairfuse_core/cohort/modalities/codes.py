"""Codes: sequences of visits, each a set of codes and, beside them, measured values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from fairfuse_core.cohort.modalities.base import BoolArray, Modality, RowIndex
from fairfuse_core.digest import digest_arrays


class Codes(Modality):
    """Visits as multi-hot rows, several a sample; a static record is a sample of one visit.

    Parameters
    ----------
    matrix : csr_array of uint8, shape (visits, V)
        1 where a code occurs in a visit.
    starts : ndarray of int64, shape (N + 1,)
        Visits of sample i are rows ``starts[i]:starts[i + 1]``, earliest first.
    vocabulary : tuple of str
        Name of each column; as found in the data, chosen from by a `Preprocessor` on training
        rows.
    measures : csr_array of float32, shape (visits, L), optional
        Measured values (laboratory tests, ...), stored where measured; a stored 0 is a value.
    measure_names : tuple of str
        Name of each of its columns.
    hours : ndarray of float32, shape (visits,), optional
        Hours since the sample's first visit.
    index : ndarray, optional
        Samples of this view.
    """

    kind: ClassVar[str] = "codes"

    def __init__(
        self,
        matrix: sparse.csr_array,
        starts: np.ndarray,
        vocabulary: tuple[str, ...],
        *,
        measures: sparse.csr_array | None = None,
        measure_names: tuple[str, ...] = (),
        hours: np.ndarray | None = None,
        index: RowIndex | None = None,
    ) -> None:
        if matrix.shape[1] != len(vocabulary):
            raise ValueError(f"{matrix.shape[1]} columns, {len(vocabulary)} names")
        if int(starts[-1]) != matrix.shape[0]:
            raise ValueError(f"starts end at {starts[-1]}, there are {matrix.shape[0]} visits")
        super().__init__(np.arange(starts.shape[0] - 1) if index is None else index)
        self.matrix, self.starts, self.vocabulary = matrix, starts, vocabulary
        self.measures, self.measure_names, self.hours = measures, measure_names, hours

    @property
    def visit_counts(self) -> np.ndarray:
        """Visits of each sample, shape (n,)."""
        return np.asarray(self.starts[self.index + 1] - self.starts[self.index])

    @property
    def available(self) -> BoolArray:
        """True for samples with at least one visit."""
        return self.visit_counts > 0

    def take(self, rows: RowIndex) -> Codes:
        """Return a view of some samples."""
        return Codes(
            self.matrix,
            self.starts,
            self.vocabulary,
            measures=self.measures,
            measure_names=self.measure_names,
            hours=self.hours,
            index=self.index[rows],
        )

    def visit_rows(self) -> RowIndex:
        """Rows of ``matrix`` that belong to these samples, in order."""
        counts = self.visit_counts
        first = np.repeat(self.starts[self.index], counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(first + within, dtype=np.int64)

    def visits(self) -> tuple[sparse.csr_array, np.ndarray]:
        """Return (visits of these samples as CSR, their starts of shape (n + 1,))."""
        starts = np.concatenate([[0], np.cumsum(self.visit_counts)]).astype(np.int64)
        return sparse.csr_array(self.matrix[self.visit_rows()]), starts

    def pooled(self) -> sparse.csr_array:
        """Return one multi-hot row a sample: codes of any of its visits, shape (n, V)."""
        visits, starts = self.visits()
        owner = np.repeat(np.arange(len(self)), np.diff(starts))
        gather = sparse.csr_array(
            (np.ones(owner.size, dtype=np.int32), (owner, np.arange(owner.size))),
            shape=(len(self), owner.size),
        )
        summed = sparse.csr_array(gather @ visits.astype(np.int32))
        summed.data = np.minimum(summed.data, 1).astype(np.uint8)
        return summed.astype(np.uint8)

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the visits of these samples (NumPy arrays, no pickle)."""
        visits, starts = self.visits()
        np.save(folder / "starts.npy", starts)
        sparse.save_npz(folder / "matrix.npz", visits)
        header: dict[str, Any] = {"vocabulary": list(self.vocabulary)}
        rows = self.visit_rows()
        if self.measures is not None:
            sparse.save_npz(folder / "measures.npz", sparse.csr_array(self.measures[rows]))
            header["measure_names"] = list(self.measure_names)
        if self.hours is not None:
            np.save(folder / "hours.npy", self.hours[rows])
        return header

    @classmethod
    def read(cls, folder: Path, header: dict[str, Any]) -> Codes:
        """Open what `write` wrote."""
        measures = folder / "measures.npz"
        hours = folder / "hours.npy"
        return cls(
            sparse.csr_array(sparse.load_npz(folder / "matrix.npz")),
            np.load(folder / "starts.npy", allow_pickle=False),
            tuple(header["vocabulary"]),
            measures=sparse.csr_array(sparse.load_npz(measures)) if measures.exists() else None,
            measure_names=tuple(header.get("measure_names", ())),
            hours=np.load(hours, allow_pickle=False) if hours.exists() else None,
        )

    def digest(self) -> str:
        """SHA-256 over codes, values and names."""
        visits, starts = self.visits()
        visits.sort_indices()
        parts: list[tuple[str, np.ndarray | None]] = [
            ("starts", starts),
            ("indptr", visits.indptr.astype(np.int64)),
            ("indices", visits.indices.astype(np.int64)),
        ]
        if self.measures is not None:
            kept = sparse.csr_array(self.measures[self.visit_rows()])
            kept.sort_indices()
            parts += [
                ("m_indptr", kept.indptr.astype(np.int64)),
                ("m_indices", kept.indices.astype(np.int64)),
                ("m_data", kept.data),
            ]
        return digest_arrays(parts, note="|".join((*self.vocabulary, "#", *self.measure_names)))
