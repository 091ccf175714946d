"""Broken tables in the app: a sentence with a remedy the form can follow, never a traceback."""

import re
from pathlib import Path

import pytest

from fairfuse_core.audit.predictions import load, read_table
from fairfuse_core.errors import InputError
from fairfuse_core.ui.remedies import in_app
from tests.app.tools import go, healthy, press, upload, words
from tests.corpus.broken_tables import BROKEN

FLAG = re.compile(r"(?<![\w-])--[a-z]")
TABLES = {".csv", ".tsv", ".txt", ".gz", ".parquet", ".pq"}
PRESSES = ("Audit this table", "Audit these counts")


def told(app):
    return "\n".join(error.value for error in app.error).replace("\\", "").replace("\u2060", "")


def offer(app, case):
    """Upload, and confirm what the form proposes where there is one."""
    go(app, "data")
    name = Path(case.filename)
    # The picker offers tables only; whoever renames a file gets past that.
    name = name if name.suffix in TABLES else name.with_suffix(".csv")
    app.file_uploader[0].upload(str(name), case.content)
    app.run()
    for label in PRESSES:
        if any(button.label == label for button in app.button):
            press(app, label)
    return told(app)


@pytest.mark.parametrize("name", [n for n, case in BROKEN.items() if case.roles is None])
def test_a_broken_table_is_refused_in_words(app, name):
    said = offer(app, BROKEN[name])
    assert healthy(app)
    assert "What to do:" in said
    assert app.sidebar.selectbox(key="data").value == "radfusion"
    assert not FLAG.search(said)


@pytest.mark.parametrize("name", BROKEN)
def test_no_remedy_names_an_option_of_the_command(name):
    case = BROKEN[name]
    with pytest.raises(InputError) as caught:
        load(read_table(case.content, name=case.filename), roles=case.roles)
    assert not FLAG.search(in_app(caught.value.remedy)), in_app(caught.value.remedy)


def test_rows_without_an_outcome_are_left_out_by_the_box_that_the_message_names(app):
    frame = b"y_true,score,sex\n" + b"0,0.2,F\n1,0.7,M\n,0.4,F\n0,0.1,M\n1,0.9,F\n" * 40
    upload(app, frame)
    press(app, PRESSES[0])
    named = re.search(r"tick “([^”]+)”", told(app)).group(1)
    box = next(c for c in app.checkbox if c.label.startswith(named))
    box.check()
    press(app, PRESSES[0])
    assert healthy(app)
    assert not app.error
    assert app.sidebar.selectbox(key="data").value == "own"
    assert "40" in words(app)
