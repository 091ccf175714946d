"""Compare: two or more models, on the same patients where they are known."""

import pandas as pd
import streamlit as st

from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.report.layouts import side_by_side
from fairfuse_core.report.words import in_sentence
from fairfuse_core.ui import drawings, tables
from fairfuse_core.ui.analysis import audit as run
from fairfuse_core.ui.analysis import comparison
from fairfuse_core.ui.components import block, empty, guarded, header, not_available, section, table
from fairfuse_core.ui.shell import ensure_shell
from fairfuse_core.ui.state import control, selection
from fairfuse_core.ui.text import escape

ensure_shell()

header(
    "Compare",
    "Is one model better than another, and for whom? The same patients are compared pairwise, so "
    "the luck of the sample cancels out.",
)
chosen = selection()
audit = run(chosen)
card = METRICS[chosen.metric]
if len(audit.models) < 2:
    empty(
        "This table holds one model. Comparing needs two: a column that names the model, or one "
        "score column a model.",
        "data",
        "Set the roles on the Data page",
    )
    st.stop()

if chosen.dataset.is_counts:
    not_available(
        "The paired test",
        "published counts do not say which patients each model got right, only how many. What can "
        "be shown is each model's own figure with its own interval. The intervals of two models on "
        "the same patients are not independent: whether they overlap is no test.",
    )
    section(f"{escape(card.title)}, unpaired")
    block(drawings.models_overall(audit, chosen), key="overall", file="fairfuse-models", rows=False)
    rows = pd.concat([audit.overall, audit.by_group], ignore_index=True)
    rows = rows[
        (rows["metric"] == chosen.metric)
        & (rows["target"] == chosen.target)
        & rows["model"].isin(chosen.models)
    ]
    table(
        side_by_side(tables.in_view(audit, chosen.models), chosen.metric, chosen.target),
        alt=f"{card.title} of each model, overall and by group, unpaired",
        key="unpaired",
        file=f"fairfuse-models-{chosen.metric}",
        raw=rows,
    )
    st.stop()

left, right = st.columns(2)
with left:
    a = st.selectbox("Model", audit.models, **control(chosen.dataset, "model_a"))
others = [m for m in audit.models if m != a]
with right:
    b = st.selectbox("compared with", others, **control(chosen.dataset, "model_b"))
found = comparison(chosen, a, b)
rows = found[(found["target"] == chosen.target) & (found["metric"] == chosen.metric)]

name = escape(in_sentence(card.title))
section(f"Difference in {name}: {escape(a)} minus {escape(b)}")
block(drawings.comparison(rows, chosen, a, b), key="paired", file="fairfuse-comparison", rows=False)
with guarded():
    before = drawings.comparison(rows, chosen, a, b, figure="dumbbell")
    block(before, key="dumbbell", file="fairfuse-before-after", rows=False)
table(
    tables.paired(rows, a, b),
    alt=f"Paired difference in {card.title} between two models, overall and by group",
    key="paired_rows",
    file=f"fairfuse-comparison-{chosen.metric}",
    raw=rows,
)

section("Every metric, overall")
everyone = found[(found["target"] == chosen.target) & (found["attribute"] == "Overall")]
table(
    tables.paired(everyone, a, b, metrics=True),
    alt="Paired difference between two models in every metric, all patients",
    key="paired_overall",
    file="fairfuse-comparison-overall",
    raw=everyone,
)
