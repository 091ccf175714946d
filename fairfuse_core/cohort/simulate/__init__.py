"""The simulator: cohorts with every modality, whose truth is known.

Examples
--------
>>> from fairfuse_core.cohort.simulate import simulate
>>> made = simulate("icu", n=200, seed=1, modalities=("static", "notes"))
>>> len(made.cohort), made.truth.scores("ideal").shape
(200, (200,))
"""

from fairfuse_core.cohort.simulate.dials import Attribute, Dials, Missing, dial_help
from fairfuse_core.cohort.simulate.model import Latents, Population
from fairfuse_core.cohort.simulate.observers import OBSERVERS
from fairfuse_core.cohort.simulate.presets import PRESETS, Preset, preset
from fairfuse_core.cohort.simulate.simulated import Simulated, simulate
from fairfuse_core.cohort.simulate.truth import Draw, Rule, Truth

__all__ = [
    "OBSERVERS",
    "PRESETS",
    "Attribute",
    "Dials",
    "Draw",
    "Latents",
    "Missing",
    "Population",
    "Preset",
    "Rule",
    "Simulated",
    "Truth",
    "dial_help",
    "preset",
    "simulate",
]
