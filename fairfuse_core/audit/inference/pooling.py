"""Partial pooling: small groups borrow strength from the others, as far as groups are alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, expit, gammaln

from fairfuse_core.audit.intervals.wilson import critical_z, wilson
from fairfuse_core.audit.types import FloatArray, IntArray

_LOG_PRECISION = (-1.0, 11.0)  # precision from 0.4 to 60,000 prior patients
_POINTS = 9


def beta_binomial_pool(
    successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pool proportions by an empirical-Bayes beta-binomial model.

    Group rates are taken to come from one beta distribution whose mean and precision maximise the
    marginal likelihood; each group's estimate is its posterior mean.

    Parameters
    ----------
    successes, trials : array_like, shape (G,)
        Counts of each group.
    confidence : float
        Level of the posterior intervals. They take the fitted distribution for known, and so are
        somewhat short when there are few groups.

    Returns
    -------
    mean, low, high : ndarray, shape (G,)
        NaN for groups without trials. Where groups vary no more than chance explains, the
        likelihood rises towards infinite precision: the groups are then pooled completely, and
        share the overall proportion and its Wilson interval.

    References
    ----------
    Griffiths DA. Biometrics 1973;29:637-648; Gelman A et al. Bayesian Data Analysis, 3rd ed.,
    section 5.3.
    """
    x, n = np.asarray(successes, float), np.asarray(trials, float)
    known = n > 0
    out = [np.full(x.shape, np.nan) for _ in range(3)]
    if not known.any():
        return out[0], out[1], out[2]
    hits, total = x[known], n[known]
    fit = _fit_beta(hits, total)
    if fit is None:
        overall = hits.sum() / total.sum()
        low, high = wilson(hits.sum(), total.sum(), confidence=confidence)
        values = [np.full(hits.shape, float(v)) for v in (overall, low, high)]
    else:
        a, b = fit[0] + hits, fit[1] + total - hits
        tail = (1 - confidence) / 2
        values = [a / (a + b), betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)]
    for slot, value in zip(out, values, strict=True):
        slot[known] = value
    return out[0], out[1], out[2]


def _fit_beta(x: FloatArray, n: FloatArray) -> tuple[float, float] | None:
    """Marginal maximum likelihood by a grid that closes in; None at infinite precision."""
    total, hits = n.sum(), x.sum()
    if x.size < 2 or hits in (0, total):
        return None
    # Equal groups give equal terms: each distinct (x, n) is evaluated once.
    pairs, times = np.unique(np.stack([x, n], 1), axis=0, return_counts=True)
    x, n = pairs[:, 0], pairs[:, 1]
    middle = np.log((hits + 0.5) / (total - hits + 0.5))
    centre = np.array([middle, sum(_LOG_PRECISION) / 2])
    reach = np.array([2.5, (_LOG_PRECISION[1] - _LOG_PRECISION[0]) / 2])
    best = -np.inf
    for _ in range(9):
        mean, precision = np.meshgrid(
            centre[0] + reach[0] * np.linspace(-1, 1, _POINTS),
            np.clip(centre[1] + reach[1] * np.linspace(-1, 1, _POINTS), *_LOG_PRECISION),
        )
        value = _log_marginal(mean.reshape(-1), precision.reshape(-1), x, n, times)
        at = int(np.argmax(value))
        best = float(value[at])
        centre = np.array([mean.reshape(-1)[at], precision.reshape(-1)[at]])
        reach = reach * 0.4
    p = hits / total
    binomial = float(hits * np.log(p) + (total - hits) * np.log(1 - p))
    if centre[1] >= _LOG_PRECISION[1] - 1e-6 or binomial >= best - 1e-7:
        return None
    mu, size = float(expit(centre[0])), float(np.exp(centre[1]))
    return mu * size, (1 - mu) * size


def _log_marginal(
    logit_mean: FloatArray,
    log_precision: FloatArray,
    x: FloatArray,
    n: FloatArray,
    times: IntArray,
) -> FloatArray:
    size, mu = np.exp(log_precision)[:, None], expit(logit_mean)[:, None]
    a, b = mu * size, (1 - mu) * size
    terms = gammaln(a + x) + gammaln(b + n - x) - gammaln(size + n)
    return np.asarray(terms @ times + times.sum() * (gammaln(size) - gammaln(a) - gammaln(b))[:, 0])


def normal_pool(
    estimates: ArrayLike, variances: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pool estimates with known variances by a normal random-effects model.

    Parameters
    ----------
    estimates, variances : array_like, shape (G,)
        Estimates, on a scale where they are about normal (AUROC: logit), and sampling variances.
    confidence : float
        Level of the intervals, which include the uncertainty of the overall mean.

    Returns
    -------
    mean, low, high : ndarray, shape (G,)
        NaN where the estimate is, or its variance is not positive. With no variance between
        groups all share the overall mean.

    References
    ----------
    Raudenbush SW, Bryk AS. J Educ Stat 1985;10:75-98; between-group variance by REML, from
    DerSimonian R, Laird N. Control Clin Trials 1986;7:177-188 as the start.
    """
    y, v = np.asarray(estimates, float), np.asarray(variances, float)
    known = ~np.isnan(y) & (v > 0)
    out = [np.full(y.shape, np.nan) for _ in range(3)]
    if not known.any():
        return out[0], out[1], out[2]
    est, var = y[known], v[known]
    tau2 = between_variance(est, var)
    weight = 1 / (var + tau2)
    overall = float((weight * est).sum() / weight.sum())
    shrink = var / (var + tau2)
    mean = shrink * overall + (1 - shrink) * est
    half = critical_z(confidence) * np.sqrt((1 - shrink) * var + shrink**2 / weight.sum())
    for slot, value in zip(out, (mean, mean - half, mean + half), strict=True):
        slot[known] = value
    return out[0], out[1], out[2]


def between_variance(estimates: ArrayLike, variances: ArrayLike) -> float:
    """REML variance between groups, 0 or more.

    Parameters
    ----------
    estimates, variances : array_like, shape (G,)
        Estimates and their positive sampling variances.

    Returns
    -------
    float
        0 with fewer than two groups.
    """
    y, v = np.asarray(estimates, float), np.asarray(variances, float)
    if y.size < 2:
        return 0.0
    w = 1 / v
    mean = (w * y).sum() / w.sum()
    spread = (w * (y - mean) ** 2).sum() - (y.size - 1)
    scale = float(w.sum() - (w**2).sum() / w.sum())
    # One estimate known so much better than the others leaves nothing to judge their spread by.
    tau2 = max(0.0, float(spread) / scale) if scale > 1e-12 * float(w.sum()) else 0.0
    for _ in range(100):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        squares = (w**2 * ((y - mean) ** 2 - v)).sum() / (w**2).sum()
        new = max(0.0, float(squares + 1 / w.sum()))
        if abs(new - tau2) <= 1e-10 * max(tau2, 1e-12):
            return new
        tau2 = new
    return tau2
