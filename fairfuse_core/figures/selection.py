"""Which rows of an audit a figure shows, in protocol order, without the suppressed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fairfuse_core.audit.block import short_reason
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import text

if TYPE_CHECKING:
    from fairfuse_core.audit.result import Audit

EVERYONE = "Everyone"
OVERALL = "Overall"

# Composites have a gap but no value per group, hence no metric card.
_COMPOSITES = {
    "equalized_odds_difference": "Equalised odds difference",
    "average_odds_difference": "Average odds difference",
    "xauc_difference": "xAUC difference",
    "abroca": "ABROCA",
}


@dataclass(frozen=True)
class Selection:
    """A target, and the models and attributes to draw, in the audit's order."""

    target: str
    models: tuple[str, ...]
    attributes: tuple[str, ...]


def is_intersection(audit: Audit, attribute: str) -> bool:
    """Return whether an attribute of the audit is a combination of others."""
    return len(audit.parts.get(attribute, ())) > 1


def select(
    audit: Audit,
    *,
    target: str | None = None,
    models: Sequence[str] | None = None,
    attributes: Sequence[str] | None = None,
) -> Selection:
    """Check the names asked for; default to the first target, all models, all attributes.

    Intersections are drawn only when asked for by name.

    Raises
    ------
    NotAvailableError
        If the audit has no such target, model or attribute.
    """
    plain = tuple(a for a in audit.attributes if not is_intersection(audit, a))
    if target is None:
        target = audit.targets[0]
    _known("target", [target], audit.targets)
    _known("model", models or (), audit.models)
    _known("attribute", attributes or (), audit.attributes)
    return Selection(
        target=target,
        models=tuple(audit.models if models is None else models),
        attributes=plain if attributes is None else tuple(attributes),
    )


def _known(kind: str, asked: Sequence[str], held: Sequence[str]) -> None:
    for name in asked:
        if name not in held:
            raise NotAvailableError(
                f"a {kind} of this audit", repr(name), f"It has: {text.listed(held, 12)}."
            )


def by_group(audit: Audit, chosen: Selection, metric: str, *, overall: bool = True) -> pd.DataFrame:
    """Return rows of one metric: Everyone first, then groups by attribute, models together.

    Raises
    ------
    NotAvailableError
        If the audit did not compute the metric.
    """
    rows = pick(audit.by_group, chosen, metric)
    if rows.empty:
        held = audit.by_group["metric"].drop_duplicates().tolist()
        raise NotAvailableError(
            "a metric this audit computed",
            repr(metric),
            f"Ask for one of: {text.listed(held, 30)}.",
        )
    if overall:
        everyone = pick(audit.overall, chosen, metric, attributes=("Overall",))
        rows = pd.concat([everyone, rows], ignore_index=True) if len(everyone) else rows
    return without_suppressed_numbers(rows)


