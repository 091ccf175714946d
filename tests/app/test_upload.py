"""Bringing one's own table: roles confirmed, errors in words, nobody else's numbers."""

import gzip

import pandas as pd
import pytest

from tests.app.tools import cells, charts, go, healthy, predictions, press, upload, words

CONFIRM = "Audit this table"


def test_roles_are_shown_with_their_reasons_before_anything_is_audited(app):
    upload(app, predictions())
    assert healthy(app)
    assert app.selectbox(key=key(app, "label")).value == "y_true"
    assert app.multiselect(key=key(app, "scores")).value == ["score"]
    assert app.multiselect(key=key(app, "attributes")).value == ["gender", "age"]
    assert app.text_input(key=key(app, "cuts_age")).value == "18, 45, 65, 80"
    assert any("age" in cell and "18" in cell for cell in cells(app))
    assert app.sidebar.selectbox(key="data").value == "radfusion"


def key(app, name):
    every = [*app.selectbox, *app.multiselect, *app.text_input, *app.checkbox]
    return next(w.key for w in every if w.key and w.key.endswith(f"_{name}"))


def test_confirmed_table_is_audited_on_every_page(app):
    frame = predictions()
    press(upload(app, frame), CONFIRM)
    assert healthy(app)
    assert app.sidebar.selectbox(key="data").value == "own"
    sizes = frame["gender"].value_counts()
    assert f"{sizes['A']:,}" in cells(app)
    for page in ("overview", "subgroups", "thresholds", "intersections", "compare", "methods"):
        assert healthy(go(app, page)), page
    assert "This table holds one model" in words(go(app, "compare"))


def test_edited_cut_points_make_the_groups(app):
    upload(app, predictions())
    app.text_input(key=key(app, "cuts_age")).set_value("50")
    press(app, CONFIRM)
    shown = [cell.replace("\\", "") for cell in cells(app)]
    assert "< 50" in shown
    assert "50+" in shown


def test_impossible_cut_points_are_explained(app):
    upload(app, predictions())
    app.text_input(key=key(app, "cuts_age")).set_value("80, 18")
    press(app, CONFIRM)
    assert healthy(app)
    assert "ascending" in words(app)
    assert app.sidebar.selectbox(key="data").value == "radfusion"


def test_label_words_are_asked_for_and_never_assumed(app):
    frame = predictions()
    frame["y_true"] = frame["y_true"].map({1: "Expired", 0: "Alive"})
    upload(app, frame)
    asked = next(m for m in app.multiselect if "the outcome happened" in m.label)
    assert asked.value == ["Expired"]
    asked.set_value([])
    press(app, CONFIRM)
    assert "none chosen" in words(app)
    next(m for m in app.multiselect if "the outcome happened" in m.label).set_value(["Expired"])
    press(app, CONFIRM)
    assert healthy(app)
    assert app.sidebar.selectbox(key="data").value == "own"


def test_two_tables_one_after_the_other_never_mix(app):
    first, second = predictions(1, n=300), predictions(2, n=500, groups=("C", "D"))
    press(upload(app, first, "same.csv"), CONFIRM)
    before = [cell.replace("\\", "") for cell in cells(go(app, "subgroups"))]
    press(upload(app, second, "same.csv"), CONFIRM)
    after = [cell.replace("\\", "") for cell in cells(go(app, "subgroups"))]
    assert "A" in before
    assert "C" in after
    assert not {"A", "B"} & set(after)
    assert "500" in after
    assert "300" not in after


def test_tables_that_differ_in_one_cell_have_their_own_numbers(app):
    first = predictions(3, n=200)
    second = first.copy()
    second.loc[0, "y_true"] = 1 - second.loc[0, "y_true"]
    press(upload(app, first), CONFIRM)
    events = first["y_true"].sum()
    assert f"{events}" in cells(go(app, "subgroups"))
    press(upload(app, second), CONFIRM)
    changed = second["y_true"].sum()
    shown = cells(go(app, "subgroups"))
    assert f"{changed}" in shown
    assert f"{events}" not in shown


