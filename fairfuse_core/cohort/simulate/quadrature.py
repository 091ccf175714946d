"""Averages of a logistic curve over a Gaussian and a coin: prevalences and observers, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

FloatArray = NDArray[np.float64]

_NODES = np.linspace(-8.0, 8.0, 321)
_WEIGHTS = np.exp(-(_NODES**2) / 2)
_WEIGHTS /= _WEIGHTS.sum()
_COIN = np.array([-1.0, 1.0])


def nodes(sd: float, step: float) -> tuple[FloatArray, FloatArray]:
    """Return values and weights of sd·Z + step·R, Z standard normal and R = ±1 evenly."""
    if sd == 0:
        return step * _COIN, np.array([0.5, 0.5])
    values = (sd * _NODES[:, None] + step * _COIN).ravel()
    return values, np.repeat(_WEIGHTS / 2, 2)


def mean_logistic(x: FloatArray, sd: float, step: float) -> FloatArray:
    """Return E[σ(x + sd·Z + step·R)], shape of ``x``.

    A function of one number, so it is tabulated once, finely, and interpolated (error < 1e-6).
    """
    if sd == 0 and step == 0:
        return np.asarray(expit(x))
    if x.size == 0:
        return np.zeros(x.shape)
    grid = np.linspace(x.min() - 1e-9, x.max() + 1e-9, 4001)
    if x.size < grid.size:
        grid = np.unique(x)
    values, weights = nodes(sd, step)
    table = np.concatenate(
        [expit(part[:, None] + values) @ weights for part in np.array_split(grid, 16)]
    )
    return np.asarray(np.interp(x, grid, table))


def intercept(p: FloatArray, sd: float, step: float) -> FloatArray:
    """Return c with E[σ(c + sd·Z + step·R)] = p; -inf (inf) where p is 0 (1). Bisection."""
    wanted, back = np.unique(p, return_inverse=True)
    values, weights = nodes(sd, step)
    reach = 40.0 + 8 * sd + step
    low, high = np.full(wanted.shape, -reach), np.full(wanted.shape, reach)
    for _ in range(70):
        middle = (low + high) / 2
        below = expit(middle[:, None] + values) @ weights < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found = np.where(wanted <= 0, -np.inf, np.where(wanted >= 1, np.inf, (low + high) / 2))
    return np.asarray(found[back])
