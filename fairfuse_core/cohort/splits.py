"""Splits: patients never cross folds, cells are spread evenly, the result is a readable table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fairfuse_core.cohort.cohort import PATIENT, SAMPLE, Cohort
from fairfuse_core.cohort.table import write_frame
from fairfuse_core.errors import ConfigError, InputError

TRAIN, VALIDATION, TEST = "train", "validation", "test"


@dataclass(frozen=True, eq=False)
class Fold:
    """Row numbers of one fold's three parts."""

    number: int
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Splits:
    """k nested splits of one cohort.

    Attributes
    ----------
    table : DataFrame, shape (n, 2 + k)
        ``sample_id``, ``patient_id`` and ``fold_1`` to ``fold_k``, each "train", "validation" or
        "test".
    """

    table: pd.DataFrame

    @property
    def k(self) -> int:
        """Number of folds."""
        return len(self.table.columns) - 2

    def fold(self, number: int = 1) -> Fold:
        """Return the rows of fold 1 to k."""
        name = f"fold_{number}"
        if name not in self.table:
            raise ConfigError(f"a fold from 1 to {self.k}", str(number), "Name one of these.")
        part = self.table[name].to_numpy()
        return Fold(number, *(np.flatnonzero(part == p) for p in (TRAIN, VALIDATION, TEST)))

    def save(self, path: Path) -> None:
        """Write the table as Parquet."""
        write_frame(self.table, path)

    @classmethod
    def read(cls, path: Path, cohort: Cohort) -> Splits:
        """Read a table and check it against a cohort (see `check`)."""
        made = cls(pq.read_table(path).to_pandas())
        made.check(cohort)
        return made

    def check(self, cohort: Cohort) -> None:
        """Raise InputError unless samples agree and no patient is in two parts of a fold."""
        if self.table[SAMPLE].tolist() != cohort.table[SAMPLE].tolist():
            raise InputError(
                "a split of exactly this cohort's samples, in its order",
                "other samples",
                "Split the cohort again, or open the cohort the split was made for.",
            )
        patients = cohort.table[PATIENT].to_numpy()
        for number in range(1, self.k + 1):
            parts = self.table[f"fold_{number}"].to_numpy()
            pairs = pd.DataFrame({"patient": patients, "part": parts}).drop_duplicates()
            twice = pairs["patient"].duplicated()
            if twice.any():
                who = pairs.loc[twice, "patient"].iloc[0]
                raise InputError(
                    "every patient in one part of each fold",
                    f"patient {who!r} in two parts of fold {number}",
                    "Split by patient, never by row.",
                )


def split(
    cohort: Cohort,
    *,
    task: str | None = None,
    by: Sequence[str] | None = None,
    folds: int = 5,
    validation: float = 0.2,
    seed: int = 0,
) -> Splits:
    """Split a cohort into k test folds, each with its own validation part.

    Patients are dealt out whole. Those who share a cell (label × attributes; the rarest of a
    patient's samples) are dealt evenly, rare cells first, each to the fold that lacks it most.

    Parameters
    ----------
    cohort : Cohort
        What to split.
    task : str, optional
        Whose label to balance; multilabel tasks by their first label. None: attributes only.
    by : sequence of str, optional
        Attributes to balance; by default all, as far as cells stay larger than ``folds``.
    folds : int
        Number of test folds, at least 2.
    validation : float
        Share of the patients outside the test fold that validate, in (0, 1).
    seed : int
        Decides ties and the order of patients.

    Raises
    ------
    ConfigError
        If there are fewer patients than folds, or a number is out of range.
    """
    if folds < 2 or not 0 < validation < 1:
        raise ConfigError(
            "at least 2 folds and a validation share between 0 and 1",
            f"{folds} folds and {validation}",
            "Use folds=5, validation=0.2.",
        )
    codes, patients = np.unique(cohort.patients.astype(str), return_inverse=True)
    if codes.size < folds:
        raise ConfigError(
            f"at least {folds} patients", f"{codes.size}", "Use fewer folds or more patients."
        )
    cell = _cells(cohort, task, by, folds)
    rng = np.random.default_rng(seed)
    dealt = _deal(patients, cell, np.full(folds, 1 / folds), rng)
    table = cohort.table[[SAMPLE, PATIENT]].copy()
    for number in range(folds):
        rest = np.flatnonzero(dealt != number)
        again, inner = np.unique(patients[rest], return_inverse=True)
        held = _deal(inner, cell[rest], np.array([1 - validation, validation]), rng)
        del again
        part = np.full(len(cohort), TEST, dtype=object)
        part[rest] = np.where(held == 1, VALIDATION, TRAIN)
        table[f"fold_{number + 1}"] = pd.Categorical(part, categories=[TRAIN, VALIDATION, TEST])
    made = Splits(table)
    made.check(cohort)
    return made


def _cells(
    cohort: Cohort, task: str | None, by: Sequence[str] | None, folds: int
) -> NDArray[np.int64]:
    """Number of each sample's cell; attributes join as long as cells can fill every fold."""
    cell = np.zeros(len(cohort), dtype=np.int64)
    if task is not None:
        values = cohort.labels(task)
        label = values if values.ndim == 1 else values[:, 0]
        if cohort.task(task).kind == "regression":
            label = (label > np.nanmedian(label)).astype(np.float64)
        cell = np.unique(np.nan_to_num(label, nan=-1.0), return_inverse=True)[1]
    for name in cohort.attributes if by is None else by:
        codes = cohort.table[name].cat.codes.to_numpy(dtype=np.int64)
        finer = np.unique(cell * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1]
        if by is None and np.median(np.bincount(finer)) < 2 * folds:
            continue
        cell = finer
    return np.asarray(cell, dtype=np.int64)


def _deal(
    patient: NDArray[np.int64],
    cell: NDArray[np.int64],
    shares: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Deal whole patients to parts so that each part gets its share of every cell; (n,)."""
    size = np.bincount(cell)
    order = np.argsort(size[cell], kind="stable")
    # A patient belongs to the rarest cell among their samples.
    first = np.full(int(patient.max()) + 1, -1, dtype=np.int64)
    first[patient[order[::-1]]] = cell[order[::-1]]
    rows = np.bincount(patient).astype(np.float64)
    part = np.zeros(first.size, dtype=np.int64)
    total = np.zeros(shares.size)
    for which in np.argsort(size, kind="stable"):
        members = np.flatnonzero(first == which)
        rng.shuffle(members)
        members = members[np.argsort(-rows[members], kind="stable")]
        got = np.zeros(shares.size)
        for one in members:
            # First the part that lacks this cell most; then the one that lacks rows most.
            lack = got / shares
            best = np.flatnonzero(lack <= lack.min() + 1e-9)
            to = best[np.argmin(total[best] / shares[best])]
            part[one] = to
            got[to] += rows[one]
            total[to] += rows[one]
    return part[patient]
