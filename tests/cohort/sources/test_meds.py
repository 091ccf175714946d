"""MEDS: what is written holds to the standard, every event survives, labels look only ahead."""

import collections
import datetime as dt
import json
import tempfile
from pathlib import Path

import meds
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy import sparse

from fairfuse_core.cohort import Codes, Cohort, Static, as_attribute, split
from fairfuse_core.cohort.sources.meds import Options, build, recorded_splits, write_meds
from fairfuse_core.errors import ConfigError, InputError, NotAvailableError
from tests.cohort.make import small

BORN, DAY = dt.datetime(1950, 1, 1), dt.datetime(2020, 5, 1)
EVENTS = [
    # subject, time, code, value
    (1, None, "GENDER//F", None), (1, BORN, "MEDS_BIRTH", None),
    (1, DAY, "ADMIT", None), (1, DAY + dt.timedelta(hours=5), "LAB//K", 4.0),
    (1, DAY + dt.timedelta(hours=5), "LAB//K", 4.5),
    (1, DAY + dt.timedelta(hours=5), "DX//A", None),
    (1, DAY + dt.timedelta(hours=5), "DX//A", None),
    (1, DAY + dt.timedelta(hours=24), "LAB//K", 0.0),
    (1, DAY + dt.timedelta(days=3), "MEDS_DEATH", None),
    (2, None, "GENDER//M", None), (2, BORN, "MEDS_BIRTH", None), (2, DAY, "ADMIT", None),
    (2, DAY + dt.timedelta(days=9, microseconds=7), "LAB//K", 3.0),
    (3, DAY, "ADMIT", None), (3, DAY + dt.timedelta(hours=1), "MEDS_DEATH", None),
    (4, DAY, "ADMIT", None), (5, DAY, "OTHER", None),
]  # fmt: skip


def dataset(folder, events=EVENTS):
    subject, time, code, value = zip(*events, strict=True)
    table = pa.table({
        "subject_id": pa.array(subject, pa.int64()), "time": pa.array(time, pa.timestamp("us")),
        "code": pa.array(code, pa.string()), "numeric_value": pa.array(value, pa.float32()),
    })  # fmt: skip
    meds.DataSchema.align(table)
    (folder / "data").mkdir(parents=True)
    pq.write_table(table, folder / "data" / "0.parquet")
    return folder


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("meds"))


def events_of(cohort):
    """Count (sample, microseconds of the visit or None, code, value or None)."""
    codes = cohort.modalities["codes"]
    found = collections.Counter()
    visits, starts = codes.visits()
    rows = codes.visit_rows()
    hours = np.asarray(codes.hours, dtype=np.float64)[rows]
    said = cohort.table.get("origin_time", [None] * len(cohort))
    origin = [pd.Timestamp("2000-01-01") if pd.isna(t) else pd.Timestamp(t) for t in said]
    for i, sample in enumerate(cohort.table["sample_id"]):
        for v in range(starts[i], starts[i + 1]):
            when = None
            if np.isfinite(hours[v]):
                when = origin[i] + pd.Timedelta(microseconds=round(hours[v] * 3.6e9))
            for j in visits[[v]].tocoo().col:
                found[sample, when, codes.vocabulary[j], None] += 1
            if codes.measures is not None:
                values = codes.measures[[rows[v]]].tocoo()
                for j, value in zip(values.col, values.data, strict=True):
                    found[sample, when, codes.measure_names[j], float(value)] += 1
    return found


def read_events(folder):
    return pa.concat_tables([pq.read_table(p) for p in sorted((folder / "data").glob("*.parquet"))])


def test_what_is_written_holds_to_the_standard(tmp_path):
    cohort = small(80)
    out = write_meds(cohort, tmp_path / "out", splits=split(cohort, folds=3))
    for path in (out / "data").glob("*.parquet"):
        meds.DataSchema.validate(pq.read_table(path))
    meds.CodeMetadataSchema.validate(pq.read_table(out / meds.code_metadata_filepath))
    meds.SubjectSplitSchema.validate(pq.read_table(out / meds.subject_splits_filepath))
    text = (out / meds.dataset_metadata_filepath).read_text()
    meds.DatasetMetadataSchema.validate(json.loads(text))
    for path in (out / "labels").glob("*.parquet"):
        meds.LabelSchema.validate(pq.read_table(path))
    assert {p.stem for p in (out / "labels").iterdir()} == {"death", "ward"}
    every = set(read_events(out)["code"].to_pylist())
    assert every <= set(pq.read_table(out / meds.code_metadata_filepath)["code"].to_pylist())


