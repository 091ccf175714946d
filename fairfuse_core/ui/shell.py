"""The frame around every page: configuration, navigation, sidebar."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

import streamlit as st

from fairfuse_core.errors import FairFuseError

ROOT = Path(__file__).resolve().parents[2]

PAGES: tuple[tuple[str, str, str], ...] = (
    ("overview", "Overview", "overview"),
    ("data", "Data", "table_view"),
    ("subgroups", "Subgroups", "groups"),
    ("thresholds", "Thresholds", "tune"),
    ("intersections", "Intersections", "grid_view"),
    ("compare", "Compare", "compare_arrows"),
    ("methods", "Methods", "menu_book"),
)
"""File, title and Material icon of each page, in the order of the menu."""

_inside: ContextVar[bool] = ContextVar("fairfuse_inside_shell", default=False)


def page_path(name: str) -> str:
    """Return the path of a page, as `st.page_link` wants it."""
    return f"pages/{name}.py"


def ensure_shell() -> None:
    """Run the shell around the calling page, unless it is already there.

    Until some session has called `st.navigation`, a fresh Streamlit server answers a deep link
    by running the file under ``pages/`` directly, without ``app.py``: no menu, no sidebar and,
    one day, no login gate. So the first statement of every page is this call. It asks whether
    the shell surrounds *this very run* (not whether it once did in this session), so no stale
    flag can open a page on its own.
    """
    if _inside.get():
        return
    main()
    st.stop()


def main() -> None:
    """Draw the shell and run the page the visitor asked for."""
    st.set_page_config(
        page_title="FairFuse",
        page_icon=str(ROOT / "assets" / "icon.svg"),
        layout="wide",
        initial_sidebar_state="auto",
        menu_items={"Get help": None, "Report a bug": None, "About": _about()},
    )
    st.logo(
        str(ROOT / "assets" / "logo.svg"),
        size="large",
        icon_image=str(ROOT / "assets" / "icon.svg"),
    )
    # A login gate belongs here: nothing below runs for a visitor it has not let in.
    page = st.navigation(
        [
            st.Page(
                ROOT / page_path(name),
                title=title,
                icon=f":material/{icon}:",
                url_path=name,
                default=name == "overview",
            )
            for name, title, icon in PAGES
        ],
        expanded=True,
    )
    st.set_page_config(page_title=f"{page.title} · FairFuse")
    token = _inside.set(True)
    try:
        _run(page)
    finally:
        _inside.reset(token)


def _run(page: st.Page) -> None:
    """Draw the sidebar and the page; an expected error becomes a message."""
    from fairfuse_core.ui.components import show_error
    from fairfuse_core.ui.sidebar import draw_sidebar

    try:
        draw_sidebar()
        page.run()
    except FairFuseError as error:
        show_error(error)


def _about() -> str:
    from fairfuse_core._version import __version__

    return (
        f"FairFuse {__version__}. For whom does a clinical prediction model work less well, "
        "how sure are we, and what would make it better?"
    )
