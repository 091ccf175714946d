"""`CountsTable`: confusion counts per group, as a paper prints them, ready for the audit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.columns import column, encode, numbers, printable, usable
from fairfuse_core.audit.predictions.counts_checks import COUNTS, consistency, refuse_repeats
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.sidecar import read_sidecar
from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.predictions.vocabulary import COUNTS as NAMES
from fairfuse_core.audit.predictions.vocabulary import OVERALL
from fairfuse_core.audit.predictions.words import is_missing, quoted, rows_text
from fairfuse_core.audit.types import UNKNOWN
from fairfuse_core.errors import InputError

KEYS = ["model", "target", "attribute", "group"]


@dataclass(frozen=True, eq=False)
class CountsTable:
    """Confusion counts of each group at one operating point per model.

    Attributes
    ----------
    frame : DataFrame
        Columns ``model, target, attribute, group`` (str), ``tp, fn, fp, tn`` (int64) and, where
        the table gives it, ``auroc`` (float64 in [0, 1], NaN where missing). One row per key, in
        the order of the table.
    source : str
        File name or description.
    digest : str
        SHA-256 of the file's bytes.
    target_label : str
        What a target is called here, such as "evaluation set".
    citation : str
        Where the counts were published; empty when unknown.
    messages : tuple of Message
        What was noticed while reading.
    recipe : dict
        JSON-safe: which column was read as what; ``printed``: the ``printed_*`` columns row by
        row, for checking the counts against the figures they came from; ``title``, ``notes``.
    """

    frame: pd.DataFrame
    source: str
    digest: str
    target_label: str = "target"
    citation: str = ""
    messages: tuple[Message, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)


def find_columns(raw: RawTable) -> dict[str, str]:
    """Return meaning ("tp", "model", ...) to column, for the columns whose names say it."""
    keys = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): name for name in raw.columns}
    found: dict[str, str] = {}
    for meaning, spellings in NAMES.items():
        hit = next((keys[word] for word in spellings if word in keys), None)
        if hit is not None and hit not in found.values():
            found[meaning] = hit
    return found


def is_counts_table(raw: RawTable) -> bool:
    """Whether a table holds confusion counts (at least three of tp, fn, fp, tn are columns)."""
    return len(set(find_columns(raw)) & set(COUNTS)) >= 3


def build_counts(raw: RawTable) -> CountsTable:
    """Read a table of confusion counts per group.

    Long form has columns for the attribute and the group; without them every other text column
    is an attribute, and a cross-tabulation is summed to one attribute at a time. A file
    ``NAME.meta.json`` or ``NAME.citation.txt`` beside the table gives its citation.

    Raises
    ------
    InputError
        When a count is missing, negative or not whole, when counts do not add up to a given
        ``n`` or ``n_positive``, or when a group occurs twice.
    """
    found = find_columns(raw)
    missing = [name for name in COUNTS if name not in found]
    if missing:
        raise InputError(
            "the four columns tp, fn, fp and tn",
            f"no column for {quoted(missing)} in {raw.name!r}",
            "Add it; the four counts of a group sum to its size.",
        )
    counts = {name: _whole(raw, found[name]) for name in COUNTS}
    _given_totals(raw, found, counts)
    frame = pd.DataFrame(counts)
    if "auroc" in found:
        frame["auroc"] = _auroc(raw, found["auroc"])
    frame["model"] = _names(raw, found.get("model"), default="model")
    frame["target"] = _names(raw, found.get("target"), default="outcome")
    frame["row"] = np.arange(len(frame))
    frame, wide = _groups(raw, found, frame)
    frame, messages = _without_overall(frame)
    refuse_repeats(frame)
    messages = [*raw.messages, *messages, *consistency(frame)]
    sidecar = read_sidecar(raw.path)
    rows = frame.pop("row")
    recipe = {
        "file": raw.name,
        "file_digest": raw.digest,
        "rows_read": len(raw),
        "columns": found,
        "cross_tabulated": wide,
        "printed": {} if wide else _printed(raw, rows.to_numpy()),
        "title": sidecar.title,
        "notes": list(sidecar.notes),
    }
    return CountsTable(
        frame=frame[[*KEYS, *COUNTS, *(["auroc"] if "auroc" in frame else [])]],
        source=raw.name,
        digest=raw.digest,
        target_label=_target_label(found.get("target")),
        citation=sidecar.citation,
        messages=(*messages, *(Message("note", note) for note in sidecar.notes)),
        recipe=recipe,
    )


def _target_label(name: str | None) -> str:
    return "target" if name is None else re.sub(r"[\s_]+", " ", name).strip().lower()


def _whole(raw: RawTable, name: str) -> NDArray[np.int64]:
    """Read a column of counts.

    Raises
    ------
    InputError
        When a cell is missing, text, negative, infinite or not whole.
    """
    read = numbers(column(raw, name, role="count"))
    values = read.values
    with np.errstate(invalid="ignore"):
        problems = (
            ("text", read.bad),
            ("no count", np.flatnonzero(np.isnan(values))),
            ("a negative count", np.flatnonzero(values < 0)),
            ("a count past 10^15", np.flatnonzero(values > 1e15)),
            ("a count that is not whole", np.flatnonzero(values != np.floor(values))),
        )
    for what, rows in problems:
        if rows.size:
            raise InputError(
                f"whole numbers of 0 or more in column {name!r}",
                f"{what} in {rows_text(rows)}",
                "Correct these cells; counts are numbers of patients, not rates.",
            )
    return values.astype(np.int64)


def _given_totals(
    raw: RawTable, found: dict[str, str], counts: dict[str, NDArray[np.int64]]
) -> None:
    sums = {
        "n": ("tp + fn + fp + tn", counts["tp"] + counts["fn"] + counts["fp"] + counts["tn"]),
        "n_positive": ("tp + fn", counts["tp"] + counts["fn"]),
        "n_negative": ("fp + tn", counts["fp"] + counts["tn"]),
    }
    for name, (formula, total) in sums.items():
        if name not in found:
            continue
        given = _whole(raw, found[name])
        wrong = np.flatnonzero(given != total)
        if wrong.size:
            at = int(wrong[0])
            raise InputError(
                f"{formula} equal to column {found[name]!r}",
                f"{total[at]:,} and {given[at]:,} in {rows_text(wrong)}",
                "Correct the counts or the total.",
            )


def _auroc(raw: RawTable, name: str) -> NDArray[np.float64]:
    read = numbers(column(raw, name, role="auroc"))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((read.values < 0) | (read.values > 1))
    for what, rows in (("text", read.bad), ("a value outside [0, 1]", wrong)):
        if rows.size:
            raise InputError(
                f"AUROCs between 0 and 1 in column {name!r}",
                f"{what} in {rows_text(rows)}",
                "Correct these cells (84 % is 0.84), or drop the column.",
            )
    return read.values


def _names(raw: RawTable, name: str | None, *, default: str) -> list[str]:
    if name is None:
        return [default] * len(raw)
    encoded = encode(column(raw, name, role=default), name=name)
    texts = [UNKNOWN if is_missing(v) else printable(v) for v in encoded.values] + [UNKNOWN]
    return [texts[code] for code in encoded.codes]


def _groups(raw: RawTable, found: dict[str, str], frame: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Add the attribute and group of each row; return whether rows were summed to get there."""
    if "group" in found:
        frame["group"] = _names(raw, found["group"], default="group")
        frame["attribute"] = _names(raw, found.get("attribute"), default=found["group"])
        return frame, False
    if "attribute" in found:
        raise InputError(
            "a column with the group's name beside the attribute",
            f"an attribute column {found['attribute']!r} and no group column",
            "Call it 'group'.",
        )
    used = set(found.values())
    others = [
        name
        for name in raw.columns
        if name not in used
        and not name.lower().startswith("printed")
        and usable(raw.table.column(name).type)
        and numbers(raw.table.column(name)).bad.size
    ]
    if not others:
        raise InputError(
            "columns that name the groups",
            f"none in {raw.name!r}",
            "Add the columns 'attribute' and 'group'.",
        )
    texts = pd.DataFrame({name: _names(raw, name, default=name) for name in others})
    filled = texts != UNKNOWN
    if len(others) > 1 and (filled.sum(axis=1) == 1).all():
        which = filled.to_numpy().argmax(axis=1)
        frame["attribute"] = [others[at] for at in which]
        frame["group"] = texts.to_numpy()[np.arange(len(texts)), which]
        return frame, False
    return _margins(frame, texts), len(others) > 1


