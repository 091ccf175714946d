"""Delimited text: find the delimiter and header, read with Arrow, explain what goes wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as arrow_csv

from fairfuse_core.audit.predictions.kinds import tell_encoding, tell_kind
from fairfuse_core.audit.predictions.raw import clean_names
from fairfuse_core.audit.predictions.source import BLOCK, Source, TextStream, gunzip
from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.predictions.words import quoted
from fairfuse_core.errors import InputError

DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}
_HEAD = 1 << 18
_SAMPLE_RECORDS = 200
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Layout:
    """How one text file is laid out."""

    delimiter: str
    header: tuple[str, ...]
    skip: int  # lines above the header: 1 for Excel's "sep=;"


def read_delimited(source: Source, *, gz: bool, limit: int) -> tuple[pa.Table, tuple[Message, ...]]:
    """Read a delimited text file; every column stays text.

    Raises
    ------
    InputError
        When it is not a rectangular table of text; names the line or column.
    """
    head = _raw_head(source, gz=gz, limit=limit)
    if gz:
        _refuse_packed(head, source.name)
    encoding = tell_encoding(head)
    try:
        return _read(source, gz=gz, limit=limit, encoding=encoding)
    except (UnicodeDecodeError, _NotUtf8):
        _refuse_mixture(source, gz=gz, limit=limit)
    table, messages = _read(source, gz=gz, limit=limit, encoding="latin-1")
    note = "The file is not UTF-8; it was read as Latin-1. Check accented letters in group names."
    return table, (Message("warning", note), *messages)


def _refuse_packed(head: bytes, name: str) -> None:
    """Refuse a gzip file that holds anything but text."""
    kind = tell_kind(head, tail=b"PAR1", name=name)
    if kind != "text":
        raise InputError(
            "text inside a gzip file",
            f"{kind} inside {name!r}",
            "Unpack it once and give what is inside.",
        )


class _NotUtf8(Exception):
    """Arrow met bytes that are not UTF-8."""


def _raw_head(source: Source, *, gz: bool, limit: int) -> bytes:
    """Return the first bytes after decompression, in the file's own encoding."""
    with source.open() as raw:
        if not gz:
            return raw.read(_HEAD)
        head = b""
        for block in gunzip(raw, name=source.name, limit=limit):
            head += block
            if len(head) >= _HEAD:
                break
        return head[:_HEAD]


def _read(
    source: Source, *, gz: bool, limit: int, encoding: str
) -> tuple[pa.Table, tuple[Message, ...]]:
    def stream() -> TextStream:
        return TextStream(source, gz=gz, encoding=encoding, limit=limit)

    with stream() as opening:
        text, whole = _head_text(opening)
    layout = find_layout(text, whole=whole, name=source.name)
    names, messages = clean_names(layout.header, name=source.name)
    # Arrow reads ahead on threads of its own, where an error raised by a Python stream can bring
    # the whole process down. So every guard has passed before Arrow opens the bytes natively.
    with stream() as guarded:
        odd_quotes = guarded.drain() % 2
    try:
        table = _parse(_native(source, gz=gz, encoding=encoding, limit=limit), layout)
    except (pa.ArrowException, OSError) as problem:
        if "UTF8" in str(problem):
            raise _NotUtf8 from problem
        raise _explain(stream(), layout, source.name, problem) from problem
    if odd_quotes:
        _refuse_open_quote(stream(), layout, source.name)
    if table.num_rows == 0:
        raise InputError(
            "a table with rows",
            f"{source.name!r}, which has a header of {len(names)} columns and no row below it",
            "Export the table again, with its rows.",
        )
    return table.rename_columns(names), messages


def _head_text(stream: TextStream) -> tuple[str, bool]:
    """Return whole lines from the start of the text, and whether that is all of it."""
    content = io.BufferedReader(stream, _HEAD).read(_HEAD)
    whole = len(content) < _HEAD
    if not whole:
        content = content[: max(content.rfind(b"\n"), content.rfind(b"\r")) + 1] or content
    return content.decode("utf-8-sig"), whole


def find_layout(text: str, *, whole: bool, name: str) -> Layout:
    """Find the delimiter by trying each and checking that the lines agree.

    Parameters
    ----------
    text : str
        Whole lines from the start of the file.
    whole : bool
        Whether ``text`` is the whole file.
    name : str
        File name, for messages and for its ending.

    Raises
    ------
    InputError
        When there is no text, no header, or no delimiter that gives two columns or more.
    """
    skip = 0
    if text[:4].lower() == "sep=" and "\n" in text[:8]:
        text, skip = text[text.index("\n") + 1 :], 1
    if not text.strip():
        raise InputError("a table", f"{name!r}, which holds no text", "Export the table again.")
    delimiter, records = _best_delimiter(text, whole=whole, name=name)
    header = records[0]
    if len(header) < 2:
        raise _one_column(header[0] if header else "", records, name)
    _refuse_headless(header, name)
    return Layout(delimiter, tuple(header), skip)


def _best_delimiter(text: str, *, whole: bool, name: str) -> tuple[str, list[list[str]]]:
    preferred = "\t" if ".tsv" in name.lower() or ".tab" in name.lower() else ","
    best: tuple[tuple[float, int, bool], str, list[list[str]]] | None = None
    for delimiter in DELIMITERS:
        records = _records(text, delimiter, whole=whole)
        if not records:
            continue
        width = len(records[0])
        agree = sum(len(record) == width for record in records) / len(records)
        rank = (agree if width > 1 else -1.0, width, delimiter == preferred)
        # A header that one delimiter splits beats agreement on a single column.
        if best is None or rank > best[0]:
            best = (rank, delimiter, records)
    if best is None:
        raise InputError("a table", f"{name!r}, which holds no line of text", "Export it again.")
    return best[1], best[2]


