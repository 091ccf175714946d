"""The form that confirms what each column means. Nothing is assumed without being shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairfuse_core.errors import FairFuseError
from fairfuse_core.report.words import counted, percent
from fairfuse_core.ui import intake, state
from fairfuse_core.ui.components import messages, show_error, table
from fairfuse_core.ui.text import escape

if TYPE_CHECKING:
    from fairfuse_core.audit.predictions import RawTable, RoleGuess, Roles

_NONE = "None"
_PLAIN = {"0", "1", "true", "false"}
_SINGLE = (
    ("model", "Model", "Names the model of each row."),
    ("patient", "Patient id", "Several rows of one patient are then resampled together."),
    ("sample", "Sample id", "Pairs the rows of several models on the same sample."),
    ("split", "Data split", "Only test rows are audited; validation rows choose the threshold."),
    ("fold", "Fold", "Cross-validation fold."),
    ("weight", "Weight", "Sampling weight, 0 or more."),
    ("target", "Target", "Names what is predicted, where rows predict different things."),
)
_SPLITS = ("", "train", "validation", "test")


def draw(draft: intake.Draft) -> None:
    """Show what was read and ask for confirmation."""
    raw = draft.raw
    st.markdown(
        f"**{escape(raw.name)}**: {counted(len(raw), 'row')}, "
        f"{counted(len(raw.columns), 'column')}, SHA-256 {raw.digest[:16]}…"
    )
    messages(raw.messages)
    if draft.guess is None:
        _counts(draft)
    else:
        _predictions(draft, draft.guess)


def _counts(draft: intake.Draft) -> None:
    st.info(
        "This is a table of confusion counts (tp, fn, fp, tn for each group), as papers print "
        "them. Everything that counts can tell will be audited; what needs single patients will "
        "say so.",
        icon=":material/calculate:",
    )
    with st.form("confirm_counts", border=False):
        if st.form_submit_button("Audit these counts", type="primary"):
            _open(lambda: intake.open_counts(draft))


def _predictions(draft: intake.Draft, guess: RoleGuess) -> None:
    raw = draft.raw
    with st.expander("What was guessed for each column, and why", icon=":material/lightbulb:"):
        table(
            pd.DataFrame(
                [{"Column": c, "Guess": guess.reasons.get(c, "left out")} for c in raw.columns]
            ),
            alt="Each column of the table with its guessed role and the reason",
        )
    roles = _main_roles(raw, guess)
    with st.form("confirm_roles"):
        st.markdown("**Confirm how the values are read**")
        roles = _more_roles(raw, roles)
        answers = _answers(raw, roles)
        if st.form_submit_button("Audit this table", type="primary", icon=":material/check:"):
            _open(lambda: intake.open_predictions(draft, roles, answers))
    if st.button("Discard this table", icon=":material/delete:"):
        state.forget_draft()
        st.rerun()


def _open(act: Any) -> None:
    try:
        with st.spinner("Reading the table"):
            act()
    except FairFuseError as error:
        show_error(error)
        return
    st.rerun()


def _key(raw: RawTable, name: str) -> str:
    return f"draft_{raw.digest[:12]}_{name}"


def _main_roles(raw: RawTable, guess: RoleGuess) -> Roles:
    """Ask for the columns that shape the rest of the form; these answer at once."""
    columns = list(raw.columns)
    roles = guess.roles
    label = st.selectbox(
        "Outcome: what happened",
        columns,
        index=columns.index(roles.label) if roles.label in columns else None,
        placeholder="Choose the column that says what happened",
        help=_why(guess, roles.label),
        key=_key(raw, "label"),
    )
    left, right = st.columns(2)
    with left:
        scores = st.multiselect(
            "Score: predicted risk (several columns: several models)",
            columns,
            default=list(roles.scores),
            help=_why(guess, *roles.scores),
            key=_key(raw, "scores"),
        )
    with right:
        decision = st.multiselect(
            "Decision: flagged or not, if there is no score",
            columns,
            default=list(roles.decision),
            help=_why(guess, *roles.decision),
            key=_key(raw, "decision"),
        )
    attributes = st.multiselect(
        "Protected attributes",
        columns,
        default=list(roles.attributes),
        help=_why(guess, *roles.attributes),
        key=_key(raw, "attributes"),
    )
    classes = _multi_class(raw, guess, label or "", bool(scores), tuple(decision))
    return roles.with_(
        label=label or "",
        scores=tuple(scores),
        decision=tuple(decision),
        attributes=tuple(attributes),
        **classes,
    )


def _multi_class(
    raw: RawTable, guess: RoleGuess, label: str, scored: bool, decision: tuple[str, ...]
) -> dict[str, Any]:
    """Offer one-vs-rest where the label has more than two classes."""
    off: dict[str, Any] = {"class_": None, "class_scores": {}, "classes": ()}
    if not label:
        return off
    values = [v for v, _ in _values(raw, label)]
    known = guess.roles.class_ or guess.roles.class_scores
    if not (2 < len(values) <= 20) or not (known or (decision and not scored)):
        return off
    how = st.checkbox(
        f"Audit each of the {len(values)} classes of the outcome against the rest",
        value=True,
        key=_key(raw, "one_vs_rest"),
    )
    if not how:
        return off
    if known and label == guess.roles.label:
        return {
            "class_": guess.roles.class_,
            "class_scores": guess.roles.class_scores,
            "classes": (),
        }
    return {**off, "classes": tuple(values)}


def _answers(raw: RawTable, roles: Roles) -> intake.Answers:
    one_vs_rest = bool(roles.class_ or roles.class_scores or roles.classes)
    labels: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    if roles.label and not one_vs_rest:
        labels, positive = _which(
            raw, roles.label, "the outcome happened", _key(raw, f"yes_{roles.label}")
        )
    decisions: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    if roles.decision and not one_vs_rest:
        first = roles.decision[0]
        decisions, flagged = _which(
            raw, first, "the patient was flagged", _key(raw, f"flag_{first}")
        )
    return intake.Answers(
        positive=positive,
        flagged=flagged,
        label_values=labels,
        decision_values=decisions,
        cuts=_cuts(raw, roles),
        splits=_splits(raw, roles.split),
    )


def _which(
    raw: RawTable, column: str, meaning: str, key: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ask which values mean yes, unless they are 0 and 1 or true and false."""
    from fairfuse_core.audit.predictions.labels import suggest_map

    found = _values(raw, column)
    values = [value for value, _ in found]
    if {v.strip().lower().removesuffix(".0") for v in values} <= _PLAIN:
        total = sum(n for _, n in found)
        ones = sum(n for v, n in found if v.strip().lower().removesuffix(".0") in {"1", "true"})
        st.markdown(
            f"- {escape(column)}: 1 (or true) means that {meaning}, on {ones:,} of {total:,} rows "
            f"({percent(round(ones / max(total, 1), 4))})."
        )
        return (), ()
    count = dict(found)
    suggestion = suggest_map(values) or {}
    chosen = st.multiselect(
        f"Values of {escape(column)} that mean that {meaning}",
        values,
        default=[v for v in values if suggestion.get(v) == 1],
        format_func=lambda v: f"{v} ({count[v]:,} rows)",
        help="Suggested from the words; please check. All other values mean that it did not.",
        key=key,
    )
    return tuple(values), tuple(chosen)


