"""FF012: what the reader of the table noticed."""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.result import Audit, Finding


def reader_warnings(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a warning; or one that there was none."""
    table = audit.scores.predictions if audit.scores is not None else None
    warnings = [m for m in table.messages if m.level == "warning"] if table else []
    for message in warnings:
        yield Finding(code, title, "note", message.text, attribute=message.column)
    if not warnings:
        yield Finding(code, title, "passed", "Nothing out of the ordinary.")
