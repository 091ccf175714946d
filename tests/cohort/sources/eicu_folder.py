"""A small folder in eICU's layout, made by hand; every row stands for one trap."""

import gzip
from pathlib import Path

import pandas as pd

PATIENT = {
    "patientunitstayid": [11, 12, 13, 14, 15, 16],
    "patienthealthsystemstayid": [1, 1, 2, 3, 4, 5],
    "gender": ["Male", "Male", "Male", "Female", "", "Female"],
    "age": ["70", "70", "71", "> 89", "", "18"],
    "ethnicity": ["Caucasian", "Caucasian", "Caucasian", "Asian", "", "Hispanic"],
    "hospitalid": [1, 1, 2, 2, 3, 1],
    "hospitaladmitoffset": [-9000, -60, -30, 500, -1, -120],
    "hospitaldischargeyear": [2014, 2014, 2015, 2015, 2014, 2015],
    "hospitaldischargestatus": ["Alive", "Alive", "Expired", "Alive", "", "Expired"],
    "unitdischargestatus": ["Alive", "Alive", "Alive", "Alive", "Alive", "Expired"],
    "unitdischargeoffset": [1000, 2880, 20160, 4319, 5000, 700],
    "unittype": ["MICU", "MICU", "SICU", "MICU", "CCU", "MICU"],
    "uniquepid": ["a", "a", "a", "b", "c", "d"],
}
HOSPITAL = {
    "hospitalid": [1, 2, 3], "numbedscategory": ["<100", ">= 500", ""],
    "teachingstatus": ["f", "t", "f"], "region": ["South", "", "West"],
}  # fmt: skip
DIAGNOSIS = {
    "diagnosisid": range(1, 9),
    "patientunitstayid": [11, 11, 11, 13, 13, 14, 14, 99],
    "diagnosisoffset": [5, 1439, 1440, -30, 2000, 10, 20, 5],
    "icd9code": [
        "401.9, I10", "276.1, E87.0, E87.1", "427.5, I46.9", "V62.84", "995.92", "", "31.1, E980.2",
        "486",
    ],
}  # fmt: skip
LAB = {
    "patientunitstayid": [11, 11, 11, 13, 13, 13, 14, 14],
    "labresultoffset": [-120, 10, 50, 100, 1430, 1441, 30, 90],
    "labname": ["sodium", "sodium", "sodium", "lactate", "lactate", "lactate", "FiO2", "FiO2"],
    "labresult": [130, 140, 150, 2, 0, 9, 0.4, 60],
    "labresultrevisedoffset": [-100, 12, "", 100, 1500, 1441, 31, 95],
}
PERIODIC = {
    "patientunitstayid": [11, 11, 11, 13, 13],
    "observationoffset": [0, 55, 60, -5, 1440],
    "temperature": [98.6, 37, "", 37, 37], "sao2": [98, "", 95, 90, 90],
    "heartrate": [80, 90, 100, 70, 71], "respiration": ["", "", 20, 12, 12],
    "systemicsystolic": ["", "", 120, 100, 100], "systemicdiastolic": ["", "", 70, 60, 60],
    "systemicmean": ["", "", 80, 70, 70],
}  # fmt: skip
APERIODIC = {
    "patientunitstayid": [11], "observationoffset": [100], "noninvasivesystolic": [140],
    "noninvasivediastolic": [80], "noninvasivemean": [100],
}  # fmt: skip
APS_NAMES = [
    "intubated",
    "vent",
    "dialysis",
    "eyes",
    "motor",
    "verbal",
    "meds",
    "urine",
    "wbc",
    "temperature",
    "respiratoryrate",
    "sodium",
    "heartrate",
    "meanbp",
    "ph",
    "hematocrit",
    "creatinine",
    "albumin",
    "pao2",
    "pco2",
    "bun",
    "glucose",
    "bilirubin",
    "fio2",
]
PRED_NAMES = [
    "admitsource",
    "thrombolytics",
    "diedinhospital",
    "aids",
    "hepaticfailure",
    "lymphoma",
    "metastaticcancer",
    "leukemia",
    "immunosuppression",
    "cirrhosis",
    "electivesurgery",
    "activetx",
    "readmit",
    "ima",
    "midur",
    "ventday1",
    "oobventday1",
    "oobintubday1",
    "diabetes",
    "ejectfx",
    "dischargelocation",
    "amilocation",
    "var03hspxlos",
]
APS = {"patientunitstayid": [13, 11], **{n: [-1, k] for k, n in enumerate(APS_NAMES)}}
PRED = {
    "patientunitstayid": [11, 13], **{n: [1, -1] for n in PRED_NAMES},
    "admitdiagnosis": ["CARDARREST", "-1"],
}  # fmt: skip
RESULT = {
    "patientunitstayid": [11, 11, 12, 13, 14, 14, 16],
    "apacheversion": ["IV", "IVa", "IVa", "IVa", "IV", "IVa", "IVa"],
    "predictedhospitalmortality": ["0.9", "1.5E-2", "-1", "0.5", "0.9", "0", "0.25"],
    "actualhospitalmortality": ["ALIVE", "ALIVE", "ALIVE", "EXPIRED", "ALIVE", "ALIVE", "EXPIRED"],
}
TABLES = {
    "patient": PATIENT, "hospital": HOSPITAL, "diagnosis": DIAGNOSIS, "lab": LAB,
    "vitalPeriodic": PERIODIC, "vitalAperiodic": APERIODIC, "apacheApsVar": APS,
    "apachePredVar": PRED, "apachePatientResult": RESULT,
}  # fmt: skip


def write(folder: Path, *, without: tuple[str, ...] = (), **changed: dict) -> Path:
    """Write the folder: some tables packed, some with names in capitals."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, columns) in enumerate((TABLES | changed).items()):
        if name in without:
            continue
        text = pd.DataFrame(columns).to_csv(index=False).encode()
        if number % 2:
            (folder / f"{name.upper()}.CSV").write_bytes(text)
        else:
            (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text))
    return folder
