"""The headline of an audit, in words: which gaps survive their test, which do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.report.summary import adjusted_column, alpha, headline, max_gaps
from fairfuse_core.report.words import p_phrase
from fairfuse_core.ui.text import escape, estimate, number, p_value, unbroken

__all__ = ["ModelHeadline", "by_model", "gap_phrase", "headline"]


if TYPE_CHECKING:
    from fairfuse_core.audit import Audit


@dataclass(frozen=True)
class ModelHeadline:
    """One model's gaps, sorted into three heaps; every line is a phrase for the screen.

    Attributes
    ----------
    model : str
        Its name.
    survive, chance, unassessed : tuple of str
        Gaps that survive their adjusted test, largest first; gaps that do not; gaps that could
        not be assessed, with the reason.
    """

    model: str
    survive: tuple[str, ...]
    chance: tuple[str, ...]
    unassessed: tuple[str, ...]


def by_model(audit: Audit, metric: str, models: tuple[str, ...]) -> tuple[ModelHeadline, ...]:
    """Sort each model's gaps of one metric into survivors, chance and not assessed."""
    return tuple(_one(audit, max_gaps(audit, metric, model=model), model) for model in models)


def _one(audit: Audit, rows: pd.DataFrame, model: str) -> ModelHeadline:
    level, column = alpha(audit), adjusted_column(audit)
    heaps: tuple[list[str], list[str], list[str]] = ([], [], [])
    ordered = rows.sort_values("estimate", ascending=False, na_position="last", kind="stable")
    for row in ordered.to_dict("records"):
        where = escape(str(row["attribute"]))
        if len(audit.targets) > 1:
            where += f" ({escape(str(row['target']))})"
        if pd.isna(row["p"]):
            heaps[2].append(f"**{where}**: {escape(row['reason'] or 'no test')}")
            continue
        line = f"**{where}** {escape(gap_phrase(row))}"
        if row[column] < level:
            groups = f"{escape(row['group'])} above {escape(row['reference'])}"
            shown = escape(p_value(float(row[column])))
            heaps[0].append(f"{line} (adjusted {shown}): {groups}")
        else:
            heaps[1].append(f"{line}; {escape(number(float(row['expected'])))} expected by chance")
    return ModelHeadline(model, *(tuple(heap) for heap in heaps))


def gap_phrase(row: Any) -> str:
    """Return a gap with its interval and p-value: ``0.052 [0.003, 0.214], p = 0.55``."""
    if pd.isna(row["estimate"]):
        return f"not estimable ({row['reason']})" if row["reason"] else "not estimable"
    value = unbroken(estimate(float(row["estimate"]), float(row["low"]), float(row["high"])))
    return f"{value}, {p_phrase(float(row['p']))}"
