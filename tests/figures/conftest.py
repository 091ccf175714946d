"""A small audit with everything a figure can stumble over: tiny groups, odd names, two models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairfuse_core.audit import Audit, curves, predictions, run_audit
from fairfuse_core.audit.config import AuditConfig

MARKUP = "<b>x</b> & y"
LONG = "A group whose name goes on for much longer than any axis has room"
TINY = "Islanders"
# Values no honest figure holds: a share above one, a cohort larger than any hospital.
LEAK = 7.65432198
LEAK_N = 918273645


def patients() -> pd.DataFrame:
    """400 patients; 6 of them in the race `TINY`, 40 under an age nobody of whom died."""
    rng = np.random.default_rng(3)
    n = 400
    sex = np.where(rng.random(n) < 0.5, "Female", "Male")
    race = rng.choice(["White", MARKUP, LONG], size=n, p=[0.5, 0.3, 0.2]).astype(object)
    race[:6] = TINY
    age = rng.choice(["<45", "45-64", "65+"], size=n, p=[0.1, 0.4, 0.5])
    died = (rng.random(n) < 0.35).astype(int)
    died[age == "<45"] = 0
    one = np.clip(0.25 + 0.35 * died + rng.normal(0, 0.18, n), 0.001, 0.999)
    two = np.clip(0.30 + 0.20 * died + rng.normal(0, 0.2, n), 0.001, 0.999)
    return pd.DataFrame(
        {"died": died, "one": one, "two": two, "sex": sex, "race": race, "age": age}
    )


@pytest.fixture(scope="session")
def audit() -> Audit:
    roles = predictions.Roles(
        label="died",
        scores=("one", "two"),
        attributes=("sex", "race", "age"),
        model_names={"one": "Model one", "two": "Model <two>"},
    )
    config = AuditConfig(
        intersections=(("sex", "race"), ("sex", "age"), ("sex", "race", "age")), replicates=100
    )
    return run_audit(predictions.load(patients(), roles=roles), config)


@pytest.fixture(scope="session")
def leaky(audit: Audit) -> Audit:
    """The audit with numbers put back into the rows of suppressed groups."""

    def put_back(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
        frame = frame.copy()
        hidden = frame["suppressed"].astype(bool)
        assert hidden.any()
        for name in names:
            frame.loc[hidden, name] = float(LEAK_N) if name.startswith("n") else LEAK
        return frame

    values = ("estimate", "low", "high", "n", "n_positive", "numerator", "pooled", "pooled_low",
              "pooled_high")  # fmt: skip
    return replace(
        audit,
        by_group=put_back(audit.by_group, values),
        groups=put_back(audit.groups, ("n", "n_positive", "prevalence")),
    )


@pytest.fixture(scope="session")
def curve(audit: Audit) -> Callable[..., pd.DataFrame]:
    def of(kind: str, attribute: str = "race", **more: Any) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(curves, kind)(
            audit, model="Model one", attribute=attribute, **more
        )
        return frame

    return of


@pytest.fixture(scope="session")
def compared() -> pd.DataFrame:
    """A comparison by hand: the first model 0.1 better overall, one group suppressed."""
    nan = float("nan")
    rows = [
        ("Overall", "Everyone", 0.80, 0.70, 0.10, 0.02, 0.18, 300.0, False, ""),
        ("sex", "Female", 0.85, 0.70, 0.15, 0.03, 0.27, 160.0, False, ""),
        ("sex", "Male", 0.75, 0.76, -0.01, -0.1, 0.08, 140.0, False, ""),
        ("race", MARKUP, nan, nan, nan, nan, nan, 40.0, False, "not estimable: no deaths"),
        ("race", TINY, LEAK, LEAK, LEAK, LEAK, LEAK, LEAK_N, True, "suppressed: too few"),
    ]
    names = ["attribute", "group", "estimate_a", "estimate_b", "difference", "low", "high", "n",
             "suppressed", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).assign(
        target="died", metric="tpr", method="paired bootstrap", p=0.01, p_holm=0.03, p_bh=0.02,
        test="McNemar", n_positive=50.0,
    )  # fmt: skip


Draw = Callable[..., Any]


@pytest.fixture(scope="session")
def draw_all(curve: Callable[..., pd.DataFrame], compared: pd.DataFrame) -> Draw:
    """Return a function: audit and options to every figure, by name."""

    def of(audit: Audit, **options: Any) -> dict[str, Any]:
        from fairfuse_core.figures import FIGURES

        where = {"audit": audit, "model": "Model one", "attribute": "race"}
        pair = {"metric": "tpr", "model_a": "Model one", "model_b": "Model <two>"}
        crossed = "sex × race"
        calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
            "forest": ((audit,), {"metric": "tpr"}),
            "gap_forest": ((audit,), {"metric": "tpr"}),
            "radar": ((audit,), {"metric": "tpr"}),
            "roc": ((curve("roc"),), where),
            "precision_recall": ((curve("precision_recall"),), where),
            "calibration": (
                (curve("calibration"),),
                {**where, "histogram": curve("score_histogram")},
            ),
            "decision_curve": ((curve("decision_curve"),), where),
            "sweep": ((curve("sweep", metric="tpr"),), {**where, "metric": "tpr"}),
            "score_distribution": ((curve("score_histogram"),), where),
            "heatmap": ((audit,), {"metric": "tpr", "attribute": crossed}),
            "comparison": ((compared,), pair),
            "dumbbell": ((compared,), pair),
            "indices": ((audit,), {"kind": "disparate_impact"}),
            "pooled": ((audit,), {"metric": "tpr", "attribute": "race"}),
        }
        return {n: FIGURES[n](*a, **{**k, **options}) for n, (a, k) in calls.items()}

    return of
