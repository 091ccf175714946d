"""Taking in the visitor's own table: read it once, keep what is needed, drop the bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from fairfuse_core.errors import FairFuseError, InputError
from fairfuse_core.ui import state
from fairfuse_core.ui.dataset import OWN, TITLES, Dataset

if TYPE_CHECKING:
    from fairfuse_core.audit.predictions import RawTable, RoleGuess, Roles

_ROUND = "fairfuse_upload_round"
_PROBLEM = "fairfuse_upload_problem"


@dataclass(frozen=True, eq=False)
class Draft:
    """A table that has been read and waits for its roles to be confirmed.

    Attributes
    ----------
    raw : RawTable
        The table.
    guess : RoleGuess or None
        The proposal; None for a table of counts, which needs no roles.
    """

    raw: RawTable
    guess: RoleGuess | None


@dataclass(frozen=True)
class Answers:
    """What the confirmation form says beside the roles themselves.

    Attributes
    ----------
    positive, flagged : tuple of str
        Values of the label (decision) that mean 1; empty where none had to be asked.
    label_values, decision_values : tuple of str
        All their values; empty where none had to be asked.
    cuts : dict of str to str
        Cut points of each numeric attribute as typed; empty means the values as they are.
    splits : dict of str to str
        Value of the split column to train, validation, test, or "" to let the reader tell.
    """

    positive: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    label_values: tuple[str, ...] = ()
    decision_values: tuple[str, ...] = ()
    cuts: dict[str, str] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)


def uploader_key() -> str:
    """Return the key of the current file picker; each file gets a picker of its own."""
    return f"upload_{st.session_state.get(_ROUND, 0)}"


def take(content: bytes | Path, name: str) -> None:
    """Read a table into a draft; keep the problem instead when it cannot be read.

    Afterwards the picker is replaced: Streamlit holds an upload's bytes for as long as its picker
    is on the page, and nobody needs them once the table is read.
    """
    st.session_state.pop(_PROBLEM, None)
    state.forget_draft()
    try:
        state.keep_draft(_read(content, name))
    except FairFuseError as problem:
        st.session_state[_PROBLEM] = problem
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def problem() -> FairFuseError | None:
    """Return what was wrong with the last file, until the next one comes."""
    found: FairFuseError | None = st.session_state.get(_PROBLEM)
    return found


def _read(content: bytes | Path, name: str) -> Draft:
    from fairfuse_core.audit.predictions import guess_roles, is_counts_table, read_table

    raw = read_table(content, name=name)
    return Draft(raw, None if is_counts_table(raw) else guess_roles(raw))


def open_counts(draft: Draft) -> None:
    """Make a table of counts the visitor's own data set."""
    from fairfuse_core.audit.predictions import build_counts

    _open(Dataset(OWN, TITLES[OWN], build_counts(draft.raw)))


def open_predictions(draft: Draft, roles: Roles, answers: Answers) -> None:
    """Build the table as the form says and make it the visitor's own data set.

    Raises
    ------
    InputError, ConfigError
        When the table and the answers do not fit; nothing is changed then.
    """
    from fairfuse_core.audit.predictions import build_predictions

    _open(Dataset(OWN, TITLES[OWN], build_predictions(draft.raw, complete(roles, answers))))


def complete(roles: Roles, answers: Answers) -> Roles:
    """Return the roles with maps, bins and splits from the form.

    Raises
    ------
    ConfigError
        When a list of cut points is none.
    InputError
        When it was not said which values mean that the outcome happened.
    """
    from fairfuse_core.audit.predictions import BinRule

    bins = {name: BinRule.parse(text) for name, text in answers.cuts.items() if text.strip()}
    splits = {value: part for value, part in answers.splits.items() if part}
    changes: dict[str, object] = {"bins": bins, "split_map": splits}
    if answers.label_values:
        changes["label_map"] = _mapping(answers.label_values, answers.positive, roles.label)
    if answers.decision_values:
        changes["positive_decision"] = _mapping(
            answers.decision_values, answers.flagged, ", ".join(roles.decision)
        )
    return roles.with_(**changes)


def _mapping(values: tuple[str, ...], positive: tuple[str, ...], column: str) -> dict[str, int]:
    if not positive or set(positive) >= set(values):
        raise InputError(
            f"some values of {column!r} that mean yes and some that mean no",
            "all of them" if positive else "none chosen",
            "Choose the values that mean the outcome happened (or the patient was flagged).",
        )
    return {value: int(value in positive) for value in values}


def _open(dataset: Dataset) -> None:
    state.open_own_table(dataset)
    state.forget_draft()


def may_read_paths() -> bool:
    """Whether a path typed by this visitor may be opened.

    Only when the app and the browser are on one machine: then the visitor can read the file
    anyway. A server that listens elsewhere, a forwarded request or a foreign host name
    (as in DNS rebinding) closes the door.
    """
    if not _loopback(str(st.get_option("server.address") or "")):
        return False
    headers = st.context.headers
    forwarded = {"X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Via"}
    if any(headers.get(name) for name in forwarded):
        return False
    host = headers.get("Host")
    if host is not None and not _loopback(urlsplit(f"//{host}").hostname or ""):
        return False
    address = client_address()
    return address is None or _loopback(address)


def client_address() -> str | None:
    """Return the visitor's address; None on the server's own machine."""
    return st.context.ip_address


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_path(text: str) -> None:
    """Read the table at a path the visitor typed.

    Raises
    ------
    InputError
        When the app is not on the visitor's own machine, or the path is empty.
    """
    if not may_read_paths():
        raise InputError(
            "an app that runs on your own machine",
            "one that is served to others",
            "Upload the file instead.",
        )
    clean = re.sub(r"^([\"'])(.*)\1$", r"\2", text.strip())
    if not clean:
        raise InputError("the path of a table", "an empty field", "Type or paste the path.")
    path = Path(clean).expanduser()
    take(path, path.name)
