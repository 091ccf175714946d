"""Curves by group, as tidy frames: ROC, precision-recall, calibration, decision curve, sweep.

Every function takes an `Audit` that still holds its scores and names one model, target and
attribute; the rows of "Everyone" come first, suppressed groups are absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.estimates import value_of
from fairfuse_core.audit.groupings import EVERYONE
from fairfuse_core.audit.intervals.wilson import wilson
from fairfuse_core.audit.metrics import metric as card_of
from fairfuse_core.audit.result import Audit
from fairfuse_core.audit.scores import Reduced
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray
from fairfuse_core.errors import NotAvailableError

_POINTS = 400
"""A screen is not wider: longer curves are thinned evenly, ends kept."""

MIN_BIN = 10
"""No bin of a calibration plot or histogram holds fewer patients."""


def _groups(
    audit: Audit, model: str | None, target: str | None, attribute: str | None
) -> Iterator[tuple[str, Segments]]:
    """Yield (name, segments of that one group) for everyone and each group that is shown."""
    table = audit.scores
    if table is None or table.units[0].everyone.segments is None:
        raise NotAvailableError(
            "an audit that holds patients' scores",
            f"one of {audit.provenance.kind}, which holds decisions or counts only",
            "Bring a predictions table with a score column to see curves.",
        )
    unit = table.unit(model or audit.models[0], target or audit.targets[0])
    whole = audit.rows("overall", model=unit.model, target=unit.target)
    if unit.everyone.segments is not None and not whole["suppressed"].any():
        yield EVERYONE, unit.everyone.segments
    if attribute is None:
        return
    shown = audit.rows("groups", model=unit.model, target=unit.target, attribute=attribute)
    hidden = set(shown.loc[shown["suppressed"], "group"])
    part: Reduced = unit.by[attribute]
    assert part.segments is not None  # noqa: S101 - same table, same kind
    for g, name in enumerate(table.grouping(attribute).levels):
        if name not in hidden:
            yield name, part.segments.group(g)


def _thin(size: int) -> np.ndarray:
    if size <= _POINTS:
        return np.arange(size)
    return np.unique(np.linspace(0, size - 1, _POINTS).round().astype(np.int64))


def _frame(parts: list[dict[str, object]], columns: list[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "group" else float) for c in columns})
    return pd.concat([pd.DataFrame(p) for p in parts], ignore_index=True)[columns]


def _at_every_score(segments: Segments) -> tuple[Confusion, FloatArray]:
    """Counts at thresholds from above the highest score down to the lowest."""
    floors = segments.floor[::-1]
    grid = np.concatenate([[np.inf], floors[_thin(floors.size)]])
    return Confusion.of(segments.confusion_at(grid)[:, 0, :]), grid


def roc(
    audit: Audit,
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
) -> pd.DataFrame:
    """Return ROC curves [group, fpr, tpr, threshold]; groups of one class are left out."""
    parts: list[dict[str, object]] = []
    for name, segments in _groups(audit, model, target, attribute):
        c, grid = _at_every_score(segments)
        p, n = float(segments.positives[0]), float(segments.negatives[0])
        if p > 0 and n > 0:
            parts.append({"group": name, "fpr": c.fp / n, "tpr": c.tp / p, "threshold": grid})
    return _frame(parts, ["group", "fpr", "tpr", "threshold"])


def precision_recall(
    audit: Audit,
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
) -> pd.DataFrame:
    """Return precision-recall curves [group, recall, precision, threshold]."""
    parts: list[dict[str, object]] = []
    for name, segments in _groups(audit, model, target, attribute):
        c, grid = _at_every_score(segments)
        p = float(segments.positives[0])
        some = c.selected > 0
        if p > 0 and some.any():
            parts.append({
                "group": name, "recall": c.tp[some] / p,
                "precision": c.tp[some] / c.selected[some], "threshold": grid[some],
            })  # fmt: skip
    return _frame(parts, ["group", "recall", "precision", "threshold"])


def calibration(
    audit: Audit,
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
    *,
    bins: int = 10,
) -> pd.DataFrame:
    """Return calibration points [group, bin, mean_score, event_rate, low, high, n].

    Bins hold equally many patients of the group, at least twice the least number that may be
    shown; small groups get fewer bins. Limits are Wilson's.

    Raises
    ------
    NotAvailableError
        If scores are not probabilities, or the audit holds none.
    """
    if audit.provenance.score_kind == "rank":
        raise NotAvailableError(
            "scores in [0, 1]",
            "scores that only rank patients",
            "Calibrate the scores to probabilities first.",
        )
    parts: list[dict[str, object]] = []
    for name, segments in _groups(audit, model, target, attribute):
        n = segments.pos + segments.neg
        total = float(n.sum())
        wanted = max(1, min(bins, int(total // (2 * MIN_BIN))))
        before = np.cumsum(n) - n
        slot = np.minimum(((before + n / 2) * wanted / max(total, 1)).astype(np.int64), wanted - 1)
        slot = _merge_small(np.bincount(slot, weights=n, minlength=wanted))[slot]
        size = np.bincount(slot, weights=n)
        events = np.bincount(slot, weights=segments.pos)
        mean = np.bincount(slot, weights=n * segments.score)
        ok = size > 0
        low, high = wilson(events[ok], size[ok], confidence=audit.config.confidence)
        parts.append({
            "group": name, "bin": np.arange(1, int(ok.sum()) + 1),
            "mean_score": mean[ok] / size[ok], "event_rate": events[ok] / size[ok],
            "low": low, "high": high, "n": size[ok],
        })  # fmt: skip
    return _frame(parts, ["group", "bin", "mean_score", "event_rate", "low", "high", "n"])


def _merge_small(sizes: NDArray[Any]) -> np.ndarray:
    """Map each bin to a merged bin so that none holds from 1 to 9 patients."""
    label, current, held = np.zeros(sizes.size, dtype=np.int64), 0, 0.0
    for k, size in enumerate(sizes):
        if held >= MIN_BIN:
            current, held = current + 1, 0.0
        label[k] = current
        held += size
    if 0 < held < MIN_BIN and current > 0:
        label[label == current] = current - 1
    return label


def decision_curve(
    audit: Audit,
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
) -> pd.DataFrame:
    """Return net benefit by threshold, with treat-all and treat-none.

    Columns [group, threshold, net_benefit, standardised_net_benefit, treat_all, treat_none];
    compare groups by the standardised one (net benefit / prevalence): prevalence differs.

    Raises
    ------
    NotAvailableError
        If scores are not probabilities, or the audit holds none.

    References
    ----------
    Vickers & Elkin, Med Decis Making 2006;26:565.
    """
    if audit.provenance.score_kind == "rank":
        raise NotAvailableError(
            "scores in [0, 1]",
            "scores that only rank patients",
            "Calibrate the scores to probabilities first.",
        )
    grid = np.round(np.arange(1, 100) / 100, 2)
    odds = grid / (1 - grid)
    parts: list[dict[str, object]] = []
    for name, segments in _groups(audit, model, target, attribute):
        c = Confusion.of(segments.confusion_at(grid)[:, 0, :])
        n = float(c.n[0])
        if n == 0:
            continue
        prevalence = float(c.positives[0]) / n
        benefit = c.tp / n - c.fp / n * odds
        relative = benefit / prevalence if prevalence > 0 else np.full(grid.shape, np.nan)
        parts.append({
            "group": name, "threshold": grid, "net_benefit": benefit,
            "standardised_net_benefit": relative,
            "treat_all": prevalence - (1 - prevalence) * odds, "treat_none": 0.0,
        })  # fmt: skip
    return _frame(
        parts,
        [
            "group",
            "threshold",
            "net_benefit",
            "standardised_net_benefit",
            "treat_all",
            "treat_none",
        ],
    )


def threshold_grid(audit: Audit, points: int = 101) -> FloatArray:
    """Return thresholds to sweep: even steps for probabilities, quantiles of ranks otherwise."""
    if audit.provenance.score_kind == "probability":
        return np.linspace(0, 1, points)
    assert audit.scores is not None  # noqa: S101 - callers hold scores
    floors = np.concatenate(
        [u.everyone.segments.floor for u in audit.scores.units if u.everyone.segments is not None]
    )
    return np.unique(np.quantile(floors, np.linspace(0, 1, points)))


def sweep(
    audit: Audit,
    metric: str = "tpr",
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
    *,
    thresholds: FloatArray | None = None,
) -> pd.DataFrame:
    """Return a counts metric over thresholds [group, threshold, value, low, high, reason].

    Limits are Wilson's for proportions and for F1; other metrics have none here. ``reason`` says
    why a value is missing.

    Raises
    ------
    NotAvailableError
        If the metric does not depend on a threshold, or the audit holds no scores.
    """
    card = card_of(metric)
    if card.needs_scores or (card.uses_odds and audit.provenance.score_kind != "probability"):
        raise NotAvailableError(
            "a metric of decisions at a threshold",
            f"{card.title}",
            "Choose a rate such as sensitivity.",
        )
    parts: list[dict[str, object]] = []
    for name, segments in _groups(audit, model, target, attribute):
        grid = threshold_grid(audit) if thresholds is None else np.asarray(thresholds, dtype=float)
        c = Confusion.of(segments.confusion_at(grid)[:, 0, :])
        if card.uses_odds:
            with np.errstate(divide="ignore", invalid="ignore"):
                odds = np.where(grid < 1, grid / (1 - grid), np.nan)
                value = (c.tp - odds * c.fp) / c.n
        else:
            value = value_of(card, c, np.nan)
        low, high = np.full(grid.shape, np.nan), np.full(grid.shape, np.nan)
        if card.numerator is not None and card.denominator is not None:
            low, high = wilson(
                card.numerator(c), card.denominator(c), confidence=audit.config.confidence
            )
        elif card.score_interval is not None:
            low, high = card.score_interval(c, audit.config.confidence, 1.0)
        missing = f"not estimable: {card.undefined}"
        parts.append({
            "group": name, "threshold": grid, "value": value, "low": low, "high": high,
            "reason": np.where(np.isfinite(value), "", missing),
        })  # fmt: skip
    return _frame(parts, ["group", "threshold", "value", "low", "high", "reason"])


def score_histogram(
    audit: Audit,
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
    *,
    bins: int = 20,
) -> pd.DataFrame:
    """Return counts by score [group, left, right, n_negative, n_positive].

    Neighbouring bins are merged until each holds at least ten patients, or none.
    """
    everyone = [s for _, s in _groups(audit, model, target, None)]
    if not everyone:
        return _frame([], ["group", "left", "right", "n_negative", "n_positive"])
    if audit.provenance.score_kind == "probability":
        edges = np.linspace(0, 1, bins + 1)
    else:
        low, high = everyone[0].floor.min(), everyone[0].floor.max()
        edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    parts: list[dict[str, object]] = []
    for name, segments in _groups(audit, model, target, attribute):
        slot = np.clip(np.searchsorted(edges, segments.score, side="right") - 1, 0, bins - 1)
        size = np.bincount(slot, weights=segments.pos + segments.neg, minlength=bins)
        label = _merge_small(size)
        last = np.flatnonzero(np.diff(label, append=label[-1] + 1))
        first = np.concatenate([[0], last[:-1] + 1])
        parts.append({
            "group": name, "left": edges[first], "right": edges[last + 1],
            "n_negative": np.bincount(label[slot], weights=segments.neg, minlength=last.size),
            "n_positive": np.bincount(label[slot], weights=segments.pos, minlength=last.size),
        })  # fmt: skip
    return _frame(parts, ["group", "left", "right", "n_negative", "n_positive"])
