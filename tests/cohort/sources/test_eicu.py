"""eICU: every trap of its tables, in a folder made by hand, and the demo's own numbers."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.cohort import Cohort
from fairfuse_core.cohort.sources.eicu import EicuOptions, apache_predictions, build
from fairfuse_core.errors import ConfigError, InputError
from tests.cohort.sources import eicu_folder as made

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made.write(tmp_path_factory.mktemp("eicu"))


@pytest.fixture(scope="module")
def cohort(folder):
    return build(folder)


def of(cohort, stay):
    return int(np.flatnonzero(cohort.table["sample_id"] == str(stay))[0])


def codes_of(cohort, stay):
    codes = cohort.modalities["codes"]
    row = codes.pooled()[[of(cohort, stay)]].toarray()[0]
    return {codes.vocabulary[j] for j in np.flatnonzero(row)}


def measures_of(cohort, stay):
    codes = cohort.modalities["codes"].take(np.array([of(cohort, stay)]))
    row = codes.measures[codes.visit_rows()].tocoo()
    return {codes.measure_names[j]: float(v) for j, v in zip(row.coords[1], row.data, strict=True)}


def test_labels_are_died_lived_or_missing(cohort):
    table = cohort.table.set_index("sample_id")
    assert table["hospital_death"].fillna(-1).tolist() == [0, 0, 1, 0, -1, 1]
    assert table["unit_death"].tolist() == [0, 0, 0, 0, 0, 1]


def test_length_of_stay_is_unknown_where_the_stay_ended_before_the_prediction(cohort):
    days = cohort.labels("length_of_stay")
    np.testing.assert_allclose(
        days, [np.nan, 2.0, 14.0, 4319 / 1440, 5000 / 1440, np.nan], equal_nan=True
    )


def test_length_of_stay_classes_hold_their_lower_edge(cohort):
    assert cohort.table["los_class"].astype(object).where(
        cohort.table["los_class"].notna(), None
    ).tolist() == [None, "2-3 d", "14+ d", "2-3 d", "3-4 d", None]


def test_attributes_have_unknown_as_a_group(cohort):
    table = cohort.table
    assert table["gender"].tolist() == ["Male"] * 3 + ["Female", "Unknown", "Female"]
    assert table["age_group"].tolist() == ["19-74"] * 3 + ["75+", "Unknown", "<= 18"]
    assert table["age_decade"].tolist() == ["70-79"] * 3 + ["90+", "Unknown", "< 20"]
    assert table["region"].tolist() == ["South"] * 2 + ["Unknown"] * 2 + ["West", "South"]
    assert table["bed_size"].tolist()[3:5] == [">= 500", "Unknown"]


@pytest.mark.parametrize(("yes", "no"), [("t", "f"), ("TRUE", "FALSE"), ("True", "False")])
def test_teaching_status_is_understood_in_every_spelling(tmp_path, yes, no):
    hospital = made.HOSPITAL | {"teachingstatus": [no, yes, ""]}
    found = build(made.write(tmp_path, hospital=hospital)).table["teaching_status"]
    assert found.tolist() == ["Non-teaching"] * 2 + ["Teaching"] * 2 + ["Unknown", "Non-teaching"]


def test_codes_are_cut_at_the_point_paired_and_known_before_the_window_ends(cohort):
    assert codes_of(cohort, 11) == {"ICD9:401", "ICD10:I10", "ICD9:276", "ICD10:E87"}
    assert codes_of(cohort, 13) == {"ICD9:V62"}
    assert codes_of(cohort, 14) == {"ICD9-procedure:31", "ICD9:E980"}


def test_codes_of_the_whole_stay_are_there_only_when_asked_for(folder):
    whole = build(folder, options=EicuOptions(scope="stay"))
    assert {"ICD9:427", "ICD10:I46"} <= codes_of(whole, 11)
    assert "no prediction" in whole.task("hospital_mortality").about
    assert measures_of(whole, 13)["lactate"] == pytest.approx(11 / 3)


def test_a_stay_without_codes_or_labs_has_no_codes(cohort):
    have = cohort.availability()["codes"]
    assert [bool(have[of(cohort, s)]) for s in (11, 12, 13, 14, 15, 16)] == [
        True, False, True, True, False, False,
    ]  # fmt: skip


def test_labs_are_means_of_what_was_known_in_time(cohort):
    assert measures_of(cohort, 11) == {"sodium": 140.0}
    # The second lactate was drawn in time and revised later, the third was drawn too late.
    assert measures_of(cohort, 13) == {"lactate": 2.0}


def test_fio2_is_in_percent_however_it_is_written(cohort):
    assert measures_of(cohort, 14) == {"FiO2": pytest.approx(50.0)}


def test_labs_may_be_the_last_value(folder):
    last = build(folder, options=EicuOptions(labs="last"))
    assert measures_of(last, 11) == {"sodium": 150.0}


def value(cohort, stay, hour, channel):
    series = cohort.modalities["timeseries"]
    values, seen = series.load(np.array([of(cohort, stay)]))
    at = series.channels.index(channel)
    return float(values[0, hour, at]) if seen[0, hour, at] else None


def test_series_are_hourly_means_from_admission_to_the_window_end(cohort):
    series = cohort.modalities["timeseries"]
    assert series.values.shape == (6, 24, 47)
    assert value(cohort, 11, 0, "hr") == 85.0
    assert value(cohort, 11, 0, "na") == 145.0
    assert value(cohort, 11, 1, "sbp") == 130.0  # invasive 120, cuff 140
    assert value(cohort, 11, 0, "temp") == pytest.approx(37.0)  # 98.6 degrees Fahrenheit
    assert value(cohort, 11, 2, "hr") is None
    # Before admission and from hour 24 on there is nothing.
    assert value(cohort, 13, 23, "hr") is None
    assert value(cohort, 13, 0, "hr") is None


def test_a_longer_window_sees_more(folder):
    longer = build(folder, options=EicuOptions(hours=48))
    assert longer.modalities["timeseries"].values.shape[1] == 48
    assert value(longer, 13, 24, "hr") == 71.0
    assert "ICD9:995" in codes_of(longer, 13)
    assert np.isnan(longer.labels("length_of_stay")[of(longer, 11)])


def test_apache_variables_have_minus_one_as_missing_and_no_outcome_among_them(cohort):
    frame = cohort.modalities["static"].frame
    assert not {"diedinhospital", "dischargelocation", "var03hspxlos"} & set(frame)
    assert frame.loc[of(cohort, 13), made.APS_NAMES].isna().all()
    assert frame.loc[of(cohort, 11), made.APS_NAMES].tolist() == list(range(24))
    assert frame["admitdiagnosis"].isna().tolist() == [False] + [True] * 5
    assert frame["age"].fillna(-1).tolist() == [70, 70, 71, 90, -1, 18]
    # Hospital admission after unit admission is an error of the record.
    assert np.isnan(frame.loc[of(cohort, 14), "hours_before_unit"])


def test_short_stays_are_left_out_and_counted(folder):
    longer = build(folder, options=EicuOptions(min_hours=48))
    assert longer.table["sample_id"].tolist() == ["12", "13", "14", "15"]
    assert [(s.samples, s.excluded) for s in longer.flow] == [(6, 0), (4, 2)]


def test_a_patient_is_a_sequence_of_stays_in_order(folder):
    people = build(folder, options=EicuOptions(sequence="patient"))
    assert people.table["patient_id"].tolist() == ["a", "b", "c", "d"]
    # Patient a: first stay 11 (9000 minutes after admission) follows 12 (60 minutes).
    assert people.table["sample_id"].tolist()[0] == "13"
    codes = people.modalities["codes"].take(np.array([0]))
    assert codes.visit_counts.tolist() == [2]  # stay 12 has nothing recorded
    visits, _ = codes.visits()
    names = [
        {codes.vocabulary[j] for j in visits[[i]].indices if visits[[i]].nnz} for i in range(2)
    ]
    assert names[0] == {"ICD9:401", "ICD10:I10", "ICD9:276", "ICD10:E87"}
    assert names[1] == {"ICD9:V62"}
    assert people.flow[-1].to_dict()["excluded"] == 2
    assert value(people, 13, 0, "hr") is None


def test_a_hospital_stay_the_patient_died_in_is_the_last(tmp_path):
    patient = made.PATIENT | {
        "patienthealthsystemstayid": [9, 9, 2, 3, 4, 5], "age": ["71"] * 6,
        "hospitaldischargeyear": [2015] * 6,
    }  # fmt: skip
    people = build(made.write(tmp_path, patient=patient), options=EicuOptions(sequence="patient"))
    assert people.table["sample_id"].tolist()[0] == "13"


def test_apache_predictions_are_of_one_version_and_without_minus_one(folder):
    found = apache_predictions(folder)
    assert len(found) == 4
    assert sorted(found.score) == [0.0, 0.015, 0.25, 0.5]
    assert int(found.y_true.sum()) == 2
    assert len(np.unique(found.patient)) == 3
    assert found.model.levels == ("APACHE IVa",)


def test_apache_predictions_say_when_there_are_none(folder):
    with pytest.raises(InputError, match="APACHE IVb"):
        apache_predictions(folder, version="IVb")


def test_without_hourly_tables_the_substitute_is_used_and_named(tmp_path):
    made.write(tmp_path, without=("lab", "vitalPeriodic"))
    yaib(tmp_path)
    found = build(tmp_path)
    assert found.source["series_from"] == "yaib"
    assert found.source["labs_from"] == "yaib_hourly/los_dyn"
    assert value(found, 11, 1, "na") == 141.0
    assert value(found, 11, 23, "hr") == 80.0
    assert measures_of(found, 11) == {"na": 141.0}
    assert build(tmp_path, options=EicuOptions(hours=48)).modalities["timeseries"].values.shape == (
        6, 48, 48,
    )  # fmt: skip


def yaib(folder):
    from fairfuse_core.cohort.sources.eicu.channels import YAIB_CHANNELS

    frame = pd.DataFrame({"stay_id": [11, 11, 11], "time": [3600, 23 * 3600, 24 * 3600]})
    frame = frame.assign(**dict.fromkeys(YAIB_CHANNELS, np.nan))
    frame["na"], frame["hr"] = [141.0, np.nan, 150.0], [np.nan, 80.0, 99.0]
    (folder / "yaib_hourly").mkdir()
    frame.to_parquet(folder / "yaib_hourly" / "los_dyn.parquet")


def test_without_any_hourly_table_there_is_no_series(tmp_path):
    made.write(tmp_path, without=("lab", "vitalPeriodic", "vitalAperiodic"))
    found = build(tmp_path)
    assert "timeseries" not in found.modalities
    assert found.modalities["codes"].measures is None
    with pytest.raises(InputError, match="vitalPeriodic"):
        build(tmp_path, options=EicuOptions(series="raw"))


def test_it_can_be_saved_and_opened_again(cohort, tmp_path):
    again = Cohort.open(cohort.save(tmp_path / "c"))
    assert again.fingerprint == cohort.fingerprint
    assert again.source == cohort.source


@pytest.mark.parametrize("name", ["patient", "hospital", "diagnosis"])
def test_a_missing_table_is_named(tmp_path, name):
    made.write(tmp_path, without=(name,))
    with pytest.raises(InputError, match=f"table '{name}'"):
        build(tmp_path)


def test_a_renamed_column_is_named(tmp_path):
    patient = {k if k != "uniquepid" else "pid": v for k, v in made.PATIENT.items()}
    with pytest.raises(InputError, match="'uniquepid' in patient"):
        build(made.write(tmp_path, patient=patient))


def test_words_among_numbers_are_named(tmp_path):
    lab = made.LAB | {"labresult": [130, 140, "high", 2, 0, 9, 0.4, 60]}
    with pytest.raises(InputError, match="'high' in line 4"):
        build(made.write(tmp_path, lab=lab))


def test_a_patient_table_of_headers_alone_is_refused(tmp_path):
    with pytest.raises(InputError, match="only a header"):
        build(made.write(tmp_path, patient={k: [] for k in made.PATIENT}))


def test_two_apache_rows_of_one_stay_are_refused(tmp_path):
    twice = made.APS | {"patientunitstayid": [11, 11]}
    with pytest.raises(InputError, match="one row a unit stay in apacheApsVar"):
        build(made.write(tmp_path, apacheApsVar=twice))


@pytest.mark.parametrize(
    "wrong", [{"hours": 12}, {"scope": "all"}, {"min_hours": -1}, {"sequence": "visit"}]
)
def test_impossible_options_are_refused(wrong):
    with pytest.raises(ConfigError):
        EicuOptions(**wrong)


def test_progress_goes_from_nothing_to_all(folder):
    seen = []
    build(folder, progress=lambda share, words: seen.append(share))
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert seen == sorted(seen)


@pytest.fixture(scope="module")
def demo_folder():
    data = Path(os.environ.get("FAIRFUSE_DATA", ROOT.parent / "shared" / "data"))
    path = data / "eicu-demo-2.0.1"
    if not path.exists():
        words = f"the eICU demo is not at {path}; set FAIRFUSE_DATA to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return path


def test_the_demo_has_the_numbers_its_makers_state(demo_folder):
    demo = build(demo_folder)
    assert (len(demo), demo.table["patient_id"].nunique()) == (2520, 1841)
    assert demo.table["hospital_id"].nunique() == 186
    died = demo.table["hospital_death"]
    assert ((died == 0).sum(), (died == 1).sum(), died.isna().sum()) == (2280, 212, 28)
    assert demo.table["unit_death"].sum() == 126
    assert demo.table["gender"].value_counts().to_dict() == {
        "Male": 1508, "Female": 1008, "Unknown": 4,
    }  # fmt: skip
    assert (demo.table["age_decade"] == "90+").sum() == 98
    assert (demo.table["ethnicity"] == "Unknown").sum() == 39
    assert demo.modalities["timeseries"].available.sum() == 2267
    static = demo.modalities["static"].frame.select_dtypes("number")
    assert not (static == -1).any().any()


def test_the_demo_holds_apache_predictions_of_1683_stays(demo_folder):
    found = apache_predictions(demo_folder)
    assert (len(found), int(found.y_true.sum())) == (1683, 139)
    assert found.score.min() >= 0
    assert found.patient is not None


def test_codes_of_the_demo_end_with_the_window(demo_folder):
    shares = [
        build(demo_folder, options=EicuOptions(scope=s, series="none")).modalities["codes"]
        for s in ("window", "stay")
    ]
    assert shares[0].pooled().nnz < shares[1].pooled().nnz
