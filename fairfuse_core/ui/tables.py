"""An audit's frames as tables for reading: rounded, labelled, in the field's layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.report.layouts import INDEX_TITLES, value_or_reason
from fairfuse_core.report.summary import max_gaps
from fairfuse_core.ui.text import ABSENT, estimate, number, p_value

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit


def gap_rows(
    audit: Audit, metric: str, target: str | None, models: tuple[str, ...]
) -> pd.DataFrame:
    """Return the unrounded max-gap rows of one metric that are in view, for downloads."""
    rows = max_gaps(audit, metric, target=target)
    return rows[rows["model"].isin(models)].reset_index(drop=True)


def gap_layout(rows: pd.DataFrame, models: tuple[str, ...], *, targets: bool) -> pd.DataFrame:
    """Return RadFusion's layout: attribute rows, model columns, gaps with intervals as cells."""
    keys = ["target", "attribute"] if targets else ["attribute"]
    out = []
    for name, part in rows.groupby(keys, sort=False):
        line = {"Attribute": str(name[-1])}
        if targets:
            line = {"Evaluated on": str(name[0]), **line}
        for model in models:
            line[model] = _gap_cell(part[part["model"] == model])
        out.append(line)
    return pd.DataFrame(out)


def _gap_cell(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ABSENT
    row = rows.iloc[0]
    if pd.isna(row["estimate"]):
        return f"not estimable: {row['reason']}" if row["reason"] else "not estimable"
    return estimate(float(row["estimate"]), float(row["low"]), float(row["high"]))


def gap_tests(rows: pd.DataFrame, *, targets: bool) -> pd.DataFrame:
    """Return one line per gap: value, test, what chance alone gives, what could be detected."""
    out = []
    for row in rows.to_dict("records"):
        line = {
            "Evaluated on": str(row["target"]),
            "Attribute": str(row["attribute"]),
            "Model": str(row["model"]),
            "Gap": _gap_cell(pd.DataFrame([row])),
            "Highest": row["group"] or ABSENT,
            "Lowest": row["reference"] or ABSENT,
            "p": p_value(float(row["p"])),
            "p, Holm": p_value(float(row["p_holm"])),
            "p, BH": p_value(float(row["p_bh"])),
            "Expected by chance": number(float(row["expected"])),
            "Detectable": number(float(row["detectable"])),
        }
        if not targets:
            del line["Evaluated on"]
        out.append(line)
    return _without_lone_model(pd.DataFrame(out))


def left_out(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (attribute, groups its gap leaves out and why), each once."""
    some = rows[rows["left_out"] != ""]
    return list(dict.fromkeys(zip(some["attribute"], some["left_out"], strict=True)))


def _without_lone_model(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop a column that says the same model on every line."""
    if "Model" in frame and len(frame["Model"].unique()) == 1:
        return frame.drop(columns="Model")
    return frame


def group_rows(audit: Audit, attribute: str, target: str, models: tuple[str, ...]) -> pd.DataFrame:
    """Return the unrounded per-group rows in view: everyone first, models beside each other."""
    parts = [audit.overall, audit.by_group[audit.by_group["attribute"] == attribute]]
    both = pd.concat(parts, ignore_index=True)
    rows = both[(both["target"] == target) & both["model"].isin(models)]
    order = {group: at for at, group in enumerate(dict.fromkeys(rows["group"]))}
    return rows.sort_values("group", key=lambda c: c.map(order), kind="stable", ignore_index=True)


def group_layout(rows: pd.DataFrame, titles: dict[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Return metric rows by model and group columns, and the reasons for what is missing.

    Suppressed and not estimable cells say so; their reasons are listed once, as footnotes.
    """
    reasons: list[str] = []
    many = len(rows["model"].unique()) > 1
    cells: dict[str, dict[str, str]] = {}
    for row in rows.to_dict("records"):
        column = f"{row['model']} · {row['group']}" if many else str(row["group"])
        text = _metric_cell(row, reasons)
        cells.setdefault(column, {})[titles.get(row["metric"], row["metric"])] = text
    frame = pd.DataFrame(cells).fillna(ABSENT)
    frame.index.name = "Metric"
    return frame, reasons


def without_empty(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that hold some value, and the names of those that hold none."""
    hollow = frame.map(lambda cell: str(cell).startswith(ABSENT)).all(axis=1)
    return frame[~hollow], list(frame.index[hollow])


def _metric_cell(row: dict[Any, Any], reasons: list[str]) -> str:
    if not pd.isna(row["estimate"]):
        return estimate(float(row["estimate"]), float(row["low"]), float(row["high"]))
    reason = str(row["reason"] or "not estimable")
    if reason not in reasons:
        reasons.append(reason)
    return f"{ABSENT} ({reasons.index(reason) + 1})"


def metric_layout(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one metric: a line per model and group with counts, interval and pooled value."""
    out = [
        {
            "Model": str(row["model"]),
            "Group": row["group"],
            "Estimate": value_or_reason(row),
            "Pooled": number(float(row["pooled"])),
            "n": _count(row["n"], row["suppressed"]),
            "Events": _count(row["n_positive"], row["suppressed"]),
            "Interval": row["method"] or ABSENT,
        }
        for row in rows.to_dict("records")
    ]
    frame = pd.DataFrame(out)
    if not frame.empty and (frame["Pooled"] == ABSENT).all():
        frame = frame.drop(columns="Pooled")
    return _without_lone_model(frame)


def index_layout(audit: Audit, target: str, models: tuple[str, ...]) -> pd.DataFrame:
    """Return the inequality indices: a line per attribute and index, models as columns."""
    rows = audit.indices
    rows = rows[(rows["target"] == target) & rows["model"].isin(models)]
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows.to_dict("records"):
        key = (str(row["attribute"]), INDEX_TITLES.get(row["index"], row["index"]))
        line = lines.setdefault(key, {"Attribute": key[0], "Index": key[1]})
        line[str(row["model"])] = value_or_reason(row)
    return pd.DataFrame(list(lines.values()))


def size_layout(groups: pd.DataFrame, *, event: str = "Events") -> pd.DataFrame:
    """Return sizes and events per group; a suppressed group shows its name only."""
    out = [
        {
            "Attribute": str(row["attribute"]),
            "Group": row["group"],
            "n": _count(row["n"], row["suppressed"]),
            event: _count(row["n_positive"], row["suppressed"]),
            "Prevalence": number(float(row["prevalence"])) if not row["suppressed"] else ABSENT,
            "": "reference" if row["is_reference"] else (row["reason"] or ""),
        }
        for row in groups.to_dict("records")
    ]
    return pd.DataFrame(out)


def _count(value: object, suppressed: object) -> str:
    number_ = pd.to_numeric(pd.Series([value])).iloc[0]
    return ABSENT if suppressed or pd.isna(number_) else f"{int(number_):,}"


def side_by_side(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one metric with groups as rows and models as columns."""
    lines: dict[str, dict[str, str]] = {}
    for row in rows.to_dict("records"):
        line = lines.setdefault(
            str(row["group"]),
            {
                "Group": str(row["group"]),
                "n": _count(row["n"], row["suppressed"]),
                "Events": _count(row["n_positive"], row["suppressed"]),
            },
        )
        line[str(row["model"])] = value_or_reason(row)
    return pd.DataFrame(list(lines.values()))


def paired(rows: pd.DataFrame, a: str, b: str, *, metrics: bool = False) -> pd.DataFrame:
    """Return paired differences: a line per group, or per metric."""
    from fairfuse_core.audit.metrics import METRICS

    out = []
    for row in rows.to_dict("records"):
        if metrics:
            first = {"Metric": METRICS[str(row["metric"])].title}
        else:
            first = {"Attribute": str(row["attribute"]), "Group": str(row["group"])}
        out.append(
            {
                **first,
                a: number(float(row["estimate_a"])),
                b: number(float(row["estimate_b"])),
                "Difference": estimate(row["difference"], row["low"], row["high"])
                if not pd.isna(row["difference"])
                else str(row["reason"] or "not estimable"),
                "p": p_value(float(row["p"])),
                "p, Holm": p_value(float(row["p_holm"])),
                "p, BH": p_value(float(row["p_bh"])),
                "n": _count(row["n"], row["suppressed"]),
            }
        )
    return pd.DataFrame(out)


def suppressed_groups(groups: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (attribute, group) of every suppressed group, each once."""
    rows = groups[groups["suppressed"].astype(bool)]
    return list(dict.fromkeys(zip(rows["attribute"], rows["group"], strict=True)))
