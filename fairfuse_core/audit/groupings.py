"""Groupings: one attribute, or the intersection of several, as a column of group codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairfuse_core.audit.types import CodeArray, Factor
from fairfuse_core.errors import ConfigError

CROSS = " × "
"""Joins attribute names, and group names, of an intersection."""

EVERYONE = "Everyone"
OVERALL = "Overall"

_MOST_GROUPS = 5_000


@dataclass(frozen=True, eq=False)
class Grouping:
    """A way to divide patients.

    Attributes
    ----------
    name : str
        Attribute name, or names joined by " × ".
    attributes : tuple of str
        The attributes it is made of.
    levels : tuple of str
        Group names in display order.
    parts : tuple of tuple of str
        Per group, its level of each attribute.
    codes : ndarray of int32, shape (n,)
        Group of each row.
    """

    name: str
    attributes: tuple[str, ...]
    levels: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    codes: CodeArray

    @property
    def is_intersection(self) -> bool:
        """True when made of more than one attribute."""
        return len(self.attributes) > 1


def single(factor: Factor) -> Grouping:
    """Return the grouping by one attribute; levels without any row are left out."""
    seen = np.bincount(factor.codes, minlength=len(factor.levels)) > 0
    levels = tuple(name for name, here in zip(factor.levels, seen, strict=True) if here)
    lookup = (np.cumsum(seen) - 1).astype(np.int32)
    codes = factor.codes if seen.all() else lookup[factor.codes]
    return Grouping(factor.name, (factor.name,), levels, tuple((x,) for x in levels), codes)


def intersect(factors: Sequence[Factor]) -> Grouping:
    """Return the grouping by several attributes at once; only combinations that occur.

    Raises
    ------
    ConfigError
        If more than 5,000 combinations occur: no audit can speak of so many groups.
    """
    name = CROSS.join(f.name for f in factors)
    sizes = [len(f.levels) for f in factors]
    flat = np.zeros(len(factors[0]), dtype=np.int64)
    for factor, size in zip(factors, sizes, strict=True):
        flat *= size
        flat += factor.codes
    possible = int(np.prod(np.asarray(sizes, dtype=np.float64)))
    if possible <= 10_000_000:
        seen = np.bincount(flat, minlength=possible) > 0
        present = np.flatnonzero(seen)
        codes = (np.cumsum(seen) - 1).astype(np.int32)[flat]
    else:
        present, inverse = np.unique(flat, return_inverse=True)
        codes = inverse.astype(np.int32)
    if present.size > _MOST_GROUPS:
        raise ConfigError(
            f"at most {_MOST_GROUPS:,} groups in an intersection",
            f"{present.size:,} in {name}",
            "Use fewer attributes, or attributes with fewer levels (bin the numeric ones).",
        )
    indices = np.unravel_index(present, sizes)
    parts = tuple(
        tuple(f.levels[int(i)] for f, i in zip(factors, row, strict=True))
        for row in zip(*indices, strict=True)
    )
    levels = tuple(CROSS.join(p) for p in parts)
    return Grouping(name, tuple(f.name for f in factors), levels, parts, codes)
