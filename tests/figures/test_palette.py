"""Colours that can be seen, told apart, and do not judge."""

from __future__ import annotations

import colorsys

import pytest

from fairfuse_core.figures import palette


def wcag(one: str, other: str) -> float:
    """Contrast ratio by the formula of WCAG 2.2, written apart from the library's."""

    def light(colour: str) -> float:
        rgb = [int(colour.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    a, b = light(one), light(other)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@pytest.mark.parametrize(
    ("dark", "pages"), [(False, ["#ffffff"]), (True, ["#0e1117", "#14181d", "#1f262d"])]
)
def test_every_hue_has_a_contrast_of_three_to_one(dark: bool, pages: list[str]) -> None:
    for page in pages:
        for hue in (*palette.colours(5, dark), palette.grey(dark)):
            assert wcag(hue, page) >= 3.0, (hue, page)


@pytest.mark.parametrize(("dark", "page"), [(False, "#ffffff"), (True, "#14181d")])
def test_text_reads_easily(dark: bool, page: str) -> None:
    assert wcag(palette.ink(dark), page) >= 7
    assert wcag(palette.grey(dark), page) >= 4.5


def test_contrast_of_black_on_white_is_21() -> None:
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(wcag("#777777", "#ffffff"))


def test_at_most_five_hues_then_other_dashes_and_shapes() -> None:
    n = palette.MAX_SERIES
    assert len(set(palette.colours(n))) == 5
    assert len(set(zip(palette.colours(n), palette.dashes(n), strict=True))) == n
    looks = list(zip(palette.colours(25), palette.symbols(25), strict=True))
    assert len(set(looks)) == 25


def test_the_page_colours_are_those_of_the_palette_of_the_app() -> None:
    assert palette.background(False) == "#ffffff"
    assert palette.background(True) == "#14181d"


def test_the_diverging_scale_goes_from_blue_over_pale_to_orange() -> None:
    ends = palette.diverging_at(0.0), palette.diverging_at(0.5), palette.diverging_at(1.0)
    hues = [colorsys.rgb_to_hls(*(int(c[i : i + 2], 16) / 255 for i in (1, 3, 5))) for c in ends]
    assert 0.5 < hues[0][0] < 0.7
    assert hues[1][1] > 0.9
    assert 0.03 < hues[2][0] < 0.12
    assert palette.diverging_at(-3) == ends[0]
    assert palette.diverging_at(9) == ends[2]


@pytest.mark.parametrize("step", range(21))
def test_ink_in_a_cell_reads_on_every_shade(step: int) -> None:
    shade = palette.diverging_at(step / 20)
    assert wcag(palette.text_on(shade), shade) >= 4.5


def test_faded_keeps_the_hue() -> None:
    assert palette.faded("#0072B2", 0.14) == "rgba(0,114,178,0.14)"
