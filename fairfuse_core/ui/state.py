"""What the visitor has chosen: one selection, shared by all pages.

Controls on the bundled data are bound to the address, so that a link reopens the same view.
On the visitor's own table they are kept in the session only: an address is copied, logged and
mailed, and names from someone's data do not belong in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairfuse_core.ui.dataset import OWN, RADFUSION, Dataset, radfusion

if TYPE_CHECKING:
    from fairfuse_core.audit.config import AuditConfig

_OWN = "fairfuse_own_table"
_NEXT = "fairfuse_next_dataset"
_SELECTION = "fairfuse_selection"
_DRAFT = "fairfuse_draft"
DATASET_KEY = "data"


@dataclass(frozen=True)
class Selection:
    """Everything the pages need to know of the sidebar.

    Attributes
    ----------
    dataset : Dataset
        The table being audited.
    models : tuple of str
        Models to show, in table order; never empty.
    target : str
        The target (task, class or evaluation set) to show.
    metric : str
        Name of the metric in focus.
    config : AuditConfig
        What to compute.
    """

    dataset: Dataset
    models: tuple[str, ...]
    target: str
    metric: str
    config: AuditConfig


def own_table() -> Dataset | None:
    """Return the table this visitor brought, if any."""
    found: Dataset | None = st.session_state.get(_OWN)
    return found


def open_own_table(dataset: Dataset) -> None:
    """Put a confirmed table in place of the one before and show it from the next run on."""
    from fairfuse_core.ui.cache import session_store

    session_store().clear()
    st.session_state[_OWN] = dataset
    st.session_state[_NEXT] = OWN


def forget_own_table() -> None:
    """Drop the visitor's table and everything computed from it."""
    from fairfuse_core.ui.cache import session_store

    session_store().clear()
    st.session_state.pop(_OWN, None)
    forget_draft()
    st.session_state[_NEXT] = RADFUSION


def show_bundled() -> None:
    """Show the bundled data from the next run on; the visitor's table stays at hand."""
    st.session_state[_NEXT] = RADFUSION


def apply_pending_dataset() -> None:
    """Make the choice a page left for us; a widget's value can only be set before it is drawn."""
    chosen = st.session_state.pop(_NEXT, None)
    if chosen is not None:
        st.session_state[DATASET_KEY] = chosen


def dataset_keys() -> list[str]:
    """Return the keys of what can be chosen."""
    return [RADFUSION, OWN] if own_table() is not None else [RADFUSION]


def dataset(key: str) -> Dataset:
    """Return the data set a key stands for."""
    own = own_table()
    return own if key == OWN and own is not None else radfusion()


def draft() -> Any:
    """Return the table that has been read but not yet confirmed (see `ui.intake`)."""
    return st.session_state.get(_DRAFT)


def keep_draft(value: Any) -> None:
    """Keep a table that waits for confirmation."""
    st.session_state[_DRAFT] = value


def forget_draft() -> None:
    """Drop it."""
    st.session_state.pop(_DRAFT, None)


def control(data: Dataset, name: str) -> dict[str, Any]:
    """Return the ``key``, ``bind`` and ``persist_state`` of a control on a data set.

    The key of a control on the visitor's own table carries the table's digest: a choice made
    for one table never meets another.
    """
    if data.bundled:
        return {"key": name, "bind": "query-params", "persist_state": "session"}
    return {"key": f"own_{data.digest[:12]}_{name}", "persist_state": "session"}


def keep_selection(selection: Selection) -> None:
    """Hand the sidebar's choices to the page of this run."""
    st.session_state[_SELECTION] = selection


def selection() -> Selection:
    """Return the sidebar's choices."""
    chosen: Selection = st.session_state[_SELECTION]
    return chosen
