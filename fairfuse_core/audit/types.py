"""Shared names of the audit: array aliases, factors, literals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
CodeArray = NDArray[np.int32]

ScoreKind = Literal["probability", "rank", "none"]
"""``probability`` lies in [0, 1]; ``rank`` only orders patients; ``none``: decisions only."""

UNKNOWN = "Unknown"
"""The group of patients whose attribute value is missing."""


@dataclass(frozen=True, eq=False)
class Factor:
    """A categorical column: integer codes into named levels.

    Attributes
    ----------
    name : str
        Column name.
    codes : ndarray of int32, shape (n,)
        Index into ``levels``; never negative.
    levels : tuple of str
        Level names in display order; "Unknown" last where present.
    """

    name: str
    codes: CodeArray
    levels: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.codes.shape[0])

    def take(self, rows: NDArray[Any]) -> Factor:
        """Return the factor of some rows (boolean mask or indices), levels kept."""
        return Factor(self.name, self.codes[rows], self.levels)
