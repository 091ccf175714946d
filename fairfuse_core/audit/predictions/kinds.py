"""What kind of file this is, told from its first bytes: never from trust in its name."""

from __future__ import annotations

from typing import Literal

from fairfuse_core.errors import InputError

Kind = Literal["text", "gzip", "parquet"]

_ACCEPTED = "a CSV, TSV or Parquet table (plain or .gz)"

_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", "Save the sheet as CSV, or unzip it."),
    (b"PK\x05\x06", "an empty zip archive", "Unzip it and give the table inside."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "Save the sheet as CSV."),
    (b"%PDF", "a PDF document", "Give the table itself, as CSV."),
    (b"\x89HDF", "an HDF5 file", "Export the table as Parquet or CSV."),
    (b"ARROW1", "an Arrow or Feather file", "Save it as Parquet."),
    (b"FEA1", "an old Feather file", "Save it as Parquet."),
    (b"ORC", "an ORC file", "Save it as Parquet."),
    (b"SQLite format 3", "a SQLite database", "Export the table as CSV or Parquet."),
    (b"BZh", "a bzip2 archive", "Decompress it, or compress with gzip."),
    (b"\xfd7zXZ", "an xz archive", "Decompress it, or compress with gzip."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Decompress it, or compress with gzip."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and give the table inside."),
    (b"Rar!", "a RAR archive", "Unpack it and give the table inside."),
    (b"\x93NUMPY", "a NumPy array", "Save a table with named columns, as CSV or Parquet."),
    (b"\x89PNG", "a picture", "Give the table itself, as CSV."),
    (b"\xff\xd8\xff", "a picture", "Give the table itself, as CSV."),
    (b"{\\rtf", "a rich-text document", "Save the table as CSV."),
    (b"$FL2", "an SPSS file", "Save the table as CSV."),
    (b"<stata_dta>", "a Stata file", "Save the table as CSV."),
    (b"RDX", "an R data file", "Write it with write.csv or arrow::write_parquet."),
)

_PICKLE = tuple(b"\x80" + bytes([protocol]) for protocol in (2, 3, 4, 5))


def tell_kind(head: bytes, *, tail: bytes, name: str) -> Kind:
    """Return how to read a file, or refuse it by name.

    Parameters
    ----------
    head, tail : bytes
        The first few thousand bytes and the last few.
    name : str
        File name, for messages.

    Raises
    ------
    InputError
        When it is another kind of file, or a Parquet file cut short.
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PAR1"):
        if len(head) < 12 or not tail.endswith(b"PAR1"):
            raise InputError(
                "a complete Parquet file",
                f"{name!r}, whose footer is missing: it was cut short",
                "Copy or write the file again.",
            )
        return "parquet"
    _refuse_foreign(head, name)
    if name.lower().endswith((".parquet", ".pq")):
        raise InputError(
            "a Parquet file",
            f"{name!r}, which does not start as one",
            "Write it again, or rename it if it is CSV.",
        )
    return "text"


def _refuse_foreign(head: bytes, name: str) -> None:
    for magic, what, remedy in _FOREIGN:
        if head.startswith(magic):
            raise InputError(_ACCEPTED, f"{name!r}, which is {what}", remedy)
    if head.startswith(_PICKLE):
        raise InputError(
            _ACCEPTED,
            f"{name!r}, which is a Python pickle",
            "Pickles can run code and are never opened; save the table as Parquet or CSV.",
        )
    if head[257:262] == b"ustar":
        raise InputError(_ACCEPTED, f"{name!r}, which is a tar archive", "Unpack it first.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg")):
        raise InputError(
            _ACCEPTED,
            f"{name!r}, which is a web page or XML",
            "Download the file itself rather than the page that shows it.",
        )
    if start.startswith((b"{", b"[{", b"[[")):
        raise InputError(_ACCEPTED, f"{name!r}, which is JSON", "Convert it to CSV or Parquet.")


def tell_encoding(head: bytes) -> str:
    """Return the codec of a text file from its byte order mark or its pattern of NUL bytes."""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[:2000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return "utf-8"
