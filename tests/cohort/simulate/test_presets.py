"""The presets have the published marginals, within sampling error, and are quick to draw."""

import time

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from fairfuse_core.cohort.simulate import PRESETS, preset, simulate
from fairfuse_core.cohort.simulate.phenotypes import PHENOTYPES

# RadFusion (Zhou et al. 2021), Tables 1 and 2.
TYPES = {"central": 257, "segmental": 387, "subsegmental": 82}
TEST = {"gender": {"Female": 99, "Male": 91}, "race": {"White": 119, "Others": 71},
        "age": {"> 80": 57, "≤ 80": 133}}  # fmt: skip
# Positives and negatives of each split.
SPLITS = {"train": (508, 946), "validation": (108, 85), "test": (110, 80)}


@pytest.fixture(scope="module")
def pe():
    return simulate("pe", seed=0, modalities=("static",))


@pytest.fixture(scope="module")
def big():
    return simulate("pe", n=200_000, seed=1, modalities=())


def close(found, wanted, n, *, z=4.0):
    assert abs(found - wanted) < z * np.sqrt(wanted * (1 - wanted) / n), (found, wanted, n)


def test_pe_size_and_labels(pe):
    cohort = pe.cohort
    assert len(cohort) == 1837
    assert len(cohort) - cohort.table["patient_id"].nunique() == pytest.approx(43, abs=4 * 43**0.5)
    close(cohort.labels("pulmonary_embolism").mean(), 726 / 1837, 1837)
    kind = cohort.table["embolism_type"]
    ill = cohort.labels("pulmonary_embolism") == 1
    assert ((kind == "none") == ~ill).all()
    for name, count in TYPES.items():
        close((kind[ill] == name).mean(), count / 726, ill.sum())


def test_pe_marginals_exactly_enough(big):
    """Many more studies: the world itself has the marginals, not one lucky draw."""
    table = big.cohort.table
    y = table["pulmonary_embolism"].to_numpy()
    # Cells of groups combine odds, so the whole keeps its prevalence to half a point.
    assert y.mean() == pytest.approx(726 / 1837, abs=0.006)
    for name, count in TYPES.items():
        share = (table["embolism_type"][y == 1] == name).mean()
        assert share == pytest.approx(count / 726, abs=0.006)
    for split, (positive, negative) in SPLITS.items():
        here = (table["published_split"] == split).to_numpy()
        assert here.mean() == pytest.approx((positive + negative) / 1837, abs=0.006)
        assert y[here].mean() == pytest.approx(positive / (positive + negative), abs=0.015)
    test = table[table["published_split"] == "test"]
    for attribute, groups in TEST.items():
        for group, count in groups.items():
            assert (test[attribute] == group).mean() == pytest.approx(count / 190, abs=0.015)


def test_pe_table_2_in_the_cohort_itself(pe):
    test = pe.cohort.table[pe.cohort.table["published_split"] == "test"]
    assert len(test) == pytest.approx(190, abs=4 * 190**0.5)
    for attribute, groups in TEST.items():
        for group, count in groups.items():
            close((test[attribute] == group).mean(), count / 190, len(test))


def test_pe_splits_keep_patients_together(big):
    by_patient = big.cohort.table.groupby("patient_id")["published_split"].nunique()
    assert (by_patient == 1).all()


def test_pe_measures(pe):
    frame = pe.cohort.modalities["static"].frame
    for name, mean, sd in (("body mass index", 28.37, 9.65), ("pulse on arrival", 81.62, 14.99)):
        assert frame[name].mean() == pytest.approx(mean, abs=4 * sd / 1837**0.5)
        assert frame[name].std() == pytest.approx(sd, rel=0.1)
    taken = frame["D-dimer"].notna()
    close(taken.mean(), 580 / 1837, 1837)
    close((frame["D-dimer"][taken] > 500).mean(), 496 / 580, taken.sum())
    low, middle, high = frame["slices"].quantile([0.25, 0.5, 0.75])
    assert (middle, high - low) == (pytest.approx(386, abs=12), pytest.approx(134, rel=0.12))
    old = (pe.cohort.table["age"] == "> 80").to_numpy()
    assert frame["age"][old].min() >= 81 > frame["age"][~old].max()


def test_pe_readers_reach_about_the_published_aurocs(big):
    y = big.truth.outcome
    for reader, published in (("reader_image", 0.796), ("reader_ehr", 0.922), ("reader", 0.946)):
        assert roc_auc_score(y, big.truth.scores(reader)) == pytest.approx(published, abs=0.025)


def test_icu():
    made = simulate("icu", seed=0, modalities=())
    cohort, table, dials = made.cohort, made.cohort.table, preset("icu")
    assert len(cohort) == 20_000
    assert [t.name for t in cohort.tasks] == [
        "in_hospital_mortality", "phenotypes", "length_of_stay", "stay_days",
    ]  # fmt: skip
    close(1 - made.truth.population.missing["image"].mean(), 0.26, 20_000)
    found = cohort.labels("phenotypes").mean(axis=0)
    assert found.shape == (25,)
    for share, (_, _, wanted) in zip(found, PHENOTYPES, strict=True):
        close(share, wanted, 20_000 / 1.3)  # stays of one patient resemble each other
    for a in dials.attributes:
        for group, share in a.groups.items():
            close((table[a.name] == group).mean(), share, 20_000 / 1.6)
    days = table["stay_days"]
    assert (days.min() >= 2, days.max() <= 102, 3 < days.median() < 6) == (True, True, True)
    assert (table["stay_class"] == "2–3").to_numpy().tolist() == (days < 3).tolist()
    assert (table["stay_class"] == "14+").to_numpy().tolist() == (days >= 14).tolist()
    assert roc_auc_score(made.truth.outcome, days) > 0.6


def test_icu_phenotype_scores_are_calibrated():
    made = simulate("icu", n=40_000, seed=3, modalities=())
    risk, seen = made.truth.phenotype_scores(), made.cohort.labels("phenotypes")
    for low in (0.0, 0.25, 0.5, 0.75):
        here = (risk >= low) & (risk < low + 0.25)
        assert seen[here].mean() == pytest.approx(risk[here].mean(), abs=0.01)
    z = (seen - risk).mean(axis=0) / np.sqrt((risk * (1 - risk)).mean(axis=0) / 40_000)
    assert stats.chi2.sf((z**2).sum(), 25) > 1e-4


@pytest.mark.parametrize("name", PRESETS)
def test_seconds(name):
    start = time.perf_counter()
    made = simulate(name)
    # Seconds on an idle core; the bound leaves room for a busy machine.
    assert time.perf_counter() - start < 30
    assert len(made.cohort) == PRESETS[name].dials.n
    assert set(made.cohort.modalities) == {"codes", "timeseries", "image", "notes", "static"}
