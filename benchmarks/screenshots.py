"""Photograph every page at both widths, to be looked at; and the picture in the README.

    python benchmarks/screenshots.py                        # published data
    python benchmarks/screenshots.py --table my.csv --dark  # a table of one's own, dark

Needs no network. Writes PNG files to ``--out`` and `docs/images/overview.png`.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from browser import DESKTOP, PAGES, PHONE, ROOT, App, launch, serve, settle, visit, walk
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

README_PICTURE = ROOT / "docs" / "images" / "overview.png"
_TALLEST = 16_000
_CONTENT_HEIGHT = """
() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const side = document.querySelector('[data-testid="stSidebarContent"]');
  return Math.ceil(Math.max(main.scrollHeight, side ? side.scrollHeight : 0));
}
"""
_PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Mobile Safari/537.36"
)


def stretch(page: Page, size: tuple[int, int]) -> None:
    """Make the window as tall as its page: Streamlit scrolls a part of it, not the document."""
    for _ in range(3):  # a taller window can change the layout once more
        tall = min(max(page.evaluate(_CONTENT_HEIGHT), size[1]), _TALLEST)
        page.set_viewport_size({"width": size[0], "height": tall})
        settle(page)
    page.wait_for_timeout(300)  # figures follow the new width


def open_own(page: Page, app: App, table: Path) -> None:
    """Upload a table and confirm the roles that were guessed."""
    visit(page, app, "data")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)
    page.get_by_role("button", name="Audit this table").click()
    page.get_by_role("heading", name="Groups in Your table").wait_for()
    settle(page)


def photograph(
    browser: Browser, app: App, size: tuple[int, int], out: Path, *, table: Path | None, dark: bool
) -> None:
    """Save a picture of each page at one width."""
    phone = size == PHONE
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        user_agent=_PHONE_AGENT if phone else None,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    if table is not None:
        open_own(page, app, table)
    for name in PAGES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if table is None:
            visit(page, app, name)
        elif name != PAGES[0] or not phone:
            menu(page)
            walk(page, name)
        stretch(page, size)
        page.screenshot(path=out / f"{name}-{size[0]}{'-dark' if dark else ''}.png")
    context.close()


def menu(page: Page) -> None:
    """Open the menu where it is folded away."""
    button = page.get_by_test_id("stExpandSidebarButton")
    if button.is_visible():
        button.click()


def readme_picture(browser: Browser, app: App) -> None:
    """Save the Overview down to its first figure, with few colours: small, and sharp to read."""
    page = browser.new_page(
        viewport={"width": DESKTOP[0], "height": 2 * DESKTOP[1]}, reduced_motion="reduce"
    )
    visit(page, app, "overview")
    page.wait_for_timeout(300)
    figure = page.get_by_test_id("stPlotlyChart").first.bounding_box()
    assert figure is not None
    below = round(figure["y"] + figure["height"])
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken = taken.crop((0, 0, DESKTOP[0], below))
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    taken.quantize(128, dither=Image.Dither.NONE).save(README_PICTURE, optimize=True)
    page.close()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "artifacts" / "screenshots")
    parser.add_argument("--table", type=Path, help="a table of predictions to show instead")
    parser.add_argument("--dark", action="store_true", help="in the dark theme")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, serve(args.out / "server.log") as app:
        browser = launch(playwright)
        for size in (DESKTOP, PHONE):
            photograph(browser, app, size, args.out, table=args.table, dark=args.dark)
        if args.table is None and not args.dark:
            readme_picture(browser, app)
            print(f"{README_PICTURE}: {README_PICTURE.stat().st_size / 1000:.0f} kB")
        browser.close()
    print(f"{len(PAGES) * 2} pictures in {args.out}")


if __name__ == "__main__":
    main()
