"""MIMIC-IV's tables: which columns are read, and where the folder may hold them."""

from __future__ import annotations

from pathlib import Path

from fairfuse_core.cohort.sources.reading import RawTables, find_table
from fairfuse_core.errors import InputError

_WHO = {"subject_id": "BIGINT", "hadm_id": "BIGINT"}
_WHEN = {"charttime": "TIMESTAMP", "storetime": "TIMESTAMP"}

COLUMNS: dict[str, dict[str, str]] = {
    # No date of death (dod) here: it holds deaths after discharge too, and labels nothing.
    "hosp/patients": {
        "subject_id": "BIGINT", "gender": "VARCHAR", "anchor_age": "INTEGER",
        "anchor_year": "INTEGER",
    },
    "hosp/admissions": {
        **_WHO, "admittime": "TIMESTAMP", "dischtime": "TIMESTAMP", "deathtime": "TIMESTAMP",
        "admission_type": "VARCHAR", "insurance": "VARCHAR", "language": "VARCHAR",
        "race": "VARCHAR", "edregtime": "TIMESTAMP", "hospital_expire_flag": "INTEGER",
    },
    "hosp/diagnoses_icd": {**_WHO, "icd_code": "VARCHAR", "icd_version": "INTEGER"},
    "icu/icustays": {
        **_WHO, "stay_id": "BIGINT", "first_careunit": "VARCHAR", "intime": "TIMESTAMP",
        "outtime": "TIMESTAMP",
    },
    "hosp/labevents": {
        "labevent_id": "BIGINT", "subject_id": "BIGINT", "itemid": "INTEGER", **_WHEN,
        "valuenum": "DOUBLE",
    },
    "hosp/d_labitems": {"itemid": "INTEGER", "label": "VARCHAR", "fluid": "VARCHAR"},
    "icu/chartevents": {
        "subject_id": "BIGINT", **_WHEN, "itemid": "INTEGER", "value": "VARCHAR",
        "valuenum": "DOUBLE",
    },
    "icu/outputevents": {
        "subject_id": "BIGINT", **_WHEN, "itemid": "INTEGER", "value": "DOUBLE",
    },
    "note/radiology": {**_WHO, "note_id": "VARCHAR", **_WHEN, "text": "VARCHAR"},
}  # fmt: skip
"""Columns and SQL types of each table, by its name in the release."""

REQUIRED = ("hosp/patients", "hosp/admissions", "hosp/diagnoses_icd", "icu/icustays")
CXR = "mimic-cxr-2.0.0-metadata"
OPTIONAL = (
    "hosp/labevents", "hosp/d_labitems", "icu/chartevents", "icu/outputevents",
    "note/radiology", CXR,
)  # fmt: skip
_CXR_COLUMNS = {
    "dicom_id": "VARCHAR", "subject_id": "BIGINT", "study_id": "BIGINT",
    "viewposition": "VARCHAR", "studydate": "VARCHAR", "studytime": "VARCHAR",
}  # fmt: skip
_CXR_FOLDERS = ("", "cxr", "mimic-cxr-jpg", "mimic-cxr")


def offer(raw: RawTables, name: str, *, optional: bool = False) -> bool:
    """Make a table readable in SQL under the last part of its name; return whether it is there.

    The folder may have the release's sub-folders (``hosp``, ``icu``, ``note``) or be flat.
    """
    flat = name.rpartition("/")[2]
    place = flat if not raw.has(name) and raw.has(flat) else name
    return raw.table(place, COLUMNS[name], optional=optional, may_be_empty=optional, alias=flat)


def offer_images(raw: RawTables) -> Path | None:
    """Make MIMIC-CXR-JPG's metadata readable as ``cxr``; return its folder, None without one."""
    for place in _CXR_FOLDERS:
        name = f"{place}/{CXR}" if place else CXR
        found = find_table(raw.folder, name)
        if found is not None:
            raw.table(name, _CXR_COLUMNS, alias="cxr", may_be_empty=True)
            return found.parent
    return None


def check_flag(raw: RawTables) -> None:
    """Raise InputError unless ``hospital_expire_flag`` is 0, 1 or missing."""
    odd = raw.rows(
        "SELECT hospital_expire_flag FROM admissions "
        "WHERE hospital_expire_flag NOT IN (0, 1) LIMIT 1"
    )
    if odd:
        raise InputError(
            "0 or 1 in column 'hospital_expire_flag' of admissions", str(odd[0][0]),
            "Use the official release's table.",
        )  # fmt: skip
