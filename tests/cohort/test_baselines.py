"""What a logistic regression reaches on cohort features: neither lost data nor a leak.

Bands are what a careful analyst reaches with patient-grouped folds; a score above its band would
mean that the outcome got into the features, one below that something was lost on the way.
"""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve, roc_auc_score

from fairfuse_core.cohort import Cohort, PreprocessOptions, Preprocessor, split
from fairfuse_core.cohort.sources import diabetes130, eicu, physionet2012
from tests.cohort.real import real_folder


def out_of_fold(cohort: Cohort, task: str, options: PreprocessOptions, *, c: float) -> np.ndarray:
    """Scores of every sample by a model that saw none of its patient's samples."""
    labels, scores = cohort.labels(task), np.full(len(cohort), np.nan)
    splits = split(cohort, task=task, folds=5, seed=0)
    for number in range(1, splits.k + 1):
        fold = splits.fold(number)
        rows = np.concatenate([fold.train, fold.validation])
        train, test = cohort.select(rows), cohort.select(fold.test)
        fitted = Preprocessor.fit(train, options)
        model = LogisticRegression(C=c, max_iter=1000)
        model.fit(fitted.transform(train).flat(), labels[rows])
        scores[fold.test] = model.predict_proba(fitted.transform(test).flat())[:, 1]
    return scores


@pytest.mark.slow
def test_readmission_of_diabetic_patients():
    cohort = diabetes130.build(real_folder("diabetes130"))
    scores = out_of_fold(cohort, "readmission_30d", PreprocessOptions(min_code_share=0.002), c=0.05)
    assert 0.65 <= roc_auc_score(cohort.labels("readmission_30d"), scores) <= 0.69


@pytest.mark.slow
def test_mortality_on_eicu():
    cohort = eicu.build(real_folder("eicu-demo-2.0.1"))
    kept = {k: m for k, m in cohort.modalities.items() if k in {"codes", "static"}}
    cohort = replace(cohort, modalities=kept).with_labels("hospital_mortality")
    scores = out_of_fold(
        cohort, "hospital_mortality", PreprocessOptions(min_code_share=0.01), c=0.01
    )
    labels = cohort.labels("hospital_mortality")
    assert 0.78 <= roc_auc_score(labels, scores) <= 0.84
    precision, recall, _ = precision_recall_curve(labels, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    assert f1.max() < 0.6


@pytest.mark.slow
def test_mortality_on_physionet_2012():
    cohort = physionet2012.build(real_folder("physionet2012")).with_labels("hospital_mortality")
    scores = out_of_fold(cohort, "hospital_mortality", PreprocessOptions(), c=0.05)
    assert roc_auc_score(cohort.labels("hospital_mortality"), scores) >= 0.82
