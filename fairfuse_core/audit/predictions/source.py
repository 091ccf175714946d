"""Bytes in: where a table comes from, and a guarded stream of UTF-8 text out of it."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fairfuse_core.digest import digest_bytes, digest_file
from fairfuse_core.errors import InputError

BLOCK = 1 << 20
"""Bytes decompressed or decoded at a time: the memory a hostile file can claim."""

RATIO_FROM = 32 << 20
MAX_RATIO = 200
"""Past 32 MiB of output, text that shrank more than 200-fold is no table of patients."""


@dataclass(frozen=True)
class Source:
    """A file on disk or the bytes of an upload.

    Attributes
    ----------
    name : str
        File name, for messages.
    path : Path or None
        The file; None for an upload.
    content : bytes or None
        The upload; None for a file.
    """

    name: str
    path: Path | None = None
    content: bytes | None = None

    def open(self) -> BinaryIO:
        """Open the bytes for reading from the start."""
        if self.path is not None:
            return self.path.open("rb")
        return io.BytesIO(self.content or b"")

    @property
    def size(self) -> int:
        """Number of bytes, before any decompression."""
        return self.path.stat().st_size if self.path is not None else len(self.content or b"")

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return (
            digest_file(self.path) if self.path is not None else digest_bytes(self.content or b"")
        )

    def tail(self, count: int) -> bytes:
        """Return the last ``count`` bytes."""
        with self.open() as raw:
            raw.seek(max(0, self.size - count))
            return raw.read(count)


def locate(source: Path | bytes, name: str) -> Source:
    """Check that there is something to read and give it a name."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        found = Source(name or "upload", content=bytes(source))
    else:
        found = Source(name or Path(source).name, path=_existing(Path(source)))
    if found.size == 0:
        raise InputError(
            "a table", f"{found.name!r}, which is empty (0 bytes)", "Export the table again."
        )
    return found


def _existing(path: Path) -> Path:
    if path.is_dir():
        raise InputError(
            "a file", f"{str(path)!r}, which is a directory", "Name one CSV, TSV or Parquet file."
        )
    if not path.exists():
        raise InputError(
            "a file that exists",
            f"no file {str(path)!r}",
            "Check the spelling and the folder.",
        )
    try:
        with path.open("rb"):
            return path
    except OSError as problem:
        raise InputError(
            "a file that can be read",
            f"{str(path)!r}, which cannot be opened ({problem.strerror})",
            "Check its permissions.",
        ) from problem


def gunzip(raw: BinaryIO, *, name: str, limit: int) -> Iterator[bytes]:
    """Yield a gzip file's content in blocks of at most 1 MiB, refusing bombs as they unfold.

    Raises
    ------
    InputError
        When the content passes ``limit`` bytes, shrank more than 200-fold, is cut short or damaged.
    """
    machine = zlib.decompressobj(31)
    read = written = 0
    inside = False
    try:
        while chunk := raw.read(BLOCK >> 4):
            read += len(chunk)
            pending = False
            if not inside:  # zero padding may follow a member
                chunk = chunk.lstrip(b"\0")
            while chunk or pending:
                inside = True
                block = machine.decompress(chunk, BLOCK)
                chunk, pending = machine.unconsumed_tail, len(block) == BLOCK
                written += len(block)
                _guard(read, written, name=name, limit=limit)
                if block:
                    yield block
                if machine.eof:  # a further member may follow, as `cat a.gz b.gz` makes
                    chunk, pending = machine.unused_data.lstrip(b"\0"), False
                    machine, inside = zlib.decompressobj(31), False
    except zlib.error as problem:
        raise InputError(
            "an intact gzip file",
            f"{name!r}, which is damaged after {written:,} bytes of content",
            "Compress or download the file again.",
        ) from problem
    if inside:
        raise InputError(
            "an intact gzip file",
            f"{name!r}, which ends in the middle (after {written:,} bytes of content)",
            "Copy or download the file again; it was cut short.",
        )


def _guard(read: int, written: int, *, name: str, limit: int) -> None:
    if written > limit:
        raise InputError(
            f"at most {limit / 2**30:.3g} GiB of table once decompressed",
            f"{name!r}, which holds more",
            "Keep only the columns the audit needs, or save it as Parquet.",
        )
    if written > RATIO_FROM and written > MAX_RATIO * read:
        raise InputError(
            f"a gzip file that unfolds at most {MAX_RATIO}-fold",
            f"{name!r}, which unfolds more than {written // max(read, 1)}-fold",
            "It does not look like a table of patients; decompress it yourself and look inside.",
        )


class TextStream(io.RawIOBase):
    """A read-only stream of UTF-8 bytes over plain, gzipped or otherwise encoded text.

    Refuses NUL bytes, naming the line, and more than ``limit`` bytes. Counts quotation marks,
    whose parity tells a quote that was never closed.
    """

    def __init__(self, source: Source, *, gz: bool, encoding: str, limit: int) -> None:
        super().__init__()
        self._name = source.name
        self._blocks = self._text(source, gz=gz, encoding=encoding, limit=limit)
        self._left = b""
        self.lines = 0
        self.quotes = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` with the next bytes; 0 at the end."""
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = self._checked(block)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def drain(self) -> int:
        """Check the text to its end and return how many quotation marks it holds."""
        for block in self._blocks:
            self._checked(block)
        return self.quotes

    def _text(self, source: Source, *, gz: bool, encoding: str, limit: int) -> Iterator[bytes]:
        with source.open() as raw:
            blocks = (
                gunzip(raw, name=source.name, limit=limit)
                if gz
                else iter(lambda: raw.read(BLOCK), b"")
            )
            if encoding == "utf-8":
                yield from blocks
                return
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                for block in blocks:
                    yield decoder.decode(block).encode()
                yield decoder.decode(b"", final=True).encode()
            except UnicodeDecodeError as problem:
                raise InputError(
                    f"text encoded as {encoding} throughout",
                    f"{source.name!r}, which stops being so near line {self.lines + 1}",
                    "Save the table as UTF-8.",
                ) from problem

    def _checked(self, block: bytes) -> bytes:
        at = block.find(b"\0")
        if at >= 0:
            line = self.lines + block.count(b"\n", 0, at) + 1
            raise InputError(
                "a text table",
                f"{self._name!r}, with a NUL byte on line {line}",
                "The file is damaged or not text; export it again as UTF-8 CSV.",
            )
        self.lines += block.count(b"\n")
        self.quotes += block.count(b'"')
        return block
