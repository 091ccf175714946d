"""A whole data set into a folder that its cohort source reads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from fairfuse_core.cohort.download import transfer, unpack
from fairfuse_core.cohort.download.datasets import DATASETS, SUMS, Dataset, RemoteFile
from fairfuse_core.cohort.download.problems import DownloadError, cannot_write
from fairfuse_core.cohort.download.transfer import Check, Patience
from fairfuse_core.digest import digest_file
from fairfuse_core.errors import ConfigError

NOTICE = "ATTRIBUTION.txt"
"""Written last: whose data this is, and under which licence."""

Progress = Callable[[float, str], None]
"""Called with the share done, in [0, 1], and what is being done."""

_SUM = re.compile(r"([0-9a-fA-F]{64})\s+\*?(.+)")


def get(
    name: str,
    folder: Path,
    *,
    mirror: str | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download an open data set, or what is still missing of it.

    Parameters
    ----------
    name : str
        A key of `DATASETS`. Whoever calls has shown its licence and has the user's assent.
    folder : path
        Where its files go. Files that are there are checked and kept.
    mirror : str, optional
        Address to use in the place of the official one; the files of the data set are looked
        for below ``MIRROR/NAME/``, and so is a list of checksums the record does not hold.
    patience : Patience, optional
        How often and how long to try.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    path
        The folder, whole.

    Raises
    ------
    ConfigError
        If there is no such data set or the mirror is no web address.
    DownloadError
        If a file cannot be had; its ``by_hand`` says what to fetch by hand.
    """
    if name not in DATASETS:
        raise ConfigError(f"a data set among {', '.join(DATASETS)}", repr(name), "Name one.")
    dataset, folder = DATASETS[name], Path(folder).absolute()
    base, patience = _base(dataset, mirror), patience or Patience()
    tell = progress or (lambda share, text: None)
    try:
        with _alone(folder):
            sums = _sums(dataset, folder, base, patience)
            for number, file in enumerate(dataset.files):
                _bring(file, folder, base, sums, patience,
                       _share(tell, number, len(dataset.files), file))  # fmt: skip
            _notice(dataset, folder)
    except DownloadError as error:
        raise error.telling(by_hand(dataset, folder)) from error
    tell(1.0, "done")
    return folder


def by_hand(dataset: Dataset, folder: Path) -> str:
    """Return what is still to be fetched by hand: addresses, files, checksums.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    folder : path
        Where its files go; what is already there is left out.
    """
    folder = Path(folder).absolute()
    sums = _listed(folder / SUMS) if dataset.sums else {}
    lines = [f"To fetch by hand, under the {dataset.licence} ({dataset.page}):"]
    if dataset.sums and _unlisted(dataset, sums):
        lines += _entry(dataset, RemoteFile(SUMS), folder, "(none: it lists the others')")
    for file in dataset.files:
        if _there(file, folder):
            continue
        known = file.sha256 or sums.get(file.path)
        if file.makes_sha256:
            known = f"{file.makes_sha256} (of {file.makes}, the file inside)"
        lines += _entry(dataset, file, folder, known or f"as {SUMS} lists it")
    lines.append("Leave archives packed. Then run the same command again: it checks each file,")
    lines.append("unpacks what is packed, and fetches only what is missing.")
    return "\n".join(lines)


def _entry(dataset: Dataset, file: RemoteFile, folder: Path, known: str) -> list[str]:
    return [
        f"  {_url(dataset.base, file.path)}",
        f"    to {folder / file.path}",
        f"    sha256 {known}",
    ]


def _there(file: RemoteFile, folder: Path) -> bool:
    return (folder / (file.makes or file.path)).exists() or (folder / file.path).exists()


def _base(dataset: Dataset, mirror: str | None) -> str:
    if not mirror:
        return dataset.base
    if urlsplit(mirror).scheme not in ("http", "https") or not urlsplit(mirror).netloc:
        raise ConfigError(
            "a mirror's address that begins with https:// or http://", repr(mirror),
            "Name the address below which the data sets' folders lie.",
        )  # fmt: skip
    return f"{mirror.rstrip('/')}/{dataset.name}"


