"""Every page, on a desk and on a phone: no exception, and nothing sticks out at the side."""

import pytest

from benchmarks.browser import DESKTOP, PAGES, PHONE, acting, title, visit, walk
from tests.browser.acts import broken, confirm, offer, records
from tests.browser.cohort import cohort

pytestmark = pytest.mark.e2e

WIDTHS = "() => [document.scrollingElement.scrollWidth, window.innerWidth]"
# Streamlit scrolls its main area, not the document: there an overflow would show, too.
MAIN = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return [main.scrollWidth, main.clientWidth];
}"""

# Cells whose text is cut off at their edge, with no way to scroll to the rest.
CUT_OFF = """
() => [...document.querySelectorAll('[data-testid="stTable"] :is(td, th, td *, th *)')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
                 && getComputedStyle(e).overflowX !== 'visible')
  .map((e) => e.textContent)
"""


def check(page, name):
    assert title(page, name).is_visible()
    assert broken(page) == []
    assert page.evaluate(CUT_OFF) == []
    for measure in (WIDTHS, MAIN):
        needed, there = page.evaluate(measure)
        assert needed <= there + 1, f"{name} is {needed} px wide on {there} px"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_on_the_published_data(visitor, app, size):
    page = visitor(size).page
    for name in PAGES:
        visit(page, app, name)
        check(page, name)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_on_a_table_of_ones_own(visitor, app, size):
    page = visitor(size).page
    offer(page, app, cohort(seed=41))
    assert broken(page) == []
    confirm(page)
    for name in PAGES:
        if size == PHONE and not page.get_by_test_id("stSidebarNav").is_visible():
            page.get_by_test_id("stExpandSidebarButton").click()
        walk(page, name)
        check(page, name)


def test_the_long_list_of_checks_comes_when_asked_for(page, app):
    visit(page, app, "overview")
    asked = page.get_by_role("table", name="Checks, their outcomes and what they say")
    assert asked.count() == 0
    with acting(page):
        page.locator("summary").filter(has_text="All other checks").click()
    asked.wait_for()
    lines = records(page, "Checks, their outcomes and what they say")
    counted = page.get_by_role("main").get_by_text("passed ·").inner_text()
    passed = sum(line["Outcome"] == "Passed" for line in lines)
    assert f"{passed} passed" in counted
    assert passed > 0
