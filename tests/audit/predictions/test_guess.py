"""Guessed roles: right on usual headers, silent where only the user can know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.audit.predictions import (
    DEFAULT_AGE,
    build_predictions,
    from_frame,
    guess_roles,
    load,
    read_table,
)
from fairfuse_core.audit.predictions.labels import suggest_map

N = 60
RNG = np.random.default_rng(5)


def frame(**columns: object) -> pd.DataFrame:
    """Return a table with a plain label and score beside the columns given."""
    base = {"y_true": np.arange(N) % 2, "y_score": RNG.random(N)}
    return pd.DataFrame(base | columns)


def test_usual_header() -> None:
    table = frame(
        patient_id=np.arange(N) // 2,
        encounter_id=np.arange(N),
        sex=np.where(np.arange(N) % 3, "F", "M"),
        age=RNG.integers(1, 95, N),
        race=RNG.integers(1, 5, N),
        split=np.where(np.arange(N) < 30, "val", "test"),
        fold=np.arange(N) % 5,
        sample_weight=RNG.random(N),
        creatinine=RNG.random(N) * 3,
        note=[f"free text {at}" for at in range(N)],
    )
    guess = guess_roles(from_frame(table))
    roles = guess.roles
    assert (roles.label, roles.scores) == ("y_true", ("y_score",))
    assert (roles.patient, roles.sample) == ("patient_id", "encounter_id")
    assert (roles.split, roles.fold, roles.weight) == ("split", "fold", "sample_weight")
    assert roles.attributes == ("sex", "age", "race")
    assert roles.bins == {"age": DEFAULT_AGE}
    assert guess.questions == ()
    assert set(guess.reasons) == set(table.columns)
    assert guess.reasons["creatinine"].startswith("left out: a number from")
    assert guess.reasons["note"] == "left out: 60 different texts"
    assert build_predictions(from_frame(table), roles).score_kind == "probability"


@pytest.mark.parametrize(
    "names",
    [
        ("outcome", "risk"),
        ("died", "prob"),
        ("label", "y_pred_proba"),
        ("target", "score"),
        ("Readmitted", "Predicted_Risk"),
    ],
)
def test_other_names_of_label_and_score(names: tuple[str, str]) -> None:
    table = frame().set_axis(list(names), axis=1)
    roles = guess_roles(from_frame(table)).roles
    assert (roles.label, roles.scores) == (names[0], (names[1],))


def test_score_between_zero_and_one_goes_before_a_clinical_score() -> None:
    table = frame(apachescore=RNG.integers(0, 150, N), sofa_score=RNG.integers(0, 20, N))
    assert guess_roles(from_frame(table)).roles.scores == ("y_score",)


def test_several_scores_are_several_models() -> None:
    table = pd.DataFrame(
        {"y": np.arange(N) % 2, "score_ehr": RNG.random(N), "score_ct": RNG.random(N)}
    )
    assert guess_roles(from_frame(table)).roles.scores == ("score_ehr", "score_ct")


def test_score_outside_the_unit_interval_is_still_found() -> None:
    table = pd.DataFrame({"y": np.arange(N) % 2, "logit": RNG.normal(size=N)})
    assert guess_roles(from_frame(table)).roles.scores == ("logit",)


def test_predictions_of_zero_and_one_are_decisions() -> None:
    table = pd.DataFrame({"y_true": np.arange(N) % 2, "y_pred": RNG.integers(0, 2, N)})
    roles = guess_roles(from_frame(table)).roles
    assert (roles.scores, roles.decision) == ((), ("y_pred",))


def test_ages_that_repeat_each_other_are_offered_once() -> None:
    age = RNG.integers(20, 90, N)
    table = frame(age_band=np.where(age < 65, "<65", "65+"), age_num=age, age=age.astype(str))
    guess = guess_roles(from_frame(table))
    assert guess.roles.attributes == ("age",)
    assert guess.reasons["age_num"] == guess.reasons["age_band"] == "left out: repeats 'age'"


def test_age_bands_are_taken_as_they_are() -> None:
    roles = guess_roles(from_frame(frame(age_group=["<65", "65-79", "80+"] * 20))).roles
    assert (roles.attributes, roles.bins) == (("age_group",), {})


@pytest.mark.parametrize(
    ("values", "suggestion"),
    [
        (("Expired", "Alive"), {"Expired": 1, "Alive": 0}),
        (("N", "Y"), {"Y": 1, "N": 0}),
        (("yes", "no"), {"yes": 1, "no": 0}),
        ((">30", "NO"), {">30": 1, "NO": 0}),
        (("3", "7"), {"7": 1, "3": 0}),
        (("-1", "1"), {"1": 1, "-1": 0}),
        (("apples", "pears"), {}),
    ],
)
def test_label_words_are_asked_for_and_never_assumed(
    values: tuple[str, str], suggestion: dict[str, int]
) -> None:
    table = frame(y_true=[values[at % 3 == 0] for at in range(N)])
    guess = guess_roles(from_frame(table))
    assert guess.roles.label == "y_true"
    assert guess.roles.label_map == {}
    (question,) = guess.questions
    assert (question.column, question.role) == ("y_true", "label")
    assert dict(question.values) == {values[1]: 20, values[0]: 40}
    assert dict(question.suggestion) == suggestion
    if suggestion:
        answered = guess.roles.with_(label_map=question.suggestion)
        assert build_predictions(from_frame(table), answered).y_true.sum() in (20, 40)


@pytest.mark.parametrize("values", [("0", "1"), ("TRUE", "FALSE"), ("0.0", "1.0")])
def test_plain_labels_raise_no_question(values: tuple[str, str]) -> None:
    table = frame(y_true=[values[at % 2] for at in range(N)])
    assert guess_roles(from_frame(table)).questions == ()


def test_questions_when_nothing_fits() -> None:
    guess = guess_roles(read_table(b"a,b\nx,u\ny,v\nz,w\n"))
    assert [question.role for question in guess.questions] == ["label", "score"]


def test_unusual_splits_are_asked_for() -> None:
    table = frame(split=["train", "internal"] * 30)
    (question,) = guess_roles(from_frame(table)).questions
    assert (question.role, dict(question.values)) == ("split", {"train": 30, "internal": 30})


def test_long_table_of_models_and_targets() -> None:
    table = frame(model=["a", "b"] * 30, task=["edema"] * 30 + ["nodule"] * 30)
    roles = guess_roles(from_frame(table)).roles
    assert (roles.model, roles.target) == ("model", "task")


def test_one_score_column_per_class() -> None:
    table = pd.DataFrame(
        {
            "label": ["cat", "dog", "eel"] * 20,
            "prob_cat": RNG.random(N),
            "prob_dog": RNG.random(N),
            "prob_eel": RNG.random(N),
        }
    )
    guess = guess_roles(from_frame(table))
    assert guess.roles.class_scores == {"cat": "prob_cat", "dog": "prob_dog", "eel": "prob_eel"}
    assert guess.questions == ()
    assert load(table).target_label == "class"


def test_class_names_in_label_and_decision() -> None:
    table = pd.DataFrame({"y_true": ["a", "b", "c"] * 20, "y_pred": ["a", "b", "b"] * 20})
    guess = guess_roles(from_frame(table))
    assert guess.roles.classes == ("a", "b", "c")
    assert guess.questions == ()
    assert len(load(table)) == 3 * N


def test_suggestion_needs_two_values() -> None:
    assert suggest_map(["a"]) is None
    assert suggest_map(["yes", "no", "maybe"]) is None


def test_header_as_intensive_care_data_have_it() -> None:
    table = pd.DataFrame(
        {
            "patientunitstayid": np.arange(N) + 141_000,
            "apachescore": RNG.integers(10, 150, N),
            "y_score": RNG.random(N),
            "uniquepid": [f"002-{at // 2}" for at in range(N)],
            "hospitalid": RNG.integers(50, 460, N),
            "gender": ["Female", "Male"] * 30,
            "ethnicity": ["Caucasian", "Asian", None] * 20,
            "age": [str(age) if age < 90 else "> 89" for age in RNG.integers(18, 99, N)],
            "hospitaldischargeyear": [2014, 2015] * 30,
            "unitdischargeoffset": RNG.integers(240, 60_000, N),
            "y_true": np.arange(N) % 2,
            "age_num": RNG.integers(18, 90, N),
            "numbedscategory": ["<100", "100 - 249", ">= 500"] * 20,
            "teachingstatus": ["t", "f"] * 30,
        }
    )
    roles = guess_roles(from_frame(table)).roles
    assert (roles.label, roles.scores) == ("y_true", ("y_score",))
    assert (roles.patient, roles.sample) == ("uniquepid", "patientunitstayid")
    assert set(roles.attributes) == {
        "gender",
        "ethnicity",
        "age",
        "numbedscategory",
        "teachingstatus",
    }
    assert roles.bins == {"age": DEFAULT_AGE}
