r"""Phenotypes and length of stay of the intensive care setting.

Each of the 25 phenotypes of the MIMIC benchmark belongs to an organ system o and is, given the
signals, an independent coin of

    P(phenotype k) = σ(c_k + 1.6 O_o(k) + 0.6 S)

with c_k solved for its prevalence. Length of stay in days, of stays of two days or more:

    days = 2 + exp(0.75 + 0.35 severity + 0.85 N(0, 1)), cut at 102
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from fairfuse_core.cohort.simulate.categories import categorical
from fairfuse_core.cohort.simulate.model import ORGANS, Population
from fairfuse_core.cohort.simulate.quadrature import intercept
from fairfuse_core.cohort.simulate.streams import stream

FloatArray = NDArray[np.float64]

PHENOTYPES: tuple[tuple[str, str, float], ...] = (
    ("Acute and unspecified renal failure", "renal", 0.21),
    ("Acute cerebrovascular disease", "vascular", 0.07),
    ("Acute myocardial infarction", "cardiac", 0.10),
    ("Cardiac dysrhythmias", "cardiac", 0.32),
    ("Chronic kidney disease", "renal", 0.13),
    ("Chronic obstructive pulmonary disease", "respiratory", 0.13),
    ("Complications of surgical procedures", "infection", 0.21),
    ("Conduction disorders", "cardiac", 0.07),
    ("Congestive heart failure; nonhypertensive", "cardiac", 0.27),
    ("Coronary atherosclerosis and related", "vascular", 0.32),
    ("Diabetes mellitus with complications", "metabolic", 0.10),
    ("Diabetes mellitus without complication", "metabolic", 0.19),
    ("Disorders of lipid metabolism", "metabolic", 0.29),
    ("Essential hypertension", "vascular", 0.42),
    ("Fluid and electrolyte disorders", "renal", 0.27),
    ("Gastrointestinal hemorrhage", "infection", 0.07),
    ("Hypertension with complications", "vascular", 0.13),
    ("Other liver diseases", "metabolic", 0.09),
    ("Other lower respiratory disease", "respiratory", 0.05),
    ("Other upper respiratory disease", "respiratory", 0.04),
    ("Pleurisy; pneumothorax; pulmonary collapse", "respiratory", 0.09),
    ("Pneumonia", "respiratory", 0.14),
    ("Respiratory failure; insufficiency; arrest", "respiratory", 0.18),
    ("Septicemia", "infection", 0.14),
    ("Shock", "infection", 0.08),
)
"""Name, organ system, prevalence (rounded, of the order seen in intensive care)."""

_ORGAN, _SHARED = 1.6, 0.6
LOS_CLASSES = ("2–3", "3–4", "4–5", "5–6", "6–7", "7–14", "14+")
LOS_EDGES = (2, 3, 4, 5, 6, 7, 14, np.inf)


def phenotype_risk(population: Population) -> FloatArray:
    """Return the ideal observer's probability of each phenotype, shape (n, 25)."""
    latents = population.latents
    share = np.array([p for _, _, p in PHENOTYPES])
    start = intercept(share, float(np.hypot(_ORGAN, _SHARED)), 0.0)
    system = [ORGANS.index(o) for _, o, _ in PHENOTYPES]
    return np.asarray(
        expit(start + _ORGAN * latents.organs[:, system] + _SHARED * latents.shared[:, None])
    )


def phenotypes(population: Population) -> NDArray[np.bool_]:
    """Draw the phenotypes, shape (n, 25)."""
    risk = phenotype_risk(population)
    return np.asarray(stream(population.seed, "phenotypes").random(risk.shape) < risk)


def stay_days(population: Population) -> FloatArray:
    """Draw length of stay in days, shape (n,), in [2, 102]."""
    noise = stream(population.seed, "stay").standard_normal(len(population))
    days = 2 + np.exp(0.75 + 0.35 * population.severity + 0.85 * noise)
    return np.asarray(np.minimum(days, 102.0))


def stay_class(days: FloatArray) -> pd.Categorical[Any]:
    """Return the seven classes of stays of two days and more (CareBench)."""
    codes = np.searchsorted(LOS_EDGES, days, side="right") - 1
    return categorical(codes, LOS_CLASSES)
