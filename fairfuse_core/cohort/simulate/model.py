r"""The structural model: from demographics over latent signals to outcome, record and gaps in it.

Every sample i of patient p(i), in groups g (one per attribute), has independent latent signals

    E, S, I ~ N(0, 1)        EHR-only, shared and image-only severity
    A, B = ±1 evenly         a history (EHR) and a finding (image) that interact
    O_1..O_6 ~ N(0, 1)       organ systems, behind the phenotypes and their codes
    q = 0.6 (E + S)/√2 + 0.8 N(0, 1)       acuity at triage, on everyone's record

A patient's samples share half the variance of the Gaussian ones. With signal shares
w_E + w_I + w_S + w_X = 1, latent severity has mean 0 and variance 1, and decides the outcome:

    severity = √w_E E + √w_I I + √w_S S + √w_X A B
    P(Y = 1 | everything) = σ(c_g + κ · severity)

κ is the signal strength. c_g is solved so that the prevalence of the cell of groups g is exactly
p_g = σ(logit(prevalence) + Σ log odds_g). Because A and B are independent of each other and even,
A B is independent of A and of B: either modality alone learns nothing from the interaction.

What the record says, given the truth (under- and over-diagnosis; shares m combine as
1 − Π(1 − m) over attributes):

    P(recorded = 0 | Y = 1) = missed_g,   P(recorded = 1 | Y = 0) = overcalled_g

Which modality is missing (h: what it would have shown; I for images, E for the others):

    P(missing) = σ(a_g + γ_acuity q + γ_hidden h)

a_g is solved so that the rate in the cell stays what the dial says whatever the slopes γ:
γ = 0 is MCAR (MCAR within groups when odds differ), γ_acuity MAR, γ_hidden MNAR.

Modalities show signals, never the outcome: codes, laboratory values, series and notes show E, S, A
and O; the image shows S, I and B; groups enter only through the dials. So no model on features can
know more than the latent signals, and `observers.ideal` is never beaten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from fairfuse_core.cohort.simulate.demographics import (
    Codes,
    by_group,
    demographics,
    factor,
    patients,
)
from fairfuse_core.cohort.simulate.dials import MODALITY_DIALS, ByGroup, Dials, Missing
from fairfuse_core.cohort.simulate.quadrature import intercept
from fairfuse_core.cohort.simulate.streams import stream

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ORGANS = ("cardiac", "vascular", "respiratory", "renal", "metabolic", "infection")
ACUITY_LOADING = 0.6
SIMILARITY = 0.5
"""Share of each Gaussian signal's variance that samples of one patient have in common."""


@dataclass(frozen=True, eq=False)
class Latents:
    """The signals behind n samples.

    Attributes
    ----------
    ehr, shared, image : ndarray, shape (n,)
        E, S and I: standard normal.
    history, finding : ndarray, shape (n,)
        A and B: -1 or 1.
    organs : ndarray, shape (n, 6)
        Organ systems, in the order of `ORGANS`: standard normal.
    acuity : ndarray, shape (n,)
        Standard normal; correlated with E and S.
    """

    ehr: FloatArray
    shared: FloatArray
    image: FloatArray
    history: FloatArray
    finding: FloatArray
    organs: FloatArray
    acuity: FloatArray


@dataclass(frozen=True, eq=False)
class Population:
    """n samples of the structural model, all arrays of shape (n,) unless said otherwise.

    Attributes
    ----------
    dials : Dials
        What they were drawn with.
    seed : int
        Seed of every stream.
    patient : ndarray of int64
        Patient numbers.
    groups : dict of str to ndarray of int64
        Group number by attribute.
    numbers : dict of str to ndarray
        The number behind attributes that have edges (age in years).
    latents : Latents
        The signals.
    base : ndarray
        c_g: log-odds of the outcome at severity 0.
    severity : ndarray
        Latent severity, mean 0 and variance 1.
    risk : ndarray
        True probability of the outcome given every signal.
    outcome, recorded : ndarray of bool
        What happened, and what the record says.
    missing : dict of str to ndarray of bool
        By modality.
    image_noise, lab_odds : ndarray
        Measurement quality of each sample.
    """

    dials: Dials
    seed: int
    patient: NDArray[np.int64]
    groups: Codes
    numbers: dict[str, FloatArray]
    latents: Latents
    base: FloatArray
    severity: FloatArray
    risk: FloatArray
    outcome: BoolArray
    recorded: BoolArray
    missing: dict[str, BoolArray]
    image_noise: FloatArray
    lab_odds: FloatArray

    def __len__(self) -> int:
        return int(self.patient.size)


