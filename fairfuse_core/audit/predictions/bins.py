"""`BinRule`: how a numeric attribute becomes groups, in a form the user can read and edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairfuse_core.audit.types import FloatArray
from fairfuse_core.errors import ConfigError

_YEARS = r"(?:years?(?:\s+old)?|yrs?|y/?o|y|a)\.?"
_VALUE = re.compile(
    r"(?P<sign><=|>=|<|>|≤|≥|under|over|above|below)?\s*(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*"
    r"(?P<plus>\+|and (?:over|above|older)|or (?:over|above|older|more))?\s*"
    rf"(?P<unit>{_YEARS}|months?|mos?|weeks?|wks?|days?)?\s*"
    r"(?P<late>\+|and (?:over|above|older)|or (?:over|above|older|more))?",
    re.IGNORECASE,
)
_IN_YEARS = {"m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}


def parse_value(text: str) -> float:
    """Read a number as people write it in a table of patients.

    Understands ``"67"``, ``"> 89"`` (90: the next whole number), ``"90+"``, ``">= 90"``,
    ``"<1"`` (just below 1), ``"89 years"``, ``"6 months"`` (0.5).

    Returns
    -------
    float
        NaN when the text is no such number.
    """
    match = _VALUE.fullmatch(text.strip())
    if match is None:
        return float("nan")
    number = match["number"].replace(",", ".")
    value = float(number)
    sign = (match["sign"] or "").lower()
    if sign in {">", "over", "above"}:
        value = value + 1 if "." not in number else float(np.nextafter(value, np.inf))
    elif sign in {"<", "under", "below"}:
        value = float(np.nextafter(value, -np.inf))
    return value * _IN_YEARS.get((match["unit"] or "").lower()[:1], 1.0)


def _text(edge: float) -> str:
    return f"{edge:.10g}"


@dataclass(frozen=True)
class BinRule:
    """Cut points of a numeric attribute.

    Attributes
    ----------
    edges : tuple of float
        Ascending cut points; k edges make k + 1 groups. A group holds its lower edge and not its
        upper one: edges (18, 45) make < 18, 18 up to below 45, and 45 and more.
    labels : tuple of str
        Names of the groups; empty means names made from the edges.
    """

    edges: tuple[float, ...]
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        edges = tuple(float(edge) for edge in self.edges)
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "labels", tuple(self.labels))
        if not edges or not np.isfinite(edges).all() or list(edges) != sorted(set(edges)):
            raise ConfigError(
                "bin edges that are finite and ascending",
                str(list(edges)),
                "Write them as 18,45,65,80.",
            )
        if self.labels and len(self.labels) != len(edges) + 1:
            raise ConfigError(
                f"{len(edges) + 1} labels for {len(edges)} edges",
                f"{len(self.labels)} labels",
                "Name every group, or leave the labels out.",
            )
        if len(set(self.labels)) != len(self.labels):
            raise ConfigError("labels that differ", str(self.labels), "Rename one of them.")

    @classmethod
    def parse(cls, text: str) -> BinRule:
        """Read edges as a user types them: ``"18,45,65,80"``.

        Raises
        ------
        ConfigError
            When a part is no number or the edges do not ascend.
        """
        try:
            edges = tuple(float(part) for part in re.split(r"[,;\s]+", text.strip()) if part)
        except ValueError as problem:
            raise ConfigError(
                "bin edges as numbers", repr(text), "Write them as 18,45,65,80."
            ) from problem
        return cls(edges)

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of all groups, lowest first."""
        if self.labels:
            return self.labels
        if all(edge.is_integer() for edge in self.edges):
            inner = [
                _text(low) if high - low == 1 else f"{_text(low)}-{_text(high - 1)}"
                for low, high in zip(self.edges, self.edges[1:], strict=False)
            ]
            return (f"< {_text(self.edges[0])}", *inner, f"{_text(self.edges[-1])}+")
        inner = [
            f"{_text(low)} to < {_text(high)}"
            for low, high in zip(self.edges, self.edges[1:], strict=False)
        ]
        return (f"< {_text(self.edges[0])}", *inner, f">= {_text(self.edges[-1])}")

    def describe(self) -> str:
        """Return the rule in words: ``"< 18, 18-44, 45-64, 65-79, 80+"``."""
        return ", ".join(self.levels)

    def assign(self, values: FloatArray) -> NDArray[np.int32]:
        """Return the group number of each value; -1 where the value is NaN."""
        codes = np.searchsorted(np.asarray(self.edges), values, side="right").astype(np.int32)
        codes[np.isnan(values)] = -1
        return codes

    def without_small(self, sizes: ArrayLike, *, least: int) -> BinRule:
        """Return a rule whose bins each hold none, or at least ``least``, of these counts.

        Parameters
        ----------
        sizes : array_like of int, shape (len(edges) + 1,)
            Rows in each bin. A bin of a few joins its smaller neighbour; names are made anew.
        least : int
            Fewest rows of a bin that is kept.
        """
        counts, edges = [int(n) for n in np.asarray(sizes)], list(self.edges)
        while edges:
            small = [at for at, n in enumerate(counts) if 0 < n < least]
            if not small:
                break
            at = small[0]
            beside = [b for b in (at - 1, at + 1) if 0 <= b < len(counts)]
            other = min(beside, key=lambda b: counts[b])
            low = min(at, other)
            counts[low] += counts.pop(low + 1)
            edges.pop(low)
        return self if len(edges) == len(self.edges) or not edges else BinRule(tuple(edges))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary; `from_dict` reads it back."""
        return {"edges": list(self.edges), "labels": list(self.labels)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> BinRule:
        """Read what `to_dict` wrote."""
        return cls(tuple(plain["edges"]), tuple(plain.get("labels", ())))


DEFAULT_AGE = BinRule((18, 45, 65, 80))
"""Ages in years: < 18, 18-44, 45-64, 65-79, 80+."""


def suggest_bins(values: ArrayLike) -> BinRule | None:
    """Return quartile bins with readable edges, or None where the values do not spread.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        The attribute; NaN is left out.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size < 4 or known.min() == known.max():
        return None
    quartiles = np.quantile(known, [0.25, 0.5, 0.75])
    spread = quartiles[2] - quartiles[0] or known.max() - known.min()
    if not 1e-300 < spread < 1e300:
        return None
    step = 10.0 ** np.floor(np.log10(spread / 4))
    for size in (5 * step, 2 * step, step, step / 10):
        # A coarse rounding is easier to read; take the coarsest that keeps quartiles apart.
        rounded = np.unique(np.round(quartiles / size) * size)
        inside = rounded[(rounded > known.min()) & (rounded <= known.max())]
        if inside.size == 3 or (size < step and inside.size):
            return BinRule(tuple(float(f"{edge:.10g}") for edge in inside))
    return None
