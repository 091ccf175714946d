"""Paired differences of two models' metrics, group by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.estimates import value_of
from fairfuse_core.audit.inference.permutation import permutation_p
from fairfuse_core.audit.intervals.bootstrap import percentile_interval
from fairfuse_core.audit.intervals.delong_rows import delong_paired
from fairfuse_core.audit.intervals.wilson import wilson
from fairfuse_core.audit.metrics import MetricCard
from fairfuse_core.audit.types import FloatArray, IntArray

Numbers = tuple[float, float, float, float, str, float, str, str]
"""estimate a, estimate b, low, high, method, p, test, reason: the fields of `compare.Line`."""

_SAME_PATIENTS = frozenset({"tpr", "fnr", "tnr", "fpr", "selection_rate", "accuracy"})
"""Proportions whose denominator does not depend on the model."""

# Joint kinds: 4 y' + 2 a + b with y' = 0 for patients with the outcome; which confusion kind
# (0 tp, 1 fn, 2 fp, 3 tn) each is for model a and for model b.
_KIND_A = np.array([1, 1, 0, 0, 3, 3, 2, 2])
_KIND_B = np.array([1, 0, 1, 0, 3, 2, 3, 2])
_SWAPPED = np.array([0, 2, 1, 3, 4, 6, 5, 7])


@dataclass(frozen=True, eq=False)
class PairedRows:
    """The same samples under two models; arrays of shape (n,)."""

    y: NDArray[np.uint8]
    flag_a: NDArray[np.bool_]
    flag_b: NDArray[np.bool_]
    score_a: FloatArray | None
    score_b: FloatArray | None
    patient: IntArray | None

    @property
    def kind(self) -> IntArray:
        """Joint kind of each row, 0 to 7."""
        return (1 - self.y.astype(np.int64)) * 4 + self.flag_a * 2 + self.flag_b


def paired_counts(
    card: MetricCard,
    rows: PairedRows,
    code: IntArray,
    size: int,
    config: AuditConfig,
    rng: np.random.Generator,
) -> list[Numbers]:
    """Compare a metric of counts in every group.

    Bootstrap of the joint table (of whole patients when they have several rows); for proportions
    of the same patients Newcombe's paired score interval (Stat Med 1998;17:2635, method 10). The
    test swaps each patient's two decisions by a coin.
    """
    out: list[Numbers] = []
    for g in range(size):
        at = np.flatnonzero(code == g)
        joint = np.bincount(rows.kind[at], minlength=8)
        if rows.patient is None:
            draws = rng.multinomial(joint.sum(), joint / max(joint.sum(), 1), config.replicates)
            null = _swap(joint, config.replicates, rng)
        else:
            draws, null = _whole_patients(rows, at, config.replicates, rng)
        out.append(_one(card, joint, draws, null, config, clustered=rows.patient is not None))
    return out


def _confusion(joint: NDArray[np.integer], kinds: NDArray[np.int64]) -> Confusion:
    counts = np.zeros((*joint.shape[:-1], 4))
    for k, kind in enumerate(kinds):
        counts[..., kind] += joint[..., k]
    return Confusion.of(counts)


def _difference(card: MetricCard, joint: NDArray[np.integer]) -> FloatArray:
    return value_of(card, _confusion(joint, _KIND_A), np.nan) - value_of(
        card, _confusion(joint, _KIND_B), np.nan
    )


def _swap(joint: IntArray, replicates: int, rng: np.random.Generator) -> IntArray:
    out = np.broadcast_to(joint, (replicates, 8)).copy()
    for one, other in ((1, 2), (5, 6)):
        discordant = int(joint[one] + joint[other])
        moved = rng.binomial(discordant, 0.5, size=replicates)
        out[:, one], out[:, other] = moved, discordant - moved
    return out


def _whole_patients(
    rows: PairedRows, at: IntArray, replicates: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Resample, and swap, patients with all their rows; by distinct pattern of rows."""
    assert rows.patient is not None  # noqa: S101
    _, who = np.unique(rows.patient[at], return_inverse=True)
    people = int(who.max(initial=-1)) + 1
    table = np.bincount(who * 8 + rows.kind[at], minlength=people * 8).reshape(people, 8)
    pattern, times = np.unique(table, axis=0, return_counts=True)
    drawn = rng.multinomial(people, times / max(people, 1), size=replicates)
    kept = rng.binomial(times, 0.5, size=(replicates, times.size))
    null = kept @ pattern + (times - kept) @ pattern[:, _SWAPPED]
    return drawn @ pattern, null


