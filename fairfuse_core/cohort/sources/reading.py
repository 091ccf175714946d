"""Raw tables through DuckDB: found in any case of name, typed by us, streamed under a cap."""

# ruff: noqa: S608 - names that enter SQL here are quoted by `_quote` and `_text`

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from fairfuse_core.cohort.sources.headers import is_gzip, read_header
from fairfuse_core.errors import InputError

EXTENSIONS = (".csv", ".csv.gz", ".parquet", ".txt", ".txt.gz")
_LINE = re.compile(r"Line: (\d+)")
_COLUMN = re.compile(r'column "([^"]+)"')
_CELL = re.compile(r"Could not convert string \"(.{0,40}?)\" to '?(\w+)")


def find_table(folder: Path, name: str) -> Path | None:
    """Return the file of a table, or None.

    Parameters
    ----------
    folder : path
        Folder of the raw tables.
    name : str
        Name without extension, as ``patient`` or ``hosp/patients``; case does not matter.
    """
    here = [folder]
    *parents, last = name.lower().split("/")
    for parent in parents:
        here = [d for h in here for d in _children(h) if d.is_dir() and d.name.lower() == parent]
    for extension in EXTENSIONS:
        for place in here:
            for path in _children(place):
                if path.is_file() and path.name.lower() == last + extension:
                    return path
    return None


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            "a folder of raw tables", f"{folder} ({error})", "Name the folder that holds the files."
        ) from error


