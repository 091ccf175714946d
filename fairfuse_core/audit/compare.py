"""Two models on the same patients: paired differences, overall and by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.audit.block import SUPPRESSED
from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.groupings import EVERYONE, OVERALL
from fairfuse_core.audit.inference.multiplicity import benjamini_hochberg, holm
from fairfuse_core.audit.metrics import MetricCard, metric
from fairfuse_core.audit.paired import PairedRows, paired_counts, paired_ranking
from fairfuse_core.audit.predictions.table import Predictions
from fairfuse_core.audit.result import Audit
from fairfuse_core.audit.scores import GroupingInfo, ScoreTable
from fairfuse_core.audit.suppression import SHOWN, suppress
from fairfuse_core.audit.types import IntArray
from fairfuse_core.errors import ConfigError, NotAvailableError

COMPARED = (
    "tpr", "tnr", "fpr", "ppv", "npv", "selection_rate", "accuracy", "balanced_accuracy", "f1",
    "auroc", "brier",
)  # fmt: skip

COLUMNS = (
    "target", "attribute", "group", "metric", "estimate_a", "estimate_b", "difference", "low",
    "high", "method", "p", "p_holm", "p_bh", "test", "n", "n_positive", "reason", "suppressed",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Line:
    """One metric in one group; ``difference`` is a less b."""

    estimate_a: float
    estimate_b: float
    low: float
    high: float
    method: str
    p: float
    test: str
    reason: str = ""


def compare_models(
    predictions: Predictions,
    audit: Audit,
    model_a: str,
    model_b: str,
    *,
    metrics: Sequence[str] = COMPARED,
) -> pd.DataFrame:
    """Compare two models on the patients that both scored, at each one's operating point.

    Parameters
    ----------
    predictions : Predictions
        The table ``audit`` was made of.
    audit : Audit
        Supplies thresholds, groups, the interval level, replicates, seed and suppression.
    model_a, model_b : str
        Two different models.
    metrics : sequence of str
        Metrics of counts, "auroc" and "brier".

    Returns
    -------
    DataFrame
        Columns `COMPARED` × groups, see `COLUMNS`; ``difference`` is a less b. p-values are
        adjusted within each metric, over all its groups and targets.

    Raises
    ------
    ConfigError
        If the models are the same or unknown.
    NotAvailableError
        If rows cannot be matched: the table names no sample and the models differ in length.
    """
    for name in (model_a, model_b):
        if name not in audit.models:
            raise ConfigError(
                f"a model among {', '.join(audit.models)}", repr(name), "Name one the table has."
            )
    if model_a == model_b:
        raise ConfigError("two different models", f"{model_a} twice", "Choose another for one.")
    table = audit.scores
    if table is None or table.predictions is None:
        raise NotAvailableError(
            "an audit of a predictions table",
            f"one of {audit.provenance.kind}",
            "Counts and JSON do not tell which patients two models agree on.",
        )
    rng = np.random.default_rng([audit.config.seed, 7])
    lines: list[dict[str, object]] = []
    for target in audit.targets:
        lines += _target(predictions, audit, table, (model_a, model_b), target, metrics, rng)
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    return _adjusted(frame)


def _adjusted(frame: pd.DataFrame) -> pd.DataFrame:
    p = frame["p"].to_numpy(dtype=np.float64)
    hol, bh = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    for name in frame["metric"].unique():
        at = (frame["metric"] == name).to_numpy()
        hol[at], bh[at] = holm(p[at]), benjamini_hochberg(p[at])
    return frame.assign(p_holm=hol, p_bh=bh)


def _target(
    p: Predictions,
    audit: Audit,
    table: ScoreTable,
    models: tuple[str, str],
    target: str,
    metrics: Sequence[str],
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    a, b = match_rows(p, table, models, target)
    sides = [_decisions(p, audit, m, target, rows) for m, rows in zip(models, (a, b), strict=True)]
    patient = None if p.patient is None else p.patient[a].astype(np.int64)
    repeated = patient is not None and np.unique(patient).size < patient.size
    rows = PairedRows(
        y=p.y_true[a],
        flag_a=sides[0],
        flag_b=sides[1],
        score_a=None if p.score is None else p.score[a],
        score_b=None if p.score is None else p.score[b],
        patient=patient if repeated and audit.config.use_clusters else None,
    )
    infos = [GroupingInfo(OVERALL, (), (EVERYONE,), ((EVERYONE,),)), *table.groupings]
    codes = [np.zeros(a.size, dtype=np.int64)]
    codes += [table.group_codes[g.name][a].astype(np.int64) for g in table.groupings]
    hidden = _hidden(infos, codes, patient, audit.config)
    out: list[dict[str, object]] = []
    for info, code in zip(infos, codes, strict=True):
        for name in metrics:
            card = metric(name)
            lines = _lines(card, rows, code, len(info.levels), p, audit.config, rng)
            out += _records(target, info, card, lines, rows, code, hidden[info.name], audit.config)
    return out


def match_rows(
    p: Predictions, table: ScoreTable, models: tuple[str, str], target: str
) -> tuple[IntArray, IntArray]:
    """Return row numbers of two models in the same order of samples.

    Raises
    ------
    NotAvailableError
        If nothing says which rows belong together, or no sample has both.
    """
    every = np.arange(len(p))
    a, b = (every if (rows := table.unit(m, target).rows) is None else rows for m in models)
    if p.sample is None:
        if a.size != b.size or not np.array_equal(p.y_true[a], p.y_true[b]):
            raise NotAvailableError(
                "a column that says which rows are the same sample",
                f"none, and {models[0]} and {models[1]} do not line up row by row",
                "Name the sample (or stay, or study) column when reading the table.",
            )
        return a, b
    _, ia, ib = np.intersect1d(p.sample[a], p.sample[b], assume_unique=True, return_indices=True)
    if ia.size == 0:
        raise NotAvailableError(
            "samples that both models scored",
            f"none for {models[0]} and {models[1]}",
            "Check the sample column: the same sample needs the same value for every model.",
        )
    return a[ia], b[ib]


def _decisions(
    p: Predictions, audit: Audit, model: str, target: str, rows: IntArray
) -> NDArray[np.bool_]:
    if p.score is None:
        assert p.decision is not None  # noqa: S101 - Predictions hold one of the two
        return p.decision[rows].astype(bool)
    points = audit.rows("operating_points", model=model, target=target, group=EVERYONE)
    return np.asarray(p.score[rows] >= float(points["threshold"].iloc[0]))


def _hidden(
    infos: Sequence[GroupingInfo],
    codes: Sequence[IntArray],
    patient: IntArray | None,
    config: AuditConfig,
) -> dict[str, NDArray[np.int8]]:
    counts = {
        g.name: np.bincount(c, minlength=len(g.levels)) for g, c in zip(infos, codes, strict=True)
    }
    people = None
    if patient is not None:
        people = {}
        for g, c in zip(infos, codes, strict=True):
            pairs = np.unique(np.stack([c, patient]), axis=1)[0]
            people[g.name] = np.bincount(pairs, minlength=len(g.levels))
    return suppress(infos, counts, config.min_group, patients=people)


def _lines(
    card: MetricCard,
    rows: PairedRows,
    code: IntArray,
    size: int,
    p: Predictions,
    config: AuditConfig,
    rng: np.random.Generator,
) -> list[Line]:
    if card.from_scores is None:
        return [Line(*x) for x in paired_counts(card, rows, code, size, config, rng)]
    if rows.score_a is None:
        return [_nothing("not available: the table holds decisions only")] * size
    if card.needs_probabilities and p.score_kind != "probability":
        return [_nothing("not available: scores outside [0, 1] are no probabilities")] * size
    if card.name not in {"auroc", "brier"}:
        return [_nothing("not available: no paired comparison of this metric")] * size
    return [Line(*x) for x in paired_ranking(card, rows, code, size, config)]


def _nothing(reason: str) -> Line:
    return Line(np.nan, np.nan, np.nan, np.nan, "", np.nan, "", reason)


def _records(
    target: str,
    info: GroupingInfo,
    card: MetricCard,
    lines: list[Line],
    rows: PairedRows,
    code: IntArray,
    hidden: NDArray[np.int8],
    config: AuditConfig,
) -> list[dict[str, object]]:
    n = np.bincount(code, minlength=len(info.levels))
    positive = np.bincount(code, weights=rows.y, minlength=len(info.levels))
    out: list[dict[str, object]] = []
    for g, (name, line) in enumerate(zip(info.levels, lines, strict=True)):
        shown = hidden[g] == SHOWN
        if not shown:
            line = _nothing(SUPPRESSED.format(minimum=config.min_group))
        out.append({
            "target": target, "attribute": info.name, "group": name, "metric": card.name,
            "estimate_a": line.estimate_a, "estimate_b": line.estimate_b,
            "difference": line.estimate_a - line.estimate_b, "low": line.low, "high": line.high,
            "method": line.method, "p": line.p, "p_holm": np.nan, "p_bh": np.nan,
            "test": line.test, "n": float(n[g]) if shown else np.nan,
            "n_positive": float(positive[g]) if shown else np.nan, "reason": line.reason,
            "suppressed": not shown,
        })  # fmt: skip
    return out
