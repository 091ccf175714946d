"""Exports: CSV that no spreadsheet takes for a formula, and files written whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fairfuse_core.report.facts import fact_frame, finding_frame

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit

_TRIGGERS = tuple("=+-@\t\r\n＝＋－＠")
"""First characters a spreadsheet may take for a formula, full-width variants included."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

FRAMES = ("groups", "operating_points", "overall", "by_group", "gaps", "indices", "folds")
"""The audit's frames that are exported, in order."""

_IDENTIFIES = frozenset(
    {"model", "target", "attribute", "group", "metric", "rule", "label", "chosen_on", "reason",
     "suppressed", "is_reference"}
)  # fmt: skip


def neutralise(cell: Any) -> Any:
    """Return a cell that no spreadsheet executes; numbers stay as they are.

    Text that starts with ``=``, ``+``, ``-``, ``@``, a tab or a line break (or the full-width
    form of such a sign), possibly after spaces, gets an apostrophe in front, as OWASP advises
    against CSV injection. Text that is nothing but a number is left alone.
    """
    if not isinstance(cell, str):
        return cell
    start = cell.lstrip(" \u00a0\u3000\ufeff")
    if not (cell.startswith(_TRIGGERS) or start.startswith(_TRIGGERS)):
        return cell
    return cell if _NUMBER.fullmatch(cell) else f"'{cell}"


def to_csv(frame: pd.DataFrame, *, index: bool = False) -> str:
    """Return a frame as CSV (RFC 4180, full precision) with formulas neutralised.

    Parameters
    ----------
    frame : DataFrame
        Any frame; missing values become empty cells.
    index : bool
        Whether the index is written as the first column(s).
    """
    plain = frame.reset_index() if index else frame
    safe = plain.copy()
    for position in range(plain.shape[1]):
        column = plain.iloc[:, position]
        if not (pd.api.types.is_numeric_dtype(column.dtype) or column.dtype == bool):
            cells = np.array([*map(neutralise, column), None], dtype=object)[:-1]
            safe.isetitem(position, cells)
    safe.columns = pd.Index([neutralise(str(name)) for name in plain.columns])
    return str(safe.to_csv(index=False, lineterminator="\r\n"))


def without_suppressed(frame: pd.DataFrame, hidden: set[tuple[str, ...]]) -> pd.DataFrame:
    """Return the frame with every number of a suppressed group blanked.

    The audit holds none already; exports check again, as a leak cannot be taken back.

    Parameters
    ----------
    frame : DataFrame
        One of the audit's frames.
    hidden : set of tuple of str
        (model, target, attribute, group) of every suppressed group.
    """
    keys = ["model", "target", "attribute", "group"]
    if not hidden or not set(keys) <= set(frame.columns) or "reference" in frame.columns:
        return frame
    rows = np.array([tuple(key) in hidden for key in frame[keys].to_numpy()], dtype=bool)
    if not rows.any():
        return frame
    clean = frame.copy()
    for name in frame.columns:
        if name not in _IDENTIFIES and pd.api.types.is_numeric_dtype(frame[name].dtype):
            clean[name] = frame[name].astype(float).mask(rows)
    return clean


def hidden_groups(audit: Audit) -> set[tuple[str, ...]]:
    """Return (model, target, attribute, group) of every suppressed group."""
    rows = audit.groups[audit.groups["suppressed"].astype(bool)]
    return {tuple(key) for key in rows[["model", "target", "attribute", "group"]].to_numpy()}


def csv_tables(audit: Audit) -> dict[str, str]:
    """Return every table of an audit as CSV, by file name.

    Returns
    -------
    dict of str to str
        The frames of the audit, ``findings.csv``, and ``provenance.csv`` with the digests,
        version, threshold, suppression rule and date that belong to them.
    """
    hidden = hidden_groups(audit)
    made = {"provenance.csv": to_csv(fact_frame(audit))}
    for name in FRAMES:
        frame = getattr(audit, name)
        if len(frame):
            made[f"{name}.csv"] = to_csv(without_suppressed(frame, hidden))
    made["findings.csv"] = to_csv(finding_frame(audit))
    return made


def write_atomic(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all.

    A temporary file beside it takes its name at the end, so that nobody ever reads half of it.

    Raises
    ------
    OSError
        When the folder cannot be written to; nothing is left behind.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
