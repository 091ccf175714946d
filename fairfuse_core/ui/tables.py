"""An audit's frames as tables for reading: rounded, labelled, in the field's layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from fairfuse_core.report.layouts import noted, value_or_reason
from fairfuse_core.report.summary import gap_left_out, max_gaps
from fairfuse_core.report.words import ABSENT, count, estimate, number, p_value, short_reason

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit


def in_view(audit: Audit, models: Sequence[str]) -> Audit:
    """Return the audit with the rows of some models only, for the report's tables."""
    if len(models) == len(audit.models):
        return audit
    frames = ("groups", "operating_points", "overall", "by_group", "gaps", "indices", "folds")
    kept = {
        name: frame[frame["model"].isin(models)].reset_index(drop=True)
        for name in frames
        if len(frame := getattr(audit, name))
    }
    return replace(audit, models=tuple(models), **kept)


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
    return ABSENT if rows.empty else value_or_reason(rows.iloc[0].to_dict())


def gap_tests(rows: pd.DataFrame, *, targets: bool) -> pd.DataFrame:
    """Return one line per gap: value, test, what chance alone gives, what could be detected."""
    out = []
    for row in rows.to_dict("records"):
        line = {
            "Evaluated on": str(row["target"]),
            "Attribute": str(row["attribute"]),
            "Model": str(row["model"]),
            "Gap": value_or_reason(row),
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


def left_out(audit: Audit, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (attribute, groups its gap leaves out and why), each once."""
    said = [(str(row["attribute"]), gap_left_out(audit, row)) for row in rows.to_dict("records")]
    return list(dict.fromkeys(line for line in said if line[1]))


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
        text = noted(row, reasons)
        cells.setdefault(column, {})[titles.get(row["metric"], row["metric"])] = text
    frame = pd.DataFrame(cells).fillna(ABSENT)
    frame.index.name = "Metric"
    return frame, reasons


def without_empty(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that hold some value, and the names of those that hold none."""
    hollow = frame.map(lambda cell: str(cell).startswith(ABSENT)).all(axis=1)
    return frame[~hollow], list(frame.index[hollow])


def metric_layout(rows: pd.DataFrame, *, pooled: bool = False) -> pd.DataFrame:
    """Return one metric: a line per model and group with counts, interval and pooled value."""
    out = [
        {
            "Model": str(row["model"]),
            "Group": row["group"],
            "Estimate": value_or_reason(row),
            "Pooled": estimate(row["pooled"], row["pooled_low"], row["pooled_high"]),
            "n": count(row["n"]),
            "Events": count(row["n_positive"]),
            "Interval": row["method"] or ABSENT,
        }
        for row in rows.to_dict("records")
    ]
    frame = pd.DataFrame(out)
    if not frame.empty and (not pooled or (frame["Pooled"] == ABSENT).all()):
        frame = frame.drop(columns="Pooled")
    if not frame.empty and len(set(frame["Interval"]) - {ABSENT}) < 2:
        frame = frame.drop(columns="Interval")  # the figure beside the table names it
    return _without_lone_model(frame)


def fold_layout(audit: Audit, rows: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Return one metric as estimated from all rows together and as a mean over folds.

    Parameters
    ----------
    audit : Audit
        Holds the means over folds.
    rows : DataFrame
        Rows of ``audit.by_group`` and ``audit.overall``: the pooled estimates in view.
    gaps : DataFrame
        Rows of ``audit.gaps``: the largest gaps in view.
    """
    keys = ["model", "target", "attribute", "metric", "statistic", "group"]
    whole = [
        rows.assign(statistic="value", shown=rows["group"]),
        gaps.assign(group="", shown="Largest gap"),
    ]
    lines = pd.concat(whole, ignore_index=True).merge(
        audit.folds[[*keys, "fold_mean", "fold_se", "folds"]], on=keys
    )
    out = [
        {
            "Model": str(row["model"]),
            "Group": str(row["shown"]),
            "All rows together": value_or_reason(row),
            "Mean over folds ± standard error": f"{number(row['fold_mean'])} ± "
            f"{number(row['fold_se'])}",
            "Folds with a value": count(row["folds"]),
        }
        for row in lines.to_dict("records")
    ]
    return _without_lone_model(pd.DataFrame(out))


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
                else short_reason(str(row["reason"] or "not estimable")),
                "p": p_value(float(row["p"])),
                "p, Holm": p_value(float(row["p_holm"])),
                "p, BH": p_value(float(row["p_bh"])),
                "n": count(row["n"]),
            }
        )
    return pd.DataFrame(out)


def suppressed_groups(groups: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (attribute, group) of every suppressed group, each once."""
    rows = groups[groups["suppressed"].astype(bool)]
    return list(dict.fromkeys(zip(rows["attribute"], rows["group"], strict=True)))
