"""The MIMIC-IV demo: 100 real patients."""

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.cohort.sources.mimic_iv import Options, build
from tests.cohort.real import real_folder


@pytest.fixture(scope="module")
def raw():
    return real_folder("mimic-iv-demo-2.2")


@pytest.fixture(scope="module")
def stays(raw):
    return build(raw, options=Options(whole_window=False))


def test_counts_of_the_release(stays):
    first, second = stays.flow[:2]
    assert (first.samples, first.patients) == (275, 100)
    assert (second.samples, second.patients) == (140, 100)
    assert len(stays) == 140


def test_admissions_and_their_attributes(raw):
    every = build(raw, options=Options(unit="admission", whole_window=False)).table
    assert len(every) == 275
    assert every["hospital_mortality"].sum() == 15
    assert every["insurance"].value_counts().to_dict() == {
        "Other": 149, "Medicare": 104, "Medicaid": 22,
    }  # fmt: skip
    assert every["language"].value_counts().to_dict() == {"English": 255, "Unknown": 20}
    assert (every["race_recorded"] == "BLACK/AFRICAN AMERICAN").sum() == 48
    # UNKNOWN 17, UNABLE TO OBTAIN 4, DECLINED 2; WHITE 170 + PORTUGUESE 7 + two other labels 5.
    assert (every["race"] == "Unknown").sum() == 23
    assert (every["race"] == "White").sum() == 182
    people = every.drop_duplicates("patient_id")["gender"].value_counts()
    assert people.to_dict() == {"Male": 57, "Female": 43}


def test_both_icd_versions_are_used(stays):
    words = stays.modalities["codes"].vocabulary
    assert {w.partition(":")[0] for w in words} == {"ICD9", "ICD10"}
    assert {len(w.partition(":")[2]) for w in words if w.startswith("ICD10")} == {3}


def test_death_in_the_icu_against_the_raw_tables(raw, stays):
    admissions = pd.read_csv(raw / "hosp/admissions.csv.gz", parse_dates=["deathtime"])
    beds = pd.read_csv(raw / "icu/icustays.csv.gz", parse_dates=["intime", "outtime"])
    both = beds.merge(admissions[["hadm_id", "deathtime"]], on="hadm_id")
    died = both[(both["deathtime"] >= both["intime"]) & (both["deathtime"] <= both["outtime"])]
    found = stays.table.loc[stays.table["icu_mortality"] == 1, "sample_id"]
    assert set(found) == set(died["stay_id"].astype(str))
    days = dict(zip(beds["stay_id"].astype(str), beds["los"], strict=True))
    want = stays.table["sample_id"].map(days).to_numpy()
    np.testing.assert_allclose(stays.table["los_days"].to_numpy(), want, atol=1e-6)


def test_hourly_creatinine_against_the_raw_tables(raw, stays):
    times = ["charttime", "storetime"]
    kept = ["subject_id", "itemid", "valuenum", *times]
    labs = pd.read_csv(raw / "hosp/labevents.csv.gz", parse_dates=times, usecols=kept)
    beds = pd.read_csv(raw / "icu/icustays.csv.gz", parse_dates=["intime", "outtime"])
    deaths = pd.read_csv(raw / "hosp/admissions.csv.gz", parse_dates=["deathtime"])
    beds = beds.merge(deaths[["hadm_id", "deathtime"]], on="hadm_id")
    ends = pd.concat([beds["outtime"], beds["deathtime"],
                      beds["intime"] + pd.Timedelta(hours=48)], axis=1)  # fmt: skip
    beds["until"] = ends.min(axis=1)
    both = labs[labs["itemid"] == 50912].dropna(subset="valuenum").merge(beds, on="subject_id")
    known = both["storetime"].fillna(both["charttime"]) <= both["until"]
    both = both[(both["charttime"] >= both["intime"]) & (both["charttime"] < both["until"]) & known]
    series = stays.modalities["timeseries"]
    _, seen = series.load()
    hour = ((both["charttime"] - both["intime"]).dt.total_seconds() // 3600).astype(int)
    cells = set(zip(both["stay_id"].astype(str), hour, strict=True))
    rows, hours = np.nonzero(seen[:, :, series.channels.index("creatinine")])
    assert cells == {
        (stays.table["sample_id"][r], int(h)) for r, h in zip(rows, hours, strict=True)
    }
    assert len(cells) > 300


def test_channels_of_the_missing_table_are_named(stays):
    assert "heart_rate" in stays.flow[-1].why
    assert stays.modalities["timeseries"].channels[-1] == "urine_output"
