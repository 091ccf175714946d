"""Subgroups: gaps between groups and every metric by group."""

import streamlit as st

from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.report.layouts import index_table
from fairfuse_core.report.summary import headline
from fairfuse_core.report.words import in_sentence, listed
from fairfuse_core.ui import drawings, tables
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.components import (
    block,
    guarded,
    header,
    left_out,
    not_estimable,
    notes,
    section,
    table,
)
from fairfuse_core.ui.reporting import report_downloads
from fairfuse_core.ui.shell import ensure_shell
from fairfuse_core.ui.state import control, selection
from fairfuse_core.ui.text import escape, pretty

ensure_shell()

header(
    "Subgroups",
    "How each model does in each patient group, how far the groups lie apart, and whether that is "
    "more than chance.",
)
chosen = selection()
audit = run(chosen)
card = METRICS[chosen.metric]
name = escape(in_sentence(card.title))
section(f"Gaps in {name} ({escape(card.symbol)})")
if len(audit.targets) > 1:
    label = pretty(audit.provenance.target_label)
    st.markdown(f"{escape(label)}: **{escape(chosen.target)}**")
st.markdown(escape(headline(audit, chosen.metric, target=chosen.target)))
rows = tables.gap_rows(audit, chosen.metric, chosen.target, chosen.models)
if rows.empty:
    not_estimable(f"{card.title} has no gap in this audit")
else:
    table(
        tables.gap_layout(rows, chosen.models, targets=False),
        alt=f"Largest gap in {card.title} between groups: attributes by row, models by column",
    )
    st.caption(
        f"Highest minus lowest {name} among the groups of an attribute, with its "
        f"{100 * audit.config.confidence:.0f} % interval."
    )
    table(
        tables.gap_tests(rows, targets=False),
        alt="Each gap with its test, the gap expected by chance and the smallest detectable one",
        key="gaps",
        file=f"fairfuse-gaps-{chosen.metric}",
        raw=rows,
    )
    st.caption(
        "**Expected by chance**: mean gap of a model without any disparity at these group sizes. "
        "**Detectable**: smallest true gap found four times in five. Adjusted p allow for all gaps "
        "tested in this audit."
    )
    left_out(tables.left_out(audit, rows))

section("By group")
attribute = st.selectbox(
    "Attribute",
    audit.attributes,
    filter_mode=None,
    **control(chosen.dataset, "attribute"),
)
with guarded():
    block(
        drawings.forest(audit, chosen, attribute),
        key="forest",
        file=f"fairfuse-{chosen.metric}-{attribute}",
        rows=False,
    )
every = tables.group_rows(audit, attribute, chosen.target, chosen.models)
one = every[every["metric"] == chosen.metric]
radar, numbers = st.columns(2, gap="medium")
with radar, guarded():
    block(
        drawings.radar(audit, chosen, attribute),
        key="radar",
        file=f"fairfuse-radar-{chosen.metric}-{attribute}",
        rows=False,
    )
with numbers:
    table(
        tables.metric_layout(one),
        alt=f"{card.title} by group of {attribute} with interval, patients and events",
        key="by_group",
        file=f"fairfuse-{chosen.metric}-{attribute}",
        raw=one,
    )

section(f"Every metric, by {escape(attribute)}")
layout, reasons = tables.group_layout(every, {m: c.title for m, c in METRICS.items()})
layout, hollow = tables.without_empty(layout)
table(
    layout,
    alt=f"Metrics by row, models and groups of {attribute} by column",
    key="every_metric",
    file=f"fairfuse-metrics-{attribute}",
    raw=every,
)
notes(reasons)
if hollow:
    st.caption(f"Without a value in any group here: {escape(listed(hollow))}.")

if len(audit.folds):
    section("Over folds")
    gaps = rows[rows["attribute"] == attribute]
    table(
        tables.fold_layout(audit, one, gaps),
        alt=f"{card.title} by group of {attribute}, from all rows together and as mean over folds",
        key="folds",
        file=f"fairfuse-folds-{chosen.metric}-{attribute}",
        raw=audit.folds[(audit.folds["metric"] == chosen.metric)],
    )
    st.caption(
        "Intervals belong to all rows together; the standard error tells how much folds differ, "
        "and they share training patients. A mean of each fold's largest gap is larger than the "
        "gap over all rows by chance alone."
    )

section("Inequality and disparate impact")
st.markdown(
    "Four different numbers share two names; the Methods page says what each is. Theil indices are "
    "0 when all are treated alike, disparate impacts are 1."
)
for place, kind in zip(st.columns(2, gap="medium"), ("theil", "disparate_impact"), strict=True):
    with place, guarded():
        figure = drawings.indices(audit, chosen, kind)
        block(figure, key=kind, file=f"fairfuse-{kind}", rows=False)
indices = audit.indices
table(
    index_table(tables.in_view(audit, chosen.models), chosen.target),
    alt="Theil indices and disparate impacts: attributes and indices by row, models by column",
    key="indices",
    file="fairfuse-indices",
    raw=indices[(indices["target"] == chosen.target) & indices["model"].isin(chosen.models)],
)

report_downloads(audit, title=chosen.dataset.title, key="subgroups_report")