def _cuts(raw: RawTable, roles: Roles) -> dict[str, str]:
    from fairfuse_core.audit.predictions.profile import profile

    cuts = {}
    for name in roles.attributes:
        about = profile(raw, name)
        if name not in roles.bins and not about.numeric:
            continue
        start = (
            ", ".join(f"{edge:g}" for edge in roles.bins[name].edges) if name in roles.bins else ""
        )
        shown = roles.bins[name].describe() if name in roles.bins else "each value its own group"
        cuts[name] = st.text_input(
            f"Cut points of {escape(name)}",
            start,
            help="Numbers in rising order. A group begins at its cut point. Empty: each value is a "
            "group of its own.",
            placeholder="18, 45, 65, 80",
            key=_key(raw, f"cuts_{name}"),
        )
        st.caption(f"Proposed groups: {escape(shown)}")
    return cuts


def _splits(raw: RawTable, split: str | None) -> dict[str, str]:
    from fairfuse_core.audit.predictions.splits import SPLIT_NAMES

    if not split:
        return {}
    odd = [v for v, _ in _values(raw, split) if v.strip().lower() not in SPLIT_NAMES]
    return {
        value: st.selectbox(
            f"Rows whose {escape(split)} is {escape(value)} are for",
            _SPLITS,
            format_func=lambda part: part or "Please choose",
            key=_key(raw, f"split_{split}_{value}"),
        )
        or ""
        for value in odd[:12]
    }


def _more_roles(raw: RawTable, roles: Roles) -> Roles:
    options = [_NONE, *raw.columns]
    chosen: dict[str, Any] = {}
    with st.expander("Other roles: model, patient, split, weight", icon=":material/more_horiz:"):
        for name, title, help_ in _SINGLE:
            now = getattr(roles, name)
            picked = st.selectbox(
                title,
                options,
                index=options.index(now) if now in options else 0,
                help=help_,
                key=_key(raw, f"role_{name}"),
            )
            chosen[name] = None if picked == _NONE else picked
        chosen["drop_missing"] = st.checkbox(
            "Leave out rows without an outcome, score or weight (they are counted and reported)",
            value=roles.drop_missing,
            key=_key(raw, "drop_missing"),
        )
    return roles.with_(**chosen)


def _values(raw: RawTable, column: str) -> tuple[tuple[str, int], ...]:
    from fairfuse_core.audit.predictions.profile import profile

    return profile(raw, column, whole=True).counts


def _why(guess: RoleGuess, *columns: str) -> str | None:
    """Return the guess's reasons for some columns, as a tooltip."""
    said = [f"{escape(c)}: {escape(guess.reasons[c])}" for c in columns if c in guess.reasons]
    return "Guessed. " + "; ".join(said) if said else None
