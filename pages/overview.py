"""Overview: what was audited and what the tests found, in words."""

import streamlit as st

from fairfuse_core.report.summary import headline_metrics, summarise
from fairfuse_core.ui import facts, tables
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.cards import findings, model_card, not_assessed
from fairfuse_core.ui.components import (
    block,
    header,
    not_estimable,
    section,
    table,
)
from fairfuse_core.ui.drawings import gap_forest
from fairfuse_core.ui.reporting import report_downloads
from fairfuse_core.ui.shell import ensure_shell, page_path
from fairfuse_core.ui.state import selection
from fairfuse_core.ui.text import escape, pretty

ensure_shell()

header(
    "Overview",
    "FairFuse shows for whom a clinical prediction model works less well, and how sure one can be. "
    "It audits a table of predictions, or the confusion counts of a published paper, by patient "
    "group: every figure comes with its interval, its test and the patients behind it.",
)

chosen = selection()
audit = run(chosen)
many = len(audit.targets) > 1
rows = tables.gap_rows(audit, chosen.metric, None, chosen.models)

section("Headline")
said = summarise(audit, tuple(dict.fromkeys((chosen.metric, *headline_metrics(audit)))))
st.markdown(f"#### {escape(said.sentences[0])}")
if len(said.sentences) > 1:
    st.markdown("\n".join(f"- {escape(sentence)}" for sentence in said.sentences[1:]))
if rows.empty:
    not_estimable(f"this audit holds no gap for {chosen.metric}")
else:
    if many:
        label = escape(pretty(audit.provenance.target_label).lower())
        st.caption(
            f"The figure shows the {label} **{escape(chosen.target)}** (choose in the sidebar), "
            "the table below it every one."
        )
    block(gap_forest(audit, chosen), key="overview_gaps", file="fairfuse-gaps", rows=False)
    table(
        tables.gap_layout(rows, chosen.models, targets=many),
        alt="Largest gap between groups with its interval: attributes by row, models by column",
        key="overview_gap_table",
        file="fairfuse-gap-table",
        raw=rows,
    )

section("By model")
units = [unit for unit in said.units if unit.model in chosen.models]
cards = st.columns(len(chosen.models)) if len(chosen.models) <= 3 else [st.container()] * 64
for place, model in zip(cards, chosen.models, strict=False):
    with place:
        model_card(model, [unit for unit in units if unit.model == model], chosen.metric)
not_assessed(said.gaps_left_out)

section("What is loaded")
table(facts.loaded(chosen, audit), alt="What this audit was made from")

section("Findings")
findings(audit.findings, models=chosen.models, key="overview_findings")

section("Take it with you")
report_downloads(audit, title=chosen.dataset.title, key="overview_report")
st.page_link(page_path("subgroups"), label="Every metric by group", icon=":material/groups:")
st.page_link(page_path("data"), label="Audit a table of your own", icon=":material/upload_file:")
