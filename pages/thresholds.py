"""Thresholds: what moving the operating point does to each group."""

import streamlit as st

from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.report.words import in_sentence
from fairfuse_core.ui import drawings, whatif
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.components import block, empty, guarded, header, not_available, section, table
from fairfuse_core.ui.shell import ensure_shell
from fairfuse_core.ui.state import control, selection
from fairfuse_core.ui.text import escape

ensure_shell()

header(
    "Thresholds",
    "A threshold turns a risk into a decision. See what each choice does to every group, before "
    "anybody is bound by it.",
)
chosen = selection()
audit = run(chosen)
card = METRICS[chosen.metric]
if not chosen.dataset.shape.has_scores:
    not_available(
        "Moving the threshold",
        "this data set holds decisions that were already made (counts at one threshold), not the "
        "scores behind them. Sweeps, ROC, precision-recall, calibration and decision curves need "
        "the scores of single patients.",
    )
    empty("Bring a table with scores on the Data page.", "data", "Audit a table of your own")
    section("Operating point as published")
    table(
        whatif.points(audit, chosen),
        alt="Operating point of each model: rule, sensitivity, false-alarm rate, implied odds",
        key="points",
        file="fairfuse-operating-points",
        raw=audit.operating_points,
    )
    st.stop()

pick_attribute, pick_model = st.columns(2)
with pick_attribute:
    attribute = st.selectbox(
        "Attribute",
        list(chosen.dataset.shape.groups),
        filter_mode=None,
        **control(chosen.dataset, "attribute"),
    )
with pick_model:
    model = st.selectbox(
        "Model",
        chosen.models,
        filter_mode=None,
        **control(chosen.dataset, "model"),
    )

section("Operating point")
table(
    whatif.points(audit, chosen),
    alt="Operating point of each model: rule, threshold, sensitivity, false-alarm rate",
    key="points",
    file="fairfuse-operating-points",
    raw=audit.operating_points,
)
st.caption(
    "Choose another rule in the sidebar. **Implied odds**: harm of one false alarm over benefit of "
    "one hit for which this threshold would be the best choice."
)

section(f"Sweep of {escape(in_sentence(card.title))}")
with guarded():
    block(
        drawings.sweep(audit, chosen, attribute, model),
        key="sweep",
        file=f"fairfuse-sweep-{chosen.metric}-{attribute}",
        rows=False,
    )

section("What if the threshold were another?")
whatif.panel(chosen, audit, attribute, model)

section("Curves by group")
view = st.segmented_control(
    "Curve",
    list(drawings.CURVES),
    default="ROC",
    required=True,
    **control(chosen.dataset, "curve"),
)
with guarded():
    block(
        drawings.CURVES[view or "ROC"](audit, chosen, attribute, model),
        key="curve",
        file=f"fairfuse-{view}-{attribute}",
        rows=False,
    )
