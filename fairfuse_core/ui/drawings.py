"""The figures of the app: the core's drawings, told which page they stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairfuse_core.errors import NotAvailableError
from fairfuse_core.ui.analysis import curve
from fairfuse_core.ui.viewport import is_narrow

if TYPE_CHECKING:
    import pandas as pd

    from fairfuse_core.audit import Audit
    from fairfuse_core.figures import Drawing
    from fairfuse_core.ui.state import Selection

_RADAR_AXES = (3, 16)
"""A radar with fewer axes is a line, one with more a blot."""


def is_dark() -> bool:
    """Whether the visitor's page is dark."""
    return st.context.theme.type == "dark"


def draw(name: str, *args: Any, **kwargs: Any) -> Drawing:
    """Return a figure by its name in the registry, in the look of this visitor's page."""
    from fairfuse_core.figures import FIGURES

    look = {"dark": is_dark(), "compact": is_narrow()}
    made: Drawing = FIGURES[name](*args, **{**look, **kwargs})
    return made


def gap_forest(audit: Audit, chosen: Selection, target: str | None = None) -> Drawing:
    """Return the largest gaps of the metric in focus."""
    return draw(
        "gap_forest",
        audit,
        metric=chosen.metric,
        target=target or chosen.target,
        models=chosen.models,
    )


def forest(audit: Audit, chosen: Selection, attribute: str) -> Drawing:
    """Return the metric in focus for every group of an attribute."""
    return draw(
        "forest",
        audit,
        metric=chosen.metric,
        attribute=attribute,
        target=chosen.target,
        models=chosen.models,
    )


def models_overall(audit: Audit, chosen: Selection) -> Drawing:
    """Return the metric in focus for every group, models beside each other."""
    return draw("forest", audit, metric=chosen.metric, target=chosen.target, models=chosen.models)


def radar(audit: Audit, chosen: Selection, attribute: str) -> Drawing:
    """Return the metric in focus over the groups of an attribute, models overlaid.

    An attribute of two groups has no radar of its own: all attributes are then drawn together.
    """
    sizes = {name: len(groups) for name, groups in chosen.dataset.shape.groups.items()}
    alone = sizes.get(attribute, 0) >= _RADAR_AXES[0]
    if not alone and sum(sizes[name] for name in chosen.config.attributes) > _RADAR_AXES[1]:
        raise NotAvailableError(
            "an attribute of three groups or more for a radar",
            f"{sizes.get(attribute, 0)} in {attribute}",
            "The forest plot and the table show the same numbers.",
        )
    return draw(
        "radar",
        audit,
        metric=chosen.metric,
        attribute=attribute if alone else None,
        target=chosen.target,
        models=chosen.models,
        compact=True,  # it stands in half a page's width, the table beside it
    )


def sweep(audit: Audit, chosen: Selection, attribute: str, model: str) -> Drawing:
    """Return the metric in focus at every threshold, by group."""
    return draw(
        "sweep",
        curve(audit, chosen, "sweep", attribute, model, chosen.metric),
        metric=chosen.metric,
        audit=audit,
        model=model,
        target=chosen.target,
        attribute=attribute,
    )


def heatmap(audit: Audit, chosen: Selection, attribute: str, model: str) -> Drawing:
    """Return the metric in focus over the cells of an intersection."""
    return draw(
        "heatmap",
        audit,
        metric=chosen.metric,
        attribute=attribute,
        target=chosen.target,
        model=model,
    )


def pooled(audit: Audit, chosen: Selection, attribute: str, model: str) -> Drawing:
    """Return raw and partially pooled estimates of the metric in focus, side by side."""
    return draw(
        "pooled",
        audit,
        metric=chosen.metric,
        attribute=attribute,
        model=model,
        target=chosen.target,
    )


def indices(audit: Audit, chosen: Selection, kind: str) -> Drawing:
    """Return one kind of index (``theil``, ``disparate_impact``) by attribute and model."""
    return draw(
        "indices",
        audit,
        kind=kind,
        target=chosen.target,
        models=chosen.models,
        compact=True,  # two stand side by side
    )


def comparison(
    rows: pd.DataFrame, chosen: Selection, a: str, b: str, *, figure: str = "comparison"
) -> Drawing:
    """Return paired differences between two models (or, as a ``dumbbell``, both their values)."""
    return draw(figure, rows, metric=chosen.metric, model_a=a, model_b=b, target=chosen.target)


def _curve(
    figure: str, source: str, **beside: str
) -> Callable[[Audit, Selection, str, str], Drawing]:
    def drawn(audit: Audit, chosen: Selection, attribute: str, model: str) -> Drawing:
        return draw(
            figure,
            curve(audit, chosen, source, attribute, model),
            audit=audit,
            model=model,
            target=chosen.target,
            attribute=attribute,
            **{name: curve(audit, chosen, of, attribute, model) for name, of in beside.items()},
        )

    return drawn


CURVES: dict[str, Callable[[Audit, Selection, str, str], Drawing]] = {
    "ROC": _curve("roc", "roc"),
    "Precision-recall": _curve("precision_recall", "precision_recall"),
    "Calibration": _curve("calibration", "calibration", histogram="score_histogram"),
    "Decision curve": _curve("decision_curve", "decision_curve"),
    "Scores": _curve("score_distribution", "score_histogram"),
}
"""Curves by group, by the name on the control."""
