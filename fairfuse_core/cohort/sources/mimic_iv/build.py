"""MIMIC-IV from its raw tables into a `Cohort`.

Johnson et al., Scientific Data 2023;10:1; MIMIC-CXR-JPG: Johnson et al., arXiv 1901.07042.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.modalities import Modality, Static
from fairfuse_core.cohort.phenotypes import phenotypes
from fairfuse_core.cohort.sources.base import Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.mimic_iv import tables as known
from fairfuse_core.cohort.sources.mimic_iv.hourly import hourly
from fairfuse_core.cohort.sources.mimic_iv.options import Options
from fairfuse_core.cohort.sources.mimic_iv.people import ATTRIBUTES, people, several_races
from fairfuse_core.cohort.sources.mimic_iv.radiographs import files_of, last_radiographs
from fairfuse_core.cohort.sources.mimic_iv.records import (
    PREFIX,
    codes,
    name_labs,
    phenotype_labels,
)
from fairfuse_core.cohort.sources.mimic_iv.reports import reports
from fairfuse_core.cohort.sources.mimic_iv.stays import LOS_CLASSES, choose
from fairfuse_core.cohort.sources.pictures import load_pictures
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.digest import digest_file

_SERIES_TABLES = ("icu/chartevents", "hosp/labevents", "icu/outputevents")
_SAMPLE = ("row", "sample", "subject_id", "hadm_id", "start", "end", "until", "arrived")


def build(raw: Path, *, options: Options | None = None, progress: Progress | None = None) -> Cohort:
    """Read the folders ``hosp`` and ``icu`` of a release, packed or not, into a cohort.

    Parameters
    ----------
    raw : path
        Folder that holds them; ``note`` and MIMIC-CXR-JPG (its metadata table beside ``files``,
        here or in a sub-folder ``cxr``) are read where they are.
    options : Options, optional
        What a sample is, when it is predicted, which inputs it has.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    Cohort
        Modalities ``codes`` (ICD categories and last laboratory values, a visit an admission),
        ``static``, and where their tables are, ``timeseries``, ``image``, ``notes``. Column
        ``race_recorded`` is the race as MIMIC has it; ``source["notes"]`` says what could not be
        built.

    Raises
    ------
    InputError
        If a table is missing, unreadable, empty, or lacks a column, or nobody is included.
    """
    options, tell = options or Options(), progress or silent
    notes: list[str] = []
    with RawTables(Path(raw)) as found:
        tell(0.0, "choosing samples")
        for name in known.REQUIRED[: 4 if options.unit == "icu" else 3]:
            known.offer(found, name)
        known.check_flag(found)
        samples, flow = choose(found, options)
        found.offer("sample_offered", samples[list(_SAMPLE)])
        found.run("CREATE TEMP TABLE sample AS SELECT * FROM sample_offered")
        tell(0.1, "reading codes and laboratory tests")
        labs = known.offer(found, "hosp/labevents", optional=True)
        if labs:
            dictionary = known.offer(found, "hosp/d_labitems", optional=True)
            name_labs(found, dictionary=dictionary)
        modalities: dict[str, Modality] = {"codes": codes(found, options, labs=labs)}
        marked = phenotype_labels(found, samples)
        tell(0.4, "reading hourly channels")
        flow += _add_series(found, options, samples, modalities, notes)
        tell(0.8, "reading images and reports")
        taken = _add_images(found, options, samples, modalities, notes)
        if known.offer(found, "note/radiology", optional=True):
            modalities["notes"] = reports(found, samples=len(samples))
        files = {p.name: digest_file(p) for p in found.files.values()}
    modalities["static"] = Static(_static(samples))
    if several := several_races(samples):
        notes.append(f"{several} patients are recorded in more than one group of race.")
    made = Cohort(
        name="MIMIC-IV",
        table=_table(samples, marked, taken),
        attributes=ATTRIBUTES,
        tasks=_tasks(options),
        modalities=modalities,
        flow=flow,
        source={
            "source": SOURCE.name, "title": SOURCE.title, "licence": SOURCE.licence,
            "citation": SOURCE.citation, "options": asdict(options), "files": files,
            "notes": notes,
        },
    )  # fmt: skip
    tell(1.0, "done")
    return made


def _add_series(
    raw: RawTables, options: Options, samples: pd.DataFrame, into: dict[str, Modality],
    notes: list[str],
) -> tuple[Step, ...]:  # fmt: skip
    here = tuple(t.rpartition("/")[2] for t in _SERIES_TABLES if known.offer(raw, t, optional=True))
    made, absent = hourly(raw, options, tables=here, samples=len(samples))
    if made is not None:
        into["timeseries"] = made
    if not absent:
        return ()
    lacking = [t.rpartition("/")[2] for t in _SERIES_TABLES if t.rpartition("/")[2] not in here]
    why = f"{', '.join(lacking)} not in the folder: no {', '.join(absent)}"
    notes.append(why + ".")
    built = 0 if made is None else len(made.channels)
    label = f"{built} of {built + len(absent)} hourly channels"
    return (Step(label, len(samples), int(samples["subject_id"].nunique()), 0, why),)


def _add_images(
    raw: RawTables, options: Options, samples: pd.DataFrame, into: dict[str, Modality],
    notes: list[str],
) -> pd.Series | None:  # fmt: skip
    """Add the images; return hours from each sample's start to its own, missing without one."""
    folder = known.offer_images(raw)
    if folder is None:
        return None
    chosen = last_radiographs(raw, options)
    made = load_pictures(
        files_of(chosen, folder, samples=len(samples)),
        size=options.image_size,
        cache=None if options.image_cache is None else Path(options.image_cache),
    )
    into["image"] = made
    if gone := len(chosen) - int(made.available.sum()):
        notes.append(f"{gone} of {len(chosen)} chest X-rays have no file in {folder.name}/files.")
    taken = chosen.set_index("row")["taken"].reindex(samples["row"])
    hours = (taken.reset_index(drop=True) - samples["start"]).dt.total_seconds() / 3600
    return pd.Series(np.where(made.available, hours, np.nan))


