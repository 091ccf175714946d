"""Tables of confusion counts: recognised, summed, checked; RadFusion as published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.audit.predictions import (
    CountsTable,
    build_counts,
    from_frame,
    is_counts_table,
    load,
    read_table,
)
from fairfuse_core.errors import InputError

PUBLISHED = Path(__file__).parents[3] / "assets" / "published" / "radfusion.csv"
LONG = "attribute,group,model,tp,fn,fp,tn\n"


def counts(text: str) -> CountsTable:
    return build_counts(read_table(text.encode()))


def texts(table: CountsTable) -> str:
    return " | ".join(message.text for message in table.messages)


def test_radfusion_is_recognised_with_its_citation() -> None:
    table = load(PUBLISHED)
    assert isinstance(table, CountsTable)
    assert len(table) == 36
    assert table.target_label == "evaluation set"
    assert set(table.frame["target"]) == {"all", "non_subsegmental"}
    assert set(table.frame["attribute"]) == {"gender", "age", "race"}
    assert list(dict.fromkeys(table.frame["model"])) == [
        "imaging_only",
        "ehr_only",
        "multimodal_fusion",
    ]
    assert "arXiv:2111.11665" in table.citation
    assert "Zhou" in table.citation
    assert "reconstructed from the printed" in texts(table)
    assert "another threshold" in texts(table)
    assert [message.level for message in table.messages] == ["note", "note"]
    json.dumps(table.recipe)


def test_radfusion_counts_give_all_180_printed_figures() -> None:
    table = build_counts(read_table(PUBLISHED))
    c = table.frame
    figures = {
        "printed_accuracy": (c.tp + c.tn) / (c.tp + c.fn + c.fp + c.tn),
        "printed_sensitivity": c.tp / (c.tp + c.fn),
        "printed_specificity": c.tn / (c.tn + c.fp),
        "printed_ppv": c.tp / (c.tp + c.fp),
        "printed_npv": c.tn / (c.tn + c.fn),
    }
    compared = 0
    for name, ours in figures.items():
        printed = np.array(table.recipe["printed"][name])
        assert np.abs(ours.to_numpy() - printed).max() <= 0.0005 + 1e-12
        compared += printed.size
    assert compared == 180
    assert c["auroc"].tolist() == table.recipe["printed"]["printed_auroc"]


def test_radfusion_fusion_threshold_differs_without_subsegmental_emboli() -> None:
    wide = load(PUBLISHED).frame.pivot_table(
        index=["attribute", "group"], columns=["model", "target"], values="fp"
    )
    for model in ("imaging_only", "ehr_only"):
        assert (wide[model, "all"] == wide[model, "non_subsegmental"]).all()
    assert (wide["multimodal_fusion", "all"] < wide["multimodal_fusion", "non_subsegmental"]).any()


@pytest.mark.parametrize(
    "header",
    [
        "TP,FN,FP,TN",
        "true_positives,false_negatives,false_positives,true_negatives",
        "True Positive,False Negative,False Positive,True Negative",
    ],
)
def test_headers_in_other_words(header: str) -> None:
    raw = read_table(f"group,{header}\nF,1,2,3,4\nM,5,6,7,8\n".encode())
    assert is_counts_table(raw)
    frame = build_counts(raw).frame
    assert frame[["tp", "fn", "fp", "tn"]].to_numpy().tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert frame["tp"].dtype == np.int64
    assert set(frame["model"]) == {"model"}
    assert set(frame["attribute"]) == {"group"}


def test_predictions_are_no_counts() -> None:
    assert not is_counts_table(read_table(b"y,s,sex\n0,0.1,F\n1,0.2,M\n"))
    assert not is_counts_table(read_table(b"y,tp,fn\n0,0.1,F\n1,0.2,M\n"))


def test_typed_counts_from_a_frame() -> None:
    table = load(pd.DataFrame({"group": ["F", None], "tp": [1.0, 2], "fn": 1, "fp": 1, "tn": 1}))
    assert table.frame["group"].tolist() == ["F", "Unknown"]
    assert table.frame["tp"].tolist() == [1, 2]


def test_totals_that_agree_are_accepted() -> None:
    table = counts("group,tp,fn,fp,tn,n,events,controls\nF,1,2,3,4,10,3,7\nM,1,1,1,1,4,2,2\n")
    assert len(table) == 2


def test_attribute_columns_in_blocks() -> None:
    table = counts("sex,race,tp,fn,fp,tn\nF,,1,2,3,4\nM,,5,6,7,8\n,White,6,8,10,12\n")
    assert table.frame[["attribute", "group"]].to_numpy().tolist() == [
        ["sex", "F"],
        ["sex", "M"],
        ["race", "White"],
    ]
    assert table.messages == ()


def test_cross_tabulation_is_summed_to_each_attribute() -> None:
    table = counts(
        "sex,race,tp,fn,fp,tn\nF,White,1,2,3,4\nF,Black,10,20,30,40\nM,White,5,6,7,8\nM,,0,1,0,1\n"
    )
    frame = table.frame.set_index(["attribute", "group"])[["tp", "fn", "fp", "tn"]]
    assert frame.loc[("sex", "F")].tolist() == [11, 22, 33, 44]
    assert frame.loc[("sex", "M")].tolist() == [5, 7, 7, 9]
    assert frame.loc[("race", "White")].tolist() == [6, 8, 10, 12]
    assert frame.loc[("race", "Unknown")].tolist() == [0, 1, 0, 1]
    assert table.recipe["cross_tabulated"] is True
    assert table.messages == ()


def test_rows_about_everyone_are_left_out() -> None:
    table = counts(LONG + "sex,F,A,1,2,3,4\nsex,M,A,1,2,3,4\noverall,Overall,A,2,4,6,8\n")
    assert table.frame["group"].tolist() == ["F", "M"]
    assert "1 rows about everyone were left out" in texts(table)


def test_attributes_that_do_not_split_the_same_patients() -> None:
    table = counts(LONG + "sex,F,A,1,2,3,4\nsex,M,A,1,2,3,4\nrace,White,A,2,4,6,7\n")
    assert "sex: 6 positive, 14 negative; race: 6 positive, 13 negative" in texts(table)


def test_models_that_do_not_count_the_same_patients() -> None:
    table = counts(LONG + "sex,F,A,1,2,3,4\nsex,F,B,1,3,3,4\n")
    assert "Models do not count the same patients in 1 groups, such as sex = 'F'" in texts(table)


def test_group_without_patients_is_pointed_out() -> None:
    assert "sex = 'F' holds no patient" in texts(counts(LONG + "sex,F,A,0,0,0,0\n"))


def test_same_group_under_another_target_is_no_repeat() -> None:
    table = counts("evaluation_set,group,tp,fn,fp,tn\ntest,F,1,2,3,4\nexternal,F,1,2,3,4\n")
    assert table.frame["target"].tolist() == ["test", "external"]


def test_citation_beside_the_table(tmp_path: Path) -> None:
    path = tmp_path / "paper.csv"
    path.write_text(LONG + "sex,F,A,1,2,3,4\n")
    assert build_counts(read_table(path)).citation == ""
    (tmp_path / "paper.citation.txt").write_text("Doe J.\nA paper. 2024.\n")
    assert build_counts(read_table(path)).citation == "Doe J. A paper. 2024."
    (tmp_path / "paper.meta.json").write_text(
        json.dumps({"title": "A paper", "citation": "Doe 2024", "notes": "By hand."})
    )
    table = build_counts(read_table(path))
    assert (table.citation, table.recipe["title"], texts(table)) == (
        "Doe 2024",
        "A paper",
        "By hand.",
    )
    assert build_counts(read_table(path.read_bytes(), name="paper.csv")).citation == ""


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe\xfa", b'{"notes": 3}', b" " * 70_000])
def test_citation_that_cannot_be_read_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "paper.csv"
    path.write_text(LONG + "sex,F,A,1,2,3,4\n")
    (tmp_path / "paper.meta.json").write_bytes(content)
    with pytest.raises(InputError, match=r"paper\.meta\.json"):
        build_counts(read_table(path))


def test_published_table_in_memory_equals_the_file() -> None:
    there = build_counts(from_frame(pd.read_csv(PUBLISHED))).frame
    pd.testing.assert_frame_equal(there, load(PUBLISHED).frame)
