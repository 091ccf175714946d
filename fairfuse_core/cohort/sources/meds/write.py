"""Any cohort's codes and measured values as a MEDS data set."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fairfuse_core._version import __version__
from fairfuse_core.cohort.cohort import SAMPLE, Cohort
from fairfuse_core.cohort.modalities import Codes
from fairfuse_core.cohort.sources.meds import layout
from fairfuse_core.cohort.splits import Splits
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.errors import InputError, NotAvailableError

NO_TIME = np.datetime64("NaT", "us")
EPOCH = np.datetime64("2000-01-01T00:00:00", "us")
"""Where samples start that know hours since their first visit and no date."""

_SHARD = 20_000


def write_meds(
    cohort: Cohort, folder: Path | str, *, splits: Splits | None = None, modality: str = "codes",
    fold: int = 1,
) -> Path:  # fmt: skip
    """Write a cohort's events as a MEDS data set, whole or not at all.

    A code of a visit becomes an event without a value, a measured value one with it. Visits keep
    their hours; a sample without a column ``origin_time`` starts on 1 January 2000, and visits
    without hours are a day apart, in their order. Attributes are written as static events too.
    Patients whose ids are no numbers are numbered. Column ``sample_id`` says to which sample an
    event belongs; labels are in ``labels``, one table a task.

    Parameters
    ----------
    cohort : Cohort
        With a modality of codes.
    folder : path
        A new folder.
    splits : Splits, optional
        Written as subject splits.
    modality : str
        Name of the modality of codes.
    fold : int
        Which fold of ``splits``.

    Raises
    ------
    NotAvailableError
        If the cohort has no such modality.
    InputError
        If the folder exists or cannot be written.
    """
    codes = cohort.modalities.get(modality)
    if not isinstance(codes, Codes):
        have = ", ".join(k for k, m in cohort.modalities.items() if isinstance(m, Codes))
        raise NotAvailableError(
            f"a modality of codes called {modality!r}", have or "none", "Name one the cohort has."
        )
    folder = Path(folder)
    if folder.exists():
        raise InputError("a new folder", f"{folder} exists", "Name another folder.")
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        for part in (layout.DATA, "metadata", layout.LABELS):
            (draft / part).mkdir(parents=True)
        subjects = subject_numbers(cohort.patients.astype(str))
        predicted = _write_events(cohort, codes, subjects, draft)
        _write_metadata(cohort, codes, subjects, predicted, draft)
        for task in cohort.tasks:
            _write_labels(cohort, task, subjects, predicted, draft / layout.LABELS)
        if splits is not None:
            _write_splits(cohort, splits, fold, subjects, draft)
        os.replace(draft, folder)
    except OSError as error:
        raise InputError(
            f"room and permission to write {folder}", str(error), "Nothing was changed; try again."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def subject_numbers(patients: NDArray[Any]) -> NDArray[np.int64]:
    """Return MEDS's integer of each patient: the id itself where all are numbers, else 1 to n."""
    names, at = np.unique(patients, return_inverse=True)
    plain = all(re.fullmatch(r"-?[1-9]\d{0,17}|0", str(n)) for n in names)
    numbers = names.astype(np.int64) if plain else np.arange(1, names.size + 1, dtype=np.int64)
    return np.asarray(numbers[at], dtype=np.int64)


def _write_events(
    cohort: Cohort, codes: Codes, subjects: NDArray[np.int64], draft: Path
) -> NDArray[np.datetime64]:
    """Write shards, a subject in one of them; return each sample's prediction time."""
    times, starts = _times(cohort, codes)
    predicted = _origins(cohort)
    for number, rows in enumerate(_blocks(subjects)):
        part = codes.take(rows)
        visits, inner = part.visits()
        owner = np.repeat(rows, np.diff(inner))
        when = np.concatenate([times[starts[r] : starts[r + 1]] for r in rows] or [times[:0]])
        known = ~np.isnat(when)
        np.maximum.at(predicted, owner[known], when[known])
        coo = visits.tocoo()
        none = np.full(coo.row.size, np.nan, dtype=np.float32)
        parts = [(owner[coo.row], when[coo.row], _names(codes.vocabulary, coo.col), none)]
        if part.measures is not None:
            values = part.measures[part.visit_rows()].tocoo()
            at = values.row
            parts.append((owner[at], when[at], _names(codes.measure_names, values.col),
                          values.data.astype(np.float32)))  # fmt: skip
        parts += [
            (rows, np.full(rows.size, NO_TIME), _attribute(name, cohort, rows),
             np.full(rows.size, np.nan, dtype=np.float32))
            for name in cohort.attributes
        ]  # fmt: skip
        who, moment, code, value = (np.concatenate([p[i] for p in parts]) for i in range(4))
        _write_shard(
            draft / layout.DATA / f"{number}.parquet", subjects[who],
            cohort.table[SAMPLE].to_numpy()[who], moment, code, value,
        )  # fmt: skip
    if "prediction_time" in cohort.table:
        said = _moments(cohort.table["prediction_time"])
        predicted = np.where(np.isnat(said), predicted, said)
    return predicted


