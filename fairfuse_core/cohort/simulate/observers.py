r"""Observers: the ideal one, who reads every signal without error, and an imperfect reader.

The ideal observer's score is P(Y = 1 | what it knows), from the structural model by quadrature; by
the Neyman-Pearson lemma no other function of the same or less knowledge has a higher ROC curve.

    ideal            E, S, I, A, B and the groups:   σ(c_g + κ severity)
    ideal_ehr        E, S, A and the groups:         E over I and B of the same
    ideal_image      S, I, B and the groups:         E over E and A of the same
    ideal_available  ideal where there is an image; elsewhere ideal_ehr, updated by the fact that
                     the image is missing (which says something about I when it is MNAR)

The reader puts noisy readings into the same formula, with the intercept of a group without odds
and no idea whose readings are noisier: what a model fitted on everyone tends to do. Its EHR
readings have error variance 0.09 / lab odds, its image readings (0.5 · image noise)², and it takes
the sign of a reading of A and of B whose errors have half these standard deviations.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from fairfuse_core.cohort.simulate.model import Population, missing_log_odds
from fairfuse_core.cohort.simulate.quadrature import intercept, mean_logistic, nodes
from fairfuse_core.cohort.simulate.streams import stream

FloatArray = NDArray[np.float64]
Observer = Callable[[Population], FloatArray]


def ideal(population: Population) -> FloatArray:
    """Return P(Y = 1 | every signal), shape (n,)."""
    return population.risk


def ideal_ehr(population: Population) -> FloatArray:
    """Return P(Y = 1 | the signals the EHR shows), shape (n,)."""
    k, (e, i, s, x) = _weights(population)
    z = population.latents
    return mean_logistic(population.base + k * (e * z.ehr + s * z.shared), k * i, k * x)


def ideal_image(population: Population) -> FloatArray:
    """Return P(Y = 1 | the signals the image shows), shape (n,)."""
    k, (e, i, s, x) = _weights(population)
    z = population.latents
    return mean_logistic(population.base + k * (i * z.image + s * z.shared), k * e, k * x)


def ideal_available(population: Population) -> FloatArray:
    """Return P(Y = 1 | the EHR's signals, the image's where there is one, and that fact)."""
    absent = population.missing["image"]
    out = ideal(population).copy()
    known, slope = missing_log_odds(
        population.dials, "image", population.latents, population.groups
    )
    if slope == 0:
        out[absent] = ideal_ehr(population)[absent]
        return out
    k, (e, i, s, x) = _weights(population)
    z = population.latents
    start = population.base + k * (e * z.ehr + s * z.shared)
    for rows in np.array_split(np.flatnonzero(absent), max(1, int(absent.sum()) // 4096)):
        out[rows] = _given_missing(start[rows], known[rows], slope, k * i, k * x)
    return out


def _given_missing(
    x: FloatArray, known: FloatArray, slope: float, sd: float, step: float
) -> FloatArray:
    # Bayes: the density of I among those whose image is missing, times the risk at that I.
    values, weights = nodes(1.0, 0.0)
    values, weights = values[::2], weights[::2] * 2
    chance = expit(known[:, None] + slope * values) * weights
    risk = (expit(x[:, None] + sd * values + step) + expit(x[:, None] + sd * values - step)) / 2
    total = chance.sum(axis=1)
    return np.asarray((chance * risk).sum(axis=1) / np.where(total > 0, total, 1.0))


def reader(population: Population) -> FloatArray:
    """Return the imperfect reader's probability from EHR and image, shape (n,)."""
    return _read(population, ehr=True, image=True)


def reader_ehr(population: Population) -> FloatArray:
    """Return the imperfect reader's probability from the EHR alone, shape (n,)."""
    return _read(population, ehr=True, image=False)


def reader_image(population: Population) -> FloatArray:
    """Return the imperfect reader's probability from the image alone, shape (n,)."""
    return _read(population, ehr=False, image=True)


def _weights(population: Population) -> tuple[float, tuple[float, float, float, float]]:
    e, i, s, x = (float(np.sqrt(w)) for w in population.dials.shares)
    return population.dials.strength, (e, i, s, x)


def _read(population: Population, *, ehr: bool, image: bool) -> FloatArray:
    k, (e, i, s, x) = _weights(population)
    z, n, seed = population.latents, len(population), population.seed
    blur_ehr = 0.3 / np.sqrt(np.maximum(population.lab_odds, 1e-6))
    blur_image = 0.5 * population.image_noise

    def reading(signal: FloatArray, blur: FloatArray, name: str) -> FloatArray:
        return np.asarray(signal + blur * stream(seed, f"reading {name}").standard_normal(n))

    total = np.zeros(n)
    if ehr:
        total += e * reading(z.ehr, blur_ehr, "ehr")
    if image:
        total += i * reading(z.image, blur_image, "image")
    seen = [reading(z.shared, blur_ehr, "shared in ehr")] if ehr else []
    seen += [reading(z.shared, blur_image, "shared in image")] if image else []
    # Trust as fits the usual quality, whoever the sample belongs to.
    trust = [population.dials.lab_odds / 0.09 + 1e-9] if ehr else []
    trust += [1 / max(0.25 * population.dials.image_noise**2, 1e-6)] if image else []
    total += s * np.average(seen, axis=0, weights=trust)
    if ehr and image:
        history = np.sign(reading(z.history, blur_ehr / 2, "history"))
        finding = np.sign(reading(z.finding, blur_image / 2, "finding"))
        total += x * history * finding
    start = intercept(
        np.array([population.dials.prevalence]), k * float(np.sqrt(max(1 - x * x, 0.0))), k * x
    )
    return np.asarray(expit(start + k * total))


OBSERVERS: dict[str, Observer] = {
    one.__name__: one
    for one in (
        ideal,
        ideal_ehr,
        ideal_image,
        ideal_available,
        reader,
        reader_ehr,
        reader_image,
    )
}
"""Scores that can be asked for by name."""
