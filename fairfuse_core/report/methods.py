"""How an audit was computed, in sentences made from what the audit itself holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from fairfuse_core.report.summary import adjustment, alpha, metric_title
from fairfuse_core.report.words import in_sentence, listed, percent

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit


def methods(audit: Audit) -> list[tuple[str, str]]:
    """Return (heading, sentences) pairs: data, threshold, intervals, gaps, tests, small groups."""
    pairs = [
        ("Unit of analysis", _units(audit)),
        ("Operating point", _operating(audit)),
        ("Intervals", _intervals(audit)),
        ("Gaps", _gaps(audit)),
        ("Tests", _tests(audit)),
        ("Expected and detectable gap", _EXPECTED),
        ("Small groups", _small(audit)),
        ("Values that do not exist", _UNDEFINED),
        ("Random draws", _draws(audit)),
    ]
    return pairs


_EXPECTED = (
    "The largest of several differences is above zero by chance alone. Beside every largest gap "
    "stands the mean gap that groups of these sizes would show if no group differed (expected), "
    "and the smallest true gap that they would have revealed four times in five (detectable, "
    "80 % power). A gap near the expected one is no evidence of a disparity; where the detectable "
    "gap is large, the absence of a finding says little."
)

_UNDEFINED = (
    "A rate without patients in its denominator is not estimable; it is never counted as zero. "
    "Groups without a value are left out of gaps and indices, and named there."
)


def _units(audit: Audit) -> str:
    p = audit.provenance
    if p.kind == "counts":
        return (
            "Published confusion counts: each count is taken as a number of independent patients. "
            "Whatever needs single scores is not available."
        )
    if p.clusters:
        return "Patients have several rows each: whole patients are resampled and permuted."
    if p.patients is None:
        return (
            "No patient identifier was given: every row is taken as an independent patient. "
            "If patients have several rows, the intervals are too narrow."
        )
    return "Every patient has one row for each model and target, or rows are taken as independent."


def _operating(audit: Audit) -> str:
    points = audit.operating_points
    where = listed(list(dict.fromkeys(points["chosen_on"].astype(str))))
    rule = listed(list(dict.fromkeys(points["label"].astype(str))))
    text = f"{rule[:1].upper()}{rule[1:]} ({where})."
    if audit.config.operating_point.per_group and audit.provenance.score_kind != "none":
        text += (
            " One threshold per group is a what-if: it needs the group to be known at the bedside "
            "and treats patients differently by group, which may be unlawful."
        )
    return text


def _intervals(audit: Audit) -> str:
    rows = pd.concat([audit.overall, audit.by_group], ignore_index=True)
    rows = rows[rows["method"] != ""]
    by_method: dict[str, list[str]] = {}
    for row in rows[["metric", "method"]].drop_duplicates().to_dict("records"):
        by_method.setdefault(str(row["method"]), []).append(
            in_sentence(metric_title(str(row["metric"])))
        )
    said = [f"{method}: {listed(list(dict.fromkeys(n)))}" for method, n in by_method.items()]
    level = percent(audit.config.confidence)
    return f"Two-sided {level} intervals. {'; '.join(said)}." if said else "None could be computed."


def _gaps(audit: Audit) -> str:
    used = audit.gaps[(audit.gaps["statistic"] == "max_gap") & (audit.gaps["method"] != "")]
    names = listed(list(dict.fromkeys(used["method"].astype(str))))
    text = (
        "The largest gap of an attribute is the highest less the lowest value among its groups; "
        "for sensitivity and two groups it is the equal opportunity difference (Hardt, Price and "
        "Srebro 2016). It cannot be negative, so its interval is a range of plausible sizes and "
        "not a test against zero."
    )
    return f"{text} Interval methods: {names}." if names else text


def _tests(audit: Audit) -> str:
    used = audit.gaps[(audit.gaps["statistic"] == "max_gap") & (audit.gaps["test"] != "")]
    names = listed(list(dict.fromkeys(used["test"].astype(str))))
    text = (
        f"Level {percent(alpha(audit))}. If groups made no difference, their labels could be "
        "exchanged among comparable patients; p is the share of exchanges with a gap at least as "
        f"large as the one seen. Adjusted p-values ({adjustment(audit)}) count all gaps of the "
        "same metric over models, targets and attributes."
    )
    return f"{text} Tests: {names}." if names else text


def _small(audit: Audit) -> str:
    minimum = audit.config.min_group
    if minimum == 0:
        return f"Suppression of small groups was turned off by {audit.config.unsuppressed_by}."
    text = (
        f"A group of fewer than {minimum} patients is named and shows no number here or in any "
        "export; where one count would give a hidden one away, a further group is hidden."
    )
    if audit.config.unsuppressed_by:
        text += f" The rule was changed by {audit.config.unsuppressed_by}."
    return text


def _draws(audit: Audit) -> str:
    c = audit.config
    return (
        f"{c.replicates:,} replicates, seed {c.seed}: the same data, configuration and version "
        "give the same numbers."
    )


def definitions(audit: Audit) -> pd.DataFrame:
    """Return the metric cards of the metrics that have a value in this audit."""
    from fairfuse_core.audit.metrics import METRICS

    rows = pd.concat([audit.overall, audit.by_group], ignore_index=True)
    held = set(rows.loc[rows["estimate"].notna(), "metric"])
    return pd.DataFrame(
        [
            {
                "Metric": f"{card.title} ({card.symbol})",
                "Definition": card.formula,
                "Meaning": card.meaning,
                "Source": card.citation,
            }
            for card in METRICS.values()
            if card.name in held
        ]
    )
