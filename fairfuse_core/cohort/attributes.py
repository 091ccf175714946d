"""Protected attributes as categories, with the missing ones as a group of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fairfuse_core.audit.predictions import BinRule, parse_value
from fairfuse_core.audit.types import UNKNOWN

_MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "?", "unknown", "unknown/invalid"})


def as_attribute(
    values: Sequence[Any] | pd.Series, *, order: Sequence[str] | None = None
) -> pd.Categorical[Any]:
    """Return values as categories; what means "missing" becomes "Unknown", the last category.

    Parameters
    ----------
    values : sequence
        Raw values.
    order : sequence of str, optional
        Categories in display order; others follow alphabetically.
    """
    texts = [
        UNKNOWN if v is None or v != v or str(v).strip().lower() in _MISSING else str(v).strip()
        for v in values
    ]
    found = set(texts) - {UNKNOWN}
    first = [c for c in (order or ()) if c in found]
    levels = [*first, *sorted(found - set(first))]
    if UNKNOWN in texts:
        levels.append(UNKNOWN)
    return pd.Categorical(texts, categories=levels)


def binned(values: Sequence[Any] | pd.Series, rule: BinRule) -> pd.Categorical[Any]:
    """Return numbers, or texts such as "> 89", in the groups of a rule; the rest is "Unknown"."""
    numbers = np.array(
        [
            float(v) if isinstance(v, int | float | np.number) else parse_value(str(v))
            for v in (np.nan if v is None else v for v in values)
        ],
        dtype=np.float64,
    )
    codes = rule.assign(numbers)
    texts = [UNKNOWN if c < 0 else rule.levels[c] for c in codes]
    return as_attribute(texts, order=rule.levels)
