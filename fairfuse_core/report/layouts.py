"""Tables for reading: RadFusion's layout, rounded cells, reasons instead of blanks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.report.summary import adjusted_column, gap_left_out, max_gaps, metric_title
from fairfuse_core.report.words import ABSENT, count, estimate, number, p_value, short_reason

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit

INDEX_TITLES = {
    "theil_groups": "Theil index over groups (F1)",
    "theil_groups_weighted": "Theil index over groups, weighted by size (F1)",
    "theil_individuals": "Theil index over individuals (benefit)",
    "disparate_impact_selection": "Disparate impact (selection rates)",
    "disparate_impact_performance": "Disparate impact (performance, F1)",
    "performance_variance": "Variance of F1 over groups",
}

Row = dict[Any, Any]


def value_or_reason(row: Row, digits: int = 3) -> str:
    """Return ``value [low, high]``, or why there is none."""
    if pd.isna(row["estimate"]):
        return short_reason(str(row["reason"] or "not estimable"))
    return estimate(float(row["estimate"]), float(row["low"]), float(row["high"]), digits)


def gap_table(audit: Audit, metric: str, target: str) -> pd.DataFrame:
    """Return gaps in RadFusion's layout: attribute rows, model columns, interval and p inside."""
    rows = max_gaps(audit, metric, target=target)
    lines: dict[str, Row] = {}
    for row in rows.to_dict("records"):
        line = lines.setdefault(str(row["attribute"]), {"Attribute": str(row["attribute"])})
        cell = value_or_reason(row)
        if not pd.isna(row["p"]):
            cell += f"\np {p_value(float(row['p']))}, adjusted "
            cell += p_value(float(row[adjusted_column(audit)]))
        line[str(row["model"])] = cell
    return pd.DataFrame(list(lines.values()), columns=["Attribute", *audit.models]).fillna(ABSENT)


def gap_tests(audit: Audit, metric: str, target: str) -> pd.DataFrame:
    """Return one line a gap: value, who, test, what chance gives, what could be detected."""
    rows = max_gaps(audit, metric, target=target)
    adjusted = adjusted_column(audit)
    out = [
        {
            "Attribute": str(row["attribute"]),
            "Model": str(row["model"]),
            "Largest gap": value_or_reason(row),
            "Highest": str(row["group"]) or ABSENT,
            "Lowest": str(row["reference"]) or ABSENT,
            "p": p_value(float(row["p"])),
            "Adj. p": p_value(float(row[adjusted])),
            "Expected": number(float(row["expected"])),
            "Detectable": number(float(row["detectable"])),
            "Left out": gap_left_out(audit, row) or ABSENT,
        }
        for row in rows.to_dict("records")
    ]
    frame = pd.DataFrame(out)
    drop = ["Model"] if len(audit.models) == 1 else []
    if len(frame) and (frame["Left out"] == ABSENT).all():
        drop.append("Left out")
    return frame.drop(columns=drop) if len(frame) else frame


def group_sizes(audit: Audit, target: str) -> pd.DataFrame:
    """Return sizes and events of each group; where models saw different patients, one line each."""
    rows = audit.groups[audit.groups["target"] == target]
    keys = ["attribute", "group", "n", "n_positive", "patients", "suppressed"]
    once = rows.drop_duplicates(keys)
    several = once.duplicated(["attribute", "group"]).any()
    out = []
    for row in (rows if several else once).to_dict("records"):
        line = {
            "Attribute": str(row["attribute"]),
            "Group": str(row["group"]),
            "n": count(row["n"]),
            "Events": count(row["n_positive"]),
            "Prevalence": number(float(row["prevalence"])),
            "Patients": count(row["patients"]),
            "Remark": short_reason(str(row["reason"]))
            or ("reference" if row["is_reference"] else ""),
        }
        if several:
            line = {"Model": str(row["model"]), **line}
        out.append(line)
    frame = pd.DataFrame(out)
    return _without_repeats(frame) if len(frame) else frame


def _without_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the number of patients where it says no more than n."""
    same = (frame["Patients"] == frame["n"]).all()
    return frame.drop(columns="Patients") if same else frame


def side_by_side(
    audit: Audit, metric: str, target: str, attributes: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return one metric with groups as rows, everyone first, and models as columns."""
    rows = pd.concat([audit.overall, audit.by_group], ignore_index=True)
    wanted = ["Overall", *(attributes if attributes is not None else plain_attributes(audit))]
    keep = (rows["metric"] == metric) & (rows["target"] == target)
    lines: dict[tuple[str, str], Row] = {}
    for row in rows[keep & rows["attribute"].isin(wanted)].to_dict("records"):
        key = (str(row["attribute"]), str(row["group"]))
        line = lines.setdefault(
            key,
            {
                "Attribute": key[0],
                "Group": key[1],
                "n": count(row["n"]),
                "Events": count(row["n_positive"]),
            },
        )
        line[str(row["model"])] = value_or_reason(row)
    return pd.DataFrame(list(lines.values())).fillna(ABSENT)


def plain_attributes(audit: Audit) -> list[str]:
    """Return the attributes that are not intersections."""
    return [a for a in audit.attributes if len(audit.parts.get(a, ())) < 2]


def crossed_attributes(audit: Audit) -> list[str]:
    """Return the intersections."""
    return [a for a in audit.attributes if len(audit.parts.get(a, ())) > 1]


