"""From a population to a `Cohort`: its table, tasks and modalities."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pandas as pd

from fairfuse_core.cohort.cohort import PATIENT, SAMPLE, Cohort
from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.modalities import Modality
from fairfuse_core.cohort.simulate.codes import codes
from fairfuse_core.cohort.simulate.demographics import columns
from fairfuse_core.cohort.simulate.embolism import TYPES, embolism_type, published_split
from fairfuse_core.cohort.simulate.image import images
from fairfuse_core.cohort.simulate.model import Population
from fairfuse_core.cohort.simulate.notes import notes
from fairfuse_core.cohort.simulate.phenotypes import (
    LOS_CLASSES,
    PHENOTYPES,
    phenotypes,
    stay_class,
    stay_days,
)
from fairfuse_core.cohort.simulate.series import series
from fairfuse_core.cohort.simulate.static import static
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.errors import ConfigError

MODALITIES = ("codes", "timeseries", "image", "notes", "static")
_MAKERS: dict[str, Callable[[Population, Path | None], Modality]] = {
    "codes": lambda population, folder: codes(population),
    "timeseries": series,
    "image": images,
    "notes": lambda population, folder: notes(population),
    "static": lambda population, folder: static(population),
}
_NAMES = {
    "icu": ("in_hospital_mortality", "Death before hospital discharge, as recorded."),
    "pe": ("pulmonary_embolism", "Any pulmonary embolism on this CT scan, as recorded."),
}


def task_name(setting: str) -> str:
    """Return the name of a setting's main task, which is also its label column."""
    return _NAMES[setting][0]


def assemble(
    population: Population,
    *,
    name: str,
    modalities: Collection[str] = MODALITIES,
    folder: Path | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Cohort:
    """Make the cohort of a population, with the modalities that are asked for.

    Raises
    ------
    ConfigError
        If there is no such modality.
    """
    for one in modalities:
        if one not in _MAKERS:
            raise ConfigError(f"modalities among {', '.join(_MAKERS)}", repr(one), "Check it.")
    made: dict[str, Modality] = {}
    for k, one in enumerate(m for m in MODALITIES if m in modalities):
        if progress is not None:
            progress(k / len(modalities), f"Drawing {one}")
        made[one] = _MAKERS[one](population, folder)
    table, tasks = _table(population)
    if progress is not None:
        progress(1.0, "Done")
    setting = population.dials.setting
    return Cohort(
        name=name,
        table=table,
        attributes=tuple(a.name for a in population.dials.attributes),
        tasks=tasks,
        modalities=made,
        flow=(Step("Simulated", len(table), int(table[PATIENT].nunique())),),
        source={
            "source": "simulate", "setting": setting, "seed": population.seed,
            "n": len(population), "dials": population.dials.to_dict(),
        },
    )  # fmt: skip


def _table(population: Population) -> tuple[pd.DataFrame, tuple[Task, ...]]:
    label, about = _NAMES[population.dials.setting]
    table = pd.DataFrame({
        SAMPLE: [f"s{i}" for i in range(len(population))],
        PATIENT: [f"p{p}" for p in population.patient],
        **{
            name: values.remove_unused_categories()
            for name, values in columns(population.dials.attributes, population.groups).items()
        },
        label: population.recorded.astype(np.float64),
    })  # fmt: skip
    main = Task(label, "binary", (label,), about=about)
    if population.dials.setting == "pe":
        kind = embolism_type(population)
        table["embolism_type"] = kind
        table["published_split"] = published_split(population, kind)
        words = "Where the largest clot lies; none without embolism."
        return table, (main, Task("embolism_type", "multiclass", ("embolism_type",), TYPES, words))
    return _icu_columns(population, table, main)


def _icu_columns(
    population: Population, table: pd.DataFrame, main: Task
) -> tuple[pd.DataFrame, tuple[Task, ...]]:
    names = tuple(name for name, _, _ in PHENOTYPES)
    found = pd.DataFrame(phenotypes(population).astype(np.float64), columns=list(names))
    days = stay_days(population)
    stay = pd.DataFrame({"stay_days": days, "stay_class": stay_class(days)})
    return pd.concat([table, found, stay], axis=1), (
        main,
        Task("phenotypes", "multilabel", names, about="Conditions recorded at discharge."),
        Task("length_of_stay", "multiclass", ("stay_class",), LOS_CLASSES, "Days, in classes."),
        Task("stay_days", "regression", ("stay_days",), about="Days from admission to discharge."),
    )
