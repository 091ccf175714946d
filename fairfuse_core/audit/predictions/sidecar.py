"""The note beside a published table: its title, citation and how the counts were obtained."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from fairfuse_core.errors import InputError

_MAX_BYTES = 1 << 16


@dataclass(frozen=True)
class Sidecar:
    """What a file beside the table says about it."""

    title: str = ""
    citation: str = ""
    notes: tuple[str, ...] = ()


def read_sidecar(table: Path | None) -> Sidecar:
    """Read ``NAME.meta.json`` or ``NAME.citation.txt`` beside a table; empty when there is none.

    Parameters
    ----------
    table : Path or None
        The table; None for an upload, which has nothing beside it.

    Raises
    ------
    InputError
        When the file is there and cannot be understood.
    """
    if table is None:
        return Sidecar()
    stem = table.name.split(".")[0]
    meta, plain = table.with_name(f"{stem}.meta.json"), table.with_name(f"{stem}.citation.txt")
    if meta.is_file():
        return _read_json(meta)
    if plain.is_file():
        return Sidecar(citation=" ".join(_text(plain).split()))
    return Sidecar()


def _text(path: Path) -> str:
    content = path.read_bytes()[: _MAX_BYTES + 1]
    try:
        if len(content) <= _MAX_BYTES:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise InputError(
        "a UTF-8 text of at most 64 KiB beside the table",
        f"{path.name!r}, which is not",
        "Correct or remove it.",
    )


def _read_json(path: Path) -> Sidecar:
    try:
        content = json.loads(_text(path))
        notes = content.get("notes", [])
        return Sidecar(
            title=str(content.get("title", "")),
            citation=str(content.get("citation", "")),
            notes=tuple(str(note) for note in ([notes] if isinstance(notes, str) else notes)),
        )
    except (json.JSONDecodeError, AttributeError, TypeError) as problem:
        raise InputError(
            'a JSON object with "title", "citation" and "notes" beside the table',
            f"{path.name!r}, which is not one",
            "Correct or remove it.",
        ) from problem
