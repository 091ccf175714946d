"""PhysioNet/CinC Challenge 2012: 48 hours of 37 variables of adult ICU stays (MIMIC-II)."""

# ruff: noqa: S608 - the SQL is this module's own

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from fairfuse_core.audit.predictions import DEFAULT_AGE, BinRule
from fairfuse_core.cohort.attributes import as_attribute, binned
from fairfuse_core.cohort.cohort import PATIENT, SAMPLE, Cohort
from fairfuse_core.cohort.modalities import Static
from fairfuse_core.cohort.sources.base import Flow, Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.gather import series
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.errors import ConfigError, InputError

HOURS = 48
CHANNELS = (
    "ALP", "ALT", "AST", "Albumin", "BUN", "Bilirubin", "Cholesterol", "Creatinine", "DiasABP",
    "FiO2", "GCS", "Glucose", "HCO3", "HCT", "HR", "K", "Lactate", "MAP", "MechVent", "Mg",
    "NIDiasABP", "NIMAP", "NISysABP", "Na", "PaCO2", "PaO2", "Platelets", "RespRate", "SaO2",
    "SysABP", "Temp", "TroponinI", "TroponinT", "Urine", "WBC", "Weight", "pH",
)  # fmt: skip
DESCRIPTORS = ("Age", "Gender", "Height", "ICUType", "Weight")
ICU_TYPES = {1: "Coronary", 2: "Cardiac surgery", 3: "Medical", 4: "Surgical"}
AGE_DECADES = BinRule(tuple(range(20, 100, 10)))
ATTRIBUTES = ("gender", "age_group", "age_decade", "icu_type")
PLAUSIBLE: dict[str, tuple[float, float]] = {
    "Temp": (20, 45), "pH": (6, 9), "Height": (100, 250), "Weight": (20, 400),
    "SysABP": (1, 400), "DiasABP": (1, 400), "MAP": (1, 400), "NISysABP": (1, 400),
    "NIDiasABP": (1, 400), "NIMAP": (1, 400),
}  # fmt: skip
"""Limits of what a living adult can have. The release holds temperatures of -17.8 (0 degrees
Fahrenheit), pH of 735 and of 1, pressures and weights of 0, heights of 4 m. Fixed,
never fitted."""
_OUTCOMES = {
    "recordid": "BIGINT", "length_of_stay": "DOUBLE", "in-hospital_death": "DOUBLE",
}  # fmt: skip
_LONG = {"recordid": "BIGINT", "time": "VARCHAR", "parameter": "VARCHAR", "value": "DOUBLE"}
_FILE = {"Time": "VARCHAR", "Parameter": "VARCHAR", "Value": "DOUBLE"}


@dataclass(frozen=True)
class Challenge2012Options:
    """Options of the Challenge 2012 source.

    Attributes
    ----------
    part : {"a", "b", "c"}
        Which set: ``set-a`` and ``Outcomes-a.txt``, and so on.
    plausible : bool
        Treat values outside `PLAUSIBLE` as missing.
    """

    part: Literal["a", "b", "c"] = "a"
    plausible: bool = True

    def __post_init__(self) -> None:
        if self.part not in ("a", "b", "c"):
            raise ConfigError("set a, b or c", repr(self.part), "Choose one of these.")


def build(
    raw: Path | str,
    *,
    options: Challenge2012Options | None = None,
    progress: Progress | None = None,
) -> Cohort:
    """Build a cohort of the Challenge's ICU stays.

    Parameters
    ----------
    raw : path
        Folder with ``Outcomes-a.txt`` and either the official folder ``set-a`` of one file a
        stay or all of them stacked as ``set-a.long.csv`` (RecordID, Time, Parameter, Value).
    options : Challenge2012Options, optional
        Which set, and whether impossible values are dropped.
    progress : callable, optional
        Called with the share done and what is being done.

    Returns
    -------
    Cohort
        ``timeseries``: hourly means (urine: millilitres in the hour), shape (n, 48, 37); a value
        at 48:00 belongs to the last hour. ``static``: age, height and weight at admission, ICU
        type. -1 means missing everywhere.

    Raises
    ------
    InputError
        If a file is missing, empty, changed or unreadable.

    Notes
    -----
    The prediction is made 48 h after ICU admission, as in the Challenge, whose stays all last
    that long. Each record is one patient: the release tells no more. SAPS-I and SOFA stand beside
    the outcomes in the release and are not among the inputs.
    """
    options = options or Challenge2012Options()
    tell = progress or silent
    with RawTables(raw) as tables:
        tell(0.0, "reading measurements")
        _measurements(tables, options)
        tell(0.6, "choosing stays")
        stays, flow = _stays(tables, options)
        tables.offer("chosen", pd.DataFrame({"record": stays["record"], "row": stays.index}))
        tell(0.7, "reading hourly series")
        listed = ", ".join(f"('{name}', {number})" for number, name in enumerate(CHANNELS))
        hourly = series(
            tables,
            f"""SELECT row, step, channel,
                CASE WHEN any_value(name) = 'Urine' THEN sum(value) ELSE avg(value) END AS value
            FROM measured JOIN chosen USING (record)
            JOIN (VALUES {listed}) AS c(name, channel) ON parameter = name
            GROUP BY row, step, channel""",
            samples=len(stays),
            steps=HOURS,
            channels=CHANNELS,
        )
    tell(1.0, "done")
    return Cohort(
        name=f"PhysioNet 2012, set {options.part}",
        table=_table(stays),
        attributes=ATTRIBUTES,
        tasks=_TASKS,
        modalities={"timeseries": hourly, "static": _static(stays)},
        flow=tuple(flow.steps),
        source={
            "source": SOURCE.name, "title": SOURCE.title, "licence": SOURCE.licence,
            "citation": SOURCE.citation, "options": asdict(options),
        },
    )  # fmt: skip


