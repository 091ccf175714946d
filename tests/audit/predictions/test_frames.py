"""The same table from any frame library, in any row order, is the same predictions."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairfuse_core.audit.predictions import (
    DEFAULT_AGE,
    Predictions,
    Roles,
    as_raw,
    build_predictions,
    from_frame,
    load,
    read_table,
)
from fairfuse_core.errors import InputError

ROLES = Roles(
    label="y",
    scores=("s",),
    attributes=("sex", "age"),
    patient="pid",
    weight="w",
    bins={"age": DEFAULT_AGE},
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Return a table with both outcomes, ties, missing attributes and repeated patients."""
    rows = draw(st.integers(2, 25))

    def many(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    return pd.DataFrame(
        {
            "y": [0, 1, *many(st.integers(0, 1))[2:]],
            "s": many(st.floats(0, 1, width=32)),
            "sex": many(st.sampled_from(["F", "M", "x y", None])),
            "age": many(st.one_of(st.integers(0, 99).map(str), st.sampled_from(["> 89", "NA"]))),
            "pid": many(st.integers(0, 10)),
            "w": many(st.integers(1, 5).map(float)),
        }
    )


def rows_of(table: Predictions) -> list[tuple[Any, ...]]:
    """Return the table as named values, patients as the set of their rows' labels and scores."""
    assert table.score is not None
    assert table.patient is not None
    assert table.weight is not None
    named = [[f.levels[code] for code in f.codes] for f in table.attributes]
    sizes = np.bincount(table.patient)[table.patient]
    return list(
        zip(
            table.y_true.tolist(),
            table.score.tolist(),
            table.weight.tolist(),
            sizes.tolist(),
            *named,
            strict=True,
        )
    )


@settings(max_examples=40, deadline=None)
@given(tables())
def test_library_makes_no_difference(frame: pd.DataFrame) -> None:
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    polars = pl.from_pandas(frame)
    natives = [frame, arrow, polars, polars.lazy(), duckdb.from_arrow(arrow)]
    digests = {build_predictions(from_frame(native), ROLES).digest for native in natives}
    assert len(digests) == 1


@settings(max_examples=40, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_row_order_makes_no_difference(frame: pd.DataFrame, random: Any) -> None:
    order = list(range(len(frame)))
    random.shuffle(order)
    straight = build_predictions(from_frame(frame), ROLES)
    shuffled = build_predictions(from_frame(frame.iloc[order].reset_index(drop=True)), ROLES)
    assert [f.levels for f in straight.attributes] == [f.levels for f in shuffled.attributes]
    assert [rows_of(straight)[at] for at in order] == rows_of(shuffled)


@settings(max_examples=25, deadline=None)
@given(tables())
def test_csv_holds_the_same_values_as_the_frame(frame: pd.DataFrame) -> None:
    text = frame.to_csv(index=False).encode()
    assert rows_of(build_predictions(read_table(text), ROLES)) == rows_of(
        build_predictions(from_frame(frame), ROLES)
    )


def test_categories_and_nullable_columns_are_understood() -> None:
    frame = pd.DataFrame(
        {
            "y": pd.array([0, 1, 1], dtype="Int64"),
            "s": pd.array([0.1, 0.2, 0.3], dtype="Float32"),
            "g": pd.Categorical(["b", None, "a"], categories=["c", "b", "a"]),
        }
    )
    table = load(frame, roles=Roles("y", ("s",), attributes=("g",)))
    assert isinstance(table, Predictions)
    assert table.attributes[0].levels == ("a", "b", "Unknown")
    assert table.attributes[0].codes.tolist() == [1, 2, 0]


def test_chunks_and_dictionaries_that_differ_are_joined() -> None:
    one = pa.table({"y": [0, 1], "s": [0.1, 0.2], "g": pa.array(["b", "a"]).dictionary_encode()})
    two = pa.table({"y": [1], "s": [0.3], "g": pa.array(["a"]).dictionary_encode()})
    table = build_predictions(
        from_frame(pa.concat_tables([one, two])), Roles("y", ("s",), attributes=("g",))
    )
    assert table.attributes[0].codes.tolist() == [1, 0, 0]


def test_columns_that_mix_kinds_become_text() -> None:
    raw = from_frame(pd.DataFrame({"y": [0, 1, 1], "g": pd.Series([1, "b", None], dtype=object)}))
    assert raw.table.column("g").to_pylist() == ["1", "b", None]


def test_one_digest_a_content() -> None:
    frame = pd.DataFrame({"y": [0, 1], "s": [0.1, 0.2]})
    assert from_frame(frame).digest == from_frame(frame.copy()).digest
    assert from_frame(frame).digest != from_frame(frame.assign(s=[0.1, 0.3])).digest


@pytest.mark.parametrize(
    ("native", "says"),
    [
        (3, r"a builtins\.int"),
        ([[0, 1]], r"a builtins\.list"),
        (pd.Series([1, 2]), "Series"),
        (pd.DataFrame(), "0 columns and 0 rows"),
        (pd.DataFrame({"y": []}), "0 rows"),
        (pd.DataFrame([[0, 1]], columns=["y", "y"]), "column names"),
        (pl.LazyFrame({"y": [1]}).select(pl.col("z")), "z"),
    ],
)
def test_what_is_no_table_is_refused(native: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        from_frame(native)


def test_as_raw_takes_everything_once(tmp_path: Any) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,s\n0,0.1\n1,0.2\n")
    raw = as_raw(path)
    assert as_raw(raw) is raw
    assert as_raw(str(path)).digest == raw.digest == as_raw(path.read_bytes()).digest
