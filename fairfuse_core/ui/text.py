"""Words and numbers on screen: escaping, formatting, plain sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~^=:@&])")
_LATE = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[<>~-])(?=[=>-])", re.IGNORECASE)
_WORD_JOINER = "\u2060"
ABSENT = "–"
"""Stands where there is no value; the reason is always given beside or below it."""


def escape(text: object) -> str:
    """Return ``text`` so that Markdown shows it as it is.

    Group, model and column names come from whoever made the table. Streamlit reads Markdown,
    LaTeX, colour directives and emoji codes in almost every string it is given, turns bare
    addresses into links and ``<=`` into another sign; none of that may happen to a name. Emoji
    codes, addresses and signs are recognised after backslashes have been resolved, so an
    invisible word joiner breaks them.
    """
    plain = " ".join(str(text).split())
    return _SPECIAL.sub(r"\\\1", _LATE.sub(_WORD_JOINER, plain))


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with a fixed count of decimals, or a dash when there is none."""
    if value is None or math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    shown = f"{abs(value):.{digits}f}"
    negative = value < 0 and float(shown) != 0
    return ("−" if negative else "") + shown


def interval(low: float, high: float, digits: int = 3) -> str:
    """Return ``[low, high]``, or nothing when the interval is not known."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"[{number(low, digits)}, {number(high, digits)}]"


def estimate(value: float, low: float, high: float, digits: int = 3) -> str:
    """Return ``value [low, high]``."""
    return f"{number(value, digits)} {interval(low, high, digits)}".strip()


def p_value(p: float) -> str:
    """Return a p-value as it is printed: ``0.14``, ``< 0.001`` or a dash."""
    if math.isnan(p):
        return ABSENT
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def percent(share: float) -> str:
    """Return a share as a percentage without needless decimals: ``5 %``, ``2.5 %``."""
    return f"{100 * share:.3g} %"


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Join phrases: ``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 group``, ``2 groups``, ``1,683 patients``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


_ACRONYMS = frozenset(
    [
        "ai",
        "bmi",
        "ct",
        "cxr",
        "ecg",
        "ed",
        "ehr",
        "ekg",
        "emr",
        "gcs",
        "icd",
        "icu",
        "id",
        "los",
        "ml",
        "mri",
        "nlp",
        "us",
    ]
)


def pretty(name: str) -> str:
    """Return a column value as a label: spaces, a large first letter, acronyms in capitals.

    Examples
    --------
    >>> pretty("ehr_only"), pretty("XGBoost v2"), pretty("numbedscategory")
    ('EHR only', 'XGBoost v2', 'Numbedscategory')
    """
    words = name.replace("_", " ").split()
    spaced = " ".join(w.upper() if w in _ACRONYMS else w for w in words)
    return spaced[:1].upper() + spaced[1:]


def file_stem(*parts: str) -> str:
    """Return a file name that every system accepts, made of ``parts``."""
    joined = "-".join(p for p in parts if p)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", joined).strip("-.").lower() or "fairfuse"
