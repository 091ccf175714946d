"""Words and numbers inside figures: escaped, shortened, wrapped, rounded the same way."""

from __future__ import annotations

import html
import math
import textwrap
import unicodedata
from collections.abc import Sequence

NAME_WIDTH = 28
MINUS = "−"


def clean(text: object) -> str:
    """Return one line without control or direction-changing characters."""
    kept = (" " if c.isspace() else c for c in str(text))
    plain = "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return " ".join(plain.split())


def escape(text: object) -> str:
    """Return ``text`` such that Plotly, which reads some HTML, shows it literally."""
    return html.escape(clean(text), quote=False)


def shorten(text: object, width: int = NAME_WIDTH) -> str:
    """Return at most ``width`` characters, ending in an ellipsis if cut."""
    plain = clean(text)
    return plain if len(plain) <= width else plain[: width - 1].rstrip() + "…"


def label(text: object, width: int = NAME_WIDTH) -> str:
    """Return a name ready for a tick or a legend: shortened, then escaped."""
    return escape(shorten(text, width))


def wrap(text: object, width: int) -> list[str]:
    """Return lines of at most ``width`` characters, not escaped."""
    return textwrap.wrap(clean(text), width) or [""]


def lines(text: object, width: int) -> str:
    """Return escaped text broken into lines by <br>."""
    return "<br>".join(escape(line) for line in wrap(text, width))


def fold(text: object, width: int) -> str:
    """Return a label on short lines for a narrow place: broken between words, never inside."""
    folded = textwrap.wrap(clean(text), width, break_long_words=False, break_on_hyphens=True)
    return "<br>".join(label(line, width + 4) for line in folded or [""])


def hover(parts: Sequence[object]) -> str:
    """Return a hover text: one escaped line a part, long ones wrapped."""
    return "<br>".join(lines(part, 60) for part in parts if clean(part))


def defined(*values: float | None) -> bool:
    """Return whether every value is a finite number."""
    return all(v is not None and math.isfinite(v) for v in values)


def number(value: float | None, digits: int = 3) -> str:
    """Return a rounded number with a true minus sign; a dash if undefined."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def count(value: float | None) -> str:
    """Return a whole number with thousands separators; a dash if unknown."""
    return "–" if value is None or not defined(value) else f"{round(value):,}"


def estimate(
    value: float, low: float | None = None, high: float | None = None, digits: int = 3
) -> str:
    """Return "0.911 [0.807, 0.961]", or the value alone without an interval."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return number(value, digits)
    return f"{number(value, digits)} [{number(low, digits)}, {number(high, digits)}]"


def p_value(p: float | None) -> str:
    """Return "p 0.21" or "p < 0.001"."""
    if p is None or not defined(p):
        return "p –"
    return "p < 0.001" if p < 0.001 else f"p {p:.3f}"


def listed(names: Sequence[object], limit: int = 6) -> str:
    """Return "A, B and C", or "A, B and 7 others" past ``limit``."""
    plain = [clean(n) for n in names]
    if len(plain) > limit:
        plain = [*plain[: limit - 1], f"{len(plain) - limit + 1} others"]
    return " and ".join([", ".join(plain[:-1]), plain[-1]] if len(plain) > 1 else plain)


def sentence(text: str) -> str:
    """Return the text with its first letter raised, the rest untouched (AUROC stays AUROC)."""
    return text[:1].upper() + text[1:]
