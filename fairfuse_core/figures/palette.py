"""Colours, shapes and dashes that stay apart without colour vision, in print and on a dark page.

Hues come from Okabe & Ito (2008) and Paul Tol's muted scheme; only those with a contrast of at
least 3:1 on their background are kept (WCAG 2.2, success criterion 1.4.11), in lighter variants
for dark pages. No red and green pair stands for bad and good anywhere.
"""

from __future__ import annotations

from itertools import pairwise

LIGHT_BACKGROUND = "#ffffff"
DARK_BACKGROUND = "#14181d"

_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#332288", "#882255")
_DARK = ("#5AA9DD", "#F08A4B", "#3CC79B", "#A99BEF", "#E08AB4")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down")
_DASHES = ("solid", "dash", "dot", "dashdot")

SEQUENTIAL = "Cividis"
DIVERGING = (
    (0.0, "#00527F"),
    (0.25, "#5FA3CC"),
    (0.5, "#F4F4F2"),
    (0.75, "#E8985C"),
    (1.0, "#A84A00"),
)
"""Blue below, orange above the middle: the pair every common colour-vision type tells apart."""

MAX_SERIES = len(_LIGHT) * len(_DASHES)
"""Beyond this many outlines no two are told apart any more."""


def colours(n: int, dark: bool = False) -> tuple[str, ...]:
    """Return ``n`` hues; after the fifth they repeat (with another dash, see `dashes`)."""
    hues = _DARK if dark else _LIGHT
    return tuple(hues[i % len(hues)] for i in range(n))


def symbols(n: int) -> tuple[str, ...]:
    """Return ``n`` marker shapes, out of step with the hues once both repeat."""
    k = len(_SYMBOLS)
    return tuple(_SYMBOLS[(i + i // k) % k] for i in range(n))


def dashes(n: int) -> tuple[str, ...]:
    """Return ``n`` dash patterns: solid for the first five, then another for each five."""
    return tuple(_DASHES[(i // len(_LIGHT)) % len(_DASHES)] for i in range(n))


def grey(dark: bool = False) -> str:
    """Return the grey of context: references, reasons, grid labels."""
    return "#AAB3BC" if dark else "#5F6871"


def ink(dark: bool = False) -> str:
    """Return the colour of text."""
    return "#ECEFF2" if dark else "#1A1F24"


def grid(dark: bool = False) -> str:
    """Return the colour of grid lines, faint on purpose."""
    return "#333B44" if dark else "#E3E7EB"


def background(dark: bool = False) -> str:
    """Return the page colour the hues were chosen for."""
    return DARK_BACKGROUND if dark else LIGHT_BACKGROUND


def faded(colour: str, alpha: float) -> str:
    """Return ``colour`` (#rrggbb) as rgba with the given opacity in [0, 1]."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{alpha:g})"


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two #rrggbb colours, from 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def diverging_at(position: float) -> str:
    """Return the colour at ``position`` in [0, 1] of the diverging scale, as #rrggbb."""
    position = min(1.0, max(0.0, position))
    for (left, a), (right, b) in pairwise(DIVERGING):
        if position <= right:
            share = (position - left) / (right - left)
            mixed = (
                round(int(a[i : i + 2], 16) * (1 - share) + int(b[i : i + 2], 16) * share)
                for i in (1, 3, 5)
            )
            return "#" + "".join(f"{c:02x}" for c in mixed)
    return DIVERGING[-1][1]


def text_on(colour: str) -> str:
    """Return black or white ink, whichever reads better on ``colour``."""
    return max(("#000000", "#FFFFFF"), key=lambda ink_: contrast(ink_, colour))
