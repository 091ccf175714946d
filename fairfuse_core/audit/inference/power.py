"""How large a disparity would have had to be for this audit to find it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri


def critical_gap(null: ArrayLike, *, confidence: float = 0.95) -> float:
    """Return the gap that chance alone exceeds in ``1 - confidence`` of cases.

    Parameters
    ----------
    null : array_like, shape (B,)
        Largest gaps under no disparity; NaN ones are left out.
    confidence : float
        One minus the level of the test.

    Returns
    -------
    float
        NaN where no null value is defined.
    """
    values = np.asarray(null, float)
    values = values[~np.isnan(values)]
    return float(np.quantile(values, confidence)) if values.size else float("nan")


def detectable_gap(
    critical: float, variances: ArrayLike, *, power: float = 0.8, upper: float = 1.0
) -> float:
    """Smallest true shift of any single group that the test would find with this power.

    Suppose one group truly differs and the others do not. The observed gap then is about the
    difference between that group and one of the others, a normal variable whose standard deviation
    is at most that of the worst measured group against the best measured one; it must pass the
    critical value with the stated chance. The worst measured group is the binding one: any other
    group's shift of this size is found more often. As the largest of several gaps is at least this
    one, the true power is a little higher.

    Parameters
    ----------
    critical : float
        Critical value of the largest gap, from :func:`critical_gap`.
    variances : array_like, shape (G,)
        Variance of each group's estimate; NaN for groups left out.
    power : float
        Chance of finding it.
    upper : float
        Largest gap the metric allows (1 for a proportion).

    Returns
    -------
    float
        NaN with fewer than two groups, and where even the largest possible gap would be missed
        more often than the power allows: no disparity of any size can be ruled out then.
    """
    v = np.asarray(variances, float)
    v = v[~np.isnan(v)]
    if v.size < 2 or np.isnan(critical):
        return float("nan")
    gap = critical + float(ndtri(power)) * float(np.sqrt(v.max() + v.min()))
    return gap if gap <= upper else float("nan")
