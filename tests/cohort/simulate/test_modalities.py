"""Every modality shows the signals it should, and no outcome's words."""

import re

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV

from fairfuse_core.cohort import Cohort, Preprocessor
from fairfuse_core.cohort.simulate import simulate
from fairfuse_core.cohort.simulate.notes import SENTENCES
from fairfuse_core.cohort.simulate.phenotypes import PHENOTYPES
from fairfuse_core.errors import InputError
from tests.cohort.simulate.worlds import MISSING, world


def read_back(features, signal):
    """Correlation of a ridge regression's held-out prediction with the signal."""
    half = len(signal) // 2
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    model = RidgeCV(np.logspace(0, 5, 6)).fit(features[:half], signal[:half])
    return np.corrcoef(model.predict(features[half:]), signal[half:])[0, 1]


@pytest.fixture(scope="module")
def made():
    return simulate(world(image_shape=(32, 32)), n=3000, seed=1)


def test_the_image_shows_its_signals_and_no_others(made):
    z = made.truth.population.latents
    x = made.cohort.modalities["image"].pixels.reshape(3000, 16, 2, 16, 2).mean(axis=(2, 4))
    x = x.reshape(3000, -1)
    assert read_back(x, z.shared) > 0.8
    assert read_back(x, z.finding) > 0.8
    # A nodule can be anywhere: what shows linearly is how bright the lungs are.
    assert read_back(x, z.image) > 0.15
    for hidden in (z.ehr, z.history, z.organs[:, 0], made.truth.population.groups["group"]):
        assert abs(read_back(x, hidden)) < 0.12


def test_the_nodule_is_of_graded_visibility(made):
    p = made.truth.population
    clean = simulate(world(image_shape=(32, 32), image_noise=0.0), n=3000, seed=1)
    x = clean.cohort.modalities["image"].pixels.astype(float)
    lungs = x[:, 6:18, 4:28]
    spread = lungs - np.median(x, axis=0)[6:18, 4:28]
    brightest = np.sort(spread.reshape(3000, -1), axis=1)[:, -6:].mean(axis=1)
    thirds = [
        brightest[(p.latents.image > a) & (p.latents.image < b)].mean()
        for a, b in ((-9, -0.6), (-0.6, 0.6), (0.6, 9))
    ]
    assert thirds == sorted(thirds)
    assert thirds[2] > thirds[0] + 10


def test_the_volume_shows_its_signals_and_no_others():
    dials = world(setting="pe", image_shape=(12, 24, 24))
    made = simulate(dials, n=1500, seed=1, modalities=("image",))
    z, image = made.truth.population.latents, made.cohort.modalities["image"]
    x = image.pixels.reshape(1500, 12, 12, 2, 12, 2).mean(axis=(3, 5)).reshape(1500, -1)
    arteries = image.pixels[:, :, 11:16].sum(axis=2).reshape(1500, -1)
    assert image.pixels.dtype == np.int16
    assert (image.pixels.min() < -950, 200 < image.pixels.max() <= 3071) == (True, True)
    assert read_back(x, z.shared) > 0.8
    assert read_back(x, z.finding) > 0.8
    assert read_back(arteries, z.image) > 0.6
    assert abs(read_back(x, z.ehr)) < 0.15


def test_codes_labs_series_and_notes_show_the_ehr_signals(made):
    z, cohort = made.truth.population.latents, made.cohort
    inputs = Preprocessor.fit(cohort).transform(cohort)
    codes, tabular = inputs.codes.toarray(), inputs.flat().toarray()
    words = sorted({w for one in SENTENCES for w in one[1] if w})
    notes = np.array([[w in text for w in words] for text in inputs.notes.load()], dtype=float)
    for signal in (z.ehr, z.shared, z.history):
        assert read_back(codes, signal) > 0.6
        assert read_back(tabular, signal) > read_back(codes, signal) - 0.02
        assert read_back(notes, signal) > 0.45
    for hidden in (z.image, z.finding, made.truth.population.groups["group"]):
        assert abs(read_back(tabular, hidden)) < 0.12
        assert abs(read_back(notes, hidden)) < 0.12


