"""A small folder in MIMIC-IV's layout, made by hand; every row stands for one trap."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

PATIENTS = {
    "subject_id": [10000010, 11000011, 12000012], "gender": ["F", "M", "M"],
    "anchor_age": [70, 91, 16], "anchor_year": [2150, 2160, 2170],
    "dod": ["2152-03-10", "2163-06-01", ""],
}  # fmt: skip
ADMISSIONS = {
    "subject_id": [10000010, 10000010, 11000011, 11000011, 12000012],
    "hadm_id": [100, 101, 110, 111, 120],
    "admittime": ["2148-01-01 08:00:00", "2152-03-01 10:00:00", "2163-05-01 05:00:00",
                  "2164-01-01 05:00:00", "2171-01-01 00:00:00"],
    # The patient of 101 died at 20:00 on a day that the discharge has as a bare date.
    "dischtime": ["2148-01-05 09:00:00", "2152-03-10 00:00:00", "2163-05-04 12:00:00",
                  "2164-01-04 05:00:00", "2171-01-09 00:00:00"],
    "deathtime": ["", "2152-03-10 20:00:00", "", "", ""],
    "admission_type": ["URGENT", "URGENT", "EW EMER.", "URGENT", "URGENT"],
    "insurance": ["Medicare", "Medicare", "Other", "Medicaid", "Other"],
    "language": ["ENGLISH", "ENGLISH", "?", "?", "ENGLISH"],
    "race": ["WHITE", "UNABLE TO OBTAIN", "PORTUGUESE", "BLACK/CAPE VERDEAN", "ASIAN"],
    "edregtime": ["", "2152-03-01 06:00:00", "", "", ""],
    "hospital_expire_flag": [0, 1, 0, 0, 0],
}  # fmt: skip
STAYS = {
    "subject_id": [10000010, 10000010, 11000011, 11000011, 12000012],
    "hadm_id": [101, 101, 110, 110, 120],
    "stay_id": [1, 2, 3, 4, 5],
    "first_careunit": ["MICU", "SICU", "CCU", "CCU", "MICU"],
    "intime": ["2152-03-01 12:00:00", "2152-03-08 00:00:00", "2163-05-01 06:00:00",
               "2163-05-03 12:00:00", "2171-01-01 01:00:00"],
    "outtime": ["2152-03-05 12:00:00", "2152-03-10 22:00:00", "2163-05-03 06:00:00",
                "2163-05-04 10:00:00", "2171-01-08 00:00:00"],
}  # fmt: skip
DIAGNOSES = {
    "subject_id": [10000010] * 5 + [11000011, 12000012],
    "hadm_id": [100, 100, 101, 101, 101, 110, 120],
    # E8780 is a mishap of surgery in ICD-9; E878 is an electrolyte disorder in ICD-10.
    "icd_code": ["E8780", "4280", "E878", "I5023", "N179", "25000", "J189"],
    "icd_version": [9, 9, 10, 10, 10, 9, 10],
}  # fmt: skip
LABS = [
    # labevent_id, subject, hadm, itemid, charttime, storetime, valuenum
    (1, 10000010, "", 50971, "2152-03-01 07:00:00", "2152-03-01 08:00:00", 3.0),
    (2, 10000010, 101, 50971, "2152-03-01 13:10:00", "2152-03-01 14:00:00", 4.0),
    (3, 10000010, "", 50971, "2152-03-01 13:50:00", "2152-03-01 14:30:00", 5.0),
    (4, 10000010, 101, 50971, "2152-03-01 15:10:00", "2152-03-01 16:00:00", 99.0),
    (5, 10000010, 101, 50971, "2152-03-03 01:00:00", "", 4.2),
    (6, 10000010, 101, 50971, "2152-03-03 11:30:00", "2152-03-03 12:30:00", 9.9),
    (7, 10000010, 101, 50971, "2152-03-04 01:00:00", "2152-03-04 02:00:00", 8.8),
    (8, 10000010, 100, 50813, "2148-01-02 00:00:00", "2148-01-02 01:00:00", 0.0),
    (9, 10000010, 101, 50912, "2152-03-01 13:00:00", "2152-03-01 14:00:00", ""),
]
CHARTS = [
    (10000010, "2152-03-01 12:00:00", 223761, "98.6", 98.6),
    (10000010, "2152-03-01 12:30:00", 223835, "0.5", 0.5),
    (10000010, "2152-03-01 13:30:00", 223835, "50", 50),
    (10000010, "2152-03-01 12:10:00", 220048, "SR (Sinus Rhythm)", ""),
    (10000010, "2152-03-01 14:10:00", 220048, "AF (Atrial Fibrillation)", ""),
    (10000010, "2152-03-03 12:00:00", 220045, "77", 77),
    (10000010, "2152-03-03 11:59:59", 220045, "78", 78),
]
OUTPUTS = [
    (10000010, "2152-03-01 12:10:00", 226559, 100), (10000010, "2152-03-01 12:40:00", 226560, 50),
    (10000010, "2152-03-01 12:50:00", 227488, 30), (10000010, "2152-03-01 12:55:00", 226588, 900),
]  # fmt: skip
XRAYS = {
    "dicom_id": ["before", "morning", "side", "later", "other"],
    "subject_id": [10000010] * 4 + [11000011],
    "study_id": [50, 51, 52, 53, 60],
    "ViewPosition": ["AP", "AP", "LATERAL", "PA", "AP"],
    "StudyDate": [21520201, 21520302, 21520303, 21520303, 21630502],
    # A number: 93015.5 is half past nine.
    "StudyTime": [93015.5, 93015.5, 80000.0, 120001.0, 3.25],
}
REPORTS = {
    "note_id": ["a", "b", "c", "d"], "subject_id": [10000010] * 4, "hadm_id": [101] * 4,
    "charttime": ["2152-03-02 10:00:00", "2152-03-01 11:00:00", "2152-03-03 11:00:00",
                  "2152-03-04 10:00:00"],
    "storetime": ["2152-03-02 11:00:00", "", "2152-03-03 13:00:00", "2152-03-04 11:00:00"],
    "text": ["second", "first, with\nlines", "not yet stored", "from the future"],
}  # fmt: skip


def write(folder: Path) -> Path:
    """Write hosp and icu, as released."""
    table(folder, "hosp/patients", PATIENTS)
    table(folder, "hosp/admissions", ADMISSIONS)
    table(folder, "hosp/diagnoses_icd", DIAGNOSES)
    table(folder, "icu/icustays", STAYS)
    labs = ("labevent_id", "subject_id", "hadm_id", "itemid", "charttime", "storetime", "valuenum")
    table(folder, "hosp/labevents", dict(zip(labs, zip(*LABS, strict=True), strict=True)))
    table(folder, "hosp/d_labitems", {
        "itemid": [50971, 50813, 50912], "label": ["Potassium", "Lactate", "Creatinine"],
        "fluid": ["Blood"] * 3, "category": ["Chemistry"] * 3,
    })  # fmt: skip
    return folder


def write_charts(folder: Path) -> None:
    """Add chartevents and outputevents, entered when they were measured."""
    who, when, item, value, number = zip(*CHARTS, strict=True)
    table(folder, "icu/chartevents", {
        "subject_id": who, "charttime": when, "storetime": [""] * len(who), "itemid": item,
        "value": value, "valuenum": number,
    })  # fmt: skip
    who, when, item, value = zip(*OUTPUTS, strict=True)
    table(folder, "icu/outputevents", {
        "subject_id": who, "charttime": when, "storetime": when, "itemid": item, "value": value,
    })  # fmt: skip


def write_images(folder: Path) -> None:
    """Add X-rays of one grey each, told apart by it; patient 11's file is not there."""
    table(folder, "mimic-cxr-2.0.0-metadata", XRAYS)
    for grey, (name, study) in enumerate(
        zip(XRAYS["dicom_id"][:4], XRAYS["study_id"], strict=False), start=1
    ):
        path = folder / "files" / "p10" / "p10000010" / f"s{study}" / f"{name}.jpg"
        path.parent.mkdir(parents=True)
        Image.fromarray(np.full((20, 30), 50 * grey, dtype=np.uint8)).save(path)


def table(folder: Path, name: str, columns: dict) -> None:
    """Write one table, packed."""
    path = folder / f"{name}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(pd.DataFrame(columns).to_csv(index=False).encode()))
