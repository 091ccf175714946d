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
        self._busy: dict[tuple[str, ...], Lock] = {}
        self._lock = Lock()

    def get(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what ``key`` stands for, making it when it is not there.

        The result is stored only once it is whole: a run that the user interrupts leaves nothing.
        Two visitors who ask for the same at once wait for one computation.
        """
        with self._lock:
            turn = self._busy.setdefault(key, Lock())
        with turn:
            if not self.has(key):
                self._keep(key, make())
            with self._lock:
                self._busy.pop(key, None)
                return cast("T", self._kept[key])

    def has(self, key: tuple[str, ...]) -> bool:
        """Whether ``key`` is at hand."""
        with self._lock:
            return key in self._kept

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _keep(self, key: tuple[str, ...], made: object) -> None:
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)


_BUNDLED = Store()


def bundled_store() -> Store:
    """Results on the published data that ship with FairFuse; shared by all visitors.

    A module's own object, so that it can be filled before the first visitor comes (see `launch`).
    """
    return _BUNDLED


@st.cache_resource(scope="session", show_spinner=False)
def session_store() -> Store:
    """Results on what this visitor brought; gone with the session."""
    return Store()


def store(*, bundled: bool) -> Store:
    """Return the store that data of this origin may be kept in."""
    return bundled_store() if bundled else session_store()
