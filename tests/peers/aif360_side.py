"""Runs in an environment of AIF360's own: reads tables as JSON, writes AIF360's figures.

Usage: python aif360_side.py tables.json figures.json
"""

import json
import logging
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from aif360.datasets import BinaryLabelDataset  # noqa: E402
from aif360.metrics import ClassificationMetric  # noqa: E402

# Our names, for one group and for two groups.
RATES = {
    "tpr": "true_positive_rate",
    "fnr": "false_negative_rate",
    "tnr": "true_negative_rate",
    "fpr": "false_positive_rate",
    "ppv": "positive_predictive_value",
    "npv": "negative_predictive_value",
    "accuracy": "accuracy",
    "selection_rate": "selection_rate",
}
PAIRS = (
    "disparate_impact",
    "statistical_parity_difference",
    "equal_opportunity_difference",
    "average_odds_difference",
)


def dataset(labels, group):
    frame = pd.DataFrame({"label": labels, "group": group, "dummy": 0.0}).astype(float)
    return BinaryLabelDataset(df=frame, label_names=["label"], protected_attribute_names=["group"])


def figures(table):
    truth, decided = (dataset(table[k], table["group"]) for k in ("y", "flag"))
    out = {"rates": {}, "pairs": {}}
    levels = sorted(set(table["group"]))
    for g in levels:
        one = ClassificationMetric(
            truth, decided, unprivileged_groups=[{"group": g}],
            privileged_groups=[{"group": x} for x in levels if x != g],
        )  # fmt: skip
        out["rates"][g] = {
            ours: number(getattr(one, theirs)(privileged=False)) for ours, theirs in RATES.items()
        }
        if g:
            pair = ClassificationMetric(
                truth, decided, unprivileged_groups=[{"group": g}],
                privileged_groups=[{"group": 0}],
            )  # fmt: skip
            out["pairs"][g] = {name: number(getattr(pair, name)()) for name in PAIRS}
    out["theil_index"] = number(one.theil_index())
    out["between_all_groups_theil_index"] = number(one.between_all_groups_theil_index())
    return out


def number(value):
    return float(value) if np.isfinite(value) else None


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        tables = json.load(source)
    with open(sys.argv[2], "w") as sink, np.errstate(all="ignore"):
        json.dump([figures(t) for t in tables], sink)
