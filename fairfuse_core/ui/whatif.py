"""What another threshold, or one threshold a group, would do. Always marked as a what-if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairfuse_core.audit.config import OperatingPoint
from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.report.layouts import value_or_reason
from fairfuse_core.report.words import ABSENT, in_sentence, number
from fairfuse_core.ui import tables
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.components import guarded, table
from fairfuse_core.ui.state import control
from fairfuse_core.ui.text import escape

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit
    from fairfuse_core.ui.state import Selection

SHOWN = ("selection_rate", "tpr", "fpr", "ppv")
ONE, EACH = "One threshold for all", "One threshold per group"


def points(audit: Audit, chosen: Selection) -> pd.DataFrame:
    """Return the operating points in view as a table for reading."""
    rows = audit.operating_points
    rows = rows[(rows["target"] == chosen.target) & rows["model"].isin(chosen.models)]
    return pd.DataFrame(
        [
            {
                "Model": str(row["model"]),
                "Rule": row["label"],
                "Threshold": number(float(row["threshold"]), 4),
                "Chosen on": row["chosen_on"] or ABSENT,
                "Sensitivity": number(float(row["tpr"])),
                "False-alarm rate": number(float(row["fpr"])),
                "Implied odds": number(float(row["harm_benefit"])),
            }
            for row in rows.to_dict("records")
        ]
    )


@st.fragment
def panel(chosen: Selection, audit: Audit, attribute: str, model: str) -> None:
    """Draw the controls of the what-if and its outcome beside the audit's own figures."""
    st.warning(
        "**This is a what-if.** It changes nothing in the audit, and its thresholds were chosen "
        "on the very patients they are judged on here. One threshold per group treats equal "
        "patients unequally on purpose: whether that is lawful and right is not a statistical "
        "question.",
        icon=":material/science:",
    )
    how = st.segmented_control(
        "Thresholds",
        [ONE, EACH],
        default=ONE,
        required=True,
        **control(chosen.dataset, "whatif"),
    )
    with guarded():
        point = _each(chosen) if how == EACH else _one(chosen, audit, model)
        other = run(
            chosen, operating_point=point, metrics=tuple(dict.fromkeys((*SHOWN, chosen.metric)))
        )
        _outcome(chosen, audit, other, attribute, model)


def _one(chosen: Selection, audit: Audit, model: str) -> OperatingPoint:
    low, high, now = _range(audit, model, chosen)
    value = st.slider(
        "What-if threshold",
        low,
        high,
        now,
        step=(high - low) / 1000,
        format="%.3f",
        **control(chosen.dataset, "whatif_threshold"),
    )
    return OperatingPoint("threshold", value)


def _range(audit: Audit, model: str, chosen: Selection) -> tuple[float, float, float]:
    rows = audit.operating_points
    now = float(
        rows[(rows["model"] == model) & (rows["target"] == chosen.target)]["threshold"].iloc[0]
    )
    low, high = chosen.dataset.score_range
    return low, high, min(max(now, low), high)


def _each(chosen: Selection) -> OperatingPoint:
    own = chosen.config.operating_point
    rules: dict[str, str] = {
        "sensitivity": "The same sensitivity in every group",
        "specificity": "The same specificity in every group",
        "selection_rate": "The same share flagged in every group",
        "youden": "Youden's J at its maximum in every group",
    }
    rule: Any = st.selectbox(
        "Aim",
        list(rules),
        format_func=rules.__getitem__,
        filter_mode=None,
        **control(chosen.dataset, "whatif_rule"),
    )
    if rule == "youden":
        return OperatingPoint("youden", per_group=True)
    start = own.value if own.rule == rule and own.value else 0.8
    value = st.slider(
        "Aimed at",
        0.01,
        1.0,
        0.1 if rule == "selection_rate" and own.rule != rule else start,
        step=0.01,
        **control(chosen.dataset, f"whatif_{rule}"),
    )
    return OperatingPoint(rule, value, per_group=True)


def _outcome(chosen: Selection, now: Audit, other: Audit, attribute: str, model: str) -> None:
    shown = [m for m in dict.fromkeys((*SHOWN, chosen.metric)) if not METRICS[m].needs_scores]
    before = tables.group_rows(now, attribute, chosen.target, (model,))
    after = tables.group_rows(other, attribute, chosen.target, (model,))
    threshold = _thresholds(other, attribute, model, chosen.target)
    lines = []
    for group in dict.fromkeys(after["group"]):
        line = {
            "Group": group,
            "What-if threshold": threshold.get(group, threshold.get("", ABSENT)),
        }
        for metric in shown:
            now_, then = (_value(rows, group, metric) for rows in (before, after))
            line[METRICS[metric].title] = f"{now_} → {then}"
        lines.append(line)
    table(
        pd.DataFrame(lines),
        alt=f"Rates by {attribute}, each as the audit has it and as the what-if would make it",
        key="whatif",
        file=f"fairfuse-what-if-{attribute}",
        raw=after.assign(what_if=True),
    )
    gaps = [tables.gap_rows(a, chosen.metric, chosen.target, (model,)) for a in (now, other)]
    pair = [g[g["attribute"] == attribute] for g in gaps]
    if all(len(g) for g in pair):
        title = escape(in_sentence(METRICS[chosen.metric].title))
        sizes = [escape(value_or_reason(g.iloc[0].to_dict())) for g in pair]
        st.markdown(f"Gap in {title}: **{sizes[0]}** now, **{sizes[1]}** in the what-if.")
    st.caption("Each cell: now → what-if. The CSV and JSON hold the what-if only, marked as one.")


def _thresholds(audit: Audit, attribute: str, model: str, target: str) -> dict[str, str]:
    rows = audit.operating_points
    rows = rows[
        (rows["model"] == model)
        & (rows["target"] == target)
        & rows["attribute"].isin(["", "Overall", attribute])
    ]
    return {
        str(row["group"]) if row["attribute"] == attribute else "": number(
            float(row["threshold"]), 4
        )
        for row in rows.to_dict("records")
    }


def _value(rows: pd.DataFrame, group: str, metric: str) -> str:
    row = rows[(rows["group"] == group) & (rows["metric"] == metric)]
    return number(float(row["estimate"].iloc[0])) if len(row) else ABSENT
