"""Blocks: the table's rows seen by one model for one target; wide tables have several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.predictions.columns import Encoded, column, numbers
from fairfuse_core.audit.predictions.labels import distinct, plain_text, read_binary
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.predictions.table import Message
from fairfuse_core.audit.predictions.words import is_missing, quoted, rows_text
from fairfuse_core.audit.types import FloatArray
from fairfuse_core.errors import InputError

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Block:
    """One model, one target.

    Attributes
    ----------
    model, target : str or None
        Names; None where a column of the table holds them.
    y : ndarray of uint8, shape (n,)
    score : ndarray of float64 or None
        NaN where missing.
    decision : ndarray of uint8 or None
    missing : tuple of (what, column, mask)
        Which rows lack what.
    """

    model: str | None
    target: str | None
    y: NDArray[np.uint8]
    score: FloatArray | None
    decision: NDArray[np.uint8] | None
    missing: tuple[tuple[str, str, Mask], ...]


def make_blocks(raw: RawTable, roles: Roles) -> tuple[list[Block], list[Message], dict[str, int]]:
    """Read labels, scores and decisions.

    Returns
    -------
    blocks : list of Block
    messages : list of Message
    used : dict of str to int
        How label texts were read; empty for classes.

    Raises
    ------
    InputError
        When roles are missing or contradict each other, or a value cannot be read.
    """
    _check(roles)
    if roles.class_scores:
        return (*_wide_classes(raw, roles), {})
    if roles.classes:
        return _decided_classes(raw, roles), [], {}
    y, missing, used = _label(raw, roles)
    messages: list[Message] = []
    blocks = []
    columns = roles.scores or roles.decision
    names = model_names(columns, roles)
    for at, name in enumerate(columns):
        lost = list(missing)
        score = decision = None
        if roles.scores:
            score, notes, gaps = read_score(raw, name)
            messages += notes
            lost += gaps
        if roles.decision:
            decision, gaps = _decision(raw, roles.decision[at], roles)
            lost += gaps
        model = None if roles.model else names[at]
        target = None if roles.target or roles.class_ else roles.label
        blocks.append(Block(model, target, y, score, decision, tuple(lost)))
    return blocks, messages, used


def _check(roles: Roles) -> None:
    if not roles.label:
        raise InputError(
            "a label column (what happened)", "none chosen", "Choose one, as --label y_true."
        )
    if not (roles.scores or roles.decision or roles.class_scores):
        raise InputError(
            "a score or decision column", "none chosen", "Choose one, as --score y_score."
        )
    if roles.scores and roles.class_scores:
        raise InputError(
            "either score columns or one score column per class",
            f"both ({quoted(roles.scores)} and {quoted(roles.class_scores.values())})",
            "Keep one of them.",
        )
    if roles.scores and roles.decision and len(roles.scores) != len(roles.decision):
        raise InputError(
            "one decision column per score column, in the same order",
            f"{len(roles.scores)} scores and {len(roles.decision)} decisions",
            "Leave the decisions out, or name one per score.",
        )
    if roles.model and len(roles.scores or roles.decision) > 1:
        raise InputError(
            "models either in a column or side by side",
            f"the model column {roles.model!r} and the columns "
            f"{quoted(roles.scores or roles.decision)}",
            "Keep one score column, or drop the model column.",
        )
    if roles.target and (roles.class_ or roles.class_scores or roles.classes):
        raise InputError(
            "either a target column or classes", "both", "Leave one of the two roles empty."
        )
    used = {roles.label, *roles.scores, *roles.decision, *roles.class_scores.values()}
    both = [name for name in roles.attributes if name in used]
    if both:
        raise InputError(
            "attributes that are neither label, score nor decision",
            f"{quoted(both)} in two roles",
            "Remove it from the attributes.",
        )


def _label(
    raw: RawTable, roles: Roles
) -> tuple[NDArray[np.uint8], list[tuple[str, str, Mask]], dict[str, int]]:
    if roles.class_ and not roles.label_map:
        truth = distinct(raw, roles.label, role="label")
        texts = {plain_text(v) for v in truth.values if not is_missing(v)}
        if not texts <= {"0", "1", "true", "false", "True", "False"}:
            return _label_equals_class(raw, roles, truth)
    read = read_binary(raw, roles.label, mapping=roles.label_map, role="label", flag="--label-map")
    missing = [("label", roles.label, read.missing)] if read.missing is not None else []
    return read.values, missing, read.used


def _label_equals_class(
    raw: RawTable, roles: Roles, truth: Encoded
) -> tuple[NDArray[np.uint8], list[tuple[str, str, Mask]], dict[str, int]]:
    """Long multi-class form: the row's outcome happened if its true class is its class."""
    about = distinct(raw, str(roles.class_), role="class")
    names = [plain_text(v) for v in about.values]
    unknown = [v for v in truth.values if not is_missing(v) and plain_text(v) not in names]
    if unknown:
        first = truth.first_row(truth.values.index(unknown[0]))
        raise InputError(
            f"labels in {roles.label!r} among the classes of {roles.class_!r}",
            f"{quoted(unknown)}, first in {rows_text([first])}",
            "Correct the label, or add rows that score this class.",
        )
    lookup = np.array(
        [-1 if is_missing(v) else names.index(plain_text(v)) for v in truth.values] + [-1]
    )
    code = lookup[truth.codes]
    y = (code == about.codes).astype(np.uint8)
    lost = code < 0
    return y, ([("label", roles.label, lost)] if lost.any() else []), {}


