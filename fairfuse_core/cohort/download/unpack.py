"""Archives: checked before they are trusted, unpacked beside their final name, then renamed."""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from fairfuse_core.cohort.download import problems
from fairfuse_core.cohort.download.transfer import partial

_BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, RuntimeError)
_BLOCK = 1 << 20


def wrong_inside(archive: Path, name: str, sha256: str) -> str:
    """Say what is wrong with the file ``name`` in a zip archive; empty where nothing is.

    Parameters
    ----------
    archive : path
        The zip archive.
    name : str
        File name; the folder it is in does not matter.
    sha256 : str
        What the file's checksum should be.
    """
    try:
        with zipfile.ZipFile(archive) as pack, pack.open(_member(pack, name)) as stream:
            sha = hashlib.sha256()
            while block := stream.read(_BLOCK):
                sha.update(block)
    except KeyError:
        return f"an archive without {name}"
    except _BROKEN:
        return "something that is not a whole zip archive"
    found = sha.hexdigest()
    return "" if found == sha256 else f"a {name} with sha256 {found} instead of {sha256}"


def unpack(archive: Path, target: Path) -> None:
    """Unpack ``target`` out of an archive that has been checked.

    Parameters
    ----------
    archive : path
        A zip archive, out of which the file of ``target``'s name is taken, or a ``.tar.gz``,
        of which the text files of the folder of ``target``'s name are.
    target : path
        The file or folder; it comes into being whole or not at all.

    Raises
    ------
    DownloadError
        If the archive does not hold it, or the disk is full.
    """
    part = partial(target)
    if part.is_dir():
        shutil.rmtree(part)
    try:
        if archive.suffix == ".zip":
            _file(archive, target.name, part)
        else:
            _folder(archive, target.name, part)
        part.replace(target)
    except (KeyError, *_BROKEN) as error:
        raise problems.not_the_file(archive.name, f"an archive without {target.name}") from error
    except OSError as error:
        raise problems.cannot_write(part, error) from error


def _member(pack: zipfile.ZipFile, name: str) -> str:
    for member in pack.namelist():
        if member.rpartition("/")[2].lower() == name.lower():
            return member
    raise KeyError(name)


def _file(archive: Path, name: str, part: Path) -> None:
    with zipfile.ZipFile(archive) as pack, pack.open(_member(pack, name)) as stream:
        _copy(stream, part)


def _folder(archive: Path, name: str, part: Path) -> None:
    # Only plain names are taken, so that no archive can write elsewhere.
    wanted = re.compile(rf"(?:\./)?{re.escape(name)}/(\w+\.txt)")
    part.mkdir()
    found = 0
    with tarfile.open(archive, "r:gz") as pack:
        for member in pack:
            match = wanted.fullmatch(member.name)
            stream = pack.extractfile(member) if match and member.isfile() else None
            if match and stream is not None:
                _copy(stream, part / match[1])
                found += 1
    if not found:
        raise KeyError(name)


def _copy(stream: IO[bytes], to: Path) -> None:
    with to.open("wb") as out:
        shutil.copyfileobj(stream, out, _BLOCK)
