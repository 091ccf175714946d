"""No page ever asks for anything outside this machine; where the outside is refused, all works."""

from urllib.parse import urlsplit

import pytest

from benchmarks.browser import PAGES, title, visit, walk
from tests.browser.acts import broken, confirm, offer
from tests.browser.cohort import cohort
from tests.browser.visitor import LOOPBACK

pytestmark = pytest.mark.e2e


def test_the_guard_refuses_and_records(visitor, app):
    guest = visitor()
    visit(guest.page, app, "methods")
    tried = guest.page.evaluate(
        """async () => {
          const got = await fetch('https://example.org/x').then(() => 'came', () => 'refused');
          const socket = new WebSocket('wss://example.org/socket');
          await new Promise((done) => { socket.onclose = done; });
          return got;
        }"""
    )
    assert tried == "refused"
    assert sorted(guest.refused) == ["https://example.org/x", "wss://example.org/socket"]
    guest.refused.clear()


def test_no_page_asks_for_anything_elsewhere(visitor, app):
    guest = visitor()
    visit(guest.page, app, "overview")  # every other visitor of these tests is guarded as well
    offer(guest.page, app, cohort(seed=31))
    confirm(guest.page)
    for name in PAGES:
        walk(guest.page, name)
        title(guest.page, name).wait_for()
        assert broken(guest.page) == []
    hosts = {urlsplit(url).hostname for url in guest.asked if not url.startswith(("data", "blob"))}
    assert hosts <= LOOPBACK
    assert any(url.startswith("ws://127.0.0.1") for url in guest.asked), "websockets are watched"
    assert guest.refused == []
