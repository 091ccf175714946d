"""MIMIC-IV's images and reports: nothing from after the prediction."""

import numpy as np
import pytest

from fairfuse_core.cohort.sources.mimic_iv import Options, build, radiographs
from fairfuse_core.errors import InputError
from tests.cohort.sources import mimic_folder as made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = made.write(tmp_path_factory.mktemp("cxr"))
    made.write_images(folder)
    made.table(folder, "note/radiology", made.REPORTS)
    made.table(folder, "note/discharge", made.REPORTS | {"text": ["died"] * 4})
    return folder


@pytest.fixture(scope="module")
def cohort(folder):
    return build(folder)


def grey(cohort, row):
    return int(np.median(cohort.modalities["image"].load(np.array([row]))))


def test_the_last_frontal_image_before_the_prediction(cohort):
    assert list(cohort.modalities["image"].available) == [True, False, False]
    assert grey(cohort, 0) == pytest.approx(100, abs=3)  # "morning": half past nine next day
    assert cohort.table["image_hours"][0] == pytest.approx(21 + 30.25 / 60)
    assert cohort.modalities["image"].pixels.shape[1:] == (224, 224)


def test_a_longer_window_sees_a_later_image(folder):
    later = build(folder, options=Options(window_hours=49))
    assert grey(later, 0) == pytest.approx(200, abs=3)


def test_other_views_and_earlier_images_on_request(folder):
    side = build(folder, options=Options(views=("lateral",)))
    assert grey(side, 0) == pytest.approx(150, abs=3)
    early = build(folder, options=Options(window_hours=6, image_hours_before=24 * 60))
    assert grey(early, 0) == pytest.approx(50, abs=3)


def test_an_image_from_the_future_is_never_let_in(folder, monkeypatch):
    planted = radiographs._LAST.replace("AND r.taken < s.until", "")
    assert planted != radiographs._LAST
    monkeypatch.setattr(radiographs, "_LAST", planted)
    with pytest.raises(InputError, match="before the time of prediction"):
        build(folder)


def test_images_without_a_file_are_reported(cohort):
    assert any("1 of 2 chest X-rays have no file" in n for n in cohort.source["notes"])


def test_a_file_that_is_no_image_is_named(tmp_path):
    folder = made.write(tmp_path)
    made.write_images(folder)
    (folder / "files/p10/p10000010/s51/morning.jpg").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"morning\.jpg"):
        build(folder)


def test_a_sub_folder_and_a_cache_give_the_same(folder, cohort, tmp_path):
    raw = made.write(tmp_path / "raw")
    made.write_images(raw / "cxr")
    kept = build(raw, options=Options(image_cache=str(tmp_path / "kept")))
    assert kept.modalities["image"].digest() == cohort.modalities["image"].digest()
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_reports_that_were_there_and_no_discharge_summary(cohort):
    notes = cohort.modalities["notes"].load()
    assert notes[0] == "first, with\nlines\n\nsecond"
    assert "from the future" in notes[1]  # the later stay's past
    assert not any("died" in t for t in notes if t)
    assert notes[2] is None
