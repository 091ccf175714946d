"""From a predictions table to a `ScoreTable`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.groupings import Grouping, intersect, single
from fairfuse_core.audit.histogram import BinnedCounter, auroc_error_bound, exact_segments
from fairfuse_core.audit.predictions.table import Predictions
from fairfuse_core.audit.scores import GroupingInfo, Reduced, ScoreTable, Unit
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import CodeArray, FloatArray, IntArray
from fairfuse_core.errors import ConfigError, InputError

_EVALUATED = ("test",)
_TUNED_ON = ("validation",)


def groupings_of(predictions: Predictions, config: AuditConfig) -> list[Grouping]:
    """Return the groupings an audit asks for.

    Raises
    ------
    ConfigError
        If an attribute does not exist, or an intersection names fewer than two.
    """
    have = [a.name for a in predictions.attributes]
    wanted = config.attributes or tuple(have)
    for name in {*wanted, *(a for combo in config.intersections for a in combo)}:
        if name not in have:
            raise ConfigError(
                f"an attribute among {', '.join(have) or 'none'}",
                repr(name),
                "Name a column that was read as a protected attribute.",
            )
    found = [single(predictions.attribute(name)) for name in wanted]
    for combo in config.intersections:
        if len(set(combo)) < 2:
            raise ConfigError(
                "two or more different attributes in an intersection",
                repr(combo),
                "Name them as gender,race.",
            )
        found.append(intersect([predictions.attribute(name) for name in combo]))
    return found


def reduce_predictions(predictions: Predictions, config: AuditConfig) -> ScoreTable:
    """Reduce a table to counts: once, whatever is asked of it afterwards.

    Up to ``config.exact_rows`` rows every distinct score is kept; above, probabilities are
    counted in ``config.score_bins`` equal bins and the bound on the AUROC's error is noted.
    Rank-only scores are always kept exactly. With a split column the "test" rows are evaluated
    and "validation" rows choose the operating point; "train" rows are never used.
    """
    evaluated, tuning, where = _split_rows(predictions)
    groupings = groupings_of(predictions, config)
    binned = len(predictions) > config.exact_rows and predictions.score_kind == "probability"
    reducer = Reducer(predictions, groupings, config.score_bins if binned else None)
    units, bound = [], 0.0
    for model_code, model in enumerate(predictions.model.levels):
        for target_code, target in enumerate(predictions.target.levels):
            here = (predictions.model.codes == model_code) & (
                predictions.target.codes == target_code
            )
            rows = _rows(here, evaluated)
            if rows is not None and rows.size == 0:
                continue
            held = None
            if tuning is not None:
                tuned = _rows(here, tuning)
                held = reducer.unit(model, target, tuned) if tuned is None or tuned.size else None
            unit = reducer.unit(model, target, rows, tuning=held)
            units.append(unit)
            if binned and unit.everyone.segments is not None:
                bound = max(
                    [
                        bound,
                        *(
                            auroc_error_bound(r.segments)
                            for r in (unit.everyone, *unit.by.values())
                            if r.segments
                        ),
                    ]
                )
    if not units:
        raise InputError(
            "at least one row to evaluate",
            f"none in {predictions.source}",
            "Check the split column: rows to evaluate must be called 'test'.",
        )
    notes: tuple[str, ...] = ()
    if binned:
        notes = (
            f"{len(predictions):,} rows: scores were counted in {config.score_bins:,} equal bins; "
            f"any AUROC is off by at most {bound:.1e}, any score by {1 / config.score_bins:.1e}.",
        )
    return ScoreTable(
        units=tuple(units),
        groupings=tuple(GroupingInfo(g.name, g.attributes, g.levels, g.parts) for g in groupings),
        score_kind=predictions.score_kind,
        rows=int(len(predictions) if evaluated is None else evaluated.sum()),
        source=predictions.source,
        digest=predictions.digest,
        bins=config.score_bins if binned else None,
        patients=_distinct(predictions.patient, evaluated),
        evaluated_on=where,
        target_label=predictions.target_label,
        weighted=predictions.weight is not None,
        predictions=predictions,
        group_codes={g.name: g.codes for g in groupings},
        notes=notes,
    )


def _split_rows(
    p: Predictions,
) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None, str]:
    if p.split is None:
        return None, None, "all rows"
    names = np.asarray(p.split.levels)
    test = np.isin(names, _EVALUATED)[p.split.codes]
    validation = np.isin(names, _TUNED_ON)[p.split.codes]
    if not test.any():
        found = ", ".join(p.split.levels)
        raise InputError(
            "rows whose split is 'test'",
            f"only {found} in {p.source}",
            "Map one of these to 'test', or leave the split column out.",
        )
    return test, (validation if validation.any() else None), "test split"


def _rows(here: NDArray[np.bool_], also: NDArray[np.bool_] | None) -> IntArray | None:
    """Row numbers, or None when every row is meant (no copy is made then)."""
    mask = here if also is None else here & also
    return None if mask.all() else np.flatnonzero(mask)


def _distinct(patient: CodeArray | None, mask: NDArray[np.bool_] | None) -> int | None:
    if patient is None:
        return None
    chosen = patient if mask is None else patient[mask]
    return int(np.count_nonzero(np.bincount(chosen)))


class Reducer:
    """Holds the table and its groupings while units are cut from it."""

    def __init__(
        self, predictions: Predictions, groupings: Sequence[Grouping], bins: int | None
    ) -> None:
        self.p = predictions
        self.groupings = groupings
        self.bins = bins

    def unit(
        self, model: str, target: str, rows: IntArray | None, *, tuning: Unit | None = None
    ) -> Unit:
        """Reduce some rows (None: all) of one model and target by every grouping."""
        p = self.p
        codes = [np.zeros(len(p), dtype=np.int32), *(g.codes for g in self.groupings)]
        if rows is not None:
            codes = [c[rows] for c in codes]
        sizes = [1, *(len(g.levels) for g in self.groupings)]
        y = p.y_true if rows is None else p.y_true[rows]
        weight = p.weight if rows is None or p.weight is None else p.weight[rows]
        patient = p.patient if rows is None or p.patient is None else p.patient[rows]
        people = [_patients(c, g, patient) for c, g in zip(codes, sizes, strict=True)]
        counts = (
            people
            if patient is None
            else [_patients(c, g, None) for c, g in zip(codes, sizes, strict=True)]
        )
        if p.score is None:
            assert p.decision is not None  # noqa: S101 - Predictions hold one of the two
            decided = p.decision if rows is None else p.decision[rows]
            parts = [
                Reduced(
                    None,
                    _fixed(y, decided, c, g, weight),
                    n,
                    r,
                    fixed_squares=None if weight is None else _fixed(y, decided, c, g, weight**2),
                )
                for c, g, n, r in zip(codes, sizes, people, counts, strict=True)
            ]
        else:
            score = p.score if rows is None else p.score[rows]
            everyone, *split = self._segments(score, y, codes, sizes, weight)
            plain = [everyone, *(replace(s, whole=everyone) for s in split)]
            squares: Sequence[Segments | None] = [None] * len(sizes)
            if weight is not None:
                squares = self._segments(score, y, codes, sizes, weight**2)
            parts = [
                Reduced(s, None, n, r, squares=q)
                for s, n, r, q in zip(plain, people, counts, squares, strict=True)
            ]
        clustered = patient is not None and int(people[0][0]) < y.size
        named = {g.name: part for g, part in zip(self.groupings, parts[1:], strict=True)}
        return Unit(model, target, parts[0], named, tuning, rows, clustered)

    def _segments(
        self,
        score: FloatArray,
        y: NDArray[np.uint8],
        codes: list[CodeArray],
        sizes: list[int],
        weight: FloatArray | None,
    ) -> list[Segments]:
        if self.bins is not None:
            counter = BinnedCounter(sizes, self.bins, weighted=weight is not None)
            counter.add(score, y, codes, weight)
            return [counter.segments(k) for k in range(len(sizes))]
        order = np.argsort(score, kind="stable")
        return [
            exact_segments(score, y, c, g, order=order, weight=weight)
            for c, g in zip(codes, sizes, strict=True)
        ]


def _fixed(
    y: NDArray[np.uint8],
    decision: NDArray[np.uint8],
    codes: CodeArray,
    n_groups: int,
    weight: FloatArray | None,
) -> FloatArray:
    # Order on the last axis: tp (y=1, d=1), fn (1, 0), fp (0, 1), tn (0, 0).
    kind = (1 - y.astype(np.int64)) * 2 + (1 - decision.astype(np.int64))
    flat = np.bincount(codes * np.int64(4) + kind, weights=weight, minlength=4 * n_groups)
    return flat.reshape(n_groups, 4).astype(np.float64)


def _patients(codes: CodeArray, n_groups: int, patient: CodeArray | None) -> IntArray:
    if patient is None:
        return np.bincount(codes, minlength=n_groups).astype(np.int64)
    width = int(patient.max(initial=-1)) + 1
    pair = codes.astype(np.int64) * width + patient
    if n_groups * width <= 200_000_000:
        seen = np.zeros(n_groups * width, dtype=bool)
        seen[pair] = True
        return np.asarray(seen.reshape(n_groups, width).sum(axis=1), dtype=np.int64)
    return np.bincount(np.unique(pair) // width, minlength=n_groups).astype(np.int64)
