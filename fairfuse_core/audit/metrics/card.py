"""The metric card: what a metric is, in words and as a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray

Family = Literal["rate", "agreement", "ranking", "probability", "utility"]
Tier = Literal["recommended", "acceptable", "caution"]
Among = Literal["positives", "negatives", "labels", "selected", "not_selected", "all"]
"""Among whom group labels are exchanged when there is no disparity; ``labels``: within each
true label at once."""


ScoreInterval = Callable[[Confusion, float, FloatArray | float], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, eq=False)
class ScoreEstimate:
    """A metric computed from scores, per group.

    Attributes
    ----------
    estimate, variance : ndarray, shape (G,)
        NaN where the group has no estimate (no variance).
    null_variance : ndarray, shape (G,)
        Variance if every group behaved like the whole: what a test of "no gap" needs.
    low, high : ndarray, shape (G,), optional
        Interval where the metric has a better one than a normal on its ``scale``.
    method : str
        Name of the interval.
    null_mean : ndarray, shape (G,), optional
        Mean if every group behaved like the whole, for an estimate whose bias depends on the size
        of the group; without it, the same for all.
    """

    estimate: FloatArray
    variance: FloatArray
    null_variance: FloatArray
    method: str
    low: FloatArray | None = None
    high: FloatArray | None = None
    null_mean: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class MetricCard:
    """One metric.

    Attributes
    ----------
    name, title, symbol : str
        Column name, readable name, the field's short symbol.
    family : str
        rate, agreement, ranking, probability or utility.
    formula, meaning, undefined : str
        Definition; one plain sentence for a clinician; when it has no value.
    higher_is_better : bool or None
        None when neither direction is better by itself.
    unit_interval : bool
        Whether values lie in [0, 1].
    tier : str
        Standing given by Van Calster et al. (Lancet Digit Health 2025).
    citation : str
        Source of the definition.
    aka : tuple of str
        Other names in use.
    numerator, denominator : callable, optional
        Counts whose share the metric is; set for plain proportions.
    compute : callable, optional
        Value from counts (and odds of the threshold where ``uses_odds``) for the others.
    uses_odds : bool
        Whether ``compute`` weighs false positives by t / (1 - t).
    from_scores : callable, optional
        (segments, confidence) to an estimate; set for ranking and probability metrics.
    scale : {"identity", "logit", "log"}
        Scale on which the sampling distribution is taken as normal.
    among : str
        Who is exchangeable under "no disparity".
    score_interval : callable, optional
        (counts, confidence, design effect) to (low, high), for a summary of counts that has a
        score interval although it is no plain proportion.
    score_kinds : pair of tuple of int
        Outcome kinds (0 tp, 1 fn, 2 fp, 3 tn) in the numerator and denominator of the proportion
        behind ``score_interval``: what a design effect is computed for.
    """

    name: str
    title: str
    symbol: str
    family: Family
    formula: str
    meaning: str
    undefined: str
    higher_is_better: bool | None
    citation: str
    tier: Tier = "acceptable"
    unit_interval: bool = True
    aka: tuple[str, ...] = ()
    numerator: Callable[[Confusion], FloatArray] | None = None
    denominator: Callable[[Confusion], FloatArray] | None = None
    compute: Callable[[Confusion, float], FloatArray] | None = None
    uses_odds: bool = False
    from_scores: Callable[[Segments, float], ScoreEstimate] | None = None
    scale: Literal["identity", "logit", "log"] = "identity"
    among: Among = "labels"
    score_interval: ScoreInterval | None = None
    score_kinds: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    @property
    def needs_scores(self) -> bool:
        """True when counts at one threshold do not suffice."""
        return self.from_scores is not None

    @property
    def needs_probabilities(self) -> bool:
        """True when the score must be a probability."""
        return self.family == "probability" or self.uses_odds

    @property
    def is_proportion(self) -> bool:
        """True for a share of patients, which has a Wilson interval."""
        return self.numerator is not None

    @property
    def kinds(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Outcome kinds in numerator and denominator (0 tp, 1 fn, 2 fp, 3 tn)."""
        if self.numerator is None or self.denominator is None:
            return self.score_kinds
        each = Confusion.of(np.eye(4))
        top, bottom = self.numerator(each), self.denominator(each)
        return tuple(np.flatnonzero(top).tolist()), tuple(np.flatnonzero(bottom).tolist())
