"""Collects the lines of a result frame column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fairfuse_core.audit.serialise import tidy


class Rows:
    """A growing table with fixed columns.

    Parameters
    ----------
    columns : tuple of str
        The frame's contract.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self._data: dict[str, list[Any]] = {name: [] for name in columns}

    def extend(self, size: int, **values: Any) -> None:
        """Append ``size`` lines; a value is one for all lines or a sequence of that length."""
        for name in self.columns:
            value = values[name]
            if isinstance(value, str) or not isinstance(value, Sequence):
                tolist = getattr(value, "tolist", None)
                value = tolist() if tolist is not None else [value] * size
                if not isinstance(value, list):
                    value = [value] * size
            self._data[name].extend(value)

    def frame(self) -> pd.DataFrame:
        """Return the table with the contract's dtypes."""
        return tidy(self._data, self.columns)
