"""Shared inputs of the audit's tests: published counts, and a real table where it may be used."""

import os
from pathlib import Path

import pytest

from fairfuse_core.audit import build_predictions, load, read_table
from fairfuse_core.audit.predictions import guess_roles

ROOT = Path(__file__).parents[2]
APACHE = Path("audit_ready") / "eicu_apache_iva_hospital_mortality.csv"


@pytest.fixture(scope="session")
def radfusion_counts():
    """RadFusion's Tables 5-10 as shipped."""
    return load(ROOT / "assets" / "published" / "radfusion.csv")


@pytest.fixture(scope="session")
def apache():
    """APACHE IVa on the eICU demo: real patients, under a licence that keeps them out of here."""
    folder = Path(os.environ.get("FAIRFUSE_DATA", ROOT.parent / "shared" / "data"))
    path = folder / APACHE
    if not path.exists():
        words = f"the eICU table is not at {path}; set FAIRFUSE_DATA to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    raw = read_table(path)
    return build_predictions(raw, guess_roles(raw).roles)
