"""Data: what is loaded, and how to bring a table of one's own."""

from pathlib import Path

import streamlit as st

from fairfuse_core.errors import FairFuseError
from fairfuse_core.report.layouts import group_sizes
from fairfuse_core.ui import facts, intake, intake_form, state, tables
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.components import header, messages, section, show_error, suppressed, table
from fairfuse_core.ui.dataset import RADFUSION, radfusion
from fairfuse_core.ui.shell import ensure_shell, page_path
from fairfuse_core.ui.text import escape

ensure_shell()

header(
    "Data",
    "Bring a table of predictions, or of published confusion counts, and say what its columns "
    "mean. It stays on the machine that runs FairFuse, in your session only.",
)
chosen = state.selection()

section("Your own table")
st.markdown(
    "**Predictions:** one row a patient, stay or study, with what happened, the model's score (or "
    "decision) and the attributes to audit. **Counts:** one row a group, with tp, fn, fp and tn. "
    "CSV or TSV (plain or gzip) or Parquet."
)
upload = st.file_uploader(
    "Upload a table",
    type=["csv", "tsv", "txt", "gz", "parquet", "pq"],
    key=intake.uploader_key(),
    help="Read once; the file itself is then dropped.",
)
if upload is not None:
    with st.spinner("Reading the table"):
        intake.take(upload.getvalue(), Path(upload.name).name)
    st.rerun()
if intake.may_read_paths():
    with st.form("read_path", border=False):
        typed = st.text_input(
            "Or the path of a table on this machine",
            placeholder="/data/predictions.parquet",
            help="Offered only because the app and your browser run on the same machine.",
        )
        if st.form_submit_button("Read it"):
            try:
                intake.read_path(typed or "")
            except FairFuseError as error:
                show_error(error)
            else:
                st.rerun()
else:
    st.caption(
        "Tables are uploaded here. A path can be typed only where the app runs on your own machine."
    )
problem = intake.problem()
if problem is not None:
    show_error(problem)
draft = state.draft()
if draft is not None:
    with st.container(border=True):
        intake_form.draw(draft)

section("Built in")
bundled = radfusion()
st.markdown(
    "**RadFusion, as published.** Detection of pulmonary embolism from CT images, from health "
    "records, and from both: confusion counts by gender, race and age, worked out from the "
    "figures printed in the paper, with which they agree to the last digit. The paper gives no "
    "intervals; FairFuse does."
)
st.caption(f"Source: {escape(bundled.citation)}")
if chosen.dataset.key != RADFUSION:
    st.button("Show RadFusion", on_click=state.show_bundled, icon=":material/visibility:")
    st.button("Forget my table", on_click=state.forget_own_table, icon=":material/delete:")

section("Groups in RadFusion" if chosen.dataset.bundled else "Groups in your table")
audit = run(chosen)
groups = audit.groups
groups = groups[(groups["target"] == chosen.target) & (groups["model"] == chosen.models[0])]
where = f" ({escape(chosen.target)})" if len(audit.targets) > 1 else ""
st.markdown(
    f"Patients and events in every group{where}, before any metric: what follows can be no surer "
    "than these numbers allow."
)
table(
    group_sizes(tables.in_view(audit, chosen.models[:1]), chosen.target),
    alt="Number of patients and events in every group",
    key="groups",
    file="fairfuse-groups",
    raw=groups,
)
suppressed([f"{g} ({a})" for a, g in tables.suppressed_groups(groups)])

section("How it was read")
table(facts.loaded(chosen, audit), alt="What this audit was made from")
recipe = facts.recipe(chosen)
if not recipe.empty:
    table(recipe, alt="How the columns were read: roles, label values and groups of numbers")
messages(chosen.dataset.data.messages)
st.page_link(page_path("overview"), label="See what the audit found", icon=":material/overview:")
