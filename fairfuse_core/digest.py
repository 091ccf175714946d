"""Exact content digests: cache keys, run identities, the fingerprint in every report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 20


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces of 1 MiB."""
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            sha.update(block)
    return sha.hexdigest()


def digest_bytes(content: bytes) -> str:
    """Return the SHA-256 of ``content``."""
    return hashlib.sha256(content).hexdigest()


def digest_json(value: Mapping[str, Any] | list[Any]) -> str:
    """Return the SHA-256 of a JSON value written in one canonical way."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return digest_bytes(text.encode())


def digest_arrays(named: Iterable[tuple[str, NDArray[Any] | None]], *, note: str = "") -> str:
    """Return one SHA-256 over named arrays: names, dtypes, shapes and every byte.

    Parameters
    ----------
    named : iterable of (str, array or None)
        The arrays, in an order the caller keeps fixed; ``None`` is hashed as absent.
    note : str
        Further text that is part of the content (level names, say).
    """
    sha = hashlib.sha256(note.encode())
    for name, array in named:
        if array is None:
            sha.update(f"|{name}:absent".encode())
            continue
        sha.update(f"|{name}:{array.dtype.str}:{array.shape}".encode())
        sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()
