"""axe-core on every page, light and dark: no serious violation that is ours.

What is Streamlit's own is listed in `axe_allowed.py`, each with its reason; an entry that no
longer occurs fails, so that the list cannot outlive its cause.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from benchmarks.browser import PAGES, visit, walk
from tests.browser.acts import confirm, offer
from tests.browser.axe_allowed import ALLOWED
from tests.browser.cohort import cohort

pytestmark = pytest.mark.e2e

SERIOUS = {"serious", "critical"}
_met = set()


def violations(page):
    """(rule, selector, HTML, advice) of each serious violation that is not on the list."""
    found = Axe().run(page).response["violations"]
    ours = []
    for rule in (r for r in found if r["impact"] in SERIOUS):
        for node in rule["nodes"]:
            selector = node["target"][-1]
            entry = allowed(page, rule["id"], selector)
            if entry is None:
                ours.append((rule["id"], selector, node["html"][:160], node["failureSummary"]))
            else:
                _met.add(entry)
    return ours


def allowed(page, rule, selector):
    """The entry of the list that covers an element, if any."""
    for entry in ALLOWED:
        if entry.rule == rule and page.locator(selector).first.evaluate(
            "(e, within) => e.closest(within) !== null", entry.within
        ):
            return entry
    return None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_violation(visitor, app, scheme):
    page = visitor(color_scheme=scheme).page
    found = {}
    for name in PAGES:
        visit(page, app, name)
        found[name] = violations(page)
    offer(page, app, cohort(seed=61))
    found["data, roles"] = violations(page)
    confirm(page)
    for name in ("subgroups", "thresholds", "intersections"):
        walk(page, name)
        found[f"{name}, own table"] = violations(page)
    assert {name: bad for name, bad in found.items() if bad} == {}
    assert [e for e in ALLOWED if e not in _met] == [], "no longer occurs: take it off the list"
