"""Small cohorts, built directly, so that a test says in a line what it audits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fairfuse_core.audit import AuditConfig, OperatingPoint, Predictions
from fairfuse_core.audit.predictions import CountsTable
from fairfuse_core.audit.types import Factor

HALF = OperatingPoint("threshold", 0.5)


def factor(name, values):
    """A factor with levels in order of first appearance."""
    codes, levels = pd.factorize(np.asarray(values))
    return Factor(name, codes.astype(np.int32), tuple(str(x) for x in levels))


def table(y, score=None, *, decision=None, kind=None, model=None, target=None, **columns):
    """Predictions from plain sequences; other keywords are attributes or the table's fields."""
    n = len(y)
    fields = {}
    for name in ("sample", "patient"):
        if name in columns:
            fields[name] = np.asarray(columns.pop(name), dtype=np.int32)
    if "weight" in columns:
        fields["weight"] = np.asarray(columns.pop("weight"), dtype=np.float64)
    for name in ("split", "fold"):
        if name in columns:
            fields[name] = factor(name, columns.pop(name))
    score = None if score is None else np.asarray(score, dtype=np.float64)
    if kind is None:
        inside = score is not None and n and score.min() >= 0 and score.max() <= 1
        kind = "none" if score is None else ("probability" if inside else "rank")
    return Predictions(
        y_true=np.asarray(y, dtype=np.uint8),
        score=score,
        decision=None if decision is None else np.asarray(decision, dtype=np.uint8),
        score_kind=kind,
        attributes=tuple(factor(name, values) for name, values in columns.items()),
        model=factor("model", ["m"] * n if model is None else model),
        target=factor("target", ["t"] * n if target is None else target),
        **fields,
    )


def settings(**changes):
    """A configuration for tests: few replicates, nothing suppressed, cut at one half."""
    plain = {
        "replicates": 200,
        "min_group": 0,
        "unsuppressed_by": "a test",
        "operating_point": HALF,
    }
    return AuditConfig(**(plain | changes))


def counts_table(rows):
    """Published counts from (attribute, group, tp, fn, fp, tn) lines."""
    names = ["attribute", "group", "tp", "fn", "fp", "tn"]
    frame = pd.DataFrame(rows, columns=names).assign(model="m", target="t")
    return CountsTable(frame, source="in memory", digest="0" * 64)


def cohort(seed, n, *, groups=2, prevalence=0.3, signal=1.5, ties=None):
    """Draw labels, probabilities and groups at random; ``ties`` rounds scores to a grid."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < prevalence).astype(np.uint8)
    score = 1 / (1 + np.exp(-(signal * (y - 0.5) + rng.standard_normal(n))))
    if ties:
        score = np.round(score * ties) / ties
    group = np.array([f"g{k}" for k in range(groups)])[rng.integers(0, groups, n)]
    return y, score, group


def value(audit, metric, group, column="estimate", **where):
    """One cell of the by-group table."""
    rows = audit.rows(metric=metric, group=group, **where)
    assert len(rows) == 1, f"{len(rows)} rows for {metric} of {group}"
    return rows[column].iloc[0]


def gap(audit, metric, statistic="max_gap", **where):
    """One line of the gap table as a dictionary."""
    rows = audit.rows("gaps", metric=metric, statistic=statistic, **where)
    assert len(rows) == 1, f"{len(rows)} rows for {statistic} of {metric}"
    return rows.iloc[0].to_dict()
