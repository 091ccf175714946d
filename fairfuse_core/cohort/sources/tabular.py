"""Any table of one row a sample, with images and notes if there are any, described by a YAML file.

`EXAMPLE` shows such a file. Only ``table``, ``sample``, ``patient`` and ``tasks`` must be there.
Without ``values``, labels are 0/1, true/false or yes/no. ``cut`` keeps of each code what stands
before the decimal point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from fairfuse_core.audit.predictions import BinRule
from fairfuse_core.cohort.attributes import as_attribute, binned
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.modalities import Codes, Modality, Notes, Static
from fairfuse_core.cohort.sources.base import Flow, Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.pictures import inside, load_pictures
from fairfuse_core.cohort.sources.reading import EXTENSIONS, RawTables
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.digest import digest_file
from fairfuse_core.errors import ConfigError, InputError

if TYPE_CHECKING:
    from fairfuse_core.cohort.sources.tabular_spec import (
        AttributeSpec,
        CodesSpec,
        TableSpec,
        TaskSpec,
    )

SPEC = ("cohort.yaml", "cohort.yml")
EXAMPLE = """\
name: Stays of our hospital
table: stays            # stays.csv, stays.csv.gz or stays.parquet beside this file
sample: stay_id
patient: patient_id
missing: ["", "?"]      # cells that mean "no value"
tasks:
  - {name: death, kind: binary, column: outcome, values: {died: 1, alive: 0}}
attributes:
  - {column: sex, rename: {F: Female, M: Male}}
  - {column: age, bins: {edges: [45, 65, 80]}}
codes:
  - {column: diagnoses, delimiter: ";", prefix: "icd10:", cut: true}
numeric: [heart_rate, {column: apache, missing: [-1]}]
categorical: [ward]
notes: report
images: {column: xray, folder: images, size: 224}
"""
"""A description that uses most fields."""

_BINARY = {
    "0": 0, "0.0": 0, "false": 0, "no": 0, "n": 0, "1": 1, "1.0": 1, "true": 1, "yes": 1, "y": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Options:
    """Where the description is, and where pixels go.

    Attributes
    ----------
    spec : path or None
        The YAML file; by default ``cohort.yaml`` in the raw folder.
    cache : path or None
        Folder for pixels, memory-mapped from there; None keeps them in memory.
    """

    spec: Path | None = None
    cache: Path | None = None


def build(raw: Path, *, options: Options | None = None, progress: Progress | None = None) -> Cohort:
    """Read a table as its description says.

    Parameters
    ----------
    raw : path
        Folder of the table and the description.
    options : Options, optional
        Where else the description is, and where pixels go.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    Cohort
        Samples ordered by id, with the modalities described: ``codes`` (one visit a sample),
        ``static``, ``notes``, ``image``. A picture that is not there is not available.

    Raises
    ------
    ConfigError
        If the description is wrong; the message names the field.
    InputError
        If the table or a picture cannot be read, a column is missing, a cell is no number or
        label, or a file name leads out of its folder.
    """
    from fairfuse_core.cohort.sources.tabular_spec import read_spec

    options, tell, raw = options or Options(), progress or silent, Path(raw)
    tell(0.0, "reading the description")
    path = options.spec or _spec_path(raw)
    spec = read_spec(path)
    tell(0.1, "reading the table")
    rows, files = _rows(raw, spec)
    rows, flow = _choose(rows, spec)
    tell(0.3, "making modalities")
    made = Cohort(
        name=spec.name,
        table=_table(rows, spec),
        attributes=tuple(a.title for a in spec.attributes),
        tasks=tuple(_task(t, rows) for t in spec.tasks),
        modalities=_modalities(raw, rows, spec, options.cache, tell),
        flow=tuple(flow.steps),
        source={
            "source": SOURCE.name, "title": spec.name, "licence": spec.licence,
            "citation": spec.citation, "files": {**files, path.name: digest_file(path)},
            "options": spec.model_dump(mode="json"),
        },
    )  # fmt: skip
    tell(1.0, "done")
    return made


def _spec_path(raw: Path) -> Path:
    for name in SPEC:
        if (raw / name).is_file():
            return raw / name
    raise ConfigError(
        f"a description {SPEC[0]} in {raw}",
        "none",
        "Write one; fairfuse_core.cohort.sources.tabular.EXAMPLE shows how.",
    )


def _rows(raw: Path, spec: TableSpec) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return (the described columns as trimmed texts by sample, missing ones missing; digests)."""
    name = spec.table
    for extension in sorted(EXTENSIONS, key=len, reverse=True):
        if name.lower().endswith(extension):
            name = name[: -len(extension)]
            break
    with RawTables(raw) as tables:
        tables.table(name, dict.fromkeys(spec.columns(), "VARCHAR"), alias="described")
        for path in tables.files.values():
            inside(raw, str(path.relative_to(raw)))
        frame = tables.frame("SELECT * FROM described")
        files = {p.name: digest_file(p) for p in tables.files.values()}
    frame.columns = pd.Index(spec.columns())
    texts = frame.apply(lambda column: column.astype("str").str.strip())
    texts = texts.mask(frame.isna() | texts.isin(list(spec.missing)))
    return texts.sort_values(spec.sample, kind="stable", ignore_index=True), files


