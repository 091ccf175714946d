"""What the audit found, in cards: one a model, one a finding, and what nobody could assess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from fairfuse_core.report.facts import OUTCOMES
from fairfuse_core.report.summary import metric_title
from fairfuse_core.report.words import counted, in_sentence, listed
from fairfuse_core.ui.components import downloads, table
from fairfuse_core.ui.text import escape, unbroken

if TYPE_CHECKING:
    from fairfuse_core.audit import Finding
    from fairfuse_core.report.summary import Line, UnitSummary

_CARDS = 12
_LOOKS = {
    "issue": ("error", "red"),
    "note": ("info", "blue"),
    "passed": ("check_circle", "green"),
    "not_applicable": ("do_not_disturb_on", "gray"),
    "skipped": ("skip_next", "gray"),
    "ignored": ("visibility_off", "gray"),
}
"""Icon and colour of each outcome: the word carries the meaning, colour only repeats it."""


def finding_card(finding: Finding) -> None:
    """Draw one finding: outcome in words and icon, title, message, code."""
    icon, colour = _LOOKS[finding.outcome]
    word = OUTCOMES[finding.outcome]
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f":{colour}[:material/{icon}: **{word}**] · **{escape(finding.title)}** "
            f"· {escape(finding.code)}"
        )
        st.markdown(escape(finding.message))


def findings(found: Sequence[Finding], *, models: Sequence[str], key: str) -> None:
    """Draw the findings on the models in view: what needs attention first, the rest on demand."""
    mine = [f for f in found if not f.model or f.model in models]
    count = {name: sum(f.outcome == name for f in mine) for name in OUTCOMES}
    st.markdown(
        " · ".join(f"{n} {OUTCOMES[name].lower()}" for name, n in count.items() if n)
        or "No check was made."
    )
    for finding in [f for f in mine if f.outcome == "issue"][:_CARDS]:
        finding_card(finding)
    rest = [f for f in mine if f.outcome != "issue"]
    extra = [f for f in mine if f.outcome == "issue"][_CARDS:]
    if rest or extra:
        _on_demand(_finding_frame([*extra, *rest]), key)
    if mine:
        downloads(_finding_frame(mine), key=key, file="fairfuse-findings")


@st.fragment
def _on_demand(frame: pd.DataFrame, key: str) -> None:
    """Offer the checks that ask for nothing.

    The table is made when it is asked for: its hundreds of cells, hidden in a closed box, would
    cost the browser more than the rest of the page and hold up the first figure.
    """
    box = st.expander(
        "All other checks", icon=":material/fact_check:", key=f"{key}_rest", on_change="rerun"
    )
    if box.open:
        with box:
            table(frame, alt="Checks, their outcomes and what they say")


def _finding_frame(found: Sequence[Finding]) -> pd.DataFrame:
    order = list(OUTCOMES)
    return pd.DataFrame(
        [
            {
                "Outcome": OUTCOMES[f.outcome],
                "Code": f.code,
                "Check": f.title,
                "Model": f.model or "",
                "Attribute": f.attribute or "",
                "Message": f.message,
            }
            for f in sorted(found, key=lambda f: order.index(f.outcome))
        ]
    )


def model_card(model: str, units: Sequence[UnitSummary], focus: str) -> None:
    """Draw one model's gaps in three heaps: survive their test, do not, could not be assessed.

    Gaps that survive are told for every headline metric; those that do not are told in full for
    the metric in focus and by name for the others.
    """
    with st.container(border=True):
        st.markdown(f"#### {escape(model)}")
        several = len(units) > 1
        survive = [_line(u, line, line.text, several) for u in units for line in u.survive]
        chance = [
            _line(u, line, line.text, several)
            for u in units
            for line in u.chance
            if line.metric == focus
        ]
        unassessed = [_line(u, line, line.text, several) for u in units for line in u.unassessed]
        total = sum(len(u.chance) for u in units)
        _heap("error", "Survive their test", len(survive), survive)
        _heap("drag_handle", "Not distinguishable from zero", total, chance + _others(units, focus))
        _heap("block", "No test possible", len(unassessed), unassessed)


def _heap(icon: str, title: str, size: int, lines: Sequence[str]) -> None:
    st.markdown(f":material/{icon}: **{title}: {size or 'none'}**")
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))


def _line(unit: UnitSummary, line: Line, text: str, several: bool) -> str:
    where = f" ({escape(unit.target)})" if several else ""
    rest = escape(unbroken(text.removeprefix(line.what).removeprefix(":")))
    return f"**{escape(line.what)}**{where}: {rest}"


def _others(units: Sequence[UnitSummary], focus: str) -> list[str]:
    """Name the gaps in other metrics that chance explains, one line a metric."""
    found: dict[str, list[str]] = {}
    for unit in units:
        for line in unit.chance:
            if line.metric != focus:
                found.setdefault(line.metric, []).append(line.attribute)
    return [
        f"{escape(in_sentence(metric_title(metric)))}: {counted(len(names), 'gap')}, by "
        f"{escape(listed(list(dict.fromkeys(names))))}"
        for metric, names in found.items()
    ]


def not_assessed(found: Sequence[str]) -> None:
    """Say which groups have no value in some headline metric, and why."""
    if found:
        st.markdown("**Groups that could not be assessed**, in any model or in some:")
        st.markdown("\n".join(f"- {escape(line)}" for line in found))
