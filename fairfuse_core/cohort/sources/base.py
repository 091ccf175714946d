"""`Source`: one kind of raw data that FairFuse can make a `Cohort` of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from fairfuse_core.cohort.cohort import PATIENT, Cohort
from fairfuse_core.cohort.flow import Step

Progress = Callable[[float, str], None]
"""Called with the share done, in [0, 1], and what is being done."""


@dataclass(frozen=True)
class Tables:
    """Which raw tables a source reads.

    Attributes
    ----------
    required, optional : tuple of str
        Names without extension, in the spelling of the official release.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """What the app and the command line need to offer a source.

    Attributes
    ----------
    name : str
        As typed: ``eicu``.
    title : str
        The data set's own name.
    what : str
        One or two sentences: who is in it and what can be predicted.
    tables : Tables
        What it reads.
    licence, citation : str
        As the data set's page states them.
    build : callable
        ``build(raw, *, options=None, progress=None) -> Cohort``.
    options : type or None
        Frozen dataclass of its options, all with defaults.
    """

    name: str
    title: str
    what: str
    tables: Tables
    licence: str
    citation: str
    build: Callable[..., Cohort]
    options: type | None = None


def silent(share: float, words: str) -> None:
    """Report progress to nobody."""


class Flow:
    """Keeps the steps of the inclusion while a source chooses its samples."""

    def __init__(self, label: str, samples: int, patients: int) -> None:
        self.steps: list[Step] = [Step(label, samples, patients)]

    def keep(
        self, table: pd.DataFrame, mask: pd.Series, *, label: str, why: str, patient: str = PATIENT
    ) -> pd.DataFrame:
        """Return the rows of ``mask`` and note how many were left out, and why."""
        kept = table[mask].reset_index(drop=True)
        left_out = len(table) - len(kept)
        self.steps.append(Step(label, len(kept), int(kept[patient].nunique()), left_out, why))
        return kept
