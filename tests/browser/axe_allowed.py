"""Violations that Streamlit's own components bring along and that no app can mend."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowed:
    """A rule of axe-core, the CSS selector it is allowed within, and why."""

    rule: str
    within: str
    reason: str


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        "scrollable-region-focusable",
        '[data-testid="stTable"]',
        "st.table scrolls a wide table in a box of its own without a tabindex. Browsers make such "
        "a box a stop of the Tab key by themselves (test_keyboard.py holds them to it); axe-core "
        "looks at the attribute only.",
    ),
)
