"""Two people, one server, two tables of the same shape: neither ever sees the other's numbers."""

import pytest

from benchmarks.browser import PAGES, settle, visit, walk
from tests.browser.acts import broken, confirm, offer, records
from tests.browser.cohort import cohort, truth

pytestmark = pytest.mark.e2e

SIZES = "Number of patients and events in every group"
SENSITIVITY = "Sensitivity by group of sex with interval, patients and events"


def own_numbers(frame):
    """What only this table's audit says: group sizes and sensitivities as printed."""
    facts = truth(frame)
    groups = {g: (str(n), str(events)) for g, (n, events, *_) in facts.items() if g != "Everyone"}
    return groups, {g: f"{facts[g][2]:.3f}" for g in ("Everyone", "Female", "Male")}


def check(page, frame):
    """The open session shows its own table and nothing else."""
    groups, sensitivities = own_numbers(frame)
    walk(page, "data")
    assert {r["Group"]: (r["n"], r["Events"]) for r in records(page, SIZES)} == groups
    walk(page, "subgroups")
    shown = {r["Group"]: r["Estimate"].split(" ")[0] for r in records(page, SENSITIVITY)}
    assert shown == sensitivities


def digest(page):
    """The SHA-256 of the data, as the Overview names it."""
    walk(page, "overview")
    facts = {r["Fact"]: r["Value"] for r in records(page, "What this audit was made from")}
    found = facts["Data digest (SHA-256)"]
    assert len(found.replace(" ", "")) == 64
    return found


def words(page, pages=PAGES):
    """All a visitor can read or hover over, every page after the other."""
    said = []
    for name in pages:
        walk(page, name)
        assert broken(page) == []
        said.append(page.locator("body").inner_text())
        said += page.locator("[aria-label]").evaluate_all("all => all.map(e => e.ariaLabel)")
        said += page.locator(".js-plotly-plot").evaluate_all(
            "all => all.map(e => JSON.stringify(e.data))"
        )
    return " ".join(said)


def test_two_visitors_never_see_each_others_numbers(visitor, app):
    ada, ben = visitor(), visitor()
    hers, his = cohort(seed=21), cohort(seed=22)
    assert list(hers) == list(his)
    assert len(hers) == len(his)
    assert set(own_numbers(hers)[1].values()).isdisjoint(own_numbers(his)[1].values())

    offer(ada.page, app, hers)
    offer(ben.page, app, his)
    confirm(ada.page)
    confirm(ben.page)
    for guest, frame in ((ada, hers), (ben, his)):
        check(guest.page, frame)

    digests = {guest: digest(guest.page) for guest in (ada, ben)}
    assert digests[ada] != digests[ben]
    for guest, other in ((ada, ben), (ben, ada)):
        said = words(guest.page)
        assert digests[guest] in said
        assert digests[other] not in said
    check(ada.page, hers)
    check(ben.page, his)

    # A reload is a new session: it starts from the published data, with nobody's table in it.
    for guest in (ada, ben):
        guest.page.reload()
        settle(guest.page)
        said = words(guest.page, ("overview", "data", "subgroups"))
        assert digests[ada] not in said
        assert digests[ben] not in said
        assert "Your table" not in said


def test_a_link_from_someones_table_carries_nothing_of_it(visitor, app):
    ada, ben = visitor(), visitor()
    offer(ada.page, app, cohort(seed=23).rename(columns={"sex": "quokka"}))
    confirm(ada.page)
    walk(ada.page, "subgroups")
    link = ada.page.url
    assert "quokka" not in link
    visit(ben.page, app, "subgroups", link.partition("subgroups")[2])
    assert "quokka" not in ben.page.locator("body").inner_text()
    assert ben.page.get_by_role("heading", name="Every metric, by Gender").is_visible()
