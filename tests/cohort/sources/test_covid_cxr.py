"""COVID-19 images: counts of the collection, every trap of its table, and bad input."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fairfuse_core.cohort import Cohort
from fairfuse_core.cohort.sources import covid_cxr
from fairfuse_core.cohort.sources.covid_cxr import Options
from fairfuse_core.errors import ConfigError, InputError
from tests.cohort.real import real_folder

PLAIN = {
    "image224": "a.png", "patientid": "1", "offset": "0", "sex": "F", "age": "50.0",
    "finding": "COVID-19", "survival": "Y", "intubated": "N", "went_icu": "N", "in_icu": "N",
    "temperature": "", "pO2_saturation": "", "leukocyte_count": "", "neutrophil_count": "",
    "lymphocyte_count": "", "view": "PA", "modality": "X-ray", "doi": "",
    "url": "https://radiopaedia.org/cases/x?lang=us", "license": "CC BY",
    "clinical_notes": "Cough, then fever.", "orig_sha256": "", "duplicate_image": "",
}  # fmt: skip


def write(folder: Path, *rows: dict, drop: str = "", images: bool = True) -> Path:
    (folder / "Images").mkdir(parents=True, exist_ok=True)
    full = [{**PLAIN, "orig_sha256": f"sum{k}", **row} for k, row in enumerate(rows)]
    with (folder / "metadata.csv").open("w", newline="") as stream:
        out = csv.DictWriter(stream, [c for c in PLAIN if c != drop], extrasaction="ignore")
        out.writeheader()
        out.writerows(full)
    for k, row in enumerate(full):
        if images and "/" not in row["image224"]:
            Image.new("L", (224, 224), k + 1).save(folder / "Images" / row["image224"])
    return folder


def build(folder: Path, **options) -> Cohort:
    return covid_cxr.build(folder, options=Options(**options))


@pytest.fixture(scope="module")
def whole():
    return build(real_folder("covid-cxr"), views=None, keep_duplicates=True)


@pytest.fixture(scope="module")
def frontal():
    return build(real_folder("covid-cxr"))


def counts(cohort: Cohort, column: str) -> dict:
    return cohort.table[column].value_counts().to_dict()


def test_counts_of_the_whole_collection(whole):
    assert len(whole) == 438
    assert whole.flow[0].patients == 200
    assert counts(whole, "imaging") == {"X-ray": 389, "CT": 49}
    assert counts(whole, "view") == {
        "PA": 190, "AP Supine": 72, "AP": 45, "L": 43, "Unknown": 39, "Axial": 33, "Coronal": 16,
    }  # fmt: skip
    assert counts(whole, "license") == {
        "CC BY-NC-SA": 207, "CC BY-NC-SA 4.0": 130, "CC BY 3.0": 92, "CC BY 4.0": 6, "CC BY": 2,
        "CC BY-SA": 1,
    }  # fmt: skip
    assert counts(whole, "source") == {
        "Radiopaedia": 192, "Eurorad": 124, "Hannover": 92, "Other": 30,
    }  # fmt: skip
    found = counts(whole, "finding")
    assert (found["COVID-19"], found["COVID-19, ARDS"], found["Unknown"]) == (247, 9, 78)
    assert whole.modalities["image"].available.all()
    assert whole.modalities["image"].pixels.shape == (438, 224, 224)


def test_counts_of_frontal_images_with_the_duplicates():
    made = build(real_folder("covid-cxr"), keep_duplicates=True)
    assert len(made) == 307
    # 172 patient ids; two pairs of them share their images and are one patient each.
    assert made.table["patient_id"].nunique() == 170
    assert counts(made, "sex") == {"Male": 181, "Female": 113, "Unknown": 13}
    assert np.isfinite(made.modalities["static"].frame["age"]).sum() == 203
    assert counts(made, "went_icu") == {1.0: 119, 0.0: 67}
    assert counts(made, "died") == {0.0: 105, 1.0: 17}
    assert made.modalities["notes"].available.sum() == 215


def test_duplicates_are_left_out_once_also_those_not_marked(whole, frontal):
    # Five are marked; one more pair of files within a patient is identical and is not.
    assert [s.excluded for s in frontal.flow] == [0, 0, 6, 129]
    assert len(frontal) == 303
    pixels = frontal.modalities["image"].load(np.arange(len(frontal)))
    assert np.unique(pixels.reshape(len(frontal), -1), axis=0).shape[0] == 303
    assert frontal.flow[1].patients == 198


def test_a_source_that_decides_the_label_is_there_to_be_audited(whole):
    hannover = whole.table[whole.table["source"] == "Hannover"]
    assert set(hannover["finding"]) <= {"COVID-19", "No Finding", "Unknown"}
    assert "source" in whole.attributes


@pytest.mark.parametrize("answer", ["", "?", "Would have been stated", "Not visible", "Unclear"])
def test_answers_that_leave_it_open_are_missing(tmp_path, answer):
    made = build(write(tmp_path, {"went_icu": answer, "survival": answer, "temperature": answer}))
    assert np.isnan([made.labels("icu_admission")[0], made.labels("death")[0]]).all()
    assert np.isnan(made.modalities["static"].frame["temperature"][0])


def test_a_death_is_the_positive_class(tmp_path):
    rows = [{"image224": f"{s}.png", "survival": s} for s in ("Y", "N")]
    made = build(write(tmp_path, *rows))
    assert dict(zip(made.table["sample_id"], made.labels("death"), strict=True)) == {
        "Y.png": 0, "N.png": 1,
    }  # fmt: skip


def test_a_finding_yet_to_do_is_no_label_and_no_other_finding(tmp_path):
    findings = ["COVID-19", "COVID-19, ARDS", "No Finding", "ARDS", "todo", ""]
    rows = [{"image224": f"{k}.png", "finding": f} for k, f in enumerate(findings)]
    made = build(write(tmp_path, *rows))
    np.testing.assert_array_equal(made.labels("covid"), [1, 1, 0, 0, np.nan, np.nan])
    assert len(made.with_labels("covid")) == 4
    assert made.table["finding"].tolist()[4:] == ["Unknown", "Unknown"]


def test_sources_by_address(tmp_path):
    given = {
        "https://www.eurorad.org/case/1": "Eurorad", "https://radiopaedia.org/c/1": "Radiopaedia",
        "https://github.com/ml-workgroup/covid-19-image-repository": "Hannover",
        "https://github.com/someone/else": "Other", "https://www.cureus.com/a": "Other",
        "": "Unknown", "?": "Unknown",
    }  # fmt: skip
    rows = [{"image224": f"{k}.png", "url": u} for k, u in enumerate(given)]
    assert build(write(tmp_path, *rows)).table["source"].tolist() == list(given.values())


def test_only_frontal_x_rays_unless_asked(tmp_path):
    views = ["PA", "AP", "AP Supine", "L", "Axial", "Coronal", "", "?"]
    rows = [{"image224": f"{k}.png", "view": v} for k, v in enumerate(views)]
    folder = write(tmp_path, *rows)
    assert build(folder).table["view"].tolist() == views[:3]
    assert build(folder, views=("L",)).table["view"].tolist() == ["L"]
    assert len(build(folder, views=None)) == 8


def test_the_marked_copy_goes_and_patients_that_share_a_file_are_one(tmp_path):
    rows = (
        {"image224": "a.png", "patientid": "9", "orig_sha256": "s", "duplicate_image": "Y"},
        {"image224": "b.png", "patientid": "3", "orig_sha256": "s"},
        {"image224": "c.png", "patientid": "9", "orig_sha256": "t"},
    )
    made = build(write(tmp_path, *rows))
    assert made.table["sample_id"].tolist() == ["b.png", "c.png"]
    assert made.table["patient_id"].tolist() == ["3", "3"]
    assert made.flow[0].patients == 2
    assert made.flow[-1].patients == 1


def test_unknown_file_sums_do_not_join_patients(tmp_path):
    rows = [{"image224": f"{k}.png", "patientid": str(k), "orig_sha256": ""} for k in range(3)]
    made = build(write(tmp_path, *rows))
    assert len(made) == 3
    assert made.table["patient_id"].nunique() == 3


def test_ages_and_sparse_values(tmp_path):
    rows = (
        {"image224": "a.png", "age": "70.0", "temperature": "38.5"},
        {"image224": "b.png", "age": "?", "lymphocyte_count": "0"},
    )
    made = build(write(tmp_path, *rows))
    static = made.modalities["static"].frame
    assert made.table["age"].tolist() == ["65-79", "Unknown"]
    assert static["temperature"].tolist()[0] == 38.5
    assert static["lymphocyte_count"].tolist()[1] == 0
    assert static.notna().sum().sum() == 3


def test_a_file_that_is_not_there_is_not_available(tmp_path):
    folder = write(tmp_path, {"image224": "a.png"}, {"image224": "b.png", "clinical_notes": " "})
    (folder / "Images" / "b.png").unlink()
    made = build(folder)
    assert made.modalities["image"].available.tolist() == [True, False]
    assert made.modalities["notes"].available.tolist() == [True, False]


def test_pixels_in_a_cache_are_the_same(tmp_path):
    folder = write(tmp_path / "raw", {})
    mapped = build(folder, cache=tmp_path / "cache")
    assert isinstance(mapped.modalities["image"].pixels, np.memmap)
    plain = build(folder)
    assert mapped.fingerprint == plain.fingerprint
    assert mapped.source == plain.source
    assert Cohort.open(mapped.save(tmp_path / "saved")).fingerprint == plain.fingerprint


def test_progress_runs_from_nothing_to_all(tmp_path):
    told = []
    covid_cxr.build(write(tmp_path, {}), progress=lambda share, _: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_a_file_name_that_leaves_the_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="inside the folder"):
        build(write(tmp_path, {"image224": "../secret.png"}))


def test_an_unreadable_image_is_named(tmp_path):
    folder = write(tmp_path, {})
    (folder / "Images" / "a.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"a\.png"):
        build(folder)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"went_icu": "1"}, "went_icu.*'1'"),
        ({"survival": "dead"}, "survival.*'dead'"),
        ({"age": "old"}, "age.*'old'.*a.png"),
        ({"patientid": ""}, "patientid"),
        ({"image224": "?"}, "image224"),
    ],
)
def test_cells_that_cannot_be_read_are_named(tmp_path, row, words):
    with pytest.raises(InputError, match=words):
        build(write(tmp_path, row, images=False))


def test_the_same_image_name_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="more than once"):
        build(write(tmp_path, {}, {}))


def test_missing_parts_are_named(tmp_path):
    with pytest.raises(InputError, match="'metadata'"):
        build(tmp_path)
    with pytest.raises(InputError, match="'clinical_notes'"):
        build(write(tmp_path / "a", {}, drop="clinical_notes"))
    with pytest.raises(InputError, match="only a header"):
        build(write(tmp_path / "b"))
    folder = write(tmp_path / "c", {})
    (folder / "Images").rename(folder / "pictures")
    with pytest.raises(InputError, match="'images' beside"):
        build(folder)


@pytest.mark.parametrize("views", [(), ("pa",), ("PA", "lateral")])
def test_views_that_there_are_not_are_refused(views):
    with pytest.raises(ConfigError):
        Options(views=views)