def populate(dials: Dials, *, n: int, seed: int) -> Population:
    """Draw n samples of the structural model (without their modalities)."""
    patient = patients(n, dials.repeat, seed)
    groups, numbers = demographics(dials.attributes, patient, dials.correlation, seed)
    latents = draw_latents(patient, seed)
    base = base_log_odds(dials, groups)
    severity = weigh(dials, latents)
    risk = expit(base + dials.strength * severity)
    outcome = stream(seed, "outcome").random(n) < risk
    noise = dials.image_noise * factor(dials.image_noise_by_group, dials.attributes, groups)
    labs = dials.lab_odds * factor(dials.lab_odds_by_group, dials.attributes, groups)
    return Population(
        dials=dials,
        seed=seed,
        patient=patient,
        groups=groups,
        numbers=numbers,
        latents=latents,
        base=base,
        severity=severity,
        risk=risk,
        outcome=outcome,
        recorded=record(dials, outcome, groups, seed),
        missing={m: draw_missing(dials, m, latents, groups, seed) for m in MODALITY_DIALS},
        image_noise=noise,
        lab_odds=labs,
    )


def draw_latents(patient: NDArray[np.int64], seed: int) -> Latents:
    """Draw the signals; samples of one patient resemble each other."""
    n = patient.size

    def normal(name: str, *shape: int) -> FloatArray:
        of_patient = stream(seed, f"{name} of patient").standard_normal((n, *shape))[patient]
        of_sample = stream(seed, name).standard_normal((n, *shape))
        return np.asarray(np.sqrt(SIMILARITY) * of_patient + np.sqrt(1 - SIMILARITY) * of_sample)

    def coin(name: str) -> FloatArray:
        return np.where(stream(seed, name).random(n) < 0.5, 1.0, -1.0)

    ehr, shared = normal("ehr"), normal("shared")
    own = np.sqrt(1 - ACUITY_LOADING**2) * normal("acuity")
    return Latents(
        ehr=ehr,
        shared=shared,
        image=normal("image"),
        history=coin("history"),
        finding=coin("finding"),
        organs=normal("organs", len(ORGANS)),
        acuity=ACUITY_LOADING * (ehr + shared) / np.sqrt(2) + own,
    )


def weigh(dials: Dials, latents: Latents) -> FloatArray:
    """Return latent severity, shape (n,)."""
    e, i, s, x = np.sqrt(dials.shares)
    return np.asarray(
        e * latents.ehr
        + i * latents.image
        + s * latents.shared
        + x * latents.history * latents.finding
    )


def cell_rate(p: float, odds: ByGroup, dials: Dials, groups: Codes) -> FloatArray:
    """Return σ(logit(p) + Σ log odds) of each sample's cell, shape (n,)."""
    times = factor(odds, dials.attributes, groups)
    if p in (0.0, 1.0):
        return np.full(times.shape, p)
    return np.asarray(expit(logit(p) + np.log(times)))


def base_log_odds(dials: Dials, groups: Codes) -> FloatArray:
    """Return c_g of each sample: the intercept that gives its cell the prevalence asked for."""
    wanted = cell_rate(dials.prevalence, dials.prevalence_odds, dials, groups)
    even = 1 - dials.shares[3]
    return intercept(
        wanted,
        dials.strength * float(np.sqrt(max(even, 0.0))),
        dials.strength * float(np.sqrt(dials.shares[3])),
    )


def record(dials: Dials, outcome: BoolArray, groups: Codes, seed: int) -> BoolArray:
    """Return the recorded label: the truth with under- and over-diagnosis."""

    def error(base: float, by: Mapping[str, Mapping[str, float]]) -> FloatArray:
        parts = by_group(by, dials.attributes, groups, default=0.0)
        kept = np.prod([np.full(outcome.size, 1 - base), *(1 - p for p in parts)], axis=0)
        return np.asarray(1 - kept)

    missed = stream(seed, "missed").random(outcome.size)
    called = stream(seed, "overcalled").random(outcome.size)
    found = outcome & ~(missed < error(dials.missed, dials.missed_by_group))
    return found | (~outcome & (called < error(dials.overcalled, dials.overcalled_by_group)))


def missing_dial(dials: Dials, modality: str) -> Missing:
    """Return the dial that says who lacks a modality."""
    found: Missing = getattr(dials, MODALITY_DIALS[modality])
    return found


def missing_log_odds(
    dials: Dials, modality: str, latents: Latents, groups: Codes
) -> tuple[FloatArray, float]:
    """Return (log-odds of lacking the modality without the hidden part, slope of that part)."""
    dial = missing_dial(dials, modality)
    loading = 0.0 if modality == "image" else ACUITY_LOADING / np.sqrt(2)
    variance = dial.by_acuity**2 + dial.by_hidden**2 + 2 * loading * dial.by_acuity * dial.by_hidden
    start = intercept(
        cell_rate(dial.rate, dial.odds, dials, groups), float(np.sqrt(max(variance, 0.0))), 0.0
    )
    return start + dial.by_acuity * latents.acuity, dial.by_hidden


def draw_missing(
    dials: Dials, modality: str, latents: Latents, groups: Codes, seed: int
) -> BoolArray:
    """Draw who lacks a modality, shape (n,)."""
    known, slope = missing_log_odds(dials, modality, latents, groups)
    hidden = latents.image if modality == "image" else latents.ehr
    u = stream(seed, f"missing {modality}").random(hidden.size)
    return np.asarray(u < expit(known + slope * hidden))
