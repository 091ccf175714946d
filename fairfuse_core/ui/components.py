"""What pages are made of: figure with table and downloads, cards, states, messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairfuse_core.errors import FairFuseError, NotAvailableError
from fairfuse_core.report.words import number
from fairfuse_core.ui.remedies import in_app
from fairfuse_core.ui.shell import page_path
from fairfuse_core.ui.text import escape, file_stem, pretty, unbroken

if TYPE_CHECKING:
    from fairfuse_core.figures import Drawing

CHART = {"displaylogo": False, "showSendToCloud": False, "responsive": True}
_ROWS_SHOWN = 60


def header(title: str, lead: str) -> None:
    """Draw a page's title and the one sentence that says what the page is for."""
    st.title(title, anchor=False)
    st.markdown(lead)


def section(title: str, help_: str | None = None) -> None:
    """Draw a section heading."""
    st.header(title, anchor=False, help=help_, divider="gray")


def show_error(error: FairFuseError) -> None:
    """Say what was expected, what was found and how to mend it.

    What these data cannot give is no mistake of the visitor's, and is not shown as one.
    """
    if isinstance(error, NotAvailableError):
        st.info(
            f"**Not available here.** This needs {escape(error.expected)}; there is "
            f"{escape(error.found)}. {escape(in_app(error.remedy))}",
            icon=":material/block:",
        )
        return
    st.error(
        f"**Expected** {escape(error.expected)}.  \n**Found** {escape(error.found)}.  \n"
        f"**What to do:** {escape(in_app(error.remedy))}",
        icon=":material/error:",
    )


@contextmanager
def guarded() -> Iterator[None]:
    """Turn an expected error inside one block into a message; the rest of the page goes on."""
    try:
        yield
    except FairFuseError as error:
        show_error(error)


def not_estimable(reason: str) -> None:
    """Say why there is no value here."""
    st.info(f"**Not estimable.** {escape(_sentence(reason))}", icon=":material/block:")


def not_available(what: str, reason: str) -> None:
    """Say why this kind of data cannot give a result."""
    st.info(f"**{what}** is not available: {reason}", icon=":material/block:")


def suppressed(groups: list[str]) -> None:
    """Name the groups too small to be shown."""
    if groups:
        st.info(
            f"**Suppressed** (fewer than 10 patients, or their count would reveal such a group): "
            f"{', '.join(escape(g) for g in groups)}. Their patients count in the overall figures.",
            icon=":material/visibility_off:",
        )


def notes(reasons: Sequence[str]) -> None:
    """List the footnotes of a table: why cells have no value."""
    if reasons:
        st.caption(" · ".join(f"({i}) {escape(r)}" for i, r in enumerate(reasons, start=1)))


def left_out(found: Sequence[tuple[str, str]]) -> None:
    """Say which groups the gaps do not speak of, and why."""
    if found:
        st.caption("Groups without a value, left out of the gaps:")
        st.markdown("\n".join(f"- **{escape(a)}**: {escape(groups)}" for a, groups in found))


def empty(message: str, page: str = "", label: str = "") -> None:
    """Say what is missing and where to get it."""
    st.info(message, icon=":material/inbox:")
    if page:
        st.page_link(page_path(page), label=label)


def table(frame: pd.DataFrame, *, alt: str, key: str = "", file: str = "", raw: Any = None) -> None:
    """Draw a table a board can print: real HTML, cells as they are, never read as Markdown.

    Parameters
    ----------
    frame : DataFrame
        The cells as shown; everything is turned into text.
    alt : str
        What the table shows, for screen readers.
    key, file : str, optional
        With both, CSV and JSON downloads follow.
    raw : DataFrame, optional
        What the downloads hold: unrounded numbers. By default ``frame``.
    """
    safe = frame.map(_cell)
    safe.columns = pd.Index([_cell(c) for c in frame.columns])
    safe.index = pd.Index([_cell(i) for i in frame.index], name=frame.index.name)
    st.table(safe, alt=alt, border="horizontal", hide_index=isinstance(frame.index, pd.RangeIndex))
    if key and file:
        downloads(frame if raw is None else raw, key=key, file=file)


def downloads(frame: pd.DataFrame, *, key: str, file: str) -> None:
    """Offer what is shown as CSV and JSON; each is made only when asked for."""

    def as_csv() -> bytes:
        from fairfuse_core.report.tables import to_csv

        return to_csv(frame).encode()

    def as_json() -> bytes:
        rows = json.loads(frame.to_json(orient="records", double_precision=15))
        return json.dumps(rows, ensure_ascii=False, indent=1).encode()

    with st.container(horizontal=True, gap="small"):
        _download("CSV", as_csv, f"{file_stem(file)}.csv", "text/csv", key=f"{key}_csv")
        _download("JSON", as_json, f"{file_stem(file)}.json", "application/json", key=f"{key}_json")


def _download(label: str, make: Callable[[], bytes], name: str, mime: str, *, key: str) -> None:
    st.download_button(
        label,
        make,
        file_name=name,
        mime=mime,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        help=f"Download {name}",
    )


def block(
    drawing: Drawing, *, key: str, file: str, rows: bool = True, shown: pd.DataFrame | None = None
) -> None:
    """Draw a figure with everything that belongs to it.

    Parameters
    ----------
    drawing : Drawing
        Figure, sentence, table and caption.
    key : str
        Unique on the page.
    file : str
        Stem of the files offered.
    rows : bool
        Whether the numbers behind the figure are offered as a table as well.
    shown : DataFrame, optional
        The table to show for the figure's frame, when the raw frame is no reading matter.
    """
    if drawing.title:
        st.markdown(f"**{escape(drawing.title)}**")
    if drawing.subtitle:
        st.caption(escape(drawing.subtitle))
    st.plotly_chart(
        drawing.untitled(), key=key, alt=drawing.alt, config=CHART, width="stretch", theme=None
    )
    st.caption(escape(drawing.caption))
    frame = drawing.frame if shown is None else shown
    if rows:
        with st.expander("Numbers behind this figure", icon=":material/table:"):
            if len(frame) <= _ROWS_SHOWN:
                table(_readable(frame), alt=f"Numbers behind the figure. {drawing.alt}")
            else:
                st.dataframe(_readable(frame), hide_index=True, key=f"{key}_frame", alt=drawing.alt)
    downloads(drawing.frame, key=key, file=file)


def messages(found: tuple[Any, ...]) -> None:
    """Show what the reader noticed: each warning by itself, then the rest in one box."""
    lines = [
        (m.level, (f"**{escape(m.column)}** · " if m.column else "") + escape(m.text))
        for m in found
    ]
    for level, line in lines:
        if level == "warning":
            st.warning(line, icon=":material/warning:")
    rest = [line for level, line in lines if level != "warning"]
    if rest:
        st.info("\n".join(f"- {line}" for line in rest), icon=":material/info:")


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Round numbers for reading; the downloads keep them whole."""
    out = frame.copy()
    for column in out.columns:
        if pd.api.types.is_float_dtype(out[column]):
            out[column] = [number(float(v)) for v in out[column]]
    return out.reset_index(drop=True).rename(columns={c: pretty(str(c)) for c in out.columns})


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, tuple):
        return " · ".join(escape(part) for part in value)
    return escape(unbroken(str(value).replace("\n", "; ")))


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else whole + "."