def test_forgetting_the_table_leaves_nothing_of_it(app):
    press(upload(app, predictions(groups=("Quokka", "Wombat"))), CONFIRM)
    press(app, "Forget my table")
    assert healthy(app)
    assert app.sidebar.selectbox(key="data").value == "radfusion"
    assert "Quokka" not in " ".join(cells(app)) + words(app)


def test_bytes_are_dropped_once_read(app):
    upload(app, predictions())
    assert app.file_uploader[0].value is None


def test_small_groups_never_show_a_number(app):
    frame = predictions(n=400)
    frame.loc[:6, "gender"] = "Rare"
    press(upload(app, frame), CONFIRM)
    for page in ("data", "subgroups", "overview"):
        go(app, page)
        for table in app.table:
            shown = table.value.map(str)
            for row in shown[shown.eq("Rare").any(axis=1)].to_numpy():
                said = " ".join(row).replace("fewer than 10 patients", "")
                assert not any(ch.isdigit() for ch in said), row


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "empty"),
        (b"a,b\n", "header.csv", "row"),
        (b"PK\x03\x04rest", "sheet.csv", "Excel"),
        (b"\x80\x04\x95pickle", "model.csv", "pickle"),
        (b"x,x\n1,2\n3,4\n", "twice.csv", "more than once"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "cut.csv.gz", "gzip"),
    ],
    ids=["empty", "header only", "Excel", "pickle", "twice", "cut"],
)
def test_broken_file_gets_a_sentence(app, content, name, said):
    upload(app, content, name)
    assert healthy(app)
    assert len(app.error) == 1
    assert said in words(app)
    assert "What to do:" in words(app)


def test_one_class_label_gets_a_sentence_on_confirmation(app):
    frame = predictions()
    frame["y_true"] = 0
    press(upload(app, frame), CONFIRM)
    assert healthy(app)
    assert app.error
    assert app.sidebar.selectbox(key="data").value == "radfusion"


def test_table_of_counts_is_recognised(app):
    frame = pd.DataFrame(
        {
            "attribute": ["sex"] * 2,
            "group": ["F", "M"],
            "tp": [30, 20],
            "fn": [10, 20],
            "fp": [10, 10],
            "tn": [50, 50],
        }
    )
    press(upload(app, frame), "Audit these counts")
    assert healthy(app)
    go(app, "overview")
    assert "The one gap in sensitivity is distinguishable from zero at the 5 % level" in words(app)


def test_names_are_never_read_as_markup(app):
    evil = "**bold** <b>x</b> $x^2$ :red[r] :smile: [a](http://e.vil) www.e.vil"
    frame = predictions(groups=(evil, "plain"))
    press(upload(app, frame), CONFIRM)
    go(app, "subgroups")
    assert healthy(app)
    found = [cell for cell in cells(app) if "bold" in cell]
    assert found
    for cell in found:
        assert "**bold" not in cell
        assert "<b>" not in cell.replace("\\<b", "")
        assert "\\$x" in cell
        assert ":smile" not in cell
        assert "http://" not in cell
        assert "www.e" not in cell
    for spec, _ in charts(app):
        assert "<b>x</b>" not in str(spec)


def test_path_is_refused_where_the_app_is_served_to_others(app, monkeypatch):
    from fairfuse_core.errors import InputError
    from fairfuse_core.ui import intake

    monkeypatch.setattr(intake.st, "get_option", lambda name: "0.0.0.0")
    assert not intake.may_read_paths()
    with pytest.raises(InputError, match="own machine"):
        intake.read_path("/etc/passwd")
    go(app, "data")
    assert not [t for t in app.text_input if "path" in t.label]


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1"])
def test_path_is_refused_to_a_visitor_from_elsewhere(app, monkeypatch, address):
    from fairfuse_core.ui import intake

    monkeypatch.setattr(intake, "client_address", lambda: address)
    assert not [t for t in go(app, "data").text_input if "path" in t.label]


