"""The truth behind a simulated cohort: true metrics of any rule, and ideal scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.simulate.assemble import MODALITIES, assemble
from fairfuse_core.cohort.simulate.dials import Dials
from fairfuse_core.cohort.simulate.model import Population, populate
from fairfuse_core.cohort.simulate.observers import OBSERVERS
from fairfuse_core.cohort.simulate.phenotypes import phenotype_risk
from fairfuse_core.errors import ConfigError

FloatArray = NDArray[np.float64]
Label = Literal["true", "recorded"]
EVERYONE = ("Overall", "Everyone")
_BLOCK = 20_000
_DEFAULT = ("prevalence", "selection_rate", "tpr", "fpr", "ppv", "npv", "accuracy", "auroc")


@dataclass(frozen=True, eq=False)
class Draw:
    """New samples from the same world, for a rule to score.

    Attributes
    ----------
    population : Population
        Their groups, signals and outcomes.
    """

    population: Population

    @cached_property
    def cohort(self) -> Cohort:
        """The same samples as a `Cohort` with every modality, drawn when first asked for."""
        return assemble(self.population, name="draw", modalities=MODALITIES)


Rule = str | Callable[[Draw], FloatArray]
"""The name of an observer (`OBSERVERS`), or a function from a draw to scores of shape (n,)."""

Decide = float | Callable[[FloatArray, Draw], NDArray[np.bool_]]
"""A threshold (flagged when score >= threshold), or a function to decisions of shape (n,)."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What only a simulation knows.

    Attributes
    ----------
    population : Population
        The samples of the cohort itself, in its order: signals, true risk, true outcome.
    """

    population: Population

    @property
    def dials(self) -> Dials:
        """The dials of this world."""
        return self.population.dials

    @property
    def outcome(self) -> NDArray[np.bool_]:
        """The true outcome of each sample, shape (n,), whatever the record says."""
        return self.population.outcome

    def scores(self, observer: str = "ideal") -> FloatArray:
        """Return an observer's scores of the cohort's samples, shape (n,), in [0, 1]."""
        return _score(observer, Draw(self.population))

    def phenotype_scores(self) -> FloatArray:
        """Return the ideal observer's probability of each phenotype, shape (n, 25)."""
        return phenotype_risk(self.population)

    def metrics(
        self,
        rule: Rule = "ideal",
        *,
        decide: Decide = 0.5,
        metrics: Sequence[str] = _DEFAULT,
        label: Label = "true",
        n: int = 400_000,
        seed: int = 1,
    ) -> pd.DataFrame:
        """Return the true metrics of a decision rule, by Monte Carlo on new samples.

        Parameters
        ----------
        rule : str or callable
            Whose scores.
        decide : float or callable
            How scores become decisions.
        metrics : sequence of str
            Proportions among `fairfuse_core.audit.metrics.METRICS`, and "auroc".
        label : {"true", "recorded"}
            Against what happened, or against what the record says.
        n : int
            Samples drawn, at least 1; the error falls with its square root.
        seed : int
            Seed of these samples; the cohort's own are not among them.

        Returns
        -------
        DataFrame
            Columns attribute, group, n, n_positive, metric, value, error: the standard error of
            the Monte Carlo (for AUROC its upper bound √(A(1 − A)/min(P, N)), Birnbaum & Klose,
            Ann Math Stat 1957). The first rows are everyone's. NaN where undefined.

        Raises
        ------
        ConfigError
            If a metric or an observer is not known.
        """
        _check_metrics(metrics)
        parts = [
            _judge(rule, decide, label, Draw(self.draw(min(_BLOCK, n - low), seed=seed, part=k)))
            for k, low in enumerate(range(0, n, _BLOCK))
        ]
        score, chosen, y = (np.concatenate([p[k] for p in parts]) for k in range(3))
        rows = _rows(EVERYONE, np.ones(y.size, dtype=bool), score, chosen, y, metrics)
        for one in self.dials.attributes:
            codes = np.concatenate([p[3][one.name] for p in parts])
            for k, group in enumerate(one.groups):
                rows += _rows((one.name, group), codes == k, score, chosen, y, metrics)
        return pd.DataFrame(rows)

    def gap(
        self, attribute: str, group: str, reference: str, *, metric: str = "tpr", **how: object
    ) -> tuple[float, float]:
        """Return (true difference of a metric, group minus reference; its Monte Carlo error).

        Further keywords go to `metrics`.
        """
        table = self.metrics(metrics=(metric,), **how)  # type: ignore[arg-type]
        here = table[table["attribute"] == attribute]
        pairs = here[["value", "error"]].to_numpy(dtype=np.float64)
        found = dict(zip(here["group"].astype(str), pairs, strict=True))
        if group not in found or reference not in found:
            raise ConfigError(
                f"groups of {attribute!r} among {', '.join(found) or 'none'}",
                f"{group!r}, {reference!r}",
                "Name groups of this attribute.",
            )
        (a, a_error), (b, b_error) = found[group], found[reference]
        return float(a - b), float(np.hypot(a_error, b_error))

    def draw(self, n: int, *, seed: int = 1, part: int = 0) -> Population:
        """Return n new samples of this world."""
        state = np.random.SeedSequence([seed, part]).generate_state(1)[0]
        return populate(self.dials, n=n, seed=int(state))


