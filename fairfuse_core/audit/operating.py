"""Operating points: from a rule to a threshold, chosen where it may be chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairfuse_core.audit.config import OperatingPoint
from fairfuse_core.audit.counts import Confusion, share
from fairfuse_core.audit.metrics.utility import net_benefit
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray


@dataclass(frozen=True)
class Chosen:
    """A threshold and what it does where it was chosen.

    Attributes
    ----------
    threshold : float
        Patients with score >= threshold are flagged; NaN if the rule has no answer here.
    tpr, fpr : float
        On the data it was chosen on.
    reason : str
        Why there is no threshold; empty when there is.
    """

    threshold: float
    tpr: float
    fpr: float
    reason: str = ""


def candidates(segments: Segments) -> FloatArray:
    """Every threshold that makes a difference, ascending; the last one flags nobody."""
    floors = np.unique(segments.floor)
    return np.append(floors, np.nextafter(floors[-1], np.inf)) if floors.size else floors


def choose(segments: Segments, point: OperatingPoint) -> Chosen:
    """Choose a threshold for one group of patients (the only group in ``segments``).

    Ties go to the highest threshold, which flags fewest. "At least this sensitivity" takes the
    highest threshold that reaches it; "at least this specificity" and "at most this selection
    rate" the lowest.
    """
    if point.rule == "threshold":
        assert point.value is not None  # noqa: S101 - checked by OperatingPoint
        return _at(segments, point.value)
    grid = candidates(segments)
    if grid.size == 0:
        return Chosen(np.nan, np.nan, np.nan, "there are no patients to choose a threshold on")
    c = Confusion.of(segments.confusion_at(grid)[:, 0, :])
    p, n = float(c.positives[0]), float(c.negatives[0])
    if p == 0 or n == 0:
        missing = "with" if p == 0 else "without"
        return Chosen(np.nan, np.nan, np.nan, f"there are no patients {missing} the outcome")
    worth = _worth(c, point)
    top = float(worth.max())
    # Equal fractions can differ in the last digit; they are ties all the same.
    best = int(np.flatnonzero(worth >= top - 1e-12 * max(1.0, abs(top)))[-1])
    return _at(segments, float(grid[best]))


def _worth(c: Confusion, point: OperatingPoint) -> FloatArray:
    """Score every candidate so that the wanted one is the last maximum."""
    tpr, fpr = share(c.tp, c.positives), share(c.fp, c.negatives)
    value = point.value if point.value is not None else np.nan
    order = np.arange(tpr.size, dtype=np.float64)
    if point.rule == "youden":
        return tpr - fpr
    if point.rule == "max_f1":
        return 2 * c.tp / (2 * c.tp + c.fp + c.fn)
    if point.rule == "net_benefit":
        return net_benefit(c, value)
    if point.rule == "sensitivity":
        return np.where(tpr >= value - 1e-12, order, -1)
    met = (
        1 - fpr >= value - 1e-12
        if point.rule == "specificity"
        else (share(c.selected, c.n) <= value + 1e-12)
    )
    return np.where(met, -order, -np.inf)


def _at(segments: Segments, threshold: float) -> Chosen:
    c = Confusion.of(segments.confusion_at(np.array([threshold]))[0, 0])
    return Chosen(
        threshold,
        float(share(np.atleast_1d(c.tp), np.atleast_1d(c.positives))[0]),
        float(share(np.atleast_1d(c.fp), np.atleast_1d(c.negatives))[0]),
    )


def snap(threshold: float, bins: int | None) -> float:
    """Move a threshold to the nearest bin edge when scores are binned; else leave it."""
    if bins is None or not np.isfinite(threshold) or not 0 <= threshold <= 1:
        return threshold
    return round(threshold * bins) / bins


def implied_odds(threshold: float) -> float:
    """Harm:benefit ratio t / (1 − t) at which a probability threshold t is the right one."""
    return threshold / (1 - threshold) if 0 <= threshold < 1 else np.nan
