"""Figures: audit frames in, `Drawing` out. They draw and never compute a statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from fairfuse_core.figures.drawing import Drawing
from fairfuse_core.figures.theme import EXPORT_CONFIG

__all__ = ["EXPORT_CONFIG", "FIGURES", "Drawing"]

_HOMES = {
    "forest": "forest",
    "gap_forest": "gap_forest",
    "radar": "radar",
    "roc": "roc",
    "precision_recall": "precision_recall",
    "calibration": "calibration",
    "decision_curve": "decision_curve",
    "sweep": "sweep",
    "score_distribution": "score_distribution",
    "heatmap": "heatmap",
    "comparison": "comparison",
    "dumbbell": "dumbbell",
    "indices": "indices",
    "pooled": "pooled",
}


class _Figures(Mapping[str, Callable[..., Drawing]]):
    """Figure functions by name, each module imported when first asked for."""

    def __getitem__(self, name: str) -> Callable[..., Drawing]:
        home = import_module(f"fairfuse_core.figures.{_HOMES[name]}")
        drawer: Callable[..., Drawing] = getattr(home, name)
        return drawer

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


FIGURES: Mapping[str, Callable[..., Any]] = _Figures()
"""Every figure by name, in the order of an audit report."""
