"""Samples of a MEDS data set: of a label table, of a code, of FairFuse's own, or all subjects."""

# ruff: noqa: S608 - the SQL is this package's own; patterns go in as parameters

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fairfuse_core.audit.predictions import BinRule
from fairfuse_core.cohort.attributes import as_attribute, binned
from fairfuse_core.cohort.cohort import SAMPLE
from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.sources.base import Flow
from fairfuse_core.cohort.sources.meds import layout
from fairfuse_core.cohort.sources.meds.options import Options
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.tasks import Task, TaskKind
from fairfuse_core.errors import InputError

_KINDS: dict[str, TaskKind] = {
    "boolean_value": "binary", "integer_value": "multiclass", "float_value": "regression",
    "categorical_value": "multiclass",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Chosen:
    """Samples before their events.

    Attributes
    ----------
    name : str
        Name of the cohort.
    rows : DataFrame
        row, subject_id, own (the sample that events must name, or None), until (prediction).
    table : DataFrame
        The cohort's table.
    attributes, tasks, flow
        As in `Cohort`.
    """

    name: str
    rows: pd.DataFrame
    table: pd.DataFrame
    attributes: tuple[str, ...]
    tasks: tuple[Task, ...]
    flow: tuple[Step, ...]


def choose(found: RawTables, raw: Path, options: Options) -> Chosen:
    """Return the samples that the options ask for; see `Options`."""
    if options.labels is not None:
        return _finish(found, raw, options, *_by_table(found, Path(options.labels)))
    if options.label_code is not None:
        return _finish(found, raw, options, *_by_code(found, options))
    if (raw / layout.SAMPLES).exists():
        return _own(raw / layout.SAMPLES)
    every = found.frame("SELECT DISTINCT subject_id FROM event ORDER BY subject_id")
    every["until"] = pd.Series(pd.NaT, index=every.index, dtype="datetime64[us]")
    flow = Flow("Subjects", len(every), len(every))
    return _finish(found, raw, options, every, (), flow)


def _by_table(found: RawTables, path: Path) -> tuple[pd.DataFrame, tuple[Task, ...], Flow]:
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    try:
        table = pa.concat_tables([pq.read_table(p) for p in files]).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"label tables in {path}", str(error), "Name a Parquet file.") from error
    kinds = [k for k in _KINDS if k in table]
    if not {"subject_id", "prediction_time"} <= set(table) or len(kinds) != 1:
        raise InputError(
            f"subject_id, prediction_time and one of {', '.join(_KINDS)} in {path.name}",
            ", ".join(map(str, table.columns)),
            "Bring the labels into MEDS's label schema.",
        )
    twice = table.duplicated(["subject_id", "prediction_time"])
    if twice.any():
        one = table[twice].iloc[0]
        raise InputError(
            f"one label a subject and time in {path.name}",
            f"subject {one['subject_id']} at {one['prediction_time']} more than once",
            "Leave one of them out.",
        )
    table = table.rename(columns={"prediction_time": "until", kinds[0]: "label"})
    table = table.sort_values(["subject_id", "until"]).reset_index(drop=True)
    flow = Flow("Rows of the label table", len(table), int(table["subject_id"].nunique()))
    have = {int(s) for (s,) in found.rows("SELECT DISTINCT subject_id FROM event")}
    table = flow.keep(
        table, table["subject_id"].isin(have), label="Subjects with events",
        why="no event of the subject", patient="subject_id",
    )  # fmt: skip
    kind = _KINDS[kinds[0]]
    classes: tuple[str, ...] = ()
    if kind == "multiclass":
        classes = tuple(str(c) for c in sorted(table["label"].dropna().unique()))
        table["label"] = pd.Categorical(
            [None if pd.isna(v) else str(v) for v in table["label"]], categories=classes
        )
    else:
        table["label"] = table["label"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    return table, (Task("label", kind, ("label",), classes, f"As in {path.name}."),), flow


def _by_code(found: RawTables, options: Options) -> tuple[pd.DataFrame, tuple[Task, ...], Flow]:
    window = int(options.window_hours * 3.6e9)
    horizon = 1 << 62 if options.horizon_days is None else int(options.horizon_days * 8.64e10)
    table = found.frame(
        f"""
        WITH followed AS (
            SELECT subject_id,
                   min(time) FILTER (regexp_matches(code, $1) AND code <> '{layout.BIRTH}')
                       + to_microseconds({window}) AS until,
                   max(time) AS last
            FROM event GROUP BY subject_id
        )
        SELECT a.subject_id, a.until, a.last,
               coalesce(bool_or(regexp_matches(e.code, $2) AND e.time <= a.until), false)
                   AS already,
               coalesce(bool_or(regexp_matches(e.code, $2) AND e.time > a.until
                   AND epoch_us(e.time) - epoch_us(a.until) <= {horizon}), false)::DOUBLE AS label
        FROM followed a JOIN event e USING (subject_id) GROUP BY ALL ORDER BY subject_id
        """,
        [options.index_code or "", options.label_code],
    )
    who = "subject_id"
    flow = Flow("Subjects", len(table), len(table))
    table = flow.keep(
        table, table["until"].notna(), label="With an index event", patient=who,
        why="no event to count from",
    )  # fmt: skip
    table = flow.keep(
        table, ~table["already"].astype(bool), label="Outcome still open", patient=who,
        why="the outcome came before the prediction",
    )  # fmt: skip
    table = flow.keep(
        table, table["last"] >= table["until"], label="Followed up to the prediction",
        why="no event at or after the prediction", patient=who,
    )  # fmt: skip
    later = "ever" if options.horizon_days is None else f"within {options.horizon_days:g} days"
    about = f"An event that matches {options.label_code!r} {later} after the prediction."
    return table[[who, "until", "label"]], (Task("label", "binary", ("label",), (), about),), flow


def _finish(
    found: RawTables, raw: Path, options: Options, table: pd.DataFrame, tasks: tuple[Task, ...],
    flow: Flow,
) -> Chosen:  # fmt: skip
    if table.empty:
        raise InputError(
            "at least one sample", "; ".join(f"{s.label}: {s.samples}" for s in flow.steps),
            "Check labels, patterns and window.",
        )  # fmt: skip
    subject = table["subject_id"].astype(np.int64)
    rows = pd.DataFrame({
        "row": np.arange(len(table)), "subject_id": subject,
        "own": pd.Series([None] * len(table), dtype=object),
        "until": pd.to_datetime(table["until"]).astype("datetime64[us]"),
    })  # fmt: skip
    times = ["" if pd.isna(t) else f"@{pd.Timestamp(t).isoformat()}" for t in rows["until"]]
    columns: dict[str, Any] = {
        SAMPLE: [f"{s}{t}" for s, t in zip(subject, times, strict=True)],
        "patient_id": subject.astype(str),
    }
    said = _attributes(found, options, rows)
    columns |= said
    for task in tasks:
        columns[task.columns[0]] = table[task.columns[0]].array
    return Chosen(
        raw.resolve().name, rows, pd.DataFrame(columns), tuple(said), tasks, tuple(flow.steps)
    )


def _attributes(found: RawTables, options: Options, rows: pd.DataFrame) -> dict[str, Any]:
    found.offer("asked", rows.drop(columns="own"))
    known = (
        "event e JOIN asked s ON s.subject_id = e.subject_id "
        "AND (e.time IS NULL OR s.until IS NULL OR e.time <= s.until)"
    )
    out: dict[str, Any] = {}
    for name, pattern in options.attributes:
        values = found.rows(
            "SELECT s.row, arg_max(regexp_extract(e.code, $1, 1), "
            f"ROW(coalesce(e.time, TIMESTAMP '0001-01-01'), e.code)) FROM {known} "
            "WHERE regexp_matches(e.code, $1) GROUP BY s.row",
            [pattern],
        )
        if values:
            have = {int(r): str(v) for r, v in values}
            out[name] = as_attribute([have.get(int(r)) for r in rows["row"]])
    born = found.rows(
        "SELECT s.row, epoch(coalesce(s.until, (SELECT max(time) FROM event l "
        "WHERE l.subject_id = s.subject_id)) - min(e.time)) / 31557600.0 "
        f"FROM event e JOIN asked s USING (subject_id) WHERE e.code = '{layout.BIRTH}' "
        "GROUP BY s.row, s.until, s.subject_id"
    )
    if born:
        ages = {int(r): float(v) for r, v in born if v is not None}
        values_ = [ages.get(int(r), np.nan) for r in rows["row"]]
        out["age"] = binned(values_, BinRule((40, 60, 80)))
    return out


def _own(path: Path) -> Chosen:
    """Return the samples of a data set that `write_meds` wrote."""
    try:
        stored = pq.read_table(path)
        about = json.loads((stored.schema.metadata or {})[b"fairfuse"])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise InputError(
            f"the samples of a cohort in {path.name}", f"{type(error).__name__}: {error}",
            "Write the data set again, or remove the file to read plain events.",
        ) from error  # fmt: skip
    table = stored.to_pandas()
    rows = pd.DataFrame({
        "row": np.arange(len(table)), "subject_id": table.pop("meds_subject_id"),
        "own": table[SAMPLE].astype(str).astype(object),
        "until": table.pop("meds_prediction_time"),
    })  # fmt: skip
    step = Step("Samples as written", len(table), int(table["patient_id"].nunique()))
    return Chosen(
        about["name"], rows, table, tuple(about["attributes"]),
        tuple(Task.from_dict(t) for t in about["tasks"]), (step,),
    )  # fmt: skip
