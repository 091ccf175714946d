"""The ideal observer is calibrated and never beaten; interaction alone says nothing."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fairfuse_core.cohort.preprocess import Preprocessor
from fairfuse_core.cohort.simulate import OBSERVERS, Missing, simulate
from fairfuse_core.cohort.simulate.model import populate
from tests.cohort.simulate.worlds import only, world

BY_GROUP = {"prevalence_odds": {"group": {"b": 2.5}}, "strength": 3.0}
MNAR = Missing(rate=0.5, by_acuity=0.8, by_hidden=2.0)


def error(area, y):
    """Upper bound of the standard error of an AUROC."""
    return np.sqrt(area * (1 - area) / min(y.sum(), (~y).sum()))


def known(p, *names):
    """The latent signals an observer may know, and the group."""
    z = p.latents
    columns = [getattr(z, n) for n in names]
    return np.column_stack([*columns, p.groups["group"]])


@pytest.mark.parametrize(
    ("observer", "dials"),
    [
        ("ideal", world(**BY_GROUP)),
        ("ideal_ehr", world(**BY_GROUP)),
        ("ideal_image", world(**BY_GROUP)),
        ("ideal_available", world(**BY_GROUP, image_missing=Missing(rate=0.5))),
        ("ideal_available", world(**BY_GROUP, image_missing=MNAR)),
        ("ideal_ehr", only("interaction_share", strength=4.0)),
    ],
)
def test_ideal_scores_are_the_true_probabilities(observer, dials):
    p = populate(dials, n=200_000, seed=1)
    score = OBSERVERS[observer](p)
    for cut in ((p.groups["group"] == 0), (p.groups["group"] == 1), p.missing["image"]):
        for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1)):
            here = cut & (score >= low) & (score < high)
            if here.sum() > 500:
                wanted = score[here].mean()
                se = np.sqrt(wanted * (1 - wanted) / here.sum())
                assert p.outcome[here].mean() == pytest.approx(wanted, abs=4.5 * se)


def test_the_fact_that_an_image_is_missing_counts():
    p = populate(world(**BY_GROUP, image_missing=MNAR), n=100_000, seed=2)
    gone = p.missing["image"]
    ignoring = OBSERVERS["ideal_ehr"](p)
    # Images of the sick are missing here, so whoever lacks one is sicker than the EHR shows.
    assert p.outcome[gone].mean() > ignoring[gone].mean() + 0.02
    knowing = OBSERVERS["ideal_available"](p)
    assert np.array_equal(knowing[~gone], p.risk[~gone])
    loss = {
        k: -np.mean(np.log(np.where(p.outcome, s, 1 - s))[gone])
        for k, s in (("ignoring", ignoring), ("knowing", knowing))
    }
    assert loss["knowing"] < loss["ignoring"]


RIVALS = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=10.0)),
    "boosting": lambda: HistGradientBoostingClassifier(max_iter=40, random_state=0),
}
KNOWLEDGE = {
    "ideal": ("ehr", "shared", "image", "history", "finding"),
    "ideal_ehr": ("ehr", "shared", "history", "acuity"),
    "ideal_image": ("shared", "image", "finding"),
}


@pytest.mark.parametrize("observer", KNOWLEDGE)
@pytest.mark.parametrize("rival", RIVALS)
def test_no_model_on_the_same_signals_beats_the_ideal_observer(observer, rival):
    dials = world(**BY_GROUP)
    train, test = (populate(dials, n=n, seed=s) for n, s in ((20_000, 1), (30_000, 2)))
    model = RIVALS[rival]().fit(known(train, *KNOWLEDGE[observer]), train.outcome)
    score = model.predict_proba(known(test, *KNOWLEDGE[observer]))[:, 1]
    best = roc_auc_score(test.outcome, OBSERVERS[observer](test))
    area = roc_auc_score(test.outcome, score)
    # The two are computed on the same samples, so their difference errs far less than either.
    assert 0.6 < area < best + 0.5 * error(best, test.outcome)
    if rival == "boosting":
        assert area > best - 0.03, "the rival is a weak one"


def flat(cohort, *, train):
    kept = Preprocessor.fit(train)
    return kept.transform(cohort).flat().toarray()


def pixels(cohort):
    """Means of squares of two by two pixels, which blur the noise and speed the rivals up."""
    image = cohort.modalities["image"].load(np.arange(len(cohort))).astype(np.float32)
    *front, h, w = image.shape
    coarse = image.reshape(*front, h // 2, 2, w // 2, 2).mean(axis=(-3, -1))
    return coarse.reshape(len(cohort), -1)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["icu", "pe"])
@pytest.mark.parametrize("rival", RIVALS)
def test_no_model_on_features_beats_the_ideal_observer(setting, rival):
    shape = (24, 24) if setting == "icu" else (8, 16, 16)
    dials = world(setting=setting, image_shape=shape, n=6000, strength=3.0, interaction_share=0.05)
    made = simulate(dials, seed=1)
    half = np.arange(6000) < 4000
    train, test = made.cohort.select(half), made.cohort.select(~half)
    y = made.truth.outcome
    for observer, x_train, x_test in (
        ("ideal_ehr", *(flat(c, train=train) for c in (train, test))),
        ("ideal_image", pixels(train), pixels(test)),
        ("ideal", *(np.hstack([flat(c, train=train), pixels(c)]) for c in (train, test))),
    ):
        model = RIVALS[rival]()
        if rival == "boosting":
            model.set_params(max_iter=20, max_bins=32)
        if rival == "logistic":
            model.set_params(logisticregression__C=1e-3, logisticregression__max_iter=500)
        score = model.fit(x_train, y[half]).predict_proba(x_test)[:, 1]
        area = roc_auc_score(y[~half], score)
        best = roc_auc_score(y[~half], made.truth.scores(observer)[~half])
        assert 0.6 < area < best + 2 * error(best, y[~half])


def test_interaction_needs_both_modalities():
    p = populate(only("interaction_share", strength=4.0), n=50_000, seed=3)
    for observer in ("ideal_ehr", "ideal_image"):
        score = OBSERVERS[observer](p)
        assert np.ptp(score) < 1e-9, "a constant score has AUROC 0.5 exactly"
    assert roc_auc_score(p.outcome, OBSERVERS["ideal"](p)) > 0.85
    for side in (p.latents.history, p.latents.finding):
        area = roc_auc_score(p.outcome, side)
        assert area == pytest.approx(0.5, abs=4 * error(0.5, p.outcome))
    alone = HistGradientBoostingClassifier(max_iter=40, random_state=0)
    z = known(p, "ehr", "shared", "history", "acuity")
    area = roc_auc_score(p.outcome[25_000:], alone.fit(z[:25_000], p.outcome[:25_000])
                         .predict_proba(z[25_000:])[:, 1])  # fmt: skip
    assert area == pytest.approx(0.5, abs=4 * error(0.5, p.outcome[25_000:]))


@pytest.mark.parametrize(
    ("share", "useful", "useless"),
    [
        ("ehr_share", "ideal_ehr", "ideal_image"),
        ("image_share", "ideal_image", "ideal_ehr"),
    ],
)
def test_signal_of_one_modality_is_only_there(share, useful, useless):
    p = populate(only(share), n=20_000, seed=4)
    assert np.ptp(OBSERVERS[useless](p)) < 1e-9
    assert OBSERVERS[useful](p) == pytest.approx(p.risk, abs=1e-6)


def test_shared_signal_is_in_both():
    p = populate(only("shared_share"), n=5000, seed=4)
    for observer in ("ideal_ehr", "ideal_image"):
        assert OBSERVERS[observer](p) == pytest.approx(p.risk, abs=1e-6)


def test_the_reader_reads_worse_where_quality_is_worse():
    noise, labs = {"group": {"b": 3.0}}, {"group": {"b": 0.1}}
    fair = populate(world(), n=60_000, seed=5)
    for dials, observers in (
        (world(image_noise_by_group=noise), ("reader", "reader_image")),
        (world(lab_odds_by_group=labs), ("reader", "reader_ehr")),
    ):
        p = populate(dials, n=60_000, seed=5)
        b = p.groups["group"] == 1
        for observer in observers:
            score, before = OBSERVERS[observer](p), OBSERVERS[observer](fair)
            assert np.array_equal(score[~b], before[~b])
            a_b, a_a = (roc_auc_score(p.outcome[g], score[g]) for g in (b, ~b))
            assert a_b < a_a - 0.02
            assert a_a < roc_auc_score(p.outcome[~b], p.risk[~b])
