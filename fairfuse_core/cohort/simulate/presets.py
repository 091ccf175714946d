r"""The two built-in worlds: `pe`, shaped like RadFusion, and `icu`.

`pe` has RadFusion's 1,837 studies of 1,794 patients, 726 of them (39.52 %) with an embolism, and
its types of embolism, body mass index, pulse, D-dimer and published split (Zhou et al. 2021, Table
1). Table 2 gives the groups of the test set only, in which 58 % are positive, and Tables 5, 7 and 9
imply each group's positives and negatives there. Group sizes and odds of the whole cohort follow by
weighing those positives and negatives back to 39.52 %, so that the simulated test part has Table
2's marginals. Signal strength and shares let an image reader, an EHR reader and a reader of both
reach about the paper's AUROCs (0.80, 0.92, 0.95; Table 3).

`icu` has 20,000 stays with the demographics, missing images (a quarter have one, the sicker more
often) and blind spots of an ordinary intensive care cohort; its numbers are illustrative.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairfuse_core.cohort.simulate.dials import Attribute, Dials, Missing
from fairfuse_core.errors import ConfigError

_POSITIVE, _STUDIES, _PATIENTS = 726, 1837, 1794
_TEST = {"Female": (56, 43), "Male": (54, 37), "White": (79, 40), "Others": (31, 40)} | {
    "≤ 80": (71, 62),
    "> 80": (39, 18),
}
"""Positives and negatives of each group in the published test set (110 and 80 in all)."""


@dataclass(frozen=True)
class Preset:
    """A built-in world.

    Attributes
    ----------
    name, title, what : str
        As typed; as shown; one or two sentences.
    dials : Dials
        Its dials.
    """

    name: str
    title: str
    what: str
    dials: Dials


def _share(group: str) -> float:
    positive, negative = _TEST[group]
    p = _POSITIVE / _STUDIES
    return p * positive / 110 + (1 - p) * negative / 80


def _odds(group: str) -> float:
    """Odds of embolism in a group of the whole cohort, against the cohort's own odds."""
    positive, negative = _TEST[group]
    return (positive / 110) / (negative / 80)


def _pe() -> Dials:
    names = {"gender": ("Female", "Male"), "race": ("White", "Others"), "age": ("≤ 80", "> 80")}
    edges = {"age": (18.0, 81.0, 101.0)}
    return Dials(
        setting="pe",
        n=_STUDIES,
        attributes=tuple(
            Attribute(a, {g: _share(g) for g in groups}, edges.get(a, ()))
            for a, groups in names.items()
        ),
        repeat=(_STUDIES - _PATIENTS) / _STUDIES,
        prevalence=_POSITIVE / _STUDIES,
        prevalence_odds={a: {g: _odds(g) for g in groups} for a, groups in names.items()},
        strength=7.5,
        ehr_share=0.4,
        image_share=0.08,
        shared_share=0.49,
        interaction_share=0.03,
        image_noise=0.8,
        image_noise_by_group={"race": {"Others": 0.7}},
        image_shape=(24, 48, 48),
    )


def _icu() -> Dials:
    return Dials(
        setting="icu",
        n=20_000,
        attributes=(
            Attribute("gender", {"Female": 0.44, "Male": 0.56}),
            Attribute("race", {"White": 0.68, "Black": 0.11, "Hispanic": 0.04, "Asian": 0.03,
                               "Other": 0.14}),
            Attribute("age", {"18–44": 0.14, "45–64": 0.34, "65–79": 0.33, "80+": 0.19},
                      (18, 45, 65, 80, 100)),
            Attribute("insurance", {"Private": 0.45, "Medicare": 0.45, "Medicaid": 0.10}),
        ),
        correlation=0.15,
        repeat=0.15,
        prevalence=0.10,
        prevalence_odds={"age": {"18–44": 0.6, "65–79": 1.2, "80+": 1.8}},
        strength=2.2,
        ehr_share=0.45,
        image_share=0.15,
        shared_share=0.3,
        interaction_share=0.1,
        missed_by_group={"insurance": {"Medicaid": 0.1}},
        image_noise_by_group={"gender": {"Female": 1.5}},
        lab_odds_by_group={"race": {"Black": 0.6, "Hispanic": 0.6}},
        image_missing=Missing(
            rate=0.735, odds={"insurance": {"Medicaid": 1.3}}, by_acuity=-0.5, by_hidden=-0.2
        ),
        notes_missing=Missing(rate=0.1),
        series_missing=Missing(rate=0.01),
        codes_missing=Missing(rate=0.05, odds={"insurance": {"Medicaid": 2.0}}),
    )  # fmt: skip


PRESETS: dict[str, Preset] = {
    "pe": Preset(
        "pe",
        "Pulmonary embolism (simulated, RadFusion-like)",
        "1,837 CT studies for suspected pulmonary embolism, with EHR; 39.5 % show one.",
        _pe(),
    ),
    "icu": Preset(
        "icu",
        "Intensive care (simulated)",
        "20,000 intensive care stays: death in hospital, 25 phenotypes, length of stay; about 26 % "
        "have a chest X-ray.",
        _icu(),
    ),
}
"""Built-in demos by name."""


def preset(name: str) -> Dials:
    """Return the dials of a preset; ConfigError names those there are."""
    if name not in PRESETS:
        raise ConfigError(f"a preset among {', '.join(PRESETS)}", repr(name), "Name one of these.")
    return PRESETS[name].dials
