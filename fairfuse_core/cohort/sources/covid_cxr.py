"""COVID-19 Image Data Collection: chest images out of case reports, with their clinical notes.

Cohen, Morrison, Dao et al., arXiv 2003.11597 and 2006.11988. Case reports, not a cohort: where an
image comes from decides what is known of it and, often, its label. The source is therefore an
attribute that can be audited. Notes tell the course of the illness, outcome included.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairfuse_core.audit.predictions import DEFAULT_AGE
from fairfuse_core.cohort.attributes import as_attribute, binned
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.modalities import Notes, Static
from fairfuse_core.cohort.sources.base import Flow, Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.pictures import inside, load_pictures
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.digest import digest_file
from fairfuse_core.errors import ConfigError, InputError

TABLE, FOLDER, SIZE = "metadata", "images", 224
VIEWS = ("PA", "AP", "AP Supine", "L", "Axial", "Coronal")
NUMBERS = (
    "age", "temperature", "pO2_saturation", "leukocyte_count", "neutrophil_count",
    "lymphocyte_count",
)  # fmt: skip
_TEXTS = (
    "image224", "patientid", "offset", "sex", "finding", "survival", "went_icu", "in_icu", "view",
    "modality", "doi", "url", "license", "clinical_notes", "orig_sha256", "duplicate_image",
)  # fmt: skip
_NOT_STATED = frozenset({"would have been stated", "not visible", "unclear"})
_SOURCES = {"radiopaedia.org": "Radiopaedia", "eurorad.org": "Eurorad"}
_HANNOVER = "github.com/ml-workgroup/"
_CAVEATS = (
    "Case reports, not a cohort: who is reported, and by whom, is a choice.",
    "The source decides the label often: all Hannover images are COVID-19 or no finding.",
    "Clinical notes tell the outcome; a model that reads them predicts nothing.",
    "Images taken in intensive care (in_icu) cannot predict admission to it.",
    "pO2_saturation mixes saturation in % with oxygen pressure in mmHg, as collected.",
    "Most images are licensed for non-commercial use only: see the column license.",
)


@dataclass(frozen=True)
class Options:
    """Which images, and where their pixels go.

    Attributes
    ----------
    views : tuple of str or None
        Views kept; by default frontal X-rays. None: all, lateral X-rays, CT slices and images
        of unstated view included.
    keep_duplicates : bool
        Keep images that are in the collection twice.
    cache : path or None
        Folder for the pixels, memory-mapped from there; None keeps them in memory (50 kB an
        image).
    """

    views: tuple[str, ...] | None = ("PA", "AP", "AP Supine")
    keep_duplicates: bool = False
    cache: Path | None = None

    def __post_init__(self) -> None:
        strange = [v for v in self.views or () if v not in VIEWS]
        if strange or self.views == ():
            raise ConfigError(f"views among {', '.join(VIEWS)}", repr(self.views), "Name these.")


def build(raw: Path, *, options: Options | None = None, progress: Progress | None = None) -> Cohort:
    """Read ``metadata.csv`` and the folder ``images`` beside it into a cohort.

    Parameters
    ----------
    raw : path
        Folder that holds both.
    options : Options, optional
        Which images, and where their pixels go.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    Cohort
        Modalities ``image`` (grey, 224 × 224), ``notes`` and ``static`` (age, vitals and
        laboratory values, mostly missing). Patients whose files are identical are one patient.

    Raises
    ------
    InputError
        If the table is missing, unreadable, empty, lacks a column or holds an unknown answer,
        or an image cannot be read. An image that is not there is not available.
    """
    options, tell = options or Options(), progress or silent
    tell(0.0, "reading case reports")
    with RawTables(Path(raw)) as tables:
        columns = dict.fromkeys((*_TEXTS, *NUMBERS), "VARCHAR")
        tables.table(TABLE, columns, missing=("", "?"))
        images = tables.frame(f"SELECT * FROM {TABLE} ORDER BY image224, patientid")  # noqa: S608
        files = {p.name: digest_file(p) for p in tables.files.values()}
    images, flow = _choose(images, options)
    made = Cohort(
        name="COVID-19 image data collection",
        table=_table(images),
        attributes=("sex", "age", "source"),
        tasks=_TASKS,
        modalities={
            "image": load_pictures(
                _paths(Path(raw), images),
                size=SIZE,
                cache=options.cache,
                progress=lambda share, words: tell(0.1 + 0.9 * share, words),
            ),
            "notes": Notes.of([None if v is None or v != v else v
                               for v in images["clinical_notes"]]),
            "static": Static(pd.DataFrame({n: _numbers(images, n) for n in NUMBERS})),
        },
        flow=tuple(flow.steps),
        source={
            "source": SOURCE.name, "title": SOURCE.title, "licence": SOURCE.licence,
            "citation": SOURCE.citation, "caveats": list(_CAVEATS), "files": files,
            "options": {k: v for k, v in asdict(options).items() if k != "cache"},
        },
    )  # fmt: skip
    tell(1.0, "done")
    return made


_TASKS = (
    Task("icu_admission", "binary", ("went_icu",), about="Admitted to intensive care at any time."),
    Task("death", "binary", ("died",), about="Did not survive, as far as the report follows."),
    Task(
        "covid", "binary", ("covid",),
        about="Finding COVID-19, with or without ARDS, against any other finding or none.",
    ),
)  # fmt: skip


def _choose(images: pd.DataFrame, options: Options) -> tuple[pd.DataFrame, Flow]:
    for name in ("image224", "patientid"):
        if images[name].isna().any():
            raise InputError(
                f"a value of {name!r} in every row of the metadata",
                f"{int(images[name].isna().sum())} rows without",
                "Correct these rows.",
            )
    flow = Flow("Images", len(images), int(images["patientid"].nunique()))
    images = flow.keep(
        images.assign(patientid=_patients(images)),
        pd.Series(True, index=images.index),
        label="Patients known to be the same joined",
        why="Two ids that share an image file are one patient",
        patient="patientid",
    )
    if not options.keep_duplicates:
        flagged = images["duplicate_image"].eq("Y").fillna(False)
        known = images["orig_sha256"].notna()
        order = flagged.astype(int).sort_values(kind="stable").index
        again = images.loc[order, "orig_sha256"].duplicated().reindex(images.index) & known
        images = flow.keep(
            images, ~(flagged | again), label="Images that differ",
            why="The same image is in the collection twice", patient="patientid",
        )  # fmt: skip
    if options.views is not None:
        images = flow.keep(
            images, images["view"].isin(options.views), label=f"Views {', '.join(options.views)}",
            why="Another view, a CT slice, or a view that is not stated", patient="patientid",
        )  # fmt: skip
    return images, flow


def _patients(images: pd.DataFrame) -> list[str]:
    """Patient ids, those that share an identical file replaced by one of them."""
    joined = {p: p for p in images["patientid"]}

    def root(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    for _, group in images.dropna(subset="orig_sha256").groupby("orig_sha256")["patientid"]:
        first, *others = sorted({root(p) for p in group})
        joined.update(dict.fromkeys(others, first))
    return [root(p) for p in images["patientid"]]


def _table(images: pd.DataFrame) -> pd.DataFrame:
    finding = images["finding"].where(images["finding"].ne("todo"))
    covid = finding.str.startswith("COVID-19").astype("float64").where(finding.notna())
    survived = _yes_no(images, "survival")
    return pd.DataFrame({
        "sample_id": images["image224"],
        "patient_id": images["patientid"],
        "sex": as_attribute(images["sex"].replace({"F": "Female", "M": "Male"})),
        "age": binned(pd.Series(_numbers(images, "age")), DEFAULT_AGE),
        "source": as_attribute(
            [_source(u, d) for u, d in zip(images["url"], images["doi"], strict=True)]
        ),
        "view": as_attribute(images["view"], order=VIEWS),
        "imaging": as_attribute(images["modality"]),
        "finding": as_attribute(finding),
        "in_icu": _yes_no(images, "in_icu"),
        "days": _numbers(images, "offset"),
        "license": images["license"], "url": images["url"], "doi": images["doi"],
        "went_icu": _yes_no(images, "went_icu"),
        "died": 1.0 - survived,
        "covid": covid.to_numpy(dtype=np.float64),
    })  # fmt: skip


def _source(url: Any, doi: Any) -> str:
    """Name the collection behind an image; without an address it is unknown."""
    given = [str(v).lower() for v in (url, doi) if isinstance(v, str)]
    if not given:
        return "Unknown"
    text = " ".join(given)
    if _HANNOVER in text:
        return "Hannover"
    return next((name for host, name in _SOURCES.items() if host in text), "Other")


def _yes_no(images: pd.DataFrame, name: str) -> np.ndarray:
    """1 for Y, 0 for N, NaN for what the report leaves open; shape (n,)."""
    texts = images[name].where(~images[name].str.lower().isin(_NOT_STATED))
    strange = sorted(set(texts.dropna()) - {"Y", "N"})
    if strange:
        raise InputError(
            f"Y, N, ? or nothing in column {name!r} of the metadata",
            ", ".join(map(repr, strange[:5])),
            "Use the column as it was collected, or write Y or N.",
        )
    return texts.map({"Y": 1.0, "N": 0.0}).to_numpy(dtype=np.float64)


def _numbers(images: pd.DataFrame, name: str) -> np.ndarray:
    texts = images[name].where(~images[name].str.lower().isin(_NOT_STATED))
    values = pd.to_numeric(texts, errors="coerce")
    wrong = texts[values.isna() & texts.notna()]
    if len(wrong):
        raise InputError(
            f"numbers in column {name!r} of the metadata",
            f"{wrong.iloc[0]!r} for image {images.loc[wrong.index[0], 'image224']!r}",
            "Correct the cell, or leave it empty.",
        )
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _paths(raw: Path, images: pd.DataFrame) -> list[Path | None]:
    folder = next(
        (p for p in sorted(raw.iterdir()) if p.is_dir() and p.name.lower() == FOLDER), None
    )
    if folder is None:
        raise InputError(
            f"a folder {FOLDER!r} beside the metadata", f"none in {raw}", "Fetch the images too."
        )
    return [inside(folder, name) for name in images["image224"]]


SOURCE = Source(
    name="covid_cxr",
    title="COVID-19 image data collection (openly licensed part)",
    what=(
        "Chest X-rays and CT slices from case reports with clinical notes. Predicts ICU "
        "admission, death and COVID-19; has sex, age and where the report was published."
    ),
    tables=Tables((TABLE,)),
    licence="Per image, column license: CC BY, CC BY-SA or CC BY-NC-SA; metadata CC BY-NC-SA 4.0",
    citation=(
        "Cohen JP, Morrison P, Dao L, et al. COVID-19 image data collection: prospective "
        "predictions are the future. arXiv:2006.11988, 2020."
    ),
    build=build,
    options=Options,
)
