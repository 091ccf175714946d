"""The audit in words: which gaps survive their test, which do not, what could not be assessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.report.words import (
    counted,
    estimate,
    in_sentence,
    listed,
    number,
    p_phrase,
    p_value,
    percent,
    short_reason,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairfuse_core.audit import Audit

HEADLINE_METRICS = ("tpr", "fpr", "ppv", "auroc")
"""Who is missed, who is alarmed, what an alarm is worth, how well patients are ranked."""

_ADJUSTMENTS = {"holm": "Holm", "bh": "Benjamini-Hochberg"}


@dataclass(frozen=True)
class Line:
    """One gap in words.

    Attributes
    ----------
    metric, attribute : str
        What it is about.
    text, brief : str
        A phrase in plain text; the same without who is above whom.
    """

    metric: str
    attribute: str
    text: str
    brief: str

    @property
    def what(self) -> str:
        """Metric and attribute, as "sensitivity by gender": how ``text`` and ``brief`` begin."""
        return f"{in_sentence(metric_title(self.metric))} by {self.attribute}"


@dataclass(frozen=True)
class UnitSummary:
    """The gaps of one model on one target, in three heaps, largest first.

    Attributes
    ----------
    model, target : str
        Which.
    survive, chance, unassessed : tuple of Line
        Gaps that survive their adjusted test; gaps that do not; gaps nobody could assess.
    """

    model: str
    target: str
    survive: tuple[Line, ...]
    chance: tuple[Line, ...]
    unassessed: tuple[Line, ...]


@dataclass(frozen=True)
class Summary:
    """An audit in words.

    Attributes
    ----------
    sentences : tuple of str
        One a metric: what its tests found over all models, targets and attributes.
    units : tuple of UnitSummary
        One a model and target.
    gaps_left_out : tuple of str
        Groups that gaps do not speak of, with the reason.
    """

    sentences: tuple[str, ...]
    units: tuple[UnitSummary, ...]
    gaps_left_out: tuple[str, ...]


def alpha(audit: Audit) -> float:
    """Return the level of every test: what the intervals leave out."""
    return round(1 - audit.config.confidence, 10)


def adjusted_column(audit: Audit) -> str:
    """Return the column of the adjusted p-value that the audit's findings use."""
    return "p_holm" if audit.config.multiplicity == "holm" else "p_bh"


def adjustment(audit: Audit) -> str:
    """Return the name of that adjustment."""
    return _ADJUSTMENTS[audit.config.multiplicity]


def metric_title(name: str) -> str:
    """Return a metric's readable name."""
    from fairfuse_core.audit.metrics import METRICS

    return METRICS[name].title if name in METRICS else name.replace("_", " ")


def max_gaps(
    audit: Audit, metric: str, *, target: str | None = None, model: str | None = None
) -> pd.DataFrame:
    """Return the rows of the largest gap between groups for one metric."""
    rows = audit.gaps
    keep = (rows["statistic"] == "max_gap") & (rows["metric"] == metric)
    if target is not None:
        keep &= rows["target"] == target
    if model is not None:
        keep &= rows["model"] == model
    return rows[keep].reset_index(drop=True)


def headline_metrics(audit: Audit) -> tuple[str, ...]:
    """Return the headline metrics of which this audit holds at least one gap."""
    known = audit.gaps[audit.gaps["estimate"].notna()]
    held = set(known.loc[known["statistic"] == "max_gap", "metric"])
    return tuple(name for name in HEADLINE_METRICS if name in held)


def headline(audit: Audit, metric: str = "tpr", *, target: str | None = None) -> str:
    """Say in one sentence what the tests of one metric's gaps found.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    metric : str
        Metric whose largest gaps are meant.
    target : str, optional
        Only this target; all by default.

    Returns
    -------
    str
        As "None of the 18 gaps in sensitivity is distinguishable from zero at the 5 % level
        (smallest p = 0.15, before any adjustment)."
    """
    rows = max_gaps(audit, metric, target=target)
    name = in_sentence(metric_title(metric))
    tested = rows[rows["p"].notna()]
    if tested.empty:
        return f"No gap in {name} could be tested here."
    level, column = percent(alpha(audit)), adjusted_column(audit)
    total = len(tested)
    raw = int((tested["p"] < alpha(audit)).sum())
    found = int((tested[column] < alpha(audit)).sum())
    smallest = f"smallest {p_phrase(float(tested['p'].min()))}, before any adjustment"
    if total == 1:
        verb = "is" if found else "is not"
        return (
            f"The one gap in {name} {verb} distinguishable from zero at the {level} level "
            f"({p_phrase(float(tested['p'].iloc[0]))})."
        )
    lead = f"of the {counted(total, 'gap')} in {name}"
    where = f"distinguishable from zero at the {level} level"
    if raw == 0:
        return f"None {lead} is {where} ({smallest})."
    if found == 0:
        return (
            f"None {lead} is {where} once the number of tests is allowed for "
            f"({adjustment(audit)}); {raw} would be without that ({smallest})."
        )
    verb = "is" if found == 1 else "are"
    rest = total - found
    others = "; the others are not" if rest > 1 else "; the other is not" if rest == 1 else ""
    by = listed([str(a) for a in tested.loc[tested[column] < alpha(audit), "attribute"].unique()])
    return f"{found} {lead} {verb} {where} after adjustment ({adjustment(audit)}), by {by}{others}."


