"""Findings for reading: issues and notes in full, long runs of the rest in one line a check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairfuse_core.report.facts import OUTCOMES
from fairfuse_core.report.summary import metric_title
from fairfuse_core.report.words import in_sentence, listed

if TYPE_CHECKING:
    from fairfuse_core.audit import Audit, Finding

_IN_FULL = frozenset({"issue"})
_RUN = 4
"""From this many findings of one check and outcome on, they are told together."""

_WHERE = {
    "FF001": "Sections 3 and 4 hold the numbers.",
    "FF002": "Section 6 holds the numbers.",
    "FF003": "Section 9 lists them.",
    "FF004": "Section 9 lists them.",
    "FF005": "Section 2 holds the numbers.",
    "FF008": "Section 5 holds the numbers.",
}
_ELSEWHERE = "The exported findings hold each of them."

Line = dict[str, str]


def by_outcome(audit: Audit) -> list[tuple[str, int, list[Line]]]:
    """Return (outcome in words, how many, lines) for each outcome that occurs.

    Returns
    -------
    list of (str, int, list of dict)
        Each line has ``code``, ``who`` (model and target) and ``message``. Outcomes that ask
        most of the reader come first. A run of alike findings is one line that names what each
        is about; their numbers stand in the tables of gaps and indices, and in the exports.
    """
    made = []
    for outcome, name in OUTCOMES.items():
        found = [f for f in audit.findings if f.outcome == outcome]
        if found:
            made.append((name, len(found), _lines(audit, outcome, found)))
    return made


def _lines(audit: Audit, outcome: str, found: Sequence[Finding]) -> list[Line]:
    lines: list[Line] = []
    for code in dict.fromkeys(f.code for f in found):
        run = [f for f in found if f.code == code]
        if outcome in _IN_FULL or len(run) < _RUN:
            lines += [{"code": f.code, "who": _who(audit, f), "message": f.message} for f in run]
        else:
            lines.append(_together(audit, run))
    return lines


def _who(audit: Audit, finding: Finding) -> str:
    target = finding.target if len(audit.targets) > 1 else ""
    return ", ".join(part for part in (finding.model, target) if part) or "all"


def _together(audit: Audit, run: Sequence[Finding]) -> Line:
    about: dict[str, list[str]] = {}
    for finding in run:
        metric = in_sentence(metric_title(finding.metric)) if finding.metric else ""
        what = f"{metric} by {finding.attribute}" if metric else finding.attribute
        about.setdefault(what, []).append(_who(audit, finding))
    everyone = len(audit.models) * len(audit.targets)
    parts = [
        what if len(who) == everyone else f"{what} ({'; '.join(dict.fromkeys(who))})"
        for what, who in about.items()
    ]
    return {
        "code": run[0].code,
        "who": f"{len(run)} findings",
        "message": f"{run[0].title} {listed(parts)}. " + _WHERE.get(run[0].code, _ELSEWHERE),
    }
