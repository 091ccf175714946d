"""What a `Preprocessor` fits of each kind of modality; each `fit` sees training rows only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from fairfuse_core.cohort.modalities import Codes, Modality, Static, TimeSeries

_CHUNK = 1024


@dataclass(frozen=True)
class CodeEncoder:
    """Chosen codes, and cut points of chosen measures.

    Attributes
    ----------
    vocabulary : tuple of str
        Codes kept, most frequent in training first.
    measures : tuple of str
        Measures kept, most often observed first.
    edges : tuple of tuple of float
        Inner cut points of each kept measure: training quantiles, ties merged.
    """

    vocabulary: tuple[str, ...]
    measures: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]

    @classmethod
    def fit(
        cls, train: Codes, *, min_share: float, max_codes: int | None, n_measures: int, bins: int
    ) -> CodeEncoder:
        """Choose codes and measures by how many training samples have them."""
        pooled = train.pooled()
        count = np.bincount(pooled.indices, minlength=pooled.shape[1])
        order = np.argsort(-count, kind="stable")
        least = max(1, int(np.ceil(min_share * len(train))))
        kept = [int(j) for j in order if count[j] >= least][:max_codes]
        measures, edges = _measure_edges(train, n_measures, bins)
        return cls(tuple(train.vocabulary[j] for j in kept), measures, edges)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names of the transformed matrix."""
        tokens = [
            f"{m} in {k + 1}/{len(e) + 1}"
            for m, e in zip(self.measures, self.edges, strict=True)
            for k in range(len(e) + 1)
        ]
        return (*self.vocabulary, *tokens)

    def transform(self, modality: Modality) -> sparse.csr_array:
        """Return (n, V) float32: codes unknown to the training rows are left out."""
        assert isinstance(modality, Codes)  # noqa: S101 - kinds were compared before
        column = {name: j for j, name in enumerate(modality.vocabulary)}
        at = [column.get(name, -1) for name in self.vocabulary]
        have = [k for k, j in enumerate(at) if j >= 0]
        picked = sparse.csr_array(modality.pooled())[:, [at[k] for k in have]]
        spread = sparse.csr_array(
            (np.ones(len(have), dtype=np.float32), (np.arange(len(have)), have)),
            shape=(len(have), len(self.vocabulary)),
        )
        codes = sparse.csr_array(picked.astype(np.float32) @ spread)
        if not self.measures:
            return codes
        return sparse.csr_array(sparse.hstack([codes, self._tokens(modality)], format="csr"))

    def _tokens(self, modality: Codes) -> sparse.csr_array:
        n, widths = len(modality), [len(e) + 1 for e in self.edges]
        offsets = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
        rows: list[NDArray[np.int64]] = []
        columns: list[NDArray[np.int64]] = []
        names = {name: j for j, name in enumerate(modality.measure_names)}
        sample, which, value = measured(modality)
        for k, (name, edges) in enumerate(zip(self.measures, self.edges, strict=True)):
            here = which == names.get(name, -1)
            rows.append(sample[here])
            columns.append(offsets[k] + np.searchsorted(edges, value[here], side="right"))
        row, col = np.concatenate(rows), np.concatenate(columns)
        out = sparse.csr_array(
            (np.ones(row.size, dtype=np.float32), (row, col)), shape=(n, int(offsets[-1]))
        )
        out.data = np.minimum(out.data, 1)
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary."""
        return {
            "vocabulary": list(self.vocabulary),
            "measures": list(self.measures),
            "edges": [list(e) for e in self.edges],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> CodeEncoder:
        """Read what `to_dict` wrote."""
        edges = tuple(tuple(e) for e in plain["edges"])
        return cls(tuple(plain["vocabulary"]), tuple(plain["measures"]), edges)


def measured(
    modality: Codes,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return every measured value as (sample, measure, value)."""
    if modality.measures is None:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0, dtype=np.float32)
    rows = sparse.coo_array(sparse.csr_array(modality.measures[modality.visit_rows()]))
    owner = np.repeat(np.arange(len(modality)), modality.visit_counts)
    return owner[rows.coords[0]], rows.coords[1].astype(np.int64), rows.data.astype(np.float32)


def _measure_edges(
    train: Codes, n_measures: int, bins: int
) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    sample, which, value = measured(train)
    size = len(train.measure_names)
    pairs = np.unique(sample * max(size, 1) + which)
    count = np.bincount(pairs % max(size, 1), minlength=size)
    chosen = [int(j) for j in np.argsort(-count, kind="stable")[:n_measures] if count[j] > 0]
    quantiles = np.linspace(0, 1, bins + 1)[1:-1]
    edges = tuple(
        tuple(float(e) for e in np.unique(np.quantile(value[which == j], quantiles)))
        for j in chosen
    )
    return tuple(train.measure_names[j] for j in chosen), edges


