"""Every metric on every kind of input: no error, and a reason wherever there is no number."""

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.audit import METRICS, AuditConfig, OperatingPoint, Roles, run_audit
from fairfuse_core.audit.predictions import build_predictions, from_frame


def frame(seed=0, n=600):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) - 1 + 1.5 * y)))
    return pd.DataFrame({
        "y": y, "score": score, "other": np.clip(score + rng.normal(0, 0.1, n), 0, 1),
        "rank": 10 * score, "decision": (score > 0.4).astype(int),
        "patient": [f"p{i}" for i in rng.integers(0, n // 2, n)], "w": rng.random(n) + 0.5,
        "sex": rng.choice(["F", "M"], n), "site": rng.choice(list("ABC"), n),
        "split": rng.choice(["train", "validation", "test"], n, p=[0.1, 0.3, 0.6]),
        "fold": rng.integers(1, 4, n).astype(str),
    })  # fmt: skip


KINDS = {
    "scores": {"scores": ("score",)},
    "two models": {"scores": ("score", "other")},
    "ranks": {"scores": ("rank",)},
    "decisions": {"decision": ("decision",)},
}
MORE = {
    "plain": {},
    "patients": {"patient": "patient"},
    "weights": {"weight": "w"},
    "patients, split, folds": {"patient": "patient", "split": "split", "fold": "fold"},
    "weights, split": {"weight": "w", "split": "split"},
}


@pytest.mark.parametrize("interval", ["auto", "bootstrap", "bca"])
@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("kind", KINDS)
def test_every_metric_has_a_number_or_a_reason(kind, more, interval):
    roles = Roles(label="y", attributes=("sex", "site"), **KINDS[kind], **MORE[more])
    audit = run_audit(
        build_predictions(from_frame(frame()), roles),
        AuditConfig(intersections=(("sex", "site"),), replicates=200, interval=interval),
    )
    for rows in (audit.by_group, audit.overall):
        assert set(rows["metric"]) == set(METRICS)
        missing = rows["estimate"].isna()
        assert (rows.loc[missing, "reason"] != "").all()
        found = rows[~missing]
        without = found[found["low"].isna()]
        assert (without["reason"] != "").all(), without[["metric", "group", "method"]]
        inside = found[found["low"].notna()]
        assert (inside["low"] <= inside["estimate"] + 1e-9).all()
        assert (inside["estimate"] <= inside["high"] + 1e-9).all()
    gaps = audit.gaps
    assert (gaps.loc[gaps["estimate"].isna(), "reason"] != "").all()
    assert audit.findings


def test_one_threshold_a_group_with_patients_as_clusters():
    roles = Roles(label="y", scores=("score",), attributes=("sex",), patient="patient")
    table = build_predictions(from_frame(frame()), roles)
    point = OperatingPoint("sensitivity", 0.8, per_group=True)
    audit = run_audit(table, AuditConfig(operating_point=point, replicates=200))
    tpr = audit.rows(metric="tpr", attribute="sex")["estimate"]
    assert (tpr >= 0.8).all()
    assert (tpr < 0.85).all()
