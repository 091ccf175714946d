"""Column roles on the command line: what was given, what is guessed, what only the user knows."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from fairfuse_core.cli import options
from fairfuse_core.errors import ConfigError, InputError

if TYPE_CHECKING:
    from fairfuse_core.audit.predictions import Question, RawTable, RoleGuess, Roles

_SINGLE = ("model", "patient", "sample", "weight", "split", "fold", "target", "class_")
_ROLE_FLAGS = {"label": "--label", "score": "--score or --decision"}
_MAP_FLAGS = {"label": "--label-map", "decision": "--positive-decision", "split": "--split-map"}


def read_roles(raw: RawTable, given: dict[str, Any]) -> Roles:
    """Return the roles of a table's columns: given ones first, guesses for the rest.

    Guesses are printed on stderr and, on a terminal, confirmed.

    Raises
    ------
    InputError
        When a column is missing, or a value has a meaning that only the user knows.
    """
    from fairfuse_core.audit.predictions import guess_roles

    guess = guess_roles(raw)
    roles = merge(raw, guess.roles, given)
    _open_questions(raw, guess, roles)
    guessed = [name for name in roles.named() if name not in _named_by_user(raw, given)]
    if guessed:
        _tell(roles, guess, guessed)
        _confirm(yes=bool(given["yes"]))
    return roles


def merge(raw: RawTable, guess: Roles, given: dict[str, Any]) -> Roles:
    """Put what the user said over what was guessed.

    A column that the user named keeps that role only; naming a score sets guessed decisions
    aside, and the reverse; naming one attribute means that no other is audited.
    """
    named = _named_by_user(raw, given)
    label = "" if guess.label in named else guess.label
    changes: dict[str, Any] = {
        "label": label if given["label"] is None else given["label"],
        "attributes": tuple(a for a in guess.attributes if a not in named),
        "bins": {a: rule for a, rule in guess.bins.items() if a not in named},
    }
    for role in _SINGLE:
        value, found = given[role], getattr(guess, role)
        changes[role] = value if value is not None else None if found in named else found
    if given["attribute"]:
        wanted = filter(None, given["attribute"])
        read = [options.attribute(text, raw.columns) for text in wanted]
        changes["attributes"] = tuple(name for name, _ in read)
        changes["bins"] = {name: rule or guess.bins.get(name) for name, rule in read}
        changes["bins"] = {name: rule for name, rule in changes["bins"].items() if rule}
    changes["bins"] |= options.bins(given["bins"])
    if given["score"] or given["decision"]:
        for role, option in (("scores", "score"), ("decision", "decision")):
            changes[role] = tuple(filter(None, given[option]))
        changes |= {"class_scores": {}, "classes": () if given["score"] else guess.classes}
    if given["class_score"]:
        example = "sepsis=p_sepsis"
        changes["class_scores"] = options.pairs(
            given["class_score"], flag="--class-score", example=example
        )
        changes |= {"scores": (), "decision": (), "classes": ()}
    if given["classes"]:
        changes["classes"] = tuple(options.fields(given["classes"]))
    changes["model_names"] = options.pairs(
        given["model_name"], flag="--model-name", example="score_1=Fusion"
    )
    changes["label_map"] = options.binary_map(given["label_map"], flag="--label-map")
    changes["positive_decision"] = options.binary_map(
        given["positive_decision"], flag="--positive-decision"
    )
    changes["split_map"] = options.pairs(
        given["split_map"], flag="--split-map", example="dev=validation,held=test"
    )
    changes["drop_missing"] = given["drop_missing"]
    if given["label"] and given["label"] != guess.label:
        changes.setdefault("classes", ())
        changes.setdefault("class_scores", {})
    return replace(guess, **changes)


def _named_by_user(raw: RawTable, given: dict[str, Any]) -> set[str]:
    named = {given["label"], *given["score"], *given["decision"], *(given[r] for r in _SINGLE)}
    named |= {options.attribute(text, raw.columns)[0] for text in given["attribute"]}
    return {name for name in named if name}


def _open_questions(raw: RawTable, guess: RoleGuess, roles: Roles) -> None:
    if not roles.label:
        raise _which_column(raw, "label")
    if not (roles.scores or roles.decision or roles.class_scores):
        raise _which_column(raw, "score")
    asked = {
        "label": (roles.label, roles.label_map),
        "decision": (roles.decision[0] if roles.decision else "", roles.positive_decision),
        "split": (roles.split or "", roles.split_map),
    }
    for question in guess.questions:
        column, answer = asked.get(question.role, ("", {}))
        # A label map answers for decisions too where the words are the same.
        answered = answer or (question.role == "decision" and roles.label_map)
        multiclass = question.role == "label" and (roles.class_ or roles.class_scores)
        if question.column and question.column == column and not answered and not multiclass:
            raise _unanswered(question)


def _which_column(raw: RawTable, role: str) -> InputError:
    from fairfuse_core.audit.predictions.words import quoted

    return InputError(
        f"a {role} column",
        f"none that is plainly one among {quoted(raw.columns, limit=12)} in {raw.name!r}",
        f"Name it with {_ROLE_FLAGS[role]}.",
    )


def _unanswered(question: Question) -> InputError:
    shown = ", ".join(f"{value!r}" for value, _ in question.values[:8])
    likely = ",".join(f"{name}={to}" for name, to in question.suggestion.items())
    likely = likely or ",".join(f"{value}=…" for value, _ in question.values[:4])
    return InputError(
        f"to be told which values of column {question.column!r} mean what",
        f"{shown}, whose meaning is not assumed",
        f"Say so with {_MAP_FLAGS[question.role]} {likely!r}, if that is right.",
    )


def _tell(roles: Roles, guess: RoleGuess, guessed: list[str]) -> None:
    by_column = roles.named()
    for column in guessed:
        reason = guess.reasons.get(column, "")
        _, _, why = reason.partition(": ")
        click.echo(
            f"guessed: {by_column[column]} = {column}" + (f" ({why})" if why else ""), err=True
        )


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        click.echo("No terminal to ask on: going on with these. Flags change them.", err=True)
        return
    if not click.confirm("Are these right?", default=True, err=True):
        raise ConfigError(
            "confirmed column roles",
            "a guess that was turned down",
            "Name the columns: --label, --score, --attribute, --patient ('' undoes a guess).",
        )
