"""Curves by group: the frame's points, the groups' looks, the audit's values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.audit import Audit
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures import FIGURES
from fairfuse_core.figures.calibration import calibration
from fairfuse_core.figures.decision_curve import decision_curve
from fairfuse_core.figures.roc import roc
from fairfuse_core.figures.score_distribution import score_distribution
from fairfuse_core.figures.sweep import sweep

Curve = Callable[..., pd.DataFrame]


def named(figure: Any, start: str) -> Any:
    return next(t for t in figure.data if (t.name or "").startswith(start))


def test_roc_draws_the_points_it_is_given(audit: Audit, curve: Curve) -> None:
    frame = curve("roc", "sex")
    made = roc(frame, audit=audit, model="Model one", attribute="sex")
    part = frame[frame["group"] == "Male"]
    line = named(made.figure, "Male")
    assert list(line.x) == pytest.approx(part["fpr"].tolist(), abs=1e-6)
    assert list(line.y) == pytest.approx(part["tpr"].tolist(), abs=1e-6)


def test_roc_names_carry_the_auroc_and_marks_the_operating_point(
    audit: Audit, curve: Curve
) -> None:
    made = roc(curve("roc", "sex"), audit=audit, model="Model one", attribute="sex")
    rows = audit.rows(model="Model one", attribute="sex", group="Female").set_index("metric")
    value = rows["estimate"]
    assert named(made.figure, "Female").name == f"Female {value['auroc']:.3f}"
    marks = [(t.x[0], t.y[0]) for t in made.figure.data if t.mode == "markers"]
    assert (value["fpr"], value["tpr"]) in marks
    assert f"{value['auroc']:.3f}" in made.alt


def test_curves_need_no_audit(curve: Curve) -> None:
    made = roc(curve("roc", "sex"), attribute="sex")
    assert made.title == "AUROC by sex"
    assert named(made.figure, "Female").name == "Female"


def test_everyone_is_grey_and_first(curve: Curve, audit: Audit) -> None:
    made = roc(curve("roc"), audit=audit, model="Model one", attribute="race")
    curves_drawn = [t for t in made.figure.data if t.name and t.mode == "lines"]
    assert curves_drawn[0].name.startswith("Everyone")
    assert curves_drawn[0].line.color == "#5F6871"
    assert "#5F6871" not in [t.line.color for t in curves_drawn[1:]]


def test_suppressed_groups_are_named_in_the_caption_and_not_drawn(
    curve: Curve, audit: Audit
) -> None:
    made = roc(curve("roc"), audit=audit, model="Model one", attribute="race")
    assert "Islanders" in made.caption
    assert "Islanders" not in made.figure.to_json()


def test_groups_can_be_chosen(curve: Curve) -> None:
    made = roc(curve("roc", "sex"), groups=["Male"])
    assert set(made.frame["group"]) == {"Everyone", "Male"}


def test_more_than_ten_curves_are_cut_and_said() -> None:
    frame = pd.concat(
        pd.DataFrame({"group": f"G{i}", "fpr": [0.0, 1.0], "tpr": [0.0, 1.0], "threshold": 0.5})
        for i in range(14)
    )
    made = roc(frame)
    assert made.frame["group"].nunique() == 10
    assert "4 more groups are not drawn" in made.caption
    looks = {(t.line.color, t.line.dash) for t in made.figure.data if t.name}
    assert len(looks) == 10


@pytest.mark.parametrize(
    "name",
    ["roc", "precision_recall", "calibration", "decision_curve", "sweep", "score_distribution"],
)
def test_no_curve_at_all_is_said(name: str) -> None:
    more = {"metric": "tpr"} if name == "sweep" else {}
    with pytest.raises(NotAvailableError):
        FIGURES[name](pd.DataFrame({"group": []}), **more)


def test_calibration_has_bars_and_equal_axes(curve: Curve) -> None:
    made = calibration(curve("calibration", "sex"), histogram=curve("score_histogram", "sex"))
    layout = made.figure.layout
    assert layout.xaxis.range == layout.yaxis.range
    line = named(made.figure, "Male")
    part = made.frame[made.frame["group"] == "Male"].sort_values("mean_score")
    top = [y + up for y, up in zip(line.y, line.error_y.array, strict=True)]
    assert top == pytest.approx(part["high"].tolist(), abs=1e-5)


def test_the_area_under_a_score_outline_is_one(curve: Curve) -> None:
    made = score_distribution(curve("score_histogram", "sex"), attribute="sex")
    for trace in made.figure.data:
        steps = np.diff(trace.x) * np.asarray(trace.y[:-1])
        assert steps.sum() == pytest.approx(1.0, abs=1e-4)


def test_sweep_marks_the_operating_point_and_breaks_ribbons_at_gaps() -> None:
    frame = pd.DataFrame(
        {
            "group": "A", "threshold": [0.1, 0.2, 0.3, 0.4, 0.5],
            "value": [0.9, 0.8, np.nan, 0.6, 0.5], "low": [0.8, 0.7, np.nan, 0.5, 0.4],
            "high": [1.0, 0.9, np.nan, 0.7, 0.6], "reason": ["", "", "undefined", "", ""],
        }
    )  # fmt: skip
    made = sweep(frame, metric="tpr", threshold=0.25)
    assert [s.x0 for s in made.figure.layout.shapes] == [0.25]
    ribbons = [t for t in made.figure.data if t.fill == "toself"]
    assert [max(r.x) for r in ribbons] == [0.2, 0.5]
    assert named(made.figure, "A").y[2] is None


def test_the_threshold_comes_from_the_audit(audit: Audit, curve: Curve) -> None:
    made = sweep(
        curve("sweep", "sex", metric="tpr"), metric="tpr", audit=audit, model="Model one",
        attribute="sex",
    )  # fmt: skip
    row = audit.rows("operating_points", model="Model one", group="Everyone").iloc[0]
    assert made.figure.layout.shapes[0].x0 == row["threshold"]


def test_decision_curves_have_both_defaults_in_each_panel(curve: Curve) -> None:
    made = decision_curve(curve("decision_curve", "sex"), attribute="sex")
    assert len(made.figure.data) == 3 * 3
    for name in ("Model", "Flag everyone", "Flag no one"):
        assert sum(t.name == name for t in made.figure.data) == 3


def test_standardised_defaults_are_on_the_same_scale() -> None:
    # Prevalence 0.2: flagging everyone at threshold 0.1 has 0.2 - 0.8/9 = 0.1111.
    frame = pd.DataFrame(
        {"group": "A", "threshold": [0.1], "net_benefit": [0.15],
         "standardised_net_benefit": [0.75], "treat_all": [0.1111], "treat_none": [0.0]}
    )  # fmt: skip
    made = decision_curve(frame, standardised=True)
    assert named(made.figure, "Flag everyone").y[0] == pytest.approx(0.5555)
    assert named(made.figure, "Model").y[0] == 0.75
