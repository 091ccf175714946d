"""`Profile`: what a column looks like, as far as guessing its role needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from fairfuse_core.audit.predictions import vocabulary as words
from fairfuse_core.audit.predictions.bins import parse_value
from fairfuse_core.audit.predictions.columns import encode, numbers, usable
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.words import is_missing

_ROWS = 100_000
_MAX_LEVELS = 200
_SCORE_WORDS = frozenset(
    ["score", "prob", "proba", "probability", "risk", "pred", "predicted", "prediction"]
)


@dataclass(frozen=True)
class Profile:
    """A column in brief.

    Attributes
    ----------
    key : str
        Its name in lower case, words joined by "_".
    rows, distinct : int
        Rows looked at; different values that are not missing.
    levels : tuple of str
        Those values, up to 200 of them.
    counts : tuple of (str, int)
        Values with how often each occurs, most frequent first.
    numeric : bool
        Whether every value is a number.
    fraction : bool
        Whether some value is not whole.
    low, high : float
        Range of the numbers; NaN when there is none.
    age_numbers : bool
        Whether nearly all values read as an age ("67", "> 89").
    """

    key: str
    rows: int
    distinct: int
    levels: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    numeric: bool
    fraction: bool
    low: float
    high: float
    age_numbers: bool

    @property
    def parts(self) -> frozenset[str]:
        """Words of the name."""
        return frozenset(self.key.split("_"))

    @property
    def unit(self) -> bool:
        """Whether all numbers lie in [0, 1]."""
        return self.numeric and self.low >= 0 and self.high <= 1

    @property
    def score_word(self) -> bool:
        """Whether the name speaks of a score."""
        return bool(self.parts & _SCORE_WORDS) or self.key in words.SCORE

    @property
    def score_like(self) -> bool:
        """Whether the values could be scores."""
        return self.numeric and self.distinct > 2 and (self.fraction or not self.unit)

    @property
    def age(self) -> bool:
        """Whether the name speaks of an age."""
        return "age" in self.parts or "agegroup" in self.parts

    @property
    def attribute(self) -> bool:
        """Whether the name speaks of a protected attribute (and not of an id)."""
        return bool(self.parts & words.ATTRIBUTE_PARTS) and not self.parts & {"id", "code", "name"}

    @property
    def groups(self) -> bool:
        """Whether the values are a few repeated texts."""
        lengths = [len(level) for level in self.levels]
        return (
            not self.numeric
            and 1 < self.distinct <= max(2, self.rows // 2)
            and max(lengths, default=0) <= 60
            and not self.parts & {"id", "date", "time", "datetime", "timestamp", "note", "text"}
        )

    def summary(self) -> str:
        """Return the values in words."""
        if self.distinct == 0:
            return "no value"
        if self.distinct == 1:
            return "a single value"
        if self.numeric:
            return f"a number from {self.low:g} to {self.high:g}"
        return f"{self.distinct:,} different texts"


def profile(raw: RawTable, name: str, *, whole: bool = False) -> Profile:
    """Look at a column: at its first 100,000 rows, or at all of them."""
    found = raw.table.column(name)
    if not whole:
        found = found.slice(0, _ROWS)
    key = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()).strip("_")
    if not usable(found.type):
        return Profile(key, len(found), 0, (), (), False, False, np.nan, np.nan, False)
    encoded = encode(found, name=name)
    sizes = encoded.counts()
    kept = [at for at, value in enumerate(encoded.values) if not is_missing(value) and sizes[at]]
    kept.sort(key=lambda at: -int(sizes[at]))
    levels = tuple(encoded.values[at] for at in kept[:_MAX_LEVELS])
    read = numbers(found)
    known = read.values[~np.isnan(read.values)]
    numeric = bool(known.size) and not read.bad.size
    return Profile(
        key=key,
        rows=len(found),
        distinct=len(kept),
        levels=levels,
        counts=tuple((encoded.values[at], int(sizes[at])) for at in kept[:_MAX_LEVELS]),
        numeric=numeric,
        fraction=numeric and bool((known != np.floor(known)).any()),
        low=float(known.min()) if numeric else np.nan,
        high=float(known.max()) if numeric else np.nan,
        age_numbers=_ages(levels),
    )


def _ages(levels: tuple[str, ...]) -> bool:
    values = np.array([parse_value(level) for level in levels])
    fine = np.isfinite(values)
    return bool(levels) and fine.mean() >= 0.9 and float(np.nanmax(values, initial=0)) <= 150
