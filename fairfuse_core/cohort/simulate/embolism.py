r"""The embolism setting: type of embolism and the published, curated split.

Among studies with an embolism, its extent follows what the image shows,

    extent = 0.7 I + 0.3 S + 0.65 N(0, 1)

and the largest are central, the smallest subsegmental; the cuts are solved so that the types have
RadFusion's shares among positives (Zhou et al. 2021, Table 1: 257 central, 387 segmental, 82
subsegmental). RadFusion's split holds 35 % positives in training and 58 % in test: drawn here per
patient, given the type of their first study, with the shares of that table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.cohort.simulate.categories import categorical
from fairfuse_core.cohort.simulate.model import Population
from fairfuse_core.cohort.simulate.quadrature import mean_logistic
from fairfuse_core.cohort.simulate.streams import stream

TYPES = ("none", "subsegmental", "segmental", "central")
PE_SHARES = (82 / 726, 387 / 726, 257 / 726)
"""Subsegmental, segmental and central among positives."""

SPLITS = ("train", "validation", "test")
SPLIT_COUNTS = ((946, 85, 80), (25, 29, 28), (281, 52, 54), (202, 27, 28))
"""Studies of each type (rows as `TYPES`) in each split (Table 1)."""

_I, _S, _NOISE = 0.7, 0.3, 0.65


def embolism_type(population: Population) -> pd.Categorical[Any]:
    """Return the recorded type of embolism of each study; "none" for recorded negatives."""
    z = population.latents
    noise = stream(population.seed, "extent").standard_normal(len(population))
    extent = _I * z.image + _S * z.shared + _NOISE * noise
    codes = 1 + np.searchsorted(_cuts(population), extent, side="right")
    return categorical(np.where(population.recorded, codes, 0), TYPES)


def _cuts(population: Population) -> NDArray[np.float64]:
    """Quantiles of the extent among positives of these groups."""
    k, (_, i, s, x) = population.dials.strength, np.sqrt(population.dials.shares)
    # Extent u and the log-odds are jointly normal, but for the coin: integrate the rest out.
    spread = float(np.sqrt(_I**2 + _S**2 + _NOISE**2))
    slope = k * (_I * i + _S * s) / spread
    rest = float(np.sqrt(max(k**2 * (1 - x * x) - slope**2, 0.0)))
    base, many = np.unique(population.base, return_counts=True)
    u = np.linspace(-8, 8, 161)
    risk = mean_logistic((base[:, None] + slope * u).ravel(), rest, float(k * x))
    density = np.exp(-(u**2) / 2) * (many @ risk.reshape(base.size, u.size))
    share = (np.cumsum(density) - density / 2) / density.sum()
    return np.asarray(spread * np.interp(np.cumsum(PE_SHARES)[:2], share, u))


def published_split(population: Population, kind: pd.Categorical[Any]) -> pd.Categorical[Any]:
    """Return train, validation or test: whole patients, with the published shares of types."""
    share = np.cumsum(np.array(SPLIT_COUNTS) / np.sum(SPLIT_COUNTS, axis=1)[:, None], axis=1)
    _, first = np.unique(population.patient, return_index=True)
    u = stream(population.seed, "published split").random(len(population))[: first.size]
    codes = (u[:, None] >= share[kind.codes[first]][:, :2]).sum(axis=1)
    return categorical(codes[population.patient], SPLITS)
