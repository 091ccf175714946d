"""Checks on confusion counts: each group once, attributes that split the same patients."""

from __future__ import annotations

import pandas as pd

from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.predictions.words import rows_text
from fairfuse_core.errors import InputError

COUNTS = ("tp", "fn", "fp", "tn")


def refuse_repeats(frame: pd.DataFrame) -> None:
    """Refuse a table that gives the counts of one group twice.

    Raises
    ------
    InputError
        Naming the model, target, attribute and group.
    """
    again = frame.duplicated(["model", "target", "attribute", "group"], keep=False)
    if not again.any():
        return
    first = frame[again].iloc[0]
    same = again & (
        frame[["model", "target", "attribute", "group"]]
        == first[["model", "target", "attribute", "group"]]
    ).all(axis=1)
    raise InputError(
        "each group once per model, target and attribute",
        f"{first['attribute']} = {first['group']!r} of model {first['model']!r}, target "
        f"{first['target']!r}, in {rows_text(frame.loc[same, 'row'].to_numpy())}",
        "Remove the repeat, or add a column 'model' or 'target' that tells the rows apart.",
    )


def consistency(frame: pd.DataFrame) -> list[Message]:
    """Warn where attributes or models do not count the same patients."""
    sums = pd.DataFrame(
        {
            "positive": frame["tp"] + frame["fn"],
            "negative": frame["fp"] + frame["tn"],
        }
    ).join(frame[["model", "target", "attribute", "group"]])
    return [*_attributes_differ(sums), *_models_differ(sums), *_no_case(sums)]


def _attributes_differ(sums: pd.DataFrame) -> list[Message]:
    messages = []
    keys = ["model", "target"]
    totals = sums.groupby([*keys, "attribute"], sort=False)[["positive", "negative"]].sum()
    for (model, target), part in totals.groupby(level=keys, sort=False):
        if len(part.drop_duplicates()) > 1:
            told = "; ".join(
                f"{attribute}: {row['positive']:,} positive, {row['negative']:,} negative"
                for attribute, row in part.droplevel([0, 1]).iterrows()
            )
            text = (
                f"The groups of model {model!r}, target {target!r} do not sum to the same "
                f"patients for every attribute ({told}); some may be missing from one of them."
            )
            messages.append(Message("warning", text, "attribute"))
    return messages


def _models_differ(sums: pd.DataFrame) -> list[Message]:
    keys = ["target", "attribute", "group"]
    spread = sums.groupby(keys, sort=False)[["positive", "negative"]].nunique().max(axis=1)
    odd = spread[spread > 1]
    if odd.empty:
        return []
    target, attribute, group = odd.index[0]
    text = (
        f"Models do not count the same patients in {len(odd):,} groups, such as {attribute} = "
        f"{group!r}, target {target!r}; compare them with care."
    )
    return [Message("warning", text, "model")]


def _no_case(sums: pd.DataFrame) -> list[Message]:
    empty = sums[(sums["positive"] + sums["negative"]) == 0]
    if empty.empty:
        return []
    first = empty.iloc[0]
    text = (
        f"{first['attribute']} = {first['group']!r} holds no patient; nothing is estimable there."
    )
    return [Message("warning", text, "group")]
