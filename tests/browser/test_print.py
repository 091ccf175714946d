"""On paper: the Overview and the report keep their headline, their tables and all their pages."""

import io

import pypdf
import pytest

from benchmarks.browser import visit

pytestmark = pytest.mark.e2e

HEADLINE = "None of the 18 gaps in sensitivity is distinguishable from zero at the 5 % level"


def printed(page):
    """Print to PDF; return the text of each page on one line."""
    made = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    sheets = pypdf.PdfReader(io.BytesIO(made)).pages
    return [" ".join(sheet.extract_text().split()) for sheet in sheets]


def test_the_overview_prints_whole(page, app):
    visit(page, app, "overview")
    sheets = printed(page)
    said = " ".join(sheets)
    assert len(sheets) >= 2, "a page cut off at the height of the window"
    assert HEADLINE in said
    assert "Take it with you" in said, "the end of the page is missing"


def test_the_report_prints_whole(visitor, app, tmp_path):
    page = visitor().page
    visit(page, app, "overview")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Report (HTML, ready to print)").click()
    there = tmp_path / "report.html"
    coming.value.save_as(there)
    reader = visitor().page
    reader.goto(there.as_uri())
    reader.locator(".js-plotly-plot .main-svg").first.wait_for()
    sheets = printed(reader)
    assert len(sheets) >= 3
    assert HEADLINE in " ".join(sheets)
    assert all("FairFuse" in sheet for sheet in sheets), "every sheet says where it comes from"
