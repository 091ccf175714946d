"""Raw tables are found in any case of name, typed, and refused with one clear message."""

import gzip
import random

import pandas as pd
import pytest

from fairfuse_core.cohort.sources.base import Flow
from fairfuse_core.cohort.sources.reading import RawTables, find_table
from fairfuse_core.errors import InputError

COLUMNS = {"id": "BIGINT", "age": "DOUBLE", "name": "VARCHAR"}
TEXT = 'ID,Age,extra,NAME\n1,2.5,x,"a, ""b"""\n2,,y,\n'


def put(path, text=TEXT):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(gzip.compress(content) if path.name.lower().endswith(".gz") else content)
    return path


@pytest.mark.parametrize("file", ["patient.csv", "PATIENT.CSV", "Patient.csv.gz", "patient.CSV.GZ"])
def test_a_table_is_read_whatever_the_case_of_its_name_and_columns(tmp_path, file):
    put(tmp_path / file)
    with RawTables(tmp_path) as raw:
        assert raw.table("Patient", COLUMNS)
        found = raw.rows("SELECT id, age, name FROM patient ORDER BY id")
    assert found == [(1, 2.5, 'a, "b"'), (2, None, None)]


def test_a_packed_file_is_known_by_its_bytes_not_its_name(tmp_path):
    (tmp_path / "t.csv").write_bytes(gzip.compress(TEXT.encode()))
    with RawTables(tmp_path) as raw:
        raw.table("t", COLUMNS)
        assert raw.rows("SELECT count(*) FROM t") == [(2,)]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    put(tmp_path / "t.csv", "\ufeff" + TEXT)
    with RawTables(tmp_path) as raw:
        raw.table("t", COLUMNS)
        assert raw.rows("SELECT sum(id) FROM t") == [(3,)]


def test_tables_in_sub_folders_and_parquet_are_found(tmp_path):
    put(tmp_path / "HOSP" / "Admissions.csv")
    pd.DataFrame({"ID": [7], "Age": ["3"], "Name": ["n"]}).to_parquet(tmp_path / "p.parquet")
    assert find_table(tmp_path, "hosp/admissions") is not None
    assert find_table(tmp_path, "icu/admissions") is None
    with RawTables(tmp_path) as raw:
        raw.table("hosp/admissions", COLUMNS)
        raw.table("p", COLUMNS, alias="other")
        assert raw.rows("SELECT count(*) FROM admissions") == [(2,)]
        assert raw.rows("SELECT id, age FROM other") == [(7, 3.0)]


def test_other_words_for_missing_are_missing(tmp_path):
    put(tmp_path / "t.csv", "id,age,name\n1,?,?\n2,3,x\n")
    with RawTables(tmp_path) as raw:
        raw.table("t", COLUMNS, missing=("", "?"))
        assert raw.rows("SELECT age, name FROM t ORDER BY id") == [(None, None), (3.0, "x")]


def test_a_large_result_comes_in_pieces(tmp_path):
    put(tmp_path / "t.csv", "id\n" + "\n".join(map(str, range(30_000))) + "\n")
    with RawTables(tmp_path) as raw:
        raw.table("t", {"id": "BIGINT"})
        pieces = list(raw.batches("SELECT id FROM t", rows=4096))
    assert len(pieces) > 1
    assert sorted(v for p in pieces for v in p.column(0).to_pylist()) == list(range(30_000))


def test_an_offered_frame_joins_with_raw_tables(tmp_path):
    put(tmp_path / "t.csv")
    with RawTables(tmp_path) as raw:
        raw.table("t", COLUMNS)
        raw.offer("chosen", pd.DataFrame({"id": [2]}))
        assert raw.rows("SELECT count(*) FROM t JOIN chosen USING (id)") == [(1,)]


def test_an_optional_table_may_be_absent(tmp_path):
    with RawTables(tmp_path) as raw:
        assert not raw.table("lab", COLUMNS, optional=True)
        assert not raw.has("lab")


def read_all(folder):
    with RawTables(folder) as raw:
        raw.table("t", COLUMNS)
        return raw.frame("SELECT * FROM t")


def refused(folder, text):
    with pytest.raises(InputError, match=text) as caught:
        read_all(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_table_is_named_with_its_remedy(tmp_path):
    assert "fetch this table too" in refused(tmp_path, r"table 't' \(t.csv or t.csv.gz\)")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        RawTables(tmp_path / "nowhere")


def test_a_changed_column_is_named_with_those_there_are(tmp_path):
    put(tmp_path / "t.csv", "id,years,name\n1,2,x\n")
    assert "only id, years, name" in refused(tmp_path, "column 'age' in t.csv")


def test_a_header_alone_is_no_table(tmp_path):
    put(tmp_path / "t.csv", "id,age,name\n")
    refused(tmp_path, "only a header")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "an empty first line"),
        (b"\x1f\x8bnot really packed", "BadGzipFile|EOFError|zlib|error"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "a readable table in t.csv"),
        (b"id,age,age\n1,2,3\n", "age more than once"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, text):
    (tmp_path / "t.csv").write_bytes(content)
    refused(tmp_path, text)


def test_a_word_among_numbers_is_named_by_line_column_and_file(tmp_path):
    put(tmp_path / "t.csv", "id,age,name\n1,2,x\n2,old,secret\n")
    said = refused(tmp_path, "'old' in line 3")
    assert "'age' of t.csv" in said
    assert "secret" not in said


def test_a_file_cut_off_while_it_was_fetched_is_refused(tmp_path):
    noise = random.Random(0)
    rows = "".join(f"{i},{noise.random()},n{i}\n" for i in range(20_000))
    whole = gzip.compress(("id,age,name\n" + rows).encode())
    (tmp_path / "t.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert "fetch it again" in refused(tmp_path, "t.csv.gz as it was released")


def test_flow_counts_those_left_out():
    table = pd.DataFrame({"patient_id": ["a", "a", "b"], "hours": [1, 50, 60]})
    flow = Flow("All", 3, 2)
    kept = flow.keep(table, table["hours"] >= 48, label="48 h or longer", why="shorter")
    assert kept["hours"].tolist() == [50, 60]
    assert flow.steps[1].to_dict() == {
        "label": "48 h or longer", "samples": 2, "patients": 2, "excluded": 1, "why": "shorter",
    }  # fmt: skip
