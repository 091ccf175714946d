"""Paired and clustered AUROC against DeLong's definition and a bootstrap of patients."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fairfuse_core.audit.intervals import clustered_auroc, delong_paired


def placements(y, s):
    k = (s[y][:, None] > s[~y]) + 0.5 * (s[y][:, None] == s[~y])
    return k.mean(1), k.mean(0)


def two_models(seed=3, n=180):
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.3
    shared = rng.normal(size=n) + y
    a = np.round(shared + rng.normal(size=n), 1)
    return y, a, np.round(shared + rng.normal(size=n), 1)


def test_paired_covariance_is_delongs():
    y, a, b = two_models()
    auc_a, auc_b, covariance = delong_paired(y, a, b)
    (a10, a01), (b10, b01) = placements(y, a), placements(y, b)
    expected = np.cov(a10, b10) / y.sum() + np.cov(a01, b01) / (~y).sum()
    assert (auc_a, auc_b) == pytest.approx((roc_auc_score(y, a), roc_auc_score(y, b)), abs=1e-12)
    assert covariance == pytest.approx(expected, abs=1e-14)


def test_one_row_a_cluster_is_no_cluster():
    y, a, b = two_models()
    names = np.random.default_rng(0).permutation(y.size) + 1000
    assert delong_paired(y, a, b, clusters=names)[2] == pytest.approx(delong_paired(y, a, b)[2])


def test_doubled_rows_tell_nothing_new():
    y, a, b = two_models()
    twice = [np.concatenate([v, v]) for v in (y, a, b)]
    patient = np.concatenate([np.arange(y.size)] * 2)
    honest = delong_paired(*twice, clusters=patient)[2]
    assert honest == pytest.approx(delong_paired(y, a, b)[2], rel=1e-9)
    assert delong_paired(*twice)[2][0, 0] < 0.6 * honest[0, 0]


def test_missing_class_and_single_patient():
    auc_a, auc_b, covariance = delong_paired([1, 1], [0.1, 0.2], [0.3, 0.1])
    assert np.isnan([auc_a, auc_b]).all()
    assert np.isnan(covariance).all()
    auc_a, _, covariance = delong_paired([1, 0, 0], [0.3, 0.1, 0.2], [0.3, 0.1, 0.5])
    assert auc_a == 1
    assert np.isnan(covariance).all()


def clustered_rows(seed=11, patients=150, groups=3):
    """Patients with one to five rows, mostly in one group, outcomes and scores alike within."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), rng.integers(1, 6, patients))
    n = patient.size
    own = rng.normal(size=patients)[patient]
    y = own + rng.normal(size=n) > 0.7
    score = own + 0.7 * y + rng.normal(size=n)
    group = np.where(rng.random(n) < 0.8, patient % groups, rng.integers(0, groups, n))
    return y, score, group, patient


def test_clustered_covariance_matches_a_bootstrap_of_patients():
    y, score, group, patient = clustered_rows()
    auc, covariance = clustered_auroc(y, score, group, patient, 3)
    rng = np.random.default_rng(1)
    where = [np.flatnonzero(patient == p) for p in range(patient.max() + 1)]
    replicates = []
    for _ in range(1500):
        rows = np.concatenate([where[p] for p in rng.integers(0, len(where), len(where))])
        replicates.append(
            [roc_auc_score(y[r], score[r]) for r in (rows[group[rows] == g] for g in range(3))]
        )
    expected = np.cov(np.array(replicates).T)
    for g in range(3):
        assert auc[g] == pytest.approx(roc_auc_score(y[group == g], score[group == g]), abs=1e-12)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(np.sqrt(np.diag(expected)), rel=0.1)
    correlation = covariance / np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    wanted = expected / np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert correlation == pytest.approx(wanted, abs=0.08)


def test_clustered_groups_agree_with_each_group_alone():
    y, score, group, patient = clustered_rows(seed=5)
    _, covariance = clustered_auroc(y, score, group, patient, 3)
    for g in range(3):
        own = group == g
        alone = delong_paired(y[own], score[own], score[own], clusters=patient[own])[2]
        assert covariance[g, g] == pytest.approx(alone[0, 0], rel=1e-9)


def test_groups_without_shared_patients_are_independent():
    y, score, _, patient = clustered_rows(seed=6)
    _, covariance = clustered_auroc(y, score, patient % 3, patient, 3)
    assert np.count_nonzero(covariance - np.diag(np.diag(covariance))) == 0


def test_empty_and_one_class_groups_are_undefined():
    y, score, _, patient = clustered_rows(seed=7)
    group = np.where(y, 0, np.where(patient % 2, 1, 0))
    auc, covariance = clustered_auroc(y, score, group, patient, 3)
    assert np.isnan(auc).tolist() == [False, True, True]
    assert np.isnan(covariance[1:]).all()
    assert covariance[0, 0] > 0