def _table(
    samples: pd.DataFrame, marked: dict[str, np.ndarray], taken: pd.Series | None
) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "sample_id": samples["sample"].astype(np.int64).astype(str),
        "patient_id": samples["subject_id"].astype(str),
        "admission_id": samples["hadm_id"].astype(np.int64).astype(str),
        **people(samples),
    }
    for name in ("hospital_mortality", "icu_mortality", "los_days", "los_class"):
        columns[name] = samples[name]
    columns |= marked
    if taken is not None:
        columns["image_hours"] = taken
    return pd.DataFrame(columns)


def _static(samples: pd.DataFrame) -> pd.DataFrame:
    kept: dict[str, Any] = {"age": samples["age"].astype(np.float64)}
    for name in ("admission_type", "first_careunit"):
        if name in samples:
            kept[name] = pd.Categorical(samples[name].astype(object))
    return pd.DataFrame(kept)


def _tasks(options: Options) -> tuple[Task, ...]:
    icu = options.unit == "icu"
    stay = "ICU stay" if icu else "hospital admission"
    every = (
        Task(
            "hospital_mortality", "binary", ("hospital_mortality",),
            about="Died in hospital during this admission (hospital_expire_flag); deaths after "
            "discharge do not count.",
        ),
        Task(
            "icu_mortality", "binary", ("icu_mortality",),
            about="Died between admission to and discharge from the ICU.",
        ),
        Task("los_days", "regression", ("los_days",), about=f"Days of the {stay}."),
        Task(
            "los_class", "multiclass", ("los_class",), LOS_CLASSES,
            about=f"Days of the {stay} in CareBench's seven classes, from two days on.",
        ),
        Task(
            "phenotypes", "multilabel", tuple(PREFIX + p.name for p in phenotypes()),
            about="25 phenotypes by CCS, from the diagnoses coded for this admission.",
        ),
    )  # fmt: skip
    return every if icu else tuple(t for t in every if t.name != "icu_mortality")


SOURCE = Source(
    name="mimic_iv",
    title="MIMIC-IV",
    what="ICU stays (or admissions) at Beth Israel Deaconess Medical Center, Boston, 2008 to 2019 "
    "(later releases: 2022). Predicts death in hospital and in the ICU, length of stay, and 25 "
    "phenotypes; the open demo has 100 patients.",
    tables=Tables(known.REQUIRED, known.OPTIONAL),
    licence="Demo: Open Data Commons Open Database License v1.0. Full release: PhysioNet "
    "Credentialed Health Data License 1.5.0.",
    citation="Johnson AEW, Bulgarelli L, Shen L, et al. MIMIC-IV, a freely accessible electronic "
    "health record dataset. Sci Data 2023;10:1. doi:10.1038/s41597-022-01899-x",
    build=build,
    options=Options,
)
