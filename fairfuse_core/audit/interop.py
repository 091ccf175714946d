"""To fairlearn: a `MetricFrame` over the same rows, threshold and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fairfuse_core.audit.result import Audit
from fairfuse_core.errors import NotAvailableError

if TYPE_CHECKING:
    from fairlearn.metrics import MetricFrame


def metric_frame(
    audit: Audit,
    *,
    model: str | None = None,
    target: str | None = None,
    attribute: str | None = None,
) -> MetricFrame:
    """Build fairlearn's ``MetricFrame`` (tpr, tnr, fpr, fnr, selection rate, accuracy, ...).

    Raises
    ------
    NotAvailableError
        If the audit holds no rows, or suppresses a group of this attribute: a ``MetricFrame``
        shows every group.
    """
    from fairlearn import metrics as fl
    from sklearn.metrics import accuracy_score, f1_score, precision_score

    table = audit.scores
    if table is None or table.predictions is None:
        raise NotAvailableError(
            "an audit of a predictions table held in memory",
            f"one of {audit.provenance.kind}",
            "Run the audit on the predictions; counts and JSON hold no rows.",
        )
    model, target = model or audit.models[0], target or audit.targets[0]
    attribute = attribute or audit.attributes[0]
    groups = audit.rows("groups", model=model, target=target, attribute=attribute)
    if groups["suppressed"].any():
        raise NotAvailableError(
            f"an attribute whose groups may all be shown, to make a MetricFrame of {attribute}",
            "suppressed groups",
            "Merge small groups, or turn suppression off with your name on it.",
        )
    unit, p = table.unit(model, target), table.predictions
    rows: Any = slice(None) if unit.rows is None else unit.rows
    levels = np.asarray(table.grouping(attribute).levels)[table.group_codes[attribute][rows]]
    if p.score is None:
        assert p.decision is not None  # noqa: S101
        predicted = p.decision[rows]
    else:
        point = audit.rows("operating_points", model=model, target=target, group="Everyone")
        predicted = (p.score[rows] >= float(point["threshold"].iloc[0])).astype(int)
    chosen = {
        "tpr": fl.true_positive_rate,
        "fnr": fl.false_negative_rate,
        "tnr": fl.true_negative_rate,
        "fpr": fl.false_positive_rate,
        "selection_rate": fl.selection_rate,
        "accuracy": accuracy_score,
        "ppv": lambda y, d, **kw: precision_score(y, d, zero_division=0, **kw),
        "f1": lambda y, d, **kw: f1_score(y, d, zero_division=0, **kw),
        "n": fl.count,
    }
    weights = None if p.weight is None else p.weight[rows]
    params = (
        None if weights is None else {k: {"sample_weight": weights} for k in chosen if k != "n"}
    )
    return fl.MetricFrame(
        metrics=chosen,
        y_true=p.y_true[rows],
        y_pred=predicted,
        sensitive_features=pd.Series(levels, name=attribute),
        sample_params=params,
    )