def _choose(rows: pd.DataFrame, spec: TableSpec) -> tuple[pd.DataFrame, Flow]:
    flow = Flow("Rows", len(rows), int(rows[spec.patient].nunique()))
    for column, what in ((spec.sample, "sample"), (spec.patient, "patient")):
        rows = flow.keep(
            rows, rows[column].notna(), label=f"Rows with a {what} id",
            why=f"No value in {column}", patient=spec.patient,
        )  # fmt: skip
    if rows.empty:
        raise InputError(
            f"rows with a {spec.sample!r} and a {spec.patient!r}", "none", "Check these columns."
        )
    return rows, flow


def _table(rows: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    columns: dict[str, object] = {"sample_id": rows[spec.sample], "patient_id": rows[spec.patient]}
    columns |= {a.title: _attribute(rows, a, spec) for a in spec.attributes}
    for task in spec.tasks:
        for name in task.labels:
            if task.kind == "regression":
                columns[name] = _numbers(rows, name, spec)
            elif task.kind == "multiclass":
                columns[name] = _classes(rows, name, task, spec)
            else:
                columns[name] = _binary(rows, name, task.values, spec)
    return pd.DataFrame(columns)


def _attribute(rows: pd.DataFrame, attribute: AttributeSpec, spec: TableSpec) -> pd.Categorical:
    column = rows[attribute.column]
    if attribute.bins is None:
        return as_attribute(column.replace(attribute.rename), order=attribute.order)
    made = binned(column, BinRule(attribute.bins.edges, attribute.bins.labels))
    unread = column[np.asarray(made == "Unknown") & column.notna().to_numpy()]
    if len(unread):
        raise _wrong("a number", attribute.column, unread, rows, spec)
    return made


def _numbers(
    rows: pd.DataFrame, name: str, spec: TableSpec, missing: tuple[str, ...] = ()
) -> NDArray[np.float64]:
    texts = rows[name]
    values = pd.to_numeric(texts, errors="coerce")
    wrong = texts[~np.isfinite(values) & texts.notna() & ~texts.isin(missing)]
    if len(wrong):
        raise _wrong("a number", name, wrong, rows, spec)
    left_out = [float(m) for m in missing if not np.isnan(pd.to_numeric(m, errors="coerce"))]
    known = values.mask(values.isin(left_out))
    return np.asarray(known.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _binary(
    rows: pd.DataFrame, name: str, values: Mapping[str, str], spec: TableSpec
) -> NDArray[np.float64]:
    known = {k.lower(): int(v) for k, v in values.items()} or _BINARY
    texts = rows[name].str.lower()
    wrong = rows[name][texts.notna() & ~texts.isin(known)]
    if len(wrong):
        raise _wrong(f"a label among {', '.join(known)}", name, wrong, rows, spec)
    coded = texts.map(known).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(coded, dtype=np.float64)


def _classes(rows: pd.DataFrame, name: str, task: TaskSpec, spec: TableSpec) -> pd.Categorical:
    levels = _levels(task, rows)
    wrong = rows[name][rows[name].notna() & ~rows[name].isin(levels)]
    if len(wrong):
        raise _wrong(f"a class among {', '.join(levels)}", name, wrong, rows, spec)
    return pd.Categorical(rows[name], categories=levels)


def _levels(task: TaskSpec, rows: pd.DataFrame) -> list[str]:
    return list(task.classes) or sorted({str(v) for v in rows[task.labels[0]].dropna()})


def _wrong(
    what: str, name: str, cells: pd.Series, rows: pd.DataFrame, spec: TableSpec
) -> InputError:
    return InputError(
        f"{what} in column {name!r}",
        f"{str(cells.iloc[0])[:40]!r} for sample {rows.loc[cells.index[0], spec.sample]!r} "
        f"({len(cells):,} such cells)",
        "Correct the cells, or name the text under 'missing' or 'values' in the description.",
    )


def _task(task: TaskSpec, rows: pd.DataFrame) -> Task:
    classes = tuple(_levels(task, rows)) if task.kind == "multiclass" else ()
    return Task(task.name, task.kind, task.labels, classes, task.about)


def _modalities(
    raw: Path, rows: pd.DataFrame, spec: TableSpec, cache: Path | None, tell: Progress
) -> dict[str, Modality]:
    made: dict[str, Modality] = {}
    if spec.codes:
        made["codes"] = _codes(rows, spec.codes)
    if spec.numeric or spec.categorical:
        numbers = {n.column: _numbers(rows, n.column, spec, n.missing) for n in spec.numeric}
        categories = {c: pd.Categorical(rows[c]) for c in spec.categorical}
        made["static"] = Static(pd.DataFrame({**numbers, **categories}))
    if spec.notes:
        made["notes"] = Notes.of([v if isinstance(v, str) else None for v in rows[spec.notes]])
    if spec.images:
        folder = raw if spec.images.folder == "." else inside(raw, spec.images.folder)
        if not folder.is_dir():
            # One missing picture is a missing picture; all of them are a wrong name.
            raise InputError(f"a folder {spec.images.folder!r}", f"none in {raw}", "Name it right.")
        names = rows[spec.images.column]
        paths = [inside(folder, v) if isinstance(v, str) else None for v in names]
        made["image"] = load_pictures(
            paths, size=spec.images.size, cache=cache,
            progress=lambda share, words: tell(0.3 + 0.7 * share, words),
        )  # fmt: skip
    return made


def _codes(rows: pd.DataFrame, specs: tuple[CodesSpec, ...]) -> Codes:
    """One visit a sample that has a code; a sample without any has no visit."""
    parts = []
    for one in specs:
        lists = rows[one.column].dropna().str.split(one.delimiter, regex=False).explode()
        codes = lists.str.strip()
        codes = codes.str.split(".", n=1, regex=False).str[0] if one.cut else codes
        parts.append(one.prefix + codes[codes != ""].dropna())
    every = pd.concat(parts)
    vocabulary, column = np.unique(every.to_numpy(dtype=str), return_inverse=True)
    sample = every.index.to_numpy(dtype=np.int64)
    has = np.zeros(len(rows), dtype=bool)
    has[sample] = True
    starts = np.concatenate([[0], np.cumsum(has)]).astype(np.int64)
    visit = (np.cumsum(has) - 1)[sample]
    ones = np.ones(sample.size, dtype=np.int32)
    counted = sparse.csr_array((ones, (visit, column)), shape=(int(has.sum()), vocabulary.size))
    counted.data = np.ones(counted.data.size, dtype=np.uint8)
    return Codes(counted, starts, tuple(str(v) for v in vocabulary))


SOURCE = Source(
    name="tabular",
    title="Your own table",
    what=(
        "A CSV or Parquet table of one row a sample, with a folder of images and a column of "
        "notes if you have them, described by a small YAML file."
    ),
    tables=Tables(()),
    licence="Yours",
    citation="",
    build=build,
    options=Options,
)
