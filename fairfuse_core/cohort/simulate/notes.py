r"""Templated notes: findings that follow the EHR's signals, never the outcome's words.

Each sentence is drawn from three grades of one signal z (below, around or above its middle) with a
coin that blurs the grade: grade = cut(z + 0.7 N(0, 1)) at ±0.6. No template names an outcome, a
diagnosis that is a label here, or a protected attribute.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.cohort.modalities import Notes
from fairfuse_core.cohort.simulate.codes import SIGNALS, signals
from fairfuse_core.cohort.simulate.model import Population
from fairfuse_core.cohort.simulate.streams import stream

SENTENCES: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("ehr", ("Walks to the ward unaided.", "Needs help to sit up.", "Too weak to lift the head.")),
    ("shared", ("Breathing easily on room air.", "Breathless on effort.", "Breathless at rest.")),
    ("history", ("Never took the study drug.", "", "Took the study drug last year.")),
    ("cardiac", ("Pulse regular.", "Occasional extra beats.", "Pulse irregular throughout.")),
    ("vascular", ("Warm to the toes.", "Feet cool.", "Feet cold, pulses faint.")),
    ("respiratory", ("Chest clear.", "A few crackles.", "Coarse crackles on both sides.")),
    ("renal", ("Passing water well.", "Urine dark.", "Hardly any urine since morning.")),
    ("metabolic", ("Eats full meals.", "Eats half of each meal.", "Refuses food.")),
    ("infection", ("Skin cool and dry.", "Feels hot at night.", "Shivering, skin flushed.")),
)
_OPENINGS = ("Seen on the round.", "Seen with the family.", "Examined at the bedside.")
_CUT, _BLUR = 0.6, 0.7


def notes(population: Population) -> Notes:
    """Write one note a sample; None where it is missing."""
    grades = _grades(population)
    opening = stream(population.seed, "opening").integers(0, len(_OPENINGS), len(population))
    absent = population.missing["notes"]
    texts: list[str | None] = []
    for row, first, gone in zip(grades, opening, absent, strict=True):
        parts = [words[g] for (_, words), g in zip(SENTENCES, row, strict=True)]
        texts.append(None if gone else " ".join([_OPENINGS[first], *(p for p in parts if p)]))
    return Notes.of(texts)


def _grades(population: Population) -> NDArray[np.int64]:
    z = signals(population)[:, [SIGNALS.index(name) for name, _ in SENTENCES]]
    blur = stream(population.seed, "wording").standard_normal(z.shape)
    return np.asarray(np.searchsorted([-_CUT, _CUT], z + _BLUR * blur), dtype=np.int64)
