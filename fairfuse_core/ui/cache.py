"""The only caches of the app.

Streamlit's caches hash a large frame from a sample of its rows and skip arguments whose name
begins with an underscore: both have shown one upload's audit for another. Here a result is
found only by the exact digest of its data together with that of its settings, and what comes
from an upload lives and dies with its session.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

import streamlit as st

T = TypeVar("T")
_ENTRIES = 24


class Store:
    """The results of a session (or of the bundled data): the last few, by key.

    Not `st.cache_data`, because that replays what is drawn while a result is computed, which
    forbids a progress bar; and because results are frozen and need no copy.
    """

    def __init__(self, entries: int = _ENTRIES) -> None:
        self._entries = entries
        self._kept: OrderedDict[tuple[str, ...], object] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what ``key`` stands for, making it when it is not there.

        The result is stored only once it is whole: a run that the user interrupts leaves nothing.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)
        return made

    def has(self, key: tuple[str, ...]) -> bool:
        """Whether ``key`` is at hand."""
        with self._lock:
            return key in self._kept

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


@st.cache_resource(scope="global", show_spinner=False)
def bundled_store() -> Store:
    """Results on the published data that ship with FairFuse; shared by all visitors."""
    return Store()


@st.cache_resource(scope="session", show_spinner=False)
def session_store() -> Store:
    """Results on what this visitor brought; gone with the session."""
    return Store()


def store(*, bundled: bool) -> Store:
    """Return the store that data of this origin may be kept in."""
    return bundled_store() if bundled else session_store()