def _blocks(subjects: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    order = np.argsort(subjects, kind="stable")
    low = 0
    while low < order.size or low == 0:
        high = min(low + _SHARD, order.size)
        while 0 < high < order.size and subjects[order[high]] == subjects[order[high - 1]]:
            high += 1
        yield order[low:high]
        if high == order.size:
            return
        low = high


def _write_shard(
    path: Path, subject: NDArray[np.int64], sample: NDArray[Any], when: NDArray[np.datetime64],
    code: NDArray[Any], value: NDArray[np.float32],
) -> None:  # fmt: skip
    # Missing times first: NaT is the smallest 64-bit integer.
    order = np.lexsort((code, when.astype(np.int64), subject))
    value = value[order]
    moment = when[order].astype("datetime64[us]")
    columns = [
        pa.array(subject[order], pa.int64()),
        pa.array(moment, layout.TIME, mask=np.isnat(moment)),
        pa.array(code[order], pa.string()),
        pa.array(value, pa.float32(), mask=np.isnan(value)),
        pa.array(sample[order].astype(str).astype(object), pa.string()),
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=layout.EVENTS), path)


def _names(names: tuple[str, ...], at: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.array(names, dtype=object)[at])


def _attribute(name: str, cohort: Cohort, rows: NDArray[np.int64]) -> NDArray[Any]:
    groups = cohort.table[name].astype(str).to_numpy()[rows]
    return np.array([f"{layout.ATTRIBUTE}{name}//{g}" for g in groups], dtype=object)


def _origins(cohort: Cohort) -> NDArray[np.datetime64]:
    if "origin_time" not in cohort.table:
        return np.full(len(cohort), EPOCH)
    said = _moments(cohort.table["origin_time"])
    return np.where(np.isnat(said), EPOCH, said)


def _moments(texts: pd.Series) -> NDArray[np.datetime64]:
    return np.array([NO_TIME if pd.isna(t) else np.datetime64(t, "us") for t in texts])


def _times(
    cohort: Cohort, codes: Codes
) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:  # fmt: skip
    """Return the time of every visit of these samples, and where each sample's begin."""
    counts = codes.visit_counts
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    if codes.hours is None:
        hours = 24.0 * (np.arange(starts[-1]) - np.repeat(starts[:-1], counts))
    else:
        hours = np.asarray(codes.hours, dtype=np.float64)[codes.visit_rows()]
    known = np.isfinite(hours)
    micro = np.rint(np.where(known, hours, 0) * 3.6e9).astype(np.int64)
    when = np.repeat(_origins(cohort), counts) + micro.astype("timedelta64[us]")
    return np.where(known, when, NO_TIME), starts


def _write_metadata(
    cohort: Cohort, codes: Codes, subjects: NDArray[np.int64],
    predicted: NDArray[np.datetime64], draft: Path,
) -> None:  # fmt: skip
    groups = [
        f"{layout.ATTRIBUTE}{name}//{level}"
        for name in cohort.attributes for level in cohort.table[name].cat.categories
    ]  # fmt: skip
    every = sorted({*codes.vocabulary, *codes.measure_names, *groups})
    table = {"code": every, "description": [None] * len(every), "parent_codes": [None] * len(every)}
    pq.write_table(pa.table(table, schema=layout.CODE_TABLE), draft / layout.CODES)
    own = pa.Table.from_pandas(cohort.table, preserve_index=False)
    about = {
        "name": cohort.name, "attributes": list(cohort.attributes),
        "tasks": [t.to_dict() for t in cohort.tasks],
    }  # fmt: skip
    own = own.append_column("meds_subject_id", pa.array(subjects))
    own = own.append_column("meds_prediction_time", pa.array(predicted, layout.TIME))
    kept = {**(own.schema.metadata or {}), b"fairfuse": json.dumps(about).encode()}
    pq.write_table(own.replace_schema_metadata(kept), draft / layout.SAMPLES)
    dataset = {
        "dataset_name": cohort.name, "etl_name": "FairFuse", "etl_version": __version__,
        "meds_version": layout.VERSION, "created_at": datetime.now(UTC).isoformat(),
        "license": str(cohort.source.get("licence", "")), "other_extension_columns": ["sample_id"],
    }  # fmt: skip
    (draft / layout.ABOUT).write_text(json.dumps(dataset, indent=1))


def _write_labels(
    cohort: Cohort, task: Task, subjects: NDArray[np.int64],
    predicted: NDArray[np.datetime64], folder: Path,
) -> None:  # fmt: skip
    for column in task.columns:
        values = cohort.table[column]
        known = values.notna().to_numpy()
        kind = {"multiclass": "categorical_value", "regression": "float_value"}.get(
            task.kind, "boolean_value"
        )
        said = values[known]
        kept = (
            said.astype(str).to_numpy(dtype=object) if kind == "categorical_value"
            else said.to_numpy(dtype=np.float32) if kind == "float_value"
            else said.to_numpy(dtype=np.float64) == 1
        )  # fmt: skip
        schema = pa.schema([
            pa.field("subject_id", pa.int64(), nullable=False),
            pa.field("prediction_time", layout.TIME, nullable=False),
            pa.field(kind, layout.LABEL_TYPES[kind], nullable=False),
        ])  # fmt: skip
        arrays = [
            pa.array(subjects[known]), pa.array(predicted[known], layout.TIME),
            pa.array(kept, layout.LABEL_TYPES[kind]),
        ]  # fmt: skip
        name = column if task.kind == "multilabel" else task.name
        safe = re.sub(r"[^\w.-]+", "_", name)
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), folder / f"{safe}.parquet")


def _write_splits(
    cohort: Cohort, splits: Splits, fold: int, subjects: NDArray[np.int64], draft: Path
) -> None:
    splits.check(cohort)
    parts = splits.fold(fold)
    named = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    found = {
        int(who): layout.SPLIT_NAMES[part] for part, rows in named.items() for who in subjects[rows]
    }
    who = sorted(found)
    table = {"subject_id": who, "split": [found[w] for w in who]}
    pq.write_table(pa.table(table, schema=layout.SPLIT_TABLE), draft / layout.SPLITS)
