"""How long until the first figure? From `fairfuse app` to the Overview's figure in the browser.

    python benchmarks/cold_start.py            # five starts, the median against the budget of 3 s

Beside it, start by start, the least that the same tools can do here: an app of three lines with one
Plotly figure. What is above that is FairFuse's own.

Every start is a new process and a new browser profile. The clock starts with the process, the
browser is already running (it is the visitor's own), and its page is opened as soon as the
server listens: what a person with a quick hand would see.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from browser import ROOT, App, free_port, is_up, launch
from playwright.sync_api import Browser, sync_playwright

BUDGET = 3.0
FIGURE = ".js-plotly-plot .main-svg"

Serve = Callable[[int, Path], tuple[list[str], Path]]
"""(port, folder) to the command and the folder to run it in."""


@dataclass(frozen=True)
class Start:
    """Seconds since the process began.

    Attributes
    ----------
    server : float
        The server answers.
    paint : float
        The browser shows something for the first time.
    words : float
        The page's heading is visible.
    figure : float
        The first figure is visible.
    """

    server: float
    paint: float
    words: float
    figure: float


BARE = """import plotly.graph_objects as go
import streamlit as st
st.title("Overview")
st.plotly_chart(go.Figure(go.Scatter(x=[1, 2], y=[1, 2])))
"""


def fairfuse(port: int, folder: Path) -> tuple[list[str], Path]:
    """Return the command that `make app` runs, and the folder it runs in."""
    del folder
    return [str(Path(sys.executable).with_name("fairfuse")), "app", "--port", str(port)], ROOT


def bare(port: int, folder: Path) -> tuple[list[str], Path]:
    """Return the command that serves the app of three lines."""
    (folder / "bare.py").write_text(BARE)
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    quiet = "--browser.gatherUsageStats=false"
    return [sys.executable, "-m", "streamlit", "run", "bare.py", *options, quiet], folder


def once(browser: Browser, folder: Path, serve: Serve = fairfuse) -> Start:
    """Start an app, open its first page, and stop it again."""
    port = free_port()
    app = App(f"http://127.0.0.1:{port}", folder / "log.txt")
    command, where = serve(port, folder)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    with app.log.open("wb") as sink:
        began = time.monotonic()
        running = subprocess.Popen(command, cwd=where, stdout=sink, stderr=sink)
        try:
            while not is_up(app):
                if running.poll() is not None or time.monotonic() - began > 60:
                    raise RuntimeError(app.log.read_text(errors="replace"))
                time.sleep(0.01)
            server = time.monotonic() - began
            page.goto(f"{app.url}/", wait_until="commit")
            opened = time.monotonic() - began
            page.get_by_role("heading", level=1, name="Overview").wait_for()
            words = time.monotonic() - began
            page.locator(FIGURE).first.wait_for()
            figure = time.monotonic() - began
            first = page.evaluate(
                "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
            )
        finally:
            # The command started the server as a child of its own; Ctrl+C is what ends both.
            stop(running)
            context.close()
    return Start(server, min(opened + first / 1000, words), words, figure)


def stop(running: subprocess.Popen[bytes]) -> None:
    """End the command and the server that it started."""
    import psutil

    family = [*psutil.Process(running.pid).children(recursive=True), psutil.Process(running.pid)]
    for one in family:
        one.terminate()
    _, left = psutil.wait_procs(family, timeout=20)
    for one in left:
        one.kill()
    running.wait()


def table(starts: list[Start], least: list[Start]) -> str:
    """Return the medians and ranges, beside the least possible, as a Markdown table."""
    titles = {
        "server": "server answers",
        "paint": "first paint",
        "words": "heading visible",
        "figure": "first figure visible",
    }
    lines = ["| until | median (s) | fastest | slowest | three lines, median |"]
    lines.append("|---|---|---|---|---|")
    for field in fields(Start):
        values = [getattr(start, field.name) for start in starts]
        middle = statistics.median(values)
        floor = statistics.median(getattr(start, field.name) for start in least)
        lines.append(
            f"| {titles[field.name]} | {middle:.2f} | {min(values):.2f} | {max(values):.2f} "
            f"| {floor:.2f} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure and print; non-zero when the median is over the budget."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5)
    count = parser.parse_args().starts
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        starts, least = [], []
        for _ in range(count):
            starts.append(once(browser, Path(folder)))
            least.append(once(browser, Path(folder), bare))
        browser.close()
    print(f"Python {platform.python_version()}, {platform.machine()}, {count} starts\n")
    print(table(starts, least))
    median = statistics.median(start.figure for start in starts)
    print(f"\nBudget {BUDGET:.0f} s: {'kept' if median <= BUDGET else 'NOT kept'}.")
    return int(median > BUDGET)


if __name__ == "__main__":
    raise SystemExit(main())