def test_series_drift_towards_the_signal(made):
    z, series = made.truth.population.latents, made.cohort.modalities["timeseries"]
    heart = np.where(series.observed, series.values, np.nan)[:, :, 0]
    early, late = (np.nanmean(heart[:, part], axis=1) for part in (slice(0, 12), slice(36, 48)))
    assert np.corrcoef(late, z.ehr)[0, 1] > np.corrcoef(early, z.ehr)[0, 1] + 0.05
    assert (series.values[~series.observed] == 0).all()
    # First-order memory of 0.8 an hour, seen in steps of one hour once the signal is out.
    level = heart - np.nanmean(heart, axis=1, keepdims=True)
    both = np.isfinite(level[:, :-1]) & np.isfinite(level[:, 1:])
    assert np.corrcoef(level[:, :-1][both], level[:, 1:][both])[0, 1] == pytest.approx(
        0.75, abs=0.06
    )


def test_fewer_labs_and_noisier_pixels_where_a_dial_says_so():
    plain = simulate(world(), n=2000, seed=2).cohort.modalities
    worse = simulate(world(lab_odds=0.25, image_noise=2.0), n=2000, seed=2).cohort.modalities
    assert worse["codes"].measures.nnz < 0.7 * plain["codes"].measures.nnz
    seen = [m["timeseries"].observed.mean(axis=(0, 1)) for m in (plain, worse)]
    assert np.array_equal(seen[0][:8], seen[1][:8]), "vital signs are no laboratory tests"
    odds = [s[8:] / (1 - s[8:]) for s in seen]
    assert odds[1] / odds[0] == pytest.approx(0.25, rel=0.1)
    corner = [m["image"].pixels[:, :2, :2].astype(float).std(axis=(1, 2)).mean()
              for m in (plain, worse)]  # fmt: skip
    assert corner[1] > 1.3 * corner[0]


def test_notes_name_no_outcome_label_or_attribute(made):
    text = " ".join(made.cohort.modalities["notes"].load()).lower()
    forbidden = {"death", "dead", "died", "die", "dies", "dying", "mortality", "survive",
                 "survived", "expired", "embolism", "embolus", "clot", "pe", "discharge",
                 "hospice", "woman", "man", "female", "male", "she", "he", "his", "her",
                 "white", "black"}  # fmt: skip
    for name, _, _ in PHENOTYPES:
        rare = set(re.findall("[a-z]{6,}", name.lower()))
        forbidden |= rare - {"disease", "diseases", "disorders", "complication", "related"}
    assert not forbidden & set(re.findall("[a-z]+", text))


def test_a_folder_holds_the_big_arrays(tmp_path):
    made = simulate(world(image_missing=MISSING), n=300, seed=1, folder=tmp_path / "arrays")
    memory = simulate(world(image_missing=MISSING), n=300, seed=1)
    assert made.cohort.fingerprint == memory.cohort.fingerprint
    modalities = made.cohort.modalities
    for array in (modalities["image"].pixels, modalities["timeseries"].values):
        assert isinstance(array, np.memmap)
    before = np.array(modalities["image"].pixels)
    simulate(world(), n=300, seed=2, folder=tmp_path / "arrays")
    assert np.array_equal(before, modalities["image"].pixels), "an open cohort keeps its arrays"
    opened = Cohort.open(made.cohort.save(tmp_path / "cohort"))
    assert opened.fingerprint == memory.cohort.fingerprint
    assert opened.source["dials"]["image_missing"]["rate"] == 0.4


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="another folder"):
        simulate(world(), n=20, folder=tmp_path / "file")


def test_progress_rises_to_one():
    seen = []
    simulate(world(), n=20, progress=lambda share, words: seen.append((share, words)))
    shares = [s for s, _ in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(words for _, words in seen)
