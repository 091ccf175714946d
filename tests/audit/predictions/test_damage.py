"""Bytes damaged at random: a table or a sentence, never another exception."""

from __future__ import annotations

import contextlib
import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairfuse_core.audit.predictions import guess_roles, load, read_table
from fairfuse_core.errors import ConfigError, InputError
from tests.corpus.broken_tables import BROKEN, GOOD, ODD

SEEDS = [case.content for case in (*ODD.values(), *BROKEN.values()) if len(case.content) < 5_000]


def survive(content: bytes, name: str) -> None:
    """Read, guess and load; only errors made for the user may come out."""
    with contextlib.suppress(InputError, ConfigError):
        raw = read_table(content, name=name)
        guess_roles(raw)
        load(raw)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=4),
    st.integers(0, 5_000),
    st.sampled_from(["t.csv", "t.csv.gz", "t.parquet", "t.tsv"]),
)
def test_mutations_of_the_corpus(
    seed: bytes, changes: list[tuple[int, int]], cut: int, name: str
) -> None:
    content = bytearray(seed)
    for at, value in changes:
        if content:
            content[at % len(content)] = value
    survive(bytes(content[: cut or None]), name)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes(content: bytes) -> None:
    survive(content, "t.csv")
    survive(gzip.compress(content), "t.csv.gz")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='0123456789,;\t|"\n\r .abyNÀ=', max_size=200))
def test_arbitrary_text(text: str) -> None:
    survive(text.encode(), "t.csv")
    survive((GOOD + text).encode(), "t.csv")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "0", "1", "0.5", "NA", "a", "> 89", "-1", "yes", "no", "1e400"]),
            min_size=4,
            max_size=4,
        ),
        min_size=1,
        max_size=12,
    ),
    st.lists(
        st.sampled_from(
            [
                "y",
                "score",
                "sex",
                "age",
                "id",
                "split",
                "class",
                "tp",
                "fn",
                "fp",
                "tn",
                "model",
                "weight",
                "group",
                "attribute",
                "y_pred",
                "target",
            ]
        ),
        min_size=4,
        max_size=4,
        unique=True,
    ),
)
def test_arbitrary_values_under_usual_headers(rows: list[list[str]], header: list[str]) -> None:
    survive("\n".join(",".join(cells) for cells in [header, *rows]).encode(), "t.csv")


@pytest.mark.parametrize("line", [b"x" * 6_000_000, b'"' + b"x\n" * 3_000_000])
def test_cells_without_end(line: bytes) -> None:
    with pytest.raises(InputError):
        load(read_table(GOOD.encode() + line, name="t.csv"))


def test_guess_on_every_corpus_table_that_reads() -> None:
    read = 0
    for case in (*ODD.values(), *BROKEN.values()):
        with contextlib.suppress(InputError):
            guess = guess_roles(read_table(case.content, name=case.filename))
            assert len(guess.reasons) > 0
            read += 1
    assert read > 40


def test_scores_past_the_largest_float_are_infinite() -> None:
    with pytest.raises(InputError, match="infinity in row 2"):
        load(read_table(b"y,score\n0,0.5\n1,1e400\n0,0.1\n"))
    assert np.isinf(float("1e400"))
