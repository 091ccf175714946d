"""Methods: what every metric, interval, test and finding means."""

import pandas as pd
import streamlit as st

from fairfuse_core.audit.metrics import METRICS, MetricCard
from fairfuse_core.ui import glossary
from fairfuse_core.ui.components import downloads, header, section, table
from fairfuse_core.ui.shell import ensure_shell
from fairfuse_core.ui.text import escape

ensure_shell()

header("Methods", "What every number means, where it comes from, and when it has no value.")


def show(card: MetricCard) -> None:
    """Draw one metric card."""
    with st.container(border=True, gap="xsmall"):
        symbol = "" if card.symbol == card.title else f" ({escape(card.symbol)})"
        st.markdown(f"#### {escape(card.title)}{symbol}")
        st.markdown(escape(card.meaning))
        also = f"- **Also called:** {escape(', '.join(card.aka))}\n" if card.aka else ""
        st.markdown(
            f"- **Formula:** {escape(card.formula)}\n"
            f"- **No value when** {escape(card.undefined)}\n"
            f"- **Better:** {glossary.direction(card)}\n"
            f"- **Standing:** {escape(card.tier)}\n"
            f"{also}- **Source:** {escape(card.citation)}"
        )


section("Metrics")
st.markdown(
    "TP, FN, FP and TN are the patients of a group whom the model rightly flags, misses, wrongly "
    "flags and rightly leaves alone; n is all of them. **Standing** is the recommendation of Van "
    "Calster et al. (Lancet Digital Health 2025) for evaluating models meant for medical practice."
)
for family, title in glossary.FAMILIES.items():
    st.subheader(title, anchor=False)
    for one in (card for card in METRICS.values() if card.family == family):
        show(one)
downloads(glossary.frame(), key="glossary", file="fairfuse-metrics")

for part in (glossary.BETWEEN_GROUPS, glossary.INTERVALS, glossary.TESTS, glossary.SMALL_GROUPS):
    section(part.title)
    for term, words in part.entries:
        st.markdown(f"**{term}.** {words}")

section("Findings")
st.markdown(
    "Each check of an audit ends in one of six outcomes. A check that could not be made says why: "
    "it never counts as passed."
)
table(
    pd.DataFrame(glossary.OUTCOME_WORDS, columns=["Outcome", "Meaning"]),
    alt="The six outcomes of a check and what each means",
)
