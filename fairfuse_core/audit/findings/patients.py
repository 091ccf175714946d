"""FF009 and FF010: who the rows are."""

from __future__ import annotations

from collections.abc import Iterator

from fairfuse_core.audit.result import Audit, Finding


def repeated_patients(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding for the audit."""
    p = audit.provenance
    if p.kind == "counts":
        yield Finding(
            code,
            title,
            "not_applicable",
            "A table of counts does not tell whether a patient was counted more than once.",
        )
    elif p.patients is None:
        yield Finding(
            code,
            title,
            "skipped",
            "No patient column: every row was taken as a patient of its own. If patients have "
            "several rows, intervals are too narrow.",
        )
    elif p.clusters:
        yield Finding(
            code,
            title,
            "passed",
            f"{p.rows:,} rows of {p.patients:,} patients: whole patients were resampled and "
            "permuted.",
        )
    elif (
        audit.scores is not None
        and audit.scores.weighted
        and audit.config.use_clusters
        and any(u.clustered for u in audit.scores.units)
    ):
        yield Finding(
            code,
            title,
            "note",
            f"{p.rows:,} weighted rows of {p.patients:,} patients: the weights are accounted for, "
            "patients with several rows are not, so intervals may be too narrow.",
        )
    elif audit.config.use_clusters:
        yield Finding(code, title, "passed", "Every patient has one row for each model and target.")
    else:
        yield Finding(
            code,
            title,
            "note",
            f"{p.rows:,} rows of {p.patients:,} patients were treated as independent, as asked: "
            "intervals may be too narrow.",
        )


def same_patients(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a target whose models were judged on different numbers of patients."""
    if len(audit.models) < 2:
        yield Finding(code, title, "not_applicable", "There is one model only.")
        return
    # Whatever metrics were asked for: every line of a model says how many it was judged on.
    sizes = audit.overall.drop_duplicates(["model", "target"])
    different = False
    for target, part in sizes.groupby("target", sort=False):
        if part["n"].nunique() > 1 or len(part) < len(audit.models):
            different = True
            said = ", ".join(f"{m} {n:g}" for m, n in zip(part["model"], part["n"], strict=True))
            yield Finding(
                code,
                title,
                "note",
                f"Models were judged on different patients ({said}): compare them with care.",
                target=str(target),
            )
    if not different:
        yield Finding(code, title, "passed", "All models were judged on equally many patients.")
