"""Intersections: groups that share two or three attributes."""

import streamlit as st

from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.ui import drawings, tables
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.components import (
    block,
    empty,
    guarded,
    header,
    left_out,
    not_available,
    section,
    suppressed,
    table,
)
from fairfuse_core.ui.shell import ensure_shell
from fairfuse_core.ui.state import control, selection
from fairfuse_core.ui.text import escape

ensure_shell()

header(
    "Intersections",
    "A model can serve women well and older patients well, and older women badly. Choose the "
    "attributes to cross.",
)
chosen = selection()
card = METRICS[chosen.metric]
if chosen.dataset.is_counts:
    not_available(
        "Crossing attributes",
        "published counts give each attribute on its own; how many patients share two groups "
        "cannot be worked out from them. A table of predictions can be crossed.",
    )
    empty("Bring such a table on the Data page.", "data", "Audit a table of your own")
    st.stop()

names = list(chosen.dataset.shape.groups)
if len(names) < 2:
    empty(
        "This table has a single attribute; crossing needs two.", "data", "Choose more attributes"
    )
    st.stop()
picked = st.multiselect(
    "Attributes to cross (two or three)",
    names,
    default=names[:2],
    max_selections=3,
    **control(chosen.dataset, "cross"),
)
if len(picked) < 2:
    empty("Choose at least two attributes.")
    st.stop()

audit = run(chosen, intersections=(tuple(picked),), metrics=(chosen.metric,))
name = next(a for a in audit.attributes if a not in names)
rows = tables.group_rows(audit, name, chosen.target, chosen.models)
rows = rows[rows["metric"] == chosen.metric]

section(f"{escape(card.title)} by {escape(name)}")
for model in chosen.models:
    if len(chosen.models) > 1:
        st.subheader(escape(model), anchor=False)
    block(
        drawings.heatmap(audit, chosen, name, model),
        key=f"heat_{chosen.models.index(model)}",
        file=f"fairfuse-{chosen.metric}-{name}-{model}",
        rows=False,
    )
cells = audit.groups[(audit.groups["attribute"] == name) & audit.groups["suppressed"]]
suppressed(list(dict.fromkeys(cells["group"])))

section("Gap")
gaps = tables.gap_rows(audit, chosen.metric, chosen.target, chosen.models)
gaps = gaps[gaps["attribute"] == name].reset_index(drop=True)
table(
    tables.gap_tests(gaps, targets=False),
    alt=f"Largest gap in {card.title} among the crossed groups, with its test",
    key="cross_gaps",
    file=f"fairfuse-gaps-{name}",
    raw=gaps,
)
st.caption(
    "The largest gap among many small groups is large by chance alone: read it against the gap "
    "expected by chance."
)

left_out(tables.left_out(audit, gaps))

section("Raw and pooled estimates")
for model in chosen.models:
    if len(chosen.models) > 1:
        st.subheader(escape(model), anchor=False)
    with guarded():
        block(
            drawings.pooled(audit, chosen, name, model),
            key=f"pooled_{chosen.models.index(model)}",
            file=f"fairfuse-pooled-{chosen.metric}-{name}-{model}",
            rows=False,
        )
table(
    tables.metric_layout(rows, pooled=True),
    alt=f"{card.title} of every crossed group, raw with interval and partially pooled",
    key="cross_rows",
    file=f"fairfuse-{chosen.metric}-{name}",
    raw=rows,
)
st.caption(
    "**Pooled** draws small groups towards the others (empirical Bayes), the more the smaller they "
    "are; it steadies the picture but hides a group that truly differs."
)
