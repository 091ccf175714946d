"""What the corpus of bad input is made of; see `tests.corpus.broken_tables`."""

from __future__ import annotations

from typing import NamedTuple

from fairfuse_core.audit.predictions import Roles


class Broken(NamedTuple):
    """A table to be refused."""

    content: bytes
    filename: str
    roles: Roles | None
    says: str


class Odd(NamedTuple):
    """An unusual table that loads; ``rows`` is how many rows it has."""

    content: bytes
    filename: str
    roles: Roles | None
    rows: int


def csv_bytes(*lines: str, header: str = "y,s,sex") -> bytes:
    return "\n".join([header, *lines, ""]).encode()
