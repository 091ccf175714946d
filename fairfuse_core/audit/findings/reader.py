"""FF012: what the reader of the table noticed."""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.result import Audit, Finding


def reader_warnings(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a warning; or one that there was none."""
    table = audit.scores
    if table is None:
        messages: tuple[Message, ...] = ()
    else:
        messages = table.messages if table.predictions is None else table.predictions.messages
    warnings = [m for m in messages if m.level == "warning"]
    for message in warnings:
        yield Finding(code, title, "note", message.text, attribute=message.column)
    if not warnings:
        yield Finding(code, title, "passed", "Nothing out of the ordinary.")
