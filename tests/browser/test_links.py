"""A link sent to a colleague shows the colleague the same numbers."""

import pytest

from benchmarks.browser import acting, settle, visit
from tests.browser.acts import choose, every_table

pytestmark = pytest.mark.e2e


def test_a_shared_link_shows_the_same_tables(visitor, app):
    sender, colleague = visitor(), visitor()
    page = sender.page
    visit(page, app, "subgroups")
    first = every_table(page)
    choose(page, "Metric", "False-alarm rate (FPR)")
    choose(page, "Evaluation set", "Without subsegmental only")
    choose(page, "Attribute", "Race")
    with acting(page):
        page.get_by_role("button", name="Remove EHR only").click()
    sent = every_table(page)
    assert sent != first
    assert not any("EHR only" in text for text in sent)

    colleague.page.goto(page.url)
    settle(colleague.page)
    assert every_table(colleague.page) == sent
    assert colleague.page.url == page.url
    page.reload()
    settle(page)
    assert every_table(page) == sent
