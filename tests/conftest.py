"""Shared by every folder: one Chromium for all tests that drive a browser."""

import os

import pytest
from hypothesis import settings

# The same examples every time where a chance find could only be rerun, not mended.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def browser():
    """Launch the system's Chromium; Playwright's driver runs once in a process."""
    # Imported here: most tests need no browser.
    from playwright.sync_api import sync_playwright

    from benchmarks.browser import launch

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()
