"""An app per test, always opened from its entry point."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(monkeypatch):
    """The app as a visitor finds it: started from the repository root, first page shown."""
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


@pytest.fixture
def opened(monkeypatch):
    """Opens the app by a link: query parameters given by name."""

    def open_link(**params):
        monkeypatch.chdir(ROOT)
        made = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in params.items():
            made.query_params[name] = value
        return made.run()

    return open_link


@pytest.fixture(scope="session")
def apache():
    """Where APACHE IVa on eICU lies: real patients, under a licence that keeps them out of here."""
    folder = Path(os.environ.get("FAIRFUSE_DATA", ROOT.parent / "shared" / "data"))
    path = folder / "audit_ready" / "eicu_apache_iva_hospital_mortality.csv"
    if not path.exists():
        words = f"the eICU table is not at {path}; set FAIRFUSE_DATA to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return path