def test_path_is_read_on_the_own_machine(app, tmp_path, monkeypatch):
    from fairfuse_core.ui import intake

    monkeypatch.setattr(intake, "client_address", lambda: None)
    there = tmp_path / "mine.csv"
    predictions().to_csv(there, index=False)
    go(app, "data")
    next(t for t in app.text_input if "path" in t.label).set_value(f'"{there}"')
    press(app, "Read it")
    assert healthy(app)
    assert any(b.label == CONFIRM for b in app.button)


def test_two_models_on_the_same_patients_are_compared_in_pairs(app):
    frame = predictions(n=300).rename(columns={"score": "score_old"})
    frame["score_new"] = (1 - frame["score_old"]).round(6)
    press(upload(app, frame), CONFIRM)
    go(app, "compare")
    assert healthy(app)
    assert any("Paired difference" in table.proto.alt for table in app.table)
    assert any("Everyone" in cell for cell in cells(app))
    assert [alt.split(" ")[0] for _, alt in charts(app)] == ["Forest", "Dumbbell"]


def choose(app, label, option):
    next(c for c in app.segmented_control if c.label == label).set_value(option)
    return app.run()


def test_one_threshold_a_group_is_a_what_if_too(app):
    press(upload(app, predictions()), CONFIRM)
    choose(go(app, "thresholds"), "Thresholds", "One threshold per group")
    assert healthy(app)
    assert not app.error
    asked = next(s for s in app.selectbox if s.label == "Aim")
    asked.set_value("selection_rate").run()
    assert healthy(app)
    assert any(" → " in cell for cell in cells(app))


def test_what_if_is_marked_and_leaves_the_audit_alone(app):
    press(upload(app, predictions()), CONFIRM)
    go(app, "subgroups")
    before = cells(app)
    go(app, "thresholds")
    assert "This is a what-if." in words(app)
    app.slider[0].set_value(0.5).run()
    assert healthy(app)
    assert any(" → " in cell for cell in cells(app))
    assert cells(go(app, "subgroups")) == before


@pytest.mark.parametrize("view", ["Precision-recall", "Calibration", "Decision curve", "Scores"])
def test_every_curve_is_drawn_by_group(app, view):
    press(upload(app, predictions()), CONFIRM)
    go(app, "thresholds")
    plain = charts(app)[1][1]
    choose(app, "Curve", view)
    assert healthy(app)
    assert not app.error
    assert len(charts(app)) == 2
    assert charts(app)[1][1] != plain


def test_rank_scores_say_what_they_cannot_tell(app):
    frame = predictions()
    frame["score"] = frame["score"] * 40
    press(upload(app, frame), CONFIRM)
    go(app, "thresholds")
    assert healthy(app)
    rules = next(s for s in app.sidebar.selectbox if s.label == "Operating point")
    assert not any("Harm" in option for option in rules.options)
    choose(app, "Curve", "Calibration")
    assert healthy(app)
    assert "Not available here." in words(app)


def test_small_groups_are_shown_only_on_somebodys_name(app):
    frame = predictions(n=400)
    frame.loc[:6, "gender"] = "Rare"
    press(upload(app, frame), CONFIRM)
    go(app, "overview")
    name = next(t for t in app.sidebar.text_input if "fewer than 10" in t.label)
    name.set_value("Dr Grace Hopper").run()
    assert healthy(app)
    assert any("Dr Grace Hopper" in cell for cell in cells(app))
    go(app, "data")
    shown = [t.value.map(str) for t in app.table]
    rows = [r for t in shown for r in t[t.eq("Rare").any(axis=1)].to_numpy()]
    assert any("7" in list(row) for row in rows)


def test_two_visitors_keep_their_own_tables(app, opened):
    other = opened()
    press(upload(app, predictions(1, groups=("Mine", "Ours"))), CONFIRM)
    press(upload(other, predictions(2, groups=("Theirs", "Others"))), CONFIRM)
    mine, theirs = " ".join(cells(go(app, "data"))), " ".join(cells(go(other, "data")))
    assert "Mine" in mine
    assert "Theirs" not in mine
    assert "Theirs" in theirs
    assert "Mine" not in theirs
    assert opened().sidebar.selectbox(key="data").options == ["RadFusion, as published"]
