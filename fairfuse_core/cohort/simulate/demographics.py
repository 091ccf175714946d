"""Demographics: correlated protected attributes with the group sizes that were asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from fairfuse_core.cohort.simulate.categories import categorical
from fairfuse_core.cohort.simulate.dials import Attribute, ByGroup
from fairfuse_core.cohort.simulate.streams import stream

Codes = dict[str, NDArray[np.int64]]


def patients(n: int, repeat: float, seed: int) -> NDArray[np.int64]:
    """Return the patient number of each sample, shape (n,): 0, 1, ... without gaps."""
    new = stream(seed, "repeat").random(n) >= repeat
    new[:1] = True
    return np.asarray(np.cumsum(new) - 1, dtype=np.int64)


def demographics(
    attributes: tuple[Attribute, ...], patient: NDArray[np.int64], correlation: float, seed: int
) -> tuple[Codes, dict[str, NDArray[np.float64]]]:
    """Return group numbers by attribute, and the number behind each attribute that has edges.

    A Gaussian copula with one common factor: u = √ρ·f + √(1 − ρ)·z per attribute, cut at the
    quantiles that give the groups their shares; ρ moves who is in which groups at once and never
    a group's size.
    """
    n = patient.size
    common = stream(seed, "common").standard_normal(n)
    codes: Codes = {}
    numbers: dict[str, NDArray[np.float64]] = {}
    for one in attributes:
        own = stream(seed, f"attribute {one.name}").standard_normal(n)
        level = ndtr(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)[patient]
        share = np.array(list(one.groups.values()), dtype=np.float64)
        cuts = np.concatenate([[0.0], np.cumsum(share / share.sum())])
        codes[one.name] = np.searchsorted(cuts[1:-1], level, side="right").astype(np.int64)
        if one.edges:
            numbers[one.name] = np.interp(level, cuts, np.array(one.edges, dtype=np.float64))
    return codes, numbers


def columns(attributes: tuple[Attribute, ...], codes: Codes) -> dict[str, pd.Categorical[Any]]:
    """Return each attribute as categories in the order of the dials."""
    return {a.name: categorical(codes[a.name], list(a.groups)) for a in attributes}


def by_group(
    values: ByGroup, attributes: tuple[Attribute, ...], codes: Codes, *, default: float
) -> list[NDArray[np.float64]]:
    """Return, for each attribute a dial names, its value for every sample, shape (n,)."""
    out = []
    for one in attributes:
        if one.name in values:
            table = [float(values[one.name].get(group, default)) for group in one.groups]
            out.append(np.array(table)[codes[one.name]])
    return out


def factor(values: ByGroup, attributes: tuple[Attribute, ...], codes: Codes) -> NDArray[np.float64]:
    """Return the product of a dial's factors over attributes, shape (n,)."""
    n = next(iter(codes.values())).size
    parts = by_group(values, attributes, codes, default=1.0)
    return np.asarray(np.prod([np.ones(n), *parts], axis=0))
