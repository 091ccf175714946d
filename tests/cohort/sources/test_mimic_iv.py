"""MIMIC-IV: every trap of its tables, in a folder made by hand."""

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.cohort import Cohort
from fairfuse_core.cohort.sources.mimic_iv import Options, build
from fairfuse_core.cohort.sources.mimic_iv.people import race_group
from fairfuse_core.cohort.sources.mimic_iv.stays import label
from fairfuse_core.errors import ConfigError, InputError
from tests.cohort.sources import mimic_folder as made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made.write(tmp_path_factory.mktemp("mimic"))


@pytest.fixture(scope="module")
def cohort(folder):
    return build(folder)


@pytest.fixture(scope="module")
def charted(tmp_path_factory):
    folder = made.write(tmp_path_factory.mktemp("charted"))
    made.write_charts(folder)
    return build(folder)


def of(cohort, sample):
    return int(np.flatnonzero(cohort.table["sample_id"] == str(sample))[0])


def row(cohort, sample):
    return cohort.table.iloc[of(cohort, sample)]


def visits_of(cohort, sample):
    """Return a set of codes and a dict of measures for each visit of a sample."""
    codes = cohort.modalities["codes"].take(np.array([of(cohort, sample)]))
    out = []
    for visit in codes.visit_rows():
        named = {codes.vocabulary[j] for j in codes.matrix[[visit]].tocoo().col}
        values = codes.measures[[visit]].tocoo()
        out.append((named, {codes.measure_names[j]: v for j, v in
                            zip(values.col, values.data.tolist(), strict=True)}))  # fmt: skip
    return out


def hourly(cohort, sample, channel):
    """Return {hour: value} of what was observed."""
    series = cohort.modalities["timeseries"]
    values, seen = series.load(np.array([of(cohort, sample)]))
    at = series.channels.index(channel)
    return {int(t): float(values[0, t, at]) for t in np.flatnonzero(seen[0, :, at])}


def test_flow_counts_who_was_left_out(cohort):
    steps = [(s.samples, s.patients, s.excluded) for s in cohort.flow[:5]]
    assert steps == [(5, 3, 0), (5, 3, 2), (5, 3, 0), (4, 2, 1), (3, 2, 1)]
    assert list(cohort.table["sample_id"]) == ["1", "2", "3"]


def test_death_in_hospital_is_the_admissions_own_and_not_a_later_one(cohort):
    assert row(cohort, 1)["hospital_mortality"] == 1
    assert row(cohort, 3)["hospital_mortality"] == 0  # dod a month later


def test_death_in_the_icu_is_within_the_stay(cohort):
    assert row(cohort, 1)["icu_mortality"] == 0
    assert row(cohort, 2)["icu_mortality"] == 1  # 20 h after the discharge's bare date


def test_death_in_the_icu_is_unknown_without_a_time_of_death(tmp_path):
    folder = made.write(tmp_path)
    made.table(folder, "hosp/admissions", made.ADMISSIONS | {"deathtime": [""] * 5})
    found = build(folder)
    assert np.isnan(row(found, 1)["icu_mortality"])
    assert row(found, 3)["icu_mortality"] == 0


def test_who_dies_within_the_window_is_not_predicted(tmp_path):
    folder = made.write(tmp_path)
    early = list(made.ADMISSIONS["deathtime"])
    early[1] = "2152-03-03 11:00:00"  # an hour before the prediction, days before outtime
    made.table(folder, "hosp/admissions", made.ADMISSIONS | {"deathtime": early})
    assert "1" not in set(build(folder).table["sample_id"])


def test_length_of_stay_in_days_and_classes(cohort):
    assert row(cohort, 1)["los_days"] == 4.0
    assert row(cohort, 1)["los_class"] == "4 to < 5 d"  # edges belong to the upper class
    assert row(cohort, 3)["los_class"] == "2 to < 3 d"


def test_a_stay_under_two_days_has_no_class():
    when = pd.Timestamp("2150-01-01")
    one = pd.DataFrame({
        "start": [when], "end": [when + pd.Timedelta(hours=47)], "deathtime": [pd.NaT],
        "hospital_expire_flag": [0],
    })  # fmt: skip
    assert label(one)["los_class"].isna().all()


def test_age_moves_on_from_the_anchor_year_and_over_89_stays_so(cohort):
    assert row(cohort, 1)["age"] == "60-79"  # 70 in 2150, 72 in 2152
    static = cohort.modalities["static"].frame["age"]
    assert static[of(cohort, 1)] == 72
    assert static[of(cohort, 3)] == 91  # recorded as 91 in 2160
    assert row(cohort, 3)["age_decade"] == "90+"


