"""Unit stays of eICU: who, in which order, with which labels and attributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fairfuse_core.audit.predictions import BinRule, parse_value
from fairfuse_core.cohort.attributes import as_attribute, binned
from fairfuse_core.cohort.cohort import PATIENT, SAMPLE
from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.sources.base import Flow
from fairfuse_core.cohort.sources.eicu.options import EicuOptions
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.cohort.tasks import Task

PATIENT_COLUMNS = {
    "patientunitstayid": "BIGINT", "patienthealthsystemstayid": "BIGINT", "uniquepid": "VARCHAR",
    "gender": "VARCHAR", "age": "VARCHAR", "ethnicity": "VARCHAR", "hospitalid": "BIGINT",
    "hospitaladmitoffset": "DOUBLE", "hospitaldischargeyear": "INTEGER",
    "hospitaldischargestatus": "VARCHAR", "unitdischargestatus": "VARCHAR",
    "unitdischargeoffset": "DOUBLE", "unittype": "VARCHAR",
}  # fmt: skip
HOSPITAL_COLUMNS = {
    "hospitalid": "BIGINT", "numbedscategory": "VARCHAR", "teachingstatus": "VARCHAR",
    "region": "VARCHAR",
}  # fmt: skip
AGE_FAIRPLAY = BinRule((19, 75), ("<= 18", "19-74", "75+"))
"""FairPlay's pediatric (<= 18), adult (18-75) and elderly (75+); ages are whole years."""
AGE_DECADES = BinRule(tuple(range(20, 100, 10)))
BEDS = ("<100", "100 - 249", "250 - 499", ">= 500")
ATTRIBUTES = (
    "gender", "age_group", "age_decade", "ethnicity", "region", "teaching_status", "bed_size",
)  # fmt: skip
LOS_EDGES = (3.0, 4.0, 5.0, 6.0, 7.0, 14.0)
LOS_CLASSES = ("2-3 d", "3-4 d", "4-5 d", "5-6 d", "6-7 d", "7-14 d", "14+ d")
"""CareBench's classes of length of stay: [2, 3), [3, 4), ... [7, 14), [14, inf) days."""
_DIED = {"alive": 0.0, "expired": 1.0}


@dataclass(frozen=True, eq=False)
class Stays:
    """The chosen samples, and the visits they consist of.

    Attributes
    ----------
    table : DataFrame
        One row a sample, with raw columns of the sample's (last) unit stay.
    chosen : DataFrame
        Columns ``stay`` (patientunitstayid), ``visit`` (number of the visit) and ``sample``
        (number of the sample it is the last stay of, missing for earlier ones).
    starts : ndarray of int64, shape (n + 1,)
        Visits of sample i are ``starts[i]`` to ``starts[i + 1] - 1``.
    flow : tuple of Step
        How they were chosen.
    """

    table: pd.DataFrame
    chosen: pd.DataFrame
    starts: np.ndarray
    flow: tuple[Step, ...]


def read_stays(raw: RawTables, options: EicuOptions) -> Stays:
    """Read patient and hospital, choose stays, put each patient's in order."""
    raw.table("patient", PATIENT_COLUMNS)
    raw.table("hospital", HOSPITAL_COLUMNS)
    stays = raw.frame(
        "SELECT * FROM patient LEFT JOIN hospital USING (hospitalid) ORDER BY patientunitstayid"
    )
    flow = Flow("Unit stays", len(stays), int(stays["uniquepid"].nunique()))
    if options.min_hours > 0:
        long = stays["unitdischargeoffset"] >= options.min_hours * 60
        stays = flow.keep(
            stays, long, label=f"Stays of at least {options.min_hours:g} h",
            why="shorter, or end unknown", patient="uniquepid",
        )  # fmt: skip
    if options.sequence == "stay":
        number = np.arange(len(stays))
        chosen = pd.DataFrame(
            {"stay": stays["patientunitstayid"], "visit": number, "sample": number}
        )
        return Stays(stays, chosen, np.arange(len(stays) + 1), tuple(flow.steps))
    return _by_patient(stays, flow)


