"""SQL results become sparse rows and series, the same as a plain loop makes of them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairfuse_core.cohort.sources import gather
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    with RawTables(tmp_path_factory.mktemp("raw")) as opened:
        yield opened


def listed(rows, names):
    cells = ", ".join(
        "(" + ", ".join("NULL" if v is None else repr(v) for v in row) + ")" for row in rows
    )
    return f"SELECT * FROM (VALUES {cells}) AS t({names})"


def test_a_name_occurs_once_a_row_however_often_it_is_written(raw):
    sql = listed([(0, "b"), (2, "a"), (0, "b"), (0, None), (2, "b")], "row, name")
    found, names = gather.indicators(raw, sql, rows=4)
    assert names == ("a", "b")
    assert found.dtype == np.uint8
    assert found.toarray().tolist() == [[0, 1], [0, 0], [1, 1], [0, 0]]


def test_a_measured_zero_is_stored_and_a_missing_value_is_not(raw):
    sql = listed([(0, "na", 0.0), (1, "na", None), (1, "k", 4.5)], "row, name, value")
    found, names = gather.values(raw, sql, rows=2)
    assert names == ("k", "na")
    assert found.nnz == 2
    assert found.toarray().tolist() == [[0.0, 0.0], [4.5, 0.0]]


def test_no_rows_make_an_empty_matrix(raw):
    found, names = gather.indicators(raw, "SELECT 0 AS row, 'x' AS name WHERE false", rows=3)
    assert (found.shape, names) == ((3, 0), ())


PLACES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 1)),
    st.floats(-1e6, 1e6, width=32),
    min_size=1,
    max_size=40,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(places=PLACES)
def test_a_series_is_what_a_loop_would_write(raw, places, monkeypatch):
    monkeypatch.setattr(gather, "_BLOCK", 3)
    expected = np.zeros((10, 4, 2), dtype=np.float32)
    seen = np.zeros((10, 4, 2), dtype=bool)
    for place, value in places.items():
        expected[place], seen[place] = value, True
    sql = listed([(*p, v) for p, v in places.items()], "row, step, channel, value")
    made = gather.series(raw, sql, samples=10, steps=4, channels=("hr", "map"))
    values, observed = made.load()
    np.testing.assert_array_equal(observed, seen)
    np.testing.assert_array_equal(values[seen], expected[seen])
    assert isinstance(made.values, np.memmap)


def test_steps_outside_the_window_are_left_out(raw):
    sql = listed([(0, -1, 0, 1.0), (0, 2, 0, 2.0), (0, 1, 0, None)], "row, step, channel, value")
    made = gather.series(raw, sql, samples=1, steps=2, channels=("hr",))
    assert not made.available.any()


def test_a_full_disk_is_one_clear_message(raw, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gather.tempfile, "TemporaryFile", full)
    with pytest.raises(InputError, match="No space left on device"):
        gather.series(raw, "SELECT 1", samples=1, steps=1, channels=("hr",))
