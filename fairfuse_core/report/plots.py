"""Figures of a report: drawn by `fairfuse_core.figures`, carried as data inside the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairfuse_core.figures import FIGURES
from fairfuse_core.report import layouts
from fairfuse_core.report.summary import headline_metrics, metric_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairfuse_core.audit import Audit
    from fairfuse_core.figures import Drawing

WIDTH = 660
"""Width of a figure in px: what A4 leaves between margins of 18 mm."""

FOREST_METRICS = ("tpr", "fpr", "auroc")
_MOST_MARKS = 36
"""Above this many marks a forest no longer fits one page, and each attribute gets its own."""

NARROW = 358
"""Width of the same figure on a phone, px."""

_MOST_TARGETS = 4
_MOST_CURVES = 24


@dataclass(frozen=True)
class Plot:
    """One figure of the report with the table that stands for it on paper.

    Attributes
    ----------
    key : str
        Its id on the page.
    title, alt, caption : str
        The finding; the sentence read aloud; what the marks mean.
    spec : str
        JSON of the figure's data and layout, wide and narrow, safe inside a script element.
    table : DataFrame
        The numbers behind it, as they are printed below it.
    """

    key: str
    title: str
    alt: str
    caption: str
    spec: str
    table: pd.DataFrame


def embed(text: str) -> str:
    """Return JSON that cannot end the script element around it nor start a comment in it."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _plot(key: str, table: pd.DataFrame, name: str, *data: Any, **how: Any) -> Plot:
    """Draw a figure twice: for paper and wide screens, and narrow for a phone."""
    wide = FIGURES[name](*data, **how)
    narrow = FIGURES[name](*data, compact=True, **how)
    captions = [part.rstrip(".") for part in (wide.subtitle, wide.caption) if part]
    return Plot(
        key=key,
        title=wide.title,
        alt=wide.alt,
        caption=". ".join(captions) + ".",
        spec=f'{{"wide":{_spec(wide, WIDTH)},"narrow":{_spec(narrow, NARROW)}}}',
        table=table,
    )


def _spec(drawing: Drawing, width: int) -> str:
    figure = drawing.untitled()
    figure.update_layout(width=width, autosize=False)
    return embed(str(figure.to_json()))


def targets_drawn(audit: Audit) -> tuple[str, ...]:
    """Return the targets that get figures; tables are there for all of them."""
    return audit.targets[:_MOST_TARGETS]


def gap_forests(audit: Audit, target: str) -> Iterator[Plot]:
    """Yield the forest of gaps of each headline metric."""
    for metric in headline_metrics(audit):
        table = layouts.gap_tests(audit, metric, target)
        plain = layouts.plain_attributes(audit)
        table = table[table["Attribute"].isin(plain)] if len(table) else table
        yield _plot(f"gaps-{metric}", table, "gap_forest", audit, metric=metric, target=target)


def forests(audit: Audit, target: str) -> Iterator[Plot]:
    """Yield forests of the metrics a board asks for first, a page each at most."""
    metrics = [m for m in FOREST_METRICS if m in headline_metrics(audit)]
    plain = layouts.plain_attributes(audit)
    groups = audit.groups[audit.groups["attribute"].isin(plain)]
    marks = len(groups[["attribute", "group"]].drop_duplicates()) * len(audit.models)
    parts = [plain] if marks <= _MOST_MARKS else [[name] for name in plain]
    for metric in metrics:
        for attributes in parts:
            table = layouts.side_by_side(audit, metric, target, attributes)
            key = f"forest-{metric}-{plain.index(attributes[0])}"
            where = {"metric": metric, "attribute": attributes, "target": target}
            yield _plot(key, table, "forest", audit, **where)


def pooled_plots(audit: Audit, target: str, metric: str = "tpr") -> Iterator[Plot]:
    """Yield raw and pooled estimates of each intersection."""
    for k, attribute in enumerate(layouts.crossed_attributes(audit)):
        for j, model in enumerate(audit.models):
            where = {"metric": metric, "attribute": attribute, "model": model, "target": target}
            table = layouts.pooled_table(audit, attribute, metric, target)
            if "Model" in table:
                table = table[table["Model"] == model].drop(columns="Model")
            yield _plot(f"crossed-{k}-{j}", table, "heatmap", audit, **where)


def has_curves(audit: Audit) -> bool:
    """Return whether scores are at hand, so that curves can be drawn."""
    return audit.scores is not None and audit.provenance.score_kind != "none"


def curve_units(audit: Audit) -> list[tuple[str, str, str]]:
    """Return the (model, target, attribute) whose curves are drawn."""
    plain = layouts.plain_attributes(audit)
    targets = targets_drawn(audit)
    units = [(m, t, a) for t in targets for a in plain for m in audit.models]
    return units[:_MOST_CURVES]


def curve_plots(audit: Audit) -> Iterator[tuple[str, Plot]]:
    """Yield ("ROC" or "Calibration", figure) by model, target and attribute."""
    if not has_curves(audit):
        return
    from fairfuse_core.audit import curves

    kinds: list[tuple[str, str, tuple[str, ...]]] = [("ROC", "roc", ("auroc",))]
    if audit.provenance.score_kind == "probability":
        measures = ("calibration_in_the_large", "calibration_slope", "brier")
        kinds.append(("Calibration", "calibration", measures))
    for k, (model, target, attribute) in enumerate(curve_units(audit)):
        where = {"model": model, "target": target, "attribute": attribute}
        for name, figure, metrics in kinds:
            frame = getattr(curves, figure)(audit, **where)
            table = _curve_table(audit, metrics, model, target, attribute)
            yield name, _plot(f"{figure}-{k}", table, figure, frame, audit=audit, **where)


def _curve_table(
    audit: Audit, metrics: tuple[str, ...], model: str, target: str, attribute: str
) -> pd.DataFrame:
    made: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        part = layouts.side_by_side(audit, metric, target, [attribute])
        for row in part.to_dict("records"):
            line = made.setdefault(
                str(row["Group"]),
                {k: row[k] for k in ("Group", "n", "Events")},
            )
            line[metric_title(metric)] = row[model]
    return pd.DataFrame(list(made.values()))
