"""The line of a gap table, and the null values a gap is tested against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairfuse_core.audit.types import FloatArray


@dataclass(eq=False)
class GapRow:
    """One line of the gap table (columns as in `result.Audit.gaps`)."""

    metric: str
    statistic: str
    group: str
    reference: str
    estimate: float
    low: float = np.nan
    high: float = np.nan
    method: str = ""
    p: float = np.nan
    test: str = ""
    expected: float = np.nan
    detectable: float = np.nan
    left_out: str = ""
    reason: str = ""


@dataclass(eq=False)
class MetricNull:
    """Null values of one metric, and the test they belong to."""

    values: FloatArray
    test: str
