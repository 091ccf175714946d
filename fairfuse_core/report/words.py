"""Numbers and phrases in plain text: nothing here is escaped for HTML or Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fairfuse_core.audit.block import short_reason

__all__ = [
    "ABSENT",
    "MINUS",
    "count",
    "counted",
    "estimate",
    "in_sentence",
    "listed",
    "number",
    "p_phrase",
    "p_value",
    "percent",
    "short_reason",
]

ABSENT = "–"
"""Stands where there is no value; the reason is given beside or below it."""

MINUS = "−"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with fixed decimals, or a dash when there is none."""
    if value is None or math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    shown = f"{abs(value):,.{digits}f}"
    return (MINUS if value < 0 and float(shown.replace(",", "")) != 0 else "") + shown


def count(value: float | None) -> str:
    """Return a whole number with thousands separators, or a dash.

    Weighted counts are shown with one decimal, as they are not numbers of patients.
    """
    if value is None or math.isnan(value):
        return ABSENT
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def estimate(value: float, low: float, high: float, digits: int = 3) -> str:
    """Return ``value [low, high]``, or the value alone where there is no interval."""
    if math.isnan(low) or math.isnan(high):
        return number(value, digits)
    return f"{number(value, digits)} [{number(low, digits)}, {number(high, digits)}]"


def p_value(p: float) -> str:
    """Return a p-value as it is printed: ``0.14``, ``0.014``, ``< 0.001`` or a dash."""
    if math.isnan(p):
        return ABSENT
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def p_phrase(p: float) -> str:
    """Return a p-value as part of a sentence: ``p = 0.14``, ``p < 0.001``."""
    shown = p_value(p)
    return f"p {shown}" if shown.startswith("<") else f"p = {shown}"


def percent(share: float) -> str:
    """Return a share without needless decimals: ``5 %``, ``2.5 %``."""
    return f"{100 * share:.3g} %"


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Join phrases: ``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 group``, ``2 groups``, ``1,683 patients``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def in_sentence(title: str) -> str:
    """Return a metric's name as it stands inside a sentence (sensitivity, but AUROC)."""
    head = title.split(" ")[0]
    plain = head[1:].islower() and head[:1].isupper() and head not in {"Brier", "Youden's"}
    return title[:1].lower() + title[1:] if plain else title
