r"""What is known of everyone on arrival: age, acuity, body measures; a clotting test for some.

Body mass index is lognormal and the pulse normal with RadFusion's means and standard deviations
(Zhou et al. 2021, Table 1: 28.37 ± 9.65 kg/m², 81.62 ± 14.99 /min); the pulse loads 0.3 on E. In
the embolism setting D-dimer was measured in 580 of 1,837 studies and positive (above 500 ng/mL) in
496 of them; it is lognormal and loads 0.5 on S. The number of slices is rounded normal with that
table's median and interquartile range (386, 134).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from fairfuse_core.cohort.modalities import Static
from fairfuse_core.cohort.simulate.model import Population
from fairfuse_core.cohort.simulate.streams import stream

BMI, PULSE = (28.37, 9.65), (81.62, 14.99)
DDIMER_TAKEN, DDIMER_POSITIVE, DDIMER_CUT = 580 / 1837, 496 / 580, 500.0
SLICES = (386, 134)
_PULSE_LOADING, _DDIMER_LOADING, _DDIMER_SD = 0.3, 0.5, 1.0


def static(population: Population) -> Static:
    """Return the frame of features known of everyone."""
    seed, n, z = population.seed, len(population), population.latents

    def normal(name: str) -> np.ndarray:
        return stream(seed, name).standard_normal(n)

    spread = np.log1p((BMI[1] / BMI[0]) ** 2)
    pulse = _PULSE_LOADING * z.ehr + np.sqrt(1 - _PULSE_LOADING**2) * normal("pulse")
    frame = pd.DataFrame({
        **{name: np.floor(value) for name, value in population.numbers.items()},
        "acuity": z.acuity,
        "body mass index": np.exp(np.log(BMI[0]) - spread / 2 + np.sqrt(spread) * normal("bmi")),
        "pulse on arrival": PULSE[0] + PULSE[1] * pulse,
    })  # fmt: skip
    if population.dials.setting == "pe":
        frame["D-dimer"] = _ddimer(population)
        quartile = SLICES[1] / (2 * ndtri(0.75))
        frame["slices"] = np.maximum(np.round(SLICES[0] + quartile * normal("slices")), 60.0)
    return Static(frame)


def _ddimer(population: Population) -> np.ndarray:
    """Nanograms per millilitre, missing where not taken; fewer labs, fewer taken."""
    n, seed = len(population), population.seed
    noise = stream(seed, "d-dimer").standard_normal(n)
    z = _DDIMER_LOADING * population.latents.shared + np.sqrt(1 - _DDIMER_LOADING**2) * noise
    value = DDIMER_CUT * np.exp(_DDIMER_SD * (z - ndtri(1 - DDIMER_POSITIVE)))
    odds = DDIMER_TAKEN / (1 - DDIMER_TAKEN) * population.lab_odds
    taken = stream(seed, "d-dimer taken").random(n) < odds / (1 + odds)
    return np.where(taken, value, np.nan)
