"""A real Chromium and a running app: for the browser tests, the cold start and the screenshots."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PAGES = ("overview", "data", "subgroups", "thresholds", "intersections", "compare", "methods")
DESKTOP, PHONE = (1280, 900), (390, 844)

# Streamlit has nothing left to do: the script is over, the figures are drawn and nothing that is
# shown belongs to the run before; and that for 250 ms without a change of height, since figures
# find their size late and a page may ask for a second run.
_CALM = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const calm = app !== null
    && app.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && document.querySelector('[data-testid="stMain"] h1, [data-testid="stException"]') !== null
    && document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]') === null
    && [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].every(
         (chart) => chart.querySelector('.js-plotly-plot .main-svg') !== null);
  const tall = document.querySelector('[data-testid="stMain"]')?.scrollHeight;
  if (!calm || tall !== window.calmHeight) {
    window.calmHeight = tall;
    window.calmSince = performance.now();
    return false;
  }
  return performance.now() - window.calmSince > 250;
}
"""
_WATCH = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  window.scriptRan = new Promise((done) => {
    setTimeout(() => done(false), 3000);
    const watcher = new MutationObserver(() => {
      if (app.dataset.testScriptState !== 'notRunning') {
        watcher.disconnect();
        done(true);
      }
    });
    watcher.observe(app, { attributeFilter: ['data-test-script-state'] });
  });
}
"""


@dataclass(frozen=True)
class App:
    """A running app.

    Attributes
    ----------
    url : str
        Where it is served, without a slash at the end.
    log : Path
        What it wrote to standard output and error.
    """

    url: str
    log: Path

    def page(self, name: str) -> str:
        """Return a page's address; the first page lives at the root."""
        return f"{self.url}/" if name == "overview" else f"{self.url}/{name}"


def launch(playwright: Playwright) -> Browser:
    """Start Chromium.

    Raises
    ------
    FileNotFoundError
        When it is not installed. Nothing is skipped for that: an unseen app is an untested one.
    """
    if not CHROMIUM.is_file():
        raise FileNotFoundError(
            f"The browser tests need {CHROMIUM}; install Debian's `chromium` package."
        )
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(
    log: Path, *, command: Sequence[str] = (), wait: bool = True, patience: float = 60.0
) -> Iterator[App]:
    """Run the app in a process of its own until the block ends.

    Parameters
    ----------
    log : Path
        File for everything it prints.
    command : sequence of str
        What starts it; ``{port}`` stands for the port. By default ``streamlit run app.py``.
    wait : bool
        Whether the block begins only when the server answers.
    patience : float
        Seconds it may take for that.
    """
    port = free_port()
    app = App(f"http://127.0.0.1:{port}", log)
    words = [word.format(port=port) for word in command or STREAMLIT]
    with log.open("wb") as sink:
        running = subprocess.Popen(words, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
        try:
            if wait:
                wait_for(app, running, patience)
            yield app
        finally:
            running.terminate()
            try:
                running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


STREAMLIT = (
    sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
    "--server.address=127.0.0.1", "--server.port={port}", "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
)  # fmt: skip


def wait_for(app: App, running: subprocess.Popen[bytes], patience: float) -> None:
    """Return once the server says that it is well.

    Raises
    ------
    RuntimeError
        When it ended, or did not answer in time; the message carries its log.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until and running.poll() is None:
        if is_up(app):
            return
        time.sleep(0.02)
    raise RuntimeError(f"The app did not start.\n{app.log.read_text(errors='replace')}")


def is_up(app: App) -> bool:
    """Whether the server answers."""
    try:
        with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=5) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


def settle(page: Page, *, patience: float = 60.0) -> None:
    """Wait until the app has drawn everything and waits for its visitor."""
    page.evaluate("() => { window.calmHeight = null; }")
    page.wait_for_function(_CALM, timeout=1000 * patience, polling=50)


@contextmanager
def acting(page: Page) -> Iterator[None]:
    """Do something that the app answers; the block ends when the answer is drawn.

    A click takes a moment to reach the server, and until then the page looks settled. So the
    script's start is waited for first; but not for long, as a script can be over before the
    browser has drawn that it began.
    """
    page.evaluate(_WATCH)
    yield
    page.evaluate("() => window.scriptRan")
    settle(page)


def visit(page: Page, app: App, name: str, query: str = "") -> None:
    """Open a page by its address and wait until it is drawn."""
    page.goto(app.page(name) + query)
    settle(page)


def walk(page: Page, name: str) -> None:
    """Open another page by the menu, as a visitor does who wants to keep the session."""
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name.title(), exact=True)
    link.click()
    title(page, name).wait_for()
    settle(page)


def title(page: Page, name: str) -> Locator:
    """Return a page's own heading."""
    return page.get_by_role("heading", level=1, name=name.title(), exact=True)
