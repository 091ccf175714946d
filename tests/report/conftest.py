"""Audits that several tests read: RadFusion as published, and a cohort with hidden groups."""

import numpy as np
import pytest

from fairfuse_core.audit import AuditConfig, OperatingPoint, load, run_audit
from fairfuse_core.report import render_html
from tests.audit.make import table
from tests.report.page import Page

HIDDEN = "Quokka"
"""A group name that occurs nowhere else on a page."""


@pytest.fixture(scope="session")
def radfusion():
    return run_audit(load("assets/published/radfusion.csv"), AuditConfig(replicates=200))


@pytest.fixture(scope="session")
def cohort_with_hidden():
    """400 patients: 5 of a small group, two attributes and their intersection, two models."""
    rng = np.random.default_rng(7)
    n = 400
    y = (rng.random(n) < 0.35).astype(np.uint8)
    race = np.array(["A", "B", "C"])[rng.integers(0, 3, n)].astype(object)
    race[:5] = HIDDEN
    y[:5] = [1, 0, 1, 0, 0]
    gender = np.array(["Female", "Male"])[rng.integers(0, 2, n)]
    score = 1 / (1 + np.exp(-(1.5 * (y - 0.5) + rng.standard_normal(n))))
    worse = 1 / (1 + np.exp(-(0.5 * (y - 0.5) + rng.standard_normal(n))))
    return table(
        np.tile(y, 2),
        np.concatenate([score, worse]),
        model=["first"] * n + ["second"] * n,
        race=np.tile(race, 2),
        gender=np.tile(gender, 2),
    )


@pytest.fixture(scope="session")
def hidden(cohort_with_hidden):
    config = AuditConfig(replicates=200, intersections=(("gender", "race"),))
    return run_audit(cohort_with_hidden, config)


@pytest.fixture(scope="session")
def hidden_thresholds(cohort_with_hidden):
    """The same with a threshold of its own for every group."""
    point = OperatingPoint("youden", per_group=True)
    return run_audit(
        cohort_with_hidden, AuditConfig(replicates=100, metrics=("tpr",), operating_point=point)
    )


@pytest.fixture(scope="session")
def radfusion_page(radfusion):
    return Page(render_html(radfusion, title="RadFusion as published"))


@pytest.fixture(scope="session")
def hidden_page(hidden):
    return Page(render_html(hidden))