def _wide_classes(raw: RawTable, roles: Roles) -> tuple[list[Block], list[Message]]:
    truth = distinct(raw, roles.label, role="label")
    _known_classes(truth, roles.label, list(roles.class_scores), every=True)
    blocks, messages = [], []
    for name, score_column in roles.class_scores.items():
        y, lost = _one_vs_rest(truth, name, roles.label, "label")
        score, notes, gaps = read_score(raw, score_column)
        messages += notes
        model = None if roles.model else "model"
        blocks.append(Block(model, plain_text(name), y, score, None, (*lost, *gaps)))
    return blocks, messages


def _decided_classes(raw: RawTable, roles: Roles) -> list[Block]:
    """Labels and decisions that both hold class names; no scores."""
    if roles.scores:
        raise InputError(
            "decisions that name a class, when classes are listed",
            f"the score column {roles.scores[0]!r}",
            "Give one score column per class (class scores), or leave the scores out.",
        )
    truth = distinct(raw, roles.label, role="label")
    _known_classes(truth, roles.label, roles.classes, every=False)
    blocks = []
    names = model_names(roles.decision, roles)
    for at, decided in enumerate(roles.decision):
        choice = distinct(raw, decided, role="decision")
        for name in roles.classes:
            y, lost = _one_vs_rest(truth, name, roles.label, "label")
            flag, gaps = _one_vs_rest(choice, name, decided, "decision")
            model = None if roles.model else names[at]
            blocks.append(Block(model, plain_text(name), y, None, flag, (*lost, *gaps)))
    return blocks


def _known_classes(truth: Encoded, label: str, classes: Sequence[str], *, every: bool) -> None:
    have = {plain_text(v) for v in truth.values if not is_missing(v)}
    want = {plain_text(name) for name in classes}
    lost = sorted(want - have)
    if lost:
        raise InputError(
            f"classes that occur in the label column {label!r}",
            f"{quoted(lost)}, which does not (it has {quoted(sorted(have))})",
            "Correct the class names.",
        )
    odd = sorted(have - want)
    if odd and every:
        raise InputError(
            f"a score column for every class in {label!r}",
            f"none for {quoted(odd)}",
            "Name its score column, or remove these rows.",
        )


def _one_vs_rest(
    encoded: Encoded, name: str, source: str, what: str
) -> tuple[NDArray[np.uint8], list[tuple[str, str, Mask]]]:
    hits = np.array([plain_text(v) == plain_text(name) for v in encoded.values] + [False])
    gone = np.array([is_missing(v) for v in encoded.values] + [True])
    lost = gone[encoded.codes]
    return hits[encoded.codes].astype(np.uint8), [(what, source, lost)] if lost.any() else []


def _decision(
    raw: RawTable, name: str, roles: Roles
) -> tuple[NDArray[np.uint8], list[tuple[str, str, Mask]]]:
    mapping = roles.positive_decision
    if not mapping and roles.label_map:
        values = {plain_text(v) for v in distinct(raw, name, role="decision").values}
        if values & {plain_text(key) for key in roles.label_map}:
            mapping = roles.label_map
    read = read_binary(raw, name, mapping=mapping, role="decision", flag="--positive-decision")
    return read.values, ([("decision", name, read.missing)] if read.missing is not None else [])


def read_score(
    raw: RawTable, name: str
) -> tuple[FloatArray, list[Message], list[tuple[str, str, Mask]]]:
    """Read a score column; missing scores are left NaN and reported.

    Raises
    ------
    InputError
        When a score is text or infinite; names the first rows.
    """
    found = column(raw, name, role="score")
    read = numbers(found)
    if read.bad.size:
        cells = [found[int(at)].as_py() for at in read.bad[:3]]
        raise InputError(
            f"numbers in the score column {name!r}",
            f"{quoted(cells)} in {rows_text(read.bad)}",
            "Correct these cells, or choose another column as score.",
        )
    endless = np.flatnonzero(np.isinf(read.values))
    if endless.size:
        raise InputError(
            f"finite scores in column {name!r}",
            f"infinity in {rows_text(endless)}",
            "Correct the model's output, or remove these rows.",
        )
    notes = []
    if read.decimal_comma:
        text = f"Scores in {name!r} use a decimal comma; 0,5 was read as 0.5."
        notes.append(Message("note", text, name))
    lost = np.isnan(read.values)
    return read.values, notes, [("score", name, lost)] if lost.any() else []


def model_names(columns: Sequence[str], roles: Roles) -> list[str]:
    """Return a name per score or decision column: the part in which their names differ."""
    short = list(columns)
    if len(columns) > 1:
        start = _shared_start(columns)
        end = _shared_start([name[::-1] for name in columns])
        cut = [name[len(start) : len(name) - len(end)] for name in columns]
        short = cut if all(cut) else short
    names = [
        roles.model_names.get(column, name) for column, name in zip(columns, short, strict=True)
    ]
    if len(set(names)) != len(names):
        raise InputError(
            "a different name for each model", quoted(names), "Change the model names."
        )
    return names


def _shared_start(names: Sequence[str]) -> str:
    """Return the longest common start that ends at a word's edge ("score_")."""
    low, high = min(names), max(names)
    at = next(
        (i for i, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low)
    )
    return re.sub(r"[^_\-. ]*$", "", low[:at])