def _url(base: str, path: str) -> str:
    return f"{base}/{quote(path, safe='/+')}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second download out of the folder: it would write into the first one's files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        import fcntl
    except ImportError:  # not on Windows, where an open file cannot be renamed anyway
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DownloadError(
                f"{folder} to itself", "another download into it",
                "Wait until that one is done, then run the same command again.",
            ) from error  # fmt: skip
        yield
    finally:
        os.close(handle)  # which gives the lock back, as the end of the process does


def _sums(dataset: Dataset, folder: Path, base: str, patience: Patience) -> dict[str, str]:
    """Return the official checksums that the record itself does not hold."""
    if not dataset.sums:
        return {}

    def check(path: Path) -> str:
        unlisted = _unlisted(dataset, _listed(path))
        return f"a list of checksums without {unlisted}" if unlisted else ""

    listed = folder / SUMS
    if not listed.is_file() or check(listed):
        transfer.fetch(
            _url(base, SUMS), listed, check=check, patience=patience, tell=lambda there, total: None
        )
    return _listed(listed)


def _listed(path: Path) -> dict[str, str]:
    """Read the lines "checksum name" of a file; no lines where there is no such file."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = (_SUM.fullmatch(line.strip()) for line in lines)
    return {f[2].removeprefix("./"): f[1].lower() for f in found if f is not None}


def _unlisted(dataset: Dataset, sums: Mapping[str, str]) -> str:
    return ", ".join(f.path for f in dataset.files if not f.sha256 and f.path not in sums)


def _bring(
    file: RemoteFile,
    folder: Path,
    base: str,
    sums: Mapping[str, str],
    patience: Patience,
    tell: transfer.Tell,
) -> None:
    """See to it that a file is there, whole, official and unpacked."""
    here, made = folder / file.path, folder / (file.makes or file.path)
    if file.makes and made.exists():
        _must_be_official(made, _check_made(file))
        return
    check = _check(file, sums)
    if here.exists():
        _must_be_official(here, check)
    else:
        transfer.fetch(_url(base, file.path), here, check=check, patience=patience, tell=tell)
    if file.makes:
        unpack.unpack(here, made)


def _must_be_official(path: Path, check: Check) -> None:
    wrong = check(path)
    if wrong:
        raise DownloadError(
            f"the official {path.name} or none in {path.parent}", wrong,
            "Move that file away, or name another folder with --out.",
        )  # fmt: skip


def _check(file: RemoteFile, sums: Mapping[str, str]) -> Check:
    wanted = file.sha256 or sums.get(file.path)
    if wanted is not None:
        return _checksum(wanted)
    if file.makes is None or file.makes_sha256 is None:
        raise ValueError(f"no checksum is known for {file.path}")
    makes, inside = file.makes, file.makes_sha256
    return lambda path: unpack.wrong_inside(path, makes, inside)


def _check_made(file: RemoteFile) -> Check:
    if file.makes_sha256 is not None:
        return _checksum(file.makes_sha256)
    # A folder gets its name only when all of its archive is in it.
    return lambda path: "" if path.is_dir() else "something that is no folder"


def _checksum(wanted: str) -> Check:
    def check(path: Path) -> str:
        found = digest_file(path)
        return "" if found == wanted else f"one with sha256 {found} instead of {wanted}"

    return check


def _share(tell: Progress, number: int, files: int, file: RemoteFile) -> transfer.Tell:
    def heard(there: int, total: int | None) -> None:
        part = there / total if total else 0.0
        of = f" of {total / 1e6:,.1f}" if total else ""
        tell((number + part) / files, f"{file.path}, {there / 1e6:,.1f}{of} MB")

    return heard


def _notice(dataset: Dataset, folder: Path) -> None:
    text = (
        f"{dataset.title}\nFrom: {dataset.page}\nLicence: {dataset.licence}\n"
        f"  {dataset.licence_url}\n  {dataset.terms}\nCite: {dataset.citation}\n"
    )
    part = transfer.partial(folder / NOTICE)
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(folder / NOTICE)
    except OSError as error:
        raise cannot_write(part, error) from error
