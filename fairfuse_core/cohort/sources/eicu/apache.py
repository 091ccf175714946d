"""APACHE in eICU: its variables as static features, its predictions as a table to audit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fairfuse_core.audit.predictions import (
    Predictions,
    Roles,
    build_predictions,
    from_frame,
    parse_value,
)
from fairfuse_core.cohort.modalities import Static
from fairfuse_core.cohort.sources.eicu.options import EicuOptions
from fairfuse_core.cohort.sources.eicu.stays import ATTRIBUTES, Stays, cohort_table, read_stays
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError

APS = (
    "intubated", "vent", "dialysis", "eyes", "motor", "verbal", "meds", "urine", "wbc",
    "temperature", "respiratoryrate", "sodium", "heartrate", "meanbp", "ph", "hematocrit",
    "creatinine", "albumin", "pao2", "pco2", "bun", "glucose", "bilirubin", "fio2",
)  # fmt: skip
"""apacheApsVar: worst values of the first 24 hours."""
PRED = (
    "thrombolytics", "aids", "hepaticfailure", "lymphoma", "metastaticcancer", "leukemia",
    "immunosuppression", "cirrhosis", "electivesurgery", "activetx", "readmit", "ima", "midur",
    "ventday1", "oobventday1", "oobintubday1", "diabetes", "ejectfx",
)  # fmt: skip
PRED_CATEGORIES = ("admitsource", "admitdiagnosis", "amilocation")
"""apachePredVar: what APACHE IV knows at the end of day 1. Its columns diedinhospital,
dischargelocation and var03hspxlos tell the outcome, and are never read."""
RESULT_COLUMNS = {
    "patientunitstayid": "BIGINT", "apacheversion": "VARCHAR",
    "predictedhospitalmortality": "DOUBLE", "actualhospitalmortality": "VARCHAR",
}  # fmt: skip


def read_static(raw: RawTables, stays: Stays) -> Static:
    """Return age, hours in hospital before the unit, unit type and APACHE variables.

    -1 means missing in every APACHE variable and is missing here.
    """
    frame = pd.DataFrame({
        "age": [parse_value(str(a)) for a in stays.table["age"]],
        "hours_before_unit": _hours_before(stays.table["hospitaladmitoffset"]),
        "unit_type": stays.table["unittype"].astype("category"),
    })  # fmt: skip
    order = stays.table["patientunitstayid"]
    for table, numbers, categories in (
        ("apacheApsVar", APS, ()),
        ("apachePredVar", PRED, PRED_CATEGORIES),
    ):
        types = {"patientunitstayid": "BIGINT", **dict.fromkeys(numbers, "DOUBLE")}
        types |= dict.fromkeys(categories, "VARCHAR")
        if not raw.table(table, types, optional=True, may_be_empty=True):
            continue
        rows = raw.frame(
            f"SELECT * FROM {table.lower()} "  # noqa: S608
            "WHERE patientunitstayid IN (SELECT stay FROM chosen)"
        )
        if rows["patientunitstayid"].duplicated().any():
            raise InputError(
                f"one row a unit stay in {table}", "several of one stay", "Fetch it again."
            )
        rows = rows.set_index("patientunitstayid").reindex(order).reset_index(drop=True)
        known = rows[list(numbers)].astype("float64")
        frame = frame.join(known.mask(known == -1))
        for name in categories:
            values = rows[name].astype(object)
            frame[name] = values.where(values.notna() & (values != "-1"), None).astype("category")
    return Static(frame)


def _hours_before(offset: pd.Series) -> np.ndarray:
    hours = -offset.to_numpy(dtype=np.float64, na_value=np.nan) / 60
    # A hospital admission after the unit's is an error of the record.
    return np.where(hours >= 0, np.abs(hours), np.nan)


def apache_predictions(raw: Path | str, *, version: str = "IVa") -> Predictions:
    """Return APACHE's predicted hospital mortality as a table ready to audit.

    Parameters
    ----------
    raw : path
        Folder of eICU's tables.
    version : {"IVa", "IV"}
        Which of the two predictions of each stay.

    Returns
    -------
    Predictions
        One row a stay with a prediction (-1 means none, and is dropped), patients as clusters.

    Raises
    ------
    InputError
        If a table is missing or holds no prediction of this version.
    """
    with RawTables(raw) as tables:
        stays = read_stays(tables, EicuOptions())
        tables.table("apachePatientResult", RESULT_COLUMNS)
        found = tables.frame(
            "SELECT patientunitstayid::VARCHAR AS sample_id, "
            "predictedhospitalmortality AS predicted, "
            "upper(trim(actualhospitalmortality)) AS died FROM apachepatientresult "
            "WHERE trim(apacheversion) = ? AND predictedhospitalmortality >= 0 "
            "AND actualhospitalmortality IS NOT NULL",
            [version],
        )
    if found.empty:
        raise InputError(
            f"predictions of APACHE {version} in apachePatientResult", "none", "Use IVa or IV."
        )
    about = cohort_table(stays, EicuOptions())[["sample_id", "patient_id", *ATTRIBUTES]]
    frame = about.merge(found, on="sample_id", how="inner", validate="one_to_one")
    name = f"APACHE {version}"
    roles = Roles(
        label="died",
        scores=("predicted",),
        attributes=ATTRIBUTES,
        patient="patient_id",
        sample="sample_id",
        label_map={"EXPIRED": 1, "ALIVE": 0},
        model_names={"predicted": name},
    )
    for attribute in ATTRIBUTES:
        frame[attribute] = frame[attribute].astype(str)
    return build_predictions(from_frame(frame, name=f"eICU: {name} hospital mortality"), roles)
