"""One file over HTTP: into ``NAME.part``, resumed, tried again, checked, then renamed."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from io import FileIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from fairfuse_core._version import __version__
from fairfuse_core.cohort.download import problems

Tell = Callable[[int, int | None], None]
"""Called with the bytes there and, where known, the bytes in all."""

Check = Callable[[Path], str]
"""Says what is wrong with a whole file; empty where nothing is."""

_BLOCK = 1 << 18
_BUSY = {408, 425, 429}
_PAGE = re.compile(rb"\s*(<!doctype\s+html|<html)", re.IGNORECASE)


@dataclass(frozen=True)
class Patience:
    """How long to try.

    Attributes
    ----------
    attempts : int
        Most requests for one file, at least 1.
    first_wait, longest_wait : float
        Seconds before the second attempt, doubled before each further one up to the longest.
    timeout : float
        Seconds without a byte after which a connection counts as lost.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 30.0
    timeout: float = 30.0

    def wait(self, attempt: int) -> float:
        """Return the seconds to wait before attempt 1, 2, ... (attempt 0 does not wait)."""
        return min(self.first_wait * 2.0 ** (attempt - 1), self.longest_wait) if attempt else 0.0


class _Lost(Exception):
    """An attempt failed; another may not."""


def partial(path: Path) -> Path:
    """Return where a file is while it is not whole."""
    return path.with_name(path.name + ".part")


def fetch(url: str, to: Path, *, check: Check, patience: Patience, tell: Tell) -> None:
    """Download ``url`` to ``to``, which comes into being whole and checked or not at all.

    Parameters
    ----------
    url : str
        http or https.
    to : path
        The file; its folder is made.
    check : callable
        Says what is wrong with a complete download.
    patience : Patience
        How often and how long to try.
    tell : callable
        Told the bytes there and the bytes in all.

    Raises
    ------
    DownloadError
        If the file cannot be had or is another one. ``NAME.part`` stays, to be resumed, unless
        it is known to be worthless.
    """
    part = partial(to)
    if part.is_file() and not check(part):  # stopped between the last byte and the name
        part.replace(to)
        return
    reason = ""
    for attempt in range(patience.attempts):
        time.sleep(patience.wait(attempt))
        try:
            certain = _receive(url, part, patience=patience, tell=tell)
        except _Lost as lost:
            reason = str(lost)
            continue
        wrong = check(part)
        if not wrong:
            part.replace(to)
            return
        page = _is_page(part)
        part.unlink()
        if certain:
            raise problems.a_page(url) if page else problems.not_the_file(url, wrong)
        # Half of one file and half of another, or cut where nobody can tell: from the start.
        reason = wrong
    raise problems.unreachable(url, reason, patience.attempts)


def _receive(url: str, part: Path, *, patience: Patience, tell: Tell) -> bool:
    """Bring ``part`` to its full length; return whether it is surely one whole reply."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        have = part.stat().st_size if part.exists() else 0
    except OSError as error:
        raise problems.cannot_write(part, error) from error
    with _ask(url, part, have, patience.timeout) as reply:
        start = _start(reply, part, have)
        if reply.headers.get_content_type() == "text/html":
            raise problems.a_page(url)
        length = reply.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        there = _store(reply, part, start=start, total=total, tell=tell)
    if total is not None and there < total:
        raise _Lost(f"the connection broke off after {there:,} of {total:,} bytes")
    return start == 0 and total is not None


def _ask(url: str, part: Path, have: int, timeout: float) -> HTTPResponse:
    request = Request(url, headers={"User-Agent": f"FairFuse/{__version__}"})  # noqa: S310
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        reply: HTTPResponse = urlopen(request, timeout=timeout)  # noqa: S310 - http(s) alone
    except HTTPError as error:
        status = error.code
        error.close()
        if status == 416:  # longer than the file, or as long: nobody knows, so begin anew
            part.unlink(missing_ok=True)
            raise _Lost("a partial file that does not fit") from None
        if status in _BUSY or status >= 500:
            raise _Lost(f"HTTP status {status}") from None
        raise problems.refused(url, status) from None
    except (OSError, HTTPException) as error:
        raise _Lost(_reason(error)) from error
    return reply


def _start(reply: HTTPResponse, part: Path, have: int) -> int:
    """Return the byte the reply begins at; 0 where the server sends the file from the start."""
    if reply.status != 206:
        return 0
    found = re.match(r"bytes (\d+)-", reply.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != have:
        part.unlink(missing_ok=True)
        raise _Lost("another part of the file than was asked for")
    return have


def _store(reply: HTTPResponse, part: Path, *, start: int, total: int | None, tell: Tell) -> int:
    """Write the reply behind the first ``start`` bytes; return the bytes there."""
    if total is not None and total - start > shutil.disk_usage(part.parent).free:
        raise problems.no_room(part, total - start)
    there = start
    try:
        stream = FileIO(part, "ab" if start else "wb")
    except OSError as error:
        raise problems.cannot_write(part, error) from error
    with stream:
        while block := _read(reply):
            _write(stream, block, part)
            there += len(block)
            tell(there, total)
        if part.is_file():
            os.fsync(stream.fileno())  # the name must not outlive the bytes in a power cut
    return there


def _read(reply: HTTPResponse) -> bytes:
    try:
        return reply.read1(_BLOCK)
    except (OSError, HTTPException) as error:
        raise _Lost(_reason(error)) from error


def _write(stream: FileIO, block: bytes, part: Path) -> None:
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[stream.write(rest) :]
    except OSError as error:
        raise problems.cannot_write(part, error) from error


def _is_page(path: Path) -> bool:
    with path.open("rb") as stream:
        return _PAGE.match(stream.read(256)) is not None


def _reason(error: Exception) -> str:
    """Say in a few words why the server cannot be read."""
    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    if isinstance(inner, OSError):
        return f"no connection ({inner.strerror or inner or type(inner).__name__})"
    return f"a connection that broke off ({type(error).__name__})"
