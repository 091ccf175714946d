"""Samples of MIMIC-IV: who is in, from when to when, and what became of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.sources.base import Flow
from fairfuse_core.cohort.sources.mimic_iv.options import Options
from fairfuse_core.cohort.sources.mimic_iv.people import OLDEST
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError

LOS_EDGES = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 14.0)
LOS_CLASSES = (
    "2 to < 3 d", "3 to < 4 d", "4 to < 5 d", "5 to < 6 d", "6 to < 7 d", "7 to < 14 d",
    "14 d or more",
)  # fmt: skip
"""CareBench's classes of the length of stay; a shorter stay has none."""

_ABOUT = """
    a.subject_id, a.hadm_id, p.gender, p.anchor_age, p.anchor_year, a.race, a.insurance,
    a.language, a.admission_type, a.admittime, a.deathtime, a.hospital_expire_flag,
    least(a.admittime, coalesce(a.edregtime, a.admittime)) AS arrived
"""
_STAYS = f"""
    SELECT i.stay_id AS sample, {_ABOUT}, i.first_careunit, i.intime AS "start", i.outtime AS "end"
    FROM icustays i JOIN admissions a USING (subject_id, hadm_id) JOIN patients p USING (subject_id)
    ORDER BY subject_id, "start", sample
"""  # noqa: S608 - constants
_ADMISSIONS = f"""
    SELECT a.hadm_id AS sample, {_ABOUT}, a.admittime AS "start", a.dischtime AS "end"
    FROM admissions a JOIN patients p USING (subject_id)
    ORDER BY subject_id, "start", sample
"""  # noqa: S608 - constants


def choose(raw: RawTables, options: Options) -> tuple[pd.DataFrame, tuple[Step, ...]]:
    """Return one row a sample, ordered by patient and time, and the flow of the inclusion.

    Besides what was recorded the frame has ``row`` (its number), ``age`` (years), ``until`` (the
    time of prediction) and the labels of `label`.
    """
    icu = options.unit == "icu"
    flow = _everyone(raw, icu)
    found = raw.frame(_STAYS if icu else _ADMISSIONS)
    found["subject_id"] = found["subject_id"].astype(np.int64)
    if icu:
        flow.steps.append(_stays_step(raw, found))
    years = found["admittime"].dt.year - found["anchor_year"] + found["anchor_age"]
    # Whoever is over 89 is recorded as 91; ages that grow past it say no more than that.
    found["age"] = years.astype(np.float64).where(years <= 89, OLDEST).where(years.notna())
    one = "subject_id"
    found = flow.keep(
        found, found["start"].notna() & found["end"].notna() & (found["end"] > found["start"]),
        label="Start and end known", why="no start or end, or the end is not after the start",
        patient=one,
    )  # fmt: skip
    found = flow.keep(
        found, ~(found["age"] < options.min_age), label=f"Aged {options.min_age} or more",
        why=f"younger than {options.min_age}", patient=one,
    )  # fmt: skip
    window = pd.Timedelta(hours=options.window_hours)
    leaves = found[["end", "deathtime"]].min(axis=1)
    found["until"] = pd.concat([found["start"] + window, leaves], axis=1).min(axis=1)
    if options.whole_window:
        found = flow.keep(
            found, leaves >= found["start"] + window,
            label=f"Alive and there {options.window_hours} h after the start",
            why="died or left before the time of prediction", patient=one,
        )  # fmt: skip
    if found.empty:
        raise InputError(
            "at least one sample that meets the inclusion criteria",
            "; ".join(f"{s.label}: {s.samples}" for s in flow.steps),
            "Use a shorter window, or the whole release.",
        )
    found.insert(0, "row", np.arange(len(found)))
    return label(found), tuple(flow.steps)


def _everyone(raw: RawTables, icu: bool) -> Flow:
    n, patients, lost = raw.rows(
        "SELECT count(*), count(DISTINCT subject_id), "
        "count(*) FILTER (subject_id NOT IN (SELECT subject_id FROM patients)) FROM admissions"
    )[0]
    if lost:
        raise InputError(
            "every patient of admissions in table patients", f"{lost} admissions without",
            "Take both tables from the same release.",
        )  # fmt: skip
    return Flow("Hospital admissions", int(n), int(patients))


def _stays_step(raw: RawTables, found: pd.DataFrame) -> Step:
    stays, without = raw.rows(
        "SELECT count(*), (SELECT count(*) FROM admissions "
        "WHERE hadm_id NOT IN (SELECT hadm_id FROM icustays WHERE hadm_id IS NOT NULL)) "
        "FROM icustays"
    )[0]
    if int(stays) != len(found):
        raise InputError(
            "the admission of every ICU stay in table admissions",
            f"{int(stays)} stays, {len(found)} with one admission",
            "Take both tables from the same release.",
        )
    return Step(
        "ICU stays of these admissions", len(found), int(found["subject_id"].nunique()),
        int(without), "admissions without an ICU stay; the others may have several",
    )  # fmt: skip


def label(samples: pd.DataFrame) -> pd.DataFrame:
    """Return samples with columns hospital_mortality, icu_mortality, los_days and los_class.

    Death in hospital is the admission's own flag; a later date of death does not count. Death in
    the ICU is a time of death within the stay; it is unknown if the patient died in hospital at
    no recorded time. Times of death after ``dischtime`` occur, where discharge is a bare date.
    """
    out = samples.copy()
    flag = out["hospital_expire_flag"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    died = out["deathtime"]
    within = ((died >= out["start"]) & (died <= out["end"])).to_numpy(dtype=np.float64)
    unknown = np.isnan(flag) | ((flag == 1) & died.isna().to_numpy())
    days = ((out["end"] - out["start"]).dt.total_seconds() / 86400).to_numpy(dtype=np.float64)
    bins = (np.searchsorted(np.array(LOS_EDGES), days, side="right") - 1).astype(np.int64)
    out["hospital_mortality"] = flag
    out["icu_mortality"] = np.where(unknown, np.nan, within)
    out["los_days"] = days
    out["los_class"] = pd.Categorical.from_codes(bins, categories=pd.Index(LOS_CLASSES))
    return out
