"""Where real data is, for tests that read it; it is never part of the repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def real_folder(name: str) -> Path:
    """Return the folder of a real data set; without it fail under CI, else say why and skip."""
    shared = Path(os.environ.get("FAIRFUSE_DATA", ROOT.parent / "shared" / "data"))
    if not (shared / name).is_dir():
        words = f"no folder {name} in {shared}; set FAIRFUSE_DATA to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return shared / name
