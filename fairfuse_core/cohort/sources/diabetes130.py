"""Diabetes 130-US hospitals 1999-2008: encounters of diabetic inpatients, readmission < 30 days.

Strack et al., BioMed Research International 2014:781670; UCI Machine Learning Repository 296.

An encounter is seen as at its discharge: its own diagnoses, drugs and tests are known, and so are
the patient's earlier encounters. The release has no dates. Encounters are put in the order of
their ids, which is nearly that of time: under 1 % of deaths are followed by another encounter.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from fairfuse_core.cohort.attributes import as_attribute
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.modalities import Codes, Static
from fairfuse_core.cohort.sources import diabetes130_codes as known
from fairfuse_core.cohort.sources.base import Flow, Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.gather import indicators
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.digest import digest_file
from fairfuse_core.errors import ConfigError, InputError

TABLE = "diabetic_data"
_DIAGNOSES = ("diag_1", "diag_2", "diag_3")
_ANY_DRUG = {"change": ("Ch", "drug:any:changed"), "diabetesmed": ("Yes", "drug:any:given")}
_TEXTS = ("race", "gender", "age", "payer_code", "medical_specialty", "readmitted")
_IDS = (
    "encounter_id", "patient_nbr", "admission_type_id", "discharge_disposition_id",
    "admission_source_id",
)  # fmt: skip
_COLUMNS = {
    **dict.fromkeys(_IDS, "BIGINT"),
    **dict.fromkeys(known.NUMBERS, "INTEGER"),
    **dict.fromkeys((*_TEXTS, *_DIAGNOSES, *known.LABS, *known.DRUGS, *_ANY_DRUG), "VARCHAR"),
}
_READMITTED = {"<30": 1.0, ">30": 0.0, "NO": 0.0}
_BANDS = tuple(f"[{low}-{low + 10})" for low in range(0, 100, 10))
_BAND_NAMES = {
    band: f"{low}-{low + 9}" for band, low in zip(_BANDS, range(0, 100, 10), strict=True)
}
_AGES = {band: low + 5.0 for band, low in zip(_BANDS, range(0, 100, 10), strict=True)}


@dataclass(frozen=True)
class Options:
    """How samples are made.

    Attributes
    ----------
    sequence : {"encounter", "patient"}
        ``encounter``: every encounter is a sample. ``patient``: one encounter of every patient
        is, drawn at random; the last one would be chosen by the outcome (few last encounters
        are followed by a readmission, most of the others are). The visits of a sample are its
        patient's earlier encounters and, last, its own.
    seed : int
        Decides which encounter stands for a patient.
    """

    sequence: Literal["encounter", "patient"] = "encounter"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sequence not in {"encounter", "patient"}:
            raise ConfigError(
                "sequence 'encounter' or 'patient'", repr(self.sequence), "Name one of these."
            )


def build(raw: Path, *, options: Options | None = None, progress: Progress | None = None) -> Cohort:
    """Read the release's ``diabetic_data.csv``, plain or packed, into a cohort.

    Parameters
    ----------
    raw : path
        Folder that holds it.
    options : Options, optional
        How samples are made.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    Cohort
        Modalities ``codes`` (ICD-9 categories, drug doses, test results; a visit an encounter)
        and ``static`` (utilisation, age in years at the middle of its band, how the patient came
        and left). Race and gender are as recorded in each encounter; some patients' differ.

    Raises
    ------
    InputError
        If the table is missing, unreadable, empty, lacks a column or holds an unknown label.
    """
    options, tell = options or Options(), progress or silent
    with RawTables(Path(raw)) as tables:
        tell(0.0, "reading encounters")
        tables.table(TABLE, _COLUMNS, alias="raw", missing=("", "?"))
        # Read the packed file once; codes are looked up column by column.
        tables.run(f"CREATE TEMP TABLE {TABLE} AS SELECT * FROM raw")  # noqa: S608
        encounters = _encounters(tables)
        tell(0.4, "reading codes")
        codes, vocabulary = _codes(tables, encounters)
        files = {p.name: digest_file(p) for p in tables.files.values()}
    tell(0.8, "choosing samples")
    samples, flow = _choose(encounters, options)
    tell(0.9, "joining visits")
    made = Cohort(
        name="Diabetes 130-US hospitals",
        table=_table(samples),
        attributes=("race", "gender", "age", "insurance"),
        tasks=(
            Task(
                "readmission_30d", "binary", ("readmitted_30d",),
                about="Readmitted as an inpatient within 30 days of discharge.",
            ),
        ),
        modalities={
            "codes": _visits(samples, codes, vocabulary), "static": Static(_static(samples)),
        },
        flow=tuple(flow.steps),
        source={
            "source": SOURCE.name, "title": SOURCE.title, "licence": SOURCE.licence,
            "citation": SOURCE.citation, "options": asdict(options), "files": files,
        },
    )  # fmt: skip
    tell(1.0, "done")
    return made


def _encounters(tables: RawTables) -> pd.DataFrame:
    """One row an encounter, each patient's together and in order; ``earlier`` counts those before.

    ``row`` is its number in that order.
    """
    frame = tables.frame(
        f"SELECT {', '.join(_IDS)}, {', '.join(known.NUMBERS)}, {', '.join(_TEXTS)}, "  # noqa: S608
        "row_number() OVER (PARTITION BY patient_nbr ORDER BY encounter_id) - 1 AS earlier "
        f"FROM {TABLE} ORDER BY patient_nbr, encounter_id"
    )
    for name in ("encounter_id", "patient_nbr"):
        if frame[name].isna().any():
            raise InputError(
                f"a value of {name!r} in every row", "rows without", "Fetch the file again."
            )
    if frame["encounter_id"].duplicated().any():
        twice = frame.loc[frame["encounter_id"].duplicated(), "encounter_id"].iloc[0]
        raise InputError(
            "one row an encounter", f"encounter_id {twice} more than once", "Remove the repeats."
        )
    strange = set(frame["readmitted"].dropna().unique()) - set(_READMITTED)
    if strange:
        raise InputError(
            "NO, <30 or >30 in column 'readmitted'",
            ", ".join(repr(s) for s in sorted(strange)[:5]),
            "Use the column as it was released.",
        )
    return frame.assign(row=np.arange(len(frame)))


def _choose(encounters: pd.DataFrame, options: Options) -> tuple[pd.DataFrame, Flow]:
    patient = "patient_nbr"
    flow = Flow("Encounters", len(encounters), int(encounters[patient].nunique()))
    kept = flow.keep(
        encounters,
        ~encounters["discharge_disposition_id"].isin(known.DEATH_OR_HOSPICE),
        label="Discharged alive, not to a hospice",
        why="Died or went to a hospice: cannot be readmitted",
        patient=patient,
    )
    if options.sequence == "patient":
        ticket = np.random.default_rng(options.seed).random(len(kept))
        drawn = pd.Series(ticket, index=kept.index).groupby(kept[patient]).idxmin()
        kept = flow.keep(
            kept,
            kept.index.to_series().isin(drawn),
            label="One encounter of each patient",
            why="Another encounter of the patient was drawn",
            patient=patient,
        )
    return kept, flow


def _table(samples: pd.DataFrame) -> pd.DataFrame:
    payer = samples["payer_code"]
    insurance = payer.map(known.PAYERS).where(payer.isna() | payer.isin(known.PAYERS), "Other")
    return pd.DataFrame({
        "sample_id": samples["encounter_id"].astype(str),
        "patient_id": samples["patient_nbr"].astype(str),
        "race": as_attribute(samples["race"].replace(known.RACES)),
        "gender": as_attribute(samples["gender"], order=("Female", "Male")),
        "age": as_attribute(samples["age"].map(_BAND_NAMES), order=tuple(_BAND_NAMES.values())),
        "insurance": as_attribute(insurance, order=known.INSURANCES),
        "payer_code": payer.astype("object"),
        "readmitted_30d": samples["readmitted"].map(_READMITTED).astype(np.float64),
    })  # fmt: skip


def _static(samples: pd.DataFrame) -> pd.DataFrame:
    numbers = {n: samples[n].to_numpy(dtype=np.float64, na_value=np.nan) for n in known.NUMBERS}
    named = {
        "admission_type": samples["admission_type_id"].map(known.ADMISSION_TYPES),
        "admission_source": samples["admission_source_id"].map(known.ADMISSION_SOURCES),
        "discharge_disposition": samples["discharge_disposition_id"].map(known.DISPOSITIONS),
        "medical_specialty": samples["medical_specialty"],
    }
    return pd.DataFrame({
        "age_years": samples["age"].map(_AGES).to_numpy(dtype=np.float64),
        **numbers,
        **{name: pd.Categorical(column) for name, column in named.items()},
    })  # fmt: skip


def _code(column: str, value: str) -> str | None:
    """Name the code that a cell stands for; None where it stands for none."""
    if column in known.LABS:
        return None if value == "None" else f"lab:{known.LABS[column]}:{value.lower()}"
    if column in known.DRUGS:
        return None if value == "No" else f"drug:{column}:{value.lower()}"
    if column in _ANY_DRUG:
        word, name = _ANY_DRUG[column]
        return name if value == word else None
    category = value.strip().upper().split(".")[0]
    # Categories below 100 lost their leading zeros in the release: 8 is 008, 38 is 038.
    return f"icd9:{category.zfill(3) if category.isdigit() else category}" if category else None


def _codes(tables: RawTables, encounters: pd.DataFrame) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """Return (one multi-hot row an encounter, in the order of ``encounters``; code names)."""
    columns = (*_DIAGNOSES, *known.LABS, *known.DRUGS, *_ANY_DRUG)
    quoted = ", ".join(f'"{c}"' for c in columns)
    tables.offer("places", encounters[["encounter_id", "row"]])
    tables.run(
        f"CREATE TEMP TABLE cells AS UNPIVOT (SELECT p.row, {quoted} FROM {TABLE} "  # noqa: S608
        f"JOIN places p USING (encounter_id)) ON {quoted} INTO NAME field VALUE cell"
    )
    pairs = tables.frame("SELECT DISTINCT field, cell FROM cells")
    named = [(f, c, _code(f, c)) for f, c in zip(pairs["field"], pairs["cell"], strict=True)]
    kept = [(f, c, name) for f, c, name in named if name is not None]
    tables.offer("dictionary", pd.DataFrame(kept, columns=["field", "cell", "name"], dtype=str))
    return indicators(
        tables, "SELECT row, name FROM cells JOIN dictionary USING (field, cell)",
        rows=len(encounters),
    )  # fmt: skip


def _visits(samples: pd.DataFrame, codes: sparse.csr_array, vocabulary: tuple[str, ...]) -> Codes:
    """Give each sample its patient's encounters up to its own; those left out count as history."""
    own: NDArray[np.int64] = samples["row"].to_numpy(dtype=np.int64)
    counts: NDArray[np.int64] = samples["earlier"].to_numpy(dtype=np.int64) + 1
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    before = np.arange(starts[-1]) - np.repeat(starts[1:] - 1, counts)
    rows = np.repeat(own, counts) + before
    return Codes(sparse.csr_array(codes[rows]), starts, vocabulary)


SOURCE = Source(
    name="diabetes130",
    title="Diabetes 130-US hospitals, 1999-2008",
    what=(
        "101,766 inpatient encounters of 71,518 patients with diabetes. Predicts readmission "
        "within 30 days; has race, gender, age and insurance."
    ),
    tables=Tables((TABLE,)),
    licence="CC BY 4.0",
    citation=(
        "Strack B, DeShazo JP, Gennings C, et al. Impact of HbA1c measurement on hospital "
        "readmission rates. BioMed Research International 2014:781670. doi:10.24432/C5230J"
    ),
    build=build,
    options=Options,
)
