"""CSV that no spreadsheet runs, and files that are whole or absent."""

import csv
import io
import os
import stat

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairfuse_core.report import to_csv, write_atomic
from fairfuse_core.report.tables import neutralise, without_suppressed

_STARTS = "=+-@\t\r\n＝＋－＠"


def _cells(frame, **how):
    return list(csv.reader(io.StringIO(to_csv(frame, **how), newline="")))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "－x",
     "＠x", "＋x", "  =HYPERLINK()", "-1+1", "--5", "- 5", "=", "-", "\u3000=1"],
)  # fmt: skip
def test_what_may_run_gets_an_apostrophe(cell):
    assert neutralise(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["-1", "+1.5", "-.5", "-1e-7", "Female", "> 80", "< 18", "80+", "", "a=b", "'=1", "– (1)"],
)
def test_numbers_and_plain_words_stay(cell):
    assert neutralise(cell) == cell


@given(st.text())
def test_no_text_leaves_as_a_formula(text):
    written = neutralise(text)
    assert written in (text, f"'{text}")
    bare = written.lstrip(" \u00a0\u3000\ufeff")
    if bare.startswith(tuple(_STARTS)):
        float(written)  # only a genuine number may start with a sign


@given(st.lists(st.tuples(st.text(), st.floats(allow_nan=False))))
def test_what_is_written_is_read_back(rows):
    frame = pd.DataFrame({"name": [r[0] for r in rows], "value": [r[1] for r in rows]})
    header, *read = _cells(frame)
    assert header == ["name", "value"]
    assert [(r[0], float(r[1])) for r in read] == [(neutralise(n), v) for n, v in rows]


def test_headers_and_index_are_neutralised_too():
    frame = pd.DataFrame({"=cmd()": [-1.5, 2.0]}, index=pd.Index(["@a", "b"], name="-x"))
    assert _cells(frame, index=True) == [["'-x", "'=cmd()"], ["'@a", "-1.5"], ["b", "2.0"]]


def test_missing_is_empty_and_nothing_is_rounded():
    third = 1 / 3
    cells = _cells(pd.DataFrame({"a": [third, np.nan], "b": ["x", None]}))
    assert float(cells[1][0]) == third
    assert cells[2] == ["", ""]


def test_columns_of_the_same_name_are_each_neutralised():
    frame = pd.DataFrame([["=1", "=2"]], columns=["a", "a"])
    assert _cells(frame)[1] == ["'=1", "'=2"]


def test_the_second_lock_blanks_a_leaked_number():
    frame = pd.DataFrame(
        {"model": ["m", "m"], "target": ["t", "t"], "attribute": ["a", "a"], "group": ["x", "y"],
         "threshold": [0.2, 0.4], "suppressed": [True, False]}
    )  # fmt: skip
    clean = without_suppressed(frame, {("m", "t", "a", "x")})
    assert np.isnan(clean["threshold"].iloc[0])
    assert clean["threshold"].iloc[1] == 0.4
    assert clean["suppressed"].tolist() == [True, False]


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "audit.json"
    write_atomic(path, "first")

    def broken(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, "second, longer")
    assert path.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["audit.json"]


def test_a_file_is_utf8_with_the_usual_rights(tmp_path):
    path = tmp_path / "x.csv"
    write_atomic(path, "gender × race\n")
    assert path.read_bytes() == "gender × race\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600
    other = tmp_path / "plain"
    other.write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)
