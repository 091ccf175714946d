"""A described table becomes a cohort; every wrong field and cell is named."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fairfuse_core.cohort import Cohort
from fairfuse_core.cohort.sources import tabular
from fairfuse_core.cohort.sources.tabular_spec import read_spec
from fairfuse_core.errors import ConfigError, InputError

TABLE = """stay_id,patient_id,outcome,sex,age,diagnoses,heart_rate,apache,ward,report,xray,extra
007,p1,died,F,44,I50.1; E11.9,80,-1,MICU,"Short of breath, twice.",a.png,x
008,p1,Alive,M,> 89,,90.5,12,SICU,,gone.png,x
009,p2,?,?,,I50.9;I50.1,?,0,?,   ,,x
010,p3,alive,F,65,?,,-1,MICU,Well.,sub/b.png,x
"""
LEAST = """table: stays
sample: stay_id
patient: patient_id
tasks: [{name: death, kind: binary, column: outcome, values: {died: 1, alive: 0}}]
"""


def put(folder: Path, *, spec: str = tabular.EXAMPLE, table: str = TABLE) -> Path:
    (folder / "images" / "sub").mkdir(parents=True, exist_ok=True)
    (folder / "cohort.yaml").write_text(spec)
    (folder / "stays.csv").write_text(table)
    Image.new("L", (224, 224), 10).save(folder / "images" / "a.png")
    Image.new("L", (100, 50), 20).save(folder / "images" / "sub" / "b.png")
    return folder


def with_task(task: str, more: str = "") -> str:
    return LEAST.rpartition("tasks:")[0] + f"tasks: [{task}]\n" + more


def test_the_example_reads_a_whole_cohort(tmp_path):
    made = tabular.build(put(tmp_path))
    assert made.name == "Stays of our hospital"
    assert made.table["sample_id"].tolist() == ["007", "008", "009", "010"]
    assert made.table["patient_id"].tolist() == ["p1", "p1", "p2", "p3"]
    assert made.table["sex"].tolist() == ["Female", "Male", "Unknown", "Female"]
    assert made.table["age"].tolist() == ["< 45", "80+", "Unknown", "65-79"]
    np.testing.assert_array_equal(made.labels("death"), [1, 0, np.nan, 0])
    codes = made.modalities["codes"]
    assert codes.vocabulary == ("icd10:E11", "icd10:I50")
    assert codes.available.tolist() == [True, False, True, False]
    assert codes.pooled().toarray().tolist() == [[1, 1], [0, 0], [0, 1], [0, 0]]
    static = made.modalities["static"].frame
    np.testing.assert_array_equal(static["heart_rate"], [80, 90.5, np.nan, np.nan])
    np.testing.assert_array_equal(static["apache"], [np.nan, 12, 0, np.nan])
    assert static["ward"].isna().tolist() == [False, False, True, False]
    assert made.modalities["notes"].load() == ["Short of breath, twice.", None, None, "Well."]
    image = made.modalities["image"]
    assert image.available.tolist() == [True, False, False, True]
    assert image.load(np.array([3])).max() == 20
    assert Cohort.open(made.save(tmp_path / "saved")).fingerprint == made.fingerprint


def test_csv_packed_csv_and_parquet_make_the_same_cohort(tmp_path):
    prints = []
    for name in ("csv", "csv.gz", "parquet"):
        folder = put(tmp_path / name)
        (folder / "stays.csv").unlink()
        if name == "parquet":
            frame = pd.read_csv(put(tmp_path / "x") / "stays.csv", dtype=str, keep_default_na=False)
            frame.to_parquet(folder / "stays.parquet")
        else:
            content = TABLE.encode()
            (folder / f"Stays.{name}").write_bytes(
                gzip.compress(content) if name.endswith("gz") else content
            )
        prints.append(tabular.build(folder).fingerprint)
    assert len(set(prints)) == 1


def test_typed_parquet_columns_are_read(tmp_path):
    frame = pd.DataFrame({
        "stay_id": [2, 1], "patient_id": [20, 10], "outcome": [True, False],
        "lactate": [np.nan, 1.5],
    })  # fmt: skip
    spec = with_task("{name: death, kind: binary, column: outcome}", "numeric: [lactate]\n")
    (tmp_path / "cohort.yml").write_text(spec)
    frame.to_parquet(tmp_path / "stays.parquet")
    made = tabular.build(tmp_path)
    assert made.table["patient_id"].tolist() == ["10", "20"]
    assert made.labels("death").tolist() == [0, 1]
    np.testing.assert_array_equal(made.modalities["static"].frame["lactate"], [1.5, np.nan])


def test_the_least_description_has_no_modalities(tmp_path):
    made = tabular.build(put(tmp_path, spec=LEAST))
    assert (dict(made.modalities), made.attributes) == ({}, ())


def test_a_description_elsewhere_and_a_cache(tmp_path):
    folder = put(tmp_path / "raw")
    (folder / "cohort.yaml").rename(tmp_path / "mine.yaml")
    options = tabular.Options(spec=tmp_path / "mine.yaml", cache=tmp_path / "cache")
    made = tabular.build(folder, options=options)
    assert isinstance(made.modalities["image"].pixels, np.memmap)


@pytest.mark.parametrize(
    ("task", "cells", "expected"),
    [
        ("kind: binary, column: a", ["yes", "NO", ""], [1, 0, np.nan]),
        ("kind: binary, column: a", ["1.0", "False", "?"], [1, 0, np.nan]),
        ("kind: regression, column: a", ["2.5", "-3", ""], [2.5, -3, np.nan]),
        ("kind: multiclass, column: a", ["x", "", "b"], [1, np.nan, 0]),
        ("kind: multiclass, column: a, classes: [x, c, b]", ["x", "", "b"], [0, np.nan, 2]),
        (
            "kind: multilabel, columns: [a, b]", ["1", "0", ""],
            [[1, 1], [0, 1], [np.nan, 1]],
        ),
    ],
)  # fmt: skip
def test_every_kind_of_task(tmp_path, task, cells, expected):
    rows = "\n".join(f"{k},{k},{cell},1" for k, cell in enumerate(cells))
    spec = with_task(f"{{name: t, {task}}}")
    made = tabular.build(put(tmp_path, spec=spec, table=f"stay_id,patient_id,a,b\n{rows}\n"))
    np.testing.assert_array_equal(made.labels("t"), expected)


def test_yaml_never_turns_texts_into_something_else(tmp_path):
    # In plain YAML, NO is false, 007 is 7 and 1_0 is 10.
    spec = with_task(
        "{name: t, kind: multiclass, column: a, classes: [NO, 007, 1_0]}", 'missing: ["-", null]\n'
    )
    table = "stay_id,patient_id,a\n1,1,NO\n2,2,007\n3,3,1_0\n4,4,-\n5,5,null\n"
    made = tabular.build(put(tmp_path, spec=spec, table=table))
    np.testing.assert_array_equal(made.labels("t"), [0, 1, 2, np.nan, np.nan])


def test_rows_without_ids_are_left_out_and_counted(tmp_path):
    table = TABLE + ",p9,alive,F,50,,,,,,,\n011,,alive,F,50,,,,,,,\n"
    made = tabular.build(put(tmp_path, table=table))
    assert [(s.samples, s.excluded) for s in made.flow] == [(6, 0), (5, 1), (4, 1)]
    assert [s.patients for s in made.flow] == [4, 3, 3]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (LEAST + "numbers: [a]\n", "numbers: no such field"),
        (LEAST + "attribute: []\n", "did you mean 'attributes'"),
        (LEAST.replace("sample: stay_id\n", ""), "sample: Field required"),
        (LEAST.replace("kind: binary", "kind: ordinal"), r"tasks\[1\]\.kind.*'ordinal'"),
        (LEAST.replace("died: 1", "died: 2"), r"tasks\[1\]\.values\.died.*'2'"),
        (LEAST + "images: {column: x, size: big}\n", r"images\.size.*'big'"),
        (LEAST + "images: {column: x, size: 100000}\n", r"images\.size"),
        (LEAST + "codes: [{column: x, delimiter: ''}]\n", r"codes\[1\]\.delimiter"),
        (LEAST + "attributes: [{column: age, bins: {edges: [x]}}]\n", r"bins\.edges\[1\].*'x'"),
        (LEAST + "attributes: [{column: age, bins: {edges: [1]}, order: [a]}]\n", "leave out"),
        (LEAST + "attributes: [{column: a}, {column: a}]\n", "attribute 'a' is there twice"),
        (LEAST + "numeric: [a, a]\n", "feature 'a' is there twice"),
        (LEAST + "attributes: [{column: a, name: sample_id}]\n", "kept for the ids"),
        (LEAST + "numeric: [outcome]\n", "'outcome' is a label"),
        (LEAST + "notes: outcome\n", "'outcome' is a label"),
        (LEAST + "attributes: [{column: outcome}]\n", "'outcome' is a label"),
        (with_task("{name: t, kind: multilabel, column: a}"), "takes 'columns'"),
        (with_task("{name: t, kind: binary, columns: [a]}"), "takes 'column'"),
        (with_task("{name: t, kind: binary}"), "takes 'column'"),
        (with_task("{name: t, kind: binary, column: a, classes: [a]}"), "'classes' belongs"),
        (with_task("{name: t, kind: regression, column: a, values: {a: 1}}"), "maps texts"),
        (LEAST.replace("table: stays", "table: ../stays"), "table: a file beside"),
        (LEAST.replace("table: stays", "table: /etc/passwd"), "table: a file beside"),
        (LEAST.replace("table: stays", "table: 'C:\\stays'"), "table: a file beside"),
        (LEAST + "table: other\n", "'table' is there twice"),
        (LEAST + "tasks: [\n", "YAML"),
        ("- a\n", "found list"),
        ("", "found NoneType"),
        (LEAST + "notes: !!python/object/apply:os.getcwd []\n", "YAML"),
        ("\x00", "YAML"),
    ],
)
def test_wrong_descriptions_name_the_field(tmp_path, spec, words):
    with pytest.raises(ConfigError, match=words):
        tabular.build(put(tmp_path, spec=spec))


def test_bins_that_do_not_ascend_are_refused(tmp_path):
    spec = LEAST + "attributes: [{column: age, bins: {edges: [65, 45]}}]\n"
    with pytest.raises(ConfigError, match="ascending"):
        tabular.build(put(tmp_path, spec=spec))


def test_a_huge_or_missing_description_is_refused(tmp_path):
    (tmp_path / "big.yaml").write_text("#" * (1 << 20) + "\n")
    with pytest.raises(ConfigError, match="1 MB"):
        read_spec(tmp_path / "big.yaml")
    with pytest.raises(ConfigError, match=r"gone\.yaml"):
        read_spec(tmp_path / "gone.yaml")
    with pytest.raises(ConfigError, match=r"cohort\.yaml"):
        tabular.build(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("died", "dead", "outcome.*'dead' for sample '007'"),
        ("90.5", "fast", "heart_rate.*'fast' for sample '008'"),
        ("90.5", "inf", "heart_rate.*'inf'"),
        (",44,", ",old,", "age.*'old' for sample '007'"),
        ("008", "007", "'007' more than once"),
        ("gone.png", "../../etc/passwd", "inside the folder"),
        ("gone.png", "/etc/passwd", "inside the folder"),
        ("heart_rate", "pulse", "column 'heart_rate' in stays.csv"),
    ],
)
def test_wrong_cells_are_named(tmp_path, old, new, words):
    assert old in TABLE
    with pytest.raises(InputError, match=words):
        tabular.build(put(tmp_path, table=TABLE.replace(old, new)))


def test_an_unknown_class_is_named(tmp_path):
    spec = with_task("{name: t, kind: multiclass, column: ward, classes: [MICU]}")
    with pytest.raises(InputError, match=r"ward.*'SICU'"):
        tabular.build(put(tmp_path, spec=spec))


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    folder = put(tmp_path / "raw")
    (tmp_path / "elsewhere").mkdir()
    (folder / "stays.csv").rename(tmp_path / "elsewhere" / "stays.csv")
    (folder / "stays.csv").symlink_to(tmp_path / "elsewhere" / "stays.csv")
    with pytest.raises(InputError, match="inside the folder"):
        tabular.build(folder)
    (folder / "stays.csv").unlink()
    put(folder)
    spec = tabular.EXAMPLE.replace("folder: images", "folder: ../elsewhere")
    with pytest.raises(InputError, match="inside the folder"):
        tabular.build(put(folder, spec=spec))


def test_pictures_may_lie_beside_the_table_but_their_folder_must_exist(tmp_path):
    here = put(tmp_path)
    spec = tabular.EXAMPLE.replace("folder: images", "folder: .")
    table = TABLE.replace("a.png", "images/a.png")
    made = tabular.build(put(here, spec=spec, table=table))
    assert made.modalities["image"].available.tolist() == [True, False, False, False]
    with pytest.raises(InputError, match="'imgs'"):
        tabular.build(put(here, spec=spec.replace("folder: .", "folder: imgs")))


@pytest.mark.parametrize(
    ("table", "words"),
    [("", "header"), (TABLE.split("\n")[0] + "\n", "only a header"),
     (TABLE.split("\n")[0] + "\n,p1" + "," * 10 + "\n", "'stay_id'")],
)  # fmt: skip
def test_empty_tables_are_refused(tmp_path, table, words):
    with pytest.raises(InputError, match=words):
        tabular.build(put(tmp_path, table=table))


def test_a_missing_or_broken_table_is_refused(tmp_path):
    folder = put(tmp_path)
    (folder / "stays.csv").unlink()
    with pytest.raises(InputError, match="'stays'"):
        tabular.build(folder)
    (folder / "stays.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(InputError):
        tabular.build(folder)
