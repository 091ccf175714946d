"""One app for all; for every test fresh visitors, who reach this machine only."""

import pytest

from benchmarks.browser import DESKTOP, serve
from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("app") / "log.txt") as running:
        yield running
    said = running.log.read_text(errors="replace")
    assert "Traceback" not in said, said
    assert "Uncaught app execution" not in said, said


@pytest.fixture
def visitor(browser):
    """Lets visitors in, each with a browser profile of its own; sees them off afterwards."""
    guests = []

    def let_in(size=DESKTOP, **options):
        guests.append(Visitor(browser, size, **options))
        return guests[-1]

    yield let_in
    for guest in guests:
        guest.leave()
    for guest in guests:
        assert guest.refused == [], "a page asked for something outside this machine"
        assert guest.crashes == [], "a script of the page failed"


@pytest.fixture
def page(visitor):
    return visitor().page
