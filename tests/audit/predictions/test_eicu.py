"""APACHE IVa on eICU: real predictions; the test exists where the data do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from fairfuse_core.audit.predictions import (
    DEFAULT_AGE,
    Predictions,
    build_predictions,
    guess_roles,
    read_table,
)

ROOT = Path(os.environ.get("FAIRFUSE_DATA", Path(__file__).parents[4] / "shared" / "data"))
FILES = sorted((ROOT / "audit_ready").glob("eicu_apache_iva_hospital_mortality.csv"))


def check_guess(path: Path) -> None:
    raw = read_table(path)
    guess = guess_roles(raw)
    roles = guess.roles
    assert guess.questions == ()
    assert (roles.label, roles.scores) == ("y_true", ("y_score",))
    assert (roles.patient, roles.sample) == ("uniquepid", "patientunitstayid")
    assert {"gender", "ethnicity", "age", "region", "teachingstatus", "numbedscategory"} <= set(
        roles.attributes
    )
    left_out = {"apachescore", "hospitalid", "unitdischargeoffset", "age_num", "age_band"}
    assert not left_out & set(roles.attributes)
    # Three patients under 18 are too few for a group of their own; the user may still ask for it.
    assert set(roles.bins["age"].edges) <= set(DEFAULT_AGE.edges)
    check_table(build_predictions(raw, roles.with_(bins={"age": DEFAULT_AGE})))


def check_table(table: Predictions) -> None:
    assert table.patient is not None
    assert (len(table), int(table.y_true.sum())) == (1683, 139)
    assert np.unique(table.patient).size == 1449
    assert table.score_kind == "probability"
    ethnicity = table.attribute("ethnicity")
    assert ethnicity.levels[-1] == "Unknown"
    sizes = dict(zip(ethnicity.levels, np.bincount(ethnicity.codes).tolist(), strict=True))
    assert (sizes["Unknown"], sizes["Other/Unknown"], sizes["Native American"]) == (19, 54, 11)
    age = table.attribute("age")
    assert age.levels == ("< 18", "18-44", "45-64", "65-79", "80+")
    assert np.bincount(age.codes).tolist()[-1] == 304  # 70 of them are given as "> 89"
    beds = table.attribute("numbedscategory").levels
    assert beds == ("<100", "100 - 249", "250 - 499", ">= 500", "Unknown")


if FILES:  # the data may not be passed on, so a checkout elsewhere has no such test to run

    def test_guess_and_table_of_the_real_file() -> None:
        check_guess(FILES[0])
