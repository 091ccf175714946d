"""What a dot-and-interval row is made of: entries, series, rules, the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan, sqrt

from fairfuse_core.figures import palette, text


@dataclass(frozen=True)
class Entry:
    """One mark of one series: a value with its interval, or words where there is none."""

    series: int
    words: str
    x: float = nan
    low: float = nan
    high: float = nan
    size: float = 10.0
    hover: tuple[str, ...] = ()
    extras: Mapping[str, float] = field(default_factory=dict)

    @property
    def drawn(self) -> bool:
        """Whether there is a value to draw."""
        return isfinite(self.x)


@dataclass(frozen=True)
class Row:
    """A named line with one entry a series; a header has none."""

    label: str
    entries: tuple[Entry, ...] = ()
    header: bool = False


@dataclass(frozen=True)
class Series:
    """How one model (or one kind of estimate) looks."""

    name: str
    colour: str
    symbol: str
    dash: str = "solid"


@dataclass(frozen=True)
class Extra:
    """A second mark on the line of an entry, as the gap expected without disparity."""

    key: str
    name: str
    symbol: str
    colour: str
    join: bool = False


@dataclass(frozen=True)
class Rule:
    """A vertical reference line."""

    x: float
    label: str = ""
    colour: str = ""
    dash: str = "dot"


@dataclass(frozen=True)
class Axis:
    """The value axis."""

    title: str
    rules: tuple[Rule, ...] = ()
    log: bool = False
    bounds: tuple[float, float] = (-float("inf"), float("inf"))
    ticks: tuple[float, ...] = ()
    band: tuple[float, float, str] | None = None


def diameter(n: float, largest: float) -> float:
    """Return a marker size in px whose area grows with n, never too small to see."""
    if not (text.defined(n, largest) and largest > 0):
        return 10.0
    return 7.0 + 10.0 * sqrt(max(n, 0.0) / largest)


def series_for(names: Sequence[str], *, dark: bool) -> list[Series]:
    """Return colour, shape and dash for each name."""
    k = len(names)
    looks = zip(names, palette.colours(k, dark), palette.symbols(k), palette.dashes(k), strict=True)
    return [Series(*look) for look in looks]
