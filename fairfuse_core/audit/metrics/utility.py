"""Utility: what flagging is worth once false alarms are weighed against hits."""

from __future__ import annotations

import numpy as np

from fairfuse_core.audit.counts import Confusion, share
from fairfuse_core.audit.metrics.card import MetricCard
from fairfuse_core.audit.types import FloatArray


def net_benefit(c: Confusion, odds: float) -> FloatArray:
    """Net benefit per patient at threshold odds t / (1 - t) (Vickers & Elkin 2006).

    NaN where the group is empty or the odds are not finite (t = 1).
    """
    if not np.isfinite(odds):
        return np.full(np.shape(c.tp), np.nan)
    return share(c.tp - odds * c.fp, c.n)


NET_BENEFIT = MetricCard(
    name="net_benefit",
    title="Net benefit",
    symbol="NB",
    family="utility",
    formula="TP / n − FP / n · t / (1 − t)",
    meaning="Hits per patient, less false alarms weighed by the odds of the threshold.",
    undefined="the score is not a probability, so its threshold states no odds",
    higher_is_better=True,
    unit_interval=False,
    tier="recommended",
    uses_odds=True,
    citation="Vickers & Elkin, Med Decis Making 2006;26:565",
    compute=net_benefit,
)