def test_race_is_that_of_the_admission_with_the_record_kept(cohort):
    assert row(cohort, 1)["race"] == "Unknown"
    assert row(cohort, 1)["race_recorded"] == "UNABLE TO OBTAIN"
    assert row(cohort, 3)["race"] == "White"  # Portuguese
    assert row(cohort, 3)["language"] == "Unknown"  # "?"


def test_patients_of_several_races_are_reported(folder):
    every = build(folder, options=Options(unit="admission"))
    assert "2 patients are recorded in more than one group of race." in every.source["notes"]


@pytest.mark.parametrize(
    ("raw", "group"),
    [
        ("BLACK/AFRICAN AMERICAN", "Black"), ("WHITE - BRAZILIAN", "White"),
        ("HISPANIC/LATINO - CUBAN", "Hispanic"), ("HISPANIC OR LATINO", "Hispanic"),
        ("SOUTH AMERICAN", "Hispanic"), ("ASIAN - CHINESE", "Asian"),
        ("AMERICAN INDIAN/ALASKA NATIVE", "Other"), ("MULTIPLE RACE/ETHNICITY", "Other"),
        ("PATIENT DECLINED TO ANSWER", "Unknown"), ("UNKNOWN", "Unknown"), (None, "Unknown"),
    ],
)  # fmt: skip
def test_race_groups(raw, group):
    assert race_group(raw) == group


def test_both_icd_versions_are_cut_and_never_mixed_up(cohort):
    (before, _), (own, _) = visits_of(cohort, 1)
    assert before == {"ICD9:E878", "ICD9:428"}
    assert own == set()  # coded after discharge


def test_codes_of_the_own_admission_only_on_request(folder):
    leaky = build(folder, options=Options(current_codes=True))
    assert visits_of(leaky, 1)[-1][0] == {"ICD10:E87", "ICD10:I50", "ICD10:N17"}


def test_phenotypes_come_from_the_own_admission_in_either_version(cohort):
    def positive(sample):
        return {
            c.removeprefix("phenotype_")
            for c in cohort.task("phenotypes").columns if row(cohort, sample)[c] == 1
        }  # fmt: skip

    assert positive(1) == {
        "fluid_and_electrolyte_disorders", "congestive_heart_failure_nonhypertensive",
        "acute_and_unspecified_renal_failure",
    }  # fmt: skip
    assert positive(3) == {"diabetes_without_complication"}


def test_phenotypes_are_unknown_without_any_diagnosis(folder):
    every = build(folder, options=Options(unit="admission"))
    assert np.isnan(every.labels("phenotypes")[of(every, 111)]).all()
    assert "icu_mortality" not in {t.name for t in every.tasks}


def test_an_unknown_icd_version_is_refused(tmp_path):
    folder = made.write(tmp_path)
    made.table(folder, "hosp/diagnoses_icd", made.DIAGNOSES | {"icd_version": [9] * 6 + [11]})
    with pytest.raises(InputError, match="icd_version"):
        build(folder)


def test_the_last_laboratory_value_known_at_the_prediction_counts(cohort):
    (_, before), (_, own) = visits_of(cohort, 1)
    assert before == {"Lactate (Blood) 50813": 0.0}  # a measured 0 is kept
    assert own == {"Potassium (Blood) 50971": pytest.approx(4.2)}


def test_a_later_stay_of_the_same_admission_knows_what_came_before_it(cohort):
    assert visits_of(cohort, 2)[-1][1] == {"Potassium (Blood) 50971": pytest.approx(8.8)}


def test_an_admission_that_is_not_over_yet_is_not_history(tmp_path):
    folder = made.write(tmp_path)
    ends = list(made.ADMISSIONS["dischtime"])
    ends[0] = "2152-03-01 11:00:00"  # overlaps the next one
    made.table(folder, "hosp/admissions", made.ADMISSIONS | {"dischtime": ends})
    assert len(visits_of(build(folder), 1)) == 1


def test_visits_can_be_limited_to_the_latest(folder):
    assert len(visits_of(build(folder, options=Options(max_visits=1)), 1)) == 1


def test_hours_without_admission_number_implausible_and_late_results(cohort):
    potassium = hourly(cohort, 1, "potassium")
    # Hour 1 holds two tests, one without an admission number; 99 is a slip; the result that came
    # in after the prediction and what was drawn before the ICU are not there.
    assert potassium == {1: 4.5, 37: pytest.approx(4.2)}


