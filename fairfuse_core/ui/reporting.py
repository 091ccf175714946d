"""The whole audit to take away: HTML report and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from fairfuse_core.ui.text import file_stem

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit


def report_downloads(audit: Audit, *, title: str, key: str) -> None:
    """Offer the self-contained HTML report and the audit as JSON, made when asked for."""

    def as_html() -> bytes:
        from fairfuse_core.report import render_html

        return render_html(audit, title=title).encode()

    stem = file_stem("fairfuse", title, audit.provenance.digest[:8])
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML, ready to print)",
            as_html,
            file_name=f"{stem}.html",
            mime="text/html",
            key=f"{key}_html",
            on_click="ignore",
            icon=":material/description:",
            type="primary",
            help="One file that needs no network: every figure, table and method of this audit.",
        )
        st.download_button(
            "Audit (JSON)",
            lambda: audit.to_json().encode(),
            file_name=f"{stem}.json",
            mime="application/json",
            key=f"{key}_json",
            on_click="ignore",
            icon=":material/data_object:",
            help="Every number of this audit; fairfuse_core.audit reads it back.",
        )
