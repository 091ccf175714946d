"""The shell surrounds every page, however it is reached, and the app can start warm."""

import pytest
from streamlit.testing.v1 import AppTest

from fairfuse_core.ui import shell
from tests.app.conftest import ROOT
from tests.app.tools import PAGES, go, healthy, words


def test_page_reached_past_the_entry_point_runs_the_shell_and_stops(monkeypatch):
    # What a fresh server does with a deep link before anybody has opened the front page.
    calls = []
    monkeypatch.setattr(shell, "main", lambda: calls.append("shell"))
    monkeypatch.setattr(shell.st, "stop", lambda: calls.append("stop"))
    shell.ensure_shell()
    assert calls == ["shell", "stop"]


def test_page_inside_the_shell_goes_on(monkeypatch):
    calls = []
    monkeypatch.setattr(shell, "main", lambda: calls.append("shell"))
    monkeypatch.setattr(shell.st, "stop", lambda: calls.append("stop"))
    token = shell._inside.set(True)
    shell.ensure_shell()
    shell._inside.reset(token)
    assert calls == []


def test_shell_of_one_run_opens_no_page_in_the_next(app):
    go(app, "methods")
    assert shell._inside.get() is False


@pytest.mark.parametrize("page", PAGES)
def test_page_starts_with_the_shell_and_stays_thin(page):
    lines = (ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith(("from ", "import ", " ", ")"))]
    first = next(line for line in code if not line.startswith('"""'))
    assert first == "ensure_shell()"
    assert len(lines) <= 150


def test_no_page_switches_by_code():
    # st.switch_page refuses to leave a page whose widgets are bound to the address.
    for file in [*(ROOT / "pages").glob("*.py"), *(ROOT / "fairfuse_core" / "ui").glob("*.py")]:
        assert "switch_page" not in file.read_text(encoding="utf-8"), file


def test_warm_start_leaves_no_audit_to_the_first_visitor(monkeypatch):
    import fairfuse_core.audit
    from fairfuse_core.ui.cache import bundled_store
    from fairfuse_core.ui.launch import warm

    bundled_store().clear()
    warm()

    def refuse(*_args, **_kwargs):
        raise AssertionError("audited again")

    monkeypatch.setattr(fairfuse_core.audit, "run_audit", refuse)
    monkeypatch.chdir(ROOT)
    opened = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert healthy(opened)
    assert "None of the 18 gaps" in words(opened)


def test_expected_error_is_a_message_on_any_page(app, monkeypatch):
    from fairfuse_core.errors import InputError
    from fairfuse_core.ui import sidebar

    def broken():
        raise InputError("a *table*", "nothing", "Bring one.")

    monkeypatch.setattr(sidebar, "draw_sidebar", broken)
    go(app, "subgroups")
    assert healthy(app)
    assert app.error[0].value.startswith("**Expected** a \\*table\\*")


def test_unforeseen_error_shows_no_traceback():
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["client"]["showErrorDetails"] == "type"
    assert config["client"]["showErrorLinks"] is False
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "127.0.0.1"
