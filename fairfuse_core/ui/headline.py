"""The headline of an audit, in words: which gaps survive their test, which do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.ui.text import counted, escape, estimate, number, p_value, percent, pretty

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


def max_gaps(audit: Audit, metric: str) -> pd.DataFrame:
    """Return the rows of the largest gap between groups for one metric."""
    gaps = audit.gaps
    return gaps[(gaps["statistic"] == "max_gap") & (gaps["metric"] == metric)]


def alpha(audit: Audit) -> float:
    """Return the level of every test: what the intervals leave out."""
    return round(1 - audit.config.confidence, 10)


def adjusted(audit: Audit) -> str:
    """Return the column of the adjusted p-value the user asked for."""
    return "p_holm" if audit.config.multiplicity == "holm" else "p_bh"


def sentence(audit: Audit, metric: str, *, target: str | None = None) -> str:
    """Say in one or two sentences what the tests found.

    Examples
    --------
    "None of the 18 gaps in sensitivity is distinguishable from zero at 5 % (smallest p 0.14,
    before any adjustment)."
    """
    from fairfuse_core.audit.metrics import METRICS

    rows = max_gaps(audit, metric)
    if target is not None:
        rows = rows[rows["target"] == target]
    tested = rows[rows["p"].notna()]
    title = METRICS[metric].title
    name = title[:1].lower() + title[1:] if not title.isupper() else title
    if tested.empty:
        return f"No gap in {name} could be tested here."
    level, column = alpha(audit), adjusted(audit)
    found = int((tested[column] < level).sum())
    raw = int((tested["p"] < level).sum())
    total = len(tested)
    what = f"{counted(total, 'gap')} in {name}"
    smallest = f"smallest p {p_value(float(tested['p'].min()))}, before any adjustment"
    if total == 1:
        verdict = "is" if found else "is not"
        return (
            f"The one gap in {name} {verdict} distinguishable from zero at {percent(level)} "
            f"(p {p_value(float(tested['p'].min()))})."
        )
    if raw == 0:
        return f"None of the {what} is distinguishable from zero at {percent(level)} ({smallest})."
    adjusting = "Holm" if column == "p_holm" else "Benjamini-Hochberg"
    if found == 0:
        return (
            f"None of the {what} is distinguishable from zero at {percent(level)} once the number "
            f"of tests is allowed for ({adjusting}); {raw} would be without it ({smallest})."
        )
    verb = "is" if found == 1 else "are"
    return (
        f"{found} of the {what} {verb} distinguishable from zero at {percent(level)} after "
        f"adjustment for the number of tests ({adjusting}); {total - found} "
        f"{'is' if total - found == 1 else 'are'} not."
    )


def by_model(audit: Audit, metric: str, models: tuple[str, ...]) -> tuple[ModelHeadline, ...]:
    """Sort each model's gaps of one metric into survivors, chance and not assessed."""
    rows = max_gaps(audit, metric)
    many = len(audit.targets) > 1
    return tuple(_one(audit, rows[rows["model"] == model], model, many=many) for model in models)


def _one(audit: Audit, rows: pd.DataFrame, model: str, *, many: bool) -> ModelHeadline:
    level, column = alpha(audit), adjusted(audit)
    heaps: tuple[list[str], list[str], list[str]] = ([], [], [])
    ordered = rows.sort_values("estimate", ascending=False, na_position="last", kind="stable")
    for row in ordered.to_dict("records"):
        where = escape(pretty(str(row["attribute"])))
        if many:
            where += f" ({escape(pretty(str(row['target'])))})"
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
    """Return a gap with its interval and p-value: ``0.052 [0.003, 0.214], p 0.55``."""
    if pd.isna(row["estimate"]):
        return f"not estimable ({row['reason']})" if row["reason"] else "not estimable"
    value = estimate(float(row["estimate"]), float(row["low"]), float(row["high"]))
    return f"{value}, p {p_value(float(row['p']))}"
