"""Several models, targets or classes in one table: wide, long, with and without scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fairfuse_core.audit.predictions import Predictions, Roles, build_predictions, read_table
from fairfuse_core.errors import InputError


def build(text: str, **roles: Any) -> Predictions:
    given: dict[str, Any] = {"label": "y", "scores": ("s",), **roles}
    return build_predictions(read_table(text.encode()), Roles(**given))


def texts(table: Predictions) -> str:
    return " | ".join(message.text for message in table.messages)


def test_several_score_columns_are_several_models_on_the_same_samples() -> None:
    table = build(
        "y,score_ehr,score_ct,g\n0,0.1,0.2,a\n1,0.8,0.9,b\n",
        scores=("score_ehr", "score_ct"),
        attributes=("g",),
    )
    assert table.model.levels == ("ehr", "ct")
    assert table.model.codes.tolist() == [0, 0, 1, 1]
    assert table.score is not None
    assert table.score.tolist() == [0.1, 0.8, 0.2, 0.9]
    assert table.sample is not None
    assert table.sample.tolist() == [0, 1, 0, 1]
    factor = table.attribute("g")
    assert [factor.levels[code] for code in factor.codes] == ["a", "b", "a", "b"]
    assert table.y_true.tolist() == [0, 1, 0, 1]


def test_model_names_can_be_given() -> None:
    table = build("y,a,b\n0,0.1,0.2\n1,0.8,0.9\n", scores=("a", "b"), model_names={"a": "Fusion"})
    assert table.model.levels == ("Fusion", "b")
    with pytest.raises(InputError, match="different name for each model"):
        build("y,a,b\n0,0.1,0.2\n1,0.8,0.9\n", scores=("a", "b"), model_names={"a": "b"})


def test_one_model_is_called_by_its_column() -> None:
    table = build("y,s\n0,0.1\n1,0.2\n")
    assert (table.model.levels, table.target.levels, table.target_label) == (
        ("s",),
        ("y",),
        "target",
    )
    assert table.sample is None


def test_model_missing_on_some_samples_is_a_warning() -> None:
    text = "y,s,m,id\n0,0.1,A,1\n1,0.2,A,2\n0,0.3,B,1\n"
    table = build(text, model="m", sample="id")
    assert "1 samples have a prediction from some models and not from others" in texts(table)


def test_wide_model_with_gaps_loses_only_its_own_rows() -> None:
    table = build("y,a,b\n0,0.1,0.2\n1,,0.9\n", scores=("a", "b"), drop_missing=True)
    assert table.model.codes.tolist() == [0, 1, 1]
    assert "some models and not from others" in texts(table)


def test_multi_label_targets() -> None:
    text = "y,s,t\n0,0.1,edema\n1,0.2,edema\n0,0.3,nodule\n0,0.4,nodule\n"
    table = build(text, target="t")
    assert table.target.levels == ("edema", "nodule")
    assert table.target_label == "target"
    assert "Every label is the same for 'nodule'" in texts(table)


def test_classes_in_long_form_are_audited_one_against_the_rest() -> None:
    text = "y,s,c\ncat,0.7,cat\ncat,0.2,dog\ncat,0.1,eel\ndog,0.3,cat\ndog,0.6,dog\ndog,0.1,eel\n"
    text += "eel,0.3,cat\neel,0.3,dog\neel,0.4,eel\n"
    table = build(text, class_="c")
    assert table.target.levels == ("cat", "dog", "eel")
    assert table.target_label == "class"
    assert table.y_true.reshape(3, 3).tolist() == np.eye(3, dtype=int).tolist()


def test_classes_in_long_form_with_a_label_per_row() -> None:
    table = build("y,s,c\n1,0.7,cat\n0,0.2,dog\n", class_="c")
    assert table.y_true.tolist() == [1, 0]


def test_classes_in_wide_form() -> None:
    table = build(
        "y,p_cat,p_dog\ncat,0.7,0.3\ndog,0.4,0.6\ncat,0.9,0.1\n",
        scores=(),
        class_scores={"cat": "p_cat", "dog": "p_dog"},
    )
    assert table.target.levels == ("cat", "dog")
    assert table.y_true.tolist() == [1, 0, 1, 0, 1, 0]
    assert table.score is not None
    assert table.score.tolist() == [0.7, 0.4, 0.9, 0.3, 0.6, 0.1]
    assert table.model.levels == ("model",)


def test_classes_decided_without_scores() -> None:
    table = build("y,d\na,a\nb,a\nc,c\n", scores=(), decision=("d",), classes=("a", "b", "c"))
    assert table.y_true.reshape(3, 3).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert table.decision is not None
    assert table.decision.reshape(3, 3).tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
