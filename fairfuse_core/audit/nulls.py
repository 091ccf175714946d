"""What the groups would look like if group made no difference: permutation at count level.

Group labels are exchanged among patients who are alike in what the metric conditions on: among
the positives for sensitivity, among the flagged for PPV, among all for the selection rate. That
is a multivariate hypergeometric draw on the counts (the same distribution as shuffling labels,
without touching a patient).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.column import Column
from fairfuse_core.audit.counts import Confusion
from fairfuse_core.audit.estimates import value_of
from fairfuse_core.audit.inference.permutation import random_tables
from fairfuse_core.audit.metrics.card import Among
from fairfuse_core.audit.types import FloatArray

_PAIRS: dict[Among, tuple[tuple[int, int], ...]] = {
    # The two kinds of outcome that are shuffled against each other.
    "positives": ((0, 1),),
    "negatives": ((2, 3),),
    "labels": ((0, 1), (2, 3)),
    "selected": ((0, 2),),
    "not_selected": ((3, 1),),
}

WORDS: dict[Among, str] = {
    "positives": "permutation among patients with the outcome",
    "negatives": "permutation among patients without the outcome",
    "labels": "permutation within each true label",
    "selected": "permutation among flagged patients",
    "not_selected": "permutation among unflagged patients",
    "all": "permutation among all patients",
}


@dataclass(eq=False)
class Nulls:
    """Draws null counts for one block; each kind once, shared by the metrics that use it."""

    block: Block
    rng: np.random.Generator
    _pairs: dict[tuple[int, int], FloatArray] = field(default_factory=dict)

    def counts(self, among: Among, card_name: str = "") -> FloatArray:
        """Return null counts (B, G, 4); hidden groups take no part and hold zeros."""
        if among == "all":
            return self._all(card_name)
        b, g = self.block.config.replicates, self.block.counts.shape[0]
        out = np.zeros((b, g, 4))
        for pair in _PAIRS[among]:
            out[..., list(pair)] = self._pair(pair)
        return out

    def _pair(self, pair: tuple[int, int]) -> FloatArray:
        if pair not in self._pairs:
            clusters = self.block.clusters
            self._pairs[pair] = (
                self._permute_rows(pair)
                if clusters is None
                else self._permute_patients((pair[0],), pair)
            )
        return self._pairs[pair]

    def _all(self, name: str) -> FloatArray:
        # Prevalence shuffles the outcome, the selection rate the flag; each fills a table in
        # which only the sum it reads is meaningful.
        kinds = (0, 1) if name == "prevalence" else (0, 2)
        b, g = self.block.config.replicates, self.block.counts.shape[0]
        out = np.zeros((b, g, 4))
        if self.block.clusters is not None:
            drawn = self._permute_patients(kinds, (0, 1, 2, 3))
        else:
            hit = list(kinds)
            drawn = self._tables(hit, [k for k in range(4) if k not in hit])
        out[..., 0], out[..., 3] = drawn[..., 0], drawn[..., 1]
        return out

    def _permute_rows(self, pair: tuple[int, int]) -> FloatArray:
        return self._tables([pair[0]], [pair[1]])

    def _tables(self, yes: list[int], no: list[int]) -> FloatArray:
        """Exchange group labels between patients of these kinds; (B, G, 2) of yes and no.

        Weighted, they are as many as their effective number, and the result is scaled back.
        """
        block = self.block
        shown, kinds = block.shown, [*yes, *no]
        two = np.stack([block.counts[:, yes].sum(axis=1), block.counts[:, no].sum(axis=1)], axis=1)
        factor = np.ones(shown.shape)
        if block.squares is not None:
            square = block.squares[:, kinds].sum(axis=1)
            np.divide(two.sum(axis=1), square, out=factor, where=square > 0)
        sizes = np.where(shown[:, None], np.rint(two * factor[:, None]), 0).astype(np.int64)
        margins = sizes.sum(axis=0)
        drawn = random_tables(margins, sizes.sum(axis=1), block.config.replicates, self.rng)
        return np.moveaxis(drawn, 1, 2) / factor[:, None]

    def _permute_patients(self, hits: tuple[int, ...], among: tuple[int, ...]) -> FloatArray:
        """Exchange group labels between patients, each with all the rows they have in a group."""
        rows = self.block.clusters
        assert rows is not None  # noqa: S101
        keep = self.block.shown[rows.group] & np.isin(rows.outcome, among)
        if not keep.any():
            return np.zeros((self.block.config.replicates, self.block.counts.shape[0], 2))
        group, patient = rows.group[keep], rows.patient[keep]
        hit = np.isin(rows.outcome[keep], hits)
        n_groups = self.block.counts.shape[0]
        key, inverse = np.unique(patient * n_groups + group, return_inverse=True)
        yes = np.bincount(inverse, weights=hit, minlength=key.size).astype(np.int64)
        size = np.bincount(inverse, minlength=key.size).astype(np.int64)
        pattern, kind = np.unique(np.stack([yes, size]), axis=1, return_inverse=True)
        kind = np.asarray(kind).ravel()
        margins = np.bincount(kind, minlength=pattern.shape[1]).astype(np.int64)
        people = np.bincount(key % n_groups, minlength=n_groups).astype(np.int64)
        drawn = random_tables(margins, people, self.block.config.replicates, self.rng)
        got_yes = np.einsum("bkg,k->bg", drawn, pattern[0])
        got_all = np.einsum("bkg,k->bg", drawn, pattern[1])
        return np.stack([got_yes, got_all - got_yes], axis=2).astype(np.float64)


def null_values(made: Column, nulls: Nulls) -> FloatArray | None:
    """Null values of a counts metric, (B, G); None for metrics computed from scores."""
    card = made.card
    if card.needs_scores:
        return None
    counts = nulls.counts(card.among, card.name)
    values = value_of(card, Confusion.of(counts), nulls.block.odds)
    return np.where(made.usable, values, np.nan)


def normal_null_values(made: Column, replicates: int, rng: np.random.Generator) -> FloatArray:
    """Null values (B, G) of a metric from scores: normal around what all would show alike."""
    assert made.null_variance is not None  # noqa: S101
    se = np.sqrt(made.null_variance)
    centre = 0.0 if made.null_mean is None else made.null_mean
    values = centre + rng.standard_normal((replicates, se.size)) * se
    return np.where(made.usable, values, np.nan)


def spread(values: FloatArray) -> FloatArray:
    """Largest less smallest over groups, NaN groups left out; shape (B,)."""
    top = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    bottom = np.where(np.isnan(values), np.inf, values).min(axis=1)
    out = top - bottom
    return np.where(np.isfinite(out), out, np.nan)


def null_variances(values: FloatArray) -> FloatArray:
    """Return sampling variances of the groups' estimates when they do not differ, shape (G,).

    Permuted groups share a fixed total, so they vary less than patients drawn afresh would and
    against each other. Taking off the (negative) covariance undoes both: the variance of any
    difference is then the sum of two of these.
    """
    drawn = values[np.isfinite(values).all(axis=1)]
    if len(drawn) < 2:
        return np.asarray(np.nanvar(values, axis=0))
    cov = np.cov(drawn, rowvar=False)
    size = cov.shape[0]
    shared = (cov.sum() - np.trace(cov)) / (size * (size - 1))
    return np.asarray(np.diag(cov) - min(float(shared), 0.0))