def per_group(
    audit: Audit, attribute: str, target: str, *, width: int = 6
) -> tuple[list[pd.DataFrame], list[str]]:
    """Return RadFusion's per-group tables: metric rows, model and group columns.

    Parameters
    ----------
    audit : Audit
        A finished audit.
    attribute, target : str
        Which groups of whom.
    width : int
        Columns a table, so that it fits a page; more make further tables.

    Returns
    -------
    list of DataFrame, list of str
        The tables, and the reasons that their footnote numbers stand for.
    """
    rows = audit.by_group
    rows = rows[(rows["attribute"] == attribute) & (rows["target"] == target)]
    reasons: list[str] = []
    cells: dict[str, dict[str, str]] = {}
    for row in rows.to_dict("records"):
        column = f"{row['group']}\n{row['model']}" if len(audit.models) > 1 else str(row["group"])
        cells.setdefault(column, {})[metric_title(str(row["metric"]))] = noted(row, reasons)
    whole = pd.DataFrame(cells).fillna(ABSENT)
    whole.insert(0, "Metric", whole.index)
    names = [c for c in whole.columns if c != "Metric"]
    # As many tables as needed, of equal width: no last table with one column.
    step = math.ceil(len(names) / math.ceil(len(names) / width))
    tables = [whole[["Metric", *names[k : k + step]]] for k in range(0, len(names), step)]
    return [_without_hollow(table) for table in tables], reasons


def noted(row: Row, reasons: list[str]) -> str:
    """Return ``value [low, high]``, or a dash and the number of its reason in ``reasons``."""
    if not pd.isna(row["estimate"]):
        return value_or_reason(row)
    reason = short_reason(str(row["reason"] or "not estimable"))
    if reason not in reasons:
        reasons.append(reason)
    return f"{ABSENT} ({reasons.index(reason) + 1})"


def _without_hollow(table: pd.DataFrame) -> pd.DataFrame:
    """Drop metrics for which no group has a value; `unavailable` says why, once."""
    hollow = table.drop(columns="Metric").map(lambda c: str(c).startswith(ABSENT)).all(axis=1)
    return table[~hollow] if not hollow.all() else table


def unavailable(audit: Audit) -> list[tuple[str, str]]:
    """Return (metric, reason) for metrics that have no value in any group of any model."""
    rows = pd.concat([audit.overall, audit.by_group], ignore_index=True)
    found = []
    for name, part in rows.groupby("metric", sort=False):
        if part["estimate"].notna().any():
            continue
        said = part.loc[~part["suppressed"].astype(bool), "reason"]
        reason = next((r for r in said if r), "not estimable in any group")
        found.append((metric_title(str(name)), str(reason)))
    return found


def index_table(audit: Audit, target: str) -> pd.DataFrame:
    """Return the inequality indices: a line per attribute and index, models as columns."""
    rows = audit.indices[audit.indices["target"] == target]
    lines: dict[tuple[str, str], Row] = {}
    for row in rows.to_dict("records"):
        attribute = "Everyone" if row["attribute"] == "Overall" else str(row["attribute"])
        key = (attribute, INDEX_TITLES.get(str(row["index"]), str(row["index"])))
        line = lines.setdefault(key, {"Attribute": key[0], "Index": key[1]})
        # Theil indices and variances of healthy models start at the fourth decimal.
        impact = str(row["index"]).startswith("disparate_impact")
        cell = value_or_reason(row, 3 if impact else 4)
        if row["worst_group"] and not pd.isna(row["estimate"]):
            said = "furthest from 1" if impact else f"lowest F1 {number(row['worst_value'])}"
            cell += f"\n{said}: {row['worst_group']}"
        line[str(row["model"])] = cell
    return pd.DataFrame(list(lines.values())).fillna(ABSENT)


def operating_table(audit: Audit) -> pd.DataFrame:
    """Return the operating points: threshold, where chosen, what it implies."""
    out = [
        {
            "Model": str(row["model"]),
            "Evaluated on": str(row["target"]),
            "Group": str(row["group"]),
            "Rule": str(row["label"]),
            "Threshold": number(row["threshold"], 4),
            "Chosen on": str(row["chosen_on"]) or ABSENT,
            "Implied harm:benefit": number(row["harm_benefit"]),
            "Remark": str(row["reason"]) or ABSENT,
        }
        for row in audit.operating_points.to_dict("records")
    ]
    frame = pd.DataFrame(out)
    if len(audit.targets) == 1 and len(frame):
        frame = frame.drop(columns="Evaluated on")
    drop = [
        c for c in ("Implied harm:benefit", "Remark") if len(frame) and (frame[c] == ABSENT).all()
    ]
    return frame.drop(columns=drop)


def pooled_table(audit: Audit, attribute: str, metric: str, target: str) -> pd.DataFrame:
    """Return raw and partially pooled estimates of the groups of one attribute."""
    rows = audit.by_group
    keep = (rows["attribute"] == attribute) & (rows["metric"] == metric)
    out = [
        {
            "Group": str(row["group"]),
            "Model": str(row["model"]),
            "n": count(row["n"]),
            "Events": count(row["n_positive"]),
            "Raw": value_or_reason(row),
            "Partially pooled": estimate(row["pooled"], row["pooled_low"], row["pooled_high"]),
        }
        for row in rows[keep & (rows["target"] == target)].to_dict("records")
    ]
    frame = pd.DataFrame(out)
    return frame.drop(columns="Model") if len(audit.models) == 1 and len(frame) else frame
