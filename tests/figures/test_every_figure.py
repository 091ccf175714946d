"""What holds for every figure: no leak, no markup, words, one look, the same twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from fairfuse_core.audit import Audit
from fairfuse_core.figures import EXPORT_CONFIG, FIGURES, Drawing

NAMES = list(FIGURES)
LEAKS = ("7.654", "918273645", "918,273,645")
OURS = re.compile(r"</?(b|i|br|span)( style=\"[a-z0-9:;#-]+\")?>", re.IGNORECASE)


@pytest.fixture(scope="module")
def drawings(audit: Audit, draw_all: Callable[..., Any]) -> dict[str, Drawing]:
    return draw_all(audit)


@pytest.fixture(scope="module")
def leaked(leaky: Audit, draw_all: Callable[..., Any]) -> dict[str, Drawing]:
    return draw_all(leaky)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [s for v in value.values() for s in strings(v)]
    if isinstance(value, list):
        return [s for v in value for s in strings(v)]
    return [value] if isinstance(value, str) else []


def test_the_registry_and_the_test_name_the_same_figures(drawings: dict[str, Drawing]) -> None:
    assert list(drawings) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_has_its_words_and_its_table(drawings: dict[str, Drawing], name: str) -> None:
    made = drawings[name]
    assert made.title
    assert made.caption
    assert made.alt.endswith(".")
    assert re.search(r"\bn [\d,]+", made.alt), made.alt
    assert len(made.frame)
    assert len(made.figure.data)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_suppressed_groups_appear_nowhere(leaked: dict[str, Drawing], name: str) -> None:
    made = leaked[name]
    everything = " ".join(
        [made.figure.to_json(), made.alt, made.caption, made.title, made.frame.to_csv()]
    )
    for leak in LEAKS:
        assert leak not in everything


@pytest.mark.parametrize("name", NAMES)
def test_names_from_the_table_are_never_markup(drawings: dict[str, Drawing], name: str) -> None:
    spec = json.loads(drawings[name].figure.to_json())
    for said in strings(spec):
        left = OURS.sub("", said)
        assert "<" not in left, said
        assert "<b>x</b>" not in said


@pytest.mark.parametrize("name", NAMES)
def test_no_template_reads_user_strings(drawings: dict[str, Drawing], name: str) -> None:
    # A group called "%{x}" would be filled in by Plotly where a template is used.
    for trace in drawings[name].figure.data:
        assert getattr(trace, "hovertemplate", None) is None
        assert getattr(trace, "texttemplate", None) is None


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_smaller_than_twelve_pixels(drawings: dict[str, Drawing], name: str) -> None:
    made = drawings[name].figure.to_json()
    sizes = re.findall(r'"(?:tick)?font":\{[^{}]*"size":(\d+)', made)
    sizes += re.findall(r"font-size:(\d+)px", made)
    assert sizes
    assert min(map(int, sizes)) >= 12


@pytest.mark.parametrize(("dark", "page"), [(False, "#ffffff"), (True, "#14181d")])
def test_the_page_colour_follows_the_theme(
    audit: Audit, draw_all: Callable[..., Any], dark: bool, page: str
) -> None:
    for name, made in draw_all(audit, dark=dark).items():
        assert made.figure.layout.template.layout.paper_bgcolor == page, name


def test_the_same_audit_draws_the_same(
    audit: Audit, drawings: dict[str, Drawing], draw_all: Callable[..., Any]
) -> None:
    again = draw_all(audit)
    for name, made in drawings.items():
        assert again[name].figure.to_json() == made.figure.to_json()
        assert again[name].alt == made.alt
        pd.testing.assert_frame_equal(again[name].frame, made.frame)


def test_every_figure_has_a_narrow_layout(audit: Audit, draw_all: Callable[..., Any]) -> None:
    for name, made in draw_all(audit, compact=True).items():
        margin = made.figure.layout.margin
        assert margin.l + margin.r <= 200, name
        widest = max(map(len, re.split("<br>", re.sub(r"</?(b|span)\b[^>]*>", "",
                                                      made.figure.layout.title.text))))  # fmt: skip
        assert widest <= 60, name


def test_untitled_copies_leave_the_original_alone(drawings: dict[str, Drawing]) -> None:
    for made in drawings.values():
        before = made.figure.to_json()
        bare = made.untitled()
        assert bare.layout.title.text is None
        assert bare.layout.height < made.figure.layout.height
        assert made.figure.to_json() == before


def test_exports_send_nothing_anywhere() -> None:
    assert EXPORT_CONFIG["showSendToCloud"] is False
    assert EXPORT_CONFIG["displaylogo"] is False


def test_an_unknown_figure_is_a_key_error() -> None:
    assert "pie" not in FIGURES
    with pytest.raises(KeyError):
        FIGURES["pie"]
