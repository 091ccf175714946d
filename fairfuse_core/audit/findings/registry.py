"""Every check. A new one is a file beside this and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fairfuse_core.audit.findings.calibration import calibration_alike
from fairfuse_core.audit.findings.estimable import every_group_estimable
from fairfuse_core.audit.findings.events import enough_events
from fairfuse_core.audit.findings.four_fifths import four_fifths
from fairfuse_core.audit.findings.gaps import gap_survives
from fairfuse_core.audit.findings.missing import attributes_known
from fairfuse_core.audit.findings.multiplicity import family_size
from fairfuse_core.audit.findings.patients import repeated_patients, same_patients
from fairfuse_core.audit.findings.provenance import threshold_provenance
from fairfuse_core.audit.findings.reader import reader_warnings
from fairfuse_core.audit.findings.suppressed import suppressed_groups
from fairfuse_core.audit.result import Audit, Finding


@dataclass(frozen=True)
class Check:
    """A check's stable code, its question, and the function that answers it."""

    code: str
    title: str
    run: Callable[[Audit, str, str], Iterable[Finding]]


CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        Check("FF001", "Does a gap survive its test?", gap_survives),
        Check("FF002", "Do selection rates keep to the four-fifths rule?", four_fifths),
        Check("FF003", "Could every group be assessed?", every_group_estimable),
        Check("FF004", "Were groups suppressed?", suppressed_groups),
        Check("FF005", "Has every group enough events?", enough_events),
        Check("FF006", "Are protected attributes known?", attributes_known),
        Check("FF007", "Was the threshold chosen on other patients?", threshold_provenance),
        Check("FF008", "Is calibration alike in all groups?", calibration_alike),
        Check("FF009", "Are patients with several rows accounted for?", repeated_patients),
        Check("FF010", "Were all models judged on the same patients?", same_patients),
        Check("FF011", "How many tests were made?", family_size),
        Check("FF012", "Did the reader notice anything?", reader_warnings),
    )
}


def run_checks(audit: Audit) -> tuple[Finding, ...]:
    """Run every check; those the configuration ignores are kept and marked so."""
    found: list[Finding] = []
    for check in CHECKS.values():
        for finding in check.run(audit, check.code, check.title):
            ignored = check.code in audit.config.ignore
            found.append(replace(finding, outcome="ignored") if ignored else finding)
    return tuple(found)
