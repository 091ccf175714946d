"""`build_predictions`: a raw table and confirmed roles to the validated `Predictions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.blocks import Block, make_blocks
from fairfuse_core.audit.predictions.checks import (
    check_repeats,
    model_messages,
    patient_messages,
    phi_messages,
    score_messages,
)
from fairfuse_core.audit.predictions.columns import column, identify, numbers
from fairfuse_core.audit.predictions.factors import attribute_factor, named_factor, prune
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.predictions.splits import split_factor
from fairfuse_core.audit.predictions.table import Message, Predictions
from fairfuse_core.audit.predictions.words import quoted, rows_text
from fairfuse_core.audit.types import CodeArray, Factor, FloatArray, ScoreKind
from fairfuse_core.errors import InputError


def build_predictions(raw: RawTable, roles: Roles) -> Predictions:
    """Encode and validate a table of predictions.

    Parameters
    ----------
    raw : RawTable
        The table, n rows.
    roles : Roles
        What its columns mean. With several score columns (models) or class columns the result
        has one row per row, model and class.

    Returns
    -------
    Predictions
        With the messages of reading and building, and the recipe to do it again.

    Raises
    ------
    InputError
        When a column is absent or a value cannot be used; names the column, the rows, the remedy.
    """
    blocks, messages, label_used = make_blocks(raw, roles)
    messages = [*raw.messages, *phi_messages(raw.columns), *messages]
    attributes, notes = _attributes(raw, roles)
    messages += notes
    split = _split(raw, roles)
    weight, gaps = _weight(raw, roles)
    patient = None
    if roles.patient:
        patient, count, lost = identify(column(raw, roles.patient, role="patient"))
        messages += _lost_ids(lost, roles.patient, "patient")
        messages += patient_messages(patient, count, split=split, attributes=attributes)
    stacked = _stack(
        raw, roles, blocks, attributes=attributes, split=split, weight=weight, patient=patient
    )
    stacked, dropped = _drop_missing(stacked, blocks, gaps, roles)
    _refuse_one_class(stacked, roles)
    messages += [*dropped, *check_repeats(stacked, raw, column=roles.sample)]
    messages += [*model_messages(stacked), *score_messages(stacked)]
    recipe = _recipe(raw, roles, stacked, label_used)
    return _finish(stacked, score_kind=_score_kind(stacked.score), messages=messages, recipe=recipe)


def _attributes(raw: RawTable, roles: Roles) -> tuple[tuple[Factor, ...], list[Message]]:
    factors: list[Factor] = []
    messages: list[Message] = []
    for name in dict.fromkeys(roles.attributes):
        found = column(raw, name, role="attribute")
        factor, notes = attribute_factor(found, name=name, rule=roles.bins.get(name))
        factors.append(factor)
        messages += notes
    unused = [name for name in roles.bins if name not in roles.attributes]
    if unused:
        text = f"Bins for {quoted(unused)} are not used: the column is not an attribute."
        messages.append(Message("note", text, unused[0]))
    return tuple(factors), messages


def _split(raw: RawTable, roles: Roles) -> Factor | None:
    if not roles.split:
        return None
    found = column(raw, roles.split, role="split")
    return split_factor(found, name=roles.split, mapping=roles.split_map)


def _weight(
    raw: RawTable, roles: Roles
) -> tuple[FloatArray | None, list[tuple[str, str, NDArray[np.bool_]]]]:
    if not roles.weight:
        return None, []
    read = numbers(column(raw, roles.weight, role="weight"))
    with np.errstate(invalid="ignore"):
        bad = np.flatnonzero((read.values < 0) | np.isinf(read.values))
    for rows, what in ((read.bad, "text"), (bad, "a negative or infinite weight")):
        if rows.size:
            raise InputError(
                f"weights of 0 or more in column {roles.weight!r}",
                f"{what} in {rows_text(rows)}",
                "Correct these cells, or leave the weight role empty.",
            )
    lost = np.isnan(read.values)
    if not np.nansum(read.values) > 0:
        raise InputError(
            f"some weight above 0 in column {roles.weight!r}",
            "none",
            "Leave the weight role empty, or correct the column.",
        )
    return read.values, [("weight", roles.weight, lost)] if lost.any() else []


def _lost_ids(rows: NDArray[np.int64], name: str, role: str) -> list[Message]:
    if not rows.size:
        return []
    text = (
        f"{rows.size:,} rows have no {role} id in {name!r} ({rows_text(rows)}); "
        f"each is taken as a {role} of its own."
    )
    return [Message("warning", text, name)]


def _stack(
    raw: RawTable,
    roles: Roles,
    blocks: Sequence[Block],
    *,
    attributes: tuple[Factor, ...],
    split: Factor | None,
    weight: FloatArray | None,
    patient: CodeArray | None,
) -> Predictions:
    """Lay the blocks of a wide table under each other."""
    times, rows = len(blocks), len(raw)
    fold = None
    if roles.fold:
        fold = named_factor(column(raw, roles.fold, role="fold"), name=roles.fold, role="fold")
    return Predictions(
        y_true=_lay([block.y for block in blocks]),
        score=_lay([block.score for block in blocks]),
        decision=_lay([block.decision for block in blocks]),
        score_kind="none",
        attributes=tuple(_repeat(factor, times) for factor in attributes),
        model=_axis(raw, roles.model, [block.model for block in blocks], "model", rows),
        target=_axis(
            raw, roles.target or roles.class_, [block.target for block in blocks], "target", rows
        ),
        sample=_samples(raw, roles, times),
        patient=None if patient is None else _tile(patient, times),
        weight=None if weight is None else _tile(weight, times),
        split=None if split is None else _repeat(split, times),
        fold=None if fold is None else _repeat(fold, times),
        source=raw.name,
        target_label="class" if roles.class_ or roles.class_scores or roles.classes else "target",
    )


def _lay(arrays: Sequence[NDArray[Any] | None]) -> Any:
    given = [array for array in arrays if array is not None]
    if not given:
        return None
    return given[0] if len(given) == 1 else np.concatenate(given)


def _tile(array: NDArray[Any], times: int) -> NDArray[Any]:
    return array if times == 1 else np.tile(array, times)


def _repeat(factor: Factor, times: int) -> Factor:
    return Factor(factor.name, _tile(factor.codes, times), factor.levels)


def _axis(
    raw: RawTable, name: str | None, given: Sequence[str | None], role: str, rows: int
) -> Factor:
    """Return the model or target of every stacked row, from a column or from the blocks."""
    if name:
        return _repeat(named_factor(column(raw, name, role=role), name=name, role=role), len(given))
    levels = tuple(dict.fromkeys(str(part) for part in given))
    codes = np.array([levels.index(str(part)) for part in given], dtype=np.int32)
    return Factor(role, np.repeat(codes, rows), levels)


def _samples(raw: RawTable, roles: Roles, times: int) -> CodeArray | None:
    if roles.sample:
        codes, _, _ = identify(column(raw, roles.sample, role="sample"))
        return _tile(codes, times)
    return _tile(np.arange(len(raw), dtype=np.int32), times) if times > 1 else None


def _drop_missing(
    stacked: Predictions,
    blocks: Sequence[Block],
    shared: Sequence[tuple[str, str, NDArray[np.bool_]]],
    roles: Roles,
) -> tuple[Predictions, list[Message]]:
    """Refuse rows that lack a label, score, decision or weight, or drop them when asked to."""
    rows = len(blocks[0].y)
    lost = np.zeros(len(stacked), dtype=bool)
    told: dict[str, str] = {}
    for at, block in enumerate(blocks):
        for what, name, mask in (*block.missing, *shared):
            found = np.flatnonzero(mask)
            told[name] = f"no {what} in column {name!r} on {found.size:,} of {rows:,} rows"
            if not roles.drop_missing:
                raise InputError(
                    f"a {what} on every row (column {name!r})",
                    f"none in {rows_text(found)} ({found.size:,} of {rows:,})",
                    "Fill them in, or leave these rows out with --drop-missing.",
                )
            lost[at * rows : (at + 1) * rows] |= mask
    if not told:
        return stacked, []
    if lost.all():
        raise InputError(
            "rows with a label and a prediction",
            f"none ({'; '.join(told.values())})",
            "Fill them in.",
        )
    text = f"Rows left out: {'; '.join(told.values())}."
    return stacked.take(~lost), [Message("warning", text, next(iter(told)))]


def _refuse_one_class(stacked: Predictions, roles: Roles) -> None:
    events = int(stacked.y_true.sum())
    if 0 < events < len(stacked):
        return
    raise InputError(
        f"both outcomes in the label column {roles.label!r}",
        f"only {1 if events else 0} on all {len(stacked):,} rows",
        "Choose another label column or correct the label map; rates need patients of both kinds.",
    )


def _score_kind(score: FloatArray | None) -> ScoreKind:
    if score is None:
        return "none"
    return "probability" if score.min() >= 0 and score.max() <= 1 else "rank"


def _recipe(
    raw: RawTable, roles: Roles, stacked: Predictions, label_used: dict[str, int]
) -> dict[str, Any]:
    """Return how the table was read, in JSON-safe words."""
    return {
        "file": raw.name,
        "file_digest": raw.digest,
        "rows_read": len(raw),
        "rows_used": len(stacked),
        "roles": roles.to_dict(),
        "label_values": label_used,
        "bins": {
            name: roles.bins[name].describe() for name in roles.attributes if name in roles.bins
        },
    }


def _finish(
    stacked: Predictions,
    *,
    score_kind: ScoreKind,
    messages: Sequence[Message],
    recipe: dict[str, Any],
) -> Predictions:
    return Predictions(
        y_true=stacked.y_true,
        score=stacked.score,
        decision=stacked.decision,
        score_kind=score_kind,
        attributes=tuple(prune(factor) for factor in stacked.attributes),
        model=prune(stacked.model),
        target=prune(stacked.target),
        sample=stacked.sample,
        patient=stacked.patient,
        weight=stacked.weight,
        split=None if stacked.split is None else prune(stacked.split),
        fold=None if stacked.fold is None else prune(stacked.fold),
        source=stacked.source,
        target_label=stacked.target_label,
        messages=tuple(dict.fromkeys(messages)),
        recipe=recipe,
    )
