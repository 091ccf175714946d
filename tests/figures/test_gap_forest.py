"""The forest of gaps: one row an attribute, with what chance alone would show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairfuse_core.audit import Audit
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures.gap_forest import gap_forest


def test_the_largest_gaps_with_the_expected_and_the_detectable_one(audit: Audit) -> None:
    made = gap_forest(audit, metric="tpr")
    names = [t.name for t in made.figure.data]
    assert names[:2] == ["Model one", "Model &lt;two&gt;"]
    rows = audit.rows("gaps", metric="tpr", statistic="max_gap")
    rows = rows[rows["attribute"].isin(["sex", "race", "age"])]
    for model, trace in zip(audit.models, made.figure.data, strict=False):
        want = rows[rows["model"] == model]["estimate"].dropna()
        assert sorted(trace.x) == pytest.approx(sorted(want))
    expected = next(t for t in made.figure.data if t.name == "Gap a fair model would show")
    shown = rows[rows["estimate"].notna()]["expected"]
    assert sorted(expected.x) == pytest.approx(sorted(shown))
    assert any("80 %" in n for n in names)


def test_zero_is_marked(audit: Audit) -> None:
    made = gap_forest(audit, metric="fpr")
    assert 0.0 in [s.x0 for s in made.figure.layout.shapes]
    assert made.figure.layout.xaxis.range[0] <= 0


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.001, "6 of 6 gaps in sensitivity are larger"), (0.9, "None of 6 gaps in sensitivity is")],
)
def test_the_title_counts_what_survives_its_test(audit: Audit, p: float, said: str) -> None:
    gaps = audit.gaps.copy()
    largest = gaps["statistic"] == "max_gap"
    gaps.loc[largest, "p_holm"] = p
    gaps.loc[largest & gaps["estimate"].isna(), "estimate"] = 0.1
    assert gap_forest(replace(audit, gaps=gaps), metric="tpr").title.startswith(said)


def test_the_adjustment_is_the_one_of_the_audit(audit: Audit) -> None:
    gaps = audit.gaps.assign(p_holm=0.9, p_bh=0.01)
    other = replace(audit, gaps=gaps, config=audit.config.with_(multiplicity="bh"))
    assert gap_forest(replace(audit, gaps=gaps), metric="tpr").title.startswith("None")
    made = gap_forest(other, metric="tpr")
    assert "Benjamini-Hochberg" in made.title
    assert not made.title.startswith("None")


def test_groups_left_out_are_named(audit: Audit) -> None:
    made = gap_forest(audit, metric="tpr", attributes=["race"])
    assert "Left out" in made.caption
    assert "Islanders" in made.caption


@pytest.mark.parametrize("metric", ["equalized_odds_difference", "abroca", "xauc_difference"])
def test_composites_have_a_forest_too(audit: Audit, metric: str) -> None:
    made = gap_forest(audit, metric=metric, attributes=["sex"])
    assert made.frame["estimate"].notna().any()


def test_the_alternative_text_has_the_largest_gap(audit: Audit) -> None:
    made = gap_forest(audit, metric="fpr")
    assert f"{made.frame['estimate'].max():.3f}" in made.alt


def test_a_metric_without_gaps_is_said(audit: Audit) -> None:
    with pytest.raises(NotAvailableError):
        gap_forest(audit, metric="beauty")
