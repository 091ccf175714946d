"""Every coded check, each of its outcomes."""

from dataclasses import replace

import numpy as np
import pytest

from fairfuse_core.audit import AuditConfig, OperatingPoint, run_audit
from fairfuse_core.audit.findings.registry import CHECKS, run_checks
from fairfuse_core.audit.predictions import Message
from tests.audit.make import HALF, cohort, counts_table, settings, table

OUTCOMES = {"issue", "note", "passed", "not_applicable", "skipped", "ignored"}


def found(audit, code, **where):
    return [
        f
        for f in audit.findings
        if f.code == code and all(getattr(f, k) == v for k, v in where.items())
    ]


def one(audit, code, **where):
    (finding,) = found(audit, code, **where)
    return finding


def counts(*rows, **changes):
    return run_audit(counts_table([("a", *row) for row in rows]), settings(**changes))


def scored(n=400, *, seed=1, shift=0.0, **extra):
    y, score, group = cohort(seed, n)
    score = np.where(group == "g1", np.clip(score + shift, 0, 1), score)
    return table(y, score, a=group, **extra)


def test_every_check_speaks_and_has_a_code_of_its_own():
    audit = run_audit(scored(), settings())
    assert {f.code for f in audit.findings} == set(CHECKS) == {f"FF{k:03}" for k in range(1, 13)}
    for f in audit.findings:
        assert f.outcome in OUTCOMES
        assert f.title == CHECKS[f.code].title
        assert f.message
        assert "nan" not in f.message.lower().split()


@pytest.mark.parametrize(
    ("x", "y", "outcome", "words"),
    [
        ((90, 10, 20, 80), (50, 50, 20, 80), "issue", "More than chance explains"),
        ((700, 300, 1, 1), (700, 300, 1, 1), "passed", "A gap of 0.10 or more is ruled out"),
        ((7, 3, 1, 1), (5, 5, 1, 1), "skipped", "Not distinguishable from zero, nor ruled out"),
        ((0, 0, 20, 80), (50, 50, 20, 80), "skipped", "fewer than two groups have a value"),
    ],
)
def test_gap_survives(x, y, outcome, words):
    finding = one(counts(("x", *x), ("y", *y)), "FF001", metric="tpr")
    assert finding.outcome == outcome
    assert words in finding.message


def test_a_gap_that_only_its_own_test_finds_is_a_note():
    rows = [("a", "x", 60, 40, 1, 1), ("a", "y", 45, 55, 1, 1)]
    rows += [(k, v, 52, 48, 1, 1) for k in "bcdef" for v in ("u", "v")]
    audit = run_audit(counts_table(rows), settings(metrics=("tpr",)))
    finding = one(audit, "FF001", attribute="a")
    assert finding.outcome == "note"
    assert "not among all gaps of its kind" in finding.message


def test_a_gap_that_counts_cannot_give_is_not_applicable():
    audit = counts(("x", 5, 5, 5, 5), ("y", 5, 5, 5, 5))
    assert one(audit, "FF001", metric="auroc").outcome == "not_applicable"


@pytest.mark.parametrize(
    ("x", "y", "outcome"),
    [
        ((500, 0, 0, 500), (200, 300, 0, 500), "issue"),
        ((500, 0, 0, 500), (500, 0, 0, 500), "passed"),
        ((10, 0, 0, 10), (8, 2, 0, 10), "note"),
        ((0, 10, 0, 10), (0, 10, 0, 10), "skipped"),
    ],
)
def test_four_fifths(x, y, outcome):
    assert one(counts(("x", *x), ("y", *y)), "FF002").outcome == outcome


def test_every_group_estimable():
    audit = counts(("x", 5, 5, 5, 5), ("none", 0, 0, 3, 9))
    notes = found(audit, "FF003")
    assert {f.outcome for f in notes} == {"note"}
    assert "a, none: sensitivity not estimable: nobody in the group had the outcome" in (
        notes[0].message
    )
    whole = counts(("x", 5, 5, 5, 5), ("y", 5, 5, 5, 5), metrics=("tpr", "fpr"))
    assert one(whole, "FF003").outcome == "passed"


def test_suppressed_groups():
    rows = [("x", 2, 2, 2, 2), ("y", 20, 5, 5, 20), ("z", 30, 5, 5, 30)]
    hidden = run_audit(counts_table([("a", *r) for r in rows]), AuditConfig(replicates=100))
    finding = one(hidden, "FF004")
    assert finding.outcome == "note"
    assert "x, y not shown" in finding.message
    off = one(counts(*rows), "FF004")
    assert "turned off by a test" in off.message
    large = run_audit(counts_table([("a", *r) for r in rows[1:]]), AuditConfig(replicates=100))
    assert one(large, "FF004").outcome == "passed"