def _by_patient(stays: pd.DataFrame, flow: Flow) -> Stays:
    """Make one sample a patient.

    eICU tells no dates. Hospital stays follow by discharge year and age; within a year nobody can
    tell, except that a stay the patient died in is the last. Unit stays of one hospital stay
    follow by the minutes since hospital admission.
    """
    ordered = (
        stays.assign(
            age_years=[parse_value(str(a)) for a in stays["age"]],
            last=_death(stays["hospitaldischargestatus"]).fillna(0),
            since=-stays["hospitaladmitoffset"],
        )
        .sort_values(
            ["uniquepid", "hospitaldischargeyear", "age_years", "last",
             "patienthealthsystemstayid", "since", "patientunitstayid"],
            kind="stable",
        )
        .drop(columns=["age_years", "last", "since"])
        .reset_index(drop=True)
    )  # fmt: skip
    final = ~ordered["uniquepid"].duplicated(keep="last")
    ends = np.flatnonzero(final) + 1
    sample = pd.Series(pd.NA, index=ordered.index, dtype="Int64")
    sample[final] = np.arange(len(ends))
    chosen = pd.DataFrame(
        {"stay": ordered["patientunitstayid"], "visit": np.arange(len(ordered)), "sample": sample}
    )
    table = flow.keep(
        ordered, final, label="One sample a patient", patient="uniquepid",
        why="earlier unit stays, which become visits of the patient",
    )  # fmt: skip
    return Stays(table, chosen, np.concatenate([[0], ends]).astype(np.int64), tuple(flow.steps))


def _death(status: pd.Series) -> pd.Series:
    return status.astype("string").str.strip().str.lower().map(_DIED).astype("float64")


def cohort_table(stays: Stays, options: EicuOptions) -> pd.DataFrame:
    """Return the cohort's table: ids, attributes and labels.

    The length of a stay that ended before the prediction time is missing: a model would read it
    off the data that stops. Whether the patient died is kept there; ``min_hours`` leaves such
    stays out altogether.
    """
    raw = stays.table
    days = raw["unitdischargeoffset"].to_numpy(dtype=np.float64, na_value=np.nan) / 1440
    days = np.where(days >= options.hours / 24, days, np.nan)
    code = np.where(days >= 2, np.searchsorted(LOS_EDGES, days, side="right"), -1).astype(np.int8)
    teaching = raw["teachingstatus"].astype("string").str.strip().str.lower().str[:1]
    return pd.DataFrame({
        SAMPLE: raw["patientunitstayid"].astype(str),
        PATIENT: raw["uniquepid"].astype(object),
        "hospital_id": raw["hospitalid"].astype("string").fillna("").astype(object),
        "gender": as_attribute(raw["gender"], order=("Female", "Male")),
        "age_group": binned(raw["age"], AGE_FAIRPLAY),
        "age_decade": binned(raw["age"], AGE_DECADES),
        "ethnicity": as_attribute(raw["ethnicity"]),
        "region": as_attribute(raw["region"]),
        "teaching_status": as_attribute(
            teaching.map({"t": "Teaching", "f": "Non-teaching"}).astype(object)
        ),
        "bed_size": as_attribute(raw["numbedscategory"], order=BEDS),
        "hospital_death": _death(raw["hospitaldischargestatus"]),
        "unit_death": _death(raw["unitdischargestatus"]),
        "los_days": days,
        "los_class": pd.Categorical.from_codes(code, categories=pd.Index(LOS_CLASSES)),
    })  # fmt: skip


def tasks(options: EicuOptions) -> tuple[Task, ...]:
    """Return what can be predicted, each with its window in words."""
    upto = f"predicted {options.hours} h after unit admission"
    if options.scope == "stay":
        upto = "told from codes of the whole stay, which is no prediction"
    if options.min_hours >= options.hours:
        short = f"only stays of {options.min_hours:g} h or more are in the cohort."
    else:
        short = "stays that ended earlier are kept, with what was known until then."
    known = "missing for stays that ended earlier."
    return (
        Task("hospital_mortality", "binary", ("hospital_death",), (),
             f"Died before hospital discharge (hospitaldischargestatus), {upto}; {short}"),
        Task("unit_mortality", "binary", ("unit_death",), (),
             f"Died in the unit (unitdischargestatus), {upto}; {short}"),
        Task("length_of_stay", "regression", ("los_days",), (),
             f"Days from unit admission to unit discharge, {upto}; {known}"),
        Task("length_of_stay_class", "multiclass", ("los_class",), LOS_CLASSES,
             f"Length of unit stays of 2 days or more in CareBench's 7 classes, {upto}; {known}"),
    )  # fmt: skip
