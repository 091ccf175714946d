"""One model, one target, one grouping: the counts every statistic of that block is made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.intervals.bootstrap import draw_confusions
from fairfuse_core.audit.intervals.clusters import cluster_patterns, draw_cluster_confusions
from fairfuse_core.audit.scores import GroupingInfo, Reduced, ScoreTable, Unit
from fairfuse_core.audit.suppression import SHOWN
from fairfuse_core.audit.types import FloatArray, IntArray

SUPPRESSED = "suppressed: fewer than {minimum} patients, or needed to hide such a group"
"""One reason for both: told apart, 18 hidden patients in two "fewer than 10" are 9 and 9, and 11
in one of each kind 1 and 10."""

_RULE = re.compile(r"suppressed: fewer than [\d,]+ patients, or needed to hide such a group")


def short_reason(reason: str) -> str:
    """Return a reason without the suppression rule, which every page states once."""
    return _RULE.sub("suppressed", reason)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Rows of one unit in one grouping, when patients have several rows.

    Attributes
    ----------
    patient, group : ndarray, shape (n,)
        Patient and group of each row.
    outcome : ndarray of int, shape (n,)
        0 tp, 1 fn, 2 fp, 3 tn.
    y, score : ndarray, shape (n,)
        Label and score; score may be None.
    patterns, multiplicity
        What patients add to the counts, from `intervals.clusters.cluster_patterns`.
    """

    patient: IntArray
    group: IntArray
    outcome: IntArray
    y: NDArray[np.uint8]
    score: FloatArray | None
    patterns: Any
    multiplicity: IntArray


@dataclass(frozen=True, eq=False)
class Block:
    """Counts of one unit in one grouping, at its operating point.

    Attributes
    ----------
    counts : ndarray of float64, shape (G, 4)
        tp, fn, fp, tn (sums of weights when weighted).
    effective : ndarray of int64, shape (G, 4)
        The same at Kish's effective size: what draws and permutations use. Equal to ``counts``
        when rows are not weighted.
    squares : ndarray or None
        Sums of squared weights, (G, 4).
    hidden : ndarray of int8, shape (G,)
        Suppression status.
    draws : ndarray, shape (B, G, 4)
        Bootstrap replicates of the counts; their shares are what matters when weighted.
    odds : float
        t / (1 − t) of the operating point; NaN unless scores are probabilities.
    kind : {"predictions", "counts", "stream"}
        What is audited.
    """

    unit: Unit
    info: GroupingInfo
    reduced: Reduced
    counts: FloatArray
    effective: IntArray
    squares: FloatArray | None
    hidden: NDArray[np.int8]
    odds: float
    config: AuditConfig
    clusters: Clusters | None
    draws: NDArray[Any] = field(repr=False)
    kind: str = "predictions"

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Groups whose figures may be shown."""
        return np.asarray(self.hidden == SHOWN)

    @property
    def confusion(self) -> Confusion:
        """The counts by name."""
        return Confusion.of(self.counts)

    def hidden_reason(self, g: int) -> str:
        """Why group ``g`` is suppressed; empty when it is shown."""
        if self.hidden[g] == SHOWN:
            return ""
        return SUPPRESSED.format(minimum=self.config.min_group)


def make_block(
    table: ScoreTable,
    unit: Unit,
    info: GroupingInfo,
    reduced: Reduced,
    hidden: NDArray[np.int8],
    threshold: FloatArray | float | None,
    odds: float,
    config: AuditConfig,
    rng: np.random.Generator,
) -> Block:
    """Count at the threshold, and draw the bootstrap replicates of the counts."""
    counts = reduced.confusion(threshold)
    squares = reduced.confusion_squares(threshold)
    effective = np.rint(_effective(counts, squares)).astype(np.int64)
    clusters = None
    # Patterns of patients are counts; with weights they are not, and rows stand in (FF009 says so).
    resample = config.use_clusters and unit.clustered and squares is None
    if resample and table.predictions is not None:
        clusters = gather_clusters(table, unit, info, threshold)
    draws: NDArray[Any]
    if clusters is None and squares is not None:
        draws = _weighted_draws(counts, effective, squares, config.replicates, rng)
    elif clusters is None:
        draws = draw_confusions(effective, config.replicates, rng)
    else:
        draws = draw_cluster_confusions(
            clusters.patterns, clusters.multiplicity, counts.shape[0], config.replicates, rng
        )
    return Block(
        unit,
        info,
        reduced,
        counts,
        effective,
        squares,
        hidden,
        odds,
        config,
        clusters,
        draws,
        table.kind,
    )


def _weighted_draws(
    counts: FloatArray,
    effective: IntArray,
    squares: FloatArray,
    replicates: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw shares of the four kinds: prevalence, then each label, at their effective sizes.

    Where weights differ by label (a case-control sample, say) the effective numbers of sick and
    well do not stand in the ratio of the weights; the weighted prevalence must be kept.
    """
    n, square = counts.sum(axis=1), squares.sum(axis=1)
    people = np.rint(np.divide(n**2, square, out=np.zeros_like(n), where=square > 0))
    sick = np.divide(counts[:, :2].sum(axis=1), n, out=np.zeros_like(n), where=n > 0)
    size = np.maximum(people, 1)
    drawn = rng.binomial(people.astype(np.int64), sick, size=(replicates, n.size)) / size
    within = draw_confusions(effective, replicates, rng, fixed_classes=True).astype(np.float64)
    for part, share in ((slice(0, 2), drawn), (slice(2, 4), 1 - drawn)):
        total = within[..., part].sum(axis=2)
        scale = np.divide(share * people, total, out=np.zeros_like(share), where=total > 0)
        within[..., part] *= scale[..., None]
    return within


def _effective(counts: FloatArray, squares: FloatArray | None) -> FloatArray:
    """Scale weighted counts of each group and label to Kish's effective size (Σw)²/Σw²."""
    if squares is None:
        return counts
    out = counts.copy()
    for part in (slice(0, 2), slice(2, 4)):
        total, square = counts[:, part].sum(axis=1), squares[:, part].sum(axis=1)
        factor = np.divide(total, square, out=np.ones_like(total), where=square > 0)
        out[:, part] *= factor[:, None]
    return out


def gather_clusters(
    table: ScoreTable, unit: Unit, info: GroupingInfo, threshold: FloatArray | float | None
) -> Clusters | None:
    """Collect the rows of a unit with their patients; None when there are none to cluster."""
    p = table.predictions
    if p is None or p.patient is None:
        return None
    rows = slice(None) if unit.rows is None else unit.rows
    group = (
        np.zeros(len(p), dtype=np.int64)
        if info.name not in table.group_codes
        else table.group_codes[info.name].astype(np.int64)
    )[rows]
    y = p.y_true[rows]
    if p.score is None:
        assert p.decision is not None  # noqa: S101 - Predictions hold one of the two
        score, flagged = None, p.decision[rows].astype(bool)
    else:
        score = p.score[rows]
        cut = np.asarray(threshold, dtype=np.float64)
        flagged = score >= (cut if cut.ndim == 0 else cut[group])
    outcome = np.where(y == 1, np.where(flagged, 0, 1), np.where(flagged, 2, 3))
    patient = p.patient[rows].astype(np.int64)
    patterns, multiplicity = cluster_patterns(patient, group * 4 + outcome, 4 * len(info.levels))
    return Clusters(patient, group, outcome, y, score, patterns, multiplicity)
