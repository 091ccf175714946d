"""The radar: fixed scale, fixed order, no zero for what is unknown, no more than three."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from fairfuse_core.audit import Audit
from fairfuse_core.errors import NotAvailableError
from fairfuse_core.figures.radar import radar


@pytest.fixture(scope="module")
def five_models(audit: Audit) -> Audit:
    names = tuple(f"M{i}" for i in range(5))

    def copies(frame: pd.DataFrame) -> pd.DataFrame:
        one = frame[frame["model"] == "Model one"]
        return pd.concat([one.assign(model=n) for n in names], ignore_index=True)

    return replace(
        audit, models=names, by_group=copies(audit.by_group), overall=copies(audit.overall),
        gaps=copies(audit.gaps), groups=copies(audit.groups),
        operating_points=copies(audit.operating_points),
    )  # fmt: skip


def test_the_scale_is_zero_to_one_and_nothing_is_filled(audit: Audit) -> None:
    made = radar(audit, metric="tpr")
    assert tuple(made.figure.layout.polar.radialaxis.range) == (0, 1)
    assert {t.fill for t in made.figure.data} == {"none"}


def test_axes_stand_in_protocol_order(audit: Audit) -> None:
    made = radar(audit, metric="tnr", attribute="age")
    held = audit.groups[audit.groups["attribute"] == "age"]["group"].drop_duplicates().tolist()
    shown = [t.replace("&lt;", "<") for t in made.figure.layout.polar.angularaxis.ticktext]
    assert shown == held


def test_a_group_without_a_value_is_a_gap_and_never_zero(audit: Audit) -> None:
    made = radar(audit, metric="tpr")
    rows = made.frame[made.frame["model"] == "Model one"]
    ring = made.figure.data[0].r[:-1]
    assert len(ring) == len(rows)
    for value, known in zip(ring, rows["estimate"].notna(), strict=True):
        assert (value is not None) == known
    assert None in ring
    assert made.figure.data[0].connectgaps is False
    marks = made.figure.layout.polar.angularaxis.ticktext
    assert any("suppressed" in m for m in marks)
    assert any("not estimable" in m for m in marks)


def test_outlines_close(audit: Audit) -> None:
    for trace in radar(audit, metric="tnr", attribute="age").figure.data:
        assert trace.r[0] == trace.r[-1]


def test_no_more_than_three_outlines(five_models: Audit) -> None:
    made = radar(five_models, metric="tpr")
    assert len(made.figure.data) == 3
    assert "Not drawn: M3 and M4" in made.caption
    with pytest.raises(NotAvailableError, match="at most 3 models"):
        radar(five_models, metric="tpr", models=five_models.models)


def test_two_groups_make_no_radar(audit: Audit) -> None:
    with pytest.raises(NotAvailableError, match="3 to 16 groups"):
        radar(audit, metric="tpr", attribute="sex")


def test_a_metric_outside_zero_to_one_makes_no_radar(audit: Audit) -> None:
    with pytest.raises(NotAvailableError, match="from 0 to 1"):
        radar(audit, metric="calibration_slope")


def test_nothing_estimable_makes_no_radar(audit: Audit) -> None:
    empty = audit.by_group.assign(estimate=float("nan"))
    with pytest.raises(NotAvailableError, match="a group with a value"):
        radar(replace(audit, by_group=empty), metric="tpr")


def test_no_word_of_an_area_score(audit: Audit) -> None:
    made = radar(audit, metric="tpr")
    assert "area carry no meaning" in made.caption
    assert "area" not in made.alt