def _measurements(raw: RawTables, options: Challenge2012Options) -> None:
    """Make table ``measured``: record, hour, parameter, value, without what means missing."""
    stacked, folder = f"set-{options.part}.long", f"set-{options.part}"
    if raw.table(stacked, _LONG, alias="long", optional=True):
        origin = "SELECT recordid AS record, time, parameter, value FROM long"
    else:
        found = raw.folder_table(folder, _FILE, alias="files")
        if not found:
            raise InputError(
                f"{stacked}.csv, or the folder {folder} of one file a stay, in {raw.folder}",
                "neither",
                "Name the folder the Challenge's archive was unpacked in.",
            )
        origin = (
            "SELECT regexp_extract(filename, '([0-9]+)[.]txt$', 1)::BIGINT AS record, "
            '"Time" AS time, "Parameter" AS parameter, "Value" AS value FROM files'
        )
    limits = " ".join(
        f"WHEN parameter = '{name}' THEN value BETWEEN {low} AND {high}"
        for name, (low, high) in PLAUSIBLE.items()
    )
    keep = f"CASE {limits} ELSE true END" if options.plausible else "true"
    hour = "split_part(time, ':', 1)::INTEGER"
    raw.run(
        f"""CREATE OR REPLACE TEMP TABLE measured AS
        SELECT record, time = '00:00' AS first,
            CASE WHEN time = '{HOURS}:00' THEN {HOURS - 1} ELSE {hour} END AS step, parameter,
            CASE WHEN value <> -1 AND {keep} THEN value END AS value FROM ({origin})"""
    )


def _stays(raw: RawTables, options: Challenge2012Options) -> tuple[pd.DataFrame, Flow]:
    raw.table(f"Outcomes-{options.part}", _OUTCOMES, alias="outcomes", missing=("", "-1"))
    columns = ", ".join(
        f"max(value) FILTER (parameter = '{name}' AND first) AS {name.lower()}"
        for name in DESCRIPTORS
    )
    stays = raw.frame(
        f"""SELECT record, {columns}, any_value(o.recordid) AS known,
            any_value(o.length_of_stay) AS days, any_value(o."in-hospital_death") AS died
        FROM measured LEFT JOIN outcomes o ON recordid = record GROUP BY record ORDER BY record"""
    )
    flow = Flow("ICU stays", len(stays), len(stays))
    known = stays["known"].notna()
    kept = flow.keep(
        stays, known, label="Stays with a row among the outcomes", patient="record",
        why=f"no row in Outcomes-{options.part}",
    )  # fmt: skip
    if kept.empty:
        raise InputError(
            f"outcomes of the stays of set {options.part}", "of none", "Use files of one set."
        )
    return kept, flow


def _numbers(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _icu_types(stays: pd.DataFrame) -> list[str | None]:
    return [ICU_TYPES.get(int(t)) if t == t else None for t in _numbers(stays["icutype"])]


def _table(stays: pd.DataFrame) -> pd.DataFrame:
    age, died, days = (_numbers(stays[c]) for c in ("age", "died", "days"))
    ids = stays["record"].astype(str)
    return pd.DataFrame({
        SAMPLE: ids,
        PATIENT: ids,
        "gender": as_attribute(
            stays["gender"].map({0.0: "Female", 1.0: "Male"}).astype(object)
        ),
        "age_group": binned(list(age), DEFAULT_AGE),
        "age_decade": binned(list(age), AGE_DECADES),
        "icu_type": as_attribute(_icu_types(stays), order=tuple(ICU_TYPES.values())),
        "hospital_death": np.where(np.isin(died, (0, 1)), died, np.nan),
        "los_days": np.where(days >= HOURS / 24, days, np.nan),
    })  # fmt: skip


def _static(stays: pd.DataFrame) -> Static:
    frame = pd.DataFrame({name: _numbers(stays[name]) for name in ("age", "height", "weight")})
    frame["icu_type"] = pd.Categorical(_icu_types(stays), categories=list(ICU_TYPES.values()))
    return Static(frame)


_TASKS = (
    Task("hospital_mortality", "binary", ("hospital_death",), (),
         "Died before hospital discharge, predicted from the first 48 h after ICU admission."),
    Task("length_of_stay", "regression", ("los_days",), (),
         "Whole days from ICU admission to hospital discharge or death, predicted from the first "
         "48 h; missing where the release says less than 2 days or nothing."),
)  # fmt: skip

SOURCE = Source(
    name="physionet2012",
    title="PhysioNet/Computing in Cardiology Challenge 2012",
    what="Adult ICU stays of at least 48 h (sets of 4,000). In-hospital death and length of stay; "
    "37 variables over 48 h; gender, age and ICU type, no race.",
    tables=Tables(required=("set-a", "Outcomes-a")),
    licence="Open Data Commons Attribution License v1.0",
    citation="Silva I et al. Predicting in-hospital mortality of ICU patients: the "
    "PhysioNet/Computing in Cardiology Challenge 2012. Comput Cardiol 2012;39:245-248.",
    build=build,
    options=Challenge2012Options,
)
