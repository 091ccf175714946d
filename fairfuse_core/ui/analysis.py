"""From a selection to results: one call to the core each, kept by exact digests."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairfuse_core.digest import digest_json
from fairfuse_core.ui.cache import store

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from fairfuse_core.audit import Audit
    from fairfuse_core.audit.config import AuditConfig, OperatingPoint
    from fairfuse_core.ui.dataset import Dataset
    from fairfuse_core.ui.state import Selection

_PATIENCE = 0.5
"""Seconds before a progress bar appears: most audits are done by then."""


class Progress:
    """Adapts the core's progress callback to a bar that shows only when there is a wait."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: DeltaGenerator | None = None

    def __call__(self, share: float, text: str) -> None:
        """Move the bar."""
        if self._bar is None and time.monotonic() - self._began < _PATIENCE:
            return
        share = min(max(share, 0.0), 1.0)
        if self._bar is None:
            self._bar = st.progress(share, text=text)
        else:
            self._bar.progress(share, text=text)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.empty()


def key_of(chosen: Selection, config: AuditConfig, *what: str) -> tuple[str, ...]:
    """Return the key of a result: exact content, exact settings, and which result."""
    return key_for(chosen.dataset, config, *what)


def key_for(data: Dataset, config: AuditConfig, *what: str) -> tuple[str, ...]:
    """Return the key of a result on a data set."""
    return (*what, data.digest, digest_json(config.to_dict()))


def audit(
    chosen: Selection,
    *,
    intersections: tuple[tuple[str, ...], ...] = (),
    operating_point: OperatingPoint | None = None,
    metrics: tuple[str, ...] = (),
) -> Audit:
    """Return the audit of the selection, or a variation of it."""
    config = chosen.config
    if intersections:
        config = replace(config, intersections=intersections)
    if operating_point is not None:
        config = replace(config, operating_point=operating_point)
    if metrics:
        config = replace(config, metrics=metrics)
    kept = store(bundled=chosen.dataset.bundled)
    return kept.get(key_of(chosen, config, "audit"), lambda: _run(chosen, config))


def _run(chosen: Selection, config: AuditConfig) -> Audit:
    from fairfuse_core.audit import run_audit

    progress = Progress()
    try:
        return run_audit(chosen.dataset.data, config, progress=progress)
    finally:
        progress.close()


def comparison(chosen: Selection, model_a: str, model_b: str) -> pd.DataFrame:
    """Return the paired differences between two models on the same patients."""
    from fairfuse_core.audit.compare import compare_models

    whole = audit(chosen)
    data: Any = chosen.dataset.data

    def make() -> pd.DataFrame:
        return compare_models(data, whole, model_a, model_b)

    kept = store(bundled=chosen.dataset.bundled)
    return kept.get(key_of(chosen, chosen.config, "compare", model_a, model_b), make)


def curve(
    whole: Audit, chosen: Selection, name: str, attribute: str, model: str, metric: str = ""
) -> pd.DataFrame:
    """Return one family of curves by group, from `fairfuse_core.audit.curves`."""
    from fairfuse_core.audit import curves

    where = {"model": model, "target": chosen.target, "attribute": attribute}

    def make() -> pd.DataFrame:
        if name == "sweep":
            return curves.sweep(whole, metric, model, chosen.target, attribute)
        made: pd.DataFrame = getattr(curves, name)(whole, **where)
        return made

    kept = store(bundled=chosen.dataset.bundled)
    return kept.get(key_of(chosen, whole.config, "curve", name, metric, *where.values()), make)
