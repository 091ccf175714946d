"""Whether the visitor's window is as narrow as a phone: figures are laid out for it.

Streamlit tells the server nothing of the window's width, and a narrow window on a desk looks like
a wide one in the request's headers. So a few lines in the page report the one bit that matters,
and only when it differs from what the headers made us expect: most visitors cost no second run.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

NARROW = 640
"""Widest window, px, that gets the narrow layout: Streamlit stacks columns below it as well."""

_KEY = "fairfuse_viewport"
_SCRIPT = """
export default function ({ data, setStateValue }) {
  const query = window.matchMedia(`(max-width: ${data.narrow}px)`);
  let told = data.expected;
  const tell = () => {
    if (query.matches !== told) {
      told = query.matches;
      setStateValue('narrow', told);
    }
  };
  tell();
  query.addEventListener('change', tell);
  return () => query.removeEventListener('change', tell);
}
"""
_watch = st.components.v2.component("fairfuse_viewport", js=_SCRIPT)


def watch() -> None:
    """Have the page report when its window turns narrow or wide; draws nothing."""
    _watch(
        key=_KEY,
        data={"narrow": NARROW, "expected": is_narrow()},
        on_narrow_change=_nothing,
        height=1,
    )


def is_narrow() -> bool:
    """Whether figures should take the narrow layout: as the window says, else as the headers do."""
    said: Any = st.session_state.get(_KEY)
    narrow = said.get("narrow") if said is not None else None
    if narrow is not None:
        return bool(narrow)
    headers = st.context.headers
    return headers.get("Sec-Ch-Ua-Mobile") == "?1" or "Mobi" in headers.get("User-Agent", "")


def _nothing() -> None:
    """A state is kept only for those who say that they listen."""
