"""AIF360 in an environment of its own (its pins clash with ours): the same figures to 1e-12."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fairfuse_core.audit import run_audit
from fairfuse_core.audit.inequality import theil, theil_individuals
from tests.audit.make import gap, settings, table, value

pytestmark = pytest.mark.slow

TIGHT = 1e-12
PINS = ("aif360==0.6.1", "numpy==1.26.4", "pandas==2.1.4", "scipy==1.13.1", "scikit-learn==1.5.2")
SIDE = Path(__file__).with_name("aif360_side.py")


def draw(seed):
    """Three groups, coded 0 (reference) to 2; every other table has a group without the sick."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 300))
    group = np.r_[[0, 1, 2], rng.integers(0, 3, n)]
    y = rng.integers(0, 2, group.size)
    if seed % 2:
        y[group == 2] = 0
    flag = np.where(rng.random(group.size) < 0.3, 1 - y, y)
    return {"y": y.tolist(), "flag": flag.tolist(), "group": group.tolist()}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Tables with AIF360's figures."""
    folder = tmp_path_factory.mktemp("aif360")
    tables = [draw(seed) for seed in range(30)]
    (folder / "tables.json").write_text(json.dumps(tables))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS]
    subprocess.run(install, check=True)
    subprocess.run([python, SIDE, folder / "tables.json", folder / "figures.json"], check=True)
    return list(zip(tables, json.loads((folder / "figures.json").read_text()), strict=True))


def audit_of(one):
    names = [f"g{g}" for g in one["group"]]
    return run_audit(
        table(one["y"], decision=one["flag"], g=names), settings(reference={"g": "g0"})
    )


def test_rates_of_groups(both):
    undefined = 0
    for one, theirs in both:
        audit = audit_of(one)
        for g, rates in theirs["rates"].items():
            for metric, figure in rates.items():
                ours = value(audit, metric, f"g{g}")
                if np.isnan(ours):
                    # AIF360: NaN for a rate of nobody, 0 for a predictive value of nobody.
                    assert figure is None or (figure == 0 and metric in {"ppv", "npv"})
                    undefined += 1
                else:
                    assert ours == pytest.approx(figure, abs=TIGHT), (metric, g)
    assert undefined > 10


def test_differences_and_ratios_to_the_reference(both):
    for one, theirs in both:
        audit = audit_of(one)
        for g, pairs in theirs["pairs"].items():
            for name, metric, statistic in (
                ("disparate_impact", "selection_rate", "ratio"),
                ("statistical_parity_difference", "selection_rate", "difference"),
                ("equal_opportunity_difference", "tpr", "difference"),
                ("average_odds_difference", "average_odds_difference", "difference"),
            ):
                row = gap(audit, metric, statistic, group=f"g{g}")
                assert row["reference"] == "g0"
                if pairs[name] is None:
                    assert np.isnan(row["estimate"])
                    assert row["reason"].startswith("not estimable: ")
                else:
                    assert row["estimate"] == pytest.approx(pairs[name], abs=TIGHT), name


def test_theil_over_individuals_and_between_groups(both):
    for one, theirs in both:
        audit = audit_of(one)
        rows = audit.indices.set_index("index")["estimate"]
        assert rows["theil_individuals"] == pytest.approx(theirs["theil_index"], abs=TIGHT)
        y, flag, group = (np.array(one[k]) for k in ("y", "flag", "group"))
        benefit = flag - y + 1
        sizes = np.bincount(group).astype(float)
        means = np.bincount(group, weights=benefit) / sizes
        between = theirs["between_all_groups_theil_index"]
        assert theil(means, sizes) == pytest.approx(between, abs=TIGHT)
        assert between <= theil_individuals(kinds(y, flag)) + TIGHT


def kinds(y, flag):
    return np.array(
        [(y & flag).sum(), (y & (1 - flag)).sum(), ((1 - y) & flag).sum(),
         ((1 - y) & (1 - flag)).sum()], dtype=float,
    )  # fmt: skip
