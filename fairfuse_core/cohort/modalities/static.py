"""Static features: one row of numbers and categories a sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from fairfuse_core.cohort.modalities.base import BoolArray, Modality, RowIndex
from fairfuse_core.cohort.table import frame_digest, read_frame, write_frame


class Static(Modality):
    """A frame of features, missing values missing; imputed by a `Preprocessor`, never before.

    Parameters
    ----------
    frame : DataFrame, shape (N, F)
        Numbers as float, categories as pandas categoricals.
    index : ndarray, optional
        Samples of this view.
    """

    kind: ClassVar[str] = "static"

    def __init__(self, frame: pd.DataFrame, *, index: RowIndex | None = None) -> None:
        super().__init__(np.arange(len(frame)) if index is None else index)
        self.base = frame

    @property
    def frame(self) -> pd.DataFrame:
        """The features of these samples."""
        return self.base.iloc[self.index].reset_index(drop=True)

    @property
    def available(self) -> BoolArray:
        """True for samples with at least one value."""
        return self.base.notna().any(axis=1).to_numpy()[self.index]

    def take(self, rows: RowIndex) -> Static:
        """Return a view of some samples."""
        return Static(self.base, index=self.index[rows])

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the features of these samples as Parquet."""
        write_frame(self.frame, folder / "static.parquet")
        return {}

    @classmethod
    def read(cls, folder: Path, header: dict[str, Any]) -> Static:
        """Read what `write` wrote."""
        del header
        return cls(read_frame(folder / "static.parquet"))

    def digest(self) -> str:
        """SHA-256 over names and values."""
        return frame_digest(self.frame)
