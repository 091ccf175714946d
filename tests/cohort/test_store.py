"""Saved and opened again a cohort is the same; half a cohort is never opened."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.cohort import Cohort, open_cohort
from fairfuse_core.errors import InputError
from tests.cohort.make import small


@pytest.fixture(scope="module")
def cohort():
    return small()


def same(a: Cohort, b: Cohort) -> None:
    pd.testing.assert_frame_equal(a.table, b.table)
    assert a.fingerprint == b.fingerprint
    assert (a.attributes, a.tasks, a.flow, a.source) == (b.attributes, b.tasks, b.flow, b.source)
    pd.testing.assert_frame_equal(a.availability(), b.availability())


def test_round_trip_keeps_everything(cohort, tmp_path):
    same(cohort, open_cohort(cohort.save(tmp_path / "c"), verify=True))


def test_a_view_is_saved_as_its_rows_alone(cohort, tmp_path):
    view = cohort.select(np.array([5, 2, 40]))
    again = Cohort.open(view.save(tmp_path / "v"))
    same(view, again)
    assert again.modalities["image"].pixels.shape[0] == view.modalities["image"].available.sum()


def test_views_share_memory_with_the_whole(cohort):
    view = cohort.select(np.arange(10))
    assert view.modalities["series"].values is cohort.modalities["series"].values
    assert view.modalities["image"].pixels is cohort.modalities["image"].pixels


def test_selecting_twice_is_selecting_once(cohort):
    twice = cohort.select(np.arange(3, 30)).select(np.array([4, 0]))
    assert twice.fingerprint == cohort.select(np.array([7, 3])).fingerprint


def test_opened_arrays_stay_on_disk(cohort, tmp_path):
    again = open_cohort(cohort.save(tmp_path / "c"))
    assert isinstance(again.modalities["series"].values, np.memmap)
    assert isinstance(again.modalities["image"].pixels, np.memmap)


def test_saving_over_a_cohort_replaces_it_and_over_anything_else_is_refused(cohort, tmp_path):
    folder = cohort.save(tmp_path / "c")
    cohort.select(np.arange(5)).save(folder)
    assert len(open_cohort(folder)) == 5
    assert [p.name for p in tmp_path.iterdir()] == ["c"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds something else"):
        cohort.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize("damage", ["cut", "gone", "flipped", "no manifest", "other format"])
def test_a_damaged_folder_is_refused_with_a_reason(cohort, tmp_path, damage):
    folder = cohort.save(tmp_path / "c")
    target = folder / "series" / "values.npy"
    if damage == "cut":
        target.write_bytes(target.read_bytes()[:-4])
    elif damage == "gone":
        target.unlink()
    elif damage == "flipped":
        content = bytearray(target.read_bytes())
        content[-1] ^= 1
        target.write_bytes(bytes(content))
    elif damage == "no manifest":
        (folder / "cohort.json").unlink()
    else:
        manifest = json.loads((folder / "cohort.json").read_text())
        manifest["format_version"] = 99
        (folder / "cohort.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError):
        open_cohort(folder, verify=True)


def test_killed_half_way_nothing_is_left_to_open(tmp_path):
    code = (
        "import sys; from tests.cohort.make import small\n"
        "c = small(200)\n"
        "while True: c.save(sys.argv[1])\n"
    )
    for wait in (0.0, 0.02, 0.05):
        folder = tmp_path / f"c{wait}"
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=os.getcwd())
        until = time.monotonic() + 60
        while not list(tmp_path.iterdir()) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if folder.exists():
            assert open_cohort(folder, verify=True).fingerprint == small(200).fingerprint
        for leftover in tmp_path.glob(".*.part"):
            # Complete drafts carry their manifest; the others cannot be opened.
            if not (leftover / "cohort.json").exists():
                with pytest.raises(InputError):
                    open_cohort(leftover)