def _records(text: str, delimiter: str, *, whole: bool) -> list[list[str]]:
    found = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if record:
                found.append(record)
            if len(found) > _SAMPLE_RECORDS:
                break
        else:
            if not whole and len(found) > 1:
                found.pop()  # may have been cut in the middle of a quoted cell
    except csv.Error:  # a cell past the reader's limit; the main pass will say where
        pass
    return found


def _one_column(header: str, records: list[list[str]], name: str) -> InputError:
    for mark, what in ((" ", "spaces"), (":", "colons"), ("^", "carets"), ("~", "tildes")):
        if header.strip().count(mark) and len(records) > 1 and mark in records[1][0].strip():
            return InputError(
                "columns set apart by commas, tabs, semicolons or vertical bars",
                f"{name!r}, whose columns seem set apart by {what} ({header[:40]!r})",
                "Save it with commas.",
            )
    return InputError(
        "at least two columns (a label and a score or decision)",
        f"{name!r}, with the single column {header[:40]!r}",
        "Check the delimiter: commas, tabs, semicolons and vertical bars are understood.",
    )


def _refuse_headless(header: list[str], name: str) -> None:
    filled = [cell.strip() for cell in header if cell.strip()]
    numbers = [cell for cell in filled if _NUMBER.fullmatch(cell)]
    if numbers and (len(numbers) == len(filled) or len(numbers) >= 3 * len(header) / 4):
        raise InputError(
            "column names on the first line",
            f"numbers there ({quoted(numbers, limit=4)}) in {name!r}",
            "Add a header line that names the columns.",
        )


def _native(source: Source, *, gz: bool, encoding: str, limit: int) -> pa.NativeFile:
    """Open text as UTF-8 with nothing of Python in the way; other encodings are held in memory."""
    if encoding != "utf-8":
        sink = pa.BufferOutputStream()
        with TextStream(source, gz=gz, encoding=encoding, limit=limit) as stream:
            while block := stream.read(BLOCK):
                sink.write(block)
        return pa.BufferReader(sink.getvalue())
    plain = pa.OSFile(str(source.path)) if source.path else pa.BufferReader(source.content)
    return pa.CompressedInputStream(plain, "gzip") if gz else plain


def _parse(native: pa.NativeFile, layout: Layout) -> pa.Table:
    return arrow_csv.read_csv(
        native,
        read_options=arrow_csv.ReadOptions(block_size=4 * BLOCK, skip_rows=layout.skip),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=True, ignore_empty_lines=True
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(layout.header, pa.string()), strings_can_be_null=False
        ),
    )


def _explain(stream: TextStream, layout: Layout, name: str, problem: Exception) -> InputError:
    """Find the line that Arrow stumbled over, with the standard library's patient reader."""
    width = len(layout.header)
    try:
        for line, record in _numbered(stream, layout):
            if record and len(record) != width:
                return InputError(
                    f"{width} cells on every line, as in the header",
                    f"{len(record)} on line {line} of {name!r}",
                    "Quote cells that hold the delimiter, and fill or remove the odd line.",
                )
    except csv.Error as trouble:
        return InputError(
            "well-formed delimited text", f"{name!r}, where {trouble}", "Export the table again."
        )
    return InputError(
        "well-formed delimited text",
        f"{name!r}, which the reader refused ({str(problem).splitlines()[0][:120]})",
        "Export the table again as UTF-8 CSV.",
    )


def _numbered(
    stream: TextStream, layout: Layout, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    with io.TextIOWrapper(io.BufferedReader(stream, BLOCK), "utf-8-sig", newline="") as text:
        for _ in range(layout.skip):
            text.readline()
        reader = csv.reader(text, delimiter=layout.delimiter, strict=strict)
        start = layout.skip + 1
        for record in reader:
            yield start, record
            start = layout.skip + reader.line_num + 1


def _refuse_open_quote(stream: TextStream, layout: Layout, name: str) -> None:
    """Refuse a quoted cell that never closes; an odd quote inside plain text is harmless."""
    line = 1
    try:
        for start, record in _numbered(stream, layout, strict=True):
            line = start + 1 + sum(cell.count("\n") for cell in record)
    except csv.Error as trouble:
        if "end of data" in str(trouble) or "field limit" in str(trouble):
            raise InputError(
                "every quotation mark closed",
                f"one opened on or after line {line} of {name!r} and never closed",
                "Close or remove it.",
            ) from trouble


def _refuse_mixture(source: Source, *, gz: bool, limit: int) -> None:
    """Refuse text that is UTF-8 on some lines and something else on others."""
    odd_line = accented = 0
    with TextStream(source, gz=gz, encoding="utf-8", limit=limit) as stream:
        for number, line in enumerate(io.BufferedReader(stream, BLOCK), start=1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8-sig" if number == 1 else "utf-8")
                accented += 1
            except UnicodeDecodeError:
                odd_line = odd_line or number
            if odd_line and accented:
                raise InputError(
                    "one text encoding throughout",
                    f"{source.name!r}, with UTF-8 on some lines and not on line {odd_line}",
                    "Save every part as UTF-8 before joining them.",
                )
