"""The command itself: version, help, glossary, start-up, the app's server."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from fairfuse_core import __version__
from fairfuse_core.audit.metrics import METRICS
from fairfuse_core.cli import app as app_module
from fairfuse_core.cli.failures import sentence
from fairfuse_core.errors import InputError
from tests.cli.conftest import ROOT


def _python(*arguments, **how):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, **how
    )


def test_the_module_runs_as_the_command():
    ran = _python("-m", "fairfuse_core", "--version")
    assert (ran.returncode, ran.stdout) == (0, f"fairfuse {__version__}\n")


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_nothing_heavy_is_imported_to_say_who_one_is(argument):
    code = (
        "import sys; sys.argv = ['fairfuse', sys.argv[1]]\n"
        "from fairfuse_core.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'pandas', 'numpy', 'plotly', 'rich', 'streamlit', 'pyarrow', 'jinja2', 'scipy'}))"
    )
    ran = _python("-c", code, argument)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_help_names_every_command(fairfuse):
    ran = fairfuse("--help")
    assert ran.status == 0
    for name in ("audit", "app", "metrics"):
        assert re.search(rf"^  {name} ", ran.out, flags=re.MULTILINE)


def test_help_of_audit_shows_examples_and_every_role(fairfuse):
    ran = fairfuse("audit", "--help")
    assert "fairfuse audit assets/published/radfusion.csv\n" in ran.out
    for flag in ("--label", "--score", "--decision", "--attribute", "--patient", "--label-map",
                 "--operating-point", "--unsuppressed-by", "--out"):  # fmt: skip
        assert flag in ran.out


def test_the_glossary_holds_every_metric(fairfuse):
    ran = fairfuse("metrics")
    assert ran.status == 0
    for card in METRICS.values():
        assert f"{card.name}: {card.title}" in ran.out
    assert max(len(line) for line in ran.out.splitlines() if line.startswith("  ")) <= 78


def test_one_metric_says_which_direction_is_better(fairfuse):
    assert "higher is better" in fairfuse("metrics", "tpr").out
    assert "lower is better" in fairfuse("metrics", "fpr").out
    assert "neither direction" in fairfuse("metrics", "prevalence").out
    assert fairfuse("metrics", "recal").status == 2


def test_an_error_is_one_sentence_on_one_line():
    problem = InputError("a label of 0 and 1 in column 'y'", "three\nvalues", "Name --label-map.")
    assert sentence(problem) == (
        "expected a label of 0 and 1 in column 'y', found three values: name --label-map."
    )


def test_bad_input_in_a_real_process():
    ran = _python("-m", "fairfuse_core", "audit", "absent.csv")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: expected a file that exists, found no file 'absent.csv'")
    assert ran.stderr.count("\n") == 1


def test_the_app_is_served_to_this_machine_only():
    made = app_module.command_line(9000, ("--theme.base=dark",))
    assert made[:3] == [sys.executable, "-m", "fairfuse_core.ui.launch"]
    assert "--server.address=127.0.0.1" in made
    assert "--server.headless=true" in made
    assert "--browser.gatherUsageStats=false" in made
    assert made[-1] == "--theme.base=dark"


def test_without_a_checkout_the_app_says_so(fairfuse, monkeypatch, tmp_path):
    import fairfuse_core

    monkeypatch.setattr(fairfuse_core, "__file__", str(tmp_path / "fairfuse_core" / "__init__.py"))
    ran = fairfuse("app")
    assert ran.status == 2
    assert "checkout" in ran.err
    assert "Traceback" not in ran.err


def test_a_port_in_use_is_named(fairfuse):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        ran = fairfuse("app", "--port", port)
        assert ran.status == 2
        assert f"port {port} taken" in ran.err
        assert app_module.free_port(None) != port


def _health(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError):
        return ""


@pytest.mark.e2e
def test_the_app_answers_and_stops_with_ctrl_c(tmp_path):
    import time

    port = app_module.free_port(None)
    log = tmp_path / "log"
    with log.open("w") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "fairfuse_core", "app", "--port", str(port)],
            stdout=out, stderr=out, cwd=tmp_path, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and _health(port) != "ok":
                assert running.poll() is None, log.read_text()
                time.sleep(0.2)
            assert _health(port) == "ok"
        finally:
            os.killpg(running.pid, signal.SIGINT)
            running.wait(timeout=30)
    said = log.read_text()
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said
    assert _health(port) == ""
