"""Patients never cross; cells are even; a planted leak is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairfuse_core.cohort import Splits, split
from fairfuse_core.errors import ConfigError, InputError
from tests.cohort.make import small


@settings(max_examples=25, deadline=None)
@given(st.integers(30, 200), st.integers(2, 6), st.integers(0, 9))
def test_patients_never_cross_and_every_sample_is_tested_once(n, folds, seed):
    cohort = small(n, seed=seed)
    made = split(cohort, task="death", folds=folds, seed=seed)
    tested = np.concatenate([made.fold(k + 1).test for k in range(folds)])
    assert sorted(tested) == list(range(n))
    for k in range(1, folds + 1):
        fold = made.fold(k)
        people = [set(cohort.patients[p]) for p in (fold.train, fold.validation, fold.test)]
        assert not people[0] & people[1] | people[0] & people[2] | people[1] & people[2]
        assert fold.train.size + fold.validation.size + fold.test.size == n


def test_folds_hold_like_shares_of_each_label_and_group():
    cohort = small(3000)
    made = split(cohort, task="death", folds=5)
    death = cohort.labels("death")
    sex = cohort.table["sex"].to_numpy()
    for k in range(1, 6):
        test = made.fold(k).test
        assert abs(test.size - 600) < 30
        assert abs(death[test].mean() - death.mean()) < 0.03
        assert abs((sex[test] == "F").mean() - (sex == "F").mean()) < 0.03
        assert abs(made.fold(k).validation.size / (3000 - test.size) - 0.2) < 0.02


def test_the_seed_decides(tmp_path):
    cohort = small(300)
    a, b, c = (split(cohort, task="death", seed=s) for s in (1, 1, 2))
    assert a.table.equals(b.table)
    assert not a.table.equals(c.table)
    a.save(tmp_path / "s.parquet")
    assert Splits.read(tmp_path / "s.parquet", cohort).table.equals(a.table)


def test_a_patient_in_two_parts_is_found():
    cohort = small(300)
    made = split(cohort, task="death")
    repeated = cohort.table["patient_id"].duplicated(keep=False)
    row = int(np.flatnonzero(repeated)[0])
    here = made.table["fold_1"].iloc[row]
    made.table.loc[row, "fold_1"] = "test" if here == "train" else "train"
    with pytest.raises(InputError, match="in two parts of fold 1"):
        made.check(cohort)


def test_another_cohorts_split_is_refused():
    with pytest.raises(InputError, match="other samples"):
        split(small(60), task="death").check(small(61))


def test_impossible_splits_are_refused():
    with pytest.raises(ConfigError, match="patients"):
        split(small(3), folds=5)
    with pytest.raises(ConfigError, match="at least 2 folds"):
        split(small(30), folds=1)
