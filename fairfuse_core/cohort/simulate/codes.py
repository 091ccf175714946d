r"""EHR codes and laboratory values over the visits before the stay or study.

A sample has 1 to 8 visits (1 + geometric), days apart. Each code j has a base rate and loads on one
signal f(j) among E, S, A and the organ systems, or on none:

    P(code j at a visit) = σ(b_j + 1.1 z_f(j))

Each laboratory test l is done with odds (lab odds) × its own, and then shows

    value = m_l + s_l (0.65 z_f(l) + 0.76 N(0, 1))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit

from fairfuse_core.cohort.modalities import Codes
from fairfuse_core.cohort.simulate.model import ORGANS, Population
from fairfuse_core.cohort.simulate.streams import stream

SIGNALS = ("ehr", "shared", "history", *ORGANS, "")
_SLOPE, _LOADING = 1.1, 0.65
_MAX_VISITS, _BLOCK = 8, 4096


@dataclass(frozen=True)
class Lab:
    """A laboratory test: usual mean and spread, how often done, and the signal it follows."""

    name: str
    mean: float
    sd: float
    done: float
    signal: str
    sign: float = 1.0


LABS = (
    Lab("creatinine", 1.2, 0.5, 0.7, "renal"),
    Lab("urea nitrogen", 22.0, 9.0, 0.7, "ehr"),
    Lab("sodium", 138.5, 4.0, 0.75, "shared", -1.0),
    Lab("potassium", 4.2, 0.5, 0.75, ""),
    Lab("lactate", 2.0, 0.8, 0.35, "ehr"),
    Lab("bilirubin", 1.0, 0.4, 0.4, "metabolic"),
    Lab("albumin", 3.4, 0.6, 0.4, "ehr", -1.0),
    Lab("platelets", 220.0, 80.0, 0.7, "infection", -1.0),
    Lab("white cells", 10.0, 3.5, 0.7, "infection"),
    Lab("hemoglobin", 11.5, 2.0, 0.7, ""),
    Lab("glucose", 135.0, 40.0, 0.7, "metabolic"),
    Lab("troponin", 0.3, 0.1, 0.3, "cardiac"),
    Lab("natriuretic peptide", 900.0, 350.0, 0.25, "shared"),
    Lab("arterial oxygen", 90.0, 20.0, 0.3, "respiratory", -1.0),
    Lab("ferritin", 300.0, 110.0, 0.15, "history"),
    Lab("thyrotropin", 2.5, 0.9, 0.15, ""),
)

_PER_SIGNAL = {"ehr": 14, "shared": 10, "history": 6, **dict.fromkeys(ORGANS, 8), "": 42}


def vocabulary() -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return code names and, for each, the number of its signal in `SIGNALS`."""
    names, signal = [], []
    for k, name in enumerate(SIGNALS):
        many = _PER_SIGNAL[name]
        kind = ("diagnosis", "medication", "procedure")
        names += [f"{kind[j % 3]} {name or 'common'} {j + 1}" for j in range(many)]
        signal += [k] * many
    return tuple(names), np.array(signal, dtype=np.int64)


def signals(population: Population) -> NDArray[np.float32]:
    """Return every signal of `SIGNALS` side by side, shape (n, 10); the last is 0."""
    z = population.latents
    parts = [z.ehr[:, None], z.shared[:, None], z.history[:, None], z.organs]
    return np.hstack([*parts, np.zeros((len(population), 1))]).astype(np.float32)


def codes(population: Population) -> Codes:
    """Draw the visits of every sample; those whose record is missing have none."""
    n, seed = len(population), population.seed
    count = np.minimum(stream(seed, "visits").geometric(0.45, n), _MAX_VISITS)
    names, signal = vocabulary()
    # Base rates belong to the world, not to a cohort: the same for every seed.
    base = logit(stream(0, "code rates").uniform(0.02, 0.25, len(names))).astype(np.float32)
    z = signals(population)
    matrices, values = [], []
    kept = ~population.missing["codes"]
    for block, low in enumerate(range(0, n, _BLOCK)):
        rows = np.arange(low, min(low + _BLOCK, n))
        of = np.repeat(rows, count[rows])
        have = kept[of]
        chance = expit(base + np.float32(_SLOPE) * z[of][:, signal])
        u = stream(seed, "codes", block).random(chance.shape, dtype=np.float32)
        matrices.append(sparse.csr_array((u < chance)[have].astype(np.uint8)))
        values.append(_measure(population, z[of], of, have, block))
    hours = _hours(count, seed)[np.repeat(kept, count)]
    starts = np.concatenate([[0], np.cumsum(np.where(kept, count, 0))]).astype(np.int64)
    return Codes(
        sparse.csr_array(sparse.vstack(matrices, format="csr")),
        starts,
        names,
        measures=sparse.csr_array(sparse.vstack(values, format="csr")),
        measure_names=tuple(lab.name for lab in LABS),
        hours=hours,
    )


def _measure(
    population: Population,
    z: NDArray[np.float32],
    of: NDArray[np.int64],
    have: NDArray[np.bool_],
    block: int,
) -> sparse.csr_array:
    seed, shape = population.seed, (of.size, len(LABS))
    mean, sd = np.array([x.mean for x in LABS]), np.array([x.sd for x in LABS])
    sign = np.array([x.sign for x in LABS])
    which = [SIGNALS.index(x.signal) for x in LABS]
    noise = stream(seed, "lab values", block).standard_normal(shape)
    value = mean + sd * (sign * _LOADING * z[:, which] + np.sqrt(1 - _LOADING**2) * noise)
    odds = np.array([x.done / (1 - x.done) for x in LABS]) * population.lab_odds[of][:, None]
    done = stream(seed, "labs done", block).random(shape) < odds / (1 + odds)
    value = np.maximum(value, mean / 50).astype(np.float32)[have]
    row, column = np.nonzero(done[have])
    return sparse.csr_array((value[row, column], (row, column)), shape=value.shape)


def _hours(count: NDArray[np.int64], seed: int) -> NDArray[np.float32]:
    """Hours since the first visit: weeks between visits, within a year."""
    gap = stream(seed, "visit gaps").uniform(24, 24 * 45, (count.size, _MAX_VISITS))
    gap[:, 0] = 0
    total = np.cumsum(gap, axis=1)
    inside = np.arange(_MAX_VISITS) < count[:, None]
    return total[inside].astype(np.float32)