def _margins(frame: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """Sum a cross-tabulation to one attribute at a time."""
    if texts.shape[1] == 1:
        name = str(texts.columns[0])
        return frame.assign(attribute=name, group=texts[name])
    parts = []
    for name in texts.columns:
        keyed = frame.assign(attribute=name, group=texts[name])
        summed = keyed.groupby(KEYS, sort=False, as_index=False)[list(COUNTS)].sum()
        parts.append(summed.assign(row=-1))
    return pd.concat(parts, ignore_index=True)


def _without_overall(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Take out rows about everyone, which are no group."""
    groups = frame["group"].str.lower().isin(OVERALL)
    whole = groups | frame["attribute"].str.lower().isin(OVERALL)
    if not whole.any():
        return frame, []
    if whole.all():
        raise InputError(
            "counts of groups in column 'group'",
            f"only counts of everyone (group {frame['group'].iloc[0]!r})",
            "Add one row per group.",
        )
    text = f"{int(whole.sum()):,} rows about everyone were left out; overall counts are summed."
    return frame[~whole].reset_index(drop=True), [Message("note", text, "group")]


def _printed(raw: RawTable, rows: NDArray[np.int64]) -> dict[str, list[float | None]]:
    printed = {}
    for name in raw.columns:
        if name.lower().startswith("printed_") and usable(raw.table.column(name).type):
            values = numbers(raw.table.column(name)).values[rows]
            printed[name] = [None if np.isnan(value) else float(value) for value in values]
    return printed