def _score(rule: Rule, draw: Draw) -> FloatArray:
    if callable(rule):
        found = np.asarray(rule(draw), dtype=np.float64)
        if found.shape != (len(draw.population),):
            raise ConfigError(
                f"a rule that scores {len(draw.population)} samples",
                f"an array of shape {found.shape}",
                "Return one score a sample.",
            )
        return found
    if rule not in OBSERVERS:
        raise ConfigError(f"an observer among {', '.join(OBSERVERS)}", repr(rule), "Name one.")
    return OBSERVERS[rule](draw.population)


def _judge(
    rule: Rule, decide: Decide, label: Label, draw: Draw
) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_], dict[str, NDArray[np.int64]]]:
    score = _score(rule, draw)
    chosen = decide(score, draw) if callable(decide) else score >= decide
    population = draw.population
    y = population.outcome if label == "true" else population.recorded
    return score, np.asarray(chosen, dtype=bool), y, population.groups


def _check_metrics(metrics: Sequence[str]) -> None:
    known = [name for name, card in METRICS.items() if card.is_proportion] + ["auroc"]
    for name in metrics:
        if name not in known:
            raise ConfigError(f"metrics among {', '.join(known)}", repr(name), "Choose of these.")


def _rows(
    who: tuple[str, str],
    here: NDArray[np.bool_],
    score: FloatArray,
    chosen: NDArray[np.bool_],
    y: NDArray[np.bool_],
    metrics: Sequence[str],
) -> list[dict[str, object]]:
    c, t = chosen[here], y[here]
    counts = np.array([(c & t).sum(), (~c & t).sum(), (c & ~t).sum(), (~c & ~t).sum()])
    common = {"attribute": who[0], "group": who[1], "n": int(t.size), "n_positive": int(t.sum())}
    out: list[dict[str, object]] = []
    for name in metrics:
        value, error = _auroc(score[here], t) if name == "auroc" else _share(name, counts)
        out.append({**common, "metric": name, "value": value, "error": error})
    return out


def _share(name: str, counts: NDArray[np.int64]) -> tuple[float, float]:
    card, confusion = METRICS[name], Confusion.of(counts)
    if card.numerator is None or card.denominator is None:
        raise ConfigError("a metric that is a proportion", repr(name), "Choose another.")
    top, bottom = float(card.numerator(confusion)), float(card.denominator(confusion))
    if bottom == 0:
        return np.nan, np.nan
    p = top / bottom
    return p, float(np.sqrt(p * (1 - p) / bottom))


def _auroc(score: FloatArray, y: NDArray[np.bool_]) -> tuple[float, float]:
    positive = int(y.sum())
    negative = y.size - positive
    if not positive or not negative:
        return np.nan, np.nan
    area = (rankdata(score)[y].sum() - positive * (positive + 1) / 2) / (positive * negative)
    return float(area), float(np.sqrt(area * (1 - area) / min(positive, negative)))
