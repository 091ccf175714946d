"""Every metric FairFuse knows. A new one is a file beside this and one line here."""

from __future__ import annotations

from fairfuse_core.audit.metrics.agreement import BALANCED_ACCURACY, F1
from fairfuse_core.audit.metrics.calibration_slope import CALIBRATION_SLOPE
from fairfuse_core.audit.metrics.card import MetricCard
from fairfuse_core.audit.metrics.expected_calibration_error import ECE
from fairfuse_core.audit.metrics.probability import BRIER, CALIBRATION_IN_THE_LARGE, LOG_LOSS
from fairfuse_core.audit.metrics.ranking import AUPRC, AUROC
from fairfuse_core.audit.metrics.rates import (
    ACCURACY,
    FNR,
    FPR,
    NPV,
    PPV,
    PREVALENCE,
    SELECTION_RATE,
    TNR,
    TPR,
)
from fairfuse_core.audit.metrics.utility import NET_BENEFIT
from fairfuse_core.errors import ConfigError

METRICS: dict[str, MetricCard] = {
    card.name: card
    for card in (
        PREVALENCE,
        SELECTION_RATE,
        TPR,
        FNR,
        TNR,
        FPR,
        PPV,
        NPV,
        ACCURACY,
        BALANCED_ACCURACY,
        F1,
        AUROC,
        AUPRC,
        BRIER,
        LOG_LOSS,
        CALIBRATION_IN_THE_LARGE,
        CALIBRATION_SLOPE,
        ECE,
        NET_BENEFIT,
    )
}

DEFAULT_METRICS: tuple[str, ...] = tuple(METRICS)


def metric(name: str) -> MetricCard:
    """Return the card called ``name``; ConfigError lists the names there are."""
    if name not in METRICS:
        raise ConfigError(f"a metric among {', '.join(METRICS)}", repr(name), "Check the spelling.")
    return METRICS[name]
