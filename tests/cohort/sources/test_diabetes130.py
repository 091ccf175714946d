"""Diabetes 130-US: counts of the release, every trap of its layout, and bad input."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.cohort import Cohort
from fairfuse_core.cohort.sources import diabetes130
from fairfuse_core.cohort.sources.diabetes130_codes import DRUGS, PAYERS
from fairfuse_core.errors import ConfigError, InputError
from tests.cohort.real import real_folder

PLAIN = {
    "encounter_id": 1, "patient_nbr": 10, "race": "Caucasian", "gender": "Female",
    "age": "[70-80)", "weight": "?", "admission_type_id": 1, "discharge_disposition_id": 1,
    "admission_source_id": 7, "time_in_hospital": 3, "payer_code": "MC",
    "medical_specialty": "Cardiology", "num_lab_procedures": 41, "num_procedures": 0,
    "num_medications": 8, "number_outpatient": 0, "number_emergency": 1, "number_inpatient": 2,
    "diag_1": "428", "diag_2": "?", "diag_3": "?", "number_diagnoses": 5,
    "max_glu_serum": "None", "A1Cresult": "None", **dict.fromkeys(DRUGS, "No"),
    "change": "No", "diabetesMed": "No", "readmitted": "NO",
}  # fmt: skip


def write(folder: Path, *rows: dict, name: str = "diabetic_data.csv", drop: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    columns = [c for c in PLAIN if c != drop]
    opened = gzip.open if name.endswith(".gz") else open
    with opened(folder / name, "wt", newline="") as stream:
        out = csv.DictWriter(stream, columns, extrasaction="ignore")
        out.writeheader()
        out.writerows({**PLAIN, **row} for row in rows)
    return folder


def visits(cohort: Cohort, sample: str) -> list[set[str]]:
    """The codes of a sample, a set a visit."""
    codes = cohort.modalities["codes"]
    (at,) = np.flatnonzero(cohort.table["sample_id"] == sample)
    rows = codes.matrix[codes.starts[at] : codes.starts[at + 1]].toarray()
    return [{codes.vocabulary[j] for j in np.flatnonzero(row)} for row in rows]


@pytest.fixture(scope="module")
def real():
    return diabetes130.build(real_folder("diabetes130"))


def test_counts_before_and_after_the_exclusions(real):
    whole, kept = real.flow
    assert (whole.samples, whole.patients) == (101_766, 71_518)
    assert (kept.samples, kept.excluded) == (99_343, 2_423)
    assert len(real) == kept.samples
    assert real.table["patient_id"].nunique() == kept.patients


def test_counts_agree_with_a_plain_reading(real):
    path = real_folder("diabetes130") / "diabetic_data.csv.gz"
    raw = pd.read_csv(path, keep_default_na=False, dtype=str)
    assert (raw["readmitted"] == "<30").sum() == 11_357
    raw = raw[~raw["discharge_disposition_id"].isin(["11", "13", "14", "19", "20", "21"])]
    raw = raw.set_index("encounter_id").loc[real.table["sample_id"]]
    assert (real.table["readmitted_30d"].to_numpy() == (raw["readmitted"] == "<30")).all()
    assert real.labels("readmission_30d").sum() == (raw["readmitted"] == "<30").sum()
    race = raw["race"].replace({"?": "Unknown", "AfricanAmerican": "African American"})
    assert (real.table["race"].astype(str).to_numpy() == race).all()
    gender = raw["gender"].replace({"Unknown/Invalid": "Unknown"})
    assert (real.table["gender"].astype(str).to_numpy() == gender).all()
    assert (real.table["gender"] == "Unknown").sum() == 3
    assert (real.table["insurance"] == "Unknown").sum() == (raw["payer_code"] == "?").sum()
    static = real.modalities["static"].frame
    assert (static["number_inpatient"].to_numpy() == raw["number_inpatient"].astype(int)).all()


def test_every_code_agrees_with_a_plain_reading(real):
    path = real_folder("diabetes130") / "diabetic_data.csv.gz"
    raw = pd.read_csv(path, keep_default_na=False, dtype=str).set_index("encounter_id")
    codes = real.modalities["codes"]
    own = codes.matrix[codes.starts[1:] - 1]
    raw = raw.loc[real.table["sample_id"]]

    def count(name: str) -> int:
        return int(own[:, [codes.vocabulary.index(name)]].sum())

    heart = raw[["diag_1", "diag_2", "diag_3"]].apply(lambda d: d.str.split(".").str[0] == "428")
    assert count("icd9:428") == heart.any(axis=1).sum()
    assert count("drug:insulin:up") == (raw["insulin"] == "Up").sum()
    assert count("lab:HbA1c:>8") == (raw["A1Cresult"] == ">8").sum()
    measured = [n for n in codes.vocabulary if n.startswith("lab:glucose")]
    assert sum(map(count, measured)) == (raw["max_glu_serum"] != "None").sum()


def test_the_order_of_encounters_is_nearly_that_of_time():
    path = real_folder("diabetes130") / "diabetic_data.csv.gz"
    raw = pd.read_csv(path, usecols=["encounter_id", "patient_nbr", "discharge_disposition_id"])
    last = raw.groupby("patient_nbr")["encounter_id"].transform("max") == raw["encounter_id"]
    died = raw["discharge_disposition_id"] == 11
    assert (~last & died).sum() / died.sum() < 0.01
    assert (~last).mean() > 0.25  # by chance this many deaths would come before another encounter


def test_one_sample_a_patient_is_not_chosen_by_the_outcome(real):
    folder = real_folder("diabetes130")
    drawn = diabetes130.build(folder, options=diabetes130.Options(sequence="patient"))
    assert len(drawn) == drawn.table["patient_id"].nunique() == 69_990
    by_patient = real.table.groupby("patient_id")["readmitted_30d"].mean().mean()
    assert drawn.table["readmitted_30d"].mean() == pytest.approx(by_patient, abs=0.003)


def test_cells_that_mean_missing_are_missing(tmp_path):
    folder = write(tmp_path, {
        "race": "?", "gender": "Unknown/Invalid", "payer_code": "?", "medical_specialty": "?",
        "admission_type_id": 6, "admission_source_id": 17, "discharge_disposition_id": 18,
        "age": "?", "readmitted": "?",
    })  # fmt: skip
    made = diabetes130.build(folder)
    assert [made.table[a].iloc[0] for a in made.attributes] == ["Unknown"] * 4
    assert np.isnan(made.labels("readmission_30d")[0])
    static = made.modalities["static"].frame.iloc[0]
    assert static[["age_years", "admission_type", "admission_source"]].isna().all()
    assert static[["discharge_disposition", "medical_specialty"]].isna().all()
    assert static["num_lab_procedures"] == 41
    assert visits(made, "1") == [{"icd9:428"}]


def test_a_test_not_done_is_no_result_and_a_normal_one_is(tmp_path):
    folder = write(tmp_path, {"max_glu_serum": "None", "A1Cresult": "Norm"})
    assert visits(diabetes130.build(folder), "1") == [{"icd9:428", "lab:HbA1c:norm"}]


def test_diagnoses_are_cut_at_the_point_and_keep_their_zeros(tmp_path):
    folder = write(tmp_path, {"diag_1": "250.83", "diag_2": "8", "diag_3": "V45"})
    assert visits(diabetes130.build(folder), "1") == [{"icd9:250", "icd9:008", "icd9:V45"}]


def test_drugs_carry_the_direction_of_their_dose(tmp_path):
    row = {"insulin": "Up", "metformin": "Steady", "glyburide-metformin": "Down", "change": "Ch"}
    folder = write(tmp_path, {**row, "diabetesMed": "Yes", "diag_1": "?"})
    assert visits(diabetes130.build(folder), "1") == [{
        "drug:insulin:up", "drug:metformin:steady", "drug:glyburide-metformin:down",
        "drug:any:changed", "drug:any:given",
    }]  # fmt: skip


def test_visits_are_the_earlier_encounters_and_the_own_one_last(tmp_path):
    # Ids must be ordered as numbers: as texts "1000" would come before "9".
    folder = write(
        tmp_path,
        {"encounter_id": 1000, "diag_1": "401"},
        {"encounter_id": 9, "diag_1": "250", "discharge_disposition_id": 13},
        {"encounter_id": 30, "diag_1": "428"},
        {"encounter_id": 20, "diag_1": "038", "patient_nbr": 11},
    )
    made = diabetes130.build(folder)
    assert sorted(made.table["sample_id"]) == ["1000", "20", "30"]
    # The stay that ended in a hospice is no sample, and is history.
    assert visits(made, "30") == [{"icd9:250"}, {"icd9:428"}]
    assert visits(made, "1000") == [{"icd9:250"}, {"icd9:428"}, {"icd9:401"}]
    assert visits(made, "20") == [{"icd9:038"}]


@pytest.mark.parametrize("disposition", [11, 13, 14, 19, 20, 21])
def test_the_dead_and_those_in_a_hospice_are_left_out(tmp_path, disposition):
    rows = ({"discharge_disposition_id": disposition}, {"encounter_id": 2, "patient_nbr": 11})
    made = diabetes130.build(write(tmp_path, *rows))
    assert list(made.table["sample_id"]) == ["2"]
    assert made.flow[-1].excluded == 1
    assert made.flow[-1].patients == 1


def test_only_readmission_within_30_days_counts(tmp_path):
    rows = [{"encounter_id": i, "readmitted": r} for i, r in enumerate(["<30", ">30", "NO"])]
    made = diabetes130.build(write(tmp_path, *rows))
    assert dict(zip(made.table["sample_id"], made.labels("readmission_30d"), strict=True)) == {
        "0": 1, "1": 0, "2": 0,
    }  # fmt: skip


def test_payers_without_a_settled_meaning_are_other(tmp_path):
    payers = [*PAYERS, "CM", "DM", "XX"]
    rows = [{"encounter_id": i, "payer_code": p} for i, p in enumerate(payers)]
    made = diabetes130.build(write(tmp_path, *rows))
    by_payer = dict(zip(made.table["payer_code"], made.table["insurance"], strict=True))
    assert {p: by_payer[p] for p in PAYERS} == PAYERS
    assert {by_payer[p] for p in ("CM", "DM", "XX")} == {"Other"}


def test_an_encounter_without_any_code_is_a_visit_without_codes(tmp_path):
    assert visits(diabetes130.build(write(tmp_path, {"diag_1": "?"})), "1") == [set()]


def test_the_seed_decides_which_encounter_stands_for_a_patient(tmp_path):
    folder = write(tmp_path, *({"encounter_id": i} for i in range(40)))
    chosen = [
        diabetes130.build(folder, options=diabetes130.Options("patient", seed=s))
        .table["sample_id"].item()
        for s in (1, 1, 2, 3, 4)
    ]  # fmt: skip
    assert chosen[0] == chosen[1]
    assert len(set(chosen)) > 1


def test_plain_and_packed_files_make_the_same_cohort(tmp_path):
    rows = [{"encounter_id": i, "patient_nbr": i // 2} for i in range(6)]
    plain = diabetes130.build(write(tmp_path / "a", *rows, name="Diabetic_Data.CSV"))
    packed = diabetes130.build(write(tmp_path / "b", *rows, name="diabetic_data.csv.gz"))
    assert plain.fingerprint == packed.fingerprint
    saved = Cohort.open(plain.save(tmp_path / "c"))
    assert saved.fingerprint == plain.fingerprint


def test_progress_runs_from_nothing_to_all(tmp_path):
    told = []
    diabetes130.build(write(tmp_path, {}), progress=lambda share, _: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match=r"diabetic_data\.csv"):
        diabetes130.build(tmp_path)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(InputError, match="'payer_code'"):
        diabetes130.build(write(tmp_path, {}, drop="payer_code"))


def test_a_table_without_rows_is_refused(tmp_path):
    with pytest.raises(InputError, match="only a header"):
        diabetes130.build(write(tmp_path))


def test_a_file_cut_off_is_refused(tmp_path):
    folder = write(
        tmp_path, *({"encounter_id": i} for i in range(500)), name="diabetic_data.csv.gz"
    )
    path = folder / "diabetic_data.csv.gz"
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(InputError, match="fetch it again"):
        diabetes130.build(folder)


def test_a_count_that_is_no_number_is_named(tmp_path):
    with pytest.raises(InputError, match="num_procedures"):
        diabetes130.build(write(tmp_path, {"num_procedures": "many"}))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"readmitted": "yes"}], "'yes'"),
        ([{}, {}], "encounter_id 1 more than once"),
        ([{"patient_nbr": "?"}], "patient_nbr"),
    ],
)
def test_rows_that_cannot_be_right_are_refused(tmp_path, rows, words):
    with pytest.raises(InputError, match=words):
        diabetes130.build(write(tmp_path, *rows))


def test_an_unknown_sequence_is_refused():
    with pytest.raises(ConfigError, match="'visit'"):
        diabetes130.Options(sequence="visit")
