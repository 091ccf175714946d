"""Names on screen: escaped for Streamlit's Markdown, otherwise as they are."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairfuse_core.ui.text import escape, file_stem, unbroken

TYPEABLE = string.ascii_letters + string.digits + string.punctuation + " "


def read_back(text):
    """What Markdown shows of a backslash-escaped text."""
    out, at = [], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text) and text[at + 1] in string.punctuation:
            at += 1
        out.append(text[at])
        at += 1
    return "".join(out).replace("\u2060", "")


@given(
    st.text(alphabet=string.ascii_letters + string.digits + string.punctuation + " ", max_size=40)
)
def test_escaped_text_reads_as_it_was(name):
    assert read_back(escape(name)) == " ".join(name.split())


@given(st.text(max_size=40))
def test_nothing_special_is_left_bare(name):
    bare = escape(name)
    for mark in "*_`[]<>$:#|~":
        assert bare.count(mark) == bare.count("\\" + mark)


@pytest.mark.parametrize("name", [":smile:", "http://a.b", "www.a.b", "a@b.c", "<= 80", "a->b"])
def test_what_is_recognised_late_is_broken_up(name):
    assert "\u2060" in escape(name)


def test_intervals_stay_on_one_line():
    assert unbroken("0.05 [0.01, 0.09], p = 0.2") == "0.05 [0.01,\u00a00.09], p = 0.2"


@pytest.mark.parametrize(
    ("parts", "stem"),
    [(("a/b", "c:d"), "a-b-c-d"), (("..",), "fairfuse"), (("Gender × race",), "gender-race")],
)
def test_file_names_suit_every_system(parts, stem):
    assert file_stem(*parts) == stem