def pick(
    frame: pd.DataFrame,
    chosen: Selection,
    metric: str | None,
    *,
    attributes: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the rows of a tidy audit frame that a selection names, in its order."""
    attributes = chosen.attributes if attributes is None else attributes
    mask = (
        (frame["target"] == chosen.target)
        & frame["model"].isin(list(chosen.models))
        & frame["attribute"].isin(list(attributes))
    )
    if metric is not None:
        mask &= frame["metric"] == metric
    rows = frame[mask]
    order = {name: i for i, name in enumerate(attributes)}
    return rows.sort_values("attribute", key=lambda c: c.map(order), kind="stable").reset_index(
        drop=True
    )


def without_suppressed_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every number of a suppressed group blanked.

    The audit blanks them already; a second lock costs little and a leak much.
    """
    if "suppressed" not in frame.columns:
        return frame
    hidden = frame["suppressed"].fillna(False).astype(bool).to_numpy()
    if not hidden.any():
        return frame
    clean = frame.copy()
    for name in clean.columns:
        if name != "suppressed" and pd.api.types.is_numeric_dtype(clean[name].dtype):
            values = clean[name].to_numpy(dtype=float, na_value=np.nan, copy=True)
            values[hidden] = np.nan
            clean[name] = values
    return clean


def records(frame: pd.DataFrame) -> list[Any]:
    """Return rows with the columns as attributes."""
    return list(frame.itertuples(index=False))


def top(frame: pd.DataFrame) -> Any:
    """Return the record with the highest estimate (the first of ties)."""
    return max(records(frame), key=lambda r: float(r.estimate))


def bottom(frame: pd.DataFrame) -> Any:
    """Return the record with the lowest estimate (the first of ties)."""
    return min(records(frame), key=lambda r: float(r.estimate))


def highest(rows: Sequence[Any]) -> float:
    """Return the highest estimate of some records."""
    return max(float(r.estimate) for r in rows)


def lowest(rows: Sequence[Any]) -> float:
    """Return the lowest estimate of some records."""
    return min(float(r.estimate) for r in rows)


def in_order(values: pd.Series[Any]) -> list[str]:
    """Return distinct values in order of appearance."""
    return [str(v) for v in values.drop_duplicates()]


def reason(audit: Audit, row: Any) -> str:
    """Return why a row shows no number, in words."""
    said = short_reason(row.reason) if isinstance(row.reason, str) and row.reason else ""
    if row.suppressed is True or row.suppressed is np.True_ or row.suppressed == 1:
        return said or f"fewer than {audit.config.min_group} patients, suppressed"
    return said or "not estimable"


def metric_title(metric: str) -> str:
    """Return the readable name of a metric or composite."""
    from fairfuse_core.audit.metrics import METRICS

    if metric in METRICS:
        return METRICS[metric].title
    return _COMPOSITES.get(metric, metric.replace("_", " "))


def in_unit_interval(metric: str) -> bool:
    """Return whether the values of a metric lie in [0, 1]."""
    from fairfuse_core.audit.metrics import METRICS

    return metric in METRICS and METRICS[metric].unit_interval


def has_scores_of_its_own(metric: str) -> bool:
    """Return whether a metric needs no operating point (AUROC, Brier, ...)."""
    from fairfuse_core.audit.metrics import METRICS

    return metric == "prevalence" or (metric in METRICS and METRICS[metric].needs_scores)


def in_sentence(title: str) -> str:
    """Return a metric's name as it stands inside a sentence (sensitivity, but AUROC)."""
    head = title.split(" ")[0]
    plain = head[1:].islower() and head[:1].isupper() and head not in {"Brier", "Youden's"}
    return title[:1].lower() + title[1:] if plain else title


def setting(audit: Audit, chosen: Selection, metric: str | None = None) -> str:
    """Return the subtitle: n, target, models, threshold and where it was chosen."""
    parts = []
    everyone = pick(audit.overall, chosen, None, attributes=("Overall",))
    if len(everyone) and text.defined(float(everyone["n"].iloc[0])):
        first = everyone.iloc[0]
        parts.append(f"n = {text.count(first['n'])}, {text.count(first['n_positive'])} positives")
    if len(audit.targets) > 1:
        parts.append(f"target {text.clean(chosen.target)}")
    if len(chosen.models) == 1:
        parts.append(text.shorten(chosen.models[0]))
    if metric is None or not has_scores_of_its_own(metric):
        parts.append(_threshold(audit, chosen))
    return "; ".join(p for p in parts if p)


def _threshold(audit: Audit, chosen: Selection) -> str:
    points = audit.operating_points
    points = points[
        (points["target"] == chosen.target)
        & points["model"].isin(list(chosen.models))
        & (points["group"] == EVERYONE)
    ]
    said = []
    for row in records(points):
        value = f"flagged at score ≥ {row.threshold:.4g}" if text.defined(row.threshold) else ""
        said.append(", ".join(p for p in (value, str(row.label or "")) if p))
    distinct = list(dict.fromkeys(said))
    if len(distinct) == 1:
        return distinct[0]
    labels = points["label"].drop_duplicates().tolist()
    return f"threshold of each model: {labels[0]}" if len(labels) == 1 else ""


def methods(rows: pd.DataFrame) -> str:
    """Return the interval methods used, in words, as they occur."""
    drawn = rows.loc[rows["estimate"].notna(), "method"] if len(rows) else pd.Series(dtype=str)
    return text.listed([m for m in in_order(drawn.dropna()) if m])


def threshold_of(audit: Audit, model: str, target: str) -> float:
    """Return the operating threshold of a model and target; NaN where there is none."""
    points = audit.operating_points
    row = points[
        (points["model"] == model) & (points["target"] == target) & (points["group"] == EVERYONE)
    ]
    return float(row["threshold"].iloc[0]) if len(row) else float("nan")
