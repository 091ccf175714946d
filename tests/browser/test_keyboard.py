"""Everything a mouse can do, the keyboard can, and one always sees where it is."""

import pytest

from benchmarks.browser import PAGES, acting, visit, walk
from tests.browser.acts import confirm, offer, records
from tests.browser.cohort import cohort

pytestmark = pytest.mark.e2e

# Every control that a mouse could use now, and every table that scrolls sideways, numbered. What
# the pattern of a widget leaves out of the tab order (the arrow of a drop-down list, the cross on a
# chosen option, the further choices of a radio group) counts with the member that has the focus.
WIDGET = """
  [...(e.closest(e.getAttribute('role') === 'radio' ? '[role="radiogroup"]' : e.tabIndex < 0
    ? '[data-testid="stSelectbox"], [data-testid="stMultiSelect"], [data-testid="stNumberInput"]'
    : 'none')?.querySelectorAll('*') ?? [])].map((o) => found.indexOf(o)).filter((o) => o >= 0)
"""
NUMBER = """
() => {
  const controls = 'a[href], button, input, select, textarea, summary, [role="button"],'
    + '[role="checkbox"], [role="radio"], [role="switch"], [role="slider"], [role="tab"]';
  const places = '[data-testid="stSidebar"], [data-testid="stMain"], [data-testid="stHeader"]';
  const seen = (e) => e.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && !e.disabled && e.getAttribute('aria-disabled') !== 'true' && !e.closest('[inert], canvas')
    && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height > 0;
  const found = [...document.querySelectorAll(controls)]
    .concat([...document.querySelectorAll('[data-testid="stTable"] *')].filter(
      (e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto'))
    .filter((e) => e.closest(places) && seen(e));
  found.forEach((e, i) => { e.dataset.number = i; });
  return found.map((e, i) => ({
    number: i,
    name: `${e.tagName.toLowerCase()} ${e.ariaLabel || e.textContent.trim().slice(0, 40)}`,
    widget: WIDGET(e),
  }));
}
""".replace("WIDGET(e)", WIDGET)

# How the focused element and what surrounds it look: anything that marks a focus is among these.
LOOK = """
() => {
  const look = [];
  let e = document.activeElement;
  for (let up = 0; e !== null && e !== document.body && up < 6; up += 1, e = e.parentElement) {
    for (const pseudo of [null, '::before', '::after']) {
      const s = getComputedStyle(e, pseudo);
      look.push([s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor,
                 s.backgroundColor, s.textDecorationLine, s.opacity].join(' '));
    }
  }
  return look.join('|');
}
"""

FOCUSED = """
() => {
  const e = document.activeElement;
  const box = e.getBoundingClientRect();
  return {
    number: e.dataset.number === undefined ? null : Number(e.dataset.number),
    body: e === document.body,
    name: `${e.tagName.toLowerCase()} ${e.ariaLabel || e.textContent.trim().slice(0, 40)}`,
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}
"""

BLURRED_LOOK = f"""
async () => {{
  const e = document.activeElement;
  e.blur();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const active = Object.getOwnPropertyDescriptor(Document.prototype, 'activeElement');
  Object.defineProperty(document, 'activeElement', {{ get: () => e, configurable: true }});
  const look = ({LOOK})();
  delete document.activeElement;
  e.focus({{ focusVisible: true, preventScroll: true }});
  return look;
}}
"""


def tour(page, at_most=200):
    """Press Tab from the top of the page to its end; return what had the focus, in order."""
    stops = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["body"]:
            return stops
        stops.append(stop)
    raise AssertionError(f"The focus is caught in {stops[-4:]}")


def check_reach(page):
    controls = page.evaluate(NUMBER)
    assert len(controls) > 10
    stops = tour(page)
    reached = {stop["number"] for stop in stops}
    missed = [
        control["name"]
        for control in controls
        if control["number"] not in reached and not reached & set(control["widget"])
    ]
    assert missed == [], "not to be reached by keyboard"
    hidden = [stop["name"] for stop in stops if not stop["inView"]]
    assert hidden == [], "focused out of sight"


@pytest.mark.parametrize("name", PAGES)
def test_every_control_is_reached_by_tab(page, app, name):
    visit(page, app, name)
    page.get_by_test_id("stExpander").first.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Confidence of intervals").wait_for()
    page.evaluate("() => document.activeElement.blur()")
    visit_top(page)
    check_reach(page)


def visit_top(page):
    """Let the next Tab start from the top of the page again."""
    page.evaluate(
        """() => {
          const top = document.createElement('span');
          top.tabIndex = -1;
          document.body.prepend(top);
          top.focus();
          top.remove();
        }"""
    )


def test_every_control_is_reached_with_a_table_of_ones_own(page, app):
    offer(page, app, cohort(seed=51))
    visit_top(page)
    check_reach(page)
    confirm(page)
    with acting(page):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Thresholds").press("Enter")
    page.get_by_role("heading", name="Curves by group").wait_for()
    visit_top(page)
    check_reach(page)


def test_the_focus_is_seen_on_every_control(page, app):
    visit(page, app, "subgroups")
    unseen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["body"]:
            break
        page.wait_for_timeout(120)  # Streamlit fades its focus ring in
        focused = page.evaluate(LOOK)
        if focused == page.evaluate(BLURRED_LOOK):
            unseen.append(stop["name"])
    assert unseen == []


def test_a_choice_by_keyboard_changes_the_numbers(page, app):
    visit(page, app, "subgroups")
    table = "Largest gap in {} between groups: attributes by row, models by column"
    before = records(page, table.format("Sensitivity"))
    page.get_by_role("combobox", name="Metric", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("listbox").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    with acting(page):
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Gaps in selection rate (SR)").wait_for()
    after = records(page, table.format("Selection rate"))
    assert [line["Attribute"] for line in after] == [line["Attribute"] for line in before]
    assert after != before
    assert "metric=Selection" in page.url


def test_arrow_and_space_choose_in_a_row_of_choices(page, app):
    offer(page, app, cohort(seed=52))
    confirm(page)
    walk(page, "thresholds")
    page.get_by_role("radio", name="ROC").focus()
    page.keyboard.press("ArrowRight")
    with acting(page):
        page.keyboard.press("Space")
    assert (
        page.get_by_role("radio", name="Precision-recall").get_attribute("aria-checked") == "true"
    )
