"""User strings stay strings; numbers are rounded one way."""

from __future__ import annotations

import html
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairfuse_core.figures import text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("a & b", "a &amp; b"),
        ("line\nbreak\tand\x00nul", "line break andnul"),
        ("turned \u202eround", "turned round"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_markup_and_control_characters_are_defused(raw: str, shown: str) -> None:
    assert text.escape(raw) == shown


@given(st.text(max_size=80))
def test_escaped_text_has_no_tag_and_reads_back(raw: str) -> None:
    escaped = text.escape(raw)
    assert "<" not in escaped
    assert ">" not in escaped
    assert html.unescape(escaped) == text.clean(raw)


@given(st.text(min_size=1, max_size=200), st.integers(8, 40))
def test_shortened_names_fit(raw: str, width: int) -> None:
    assert len(text.shorten(raw, width)) <= width


def test_an_entity_is_never_cut_in_two() -> None:
    assert text.label("&" * 40, 28) == "&amp;" * 27 + "…"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.9107, "0.911"), (-0.02, "−0.020"), (-0.0001, "0.000"), (math.nan, "–"),
     (math.inf, "∞"), (1234.5, "1,234.500")],
)  # fmt: skip
def test_numbers(value: float, shown: str) -> None:
    assert text.number(value) == shown


def test_intervals_counts_and_p() -> None:
    assert text.estimate(0.911, 0.807, 0.961) == "0.911 [0.807, 0.961]"
    assert text.estimate(0.911, math.nan, 1.0) == "0.911"
    assert text.count(1683.0) == "1,683"
    assert text.count(math.nan) == "–"
    assert text.p_value(0.0004) == "p < 0.001"
    assert text.p_value(0.2134) == "p 0.213"


def test_lists() -> None:
    assert text.listed(["a"]) == "a"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.listed(list("abcdefgh"), 3) == "a, b and 6 others"