def summarise(audit: Audit, metrics: Sequence[str] | None = None) -> Summary:
    """Return the whole audit in words.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    metrics : sequence of str, optional
        Metrics to speak of; by default the headline metrics that have a gap.
    """
    chosen = tuple(metrics) if metrics is not None else headline_metrics(audit)
    units = [(m, t) for t in audit.targets for m in audit.models]
    return Summary(
        sentences=tuple(headline(audit, name) for name in chosen),
        units=tuple(_unit(audit, model, target, chosen) for model, target in units),
        gaps_left_out=left_out(audit),
    )


def left_out(audit: Audit) -> tuple[str, ...]:
    """Return which groups have no headline value and why: first the hidden ones, by attribute."""
    rows = audit.by_group
    rows = rows[rows["metric"].isin(HEADLINE_METRICS) & rows["estimate"].isna()]
    rows = rows[~rows["reason"].str.startswith("not available")]
    hidden: dict[str, list[str]] = {}
    said: dict[tuple[str, str, str], list[str]] = {}
    for row in rows.to_dict("records"):
        attribute, group, metric = (str(row[k]) for k in ("attribute", "group", "metric"))
        reason = _without_rule(str(row["reason"]) or "not estimable")
        if row["suppressed"] and group not in hidden.setdefault(attribute, []):
            hidden[attribute].append(group)
        # Of a hidden group only the one sentence is told that a board asks for first.
        if row["suppressed"] and (metric != "tpr" or not reason.startswith("not estimable")):
            continue
        names = said.setdefault((attribute, group, reason), [])
        name = in_sentence(metric_title(metric))
        if name not in names:
            names.append(name)
    groups = tuple(f"{name}: {listed(found)} suppressed" for name, found in hidden.items())
    return groups + tuple(
        f"{attribute}, {group}: {listed(names)} {reason}"
        for (attribute, group, reason), names in said.items()
    )


def _without_rule(reason: str) -> str:
    return short_reason(reason).removesuffix(" (suppressed)")


def gap_left_out(audit: Audit, row: Any) -> str:
    """Return the groups a gap leaves out: hidden ones together, the others with their reason."""
    if not row["left_out"]:
        return ""
    rows = audit.by_group
    for key in ("model", "target", "attribute", "metric"):
        rows = rows[rows[key] == row[key]]
    rows = rows[rows["estimate"].isna()]
    if rows.empty:
        return short_reason(str(row["left_out"]))
    hidden = rows["suppressed"].astype(bool)
    parts = [f"{listed([str(g) for g in rows.loc[hidden, 'group']])} (suppressed)"]
    parts = parts if hidden.any() else []
    parts += [
        f"{line['group']} ({str(line['reason']).removeprefix('not estimable: ')})"
        for line in rows[~hidden].to_dict("records")
    ]
    return "; ".join(parts)


def gap_phrase(audit: Audit, row: Any) -> str:
    """Return a gap in words: value, interval, p, adjusted p."""
    value = estimate(float(row["estimate"]), float(row["low"]), float(row["high"]))
    adjusted = p_value(float(row[adjusted_column(audit)]))
    return f"{value}, {p_phrase(float(row['p']))}, adjusted {adjusted}"


def _unit(audit: Audit, model: str, target: str, metrics: Sequence[str]) -> UnitSummary:
    survive: list[tuple[float, Line]] = []
    chance: list[tuple[float, Line]] = []
    unassessed: list[Line] = []
    for metric in metrics:
        name = in_sentence(metric_title(metric))
        for row in max_gaps(audit, metric, target=target, model=model).to_dict("records"):
            what = f"{name} by {row['attribute']}"
            attribute = str(row["attribute"])
            if pd.isna(row["p"]):
                text = f"{what}: {row['reason'] or 'no test'}"
                unassessed.append(Line(metric, attribute, text, text))
                continue
            brief = f"{what} {gap_phrase(audit, row)}"
            text = f"{brief}: {row['group']} above {row['reference']}"
            if row[adjusted_column(audit)] < alpha(audit):
                survive.append((row["estimate"], Line(metric, attribute, text, brief)))
            else:
                text += f"; {number(float(row['expected']))} is expected without any disparity"
                chance.append((row["estimate"], Line(metric, attribute, text, brief)))
    return UnitSummary(model, target, _ranked(survive), _ranked(chance), tuple(unassessed))


def _ranked(lines: list[tuple[float, Line]]) -> tuple[Line, ...]:
    return tuple(line for _, line in sorted(lines, key=lambda pair: -pair[0]))
