"""The sidebar: the one place where data, models, metric and statistics are chosen."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import streamlit as st

from fairfuse_core.audit.config import MIN_GROUP, AuditConfig, OperatingPoint
from fairfuse_core.ui import state
from fairfuse_core.ui.dataset import TITLES, Dataset, Shape
from fairfuse_core.ui.text import escape, pretty
from fairfuse_core.ui.viewport import watch

RULES: dict[str, str] = {
    "youden": "Youden's J at its maximum",
    "threshold": "Fixed threshold",
    "sensitivity": "Sensitivity of at least",
    "specificity": "Specificity of at least",
    "selection_rate": "Share of patients flagged, at most",
    "max_f1": "F1 at its maximum",
    "net_benefit": "Harm to benefit ratio",
}
_STARTS = {
    "threshold": 0.5,
    "sensitivity": 0.8,
    "specificity": 0.8,
    "selection_rate": 0.1,
    "net_benefit": 0.1,
}
_VALUE_LABELS = {
    "threshold": "Threshold",
    "net_benefit": "Harm of a false alarm over benefit of a hit",
}
_LARGEST = "Largest group"
_ADJUSTMENTS = {"holm": "Holm (family-wise error)", "bh": "Benjamini-Hochberg (false discovery)"}


def draw_sidebar() -> None:
    """Draw every shared control and keep the choices for the page."""
    state.apply_pending_dataset()
    with st.sidebar:
        data = _dataset()
        shape = data.shape
        models = _models(data, shape)
        target = _target(data, shape)
        attributes = _attributes(data, shape)
        metric = _metric(data)
        point = _operating_point(data, shape)
        config = _statistics(data, shape, attributes, point)
        watch()
    state.keep_selection(state.Selection(data, models, target, metric, config))


def _dataset() -> Dataset:
    key = st.selectbox(
        "Data",
        state.dataset_keys(),
        format_func=TITLES.__getitem__,
        key=state.DATASET_KEY,
        bind="query-params",
        help="Add a table of your own on the Data page.",
        filter_mode=None,
    )
    return state.dataset(key)


def _models(data: Dataset, shape: Shape) -> tuple[str, ...]:
    if len(shape.models) == 1:
        return shape.models
    chosen = st.multiselect(
        "Models",
        shape.models,
        default=list(shape.models),
        placeholder="All models",
        **state.control(data, "models"),
    )
    return tuple(m for m in shape.models if m in chosen) or shape.models


def _target(data: Dataset, shape: Shape) -> str:
    if len(shape.targets) == 1:
        return shape.targets[0]
    chosen: str = st.selectbox(
        escape(pretty(shape.target_label)),
        shape.targets,
        filter_mode=None,
        **state.control(data, "target"),
    )
    return chosen


def _attributes(data: Dataset, shape: Shape) -> tuple[str, ...]:
    names = list(shape.groups)
    if len(names) == 1:
        return tuple(names)
    chosen = st.multiselect(
        "Attributes",
        names,
        default=names,
        placeholder="All attributes",
        help="The tests are adjusted for all gaps in these attributes.",
        **state.control(data, "attributes"),
    )
    return tuple(a for a in names if a in chosen) or tuple(names)


def _metric(data: Dataset) -> str:
    from fairfuse_core.audit.metrics import METRICS

    chosen: str = st.selectbox(
        "Metric",
        list(METRICS),
        index=list(METRICS).index("tpr"),
        format_func=lambda name: f"{METRICS[name].title} ({METRICS[name].symbol})",
        help="Each is defined on the Methods page.",
        **state.control(data, "metric"),
    )
    return chosen


def _operating_point(data: Dataset, shape: Shape) -> OperatingPoint:
    if not shape.has_scores:
        return OperatingPoint("as_given")
    rules = [r for r in RULES if shape.has_probabilities or r != "net_benefit"]
    rule: Any = st.selectbox(
        "Operating point",
        rules,
        format_func=RULES.__getitem__,
        filter_mode=None,
        help="The rule that turns scores into decisions. It is chosen on the validation rows "
        "where the table has them, otherwise on all rows, and the pages say which.",
        **state.control(data, "rule"),
    )
    if rule not in _STARTS:
        return OperatingPoint(rule)
    free = rule == "threshold" and not shape.has_probabilities
    value = st.number_input(
        _VALUE_LABELS.get(rule, RULES[rule]),
        min_value=None if free else 0.001,
        max_value=None if free or rule == "net_benefit" else 1.0,
        value=_STARTS[rule],
        step=0.01,
        format="%.4f",
        **state.control(data, f"value_{rule}"),
    )
    return OperatingPoint(rule, value)


def _statistics(
    data: Dataset, shape: Shape, attributes: tuple[str, ...], point: OperatingPoint
) -> AuditConfig:
    with st.expander("Statistics", icon=":material/functions:"):
        adjust: Any = st.selectbox(
            "Adjustment for many tests",
            list(_ADJUSTMENTS),
            format_func=_ADJUSTMENTS.__getitem__,
            filter_mode=None,
            **state.control(data, "adjust"),
        )
        confidence = st.selectbox(
            "Confidence of intervals",
            [0.9, 0.95, 0.99],
            index=1,
            format_func=lambda level: f"{100 * level:.0f} %",
            filter_mode=None,
            **state.control(data, "confidence"),
        )
        clusters = True
        if shape.has_patients:
            clusters = st.checkbox(
                "Resample patients, not rows",
                value=True,
                help="Rows of one patient resemble each other; taken as independent they make "
                "every interval too narrow.",
                **state.control(data, "clusters"),
            )
        reference = _references(data, shape, attributes)
        floor, name = _suppression(data)
    return AuditConfig(
        attributes=attributes,
        reference=MappingProxyType(reference),
        operating_point=point,
        confidence=confidence,
        use_clusters=clusters,
        multiplicity=adjust,
        min_group=floor,
        unsuppressed_by=name,
    )


def _references(data: Dataset, shape: Shape, attributes: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for attribute in attributes:
        group = st.selectbox(
            f"Reference group, {escape(attribute)}",
            [_LARGEST, *shape.groups[attribute]],
            filter_mode=None,
            **state.control(data, f"reference_{attribute}"),
        )
        if group != _LARGEST:
            chosen[attribute] = group
    return chosen


def _suppression(data: Dataset) -> tuple[int, str]:
    """Ask for a name before any group of fewer than ten patients is shown."""
    if data.bundled:
        return MIN_GROUP, ""
    name = st.text_input(
        "Show groups of fewer than 10 patients, on the responsibility of",
        placeholder="Your name",
        help="Small groups are suppressed unless somebody answers for showing them. The name is "
        "printed in every export.",
        key=f"own_{data.digest[:12]}_unsuppressed",
        persist_state="session",
    )
    return (0, name.strip()) if name and name.strip() else (MIN_GROUP, "")
