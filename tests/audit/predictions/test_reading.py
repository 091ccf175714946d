"""Files to raw tables: encodings, delimiters, compression, digests, limits."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairfuse_core.audit.predictions import read_table
from fairfuse_core.errors import InputError

TABLE = "id,y,s\n007,0,0.25\n008,1,0.5\n"


def test_ids_keep_their_leading_zeros() -> None:
    raw = read_table(TABLE.encode())
    assert raw.table.column("id").to_pylist() == ["007", "008"]
    assert {str(kind) for kind in raw.table.schema.types} == {"string"}


def test_digest_is_the_sha256_of_the_file_as_it_came(tmp_path: Path) -> None:
    content = gzip.compress(TABLE.encode())
    path = tmp_path / "t.csv.gz"
    path.write_bytes(content)
    expected = hashlib.sha256(content).hexdigest()
    assert read_table(path).digest == expected == read_table(content, name="x.csv.gz").digest
    assert read_table(path).name == "t.csv.gz"
    assert read_table(path).path == path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("packed", [False, True])
def test_encoding_delimiter_and_gzip_make_no_difference(
    encoding: str, delimiter: str, packed: bool
) -> None:
    text = "straße,y,s\nnaïve,0,0.25\ncafé,1,0.5\n".replace(",", delimiter)
    content = text.encode(encoding)
    raw = read_table(gzip.compress(content) if packed else content)
    assert raw.columns == ("straße", "y", "s")
    assert raw.table.column("straße").to_pylist() == ["naïve", "café"]
    assert bool(raw.messages) == (encoding == "latin-1")


def test_header_decides_between_delimiters_that_both_occur() -> None:
    raw = read_table(b'name;note\na;"x, y"\nb;"u, v"\n')
    assert raw.columns == ("name", "note")
    assert raw.table.column("note").to_pylist() == ["x, y", "u, v"]


def test_quotes_inside_plain_cells_are_harmless() -> None:
    raw = read_table(b"y,s,height\n0,0.1,5'10\"\n1,0.2,6'\n")
    assert raw.table.column("height").to_pylist() == ["5'10\"", "6'"]


def test_latin_1_far_into_a_large_file_is_found() -> None:
    content = b"y,group\n" + b"0,abc\n" * 300_000 + "1,Zoë\n".encode("latin-1")
    raw = read_table(content)
    assert raw.table.column("group")[-1].as_py() == "Zoë"
    assert len(raw) == 300_001
    assert "Latin-1" in raw.messages[0].text


def test_ragged_line_far_into_a_large_file_is_named() -> None:
    content = b"y,group\n" + b"0,abc\n" * 300_000 + b"1,a,b\n"
    with pytest.raises(InputError, match="3 on line 300002"):
        read_table(content)


def test_nul_far_into_a_large_file_is_named() -> None:
    content = gzip.compress(b"y,group\n" + b"0,abc\n" * 300_000 + b"1,a\0\n", compresslevel=1)
    with pytest.raises(InputError, match="NUL byte on line 300002"):
        read_table(content)


def test_size_limit_holds_before_and_after_decompression() -> None:
    content = b"y,s\n" + b"0,0.1\n" * 1000
    with pytest.raises(InputError, match="at most"):
        read_table(content, max_bytes=1000)
    with pytest.raises(InputError, match="once decompressed"):
        read_table(gzip.compress(content), max_bytes=1000)


def test_parquet_keeps_types_and_drops_the_pandas_index() -> None:
    sink = pa.BufferOutputStream()
    table = pa.table({"y": [0, 1], "s": [0.1, 0.2], "__index_level_0__": [5, 6]})
    pq.write_table(table, sink)
    raw = read_table(sink.getvalue().to_pybytes(), name="t.parquet")
    assert raw.columns == ("y", "s")
    assert str(raw.table.schema.field("y").type) == "int64"


def test_parquet_that_would_not_fit_is_refused_unread() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"s": list(range(100_000))}), sink, use_dictionary=False)
    with pytest.raises(InputError, match="100,000 rows of 1 columns"):
        read_table(sink.getvalue().to_pybytes(), name="t.parquet", max_bytes=10_000_00 // 2)


def test_directory_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        read_table(tmp_path)
    with pytest.raises(InputError, match=r"no file .*absent\.csv"):
        read_table(tmp_path / "absent.csv")


def test_unnamed_columns_get_a_name_and_a_note() -> None:
    raw = read_table(b",y,\n0,1,2\n")
    assert raw.columns == ("column 1", "y", "column 3")
    assert "'column 1' and 'column 3'" in raw.messages[0].text


def test_parquet_text_that_is_not_utf8_is_refused_by_column() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table({"y": [0, 1], "sex": ["Female", "Male"]}),
        sink,
        compression="none",
        write_statistics=False,
    )
    content = sink.getvalue().to_pybytes().replace(b"Female", b"F\xff\xfe\xfdle")
    with pytest.raises(InputError, match="column 'sex'"):
        read_table(content, name="t.parquet")


def test_refusals_on_arrows_own_threads_leave_the_process_alive() -> None:
    broken = b"y,group\n" + b"0,abc\n" * 30_000 + b"1,a,b\n" + b"0,abc\n" * 30_000
    for content in (broken, gzip.compress(broken, compresslevel=1)) * 20:
        with pytest.raises(InputError, match="3 on line 30002"):
            read_table(content)
