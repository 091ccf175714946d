"""Histograms that grow with the groups they meet, for tables read in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.groupings import CROSS
from fairfuse_core.audit.histogram import auroc_error_bound
from fairfuse_core.audit.predictions.factors import natural_key
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.scores import GroupingInfo, Reduced, ScoreTable, Unit
from fairfuse_core.audit.segments import Segments
from fairfuse_core.audit.types import UNKNOWN, Factor, FloatArray
from fairfuse_core.errors import ConfigError, InputError

UnitKey = tuple[str, str, str]
_MOST_CELLS = 2_000
"""Groups of one grouping in one batch: 2,000 × 2 × 4,096 counts are 131 MB."""


class StreamCounter:
    """Adds up score histograms by group, whatever groups turn up.

    Parameters
    ----------
    roles : Roles
        Columns; ``attributes`` are audited unless the configuration names some.
    config : AuditConfig
        Attributes, intersections and bins.
    """

    def __init__(self, roles: Roles, config: AuditConfig) -> None:
        self.bins = config.score_bins
        self.target_label = roles.target or "target"
        singles = [(name,) for name in (config.attributes or roles.attributes)]
        self.groupings: list[tuple[str, ...]] = [*singles, *config.intersections]
        self.attributes = tuple(dict.fromkeys(a for g in self.groupings for a in g))
        self._counts: dict[tuple[UnitKey, int, tuple[str, ...]], FloatArray] = {}
        self._whole: dict[UnitKey, FloatArray] = {}
        self._sums = np.zeros(self.bins)
        self._sizes = np.zeros(self.bins)

    def add(
        self,
        unit: UnitKey,
        slot: NDArray[np.int32],
        y: NDArray[np.uint8],
        sums: FloatArray,
        factors: Mapping[str, Factor],
        counts: FloatArray | None,
    ) -> None:
        """Count rows of one model, target and split.

        Parameters
        ----------
        unit : tuple of str
            Model, target, split.
        slot, y, sums : ndarray, shape (n,)
            Score bin, label, and score (sum of scores where rows are counts).
        factors : mapping of str to Factor
            Attributes of these rows; levels may differ from batch to batch.
        counts : ndarray or None
            Patients behind each row; None means one.
        """
        if unit[2] not in {"test", "validation"}:
            return
        size = 2 * self.bins
        self._sums += np.bincount(slot, weights=sums, minlength=self.bins)
        self._sizes += np.bincount(slot, weights=counts, minlength=self.bins)
        where = slot + y.astype(np.int32) * np.int32(self.bins)
        here = np.bincount(where, weights=counts, minlength=size)
        self._whole[unit] = self._whole.get(unit, np.zeros(size)) + here
        for k, names in enumerate(self.groupings):
            parts = [factors[n] for n in names]
            shape = [len(f.levels) for f in parts]
            cells = int(np.prod(shape))
            if cells > _MOST_CELLS:
                raise ConfigError(
                    f"at most {_MOST_CELLS:,} groups in a streamed grouping",
                    f"{cells:,} in {CROSS.join(names)}",
                    "Use fewer or coarser attributes.",
                )
            code = parts[0].codes
            for f in parts[1:]:
                code = code * np.int32(len(f.levels)) + f.codes
            hist = np.bincount(
                code * np.int32(size) + where, weights=counts, minlength=cells * size
            )
            hist = hist.reshape(cells, size)
            for cell in np.flatnonzero(hist.any(axis=1)):
                at = np.unravel_index(int(cell), shape)
                levels = tuple(f.levels[int(i)] for f, i in zip(parts, at, strict=True))
                key = (unit, k, levels)
                self._counts[key] = self._counts.get(key, np.zeros(size)) + hist[cell]

    def content_digest(self) -> str:
        """SHA-256 over every count."""
        sha = hashlib.sha256()
        for key in sorted(self._counts):
            sha.update(repr(key).encode())
            sha.update(self._counts[key].tobytes())
        return sha.hexdigest()

    def table(self, *, source: str, digest: str) -> ScoreTable:
        """Return the table of everything counted.

        Raises
        ------
        InputError
            If no row was to be evaluated.
        """
        keys = [k for k in self._whole if k[2] == "test"]
        if not keys:
            raise InputError(
                "at least one row to evaluate",
                f"none in {source}",
                "Rows to evaluate must have the split 'test'.",
            )
        infos = tuple(self._info(k, names) for k, names in enumerate(self.groupings))
        units = []
        for key in keys:
            unit = self._unit(key, infos)
            held = (key[0], key[1], "validation")
            units.append(
                replace(unit, tuning=self._unit(held, infos)) if held in self._whole else unit
            )
        bound = max(
            (auroc_error_bound(r.segments) for u in units for r in u.by.values() if r.segments),
            default=0.0,
        )
        rows = int(sum(self._whole[k].sum() for k in keys))
        split = any(u.tuning for u in units)
        return ScoreTable(
            units=tuple(units),
            groupings=infos,
            score_kind="probability",
            rows=rows,
            source=source,
            digest=digest,
            kind="stream",
            bins=self.bins,
            evaluated_on="test split" if split else "all rows",
            target_label=self.target_label,
            notes=(
                f"{rows:,} rows were streamed: scores were counted in {self.bins:,} equal bins; "
                f"any AUROC is off by at most {bound:.1e}, any score by {1 / self.bins:.1e}. "
                "Rows were taken as independent patients.",
            ),
        )

    def _info(self, k: int, names: tuple[str, ...]) -> GroupingInfo:
        found = {levels for (_, at, levels) in self._counts if at == k}
        parts = tuple(sorted(found, key=lambda p: [(x == UNKNOWN, natural_key(x)) for x in p]))
        return GroupingInfo(CROSS.join(names), names, tuple(CROSS.join(p) for p in parts), parts)

    def _unit(self, key: UnitKey, infos: tuple[GroupingInfo, ...]) -> Unit:
        by = {
            info.name: self._reduced(
                [self._counts.get((key, k, parts), np.zeros(2 * self.bins)) for parts in info.parts]
            )
            for k, info in enumerate(infos)
        }
        return Unit(key[0], key[1], self._reduced([self._whole[key]]), by)

    def _reduced(self, hists: list[FloatArray]) -> Reduced:
        table = np.stack(hists).reshape(len(hists), 2, self.bins).astype(np.float64)
        owner, slot = np.nonzero(table.sum(axis=1) > 0)
        mean = np.divide(
            self._sums, self._sizes, out=np.arange(self.bins) / self.bins, where=self._sizes > 0
        )
        starts = np.searchsorted(owner, np.arange(len(hists) + 1)).astype(np.int64)
        segments = Segments(
            mean[slot], slot / self.bins, table[owner, 1, slot], table[owner, 0, slot], starts
        )
        n = table.sum(axis=(1, 2)).astype(np.int64)
        return Reduced(segments, None, n, n)
