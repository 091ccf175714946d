"""`Cohort`: one row a sample and, beside it, the modalities: what all training reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.modalities import Modality
from fairfuse_core.cohort.table import frame_digest
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.digest import digest_json
from fairfuse_core.errors import ConfigError, InputError

SAMPLE, PATIENT = "sample_id", "patient_id"


@dataclass(frozen=True, eq=False)
class Cohort:
    """Samples (stays, visits, studies) of patients, their labels, attributes and modalities.

    Attributes
    ----------
    name : str
        What the cohort is called.
    table : DataFrame, shape (n, ...)
        Columns ``sample_id`` (unique) and ``patient_id`` (text), protected attributes as
        categoricals without missing values ("Unknown" is a category), label columns.
    attributes : tuple of str
        Protected attributes among the columns.
    tasks : tuple of Task
        What can be predicted.
    modalities : mapping of str to Modality
        By name, each of length n.
    flow : tuple of Step
        How the samples were chosen.
    source : dict
        Where they come from: source, version, licence, options (JSON-safe).

    Raises
    ------
    InputError
        If the parts do not fit together; the message names the column or modality.
    """

    name: str
    table: pd.DataFrame
    attributes: tuple[str, ...]
    tasks: tuple[Task, ...]
    modalities: Mapping[str, Modality] = field(default_factory=dict)
    flow: tuple[Step, ...] = ()
    source: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def patients(self) -> NDArray[Any]:
        """Patient of each sample, shape (n,)."""
        return self.table[PATIENT].to_numpy()

    def task(self, name: str) -> Task:
        """Return the task called ``name``; ConfigError names those there are."""
        for one in self.tasks:
            if one.name == name:
                return one
        have = ", ".join(t.name for t in self.tasks) or "none"
        raise ConfigError(f"a task among {have}", repr(name), "Name one the cohort has.")

    def labels(self, task: str) -> NDArray[np.float64]:
        """Return the labels of a task, NaN where missing.

        Shape (n,) for binary, regression and multiclass (class number); (n, K) for multilabel.
        """
        one = self.task(task)
        if one.kind == "multiclass":
            codes = self.table[one.columns[0]].cat.codes.to_numpy(dtype=np.float64)
            return np.where(codes < 0, np.nan, codes)
        values = self.table[list(one.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
        return values if one.kind == "multilabel" else values[:, 0]

    def select(self, rows: NDArray[Any] | Sequence[int]) -> Cohort:
        """Return a view of some samples (mask or row numbers); modalities are not copied."""
        at = np.asarray(rows)
        at = np.flatnonzero(at) if at.dtype == bool else at.astype(np.int64)
        return replace(
            self,
            table=self.table.iloc[at].reset_index(drop=True),
            modalities={k: m.take(at) for k, m in self.modalities.items()},
        )

    def with_labels(self, task: str) -> Cohort:
        """Return the samples that have every label of a task."""
        values = self.labels(task)
        known = np.asarray(np.isfinite(values).reshape(len(self), -1).all(axis=1))
        return self if known.all() else self.select(known)

    def availability(self) -> pd.DataFrame:
        """Return which sample has which modality: n rows, one bool column a modality."""
        return pd.DataFrame({name: m.available for name, m in self.modalities.items()})

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over table, tasks and every modality's content: equal data, equal value."""
        return digest_json({
            "table": frame_digest(self.table),
            "attributes": list(self.attributes),
            "tasks": [t.to_dict() for t in self.tasks],
            "modalities": {k: m.digest() for k, m in sorted(self.modalities.items())},
        })  # fmt: skip

    def save(self, folder: Path | str) -> Path:
        """Write the cohort to a folder, whole or not at all (see `store.save`)."""
        from fairfuse_core.cohort.store import save

        return save(self, Path(folder))

    @classmethod
    def open(cls, folder: Path | str) -> Cohort:
        """Open a saved cohort; arrays stay on disk until asked for (see `store.open_cohort`)."""
        from fairfuse_core.cohort.store import open_cohort

        return open_cohort(Path(folder))

    def describe(self) -> dict[str, Any]:
        """Return counts: samples, patients, labels, attributes, modalities."""
        from fairfuse_core.cohort.describe import describe

        return describe(self)


def _check(cohort: Cohort) -> None:
    table = cohort.table
    for name in (
        SAMPLE,
        PATIENT,
        *cohort.attributes,
        *(c for t in cohort.tasks for c in t.columns),
    ):
        if name not in table.columns:
            raise InputError(
                f"a column {name!r} in the table of cohort {cohort.name!r}",
                f"only {', '.join(map(str, table.columns[:20]))}",
                "Give the cohort's table this column.",
            )
    if table[SAMPLE].duplicated().any():
        twice = table.loc[table[SAMPLE].duplicated(), SAMPLE].iloc[0]
        raise InputError(
            "one row a sample",
            f"sample {twice!r} more than once in {cohort.name!r}",
            "Give every stay, visit or study an id of its own.",
        )
    if table[PATIENT].isna().any():
        raise InputError(
            "a patient for every sample",
            f"{int(table[PATIENT].isna().sum())} samples without",
            "Without patient ids folds cannot be kept apart; leave these samples out.",
        )
    for name in cohort.attributes:
        column = table[name]
        if not isinstance(column.dtype, pd.CategoricalDtype) or column.isna().any():
            raise InputError(
                f"attribute {name!r} as categories, missing ones as 'Unknown'",
                f"{column.dtype} with {int(column.isna().sum())} missing values",
                "Use fairfuse_core.cohort.attributes.as_attribute on the column.",
            )
    for name, modality in cohort.modalities.items():
        if len(modality) != len(table):
            raise InputError(
                f"{len(table)} samples in modality {name!r}",
                f"{len(modality)}",
                "Give every modality one entry a sample, missing ones marked.",
            )
