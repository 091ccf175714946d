"""The sentences: which gaps survive, which do not, what could not be assessed."""

import pytest

from fairfuse_core.audit import run_audit
from fairfuse_core.report import headline, summarise
from fairfuse_core.report.words import (
    count,
    counted,
    estimate,
    in_sentence,
    listed,
    number,
    p_value,
    percent,
    short_reason,
)
from tests.audit.make import counts_table, settings

NAN = float("nan")


def _audit(*rows, **changes):
    return run_audit(counts_table(list(rows)), settings(**changes))


def test_radfusion_none_of_the_18_sensitivity_gaps(radfusion):
    said = headline(radfusion, "tpr")
    assert said.startswith(
        "None of the 18 gaps in sensitivity is distinguishable from zero at the 5 %"
    )
    smallest = float(said.split("p = ")[1].split(",")[0])
    assert smallest >= 0.14  # Fisher's exact test gives no smaller one either


def test_a_large_gap_survives():
    # 90 of 100 sick women are found, 50 of 100 sick men.
    audit = _audit(("sex", "F", 90, 10, 10, 90), ("sex", "M", 50, 50, 10, 90))
    assert headline(audit, "tpr") == (
        "The one gap in sensitivity is distinguishable from zero at the 5 % level (p < 0.001)."
    )
    unit = summarise(audit, ["tpr"]).units[0]
    assert [line.text for line in unit.survive] == [
        line.text for line in unit.survive if line.text.startswith("sensitivity by sex 0.400 [")
    ]
    assert "F above M" in unit.survive[0].text
    assert unit.chance == ()


def test_no_gap_at_all_is_not_distinguishable():
    audit = _audit(("sex", "F", 40, 10, 10, 40), ("sex", "M", 40, 10, 10, 40))
    assert headline(audit, "tpr") == (
        "The one gap in sensitivity is not distinguishable from zero at the 5 % level (p = 1.00)."
    )
    assert summarise(audit, ["tpr"]).units[0].survive == ()


def test_the_level_follows_the_confidence():
    audit = _audit(("sex", "F", 40, 10, 10, 40), ("sex", "M", 40, 10, 10, 40), confidence=0.9)
    assert "at the 10 % level" in headline(audit, "tpr")


def test_one_of_several_gaps_survives():
    audit = _audit(
        ("sex", "F", 90, 10, 10, 90), ("sex", "M", 50, 50, 10, 90),
        ("race", "A", 70, 30, 10, 90), ("race", "B", 70, 30, 10, 90),
    )  # fmt: skip
    assert headline(audit, "tpr") == (
        "1 of the 2 gaps in sensitivity is distinguishable from zero at the 5 % level after "
        "adjustment (Holm), by sex; the other is not."
    )
    assert "(Benjamini-Hochberg)" in headline(
        _audit(
            ("sex", "F", 90, 10, 10, 90), ("sex", "M", 50, 50, 10, 90),
            ("race", "A", 70, 30, 10, 90), ("race", "B", 70, 30, 10, 90), multiplicity="bh",
        ),
        "tpr",
    )  # fmt: skip


def test_a_group_without_events_is_named_and_not_counted_as_zero():
    audit = _audit(("sex", "F", 40, 10, 10, 40), ("sex", "M", 0, 0, 10, 40))
    assert headline(audit, "tpr") == "No gap in sensitivity could be tested here."
    summary = summarise(audit, ["tpr"])
    assert len(summary.units[0].unassessed) == 1
    assert summary.units[0].survive == summary.units[0].chance == ()
    assert any(
        line.startswith("sex, M: sensitivity not estimable: nobody")
        for line in summary.gaps_left_out
    )


def test_hidden_groups_are_told_together(hidden):
    said = summarise(hidden).gaps_left_out
    assert any(line.startswith("race: ") and line.endswith(" suppressed") for line in said)
    assert not any("fewer than" in line for line in said)


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (number(0.0004), "0.000"), (number(-0.0004), "0.000"), (number(-1.25, 2), "−1.25"),
        (number(NAN), "–"), (number(float("inf")), "∞"), (count(1683.0), "1,683"),
        (count(12.25), "12.2"), (count(NAN), "–"), (estimate(0.5, NAN, NAN), "0.500"),
        (estimate(0.5, 0.4, 0.6), "0.500 [0.400, 0.600]"), (p_value(0.0009), "< 0.001"),
        (p_value(0.0499), "0.050"), (p_value(0.14), "0.14"), (p_value(NAN), "–"),
        (percent(0.05), "5 %"), (percent(0.025), "2.5 %"), (listed(["a", "b", "c"]), "a, b and c"),
        (listed([]), ""), (counted(1, "gap"), "1 gap"), (counted(2, "gap"), "2 gaps"),
        (in_sentence("Sensitivity"), "sensitivity"), (in_sentence("AUROC"), "AUROC"),
        (in_sentence("F1 score"), "F1 score"), (in_sentence("Brier score"), "Brier score"),
        (short_reason("suppressed: fewer than 10 patients, or needed to hide such a group"),
         "suppressed"),
    ],
)  # fmt: skip
def test_words_and_numbers(made, wanted):
    assert made == wanted
