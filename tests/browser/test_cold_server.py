"""A fresh server whose very first visitor comes by a link: the page stands in its shell."""

import pytest

from benchmarks.browser import PAGES, serve, title, visit
from tests.browser.acts import broken

pytestmark = pytest.mark.e2e

MENU = [name.title() for name in PAGES]


@pytest.mark.parametrize("name", PAGES)
def test_first_request_of_a_server_is_a_link_to_a_page(page, tmp_path, name):
    with serve(tmp_path / "log.txt") as fresh:
        visit(page, fresh, name, "?metric=Specificity+%28TNR%29")
        title(page, name).wait_for()
        menu = page.get_by_test_id("stSidebarNav").get_by_role("link")
        menu.nth(len(MENU) - 1).wait_for()
        # The icon's name precedes the title in the text of a link.
        assert [a.get_by_role("paragraph").inner_text() for a in menu.all()] == MENU
        here = page.get_by_test_id("stSidebarNav").locator('[aria-current="page"]')
        assert here.get_by_role("paragraph").inner_text() == name.title()
        assert page.title() == f"{name.title()} · FairFuse"
        assert page.get_by_role("combobox", name="Data", exact=True).is_visible()
        metric = page.get_by_role("combobox", name="Metric", exact=True)
        assert metric.input_value() == "Specificity (TNR)", "the link's choice was lost"
        assert broken(page) == []
    assert "Traceback" not in fresh.log.read_text()
