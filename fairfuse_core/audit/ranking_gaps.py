"""Ranking gaps between two groups: xAUC and ABROCA."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.block import Block
from fairfuse_core.audit.gap_row import GapRow
from fairfuse_core.audit.inference.permutation import permutation_p
from fairfuse_core.audit.intervals.bootstrap import percentile_interval
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import FloatArray

_GRID = 128
"""Replicates are drawn over at most this many score intervals of equal pooled mass; the estimate
itself uses every distinct score."""

PAIR_METRICS = ("xauc_difference", "abroca")
"""Names that `AuditConfig.metrics` takes besides those of the registry."""

_DRAWS = 300


def on_common_grid(segments: Segments) -> tuple[FloatArray, FloatArray]:
    """Return positives and negatives on one ascending score grid, each (G, S)."""
    grid, at = np.unique(segments.floor, return_inverse=True)
    cell = segments.owner * grid.size + at
    size = segments.n_groups * grid.size

    def spread_out(values: FloatArray) -> FloatArray:
        sums = np.bincount(cell, weights=values, minlength=size).astype(np.float64)
        return sums.reshape(-1, grid.size)

    return spread_out(segments.pos), spread_out(segments.neg)


def xauc(pos_a: FloatArray, neg_b: FloatArray) -> FloatArray:
    """P(score⁺ of a > score⁻ of b) + ½ P(equal); counts (..., S) on one ascending grid.

    NaN where a has no positives or b no negatives. (Kallus & Zhou, NeurIPS 2019, eq. 2.)
    """
    below = np.cumsum(neg_b, axis=-1) - neg_b
    wins = (pos_a * (below + neg_b / 2)).sum(axis=-1)
    pairs = pos_a.sum(axis=-1) * neg_b.sum(axis=-1)
    out = np.full(np.shape(wins), np.nan)
    np.divide(wins, pairs, out=out, where=pairs > 0)
    return out


def _roc(pos: FloatArray, neg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(FPR, TPR) from (0, 0) to (1, 1) as the threshold falls; (S + 1,)."""
    # Divided by their own last value both end at exactly 1, whatever the weights.
    fpr, tpr = (np.concatenate([[0.0], np.cumsum(counts[::-1])]) for counts in (neg, pos))
    return fpr / fpr[-1], tpr / tpr[-1]


def abroca(pos_a: FloatArray, neg_a: FloatArray, pos_b: FloatArray, neg_b: FloatArray) -> float:
    """∫ |ROC_a − ROC_b| over FPR in [0, 1], exactly, crossings included.

    ROC curves are joined by straight lines (ties); between two neighbouring corners the
    difference is linear, so each piece is integrated in closed form. At least |AUROC_a − AUROC_b|.
    NaN if a group has one class only. (Gardner, Brooks & Baker, LAK 2019.)
    """
    if min(pos_a.sum(), neg_a.sum(), pos_b.sum(), neg_b.sum()) <= 0:
        return float("nan")
    curve_a, curve_b = _roc(pos_a, neg_a), _roc(pos_b, neg_b)
    x = np.unique(np.concatenate([curve_a[0], curve_b[0]]))
    # At a vertical rise the curve has two values: one just left, one just right of it.
    left = _side(curve_a, x, "left") - _side(curve_b, x, "left")
    right = _side(curve_a, x, "right") - _side(curve_b, x, "right")
    d0, d1, width = right[:-1], left[1:], np.diff(x)
    same = d0 * d1 >= 0
    size = np.abs(d0) + np.abs(d1)
    crossing = np.divide(d0**2 + d1**2, size, out=np.zeros_like(size), where=size > 0)
    return float((width * np.where(same, size, crossing)).sum() / 2)


def _side(curve: tuple[FloatArray, FloatArray], x: FloatArray, side: str) -> FloatArray:
    """Evaluate a piecewise linear ROC curve at x, from the left or from the right."""
    fpr, tpr = curve
    if side == "right":
        i = np.searchsorted(fpr, x, side="right") - 1
        nxt = np.minimum(i + 1, fpr.size - 1)
    else:
        nxt = np.searchsorted(fpr, x, side="left")
        i = np.maximum(nxt - 1, 0)
    run = fpr[nxt] - fpr[i]
    part = np.divide(
        x - fpr[i], run, out=np.ones_like(x) if side == "left" else np.zeros_like(x), where=run > 0
    )
    return np.asarray(tpr[i] + part * (tpr[nxt] - tpr[i]))


def ranking_rows(block: Block, reference: int, rng: np.random.Generator) -> list[GapRow]:
    """Return xAUC difference and ABROCA of every shown group against the reference.

    Intervals by multinomial bootstrap of each group's score counts; the test of ABROCA exchanges
    patients of one true label between the two groups: it is never negative, so its expected
    value without disparity is given too.
    """
    segments = block.reduced.segments
    if segments is None:
        return []
    pos, neg = on_common_grid(segments)
    if block.squares is not None:
        pos, neg = (
            counts * _kish(block.counts[:, kinds], block.squares[:, kinds])[:, None]
            for counts, kinds in ((pos, slice(0, 2)), (neg, slice(2, 4)))
        )
    levels, rows = block.info.levels, []
    for g, name in enumerate(levels):
        if g == reference:
            continue
        why = _why_not(block, pos, neg, g) or _why_not(block, pos, neg, reference)
        if why:
            rows += [
                GapRow(metric, "difference", name, levels[reference], np.nan, reason=why)
                for metric in ("xauc_difference", "abroca")
            ]
            continue
        pair = [g, reference]
        rows += _pair_rows(block, name, levels[reference], pos[pair], neg[pair], rng)
    return rows