def test_subjects_are_whole_and_in_order_of_time(tmp_path, monkeypatch):
    monkeypatch.setattr("fairfuse_core.cohort.sources.meds.write._SHARD", 7)
    out = write_meds(small(80), tmp_path / "out")
    shards = [pq.read_table(p).to_pandas() for p in sorted((out / "data").glob("*.parquet"))]
    assert len(shards) > 5
    seen = [set(s["subject_id"]) for s in shards]
    assert sum(map(len, seen)) == len(set.union(*seen))
    for shard in shards:
        changes = shard["subject_id"].ne(shard["subject_id"].shift())
        assert changes.sum() == shard["subject_id"].nunique()
        for _, own in shard.groupby("subject_id"):
            nulls = own["time"].isna()
            assert nulls.cummin().equals(nulls)  # static ones first
            assert own["time"].dropna().is_monotonic_increasing


def test_round_trip_of_a_cohort(tmp_path):
    cohort = small(60)
    back = build(write_meds(cohort, tmp_path / "out"))
    assert events_of(back) == events_of(cohort)
    kept = list(cohort.table.columns)
    pd.testing.assert_frame_equal(back.table[kept], cohort.table[kept])
    assert back.attributes == cohort.attributes
    assert [t.to_dict() for t in back.tasks] == [t.to_dict() for t in cohort.tasks]


