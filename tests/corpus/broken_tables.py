"""Tables that must be refused, and odd ones that must not: the corpus of bad input.

Import it from any test as ``from tests.corpus.broken_tables import BROKEN, ODD`` (the repository's
root is on the path, see ``pythonpath`` in pyproject.toml).

``BROKEN`` maps a name to a `Broken` table: ``content`` (bytes), ``filename``, ``roles`` (None:
the guess is to be used) and ``says``, a part of the message that must name what is wrong. Each
must give an `InputError` that names a file, column, row or line and a remedy, through `load`, the
command line and the app. ``ODD`` maps a name to an `Odd` table: unusual or hostile, it loads.

Contents are built on import, are small, and need no file on disk; the 2 GB gzip bomb is 2 MB.
"""

from __future__ import annotations

import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fairfuse_core.audit.predictions import DEFAULT_AGE, BinRule, Roles
from tests.corpus.broken_counts import COUNTS
from tests.corpus.shapes import Broken, Odd, csv_bytes

ROLES = Roles(label="y", scores=("s",), attributes=("sex",))
SHORT = "y,s,sex\n"
GOOD = SHORT + "0,0.1,F\n1,0.7,M\n0,0.3,M\n1,0.9,F\n"


def _parquet(**columns: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _parquet_twice() -> bytes:
    table = pa.Table.from_arrays([pa.array([0, 1]), pa.array([1, 0])], names=["y", "y"])
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return sink.getvalue()


def _zeros(gigabytes: int) -> bytes:
    """Zeros, gzipped: members of 16 MiB one after the other, as `cat a.gz b.gz` makes."""
    return gzip.compress(bytes(1 << 24)) * (64 * gigabytes)


def _rows_bomb() -> bytes:
    return gzip.compress(GOOD.encode()) + gzip.compress(b"1,0.5,F\n" * (1 << 19)) * 64


def _levels(count: int) -> bytes:
    return csv_bytes(*(f"{at % 2},0.{at % 9 + 1},level {at}" for at in range(count)))


_PICKLE = pickle.dumps({"y": [0, 1]})
_PARQUET = _parquet(y=[0, 1, 0, 1], s=[0.1, 0.8, 0.4, 0.6], sex=["F", "M", "M", "F"])
_DAMAGED = _PARQUET[:40] + bytes(len(_PARQUET) - 60) + _PARQUET[-20:]

FILES: dict[str, Broken] = {
    "empty file": Broken(b"", "empty.csv", None, "empty (0 bytes)"),
    "only blank lines": Broken(b"\n\n  \n", "blank.csv", None, "holds no text"),
    "header only": Broken(SHORT.encode(), "header.csv", None, "no row below it"),
    "header only, gzip": Broken(gzip.compress(SHORT.encode()), "h.csv.gz", None, "no row below it"),
    "no header": Broken(b"0,0.1,1\n1,0.7,0\n", "bare.csv", None, "column names on the first line"),
    "spaces as delimiter": Broken(b"y s sex\n0 0.1 F\n1 0.8 M\n", "s.csv", None, "spaces"),
    "colons as delimiter": Broken(b"y:s:sex\n0:0.1:F\n1:0.8:M\n", "c.csv", None, "colons"),
    "one column": Broken(b"score\n0.1\n0.2\n", "one.csv", None, "single column 'score'"),
    "duplicate columns": Broken(b"y,s,s,sex\n0,0.1,0.2,F\n", "dup.csv", None, "'s' more than once"),
    "duplicates after trimming": Broken(b"y, s,s \n0,1,2\n", "d.csv", None, "'s' more than once"),
    "ragged, too long": Broken((GOOD + "1,0.5,M,x\n").encode(), "r.csv", None, "4 on line 6"),
    "ragged, too short": Broken((GOOD + "1,0.5\n").encode(), "r.csv", None, "2 on line 6"),
    "ragged after a quoted newline": Broken(
        b'y,s,sex\n0,0.1,"F\nF"\n1,0.2\n', "q.csv", None, "2 on line 4"
    ),
    "quote never closed": Broken(
        csv_bytes("0,0.1,F", '1,0.7,"M', "0,0.2,F"), "q.csv", None, "line 3"
    ),
    "NUL bytes": Broken(b"y,s,sex\n0,0.1,F\n1,0.\x008,M\n", "nul.csv", None, "NUL byte on line 3"),
    "mixed encodings": Broken(
        "y,s,sex\n0,0.1,féminin\n".encode() + "1,0.8,féminin\n".encode("latin-1"),
        "mixed.csv",
        None,
        "not on line 3",
    ),
    "UTF-16 cut in a character": Broken(
        GOOD.encode("utf-16") + b"1", "wide.csv", None, "encoded as utf-16"
    ),
    "2 GB of zeros, gzip": Broken(_zeros(2), "zeros.csv.gz", None, "NUL byte on line 1"),
    "rows that unfold without end, gzip": Broken(_rows_bomb(), "bomb.csv.gz", None, "200-fold"),
    "gzip cut short": Broken(
        gzip.compress(GOOD.encode() * 50)[:-30], "cut.csv.gz", None, "ends in the middle"
    ),
    "gzip without its checksum": Broken(
        gzip.compress(GOOD.encode())[:-4], "cut.csv.gz", None, "ends in the middle"
    ),
    "gzip damaged": Broken(
        gzip.compress(GOOD.encode())[:10] + b"\xff" * 40, "bad.csv.gz", None, "damaged"
    ),
    "gzip in gzip": Broken(
        gzip.compress(gzip.compress(GOOD.encode())), "twice.csv.gz", None, "gzip inside"
    ),
    "Parquet in gzip": Broken(gzip.compress(_PARQUET), "p.parquet.gz", None, "parquet inside"),
    "Parquet cut short": Broken(_PARQUET[:-100], "cut.parquet", None, "cut short"),
    "Parquet damaged inside": Broken(_DAMAGED, "bad.parquet", None, "damaged"),
    "Parquet without rows": Broken(
        _parquet(y=pa.array([], pa.int8()), s=pa.array([], pa.float64())),
        "none.parquet",
        None,
        "0 rows",
    ),
    "Parquet with duplicate columns": Broken(_parquet_twice(), "t.parquet", None, "more than once"),
    "CSV called Parquet": Broken(GOOD.encode(), "table.parquet", None, "does not start as one"),
    "Excel workbook": Broken(_zip(), "table.xlsx", None, "Excel workbook or a zip"),
    "old Excel workbook": Broken(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "t.xls", None, "old Excel"
    ),
    "Excel called CSV": Broken(_zip(), "table.csv", None, "Excel workbook or a zip"),
    "pickle": Broken(_PICKLE, "table.pkl", None, "Python pickle"),
    "pickle in gzip": Broken(gzip.compress(_PICKLE), "table.csv.gz", None, "Python pickle"),
    "web page": Broken(b"<!DOCTYPE html><html>404, not</html>", "t.csv", None, "web page"),
    "JSON": Broken(json.dumps([{"y": 0}]).encode(), "table.json", None, "JSON"),
    "PDF": Broken(b"%PDF-1.7 ...", "table.pdf", None, "PDF"),
    "database": Broken(b"SQLite format 3\0" + bytes(100), "t.db", None, "SQLite"),
    "bzip2": Broken(b"BZh91AY&SY...", "table.csv.bz2", None, "bzip2"),
}

VALUES: dict[str, Broken] = {
    "no such column": Broken(
        GOOD.encode(), "t.csv", ROLES.with_(label="outcme"), "no column called 'outcme'"
    ),
    "no label chosen": Broken(GOOD.encode(), "t.csv", ROLES.with_(label=""), "label column"),
    "no score chosen": Broken(GOOD.encode(), "t.csv", ROLES.with_(scores=()), "score or decision"),
    "label as attribute": Broken(
        GOOD.encode(), "t.csv", ROLES.with_(attributes=("y",)), "'y' in two roles"
    ),
    "label with three values": Broken(
        csv_bytes("0,0.1,F", "1,0.7,M", "2,0.3,M"), "t.csv", ROLES, "'2' (1 rows)"
    ),
    "label in words": Broken(
        csv_bytes("Alive,0.1,F", "Expired,0.7,M"), "t.csv", ROLES, "Expired=1"
    ),
    "label of 1 and 2": Broken(csv_bytes("1,0.1,F", "2,0.7,M"), "t.csv", ROLES, "--label-map"),
    "label map with a gap": Broken(
        csv_bytes("no,0.1,F", "yes,0.7,M", "maybe,0.2,F"),
        "t.csv",
        ROLES.with_(label_map={"yes": 1, "no": 0}),
        "'maybe' (first in row 3",
    ),
    "label is a score": Broken(
        csv_bytes(*(f"0.{at:03d},0.5,F" for at in range(1, 200))),
        "t.csv",
        ROLES,
        "different values",
    ),
    "all one class": Broken(
        csv_bytes("0,0.1,F", "0,0.7,M"), "t.csv", ROLES, "only 0 on all 2 rows"
    ),
    "label missing": Broken(csv_bytes("0,0.1,F", ",0.7,M", "1,0.2,F"), "t.csv", ROLES, "row 2"),
    "label all missing": Broken(
        csv_bytes(",0.1,F", "NA,0.7,M"), "t.csv", ROLES, "only missing values"
    ),
    "text in scores": Broken(
        csv_bytes("0,0.1,F", "1,high,M", "0,low,F"),
        "t.csv",
        ROLES,
        "'high' and 'low' in rows 2 and 3",
    ),
    "formula in scores": Broken(
        csv_bytes("0,0.1,F", "1,\"=cmd|'/C calc'!A0\",M"), "t.csv", ROLES, "=cmd|"
    ),
    "percent signs in scores": Broken(csv_bytes("0,10%,F", "1,70%,M"), "t.csv", ROLES, "'10%'"),
    "NaN scores": Broken(csv_bytes("0,0.1,F", "1,NaN,M", "0,0.2,F"), "t.csv", ROLES, "row 2"),
    "infinite scores": Broken(csv_bytes("0,0.1,F", "1,inf,M"), "t.csv", ROLES, "infinity in row 2"),
    "infinite scores, Parquet": Broken(
        _parquet(y=[0, 1], s=[-np.inf, 0.2], sex=["F", "M"]),
        "t.parquet",
        ROLES,
        "infinity in row 1",
    ),
    "dates as scores": Broken(
        _parquet(y=[0, 1], s=pa.array([1, 2], pa.timestamp("s")), sex=["F", "M"]),
        "t.parquet",
        ROLES,
        "score column 's'",
    ),
    "lists as scores": Broken(
        _parquet(y=[0, 1], s=[[0.1], [0.2]], sex=["F", "M"]), "t.parquet", ROLES, "list<"
    ),
    "10,000-level attribute": Broken(_levels(10_000), "t.csv", ROLES, "10,000 different values"),
    "words under bins": Broken(
        csv_bytes("0,0.1,40", "1,0.2,old", header="y,s,age"),
        "t.csv",
        Roles(label="y", scores=("s",), attributes=("age",), bins={"age": DEFAULT_AGE}),
        "'old' in row 2",
    ),
    "bands under bins": Broken(
        csv_bytes("0,0.1,40-49", "1,0.2,50-59", header="y,s,age"),
        "t.csv",
        Roles(label="y", scores=("s",), attributes=("age",), bins={"age": BinRule((45.0,))}),
        "remove the bins",
    ),
    "negative weights": Broken(
        csv_bytes("0,0.1,F,1", "1,0.2,M,-1", header="y,s,sex,w"),
        "t.csv",
        ROLES.with_(weight="w"),
        "negative or infinite weight in row 2",
    ),
    "text in weights": Broken(
        csv_bytes("0,0.1,F,1", "1,0.2,M,heavy", header="y,s,sex,w"),
        "t.csv",
        ROLES.with_(weight="w"),
        "text in row 2",
    ),
    "weights all zero": Broken(
        csv_bytes("0,0.1,F,0", "1,0.2,M,0", header="y,s,sex,w"),
        "t.csv",
        ROLES.with_(weight="w"),
        "some weight above 0",
    ),
    "unknown split": Broken(
        csv_bytes("0,0.1,F,train", "1,0.2,M,part B", header="y,s,sex,split"),
        "t.csv",
        ROLES.with_(split="split"),
        "'part B'",
    ),
    "split missing": Broken(
        csv_bytes("0,0.1,F,train", "1,0.2,M,", header="y,s,sex,split"),
        "t.csv",
        ROLES.with_(split="split"),
        "none in row 2",
    ),
    "model missing": Broken(
        csv_bytes("0,0.1,F,A", "1,0.2,M,", header="y,s,sex,model"),
        "t.csv",
        ROLES.with_(model="model"),
        "a model on every row",
    ),
    "two scores for one sample": Broken(
        csv_bytes("0,0.1,F,a", "1,0.2,M,b", "1,0.9,M,b", header="y,s,sex,id"),
        "t.csv",
        ROLES.with_(sample="id"),
        "'b' (rows 2 and 3",
    ),
    "two labels for one sample": Broken(
        csv_bytes("0,0.1,F,a,A", "1,0.2,F,a,B", header="y,s,sex,id,m"),
        "t.csv",
        ROLES.with_(sample="id", model="m"),
        "one label per sample",
    ),
    "model column and wide scores": Broken(
        csv_bytes("0,0.1,0.2,A", "1,0.2,0.3,B", header="y,s,t,m"),
        "t.csv",
        Roles(label="y", scores=("s", "t"), model="m"),
        "'s' and 't'",
    ),
    "class without a score": Broken(
        csv_bytes("a,0.1,0.2", "b,0.2,0.3", "c,0.1,0.1", header="y,pa,pb"),
        "t.csv",
        Roles(label="y", class_scores={"a": "pa", "b": "pb"}),
        "none for 'c'",
    ),
    "class that does not occur": Broken(
        csv_bytes("a,a", "b,b", header="y,d"),
        "t.csv",
        Roles(label="y", decision=("d",), classes=("a", "z")),
        "'z'",
    ),
    "decision in words": Broken(
        csv_bytes("0,up,F", "1,down,M", header="y,d,sex"),
        "t.csv",
        Roles(label="y", decision=("d",), attributes=("sex",)),
        "--positive-decision",
    ),
    "nothing to guess": Broken(
        csv_bytes("x,2021-01-01,u", "y,2021-01-02,v", header="a,b,c"), "t.csv", None, "--label"
    ),
    "guess that needs an answer": Broken(
        csv_bytes("Y,0.2,F", "N,0.3,M", header="outcome,score,sex"), "t.csv", None, "--label-map"
    ),
}

BROKEN: dict[str, Broken] = {**FILES, **VALUES, **COUNTS}

_FORMULA = '=HYPERLINK(""http://evil.example"")'

ODD: dict[str, Odd] = {
    "UTF-8 with BOM": Odd(b"\xef\xbb\xbf" + GOOD.encode(), "t.csv", ROLES, 4),
    "UTF-16": Odd(GOOD.encode("utf-16"), "t.csv", ROLES, 4),
    "UTF-16 without BOM": Odd(GOOD.encode("utf-16-le"), "t.csv", ROLES, 4),
    "Latin-1": Odd(GOOD.replace("F", "féminin").encode("latin-1"), "t.csv", ROLES, 4),
    "semicolons and decimal commas": Odd(
        GOOD.replace(",", ";").replace("0.", "0,").encode(), "t.csv", ROLES, 4
    ),
    "Excel's sep line": Odd(("sep=;\n" + GOOD.replace(",", ";")).encode(), "t.csv", ROLES, 4),
    "tabs": Odd(GOOD.replace(",", "\t").encode(), "t.tsv", ROLES, 4),
    "carriage returns": Odd(GOOD.replace("\n", "\r").encode(), "t.csv", ROLES, 4),
    "Windows line ends": Odd(GOOD.replace("\n", "\r\n").encode(), "t.csv", ROLES, 4),
    "blank lines at the end": Odd((GOOD + "\n\n").encode(), "t.csv", ROLES, 4),
    "no newline at the end": Odd(GOOD.rstrip("\n").encode(), "t.csv", ROLES, 4),
    "two gzip members": Odd(
        gzip.compress(GOOD.encode()) + gzip.compress(b"1,0.4,F\n"), "t.csv.gz", ROLES, 5
    ),
    "newline in a quoted group": Odd((GOOD + '1,0.5,"F\nM"\n').encode(), "t.csv", ROLES, 5),
    "formula as a group": Odd((GOOD + f'1,0.5,"{_FORMULA}"\n').encode(), "t.csv", ROLES, 5),
    "formulas of every kind as groups": Odd(
        (GOOD + "1,0.5,+1+1\n0,0.2,-1\n1,0.3,@SUM(A1)\n").encode(), "t.csv", ROLES, 7
    ),
    "script as a group": Odd(
        (GOOD + "1,0.5,<script>alert(1)</script>\n").encode(), "t.csv", ROLES, 5
    ),
    "control characters in a group": Odd(
        (GOOD + "1,0.5,F\x1b[31m\u202eM\n").encode(), "t.csv", ROLES, 5
    ),
    "a column name that is a formula": Odd(
        GOOD.replace("sex", "=1+1").encode(), "t.csv", ROLES.with_(attributes=("=1+1",)), 4
    ),
    "scores in percent": Odd(GOOD.replace("0.", "").encode(), "t.csv", ROLES, 4),
    "one row of each outcome": Odd(csv_bytes("0,0.1,F", "1,0.2,F"), "t.csv", ROLES, 2),
    "every score the same": Odd(csv_bytes("0,0.5,F", "1,0.5,M"), "t.csv", ROLES, 2),
    "extension in capitals": Odd(_PARQUET, "T.PARQUET", ROLES, 4),
    "pandas index column": Odd(b",y,s,sex\n0,0,0.1,F\n1,1,0.9,M\n", "t.csv", ROLES, 2),
}
"""Unusual or hostile tables that load; none of their text may become a formula or markup."""
