"""The command, run in this process; and tables to run it on."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.cli import cli
from fairfuse_core.cli.failures import report_failures

ROOT = Path(__file__).parents[2]
RADFUSION = str(ROOT / "assets" / "published" / "radfusion.csv")


@dataclass(frozen=True)
class Ran:
    """What a run of the command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def fairfuse(capsys):
    """Run the command as `main` does, without leaving the process."""

    def run(*arguments):
        try:
            status = report_failures(cli, [str(a) for a in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        read = capsys.readouterr()
        return Ran(status, read.out, read.err)

    return run


@pytest.fixture(scope="session")
def eicu():
    """APACHE IVa on the eICU demo; real patients, never part of this repository."""
    folder = Path(os.environ.get("FAIRFUSE_DATA", ROOT.parent / "shared" / "data"))
    path = folder / "audit_ready" / "eicu_apache_iva_hospital_mortality.csv"
    if not path.exists():
        pytest.fail(f"no {path}: set FAIRFUSE_DATA to the folder that holds audit_ready/")
    return path


@pytest.fixture
def cohort(tmp_path):
    """300 patients with two models, an age and words for the outcome."""
    rng = np.random.default_rng(3)
    n = 300
    died = rng.random(n) < 0.3
    risk = 1 / (1 + np.exp(-(1.5 * (died - 0.5) + rng.standard_normal(n))))
    frame = pd.DataFrame(
        {
            "pid": np.arange(n) // 2,
            "status": np.where(died, "Expired", "Alive"),
            "outcome": died.astype(int),
            "risk": risk.round(4),
            "risk_b": (0.9 * risk + 0.05).round(4),
            "flag": np.where(risk > 0.5, "refer", "wait"),
            "sex": rng.choice(["F", "M"], n),
            "ward": rng.choice(["East", "West", "North"], n),
            "age": rng.integers(20, 95, n),
        }
    )
    path = tmp_path / "cohort.csv"
    frame.to_csv(path, index=False)
    return path