def test_enough_events():
    few = one(counts(("x", 20, 9, 40, 40), ("y", 20, 10, 40, 40)), "FF005")
    assert few.outcome == "note"
    assert "x (29 with, 80 without)" in few.message
    assert "y (" not in few.message
    assert one(counts(("x", 20, 10, 40, 40), ("y", 20, 10, 40, 40)), "FF005").outcome == "passed"


def test_attributes_known():
    y, score, group = cohort(3, 200)
    group = np.where(np.arange(200) < 30, "Unknown", group)
    audit = run_audit(table(y, score, a=group), settings(metrics=("tpr",)))
    finding = one(audit, "FF006")
    assert (finding.outcome, finding.attribute) == ("note", "a")
    assert "30 patients (15.0%)" in finding.message
    assert one(run_audit(scored(), settings(metrics=("tpr",))), "FF006").outcome == "passed"


def test_threshold_provenance():
    flat = one(run_audit(scored(), settings(operating_point=OperatingPoint("youden"))), "FF007")
    assert flat.outcome == "note"
    assert "the same patients it is judged on" in flat.message
    assert one(run_audit(scored(), settings()), "FF007").outcome == "passed"
    split = scored(split=np.array(["validation", "test"])[np.arange(400) % 2])
    held = one(run_audit(split, settings(operating_point=OperatingPoint("youden"))), "FF007")
    assert held.outcome == "passed"
    assert "validation split" in held.message
    assert one(counts(("x", 5, 5, 5, 5)), "FF007").outcome == "not_applicable"


@pytest.mark.parametrize(("shift", "outcome"), [(0.3, "issue"), (0.0, "skipped")])
def test_calibration_alike(shift, outcome):
    audit = run_audit(scored(shift=shift), settings(replicates=1000))
    assert one(audit, "FF008").outcome == outcome


def test_calibration_of_counts_is_not_applicable():
    assert one(counts(("x", 5, 5, 5, 5)), "FF008").outcome == "not_applicable"
    ranks = table([0, 1] * 20, np.arange(40) - 3.0, a=["x", "y"] * 20)
    assert "no probabilities" in one(run_audit(ranks, settings()), "FF008").message


def test_repeated_patients():
    twice = scored(patient=np.arange(400) // 2)
    assert one(run_audit(twice, settings()), "FF009").outcome == "passed"
    apart = one(run_audit(twice, settings(use_clusters=False)), "FF009")
    assert apart.outcome == "note"
    assert "400 rows of 200 patients were treated as independent" in apart.message
    assert one(run_audit(scored(), settings()), "FF009").outcome == "skipped"
    once = one(run_audit(scored(patient=np.arange(400)), settings()), "FF009")
    assert (once.outcome, once.message) == (
        "passed", "Every patient has one row for each model and target.",
    )  # fmt: skip
    assert one(counts(("x", 5, 5, 5, 5)), "FF009").outcome == "not_applicable"


def test_same_patients():
    assert one(run_audit(scored(), settings()), "FF010").outcome == "not_applicable"
    model = np.array(["m", "n"])[np.arange(400) % 2]
    assert one(run_audit(scored(model=model), settings()), "FF010").outcome == "passed"
    model[:10] = "m"
    uneven = one(run_audit(scored(model=model), settings()), "FF010")
    assert uneven.outcome == "note"
    assert "m 205, n 195" in uneven.message


def test_same_patients_whatever_the_metrics_asked_for():
    model = np.array(["m", "n"])[np.arange(400) % 2]
    model[:10] = "m"
    audit = run_audit(scored(model=model), settings(metrics=("tpr",)))
    assert one(audit, "FF010").outcome == "note"


def test_number_of_tests():
    audit = run_audit(scored(b=np.arange(400) % 3), settings(multiplicity="bh"))
    message = one(audit, "FF011").message
    assert "2 of sensitivity, 2 of false-alarm rate" in message
    assert "Benjamini-Hochberg" in message


def test_reader_warnings():
    warned = replace(scored(), messages=(Message("warning", "Look here.", "a"),))
    finding = one(run_audit(warned, settings()), "FF012")
    assert (finding.outcome, finding.message, finding.attribute) == ("note", "Look here.", "a")
    noted = replace(scored(), messages=(Message("note", "By the way.", "a"),))
    assert one(run_audit(noted, settings()), "FF012").outcome == "passed"


def test_warnings_about_published_counts_are_told():
    made = replace(
        counts_table([("a", "x", 5, 5, 5, 5)]), messages=(Message("warning", "Sums differ."),)
    )
    assert one(run_audit(made, settings()), "FF012").message == "Sums differ."


def test_ignored_checks_are_kept_and_marked():
    audit = run_audit(scored(), settings(ignore=("FF005", "FF007")))
    for f in audit.findings:
        assert (f.outcome == "ignored") == (f.code in {"FF005", "FF007"})
    assert run_checks(audit) == audit.findings
    assert HALF.label == "fixed threshold 0.5"
