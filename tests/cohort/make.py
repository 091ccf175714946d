"""Small cohorts with every modality, some of it missing, whose content is known."""

import numpy as np
import pandas as pd
from scipy import sparse

from fairfuse_core.audit.predictions import BinRule
from fairfuse_core.cohort import (
    Codes,
    Cohort,
    Images,
    Notes,
    Static,
    Step,
    Task,
    TimeSeries,
    as_attribute,
    binned,
)


def small(n: int = 60, *, seed: int = 0) -> Cohort:
    """n samples of about 2n/3 patients; a third has an image, half a note."""
    rng = np.random.default_rng(seed)
    patient = np.sort(rng.integers(0, max(2 * n // 3, 1), n))
    table = pd.DataFrame({
        "sample_id": [f"s{i}" for i in range(n)],
        "patient_id": [f"p{p}" for p in patient],
        "sex": as_attribute(rng.choice(["F", "M", ""], n, p=[0.5, 0.45, 0.05])),
        "age": binned(rng.choice(["44", "70", "> 89", ""], n), BinRule((65, 80))),
        "died": rng.integers(0, 2, n).astype(float),
        "ward": pd.Categorical(rng.choice(["A", "B", "C"], n)),
    })  # fmt: skip
    visits = rng.integers(0, 4, n)
    starts = np.concatenate([[0], np.cumsum(visits)]).astype(np.int64)
    codes = sparse.csr_array((rng.random((starts[-1], 7)) < 0.3).astype(np.uint8))
    image = rng.random(n) < 0.33
    position = np.where(image, np.cumsum(image) - 1, -1)
    observed = rng.random((n, 5, 2)) < 0.4
    return Cohort(
        name="small",
        table=table,
        attributes=("sex", "age"),
        tasks=(
            Task("death", "binary", ("died",)),
            Task("ward", "multiclass", ("ward",), ("A", "B", "C")),
        ),
        modalities={
            "codes": Codes(
                codes, starts, tuple("abcdefg"),
                measures=sparse.csr_array(rng.random((starts[-1], 2)).astype(np.float32)),
                measure_names=("na", "k"), hours=rng.random(starts[-1]).astype(np.float32),
            ),
            "series": TimeSeries(
                rng.normal(size=(n, 5, 2)).astype(np.float32), observed, ("hr", "sbp")
            ),
            "image": Images(
                rng.integers(0, 255, (int(image.sum()), 4, 4), dtype=np.uint8), position,
                about={"unit": "grey"},
            ),
            "notes": Notes.of([f"note {i}" if rng.random() < 0.5 else None for i in range(n)]),
            "static": Static(pd.DataFrame({
                "apache": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
                "unit": pd.Categorical(rng.choice(["icu", "ccu"], n)),
            })),
        },
        flow=(Step("all", n, int(np.unique(patient).size)),),
        source={"source": "made for tests"},
    )  # fmt: skip
