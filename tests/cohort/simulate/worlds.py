"""Worlds with few groups and plain numbers, for tests of the simulator."""

import numpy as np
import pandas as pd

from fairfuse_core.cohort.simulate import Attribute, Dials, Missing

TWO = (Attribute("group", {"a": 0.5, "b": 0.5}),)
NONE = {"ehr_share": 0.0, "image_share": 0.0, "shared_share": 0.0, "interaction_share": 0.0}


def world(**changes):
    """Two groups, half each; one third positive; small images."""
    plain = {"attributes": TWO, "prevalence": 1 / 3, "n": 600, "image_shape": (16, 16)}
    return Dials(**(plain | changes))


def only(share, **changes):
    """All of the signal in one place."""
    return world(**(NONE | {share: 1.0} | changes))


def parts(made):
    """Everything a simulation holds, one array a part, rows in the order of samples."""
    p, cohort = made.truth.population, made.cohort
    z, m = p.latents, cohort.modalities
    codes, series, image = m["codes"], m["timeseries"], m["image"]
    labs = codes.measures
    cells = np.full(labs.shape, np.nan, dtype=np.float32)
    coo = labs.tocoo()
    cells[coo.coords] = coo.data
    out = {f"groups {k}": v for k, v in p.groups.items()}
    out |= {f"number {k}": v for k, v in p.numbers.items()}
    out |= {
        "patient": p.patient,
        "signals": np.column_stack(
            [z.ehr, z.shared, z.image, z.history, z.finding, z.organs, z.acuity]
        ),
        "severity": p.severity,
        "outcome": p.outcome,
        "recorded": p.recorded,
        "codes": codes.matrix.toarray(),
        "visits": codes.visit_counts,
        "labs": cells,
        "series": np.where(series.observed, series.values, np.nan),
        "has image": image.available,
        "images": image.pixels,
        "notes": np.array(m["notes"].load(), dtype=object),
        "static": m["static"].frame.drop(columns=list(p.numbers)).to_numpy(),
    }
    known = set(out) | {"sample_id", "patient_id", *p.groups, *(t.columns[0] for t in cohort.tasks)}
    for name in cohort.table.columns:
        if name not in known:
            column = cohort.table[name]
            categorical = isinstance(column.dtype, pd.CategoricalDtype)
            out[f"table {name}"] = (column.cat.codes if categorical else column).to_numpy()
    for task in cohort.tasks[1:]:
        column = cohort.table[task.columns[0]]
        categorical = isinstance(column.dtype, pd.CategoricalDtype)
        out[f"task {task.name}"] = (column.cat.codes if categorical else column).to_numpy()
    return out


def same(a, b):
    """Equal bit for bit, missing cells included."""
    if a.dtype == object:
        return a.tolist() == b.tolist()
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


MISSING = Missing(rate=0.4, odds={"group": {"b": 2.0}}, by_acuity=1.0, by_hidden=-1.0)
