"""Challenge 2012: every trap of its files, in a folder made by hand, and set A's own numbers."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from fairfuse_core.cohort import Cohort
from fairfuse_core.cohort.sources.physionet2012 import CHANNELS, Challenge2012Options, build
from fairfuse_core.errors import ConfigError, InputError

ROOT = Path(__file__).parents[3]
OUTCOMES = (
    "RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death\n"
    "1,6,1,5,-1,0\n2,16,8,8,3,1\n3,-1,-1,-1,-1,0\n4,1,1,1,-1,0\n"
)
STAYS = {
    1: "00:00,Age,54\n00:00,Gender,0\n00:00,Height,-1\n00:00,ICUType,4\n00:00,Weight,-1\n"
    "00:07,HR,73\n00:37,HR,75\n01:00,HR,80\n00:07,Urine,100\n00:07,Urine,50\n01:10,Temp,-17.8\n"
    "02:00,pH,735\n02:30,MAP,0\n03:00,Glucose,-1\n48:00,HR,99\n",
    2: "00:00,Age,90\n00:00,Gender,1\n00:00,Height,180\n00:00,ICUType,1\n00:00,Weight,80\n"
    "10:00,Weight,82\n47:59,FiO2,0.5\n",
    3: "00:00,Age,17\n00:00,Gender,-1\n00:00,Height,431.8\n00:00,ICUType,2\n00:00,Weight,70.5\n",
    4: "00:00,Age,65\n00:00,Gender,1\n00:00,Height,170\n00:00,ICUType,3\n00:00,Weight,70\n"
    "05:00,,\n",
    5: "00:00,Age,70\n00:00,Gender,1\n00:00,Height,170\n00:00,ICUType,3\n00:00,Weight,70\n",
}


def stacked(folder, stays=STAYS, outcomes=OUTCOMES):
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{n},{line}\n" for n, text in stays.items() for line in text.splitlines()]
    text = "RecordID,Time,Parameter,Value\n" + "".join(rows)
    (folder / "set-a.long.csv.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "Outcomes-a.txt").write_text(outcomes)
    return folder


def official(folder):
    (folder / "SET-A").mkdir(parents=True)
    for number, text in STAYS.items():
        file = folder / "SET-A" / f"{number}.txt"
        file.write_text(f"Time,Parameter,Value\n00:00,RecordID,{number}\n" + text)
    (folder / "Outcomes-a.txt").write_text(OUTCOMES)
    return folder


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return build(stacked(tmp_path_factory.mktemp("p2012")))


def seen(cohort, row):
    values, observed = cohort.modalities["timeseries"].load(np.array([row]))
    return {
        (int(t), CHANNELS[c]): pytest.approx(float(values[0, t, c]))
        for t, c in zip(*np.nonzero(observed[0]), strict=True)
    }


def test_series_are_hourly_means_and_urine_is_summed(cohort):
    # -1 is missing; so are 0 degrees Fahrenheit, a pH of 735 and a pressure of 0.
    assert seen(cohort, 0) == {
        (0, "HR"): 74.0, (1, "HR"): 80.0, (47, "HR"): 99.0, (0, "Urine"): 150.0,
    }  # fmt: skip
    assert seen(cohort, 1) == {(0, "Weight"): 80, (10, "Weight"): 82, (47, "FiO2"): 0.5}


def test_impossible_values_may_be_kept_but_minus_one_never(tmp_path):
    found = build(stacked(tmp_path), options=Challenge2012Options(plausible=False))
    kept = seen(found, 0)
    assert kept[(1, "Temp")] == -17.8
    assert (2, "pH") in kept
    assert (3, "Glucose") not in kept


def test_descriptors_are_those_at_admission(cohort):
    frame = cohort.modalities["static"].frame
    assert frame["weight"].fillna(0).tolist() == [0, 80, 70.5, 70]
    assert frame["height"].fillna(0).tolist() == [0, 180, 0, 170]
    assert cohort.table["gender"].tolist() == ["Female", "Male", "Unknown", "Male"]
    assert cohort.table["icu_type"].tolist() == [
        "Surgical", "Coronary", "Cardiac surgery", "Medical",
    ]  # fmt: skip
    assert cohort.table["age_group"].tolist() == ["45-64", "80+", "< 18", "65-79"]


def test_outcomes_are_missing_where_the_release_says_so(cohort):
    assert cohort.labels("hospital_mortality").tolist() == [0, 1, 0, 0]
    np.testing.assert_array_equal(cohort.labels("length_of_stay"), [5, 8, np.nan, np.nan])


def test_a_stay_without_measurements_has_no_series(tmp_path):
    bare = "00:00,Age,70\n00:00,Gender,1\n00:00,Height,-1\n00:00,ICUType,3\n00:00,Weight,-1\n"
    found = build(stacked(tmp_path, stays=STAYS | {4: bare}))
    assert found.availability()["timeseries"].tolist() == [True, True, True, False]


def test_a_stay_without_an_outcome_is_left_out_and_counted(cohort):
    assert [(s.samples, s.excluded) for s in cohort.flow] == [(5, 0), (4, 1)]


def test_the_official_folder_of_files_makes_the_same_cohort(cohort, tmp_path):
    assert build(official(tmp_path)).fingerprint == cohort.fingerprint


def test_it_can_be_saved_and_opened_again(cohort, tmp_path):
    assert Cohort.open(cohort.save(tmp_path / "c")).fingerprint == cohort.fingerprint


def test_missing_files_are_named(tmp_path):
    (tmp_path / "Outcomes-a.txt").write_text(OUTCOMES)
    with pytest.raises(InputError, match=r"set-a\.long\.csv, or the folder set-a"):
        build(tmp_path)
    stacked(tmp_path)
    (tmp_path / "Outcomes-a.txt").unlink()
    with pytest.raises(InputError, match="table 'Outcomes-a'"):
        build(tmp_path)


def test_a_changed_header_is_named(tmp_path):
    folder = official(tmp_path)
    (folder / "SET-A" / "1.txt").write_text("Time,Name,Value\n00:00,Age,1\n")
    with pytest.raises(InputError, match=r"'Parameter' in 1\.txt"):
        build(folder)
    with pytest.raises(InputError, match="'in-hospital_death' in Outcomes"):
        build(stacked(tmp_path / "b", outcomes="RecordID,Length_of_stay,Died\n1,2,0\n"))


def test_a_word_among_values_is_refused(tmp_path):
    with pytest.raises(InputError, match="'high'"):
        build(stacked(tmp_path, stays=STAYS | {5: "00:00,Age,70\n01:00,HR,high\n"}))


def test_a_word_in_one_file_of_many_is_named_with_that_file(tmp_path):
    folder = official(tmp_path)
    (folder / "SET-A" / "2.txt").write_text("Time,Parameter,Value\n00:00,Age,old\n")
    with pytest.raises(InputError, match=r"column 'Value' of 2\.txt; found 'old' in line 2"):
        build(folder)


def test_outcomes_of_another_set_are_refused(tmp_path):
    other = OUTCOMES.splitlines()[0] + "\n900,1,1,5,-1,0\n"
    with pytest.raises(InputError, match="of none"):
        build(stacked(tmp_path, outcomes=other))


def test_an_unknown_set_is_refused():
    with pytest.raises(ConfigError, match="set a, b or c"):
        Challenge2012Options(part="z")


@pytest.fixture(scope="module")
def set_a():
    data = Path(os.environ.get("FAIRFUSE_DATA", ROOT.parent / "shared" / "data"))
    path = data / "physionet2012"
    if not path.exists():
        words = f"Challenge 2012 is not at {path}; set FAIRFUSE_DATA to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return build(path)


def test_set_a_has_the_numbers_its_makers_state(set_a):
    assert len(set_a) == 4000
    assert set_a.labels("hospital_mortality").mean() == 0.1385
    assert set_a.modalities["timeseries"].values.shape == (4000, 48, 37)
    assert set_a.table["gender"].value_counts().to_dict() == {
        "Male": 2246, "Female": 1751, "Unknown": 3,
    }  # fmt: skip
    age = set_a.modalities["static"].frame["age"]
    assert (age.min(), age.median(), age.max()) == (15, 67, 90)
    values, observed = set_a.modalities["timeseries"].load()
    assert not (values[observed] == -1).any()
