"""What a download can fail of."""

from __future__ import annotations

import errno
from pathlib import Path

from fairfuse_core.errors import FairFuseError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AGAIN = "Run the same command again: it goes on where it stopped."


class DownloadError(FairFuseError):
    """A file of an open data set cannot be fetched, or is not what it should be.

    Parameters
    ----------
    expected, found, remedy : str
        As of every `FairFuseError`.
    by_hand : str
        What is still to be fetched by hand, from where, into which folder, with which checksum;
        several lines.
    """

    def __init__(self, expected: str, found: str, remedy: str, *, by_hand: str = "") -> None:
        super().__init__(expected, found, remedy)
        self.by_hand = by_hand

    def telling(self, by_hand: str) -> DownloadError:
        """Return the same error with what to fetch by hand."""
        return DownloadError(self.expected, self.found, self.remedy, by_hand=by_hand)


def refused(url: str, status: int) -> DownloadError:
    """Return the error of an answer that asking again will not change."""
    words = {
        401: "the server wants a login (HTTP 401)",
        403: "the server refuses it (HTTP 403)",
        404: "no such file there (HTTP 404)",
        410: "the file is gone from there (HTTP 410)",
    }
    return DownloadError(
        f"the file {url}",
        words.get(status, f"HTTP status {status}"),
        "Fetch it by hand, or name a mirror that has it.",
    )


def unreachable(url: str, reason: str, attempts: int) -> DownloadError:
    """Return the error of a server that failed to the last attempt."""
    return DownloadError(
        f"the whole of {url}", f"{reason}, {attempts} times in a row",
        f"See whether the network is up. {_AGAIN}",
    )  # fmt: skip


def a_page(url: str) -> DownloadError:
    """Return the error of a web page in the place of data."""
    return DownloadError(
        f"the data file {url}", "a web page (HTML) in its place",
        "A login page or a proxy may stand between: open the address in a browser.",
    )  # fmt: skip


def not_the_file(url: str, why: str) -> DownloadError:
    """Return the error of a file that came whole and is not the official one."""
    return DownloadError(
        f"the official file at {url}", why,
        "What came was thrown away; try once more, and if it stays so fetch it by hand.",
    )  # fmt: skip


def no_room(where: Path, needed: int | None = None) -> DownloadError:
    """Return the error of a full disk."""
    want = "room" if needed is None else f"{needed / 1e6:,.1f} MB of room"
    return DownloadError(
        f"{want} for {where.name} in {where.parent}", "a full disk", f"Make room. {_AGAIN}"
    )


def cannot_write(where: Path, error: OSError) -> DownloadError:
    """Return the error of a file that cannot be written, the full disk among them."""
    if error.errno in _FULL:
        return no_room(where)
    reason = error.strerror or type(error).__name__
    return DownloadError(
        f"a folder to write {where} in", reason, "Name a folder you may write to with --out."
    )
