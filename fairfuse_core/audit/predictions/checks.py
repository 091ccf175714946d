"""What can be wrong between the columns: patients across splits, duplicates, unequal samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.table import Message, Predictions
from fairfuse_core.audit.predictions.vocabulary import PHI_PART, PHI_WHOLE
from fairfuse_core.audit.predictions.words import at_least_ten, quoted, rows_text
from fairfuse_core.audit.types import CodeArray, Factor
from fairfuse_core.errors import InputError


def phi_messages(columns: Sequence[str]) -> list[Message]:
    """Warn of column names that look like direct identifiers (names, record numbers, addresses)."""
    found = []
    for name in columns:
        words = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
        parts = set(words.strip("_").split("_"))
        if words.strip("_") in PHI_WHOLE or parts & PHI_PART or "nhs_number" in words:
            found.append(name)
    text = (
        f"Columns {quoted(found)} look like direct identifiers; the audit does not need them. "
        "Remove them before sharing the table."
    )
    return [Message("warning", text, name) for name in found[:1]]


def patient_messages(
    patient: CodeArray, count: int, *, split: Factor | None, attributes: Iterable[Factor]
) -> list[Message]:
    """Report patients in more than one split and patients whose attribute changes.

    Parameters
    ----------
    patient : ndarray of int32, shape (n,)
        Patient codes 0..count-1, one row per row of the table as it came.
    count : int
        Number of patients.
    split : Factor or None
        Data splits.
    attributes : iterable of Factor
        Attributes.
    """
    messages = []
    if split is not None and len(split.levels) > 1:
        seen = np.zeros(count, dtype=np.int8)
        for at in range(len(split.levels)):
            here = np.zeros(count, dtype=bool)
            here[patient[split.codes == at]] = True
            seen += here
        crossing = int((seen > 1).sum())
        if crossing:
            text = (
                f"{at_least_ten(crossing)} patients have rows in more than one split of "
                f"{split.name!r}; results on the test split may look better than they are."
            )
            messages.append(Message("warning", text, split.name))
    last = np.empty(count, dtype=np.int32)
    for factor in attributes:
        last[patient] = factor.codes
        changed = np.zeros(count, dtype=bool)
        changed[patient[last[patient] != factor.codes]] = True
        if changed.any():
            text = (
                f"{at_least_ten(int(changed.sum()))} patients have more than one value of "
                f"{factor.name!r}; each row counts in the group it names."
            )
            messages.append(Message("note", text, factor.name))
    return messages


def check_repeats(table: Predictions, raw: RawTable, *, column: str | None) -> list[Message]:
    """Refuse rows that contradict each other about one sample; warn of plain repeats.

    Parameters
    ----------
    table : Predictions
        The stacked table; ``sample`` may be None (nothing to check then).
    raw : RawTable
        The table as it came, to name the sample.
    column : str or None
        Sample column; None when samples are the rows themselves.

    Raises
    ------
    InputError
        When one sample has two different scores, decisions or labels under one model, target and
        fold, or two labels under different models.
    """
    if table.sample is None or column is None:
        return []
    per_target = _key(table.sample, table.target, table.fold)
    _refuse_conflict(per_target, [table.y_true], "label", table, raw, column)
    key = _key(per_target, table.model, table.split)
    rows = _repeated(key)
    if not rows.size:
        return []
    given = [array for array in (table.score, table.decision) if array is not None]
    _refuse_conflict(key, given, "prediction", table, raw, column)
    text = f"{rows.size:,} rows repeat a sample of {column!r} under one model ({rows_text(rows)})."
    return [Message("warning", f"{text} Each is counted.", column)]


def _key(start: NDArray[np.integer], *factors: Factor | None) -> NDArray[np.int64]:
    key = start.astype(np.int64)
    for factor in factors:
        if factor is not None and len(factor.levels) > 1:
            key = key * len(factor.levels) + factor.codes
    return key


def _repeated(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows whose key occurs more than once."""
    size = int(key.max()) + 1
    if size <= 8 * key.size:
        return np.flatnonzero(np.bincount(key, minlength=size)[key] > 1)
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    return np.flatnonzero(counts[inverse] > 1)


def _refuse_conflict(
    key: NDArray[np.int64],
    arrays: Sequence[NDArray[np.generic]],
    what: str,
    table: Predictions,
    raw: RawTable,
    column: str,
) -> None:
    rows = _repeated(key)
    if not rows.size:
        return
    _, first, inverse = np.unique(key[rows], return_index=True, return_inverse=True)
    differs = np.zeros(rows.size, dtype=bool)
    for array in arrays:
        values = array[rows]
        differs |= values != values[first][inverse]
    if not differs.any():
        return
    at = int(np.argmax(differs))
    pair = np.sort([rows[first[inverse[at]]], rows[at]]) % len(raw)
    sample = raw.table.column(column)[int(pair[0])].as_py()
    raise InputError(
        f"one {what} per sample of {column!r}" + ("" if what == "label" else ", model and target"),
        f"{int(np.unique(inverse[differs]).size):,} samples with more than one, such as "
        f"{str(sample)!r} ({rows_text(pair)})",
        "Remove the wrong rows; if every row is its own prediction, leave the sample role empty.",
    )


def model_messages(table: Predictions) -> list[Message]:
    """Warn when models were not applied to the same samples, or lack one class."""
    messages = []
    if table.sample is not None and len(table.model.levels) > 1:
        count = int(table.sample.max()) + 1
        seen = np.zeros((len(table.model.levels), count), dtype=bool)
        seen[table.model.codes, table.sample] = True
        uneven = int((seen.any(axis=0) & ~seen.all(axis=0)).sum())
        if uneven:
            text = (
                f"{uneven:,} samples have a prediction from some models and not from others; "
                "a paired comparison leaves them out."
            )
            messages.append(Message("warning", text, table.model.name))
    if len(table.target.levels) == 1:
        return messages
    events = np.bincount(
        table.target.codes, weights=table.y_true, minlength=len(table.target.levels)
    )
    sizes = np.bincount(table.target.codes, minlength=len(table.target.levels))
    bare = [
        name
        for name, hits, size in zip(table.target.levels, events, sizes, strict=True)
        if hits in (0, size)
    ]
    if bare and len(bare) < len(table.target.levels):
        text = f"Every label is the same for {quoted(bare)}; most metrics are not estimable there."
        messages.append(Message("warning", text, table.target.name))
    return messages


def score_messages(table: Predictions) -> list[Message]:
    """Say what the scores do not allow: outside [0, 1], all equal."""
    if table.score is None:
        return []
    messages = []
    for at, model in enumerate(table.model.levels):
        mine = table.score if len(table.model.levels) == 1 else table.score[table.model.codes == at]
        low, high = float(mine.min()), float(mine.max())
        if low == high:
            text = f"Every score of model {model!r} is {low:g}: it does not tell patients apart."
            messages.append(Message("warning", text, model))
        if low < 0 or high > 1:
            hint = ""
            if low >= 0 and 1.5 < high <= 100:
                hint = " If they are percentages, divide them by 100 and load the table again."
            text = (
                f"Scores of model {model!r} run from {low:.4g} to {high:.4g}, outside [0, 1]: they "
                "rank patients, but calibration, Brier score and net benefit are not available."
            )
            messages.append(Message("warning", text + hint, model))
    return messages
