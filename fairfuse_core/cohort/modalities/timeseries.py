"""Time series on a regular grid, with what was observed kept apart from what was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.cohort.modalities.base import BoolArray, Modality, RowIndex, write_array
from fairfuse_core.digest import digest_arrays


class TimeSeries(Modality):
    """Values of F channels over T steps, memory-mapped.

    Parameters
    ----------
    values : ndarray of float32, shape (N, T, F)
        Raw values; whatever stands where nothing was observed must not be read.
    observed : ndarray of bool, shape (N, T, F)
        Whether a value was measured in that step.
    channels : tuple of str
        Name of each channel.
    step_hours : float
        Length of a step in hours.
    index : ndarray, optional
        Samples of this view.
    """

    kind: ClassVar[str] = "timeseries"

    def __init__(
        self,
        values: NDArray[np.float32],
        observed: BoolArray,
        channels: tuple[str, ...],
        *,
        step_hours: float = 1.0,
        index: RowIndex | None = None,
    ) -> None:
        if values.shape != observed.shape or values.shape[2] != len(channels):
            raise ValueError(
                f"values {values.shape}, observed {observed.shape}, {len(channels)} channels"
            )
        super().__init__(np.arange(values.shape[0]) if index is None else index)
        self.values, self.observed = values, observed
        self.channels, self.step_hours = channels, step_hours
        self._available: BoolArray | None = None

    @property
    def available(self) -> BoolArray:
        """True for samples with at least one observed value."""
        if self._available is None:
            out = np.zeros(len(self), dtype=bool)
            for low in range(0, len(self), 1024):
                part = self.index[low : low + 1024]
                out[low : low + 1024] = self.observed[part].any(axis=(1, 2))
            self._available = out
        return self._available

    def take(self, rows: RowIndex) -> TimeSeries:
        """Return a view of some samples."""
        view = TimeSeries(
            self.values,
            self.observed,
            self.channels,
            step_hours=self.step_hours,
            index=self.index[rows],
        )
        view._available = None if self._available is None else self._available[rows]
        return view

    def load(self, rows: RowIndex | slice = slice(None)) -> tuple[NDArray[np.float32], BoolArray]:
        """Read (values, observed) of some samples of this view into memory."""
        at = self.index[rows]
        return np.asarray(self.values[at]), np.asarray(self.observed[at])

    def write(self, folder: Path) -> dict[str, Any]:
        """Write both arrays, in pieces."""
        for name, array in (("values", self.values), ("observed", self.observed)):
            write_array(
                folder / f"{name}.npy",
                (len(self), *array.shape[1:]),
                array.dtype,
                (array[self.index[low : low + 1024]] for low in range(0, len(self), 1024)),
            )
        return {"channels": list(self.channels), "step_hours": self.step_hours}

    @classmethod
    def read(cls, folder: Path, header: dict[str, Any]) -> TimeSeries:
        """Open memory-mapped, read-only."""
        values = np.load(folder / "values.npy", mmap_mode="r", allow_pickle=False)
        observed = np.load(folder / "observed.npy", mmap_mode="r", allow_pickle=False)
        return cls(
            values, observed, tuple(header["channels"]), step_hours=float(header["step_hours"])
        )

    def digest(self) -> str:
        """SHA-256 over observed values; what stands elsewhere does not count."""
        parts: list[tuple[str, np.ndarray | None]] = []
        for low in range(0, len(self), 1024):
            values, observed = self.load(slice(low, low + 1024))
            parts += [
                (f"v{low}", np.where(observed, values, np.float32(0))),
                (f"o{low}", observed),
            ]
        return digest_arrays(parts, note=f"{self.step_hours}|" + "|".join(self.channels))