@dataclass(frozen=True)
class SeriesEncoder:
    """Median and interquartile range of each channel's observed training values."""

    channels: tuple[str, ...]
    median: tuple[float, ...]
    scale: tuple[float, ...]

    @classmethod
    def fit(cls, train: TimeSeries) -> SeriesEncoder:
        """Fit per channel; where the IQR is 0 the standard deviation stands in, else 1."""
        median, scale = [], []
        for f in range(len(train.channels)):
            seen = np.concatenate([
                train.values[part, :, f][train.observed[part, :, f]]
                for part in _parts(train.index)
            ])  # fmt: skip
            if seen.size == 0:
                median.append(0.0)
                scale.append(1.0)
                continue
            low, middle, high = np.quantile(seen.astype(np.float64), [0.25, 0.5, 0.75])
            spread = high - low or float(seen.std()) or 1.0
            median.append(float(middle))
            scale.append(float(spread))
        return cls(train.channels, tuple(median), tuple(scale))

    def transform(self, modality: Modality) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return (scaled, carried forward, then 0; observed)."""
        assert isinstance(modality, TimeSeries)  # noqa: S101 - kinds were compared before
        values, observed = modality.load()
        median = np.asarray(self.median, dtype=np.float32)
        scaled = (values - median) / np.asarray(self.scale, dtype=np.float32)
        scaled = np.where(observed, scaled, np.float32(0)).astype(np.float32)
        step = np.arange(observed.shape[1])[None, :, None]
        last = np.maximum.accumulate(np.where(observed, step, -1), axis=1)
        carried = np.take_along_axis(scaled, np.maximum(last, 0), axis=1)
        return np.where(last >= 0, carried, np.float32(0)).astype(np.float32), observed

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary."""
        return {k: list(v) for k, v in self.__dict__.items()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SeriesEncoder:
        """Read what `to_dict` wrote."""
        return cls(tuple(plain["channels"]), tuple(plain["median"]), tuple(plain["scale"]))


def _parts(index: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [index[low : low + _CHUNK] for low in range(0, max(index.size, 1), _CHUNK)]


@dataclass(frozen=True)
class StaticEncoder:
    """Medians, scales, and categories of the training rows.

    Attributes
    ----------
    numbers : tuple of (name, median, scale)
        Missing values are put at the median, and flagged in a column of their own.
    categories : tuple of (name, levels)
        One column a level; a level the training rows lack is nobody's.
    """

    numbers: tuple[tuple[str, float, float], ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def fit(cls, train: Static) -> StaticEncoder:
        """Fit medians and scales of numbers, and the levels that occur."""
        numbers, categories = [], []
        for name, column in train.frame.items():
            if isinstance(column.dtype, pd.CategoricalDtype) or column.dtype.kind not in "fiub":
                levels = tuple(sorted({str(v) for v in column.dropna()}))
                categories.append((str(name), levels))
                continue
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            seen = values[np.isfinite(values)]
            median = float(np.median(seen)) if seen.size else 0.0
            numbers.append((str(name), median, float(seen.std()) or 1.0 if seen.size else 1.0))
        return cls(tuple(numbers), tuple(categories))

    @property
    def names(self) -> tuple[str, ...]:
        """Column names of the transformed array."""
        first = [n for name, _, _ in self.numbers for n in (name, f"{name} missing")]
        return (*first, *(f"{name} = {v}" for name, levels in self.categories for v in levels))

    def transform(self, modality: Modality) -> NDArray[np.float32]:
        """Return (n, S) float32."""
        assert isinstance(modality, Static)  # noqa: S101 - kinds were compared before
        frame = modality.frame
        out = np.zeros((len(frame), len(self.names)), dtype=np.float32)
        for k, (name, median, scale) in enumerate(self.numbers):
            values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            lost = ~np.isfinite(values)
            out[:, 2 * k] = np.where(lost, 0, (values - median) / scale)
            out[:, 2 * k + 1] = lost
        at = 2 * len(self.numbers)
        for name, levels in self.categories:
            texts = frame[name].astype("object").to_numpy()
            for level in levels:
                out[:, at] = [str(v) == level for v in texts]
                at += 1
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary."""
        return {
            "numbers": [list(n) for n in self.numbers],
            "categories": [[name, list(levels)] for name, levels in self.categories],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> StaticEncoder:
        """Read what `to_dict` wrote."""
        return cls(
            tuple((str(n), float(m), float(s)) for n, m, s in plain["numbers"]),
            tuple((str(name), tuple(levels)) for name, levels in plain["categories"]),
        )