def test_charts_are_converted_and_end_before_the_prediction(charted):
    assert hourly(charted, 1, "temperature") == {0: pytest.approx(37.0)}
    assert hourly(charted, 1, "inspired_oxygen") == {0: 50.0, 1: 50.0}
    assert hourly(charted, 1, "rhythm_not_sinus") == {0: 0.0, 2: 1.0}
    assert hourly(charted, 1, "heart_rate") == {47: 78.0}
    assert hourly(charted, 1, "urine_output") == {0: 120.0}  # irrigant is taken off
    assert charted.modalities["timeseries"].values.shape == (3, 48, 28)
    assert charted.source["notes"] == []


def test_channels_without_a_table_are_named(cohort):
    assert "heart_rate" not in cohort.modalities["timeseries"].channels
    said = " ".join(cohort.source["notes"])
    assert "chartevents, outputevents not in the folder" in said
    assert "heart_rate" in said
    assert "urine_output" in said
    assert cohort.flow[-1].label == "11 of 28 hourly channels"


def test_without_labs_and_charts_there_is_no_series(tmp_path):
    folder = made.write(tmp_path)
    (folder / "hosp" / "labevents.csv.gz").unlink()
    found = build(folder)
    assert "timeseries" not in found.modalities
    assert found.modalities["codes"].measures is None


def test_a_flat_folder_in_other_case_is_the_same(folder, cohort, tmp_path):
    for path in folder.rglob("*.csv.gz"):
        (tmp_path / path.name.upper()).write_bytes(path.read_bytes())
    assert build(tmp_path).fingerprint == cohort.fingerprint


def test_save_and_open(cohort, tmp_path):
    assert Cohort.open(cohort.save(tmp_path / "out")).fingerprint == cohort.fingerprint


def test_short_windows_keep_more(folder):
    assert len(build(folder, options=Options(window_hours=6))) == 4
    assert len(build(folder, options=Options(whole_window=False, min_age=0))) == 5


@pytest.mark.parametrize("bad", [{"unit": "ward"}, {"window_hours": 0}, {"image_hours_before": -1}])
def test_impossible_options(bad):
    with pytest.raises(ConfigError):
        Options(**bad)


@pytest.mark.parametrize(
    "name", ["hosp/patients", "hosp/admissions", "hosp/diagnoses_icd", "icu/icustays"]
)
def test_a_missing_table_is_named(name, tmp_path):
    folder = made.write(tmp_path)
    (folder / f"{name}.csv.gz").unlink()
    with pytest.raises(InputError, match=name):
        build(folder)


def test_a_changed_column_is_named(tmp_path):
    folder = made.write(tmp_path)
    made.table(folder, "icu/icustays", {("los" if k == "outtime" else k): v
                                        for k, v in made.STAYS.items()})  # fmt: skip
    with pytest.raises(InputError, match=r"outtime.*icustays"):
        build(folder)


def test_an_empty_table_is_named(tmp_path):
    folder = made.write(tmp_path)
    made.table(folder, "hosp/admissions", {k: [] for k in made.ADMISSIONS})
    with pytest.raises(InputError, match="admissions"):
        build(folder)


def test_a_cut_off_file_is_named(tmp_path):
    folder = made.write(tmp_path)
    path = folder / "hosp" / "labevents.csv.gz"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="labevents"):
        build(folder)


@pytest.mark.parametrize(
    ("name", "columns", "match"),
    [
        ("hosp/admissions", made.ADMISSIONS | {"hospital_expire_flag": [0, 2, 0, 0, 0]}, "expire"),
        ("hosp/patients", made.PATIENTS | {"subject_id": [10000010, 11000011, 9]}, "patients"),
        ("icu/icustays", made.STAYS | {"hadm_id": [101, 101, 110, 110, 999]}, "admission"),
        ("hosp/admissions", made.ADMISSIONS | {"admittime": ["soon"] * 5}, "soon"),
    ],
)
def test_tables_that_do_not_fit_are_refused(name, columns, match, tmp_path):
    folder = made.write(tmp_path)
    made.table(folder, name, columns)
    with pytest.raises(InputError, match=match):
        build(folder)


def test_nobody_left_says_where_they_went(folder):
    with pytest.raises(InputError, match="ICU stays of these admissions: 5"):
        build(folder, options=Options(window_hours=2000))
