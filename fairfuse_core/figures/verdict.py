"""The finding in words, from what the audit's frames hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.figures import selection, text

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit


def adjusted_name(audit: Audit) -> str:
    """Return the name of the adjustment the audit's findings use."""
    return {"holm": "Holm", "bh": "Benjamini-Hochberg"}[audit.config.multiplicity]


def adjusted_p(audit: Audit, row: Any) -> float:
    """Return the adjusted p of a gap row by that adjustment; NaN if untested."""
    return float(row.p_holm if audit.config.multiplicity == "holm" else row.p_bh)


def level(audit: Audit) -> float:
    """Return the level at which a gap counts as found, as 0.05."""
    return round(1.0 - audit.config.confidence, 10)


def forest_title(
    audit: Audit, chosen: selection.Selection, metric: str, frame: pd.DataFrame
) -> str:
    """Return "Female 0.911, male 0.843: gap 0.068 [...], not distinguishable from chance"."""
    name = selection.metric_title(metric)
    groups = frame[(frame["attribute"] != "Overall") & frame["estimate"].notna()]
    if groups.empty:
        return f"{name} could not be estimated in any group"
    if len(chosen.attributes) == 1 and len(chosen.models) == 1:
        gap = max_gap(audit, chosen, metric)
        if gap is not None:
            return _pair_title(audit, name, gap, groups)
    return gaps_title(audit, selection.pick(audit.gaps, chosen, metric), name)


def gaps_title(audit: Audit, gaps: pd.DataFrame, name: str) -> str:
    """Return how many of the largest gaps survive their test, and which."""
    inside = selection.in_sentence(name)
    rows = selection.records(gaps[gaps["statistic"] == "max_gap"])
    tested = [r for r in rows if text.defined(adjusted_p(audit, r))]
    if not tested:
        return f"No gap in {inside} could be tested"
    found = [r for r in tested if adjusted_p(audit, r) < level(audit)]
    beyond = f"larger than chance explains ({adjusted_name(audit)}-adjusted p < {level(audit):g})"
    if len(tested) == 1:
        return f"The gap in {inside} is {'' if found else 'not '}{beyond}"
    verb = "are" if len(found) > 1 else "is"
    said = f"{len(found) or 'None'} of {len(tested)} gaps in {inside} {verb} {beyond}"
    if not found:
        return said
    several = len({r.model for r in tested}) > 1
    who = [r.attribute + (f" ({text.shorten(r.model)})" if several else "") for r in found]
    return f"{said}: by {text.listed(who, 4)}"


def max_gap(audit: Audit, chosen: selection.Selection, metric: str) -> Any | None:
    """Return the row of the largest gap of a single model and attribute, if it has a value."""
    gaps = selection.pick(audit.gaps, chosen, metric)
    gaps = gaps[(gaps["statistic"] == "max_gap") & gaps["estimate"].notna()]
    return next(iter(selection.records(gaps)), None)


def _pair_title(audit: Audit, name: str, gap: Any, groups: pd.DataFrame) -> str:
    value = {str(r.group): float(r.estimate) for r in selection.records(groups)}
    if gap.group not in value or gap.reference not in value:
        return f"{name}: the largest gap is {text.estimate(gap.estimate, gap.low, gap.high)}"
    pair = (
        f"{text.shorten(gap.group)} {text.number(value[gap.group])}, "
        f"{text.shorten(gap.reference)} {text.number(value[gap.reference])}"
    )
    return (
        f"{name}: {pair}. The gap of {text.estimate(gap.estimate, gap.low, gap.high)} "
        f"{chance(audit, gap)}"
    )


def chance(audit: Audit, gap: Any) -> str:
    """Return what the test of a gap says, in words, with the adjusted p."""
    p = adjusted_p(audit, gap)
    if not text.defined(p):
        return "was not tested"
    said = f"({adjusted_name(audit)}-adjusted {text.p_value(p)})"
    if p < level(audit):
        return f"is larger than chance explains {said}"
    return f"is not distinguishable from chance {said}"


def extremes(groups: pd.DataFrame, *, several_models: bool, short: bool = False) -> str:
    """Return the highest and lowest group with values, n, and how many have none."""
    known = groups[groups["estimate"].notna()]
    silent = absent(groups)
    if known.empty:
        return text.listed(["no group is estimable", *silent])
    top, bottom = selection.top(known), selection.bottom(known)
    said = (
        f"highest in {_named(top, several_models, short)}, "
        f"lowest in {_named(bottom, several_models, short)}"
    )
    return said if short or not silent else f"{said}; {text.listed(silent)}"


def absent(groups: pd.DataFrame) -> list[str]:
    """Return "1 suppressed" and "2 not estimable", counting groups (not models)."""
    missing = groups[groups["estimate"].isna()]
    hidden = missing["suppressed"].fillna(False).astype(bool)
    keys = ["attribute", "group"]
    n_hidden = len(missing.loc[hidden, keys].drop_duplicates())
    n_silent = len(missing.loc[~hidden, keys].drop_duplicates())
    said = []
    if n_hidden:
        said.append(f"{n_hidden} suppressed")
    if n_silent:
        said.append(f"{n_silent} not estimable")
    return said


def _named(row: Any, several_models: bool, short: bool) -> str:
    who = text.shorten(row.group)
    if several_models:
        who += f" by {text.shorten(row.model)}"
    if short:
        return f"{who} ({text.number(row.estimate)})"
    return f"{who} ({text.estimate(row.estimate, row.low, row.high)}, n {text.count(row.n)})"