def _one(
    card: MetricCard,
    joint: IntArray,
    draws: IntArray,
    null: IntArray,
    config: AuditConfig,
    *,
    clustered: bool,
) -> Numbers:
    a = float(value_of(card, _confusion(joint, _KIND_A), np.nan))
    b = float(value_of(card, _confusion(joint, _KIND_B), np.nan))
    if not np.isfinite(a - b):
        return a, b, np.nan, np.nan, "", np.nan, "", f"not estimable: {card.undefined}"
    p = float(permutation_p(abs(a - b), np.abs(_difference(card, null))))
    test = "permutation of the two decisions" + (", whole patients" if clustered else "")
    if card.name in _SAME_PATIENTS and not clustered:
        low, high = _newcombe_paired(card, joint, config.confidence)
        return a, b, low, high, "Newcombe, paired", p, test, ""
    lo, hi, _ = percentile_interval(_difference(card, draws)[:, None], confidence=config.confidence)
    if not lo[0] < hi[0]:
        # All resamples alike: a few patients on whom no resample can differ, not certainty.
        return _without_spread(card, joint, config, (a, b, p), test)
    method = ("patient-cluster" if clustered else "paired") + " bootstrap, percentile"
    return a, b, float(lo[0]), float(hi[0]), method, p, test, ""


def _without_spread(
    card: MetricCard,
    joint: IntArray,
    config: AuditConfig,
    found: tuple[float, float, float],
    test: str,
) -> Numbers:
    """Return an interval where the bootstrap has none to give."""
    a, b, p = found
    if card.name not in _SAME_PATIENTS:
        return a, b, np.nan, np.nan, "", p, test, "no interval: every resample gave the same value"
    low, high = _newcombe_paired(card, joint, config.confidence)
    return a, b, low, high, "Newcombe, paired, rows as independent", p, test, ""


def _newcombe_paired(card: MetricCard, joint: IntArray, confidence: float) -> tuple[float, float]:
    """Newcombe's method 10: Wilson limits of both rates, with their correlation."""
    hit, among = (set(k) for k in card.kinds)
    inside = np.array([kind in among for kind in _KIND_A])
    in_a = np.array([kind in hit for kind in _KIND_A])
    in_b = np.array([kind in hit for kind in _KIND_B])
    both, only_a, only_b, none = (
        float(joint[inside & x & y].sum())
        for x, y in ((in_a, in_b), (in_a, ~in_b), (~in_a, in_b), (~in_a, ~in_b))
    )
    n = both + only_a + only_b + none
    (l1, u1), (l2, u2) = (
        tuple(float(v) for v in wilson(x, n, confidence=confidence))
        for x in (both + only_a, both + only_b)
    )
    p1, p2 = (both + only_a) / n, (both + only_b) / n
    margins = (both + only_a) * (only_b + none) * (both + only_b) * (only_a + none)
    phi = (both * none - only_a * only_b) / np.sqrt(margins) if margins > 0 else 0.0
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    d = p1 - p2
    return d - float(np.sqrt(max(down, 0))), d + float(np.sqrt(max(up, 0)))


def paired_ranking(
    card: MetricCard, rows: PairedRows, code: IntArray, size: int, config: AuditConfig
) -> list[Numbers]:
    """Compare AUROC (paired DeLong; Obuchowski with clusters) or Brier (paired mean) by group."""
    z = float(ndtri(0.5 + config.confidence / 2))
    suffix = "" if rows.patient is None else ", patients as clusters"
    out: list[Numbers] = []
    for g in range(size):
        at = np.flatnonzero(code == g)
        if card.name == "auroc":
            a, b, variance, name = *_auroc(rows, at), "DeLong, paired"
        else:
            a, b, variance, name = *_brier(rows, at), "normal, paired"
        if not np.isfinite(a - b):
            out.append((a, b, np.nan, np.nan, "", np.nan, "", f"not estimable: {card.undefined}"))
            continue
        if not np.isfinite(variance) or (variance <= 0 and a != b):
            reason = "no interval: too few patients for a variance"
            out.append((a, b, np.nan, np.nan, "", np.nan, "", reason))
            continue
        half = z * float(np.sqrt(variance))
        p = 1.0 if a == b else 2 * float(ndtr(-abs(a - b) / np.sqrt(variance)))
        out.append((a, b, a - b - half, a - b + half, name + suffix, p, f"z test{suffix}", ""))
    return out


def _auroc(rows: PairedRows, at: IntArray) -> tuple[float, float, float]:
    y = rows.y[at]
    if y.all() or not y.any():
        return np.nan, np.nan, np.nan
    assert rows.score_a is not None  # noqa: S101
    assert rows.score_b is not None  # noqa: S101
    cluster = None if rows.patient is None else rows.patient[at]
    a, b, cov = delong_paired(y, rows.score_a[at], rows.score_b[at], clusters=cluster)
    return a, b, float(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1])


def _brier(rows: PairedRows, at: IntArray) -> tuple[float, float, float]:
    if at.size == 0:
        return np.nan, np.nan, np.nan
    assert rows.score_a is not None  # noqa: S101
    assert rows.score_b is not None  # noqa: S101
    y = rows.y[at].astype(np.float64)
    a, b = (rows.score_a[at] - y) ** 2, (rows.score_b[at] - y) ** 2
    d = a - b
    centred = d - d.mean()
    if rows.patient is not None:
        _, who = np.unique(rows.patient[at], return_inverse=True)
        centred = np.bincount(who, weights=centred)
    k = centred.size
    variance = float((centred**2).sum()) * k / max(k - 1, 1) / at.size**2 if k > 1 else np.nan
    return float(a.mean()), float(b.mean()), variance
