"""The report in a real browser that may not use the network: drawn, wide, narrow, on paper."""

import pytest

from fairfuse_core.report import render_html, write_atomic

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address(tmp_path_factory, hidden):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_atomic(path, render_html(hidden, title="A cohort"))
    return path.as_uri()


@pytest.mark.parametrize(("width", "spec"), [(1280, 660), (390, 358)])
def test_it_draws_without_network_and_fits(browser, address, width, spec):
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if m.type in {"error", "warning"} else None)
    page.goto(address)
    page.wait_for_function("document.documentElement.dataset.drawn === 'yes'")
    plots = page.locator(".plot")
    assert plots.count() > 8
    assert page.locator(".plot .main-svg").count() >= plots.count()
    widths = page.eval_on_selector_all(
        ".plot > .plot-container", "all => all.map(e => e.offsetWidth)"
    )
    assert set(widths) == {spec}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not page.get_by_text("holds the same numbers").is_visible()
    assert asked == [address]
    assert wrong == []
    context.close()


def test_paper_shows_the_wide_figures_even_from_a_phone(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(address)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = page.eval_on_selector_all(
        ".plot > .plot-container", "all => all.map(e => e.offsetWidth)"
    )
    assert set(widths) == {660}
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    widths = page.eval_on_selector_all(
        ".plot > .plot-container", "all => all.map(e => e.offsetWidth)"
    )
    assert set(widths) == {358}
    context.close()


def test_without_javascript_every_figure_still_has_its_numbers(browser, address):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(address)
    assert page.get_by_text("The table below each figure holds the same numbers").is_visible()
    assert page.locator("figure table").count() == page.locator("figure").count() > 8
    context.close()


def test_it_prints_at_full_size_on_a4(browser, address, tmp_path):
    page = browser.new_page()
    page.goto(address)
    page.wait_for_function("document.documentElement.dataset.drawn === 'yes'")
    page.emulate_media(media="print")
    # 174 mm between the margins: anything wider makes the browser shrink every page below 9 pt.
    page.set_viewport_size({"width": 658, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 660
    target = tmp_path / "report.pdf"
    page.pdf(path=target, prefer_css_page_size=True, tagged=True)
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") > 8
    page.close()
