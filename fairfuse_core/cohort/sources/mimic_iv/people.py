"""Protected attributes of MIMIC-IV: as recorded at the sample's own admission."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from fairfuse_core.audit.predictions import BinRule
from fairfuse_core.audit.types import UNKNOWN
from fairfuse_core.cohort.attributes import as_attribute, binned

ATTRIBUTES = ("gender", "age", "age_decade", "race", "insurance", "language")
RACES = ("White", "Black", "Hispanic", "Asian", "Other")
CAREBENCH_BANDS = BinRule((40, 60, 80))
DECADES = BinRule((20, 30, 40, 50, 60, 70, 80, 90))
OLDEST = 91
"""MIMIC-IV writes 91 for everyone who is older than 89 in the anchor year."""

_NOT_SAID = ("UNKNOWN", "UNABLE TO OBTAIN", "PATIENT DECLINED TO ANSWER", "?", "")
_BEGINS = (
    ("WHITE", "White"), ("PORTUGUESE", "White"), ("BLACK", "Black"), ("HISPANIC", "Hispanic"),
    ("SOUTH AMERICAN", "Hispanic"), ("ASIAN", "Asian"),
)  # fmt: skip


def race_group(raw: str | None) -> str:
    """Return FairPlay's group of a race as MIMIC records it.

    Portuguese counts as White and South American as Hispanic, after FairPlay; those who were not
    asked or declined are "Unknown" and not "Other".
    """
    text = "" if raw is None or raw != raw else str(raw).strip().upper()
    if text in _NOT_SAID:
        return UNKNOWN
    for beginning, group in _BEGINS:
        if text.startswith(beginning):
            return group
    return "Other"


def people(samples: pd.DataFrame) -> dict[str, object]:
    """Return attribute columns of samples with gender, age, race, insurance, language."""
    sexes = {"F": "Female", "M": "Male"}
    gender = [
        sexes.get(str(g).strip().upper(), None if g is None or g != g else str(g))
        for g in samples["gender"]
    ]
    return {
        "gender": as_attribute(gender, order=("Female", "Male")),
        "age": binned(samples["age"], CAREBENCH_BANDS),
        "age_decade": binned(samples["age"], DECADES),
        "race": as_attribute([race_group(r) for r in samples["race"]], order=RACES),
        "race_recorded": as_attribute(samples["race"]),
        "insurance": as_attribute([_title(v) for v in samples["insurance"]]),
        "language": as_attribute([_title(v) for v in samples["language"]]),
    }


def _title(value: object) -> str | None:
    return None if value is None or value != value else str(value).strip().capitalize()


def several_races(samples: pd.DataFrame) -> int:
    """Return how many patients have samples in more than one group of race."""
    pairs = {
        (who, race_group(race))
        for who, race in zip(samples["subject_id"], samples["race"], strict=True)
    }
    return sum(n > 1 for n in Counter(who for who, _ in pairs).values())