def _kish(counts: FloatArray, squares: FloatArray) -> FloatArray:
    """Return Σw / Σw² per group: what turns weights into an effective number of patients."""
    total, square = counts.sum(axis=1), squares.sum(axis=1)
    return np.asarray(np.divide(total, square, out=np.ones_like(total), where=square > 0))


def _why_not(block: Block, pos: FloatArray, neg: FloatArray, g: int) -> str:
    if block.hidden_reason(g):
        return block.hidden_reason(g)
    if pos[g].sum() == 0 or neg[g].sum() == 0:
        missing = "with" if pos[g].sum() == 0 else "without"
        return f"not estimable: {block.info.levels[g]} has no patients {missing} the outcome"
    return ""


def _pair_rows(
    block: Block,
    name: str,
    other: str,
    pos: FloatArray,
    neg: FloatArray,
    rng: np.random.Generator,
) -> list[GapRow]:
    value = float(xauc(pos[0], neg[1]) - xauc(pos[1], neg[0]))
    area = abroca(pos[0], neg[0], pos[1], neg[1])
    p2, n2 = _coarse(pos, neg)
    xs, areas, null_x, null_a = _resampled(p2, n2, rng)
    level = block.config.confidence
    xl, xh, _ = percentile_interval(xs[:, None], confidence=level)
    al, ah, _ = percentile_interval(areas[:, None], confidence=level)
    note = "bootstrap of score counts" + (
        "; rows taken as independent" if block.clusters is not None else ""
    )
    test = "permutation within each true label, two groups"
    # A replicate's ABROCA is inflated by its own noise as much as the estimate is by its: shift.
    shift = max(float(areas.mean()) - area, 0.0)
    return [
        GapRow(
            "xauc_difference",
            "difference",
            name,
            other,
            value,
            float(xl[0]),
            float(xh[0]),
            note,
            p=float(permutation_p(abs(value), np.abs(null_x))),
            test=test,
        ),
        GapRow(
            "abroca",
            "difference",
            name,
            other,
            area,
            max(float(al[0]) - shift, 0.0),
            max(float(ah[0]) - shift, area),
            note,
            p=float(permutation_p(area, null_a)),
            test=test,
            expected=float(null_a.mean()),
        ),
    ]


def _coarse(pos: FloatArray, neg: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    mass = (pos + neg).sum(axis=0)
    edge = np.minimum((np.cumsum(mass) - mass) * _GRID // max(mass.sum(), 1), _GRID - 1).astype(int)
    _, slot = np.unique(edge, return_inverse=True)
    size = slot.max(initial=0) + 1

    def add(rows: FloatArray) -> np.ndarray:
        return np.stack([np.bincount(slot, weights=r, minlength=size) for r in rows])

    return add(pos), add(neg)


def _resampled(
    pos: np.ndarray, neg: np.ndarray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    def boot(rows: np.ndarray) -> list[np.ndarray]:
        return [_draw(r, r, rng) for r in rows]

    def swap(rows: np.ndarray) -> list[np.ndarray]:
        both = rows.sum(axis=0)
        if not np.array_equal(rows, np.rint(rows)):  # weights cannot change places one by one
            return [_draw(both, r, rng) for r in rows]
        both = both.astype(np.int64)
        mine = rng.multivariate_hypergeometric(
            both, int(rows[0].sum()), size=_DRAWS, method="marginals"
        )
        return [mine, both - mine]

    out: list[FloatArray] = []
    for p, n in ((boot(pos), boot(neg)), (swap(pos), swap(neg))):
        pa, pb, na, nb = (x.astype(np.float64) for x in (*p, *n))
        out.append(xauc(pa, nb) - xauc(pb, na))
        out.append(_areas(pa, na, pb, nb))
    return out[0], out[1], out[2], out[3]


def _draw(shares: FloatArray, sized: FloatArray, rng: np.random.Generator) -> np.ndarray:
    people = max(round(float(sized.sum())), 1)
    return rng.multinomial(people, shares / shares.sum(), size=_DRAWS)


def _areas(pa: FloatArray, na: FloatArray, pb: FloatArray, nb: FloatArray) -> FloatArray:
    """ABROCA of many replicates on a fixed grid of FPR: plenty for an interval, and quick."""
    x = np.linspace(0, 1, 201)
    out = np.empty(pa.shape[0])
    for k, four in enumerate(zip(pa, na, pb, nb, strict=True)):
        one, two = _roc(four[0], four[1]), _roc(four[2], four[3])
        gap = np.abs(np.interp(x, *one) - np.interp(x, *two))
        out[k] = (gap.sum() - (gap[0] + gap[-1]) / 2) * (x[1] - x[0])
    return out
