"""A MEDS data set into a `Cohort`: any events, labels by a table or by a code."""

# ruff: noqa: S608 - the SQL is this package's own; paths and patterns are quoted

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.cohort.cohort import PATIENT, SAMPLE, Cohort
from fairfuse_core.cohort.modalities import Codes
from fairfuse_core.cohort.sources.base import Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.gather import indicators, values
from fairfuse_core.cohort.sources.meds import layout
from fairfuse_core.cohort.sources.meds.options import Options
from fairfuse_core.cohort.sources.meds.samples import Chosen, choose
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.splits import Splits
from fairfuse_core.digest import digest_file
from fairfuse_core.errors import InputError, NotAvailableError

_TYPES = {
    "subject_id": ("BIGINT", True), "time": ("TIMESTAMP", True), "code": ("VARCHAR", True),
    "numeric_value": ("FLOAT", False), "sample_id": ("VARCHAR", False),
}  # fmt: skip

# An event that is repeated at one time, or measured twice, opens a further visit at that time, so
# that none is lost; visits without a time (static events) come first.
_EVENTS = """
    CREATE OR REPLACE TEMP TABLE picked AS
    SELECT s.row, e.time, e.code, e.value,
           row_number() OVER (PARTITION BY s.row, e.time, e.code, e.value IS NULL ORDER BY e.value)
               AS again
    FROM event e JOIN sample s ON s.subject_id = e.subject_id
     AND (s.own IS NULL OR s.own = e.sample_id)
    WHERE (e.time IS NULL OR s.until IS NULL OR e.time <= s.until)
      AND (s.own IS NULL OR NOT starts_with(e.code, '{attribute}'))
"""
_VISITS = """
    CREATE OR REPLACE TEMP TABLE visit AS
    SELECT *, (row_number() OVER (ORDER BY row, time NULLS FIRST, again) - 1)::INTEGER AS visit
    FROM (SELECT DISTINCT row, time, again FROM picked)
"""
_PLACED = (
    "picked p JOIN visit v ON v.row = p.row AND v.again = p.again "
    "AND v.time IS NOT DISTINCT FROM p.time"
)


def build(raw: Path, *, options: Options | None = None, progress: Progress | None = None) -> Cohort:
    """Read ``data/**/*.parquet`` of a MEDS data set into a cohort.

    Parameters
    ----------
    raw : path
        Folder that holds ``data`` and, where it has them, ``metadata`` and label tables.
    options : Options, optional
        Where samples and labels come from.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    Cohort
        Modality ``codes``: a visit is a time, events with a value are measures, others codes.
        Columns ``origin_time`` (the first event's) and ``prediction_time``; ``split`` if the data
        set says it.

    Raises
    ------
    InputError
        If files or columns are missing, unreadable or of another type, or nobody is included.
    """
    options, tell = options or Options(), progress or silent
    raw = Path(raw)
    with RawTables(raw) as found:
        tell(0.0, "reading events")
        files = _offer_events(found, raw)
        tell(0.2, "choosing samples")
        chosen = choose(found, raw, options)
        found.offer("sample_offered", chosen.rows)
        found.run("CREATE TEMP TABLE sample AS SELECT * FROM sample_offered")
        tell(0.4, "joining visits")
        codes, origins = _codes(found, len(chosen.rows))
        digests = {str(p.relative_to(raw)): digest_file(p) for p in files}
    made = Cohort(
        name=chosen.name,
        table=_table(raw, chosen, origins),
        attributes=chosen.attributes,
        tasks=chosen.tasks,
        modalities={"codes": codes},
        flow=chosen.flow,
        source={
            "source": SOURCE.name, "title": SOURCE.title, "licence": SOURCE.licence,
            "citation": SOURCE.citation, "options": asdict(options), "files": digests,
        },
    )  # fmt: skip
    tell(1.0, "done")
    return made


