"""What is fitted is fitted on training rows, and shows it: planted leaks change nothing."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from fairfuse_core.cohort import Codes, Cohort, Static, TimeSeries, as_attribute
from fairfuse_core.cohort.preprocess import PreprocessOptions, Preprocessor, summarise
from fairfuse_core.errors import ConfigError
from tests.cohort.make import small


def cohort_of(modalities, n):
    table = pd.DataFrame({
        "sample_id": [str(i) for i in range(n)], "patient_id": [str(i) for i in range(n)],
        "sex": as_attribute(["F"] * n),
    })  # fmt: skip
    return Cohort("t", table, ("sex",), (), modalities)


def dense(inputs):
    return {
        "codes": None if inputs.codes is None else inputs.codes.toarray(),
        "series": inputs.series, "static": inputs.static,
    }  # fmt: skip


TRAIN, TEST = np.arange(40), np.arange(40, 60)


def planted(cohort):
    """The same cohort with wild values, new codes and new categories in the test rows."""
    series = cohort.modalities["series"]
    values = np.array(series.values)
    values[TEST] = 1e6
    static = cohort.modalities["static"].frame
    static["unit"] = static["unit"].astype("object")
    static.loc[TEST, "unit"] = "never seen in training"
    static.loc[TEST, "apache"] = -1e6
    codes = cohort.modalities["codes"]
    rows = codes.take(TEST).visit_rows()
    matrix = codes.matrix.toarray()
    matrix = np.hstack([matrix, np.zeros((matrix.shape[0], 1), dtype=np.uint8)])
    matrix[rows] = 1
    measures = codes.measures.toarray()
    measures[rows] = 1e6
    changed = dict(cohort.modalities)
    changed["series"] = TimeSeries(values, series.observed, series.channels)
    changed["static"] = Static(static)
    changed["codes"] = Codes(
        sparse.csr_array(matrix), codes.starts, (*codes.vocabulary, "new"),
        measures=sparse.csr_array(measures), measure_names=codes.measure_names,
        hours=codes.hours,
    )  # fmt: skip
    return Cohort(cohort.name, cohort.table, cohort.attributes, cohort.tasks, changed)


def test_test_rows_do_not_touch_what_is_fitted():
    cohort = small()
    other = planted(cohort)
    a, b = (Preprocessor.fit(c.select(TRAIN)) for c in (cohort, other))
    plain_a, plain_b = a.to_dict(), b.to_dict()
    # The fingerprint covers the unused extra code's name; nothing else may differ.
    plain_a.pop("fitted_on"), plain_b.pop("fitted_on")
    assert plain_a == plain_b
    for name, left in dense(a.transform(cohort.select(TRAIN))).items():
        np.testing.assert_array_equal(left, dense(b.transform(other.select(TRAIN)))[name])


def test_the_check_would_see_a_leak():
    cohort = small()
    honest = Preprocessor.fit(cohort.select(TRAIN)).to_dict()
    leaking = Preprocessor.fit(planted(cohort)).to_dict()
    for part in ("codes", "series", "static"):
        assert honest[part] != leaking[part]


def test_codes_by_hand():
    matrix = sparse.csr_array(np.array([[1, 0, 1], [0, 0, 1], [0, 1, 1]], dtype=np.uint8))
    measures = sparse.csr_array(np.array([[1.0, 0], [2.0, 0], [3.0, 5.0]], dtype=np.float32))
    codes = Codes(
        matrix, np.array([0, 2, 2, 3]), ("x", "y", "z"), measures=measures,
        measure_names=("na", "k"),
    )  # fmt: skip
    cohort = cohort_of({"codes": codes}, 3)
    made = Preprocessor.fit(cohort, PreprocessOptions(n_measures=1, measure_bins=2))
    inputs = made.transform(cohort)
    # z in two samples, x and y in one; "na" in two samples, cut at its median 2.
    assert inputs.code_names == ("z", "x", "y", "na in 1/2", "na in 2/2")
    assert inputs.codes.toarray().tolist() == [[1, 1, 0, 1, 1], [0, 0, 0, 0, 0], [1, 0, 1, 0, 1]]
    assert inputs.available[:, 0].tolist() == [True, False, True]
    rare = PreprocessOptions(min_code_share=0.5, n_measures=0)
    assert Preprocessor.fit(cohort, rare).transform(cohort).code_names == ("z",)


def test_series_by_hand():
    values = np.array([[[1.0], [9.0], [3.0]], [[5.0], [0.0], [0.0]]], dtype=np.float32)
    observed = np.array([[[True], [False], [True]], [[False], [True], [False]]])
    cohort = cohort_of({"series": TimeSeries(values, observed, ("hr",))}, 2)
    inputs = Preprocessor.fit(cohort).transform(cohort)
    # Observed: 1, 3, 0: median 1, quartiles .5 and 2, so 1.5 wide.
    expected = np.array([[0, 0, 4 / 3], [0, -2 / 3, -2 / 3]])
    np.testing.assert_allclose(inputs.series[:, :, 0], expected, rtol=1e-6)
    np.testing.assert_array_equal(inputs.observed, observed)
    summary = summarise(inputs.series, inputs.observed)
    np.testing.assert_allclose(summary[0], [4 / 3, 2 / 3, 0, 4 / 3, 2 / 3], rtol=1e-6)


def test_static_by_hand():
    frame = pd.DataFrame({"age": [1.0, np.nan, 3.0], "ward": pd.Categorical(["a", None, "b"])})
    cohort = cohort_of({"static": Static(frame)}, 3)
    inputs = Preprocessor.fit(cohort).transform(cohort)
    assert inputs.static_names == ("age", "age missing", "ward = a", "ward = b")
    assert inputs.static.tolist() == [[-1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 1]]


def test_what_was_fitted_survives_json():
    cohort = small()
    made = Preprocessor.fit(cohort.select(TRAIN))
    again = Preprocessor.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again.digest == made.digest
    for name, left in dense(made.transform(cohort)).items():
        np.testing.assert_array_equal(left, dense(again.transform(cohort))[name])


def test_rows_are_transformed_each_for_itself():
    cohort = small()
    made = Preprocessor.fit(cohort.select(TRAIN))
    whole, part = made.transform(cohort), made.transform(cohort.select(TEST))
    for name, left in dense(part).items():
        np.testing.assert_array_equal(left, dense(whole)[name][TEST])
    assert (whole.flat()[TEST] != part.flat()).nnz == 0


def test_other_modalities_are_refused():
    cohort = small()
    made = Preprocessor.fit(cohort)
    with pytest.raises(ConfigError, match="codes, series, image"):
        made.transform(cohort_of({}, 3))
    with pytest.raises(ConfigError, match="training samples"):
        Preprocessor.fit(cohort.select(np.zeros(0, dtype=int)))
