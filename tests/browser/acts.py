"""What a visitor does and reads, in a visitor's words."""

from benchmarks.browser import acting, settle, visit
from tests.browser.cohort import as_csv

_NEXT_FRAMES = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
"""


def offer(page, app, frame):
    """Upload a table on the Data page; the form with its roles is shown then."""
    visit(page, app, "data")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(as_csv(frame))
    page.get_by_role("button", name="Audit this table").wait_for()
    settle(page)


def confirm(page):
    """Confirm the roles; the table is audited then."""
    page.get_by_role("button", name="Audit this table").click()
    page.get_by_role("heading", name="Groups in Your table").wait_for()
    settle(page)


def choose(page, label, option):
    """Choose an option of a drop-down list."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.scroll_into_view_if_needed()
    page.evaluate(_NEXT_FRAMES)  # the list closes when the page scrolls under it
    box.click()
    with acting(page):
        page.get_by_role("option", name=option, exact=True).click()


def plain(cell):
    """Return a cell's text without the invisible sign that keeps "<=" from becoming one letter."""
    return " ".join(cell.replace("\u2060", "").split())


def rows(page, description):
    """Return the rows of the one table so described, cells as lists of text, header first."""
    found = page.get_by_role("table", name=description)
    found.wait_for()
    lines = found.locator("tr").all()
    return [[plain(cell) for cell in line.locator("th, td").all_inner_texts()] for line in lines]


def records(page, description):
    """Return the same as one dict a line."""
    head, *body = rows(page, description)
    return [dict(zip(head, line, strict=True)) for line in body]


def every_table(page):
    """Return all tables of the page as text: what a reader would compare."""
    return page.get_by_role("main").locator("table").all_inner_texts()


def broken(page):
    """Return the texts of exceptions and error boxes; an intact page has none."""
    found = page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
    return found.all_inner_texts()
