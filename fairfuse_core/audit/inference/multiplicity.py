"""Adjusting p-values for the number of gaps that were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fairfuse_core.audit.types import FloatArray, IntArray


def _sorted(p: ArrayLike) -> tuple[FloatArray, FloatArray]:
    values = np.asarray(p, float)
    known = values[~np.isnan(values)]
    if ((known < 0) | (known > 1)).any():
        raise ValueError("p-values must lie between 0 and 1")
    return values, known


def _put_back(values: FloatArray, order: IntArray, adjusted: FloatArray) -> FloatArray:
    out = np.full(values.shape, np.nan)
    known = np.empty(adjusted.size)
    known[order] = np.minimum(adjusted, 1)
    out[~np.isnan(values)] = known
    return out


def holm(p: ArrayLike) -> FloatArray:
    """Holm's step-down adjustment: controls the chance of any false finding.

    Parameters
    ----------
    p : array_like
        P-values of one family, any shape; NaN ones stay NaN and do not count.

    Returns
    -------
    ndarray
        Adjusted p-values, of the same shape.

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70.
    """
    values, known = _sorted(p)
    order = np.argsort(known, kind="stable")
    left = known.size - np.arange(known.size)
    return _put_back(values, order, np.maximum.accumulate(known[order] * left))


def benjamini_hochberg(p: ArrayLike) -> FloatArray:
    """Benjamini-Hochberg step-up adjustment: controls the expected share of false findings.

    Parameters
    ----------
    p : array_like
        P-values of one family, any shape; NaN ones stay NaN and do not count.

    Returns
    -------
    ndarray
        Adjusted p-values, of the same shape.

    References
    ----------
    Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300.
    """
    values, known = _sorted(p)
    order = np.argsort(known, kind="stable")
    scaled = known[order] * known.size / (np.arange(known.size) + 1)
    return _put_back(values, order, np.minimum.accumulate(scaled[::-1])[::-1])
