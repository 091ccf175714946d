"""Every broken table is refused with a sentence; every odd one loads."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from fairfuse_core.audit.predictions import load, read_table
from fairfuse_core.errors import InputError
from tests.corpus.broken_tables import BROKEN, ODD
from tests.corpus.shapes import Broken, Odd


def test_the_corpus_is_large_enough() -> None:
    assert len(BROKEN) >= 45


@pytest.mark.parametrize("name", BROKEN)
def test_broken_table_is_refused_by_name(name: str) -> None:
    case: Broken = BROKEN[name]
    with pytest.raises(InputError) as caught:
        load(read_table(case.content, name=case.filename), roles=case.roles)
    error = caught.value
    assert case.says in str(error)
    assert error.remedy.endswith((".", "?"))
    assert len(error.remedy) > 8
    assert "\n" not in str(error)
    told = f"{error.expected} {error.found}"
    places = (repr(case.filename), "row", "line", "column", "attribute '", "two roles")
    assert any(place in told for place in places)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_on_disk_gives_the_same_message(name: str, tmp_path: Path) -> None:
    case = BROKEN[name]
    path = tmp_path / case.filename
    path.write_bytes(case.content)
    with pytest.raises(InputError) as caught:
        load(path, roles=case.roles)
    assert case.says in str(caught.value)


@pytest.mark.parametrize("name", ODD)
def test_odd_table_loads(name: str) -> None:
    case: Odd = ODD[name]
    table = load(read_table(case.content, name=case.filename), roles=case.roles)
    assert len(table) == case.rows


@pytest.mark.parametrize("name", ["2 GB of zeros, gzip", "rows that unfold without end, gzip"])
def test_bombs_are_refused_at_once_and_in_little_memory(name: str) -> None:
    case = BROKEN[name]
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(InputError):
        read_table(case.content, name=case.filename)
    took = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 10
    assert peak < 128 << 20
