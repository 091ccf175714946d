r"""The 48 h series: hourly vital signs and laboratory values.

Channel f of a sample, at hour t, follows its signal z with a drift that sets in over the two days,
plus noise that remembers the hour before (first-order autoregression, stationary variance 1):

    value_t = m + s (0.5 z (0.4 + 0.6 t/47) + 0.87 a_t),   a_t = 0.8 a_{t-1} + 0.6 N(0, 1)

Vital signs are seen in most hours; laboratory channels rarely, with odds
(lab odds) × their own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.cohort.modalities import TimeSeries
from fairfuse_core.cohort.simulate.codes import SIGNALS, Lab, signals
from fairfuse_core.cohort.simulate.model import Population
from fairfuse_core.cohort.simulate.storage import allocate
from fairfuse_core.cohort.simulate.streams import stream

HOURS = 48
_BLOCK = 1024
_SIGNAL, _NOISE, _MEMORY = 0.5, 0.87, 0.8

VITALS = (
    Lab("heart rate", 88.0, 16.0, 0.9, "ehr"),
    Lab("systolic pressure", 120.0, 18.0, 0.85, "shared", -1.0),
    Lab("diastolic pressure", 62.0, 11.0, 0.85, "vascular"),
    Lab("respiratory rate", 19.0, 4.5, 0.88, "respiratory"),
    Lab("oxygen saturation", 96.0, 2.0, 0.88, "shared", -1.0),
    Lab("temperature", 37.0, 0.6, 0.3, "infection"),
    Lab("coma scale", 13.0, 1.8, 0.28, "ehr", -1.0),
    Lab("urine output", 90.0, 40.0, 0.5, "renal", -1.0),
)
TESTS = (
    Lab("glucose", 140.0, 40.0, 0.12, "metabolic"),
    Lab("creatinine", 1.3, 0.4, 0.07, "renal"),
    Lab("lactate", 2.1, 0.7, 0.06, "ehr"),
    Lab("pH", 7.38, 0.06, 0.07, "history"),
)
CHANNELS = (*VITALS, *TESTS)


def series(population: Population, folder: Path | None = None) -> TimeSeries:
    """Draw the series of every sample, block by block, memory-mapped where a folder is given."""
    n, f = len(population), len(CHANNELS)
    values = allocate(folder, "series_values", (n, HOURS, f), np.float32)
    observed = allocate(folder, "series_observed", (n, HOURS, f), np.bool_)
    z = signals(population)[:, [SIGNALS.index(c.signal) for c in CHANNELS]]
    absent = population.missing["timeseries"]
    for block, low in enumerate(range(0, n, _BLOCK)):
        rows = slice(low, min(low + _BLOCK, n))
        seen = _observed(population, rows, block) & ~absent[rows, None, None]
        values[rows] = np.where(seen, _values(population, z[rows], block), np.float32(0))
        observed[rows] = seen
    return TimeSeries(values, observed, tuple(c.name for c in CHANNELS), step_hours=1.0)


def _values(population: Population, z: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    rng = stream(population.seed, "series", block)
    noise = rng.standard_normal((HOURS, *z.shape), dtype=np.float32)
    fresh = np.float32(np.sqrt(1 - _MEMORY**2))
    for t in range(1, HOURS):
        noise[t] = np.float32(_MEMORY) * noise[t - 1] + fresh * noise[t]
    drift = (0.4 + 0.6 * np.arange(HOURS) / (HOURS - 1)).astype(np.float32)[:, None, None]
    sign = np.array([c.sign for c in CHANNELS], dtype=np.float32)
    mean = np.array([c.mean for c in CHANNELS], dtype=np.float32)
    sd = np.array([c.sd for c in CHANNELS], dtype=np.float32)
    both = np.float32(_SIGNAL) * sign * z * drift + np.float32(_NOISE) * noise
    return np.asarray((mean + sd * both).swapaxes(0, 1), dtype=np.float32)


def _observed(population: Population, rows: slice, block: int) -> NDArray[np.bool_]:
    done = np.array([c.done for c in CHANNELS])
    times = np.ones((rows.stop - rows.start, len(CHANNELS)))
    times[:, len(VITALS) :] = population.lab_odds[rows, None]
    odds = done / (1 - done) * times
    chance = (odds / (1 + odds)).astype(np.float32)[:, None, :]
    shape = (chance.shape[0], HOURS, len(CHANNELS))
    u = stream(population.seed, "series seen", block).random(shape, dtype=np.float32)
    return np.asarray(u < chance)
