"""Roles and a raw table to `Predictions`: every choice checked on tables small enough to count."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fairfuse_core.audit.predictions import (
    BinRule,
    Predictions,
    Roles,
    build_predictions,
    from_frame,
    read_table,
)
from fairfuse_core.errors import InputError


def build(text: str, **roles: Any) -> Predictions:
    given: dict[str, Any] = {"label": "y", "scores": ("s",), **roles}
    return build_predictions(read_table(text.encode()), Roles(**given))


def column(rows: list[str], name: str = "g") -> str:
    """Return a table whose attribute ``name`` holds ``rows``; labels alternate."""
    lines = [f'{at % 2},0.5,"{value}"' for at, value in enumerate(rows)]
    return "\n".join([f"y,s,{name}", *lines, ""])


def groups(table: Predictions, name: str = "g") -> list[str]:
    factor = table.attribute(name)
    return [factor.levels[code] for code in factor.codes]


def texts(table: Predictions) -> str:
    return " | ".join(message.text for message in table.messages)


def test_every_spelling_of_missing_is_the_last_group_unknown() -> None:
    rows = ["b", "", "  ", "NA", "NaN", "N/A", "None", "?", "null", "unknown", "Zulu"]
    table = build(column(rows), attributes=("g",))
    assert table.attribute("g").levels == ("b", "Zulu", "Unknown")
    assert groups(table) == ["b", *["Unknown"] * 9, "Zulu"]


def test_counts_below_ten_are_not_told() -> None:
    few = build(column(["a", "b", ""]), attributes=("g",))
    assert "Fewer than 10 rows have no value of 'g'" in texts(few)
    many = build(column(["a", "b"] + [""] * 12), attributes=("g",))
    assert "12 rows have no value of 'g' (empty)" in texts(many)


@pytest.mark.parametrize(
    ("rows", "levels"),
    [
        (["80+", "45-64", "<45", "65-79"], ("<45", "45-64", "65-79", "80+")),
        (
            [">= 500", "<100", "250 - 499", "100 - 249"],
            ("<100", "100 - 249", "250 - 499", ">= 500"),
        ),
        (["> 80", "<= 80"], ("<= 80", "> 80")),
        (["ICU 10", "ICU 2", "icu 3"], ("ICU 2", "icu 3", "ICU 10")),
        (["[10-20)", "[0-10)", "[100-110)"], ("[0-10)", "[10-20)", "[100-110)")),
        (
            ["White", "Asian", "Unknown", "Other/Unknown"],
            ("Asian", "Other/Unknown", "White", "Unknown"),
        ),
        (["3.0", "1.0", "2.0"], ("1.0", "2.0", "3.0")),
    ],
)
def test_levels_stand_in_natural_order(rows: list[str], levels: tuple[str, ...]) -> None:
    assert build(column(rows), attributes=("g",)).attribute("g").levels == levels


def test_level_names_are_kept_as_text_without_control_characters() -> None:
    rows = ["<b>x</b>", "a\tb", "a\x07b", "e\u202evil", "=1+1"]
    table = build(column(rows), attributes=("g",))
    assert groups(table) == ["<b>x</b>", "a b", "a b", "evil", "=1+1"]


def test_levels_that_differ_in_writing_stay_apart_with_a_warning() -> None:
    table = build(column(["Female", "female", "Male", " Male "]), attributes=("g",))
    assert table.attribute("g").levels == ("Female", "female", "Male")
    assert "'Female' and 'female'" in texts(table)


def test_limit_of_two_hundred_levels() -> None:
    assert (
        len(build(column([f"l{at}" for at in range(200)]), attributes=("g",)).attributes[0].levels)
        == 200
    )
    with pytest.raises(InputError, match="at most 200 groups in attribute 'g'"):
        build(column([f"l{at}" for at in range(201)]), attributes=("g",))


def test_bins_on_text_numbers_and_missing() -> None:
    rule = BinRule((65,))
    table = build(column(["64", "> 89", "", "65", "nan"]), attributes=("g",), bins={"g": rule})
    assert groups(table) == ["< 65", "65+", "Unknown", "65+", "Unknown"]
    raw = from_frame(pd.DataFrame({"y": [0, 1, 1], "s": 0.5, "g": [64.9, np.nan, 80.0]}))
    table = build_predictions(raw, Roles("y", ("s",), attributes=("g",), bins={"g": rule}))
    assert groups(table) == ["< 65", "Unknown", "65+"]


def test_empty_bins_are_no_groups() -> None:
    table = build(
        column(["20", "70"], "age"), attributes=("age",), bins={"age": BinRule((18, 45, 65))}
    )
    assert table.attribute("age").levels == ("18-44", "65+")


def test_impossible_ages_are_pointed_out() -> None:
    table = build(
        column(["20", "-1", "999"], "age"), attributes=("age",), bins={"age": BinRule((45,))}
    )
    assert "below 0 or above 130 (-1 and 999)" in texts(table)
    calm = build(
        column(["20", "-1"], "dosage"), attributes=("dosage",), bins={"dosage": BinRule((5,))}
    )
    assert "130" not in texts(calm)


@pytest.mark.parametrize(
    "labels", [["0", "1"], ["0.0", "1.0"], ["False", "true"], ["FALSE", "TRUE"], [" 0", "1 "]]
)
def test_plain_labels_need_no_map(labels: list[str]) -> None:
    table = build(f"y,s\n{labels[0]},0.1\n{labels[1]},0.2\n")
    assert table.y_true.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0, 1], pa.int8()), ([0.0, 1.0], pa.float64()), ([False, True], pa.bool_())],
)
def test_typed_labels_need_no_map(values: list[Any], kind: pa.DataType) -> None:
    raw = from_frame(pa.table({"y": pa.array(values, kind), "s": [0.1, 0.2]}))
    assert build_predictions(raw, Roles("y", ("s",))).y_true.tolist() == [0, 1]


def test_label_map_is_used_and_recorded() -> None:
    table = build("y,s\nExpired,0.9\nAlive,0.1\nalive,0.2\n", label_map={"Expired": 1, "Alive": 0})
    assert table.y_true.tolist() == [1, 0, 0]
    assert table.recipe["label_values"] == {"Expired": 1, "Alive": 0, "alive": 0}


def test_label_map_can_turn_zero_and_one_round() -> None:
    assert build("y,s\n0,0.9\n1,0.1\n", label_map={"0": 1, "1": 0}).y_true.tolist() == [1, 0]


def test_label_map_can_merge_values() -> None:
    table = build("y,s\n<30,0.9\n>30,0.5\nNO,0.1\n", label_map={"<30": 1, ">30": 0, "NO": 0})
    assert table.y_true.tolist() == [1, 0, 0]


def test_missing_rows_are_dropped_only_when_asked() -> None:
    text = "y,s,g\n0,0.1,a\n,0.2,b\n1,NA,c\n1,0.4,a\n"
    with pytest.raises(InputError, match="--drop-missing"):
        build(text, attributes=("g",))
    table = build(text, attributes=("g",), drop_missing=True)
    assert table.score is not None
    assert table.score.tolist() == [0.1, 0.4]
    assert table.attribute("g").levels == ("a",)
    assert "no label in column 'y' on 1 of 4 rows" in texts(table)
    assert (table.recipe["rows_read"], table.recipe["rows_used"]) == (4, 2)


def test_score_kinds() -> None:
    assert build("y,s\n0,0\n1,1\n").score_kind == "probability"
    rank = build("y,s\n0,-2.5\n1,1.5\n")
    assert rank.score_kind == "rank"
    assert "calibration, Brier score and net benefit are not available" in texts(rank)
    assert "percentages" not in texts(rank)
    assert "percentages" in texts(build("y,s\n0,12\n1,80\n"))
    assert "percentages" not in texts(build("y,s\n0,12\n1,800\n"))


def test_decisions_alone_and_beside_scores() -> None:
    only = build("y,d\n0,false\n1,true\n", scores=(), decision=("d",))
    assert (only.score, only.score_kind) == (None, "none")
    assert only.decision is not None
    assert only.decision.tolist() == [0, 1]
    both = build("y,s,d\n0,0.1,1\n1,0.2,0\n", decision=("d",))
    assert both.decision is not None
    assert both.decision.tolist() == [1, 0]
    words = build(
        "y,d\n0,hold\n1,treat\n",
        scores=(),
        decision=("d",),
        positive_decision={"treat": 1, "hold": 0},
    )
    assert words.decision is not None
    assert words.decision.tolist() == [0, 1]


def test_label_map_serves_decisions_in_the_same_words() -> None:
    table = build("y,d\nN,Y\nY,N\n", scores=(), decision=("d",), label_map={"Y": 1, "N": 0})
    assert table.decision is not None
    assert table.decision.tolist() == [1, 0]


def test_splits_under_their_usual_names() -> None:
    text = "y,s,p\n0,0.1,Training\n1,0.2,val\n0,0.3,hold-out\n1,0.4,part B\n"
    table = build(text, split="p", split_map={"part B": "test"})
    assert table.split is not None
    assert table.split.levels == ("train", "validation", "test")
    assert table.split.codes.tolist() == [0, 1, 2, 2]


def test_patients_across_splits_are_a_warning() -> None:
    rows = "".join(f"{at % 2},0.1,{at},{part}\n" for at in range(12) for part in ("train", "test"))
    table = build("y,s,p,split\n" + rows, split="split", patient="p")
    assert "12 patients have rows in more than one split" in texts(table)
    apart = "".join(f"{at % 2},0.1,{at},{'train' if at < 6 else 'test'}\n" for at in range(12))
    assert "more than one split" not in texts(
        build("y,s,p,split\n" + apart, split="split", patient="p")
    )


def test_patient_whose_attribute_changes_is_a_note() -> None:
    rows = "".join(f"{at % 2},0.1,{at},{g}\n" for at in range(11) for g in ("a", "b"))
    table = build("y,s,p,g\n" + rows, patient="p", attributes=("g",))
    assert "11 patients have more than one value of 'g'" in texts(table)
    assert table.patient is not None
    assert np.unique(table.patient).size == 11


@pytest.mark.parametrize("ids", [["x", "", "x", "NA", "y"], [7, None, 7, None, 9]])
def test_rows_without_a_patient_are_patients_of_their_own(ids: list[Any]) -> None:
    raw = from_frame(pa.table({"y": [0, 1, 0, 1, 0], "s": [0.5] * 5, "p": ids}))
    table = build_predictions(raw, Roles("y", ("s",), patient="p"))
    assert table.patient is not None
    assert table.patient[0] == table.patient[2]
    assert np.unique(table.patient).size == 4
    assert "rows 2 and 4" in texts(table)


def test_whole_ids_far_apart_and_close_give_the_same_clusters() -> None:
    near = np.array([5, 3, 5, 9, 3], dtype=np.int64)
    for ids in (near, near * 10**15, near.astype(np.int8) - 100, near.astype(np.uint64) + 2**63):
        raw = from_frame(pa.table({"y": [0, 1, 0, 1, 0], "s": [0.5] * 5, "p": ids}))
        table = build_predictions(raw, Roles("y", ("s",), patient="p"))
        assert table.patient is not None
        assert (table.patient[:, None] == table.patient).tolist() == (
            near[:, None] == near
        ).tolist()
        assert set(table.patient.tolist()) == {0, 1, 2}


def test_plain_repeats_are_a_warning() -> None:
    table = build("y,s,id\n0,0.1,a\n1,0.2,b\n1,0.2,b\n", sample="id")
    assert "2 rows repeat a sample of 'id'" in texts(table)


def test_one_sample_in_several_folds_is_no_repeat() -> None:
    table = build("y,s,id,k\n0,0.1,a,1\n1,0.2,b,1\n0,0.3,a,2\n1,0.4,b,2\n", sample="id", fold="k")
    assert table.fold is not None
    assert table.fold.levels == ("1", "2")
    assert "repeat" not in texts(table)


def test_weights() -> None:
    table = build("y,s,w\n0,0.1,2\n1,0.2,0\n", weight="w")
    assert table.weight is not None
    assert table.weight.tolist() == [2.0, 0.0]


@pytest.mark.parametrize(
    ("name", "warned"),
    [
        ("patient_name", True),
        ("MRN", True),
        ("HomeAddress", True),
        ("SSN", True),
        ("dob", True),
        ("email", True),
        ("model_name", False),
        ("hospital", False),
        ("phonetics", False),
    ],
)
def test_columns_that_look_like_identifiers(name: str, warned: bool) -> None:
    found = texts(build(f"y,s,{name}\n0,0.1,q\n1,0.2,r\n"))
    assert ("direct identifiers" in found) == warned


def test_no_column_near_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'gender'"):
        build("y,s,gender\n0,0.1,q\n1,0.2,r\n", attributes=("gendr",))


def test_recipe_is_json_and_names_the_file() -> None:
    table = build(column(["20", "70"], "age"), attributes=("age",), bins={"age": BinRule((65,))})
    recipe = json.loads(json.dumps(table.recipe))
    assert recipe["bins"] == {"age": "< 65, 65+"}
    assert Roles.from_dict(recipe["roles"]).bins == {"age": BinRule((65,))}
    assert len(recipe["file_digest"]) == 64