def _offer_events(found: RawTables, raw: Path) -> list[Path]:
    """Make view ``event`` of all shards; return their paths."""
    files = sorted((raw / layout.DATA).rglob("*.parquet"))
    if not files:
        raise InputError(
            f"events in {raw / layout.DATA}/*.parquet", "no such file",
            "Name the folder of a MEDS data set.",
        )  # fmt: skip
    names = ", ".join("'" + str(p).replace("'", "''") + "'" for p in files)
    source = f"read_parquet([{names}], union_by_name=true)"
    types = {str(r[0]): str(r[1]) for r in found.rows(f"DESCRIBE SELECT * FROM {source}")}
    for name, (_, needed) in _TYPES.items():
        if needed and name not in types:
            raise InputError(
                f"column {name!r} in {raw.name}/data", f"only {', '.join(types)}",
                "Bring the data into MEDS's event schema.",
            )  # fmt: skip
    if not types["time"].startswith("TIMESTAMP"):
        raise InputError(
            "timestamps in column 'time'", types["time"], "Write times as timestamp[us]."
        )
    columns = ", ".join(
        f"CAST({name} AS {kind}) AS {name}" if name in types else f"NULL::{kind} AS {name}"
        for name, (kind, _) in _TYPES.items()
    )
    found.run(
        "CREATE OR REPLACE VIEW event AS SELECT *, "
        "if(isfinite(numeric_value), numeric_value, NULL) AS value "
        f"FROM (SELECT {columns} FROM {source})"
    )
    empty, without = found.rows(
        "SELECT count(*) = 0, count(*) FILTER (subject_id IS NULL OR code IS NULL) FROM event"
    )[0]
    if empty or without:
        raise InputError(
            f"events with subject and code in {raw.name}/data",
            "none" if empty else f"{without} without", "Write the data set again.",
        )  # fmt: skip
    return files


def _codes(found: RawTables, samples: int) -> tuple[Codes, NDArray[np.datetime64]]:
    found.run(_EVENTS.format(attribute=layout.ATTRIBUTE))
    found.run(_VISITS)
    visits = found.frame("SELECT row, time FROM visit ORDER BY visit")
    matrix, vocabulary = indicators(
        found, f"SELECT v.visit AS row, p.code AS name FROM {_PLACED} WHERE p.value IS NULL",
        rows=len(visits),
    )  # fmt: skip
    measures, names = values(
        found,
        "SELECT v.visit AS row, p.code AS name, p.value AS value "
        f"FROM {_PLACED} WHERE p.value IS NOT NULL",
        rows=len(visits),
    )
    owner = visits["row"].to_numpy()
    starts = np.searchsorted(owner, np.arange(samples + 1)).astype(np.int64)
    when = pd.to_datetime(visits["time"]).to_numpy(dtype="datetime64[us]")
    known = ~np.isnat(when)
    origins = np.full(samples, np.datetime64("NaT", "us"))
    # Visits are in order of time: the first one with a time is the earliest.
    rows, at = np.unique(owner[known], return_index=True)
    origins[rows] = when[known][at]
    micro = np.where(known, (when - origins[owner]).astype(np.int64), 0)
    hours = np.where(known, micro / 3.6e9, np.nan)
    codes = Codes(
        matrix, starts, vocabulary, measures=measures if names else None, measure_names=names,
        hours=hours,
    )  # fmt: skip
    return codes, origins


def _table(raw: Path, chosen: Chosen, origins: NDArray[np.datetime64]) -> pd.DataFrame:
    table = chosen.table.copy()
    table["origin_time"] = _iso(origins)
    table["prediction_time"] = _iso(chosen.rows["until"].to_numpy(dtype="datetime64[us]"))
    path = raw / layout.SPLITS
    if path.exists():
        with RawTables(raw) as found:
            found.table("metadata/subject_splits", {"subject_id": "BIGINT", "split": "VARCHAR"})
            said = dict(found.rows("SELECT subject_id, split FROM subject_splits"))
        table["split"] = pd.Categorical([said.get(int(s)) for s in chosen.rows["subject_id"]])
    return table


def _iso(times: NDArray[np.datetime64]) -> list[str | None]:
    return [None if np.isnat(t) else str(t.astype("datetime64[us]")) for t in times]


def recorded_splits(cohort: Cohort) -> Splits:
    """Return the data set's own split (train, tuning, held_out) as one fold.

    Raises
    ------
    NotAvailableError
        If the data set has none, or another name, or a subject is in none of its parts.
    """
    back = {theirs: ours for ours, theirs in layout.SPLIT_NAMES.items()}
    said: list[Any] = list(cohort.table["split"]) if "split" in cohort.table else [None]
    odd = [s for s in said if s not in back]
    if odd:
        raise NotAvailableError(
            f"each subject in one of {', '.join(back)}", str(odd[0]), "Use split() instead."
        )
    table = cohort.table[[SAMPLE, PATIENT]].copy()
    table["fold_1"] = [back[s] for s in said]
    made = Splits(table)
    made.check(cohort)
    return made


SOURCE = Source(
    name="meds",
    title="A MEDS data set",
    what="Events of any source in the Medical Event Data Standard (subject, time, code, value), "
    "with labels from a label table or from a code.",
    tables=Tables(("data/*.parquet",), (layout.CODES, layout.SPLITS)),
    licence="That of the data set; see its metadata/dataset.json.",
    citation="Arnrich B, Choi E, Fries JA, et al. Medical Event Data Standard (MEDS): Facilitating "
    "machine learning for health. ICLR 2024 Workshop on Learning from Time Series for Health.",
    build=build,
    options=Options,
)
