"""The forest of a metric: every group a row, in protocol order, reasons in words."""

from __future__ import annotations

import math

import pytest

from fairfuse_core.audit import Audit
from fairfuse_core.audit.block import short_reason
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures.forest import forest


def ticks(drawing: object) -> list[str]:
    axis = drawing.figure.layout.yaxis  # type: ignore[attr-defined]
    by_height = sorted(zip(axis.tickvals, axis.ticktext, strict=True), reverse=True)
    return [label for _, label in by_height]


def words(drawing: object) -> list[str]:
    return [a.text for a in drawing.figure.layout.annotations]  # type: ignore[attr-defined]


def test_rows_stand_in_protocol_order_under_their_attribute(audit: Audit) -> None:
    held = audit.groups[audit.groups["model"] == "Model one"]
    expected = ["Everyone"]
    for attribute in ("sex", "age"):
        expected.append(f"<b>{attribute}</b>")
        expected += held[held["attribute"] == attribute]["group"].tolist()
    drawn = ticks(forest(audit, metric="tpr", attribute=["sex", "age"]))
    assert drawn == [e.replace("<45", "&lt;45") for e in expected]


def test_intersections_are_drawn_only_by_name(audit: Audit) -> None:
    plain = forest(audit, metric="tpr")
    assert not plain.frame["attribute"].str.contains("×").any()
    crossed = forest(audit, metric="tpr", attribute="sex × age")
    assert set(crossed.frame["attribute"]) == {"Overall", "sex × age"}


def test_one_trace_a_model_at_the_values_of_the_audit(audit: Audit) -> None:
    made = forest(audit, metric="tpr", attribute="sex")
    assert [t.name for t in made.figure.data] == ["Model one", "Model &lt;two&gt;"]
    shapes = [t.marker.symbol for t in made.figure.data]
    assert len(set(shapes)) == 2
    for trace, model in zip(made.figure.data, audit.models, strict=True):
        rows = made.frame[made.frame["model"] == model]
        assert list(trace.x) == rows["estimate"].tolist()
        reach = [x + up for x, up in zip(trace.x, trace.error_x.array, strict=True)]
        assert reach == pytest.approx(rows["high"].tolist())
        down = [x - d for x, d in zip(trace.x, trace.error_x.arrayminus, strict=True)]
        assert down == pytest.approx(rows["low"].tolist())


def test_the_area_of_a_mark_grows_with_n(audit: Audit) -> None:
    made = forest(audit, metric="accuracy", attribute="race", models=["Model one"])
    sizes = dict(zip(made.frame["n"].dropna(), made.figure.data[0].marker.size, strict=True))
    ordered = [sizes[n] for n in sorted(sizes)]
    assert ordered == sorted(ordered)
    assert len(set(ordered)) > 1
    assert made.figure.data[0].marker.opacity == 1


def test_the_overall_value_is_a_labelled_line(audit: Audit) -> None:
    made = forest(audit, metric="tpr", attribute="sex", models=["Model one"])
    value = audit.rows("overall", metric="tpr", model="Model one")["estimate"].iloc[0]
    line = [s for s in made.figure.layout.shapes if s.type == "line"]
    assert [s.x0 for s in line] == [value]
    assert f"Overall {value:.3f}" in words(made)


def test_suppressed_and_undefined_rows_stay_with_their_reason(audit: Audit) -> None:
    made = forest(audit, metric="tpr", models=["Model one"])
    assert "Islanders" in ticks(made)
    hidden = made.frame[made.frame["suppressed"]]
    assert len(hidden) >= 1
    for reason in hidden["reason"]:
        assert any(short_reason(reason) in w for w in words(made))
    nobody = made.frame[made.frame["group"] == "<45"].iloc[0]
    assert math.isnan(nobody["estimate"])
    assert any(nobody["reason"] in w for w in words(made))


def test_the_column_on_the_right_has_value_n_and_positives(audit: Audit) -> None:
    made = forest(audit, metric="tpr", attribute="sex", models=["Model one"])
    row = made.frame[made.frame["group"] == "Female"].iloc[0]
    expected = (
        f"{row['estimate']:.3f} [{row['low']:.3f}, {row['high']:.3f}], "
        f"n {row['n']:.0f}, {row['n_positive']:.0f} positives"
    )
    assert expected in words(made)


def test_the_alternative_text_names_the_extremes(audit: Audit) -> None:
    made = forest(audit, metric="tpr", attribute="sex", models=["Model one"])
    groups = made.frame[made.frame["attribute"] == "sex"].set_index("group")["estimate"]
    assert f"highest in {groups.idxmax()} ({groups.max():.3f}" in made.alt
    assert f"lowest in {groups.idxmin()} ({groups.min():.3f}" in made.alt


def test_the_title_of_one_attribute_says_what_its_test_says(audit: Audit) -> None:
    made = forest(audit, metric="tpr", attribute="sex", models=["Model one"])
    gap = audit.rows(
        "gaps", metric="tpr", attribute="sex", model="Model one", statistic="max_gap"
    ).iloc[0]
    assert f"gap of {gap['estimate']:.3f}" in made.title
    verdict = "is larger than chance" if gap["p_holm"] < 0.05 else "is not distinguishable"
    assert verdict in made.title
    assert f"{gap['p_holm']:.3f}" in made.title or "p < 0.001" in made.title


def test_values_of_shares_keep_to_the_unit_interval(audit: Audit) -> None:
    low, high = forest(audit, metric="tpr").figure.layout.xaxis.range
    assert low >= -0.05
    assert high <= 1.05


def test_height_grows_with_the_rows(audit: Audit) -> None:
    few = forest(audit, metric="tpr", attribute="sex").figure.layout.height
    many = forest(audit, metric="tpr", attribute=["sex", "race", "age"]).figure.layout.height
    assert many > few


def test_the_narrow_layout_writes_the_numbers_above_the_marks(audit: Audit) -> None:
    made = forest(audit, metric="tpr", attribute="sex", models=["Model one"], compact=True)
    assert made.figure.layout.yaxis.showticklabels is False
    height = {w.text: w.y for w in made.figure.layout.annotations}
    numbers = next(y for said, y in height.items() if "positives" in said)
    assert numbers > made.figure.data[0].y[0]


@pytest.mark.parametrize(
    "asked", [{"metric": "beauty"}, {"attribute": "hair"}, {"models": ["M"]}, {"target": "t"}]
)
def test_what_the_audit_does_not_hold_is_said(audit: Audit, asked: dict[str, object]) -> None:
    with pytest.raises(NotAvailableError):
        forest(audit, **({"metric": "tpr"} | asked))  # type: ignore[arg-type]
