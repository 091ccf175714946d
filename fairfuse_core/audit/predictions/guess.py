"""`guess_roles`: a first proposal of what each column means, with its reasons, to be confirmed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fairfuse_core.audit.config import MIN_GROUP
from fairfuse_core.audit.predictions import vocabulary as words
from fairfuse_core.audit.predictions.bins import DEFAULT_AGE, BinRule
from fairfuse_core.audit.predictions.columns import column
from fairfuse_core.audit.predictions.factors import numeric_values
from fairfuse_core.audit.predictions.labels import PLAIN, plain_text, suggest_map
from fairfuse_core.audit.predictions.profile import Profile, profile
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.predictions.splits import SPLIT_NAMES
from fairfuse_core.audit.predictions.words import is_missing
from fairfuse_core.errors import InputError

_MAX_GUESSED_LEVELS = 20
_ENOUGH_FOR_BINS = 500
"""Rows from which a nearly empty age group is an exception rather than a small table."""


@dataclass(frozen=True)
class Question:
    """Something only the user can answer before the table can be read.

    Attributes
    ----------
    column : str
        Column it is about; empty when the question is which column to choose.
    role : str
        "label", "score", "decision" or "split".
    values : tuple of (str, int)
        The column's values and how often each occurs.
    suggestion : mapping of str to (int or str)
        A likely answer in the form of ``label_map``, ``positive_decision`` or ``split_map``;
        empty when there is none.
    text : str
        The question in words.
    """

    column: str
    role: str
    values: tuple[tuple[str, int], ...]
    suggestion: Mapping[str, int | str]
    text: str


@dataclass(frozen=True)
class RoleGuess:
    """Proposed roles.

    Attributes
    ----------
    roles : Roles
        The proposal; label maps are left empty where a `Question` asks for them.
    reasons : dict of str to str
        For each column, why it got its role, or why it got none.
    questions : tuple of Question
        What must be answered first.
    """

    roles: Roles
    reasons: dict[str, str]
    questions: tuple[Question, ...]


@dataclass
class _Draft:
    """Columns not yet given a role, and why the others were."""

    free: dict[str, Profile]
    reasons: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, why: str) -> str:
        self.reasons[name] = why
        del self.free[name]
        return name

    def by_name(
        self, vocabulary: Sequence[str], fits: Callable[[Profile], bool], why: str
    ) -> str | None:
        """Take the column whose name stands earliest in the vocabulary and whose values fit."""
        for word in vocabulary:
            for name, about in self.free.items():
                if about.key == word and fits(about):
                    return self.take(name, why)
        return None


def guess_roles(raw: RawTable) -> RoleGuess:
    """Propose what each column means, from its name and its values.

    Nothing is assumed about label texts other than 0/1 and true/false: those become questions.

    Parameters
    ----------
    raw : RawTable
        The table; large ones are judged by their first 100,000 rows.

    Returns
    -------
    RoleGuess
    """
    draft = _Draft({name: profile(raw, name) for name in raw.columns})
    names = _simple_roles(draft)
    label = _label(draft)
    class_, class_scores = _classes(draft, raw, label)
    scores = () if class_scores else _scores(draft)
    decision = () if scores or class_scores else _decision(draft)
    attributes, bins = _attributes(draft, raw)
    for name, about in draft.free.items():
        draft.reasons.setdefault(name, f"left out: {about.summary()}")
    roles = Roles(
        label=label or "",
        scores=scores,
        decision=decision,
        attributes=attributes,
        class_=class_,
        class_scores=class_scores,
        bins=bins,
    ).with_(**names)
    roles = roles.with_(classes=_decided_classes(raw, roles))
    return RoleGuess(roles, draft.reasons, _questions(raw, roles))


def _decided_classes(raw: RawTable, roles: Roles) -> tuple[str, ...]:
    """Return the classes when label and decision both hold the same three names or more."""
    if not (roles.label and roles.decision) or roles.class_:
        return ()
    truth = {plain_text(v) for v in profile(raw, roles.label).levels}
    chosen = {plain_text(v) for v in profile(raw, roles.decision[0]).levels}
    return tuple(sorted(truth)) if len(truth) > 2 and chosen <= truth else ()


def _simple_roles(draft: _Draft) -> dict[str, str | None]:
    """Find the columns that their names give away."""
    known = set(SPLIT_NAMES)
    return {
        "split": draft.by_name(
            words.SPLIT,
            lambda p: 0 < len(p.levels) <= 6 and any(v.lower() in known for v in p.levels),
            "split: its values are names of data splits",
        ),
        "fold": draft.by_name(
            words.FOLD, lambda p: 1 < p.distinct <= 50, "fold: by its name, with few values"
        ),
        "model": draft.by_name(
            words.MODEL, lambda p: not p.numeric and p.distinct <= 50, "model: by its name"
        ),
        "patient": draft.by_name(
            words.PATIENT, lambda p: p.distinct > 1, "patient: by its name; rows are its clusters"
        ),
        "sample": draft.by_name(
            words.SAMPLE,
            lambda p: p.distinct > 0.2 * p.rows and not p.fraction,
            "sample: by its name, with many different values",
        ),
        "weight": draft.by_name(
            words.WEIGHT, lambda p: p.numeric and p.low >= 0, "weight: a non-negative number"
        ),
        "target": draft.by_name(
            words.TARGET,
            lambda p: not p.numeric and 1 < p.distinct <= 50 and not _outcome(p),
            "target: names what is predicted on each row",
        ),
    }


def _binary(about: Profile) -> bool:
    return about.distinct == 2


def _outcome(about: Profile) -> bool:
    """Whether a column called like a target holds the outcome itself ("Yes", "No")."""
    return _binary(about) and (about.key == "target" or suggest_map(about.levels) is not None)


def _label(draft: _Draft) -> str | None:
    why = "label: by its name, with two values"
    found = draft.by_name(words.LABEL, _binary, why)
    if found:
        return found
    several = "label: by its name; it has more than two values"
    found = draft.by_name(words.LABEL, lambda p: 2 < p.distinct <= 20 and not p.fraction, several)
    if found:
        return found
    plain = [
        name
        for name, about in draft.free.items()
        if _binary(about)
        and {plain_text(v).lower() for v in about.levels} <= set(PLAIN)
        and about.key not in words.DECISION
        and not about.attribute
    ]
    if len(plain) == 1:
        return draft.take(plain[0], "label: the only column of 0 and 1")
    return None


def _classes(draft: _Draft, raw: RawTable, label: str | None) -> tuple[str | None, dict[str, str]]:
    """Find multi-class tables: a class column, or one score column per class of the label."""
    if label is None:
        return None, {}
    about = profile(raw, label)
    truth = [plain_text(v) for v in about.levels]
    if not 2 < len(truth) <= 20:
        return None, {}
    wide = {}
    for value in truth:
        end = re.sub(r"[^a-z0-9]+", "_", value.lower())
        hits = [
            name
            for name, other in draft.free.items()
            if other.numeric
            and other.unit
            and re.fullmatch(rf"[a-z_]*_{re.escape(end)}", other.key)
        ]
        if len(hits) == 1:
            wide[value] = hits[0]
    if len(wide) == len(truth):
        for value, name in wide.items():
            draft.take(name, f"score of class {value!r}: its name ends in a value of the label")
        return None, wide
    fits = lambda p: {plain_text(v) for v in p.levels} >= set(truth)  # noqa: E731 - one use below
    return draft.by_name(words.CLASS, fits, "class: it holds the values of the label"), {}


def _scores(draft: _Draft) -> tuple[str, ...]:
    """Find score columns: named as one, or several that share such a word."""
    likely = [name for name, about in draft.free.items() if about.score_like]
    unit = [name for name in likely if draft.free[name].unit and draft.free[name].score_word]
    exact = draft.by_name(
        words.SCORE, lambda p: p.score_like and p.unit, "score: by its name, between 0 and 1"
    )
    rest = [name for name in unit if name != exact]
    if exact and not rest:
        return (exact,)
    if exact or unit:
        first = (exact,) if exact else ()
        return (*first, *(draft.take(n, "score: by its name, between 0 and 1") for n in rest))
    ranked = draft.by_name(words.SCORE, lambda p: p.score_like, "score: by its name; not in [0, 1]")
    if ranked:
        return (ranked,)
    between = [n for n in likely if draft.free[n].unit and draft.free[n].fraction]
    if len(between) == 1:
        return (draft.take(between[0], "score: the only number between 0 and 1"),)
    return ()


def _decision(draft: _Draft) -> tuple[str, ...]:
    found = draft.by_name(
        words.DECISION, lambda p: 1 < p.distinct <= 20, "decision: by its name, with few values"
    )
    return (found,) if found else ()


def _attributes(draft: _Draft, raw: RawTable) -> tuple[tuple[str, ...], dict[str, BinRule]]:
    bins: dict[str, BinRule] = {}
    found: list[str] = []
    ages = [name for name, about in draft.free.items() if about.age]
    # The age itself can be cut anywhere; bands somebody else cut cannot.
    ages.sort(key=lambda n: (draft.free[n].key != "age", not draft.free[n].age_numbers))
    for name in ages[1:]:
        draft.take(name, f"left out: repeats {ages[0]!r}")
    for name, about in list(draft.free.items()):
        if name in ages[:1] and about.age_numbers:
            bins[name], why = _age_bins(raw, name)
            found.append(draft.take(name, f"attribute: an age, in groups {why}"))
        elif about.attribute and 1 < about.distinct <= _MAX_GUESSED_LEVELS and not about.fraction:
            found.append(draft.take(name, f"attribute: by its name, {about.distinct} groups"))
        elif about.groups and about.distinct <= _MAX_GUESSED_LEVELS:
            found.append(draft.take(name, f"attribute: text with {about.distinct} groups"))
    return tuple(found), bins


def _age_bins(raw: RawTable, name: str) -> tuple[BinRule, str]:
    """Return the default age groups, without those of a few patients.

    Three children among adults would be suppressed, and with them the adults of the next group,
    whose number would give the children's away.
    """
    try:
        codes, values = numeric_values(column(raw, name, role="attribute"), name=name)
    except InputError:
        return DEFAULT_AGE, DEFAULT_AGE.describe()
    placed = DEFAULT_AGE.assign(values)
    if codes is not None:
        placed = np.append(placed, np.int32(-1))[codes]
    sizes = np.bincount(placed[placed >= 0], minlength=len(DEFAULT_AGE.levels))
    if sizes.sum() < _ENOUGH_FOR_BINS:
        return DEFAULT_AGE, DEFAULT_AGE.describe()
    rule = DEFAULT_AGE.without_small(sizes, least=MIN_GROUP)
    words = rule.describe()
    if rule != DEFAULT_AGE:
        words += f" (the usual groups, those of fewer than {MIN_GROUP} rows joined to the next)"
    return rule, words


def _questions(raw: RawTable, roles: Roles) -> tuple[Question, ...]:
    asked = []
    if not roles.label:
        asked.append(Question("", "label", (), {}, "Which column says what happened?"))
    elif not (roles.class_scores or roles.class_ or roles.classes):
        asked += _ask_binary(raw, roles.label, "label", "the outcome happened")
    if not (roles.scores or roles.decision or roles.class_scores):
        text = "Which column holds the score or decision of the model?"
        asked.append(Question("", "score", (), {}, text))
    for name in () if roles.classes else roles.decision:
        asked += _ask_binary(raw, name, "decision", "the patient was flagged")
    if roles.split:
        about = profile(raw, roles.split, whole=True)
        odd = [v for v in about.levels if v.strip().lower() not in SPLIT_NAMES]
        if odd:
            text = f"Which of train, validation and test are the values of {roles.split!r}?"
            asked.append(Question(roles.split, "split", about.counts, {}, text))
    return tuple(asked)


def _ask_binary(raw: RawTable, name: str, role: str, meaning: str) -> list[Question]:
    about = profile(raw, name, whole=True)
    values = [v for v in about.levels if not is_missing(v)]
    if values and {plain_text(v).lower() for v in values} <= set(PLAIN):
        return []
    text = f"Which values of {name!r} mean that {meaning}?"
    return [Question(name, role, about.counts, suggest_map(values) or {}, text)]
