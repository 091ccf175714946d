"""Flags for files larger than memory and for several classes."""

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.audit import Audit


def frame(n=3000):
    rng = np.random.default_rng(5)
    y = (rng.random(n) < 0.3).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) - 1 + 1.5 * y)))
    return pd.DataFrame({
        "y": y, "score": score, "sex": rng.choice(["F", "M"], n),
        "age": rng.integers(20, 95, n), "model": rng.choice(["a", "b"], n),
    })  # fmt: skip


def audit_in(folder):
    return Audit.from_json(next(folder.glob("*.json")).read_text())


def test_a_streamed_file_gives_the_audit_of_the_whole_file(fairfuse, tmp_path):
    path = tmp_path / "p.parquet"
    frame().to_parquet(path)
    flags = [
        path, "--label", "y", "--score", "score", "--attribute", "sex", "--attribute",
        "age:45,65", "--model", "model", "--operating-point", "threshold=0.5", "--format", "json",
    ]  # fmt: skip
    streamed = fairfuse("audit", *flags, "--stream", "--out", tmp_path / "s")
    whole = fairfuse("audit", *flags, "--yes", "--out", tmp_path / "w")
    assert streamed.status == whole.status == 0, streamed.err + whole.err
    a, b = audit_in(tmp_path / "s"), audit_in(tmp_path / "w")
    assert a.provenance.kind == "stream"
    assert a.models == b.models
    keys = ["model", "attribute", "group", "metric"]
    left = a.by_group.set_index(keys)["estimate"]
    right = b.by_group.set_index(keys)["estimate"].reindex(left.index)
    for metric in ("tpr", "fpr", "ppv", "prevalence"):
        at = left.index.get_level_values("metric") == metric
        np.testing.assert_allclose(left[at], right[at], rtol=0, atol=1e-12)
    at = left.index.get_level_values("metric") == "auroc"
    np.testing.assert_allclose(left[at], right[at], rtol=0, atol=3e-4)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--label", "y", "--score", "score"], "--attribute with --stream"),
        (["--label", "y", "--score", "nope", "--attribute", "sex"], "no nope in p.parquet"),
        (["--label", "sex", "--score", "score", "--attribute", "sex"], "label column 'sex'"),
        (["--label", "y", "--score", "age", "--attribute", "sex"], "scores in [0, 1]"),
    ],
)
def test_what_cannot_be_streamed_is_said_in_one_sentence(fairfuse, tmp_path, flags, said):
    frame(50).to_parquet(tmp_path / "p.parquet")
    got = fairfuse("audit", tmp_path / "p.parquet", "--stream", *flags)
    assert got.status == 2
    assert said in got.err
    assert "Traceback" not in got.err


def test_a_file_that_is_no_parquet_cannot_be_streamed(fairfuse, tmp_path):
    (tmp_path / "p.parquet").write_text("y,score,sex\n1,0.5,F\n")
    got = fairfuse("audit", tmp_path / "p.parquet", "--stream", "--label", "y", "--score", "score",
              "--attribute", "sex")  # fmt: skip
    assert got.status == 2
    assert "a Parquet file" in got.err


def test_one_score_column_a_class_is_audited_one_against_the_rest(fairfuse, tmp_path):
    rng = np.random.default_rng(1)
    names = ["home", "ward", "icu"]
    truth = rng.integers(0, 3, 900)
    raw = rng.random((900, 3)) + np.eye(3)[truth]
    table = pd.DataFrame(raw / raw.sum(axis=1, keepdims=True), columns=["p1", "p2", "p3"])
    table["where"] = np.asarray(names)[truth]
    table["sex"] = rng.choice(["F", "M"], 900)
    table.to_csv(tmp_path / "c.csv", index=False)
    out = tmp_path / "o"
    classes = [f for n, c in zip(names, ("p1", "p2", "p3"), strict=True)
               for f in ("--class-score", f"{n}={c}")]  # fmt: skip
    flags = ["--label", "where", *classes, "--attribute", "sex", "--yes", "--out", out]
    got = fairfuse("audit", tmp_path / "c.csv", *flags, "--format", "json")
    assert got.status == 0, got.err
    audit = audit_in(out)
    assert set(audit.targets) == set(names)
    icu = audit.rows("overall", target="icu", metric="prevalence")["estimate"].iloc[0]
    assert icu == pytest.approx((truth == 2).mean())


def test_bins_can_be_given_apart_from_the_attribute(fairfuse, tmp_path):
    path = tmp_path / "p.csv"
    frame().to_csv(path, index=False)
    flags = ["--label", "y", "--score", "score", "--attribute", "age", "--yes", "--format", "json"]
    told = fairfuse("audit", path, *flags, "--bins", "age=30,60", "--out", tmp_path / "o")
    assert told.status == 0, told.err
    groups = audit_in(tmp_path / "o").groups
    assert set(groups["group"]) == {"< 30", "30-59", "60+"}
    for wrong, said in (("30,60", "--bins as"), ("age=x", "bin edges")):
        refused = fairfuse("audit", path, *flags, "--bins", wrong)
        assert refused.status == 2
        assert said in refused.err