class RawTables:
    """A folder of raw tables, opened in DuckDB within a memory cap; use it with ``with``.

    Parameters
    ----------
    folder : path
        Where the files are.
    memory : str
        Most memory DuckDB may use; what does not fit is spilled to a temporary folder.
    threads : int
        Most threads.

    Raises
    ------
    InputError
        If the folder cannot be read.
    """

    def __init__(self, folder: Path | str, *, memory: str = "1500MB", threads: int = 2) -> None:
        self.folder = Path(folder)
        _children(self.folder)
        self._spill = tempfile.TemporaryDirectory(prefix="fairfuse-spill-")
        self._db = duckdb.connect()
        for name, value in (
            ("memory_limit", memory),
            ("temp_directory", self._spill.name),
            ("threads", str(int(threads))),
            ("preserve_insertion_order", "false"),
        ):
            self._db.execute(f"SET {name} = {_text(value)}")
        self.files: dict[str, Path] = {}

    def __enter__(self) -> RawTables:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._spill.cleanup()

    def has(self, name: str) -> bool:
        """Whether the folder holds the table."""
        return find_table(self.folder, name) is not None

    def table(
        self,
        name: str,
        columns: Mapping[str, str],
        *,
        alias: str | None = None,
        optional: bool = False,
        may_be_empty: bool = False,
        missing: Sequence[str] = ("",),
    ) -> bool:
        """Make a table's columns readable in SQL.

        Parameters
        ----------
        name : str
            Name without extension.
        columns : mapping of str to str
            Lower-case column name to SQL type; nothing is guessed, other columns are not read.
        alias : str, optional
            Name in SQL; by default the last part of ``name``, lower-case.
        optional : bool
            Return False instead of raising where the folder lacks the table.
        may_be_empty : bool
            Whether a header without rows is acceptable.
        missing : sequence of str
            Cells that mean "no value" (of delimited files).

        Raises
        ------
        InputError
            If the table is missing, empty, cannot be read, or lacks a column.
        """
        path = find_table(self.folder, name)
        if path is None:
            if optional:
                return False
            raise InputError(
                f"table {name!r} ({name}.csv or {name}.csv.gz) in {self.folder}",
                "no such file",
                "Name the folder of the official release, or fetch this table too.",
            )
        view = alias or name.lower().rpartition("/")[2]
        source, found = self._scan(path, columns, missing)
        self.files[view] = path
        chosen = ", ".join(
            f"CAST({_quote(found[c])} AS {kind}) AS {_quote(c)}" for c, kind in columns.items()
        )
        self.run(f"CREATE OR REPLACE VIEW {_quote(view)} AS SELECT {chosen} FROM {source}")
        if not may_be_empty and not self.rows(f"SELECT 1 FROM {_quote(view)} LIMIT 1"):
            raise InputError(f"rows in {path.name}", "only a header", "Fetch the file again.")
        return True

    def folder_table(self, name: str, columns: Mapping[str, str], *, alias: str) -> bool:
        """Make a folder of small text files, one a sample, readable as one table.

        Parameters
        ----------
        name : str
            Name of the folder; case does not matter.
        columns : mapping of str to str
            The header of every file, with SQL types; ``filename`` comes beside them.
        alias : str
            Name in SQL.

        Returns
        -------
        bool
            False where there is no such folder, or it holds no ``.txt`` files.

        Raises
        ------
        InputError
            If the first file's header is another.
        """
        for place in _children(self.folder):
            files = (
                _children(place) if place.is_dir() and place.name.lower() == name.lower() else []
            )
            files = [f for f in files if f.name.lower().endswith(".txt")]
            if not files:
                continue
            _match(files[0], read_header(files[0]), columns)
            types = ", ".join(f"{_text(c)}: {_text(kind)}" for c, kind in columns.items())
            listed = ", ".join(_text(str(f)) for f in files)
            self.run(
                f"CREATE OR REPLACE VIEW {_quote(alias)} AS SELECT * FROM read_csv([{listed}], "
                f"auto_detect=false, header=true, delim=',', nullstr=[''], filename=true, "
                f"columns={{{types}}})"
            )
            self.files[alias] = place
            return True
        return False

    def _scan(
        self, path: Path, columns: Mapping[str, str], missing: Sequence[str]
    ) -> tuple[str, dict[str, str]]:
        """Return (SQL that scans the file, its spelling of each wanted column)."""
        if path.name.lower().endswith(".parquet"):
            source = f"read_parquet({_text(str(path))})"
            names = [str(row[0]) for row in self.rows(f"DESCRIBE SELECT * FROM {source}")]
            return source, _match(path, names, columns)
        names = read_header(path)
        found = _match(path, names, columns)
        wanted = {spelling: kind for c, kind in columns.items() if (spelling := found[c])}
        types = ", ".join(f"{_text(n)}: {_text(wanted.get(n, 'VARCHAR'))}" for n in names)
        nulls = ", ".join(_text(m) for m in missing)
        packed = "gzip" if is_gzip(path) else "none"
        source = (
            f"read_csv({_text(str(path))}, auto_detect=false, header=true, delim=',', "
            f"quote='\"', escape='\"', nullstr=[{nulls}], compression='{packed}', "
            f"columns={{{types}}})"
        )
        return source, found

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        """Execute SQL; errors of reading become InputError."""
        try:
            return self._db.execute(sql, list(parameters))
        except duckdb.Error as error:
            raise explain(error) from error

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        self.run(sql, parameters)
        try:
            return list(self._db.fetchall())
        except duckdb.Error as error:
            raise explain(error) from error

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return a result of one row a sample or so as a frame; never a whole big table."""
        self.run(sql, parameters)
        try:
            found: pd.DataFrame = self._db.fetchdf()
        except duckdb.Error as error:
            raise explain(error) from error
        return found

    def batches(self, sql: str, *, rows: int = 1 << 18) -> Iterator[pa.RecordBatch]:
        """Yield a large result in pieces, without holding it."""
        try:
            reader: Iterator[pa.RecordBatch] = self._db.sql(sql).to_arrow_reader(rows)
            yield from reader
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise explain(error) from error

    def offer(self, name: str, frame: pd.DataFrame) -> None:
        """Make a small frame (the chosen samples) readable in SQL under ``name``."""
        self._db.register(name, frame)


def _match(path: Path, names: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    by_lower = {n.strip().lower(): n for n in names}
    lacking = [c for c in columns if c.lower() not in by_lower]
    if lacking:
        raise InputError(
            f"column {', '.join(map(repr, lacking))} in {path.name}",
            f"only {', '.join(names[:30])}",
            "Use the official release's layout; the column may have been renamed or removed.",
        )
    return {c: by_lower[c.lower()] for c in columns}


def explain(error: Exception) -> Exception:
    """Return DuckDB's error as one message that names file, line and column, and the remedy.

    Errors of the SQL itself are nobody's input and come back as they are.
    """
    if isinstance(error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException):
        return error
    text = str(error)
    file = re.search(r"(?:file = |stream: |file \"?)([^\s\"]+)", text)
    where = Path(file[1]).name if file else "the raw tables"
    line, column, cell = _LINE.search(text), _COLUMN.search(text), _CELL.search(text)
    at = f" in line {line[1]}" if line else ""
    if cell:
        name = f" in column {column[1]!r}" if column else ""
        return InputError(
            f"values of type {cell[2]}{name} of {where}",
            f"{cell[1]!r}{at}",
            "Correct the cell, or fetch the file again.",
        )
    if "out of memory" in text.lower() or "no space left" in text.lower():
        return InputError(
            "room for intermediate results",
            text.splitlines()[0],
            "Free memory or disk space, then start again; nothing was written.",
        )
    return InputError(
        f"{where} as it was released",
        f"{text.splitlines()[0] if text else type(error).__name__}{at}",
        "The file may be cut off or altered; fetch it again.",
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