# Without shrinking: an example takes two builds, and small ones are drawn anyway.
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_round_trip_keeps_every_event(data):
    n = data.draw(st.integers(1, 4))
    counts = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    visits = sum(counts)
    cell = st.sampled_from([0.0, 1.0])
    grid = data.draw(st.lists(cell, min_size=visits * 3, max_size=visits * 3))
    value = st.one_of(st.none(), st.floats(-1e6, 1e6, width=32))
    values = data.draw(st.lists(value, min_size=visits * 2, max_size=visits * 2))
    hour = st.floats(0, 1e5, width=32)
    hours = data.draw(st.lists(hour, min_size=visits, max_size=visits))
    at = [(i // 2, i % 2, v) for i, v in enumerate(values) if v is not None]
    row, column, kept = zip(*at, strict=True) if at else ((), (), ())
    cohort = Cohort(
        name="any",
        table=pd.DataFrame({
            "sample_id": [f"s{i}" for i in range(n)],
            "patient_id": data.draw(st.lists(st.sampled_from(["a", "7", "8"]), min_size=n,
                                             max_size=n)),
            "sex": as_attribute(["F"] * n),
        }),
        attributes=("sex",), tasks=(),
        modalities={"codes": Codes(
            sparse.csr_array(np.array(grid, dtype=np.uint8).reshape(visits, 3)),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), ("A", "B,'x", "Ü"),
            measures=sparse.coo_array(
                (np.array(kept, dtype=np.float32), (np.array(row, int), np.array(column, int))),
                shape=(visits, 2),
            ).tocsr(),
            measure_names=("A", "K"), hours=np.array(hours, dtype=np.float32),
        )},
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        out = write_meds(cohort, Path(place) / "out")
        for path in (out / "data").glob("*.parquet"):
            meds.DataSchema.validate(pq.read_table(path))
        back = build(out)
        assert events_of(back) == events_of(cohort)
        again = build(write_meds(back, Path(place) / "again"))
        assert events_of(again) == events_of(cohort)


def test_every_event_of_foreign_data_survives(raw, tmp_path):
    cohort = build(raw)
    out = read_events(write_meds(cohort, tmp_path / "out")).to_pandas()
    out = out[~out["code"].str.startswith("ATTRIBUTE//")]
    found = collections.Counter(
        (s, None if pd.isna(t) else t.to_pydatetime(), c, None if pd.isna(v) else v)
        for s, t, c, v in zip(out["subject_id"], out["time"], out["code"], out["numeric_value"],
                              strict=True)
    )  # fmt: skip
    assert found == collections.Counter(EVENTS)


def test_subjects_without_labels(raw):
    cohort = build(raw)
    assert len(cohort) == 5
    assert cohort.tasks == ()
    assert list(cohort.table["gender"].astype(str)) == ["F", "M", "Unknown", "Unknown", "Unknown"]
    assert list(cohort.table["age"].astype(str))[:3] == ["60-79", "60-79", "Unknown"]


def test_a_label_table_lets_in_events_up_to_its_time(raw, tmp_path):
    path = tmp_path / "death.parquet"
    times = [DAY, DAY + dt.timedelta(hours=24), DAY]
    table = pa.table({
        "subject_id": pa.array([1, 1, 99], pa.int64()),
        "prediction_time": pa.array(times, pa.timestamp("us")),
        "boolean_value": [False, True, True],
    })  # fmt: skip
    meds.LabelSchema.validate(table)
    pq.write_table(table, path)
    cohort = build(raw, options=Options(labels=str(path)))
    assert list(cohort.labels("label")) == [0, 1]
    assert [(s.samples, s.excluded) for s in cohort.flow] == [(3, 0), (2, 1)]
    found = events_of(cohort)
    last = f"1@{times[1].isoformat()}"
    # Including events at that very time, and none after it.
    assert found[last, pd.Timestamp(times[1]), "LAB//K", 0.0] == 1
    assert not any(code == "MEDS_DEATH" for _, _, code, _ in found)
    assert max(t for _, t, _, _ in found if t is not None) == times[1]


@pytest.mark.parametrize(
    ("column", "values", "kind", "classes"),
    [
        ("integer_value", [3, 1], "multiclass", ("1", "3")),
        ("categorical_value", ["b", "a"], "multiclass", ("a", "b")),
        ("float_value", [1.5, 2.5], "regression", ()),
    ],
)
def test_kinds_of_labels(raw, tmp_path, column, values, kind, classes):
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({
        "subject_id": [1, 2], "prediction_time": pa.array([DAY] * 2, pa.timestamp("us")),
        column: values,
    }), path)  # fmt: skip
    task = build(raw, options=Options(labels=str(tmp_path))).task("label")
    assert (task.kind, task.classes) == (kind, classes)


def test_a_code_as_label_looks_only_ahead(raw):
    cohort = build(raw, options=Options(label_code="^MEDS_DEATH$", index_code="^ADMIT$"))
    assert [s.excluded for s in cohort.flow] == [0, 1, 1, 1]  # 5 no index, 3 dead, 4 not followed
    assert list(cohort.table["patient_id"]) == ["1", "2"]
    assert list(cohort.labels("label")) == [1, 0]
    assert not any(code == "MEDS_DEATH" for _, _, code, _ in events_of(cohort))
    near = Options(label_code="^MEDS_DEATH$", index_code="^ADMIT$", horizon_days=1)
    assert list(build(raw, options=near).labels("label")) == [0, 0]


def test_the_recorded_split(tmp_path, raw):
    cohort = small(40)
    splits = split(cohort, folds=3)
    back = build(write_meds(cohort, tmp_path / "out", splits=splits, fold=2))
    assert list(recorded_splits(back).table["fold_1"]) == list(splits.table["fold_2"])
    with pytest.raises(NotAvailableError):
        recorded_splits(build(raw))


def test_ids_that_are_no_numbers_are_numbered_and_kept(tmp_path):
    out = write_meds(small(20), tmp_path / "out")
    samples = pq.read_table(out / "metadata" / "fairfuse_samples.parquet").to_pandas()
    pairs = samples[["patient_id", "meds_subject_id"]].drop_duplicates()
    assert pairs["meds_subject_id"].is_unique
    assert pairs["patient_id"].is_unique


def test_nothing_is_overwritten_and_nothing_is_left_half_written(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="exists"):
        write_meds(small(10), tmp_path / "there")

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fairfuse_core.cohort.sources.meds.write._write_metadata", full)
    with pytest.raises(InputError, match="No space"):
        write_meds(small(10), tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["there"]


def test_a_cohort_without_codes_has_nothing_to_write(tmp_path):
    cohort = small(5)
    bare = Cohort("bare", cohort.table, (), (), {"static": Static(pd.DataFrame({"x": [1.0] * 5}))})
    with pytest.raises(NotAvailableError, match="codes"):
        write_meds(bare, tmp_path / "out")


@pytest.mark.parametrize(
    "bad",
    [
        {"labels": "x", "label_code": "y"}, {"index_code": "x"}, {"window_hours": -1},
        {"label_code": "("}, {"attributes": (("sex", "^GENDER$"),)},
    ],
)  # fmt: skip
def test_impossible_options(bad):
    with pytest.raises(ConfigError):
        Options(**bad)


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"subject_id": [1], "time": [DAY]}, "code"),
        ({"subject_id": [1], "time": ["soon"], "code": ["A"]}, "time"),
        ({"subject_id": pa.array([None], pa.int64()), "time": [DAY], "code": ["A"]}, "1 without"),
        ({"subject_id": pa.array([], pa.int64()), "time": pa.array([], pa.timestamp("us")),
          "code": pa.array([], pa.string())}, "none"),
    ],
)  # fmt: skip
def test_data_that_is_no_meds_is_refused(columns, match, tmp_path):
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table(columns), tmp_path / "data" / "0.parquet")
    with pytest.raises(InputError, match=match):
        build(tmp_path)


def test_missing_and_broken_files_are_named(raw, tmp_path):
    with pytest.raises(InputError, match="MEDS data set"):
        build(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "broken.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="broken"):
        build(tmp_path)
    with pytest.raises(InputError, match="label"):
        build(raw, options=Options(labels=str(tmp_path / "data" / "broken.parquet")))
