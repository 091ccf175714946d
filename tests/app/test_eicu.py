"""A deployed model on real patients, through the app as a visitor would take it."""

import pandas as pd
import pytest
from sklearn.metrics import roc_curve

from tests.app.tools import cells, charts, go, healthy, press, upload, words

ASKED = ["gender", "ethnicity", "age"]


@pytest.fixture
def eicu(app, apache):
    """The table confirmed with patients as clusters and three attributes."""
    upload(app, apache.read_bytes(), apache.name)
    roles = {w.label: w for w in (*app.selectbox, *app.multiselect)}
    assert roles["Patient id"].value == "uniquepid"
    roles["Protected attributes"].set_value(ASKED)
    app.run()
    return press(app, "Audit this table")


def test_the_overview_names_what_was_found_what_not_and_what_nobody_could_tell(eicu):
    said = words(go(eicu, "overview"))
    card = said[said.index("Survive their test") :]
    survive, rest = card.split("Not distinguishable from zero", 1)
    chance, groups = rest.split("Groups that could not be assessed", 1)
    assert "false-alarm rate by age" in survive
    assert "80+ above < 45" in survive
    assert "sensitivity by gender: 0.067" in chance
    assert "by gender" not in survive
    assert "ethnicity, Native American: sensitivity not estimable" in groups
    assert "in false-alarm rate is distinguishable from zero at the 5 % level" in said


def test_the_published_figures_stand_on_the_page(eicu):
    go(eicu, "subgroups")
    shown = " | ".join(cells(eicu)).replace("\\", "")
    assert "0.911 [0.80" in shown
    assert "0.843 [0.7" in shown
    assert "0.862 [" in shown
    assert "patients as clusters" in words(eicu)
    go(eicu, "overview")
    facts = " | ".join(cells(eicu)).replace("\\", "")
    assert "1,683 rows, 139 with the outcome; 1,449 patients" in facts
    assert "patients with all their rows" in facts


def test_raw_and_pooled_estimates_stand_side_by_side(eicu):
    go(eicu, "intersections")
    assert healthy(eicu)
    assert any(alt.startswith("Raw and partially pooled") for _, alt in charts(eicu))
    table = next(t.value for t in eicu.table if "Pooled" in t.value.columns)
    assert table["Pooled"].str.contains(r"\[").any()


def test_folds_are_told_beside_all_rows_together(app, apache):
    frame = pd.read_csv(apache)[["y_true", "y_score", "gender", "uniquepid"]]
    frame["fold"] = pd.util.hash_array(frame["uniquepid"].to_numpy(dtype=object)) % 4
    press(upload(app, frame), "Audit this table")
    go(app, "subgroups")
    assert healthy(app)
    table = next(t.value for t in app.table if "All rows together" in t.value.columns)
    lines = table.set_index("Group")["Mean over folds ± standard error"]
    assert list(lines.index) == ["Everyone", "Female", "Male", "Largest gap"]
    # The same by hand: sensitivity of each fold at the threshold chosen on all rows.
    dead = frame[frame["y_true"] == 1]
    off, on, cut = roc_curve(frame["y_true"], frame["y_score"], drop_intermediate=False)
    each = (dead["y_score"] >= cut[(on - off).argmax()]).groupby(dead["fold"]).mean()
    expected = f"{each.mean():.3f} ± {each.std(ddof=1) / len(each) ** 0.5:.3f}"
    assert lines["Everyone"].replace("\\", "") == expected
