"""Heat map, comparison, indices, pooled: cells and rows that say what the frames say."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from fairfuse_core.audit import Audit
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures.comparison import comparison
from fairfuse_core.figures.dumbbell import dumbbell
from fairfuse_core.figures.heatmap import heatmap
from fairfuse_core.figures.indices import indices
from fairfuse_core.figures.pooled import pooled


def words(drawing: object) -> list[str]:
    return [a.text for a in drawing.figure.layout.annotations]  # type: ignore[attr-defined]


def test_cells_hold_estimate_and_n(audit: Audit) -> None:
    made = heatmap(audit, metric="tpr", attribute="sex × age")
    for row in made.frame[made.frame["estimate"].notna()].itertuples():
        assert f"<b>{row.estimate:.3f}</b><br>n {row.n:.0f}" in words(made)


def test_cells_without_a_number_say_why_and_are_hatched(audit: Audit) -> None:
    made = heatmap(audit, metric="tpr", attribute="sex × race")
    said = [re.sub("<[^>]*>", " ", w).strip() for w in words(made)]
    hidden = int(made.frame["suppressed"].sum())
    silent = int((made.frame["estimate"].isna() & ~made.frame["suppressed"]).sum())
    assert hidden >= 1
    assert said.count("suppressed") == hidden
    assert said.count("not estimable") == silent
    hatches = [s for s in made.figure.layout.shapes if s.type == "path"]
    assert len(hatches) >= hidden + silent


def test_undefined_cells_are_not_estimable_and_never_zero(audit: Audit) -> None:
    made = heatmap(audit, metric="tpr", attribute="sex × age")
    assert any("not estimable" in re.sub("<br>", " ", w) for w in words(made))
    young = list(audit.groups[audit.groups["attribute"] == "age"]["group"].unique()).index("<45")
    assert all(line[young] is None for line in made.figure.data[0].z)


def test_the_colours_turn_at_the_overall_value(audit: Audit) -> None:
    made = heatmap(audit, metric="tpr", attribute="sex × race", model="Model one")
    value = audit.rows("overall", metric="tpr", model="Model one")["estimate"].iloc[0]
    cells = made.figure.data[0]
    assert (cells.zmin + cells.zmax) / 2 == pytest.approx(value)
    colours = [c for _, c in cells.colorscale]
    assert colours[0].startswith("#00")


def test_a_third_attribute_makes_panels(audit: Audit) -> None:
    made = heatmap(audit, metric="accuracy", attribute="sex × race × age")
    ages = audit.groups[audit.groups["attribute"] == "age"]["group"].nunique()
    assert len(made.figure.data) == ages


def test_a_single_attribute_has_no_heat_map(audit: Audit) -> None:
    with pytest.raises(NotAvailableError, match="intersection"):
        heatmap(audit, metric="tpr", attribute="sex")


def test_levels_that_hold_the_cross_itself_find_their_cells(audit: Audit) -> None:
    def odd(frame: pd.DataFrame) -> pd.DataFrame:
        renamed = frame["group"].str.replace("Female", "A × B", regex=False)
        return frame.assign(group=renamed)

    made = heatmap(
        replace(audit, by_group=odd(audit.by_group), groups=odd(audit.groups)),
        metric="accuracy", attribute="sex × age",
    )  # fmt: skip
    assert "A × B" in made.figure.layout.yaxis.ticktext
    assert not any("no patients" in w for w in words(made))


def test_a_comparison_has_the_sign_of_its_table(compared: pd.DataFrame) -> None:
    made = comparison(compared, metric="tpr", model_a="One", model_b="Two")
    assert "One less Two in sensitivity: 0.100 [0.020, 0.180]" in made.title
    assert made.title.endswith("over everyone, p 0.010, adjusted 0.030")
    assert list(made.figure.data[0].x) == [0.10, 0.15, -0.01]
    assert "Right of zero: One has the higher sensitivity" in made.caption


def test_a_comparison_keeps_rows_without_a_value(compared: pd.DataFrame) -> None:
    said = words(comparison(compared, metric="tpr", model_a="One", model_b="Two"))
    assert any("not estimable: no deaths" in w for w in said)
    assert any("suppressed: too few" in w for w in said)


def test_a_dumbbell_joins_both_models(compared: pd.DataFrame) -> None:
    made = dumbbell(compared, metric="tpr", model_a="One", model_b="Two")
    two, one = (next(t for t in made.figure.data if t.name == n) for n in ("Two", "One"))
    assert list(two.x) == [0.70, 0.70, 0.76]
    assert list(one.x) == [0.80, 0.85, 0.75]
    assert "Two is higher in 1 and lower in 1 of 2 groups" in made.title
    assert any("0.850 → 0.700 (−0.150)" in w for w in words(made))


@pytest.mark.parametrize("draw", [comparison, dumbbell])
def test_a_metric_that_was_not_compared_is_said(draw: object, compared: pd.DataFrame) -> None:
    with pytest.raises(NotAvailableError, match="tpr"):
        draw(compared, metric="auroc", model_a="One", model_b="Two")  # type: ignore[operator]


def test_disparate_impact_is_on_a_log_axis_with_the_policy_band(audit: Audit) -> None:
    made = indices(audit, kind="disparate_impact")
    assert made.figure.layout.xaxis.type == "log"
    band = next(s for s in made.figure.layout.shapes if s.type == "rect")
    assert (band.x0, band.x1) == (0.8, 1.25)
    assert any("policy" in w for w in words(made))
    assert "not a test" in made.caption


def test_indices_stand_with_their_worst_group(audit: Audit) -> None:
    made = indices(audit, kind="theil", attributes=["sex"], models=["Model one"])
    row = made.frame.iloc[0]
    assert any(f"worst {row['worst_group']}" in w for w in words(made))
    assert list(made.figure.data[0].x) == made.frame["estimate"].tolist()


def test_theil_over_patients_has_a_scale_of_its_own(audit: Audit) -> None:
    made = indices(audit, kind="theil_patients")
    assert set(made.frame["index"]) == {"theil_individuals"}


def test_pooling_shows_both_estimates(audit: Audit) -> None:
    made = pooled(audit, metric="tpr", attribute="sex", model="Model one")
    raw, drawn = made.figure.data
    rows = made.frame[made.frame["attribute"] == "sex"]
    assert list(raw.x) == rows["estimate"].tolist()
    assert list(drawn.x) == rows["pooled"].tolist()


def test_pooling_is_not_there_for_every_metric(audit: Audit) -> None:
    none = audit.by_group.assign(pooled=float("nan"))
    with pytest.raises(NotAvailableError, match="pooled"):
        pooled(replace(audit, by_group=none), metric="tpr", attribute="sex")
