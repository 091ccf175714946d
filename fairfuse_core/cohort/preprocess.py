"""`Preprocessor`: the one path from a cohort to model inputs, fitted on training rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.encoders import CodeEncoder, SeriesEncoder, StaticEncoder
from fairfuse_core.cohort.modalities import Codes, Images, Notes, Static, TimeSeries
from fairfuse_core.digest import digest_json
from fairfuse_core.errors import ConfigError, NotAvailableError


@dataclass(frozen=True)
class PreprocessOptions:
    """What is fitted, and how.

    Attributes
    ----------
    min_code_share : float
        Codes of a smaller share of training samples are dropped (RadFusion drops below 1 %).
    max_codes : int or None
        At most this many codes, the most frequent ones.
    n_measures : int
        The measures observed in most training samples are kept (FairPlay: 50).
    measure_bins : int
        Each kept measure becomes this many codes, cut at training quantiles (FairPlay: 10).
    """

    min_code_share: float = 0.0
    max_codes: int | None = None
    n_measures: int = 50
    measure_bins: int = 10


@dataclass(frozen=True, eq=False)
class Inputs:
    """Model inputs of n samples; a modality that a cohort lacks is None.

    Attributes
    ----------
    codes : csr_array of float32, shape (n, V) or None
        One multi-hot row a sample: chosen codes, then deciles of measures.
    code_names : tuple of str
        Column names.
    series, observed : ndarray of float32 / bool, shape (n, T, F) or None
        Scaled (x − median) / IQR, carried forward, then 0 (the training median); and what was
        measured.
    static : ndarray of float32, shape (n, S) or None
        Scaled numbers with missing ones at the training median, their missing flags, and one
        column a category.
    static_names : tuple of str
        Column names.
    images : Images or None
        Raw and lazy; ``Images.load`` reads.
    notes : Notes or None
        Raw and lazy.
    available : ndarray of bool, shape (n, M)
        Which sample has which modality, columns in ``modalities`` order.
    modalities : tuple of str
        Names of the cohort's modalities.
    """

    codes: sparse.csr_array | None
    code_names: tuple[str, ...]
    series: NDArray[np.float32] | None
    observed: NDArray[np.bool_] | None
    static: NDArray[np.float32] | None
    static_names: tuple[str, ...]
    images: Images | None
    notes: Notes | None
    available: NDArray[np.bool_]
    modalities: tuple[str, ...]

    def flat(self) -> sparse.csr_array:
        """Return every tabular input side by side, for models that take one matrix.

        Series enter as last, mean, minimum, maximum and share observed of each channel.

        Raises
        ------
        NotAvailableError
            If there is no tabular modality.
        """
        parts: list[Any] = []
        if self.codes is not None:
            parts.append(self.codes)
        if self.static is not None:
            parts.append(sparse.csr_array(self.static))
        if self.series is not None and self.observed is not None:
            parts.append(sparse.csr_array(summarise(self.series, self.observed)))
        if not parts:
            raise NotAvailableError(
                "codes, static features or time series",
                "images or notes only",
                "Use a model that reads them.",
            )
        made = sparse.csr_array(sparse.hstack(parts, format="csr"))
        if made.nnz < np.iinfo(np.int32).max:
            # scikit-learn's solvers take 32-bit indices only.
            made.indices = made.indices.astype(np.int32)
            made.indptr = made.indptr.astype(np.int32)
        return made


def summarise(series: NDArray[np.float32], observed: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Summarise scaled series: last, mean, min, max, share observed; shape (n, 5 F)."""
    n = observed.sum(axis=1)
    some = n > 0
    total = np.where(observed, series, 0).sum(axis=1)
    mean = np.divide(total, n, out=np.zeros(total.shape, dtype=np.float32), where=some)
    low = np.where(some, np.where(observed, series, np.inf).min(axis=1), 0)
    high = np.where(some, np.where(observed, series, -np.inf).max(axis=1), 0)
    share = observed.mean(axis=1)
    last = series[:, -1, :]  # carried forward: the last observed value
    return np.concatenate([last, mean, low, high, share], axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Preprocessor:
    """Fitted vocabularies, deciles, medians and scales.

    Made by `fit` on training rows; `transform` applies it to any rows of a cohort with the same
    modalities. There is no other way to model inputs, so nothing can be fitted on test rows by
    accident. ``fitted_on`` is the fingerprint of the rows it saw.
    """

    options: PreprocessOptions
    codes: Mapping[str, CodeEncoder]
    series: Mapping[str, SeriesEncoder]
    static: Mapping[str, StaticEncoder]
    modalities: tuple[str, ...]
    fitted_on: str
    kinds: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def fit(cls, train: Cohort, options: PreprocessOptions | None = None) -> Preprocessor:
        """Fit everything on training rows.

        Raises
        ------
        ConfigError
            If there are no rows.
        """
        options = options or PreprocessOptions()
        if len(train) == 0:
            raise ConfigError("training samples", "none", "Check the split.")
        found = train.modalities
        return cls(
            options=options,
            codes={
                k: CodeEncoder.fit(
                    m,
                    min_share=options.min_code_share,
                    max_codes=options.max_codes,
                    n_measures=options.n_measures,
                    bins=options.measure_bins,
                )
                for k, m in found.items()
                if isinstance(m, Codes)
            },
            series={k: SeriesEncoder.fit(m) for k, m in found.items() if isinstance(m, TimeSeries)},
            static={k: StaticEncoder.fit(m) for k, m in found.items() if isinstance(m, Static)},
            modalities=tuple(found),
            fitted_on=train.fingerprint,
            kinds={k: m.kind for k, m in found.items()},
        )

    def transform(self, cohort: Cohort) -> Inputs:
        """Return the model inputs of any rows.

        Raises
        ------
        ConfigError
            If the cohort's modalities are not those the preprocessor was fitted on.
        """
        kinds = {k: m.kind for k, m in cohort.modalities.items()}
        if kinds != dict(self.kinds):
            raise ConfigError(
                f"a cohort with {', '.join(self.modalities) or 'no modalities'}",
                f"{', '.join(kinds) or 'none'}",
                "Fit a preprocessor on this kind of cohort.",
            )
        coded = [e.transform(cohort.modalities[k]) for k, e in self.codes.items()]
        statics = [e.transform(cohort.modalities[k]) for k, e in self.static.items()]
        series = [e.transform(cohort.modalities[k]) for k, e in self.series.items()]
        return Inputs(
            codes=sparse.csr_array(sparse.hstack(coded, format="csr")) if coded else None,
            code_names=tuple(n for e in self.codes.values() for n in e.names),
            series=np.concatenate([s for s, _ in series], axis=2) if series else None,
            observed=np.concatenate([o for _, o in series], axis=2) if series else None,
            static=np.concatenate(statics, axis=1) if statics else None,
            static_names=tuple(n for e in self.static.values() for n in e.names),
            images=_only(cohort, Images),
            notes=_only(cohort, Notes),
            available=cohort.availability().to_numpy(dtype=bool).reshape(len(cohort), -1),
            modalities=self.modalities,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary of everything that was fitted; `from_dict` reads it."""
        return {
            "options": self.options.__dict__ | {},
            "codes": {k: e.to_dict() for k, e in self.codes.items()},
            "series": {k: e.to_dict() for k, e in self.series.items()},
            "static": {k: e.to_dict() for k, e in self.static.items()},
            "modalities": list(self.modalities),
            "kinds": dict(self.kinds),
            "fitted_on": self.fitted_on,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Preprocessor:
        """Read what `to_dict` wrote."""
        return cls(
            options=PreprocessOptions(**plain["options"]),
            codes={k: CodeEncoder.from_dict(e) for k, e in plain["codes"].items()},
            series={k: SeriesEncoder.from_dict(e) for k, e in plain["series"].items()},
            static={k: StaticEncoder.from_dict(e) for k, e in plain["static"].items()},
            modalities=tuple(plain["modalities"]),
            kinds=dict(plain["kinds"]),
            fitted_on=plain["fitted_on"],
        )

    @property
    def digest(self) -> str:
        """SHA-256 over everything that was fitted."""
        return digest_json(self.to_dict())


def _only(cohort: Cohort, kind: type[Any]) -> Any:
    found = [m for m in cohort.modalities.values() if isinstance(m, kind)]
    return found[0] if found else None
