"""Reading an AppTest: all words on the page, tables by their description, uploads."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

PAGES = ("overview", "data", "subgroups", "thresholds", "intersections", "compare", "methods")


def go(app, page):
    return app.switch_page(f"pages/{page}.py").run()


def words(app):
    """Everything a reader sees as text, without Markdown's backslashes and word joiners."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    found = [element.value for kind in kinds for element in getattr(app, kind)]
    return (
        "\n".join(found)
        .replace("\\", "")
        .replace("**", "")
        .replace("\u2060", "")
        .replace("\u00a0", " ")
    )


def cells(app):
    """Every cell of every table, as shown, with its Markdown."""
    found = (str(cell) for t in app.table for cell in t.value.to_numpy().ravel())
    return [cell.replace("\u00a0", " ") for cell in found]


def charts(app):
    """Specification and description of every chart."""
    return [(json.loads(c.proto.spec), c.proto.alt) for c in app.get("plotly_chart")]


def healthy(app):
    return not app.exception


def predictions(seed=0, n=400, groups=("A", "B"), flip=0.0):
    """A cohort of n patients with a calibrated score; ``flip`` spoils it in the first group."""
    rng = np.random.default_rng(seed)
    score = rng.beta(1.2, 4, n)
    y = (rng.random(n) < score).astype(int)
    group = rng.choice(groups, n)
    noisy = (group == groups[0]) & (rng.random(n) < flip)
    return pd.DataFrame(
        {
            "y_true": y,
            "score": np.where(noisy, 1 - score, score).round(6),
            "gender": group,
            "age": rng.integers(20, 95, n),
        }
    )


def upload(app, frame, name="table.csv"):
    """Upload a table on the Data page; the form is then shown."""
    go(app, "data")
    content = frame if isinstance(frame, bytes) else frame.to_csv(index=False).encode()
    app.file_uploader[0].upload(name, content)
    return app.run()


def press(app, label):
    next(b for b in app.button if b.label == label).click()
    return app.run()
