"""The simulator's page in the documentation, made from the dials and the modules themselves."""

from __future__ import annotations

import textwrap

from fairfuse_core.cohort.simulate import (
    codes,
    embolism,
    image,
    model,
    notes,
    observers,
    phenotypes,
    presets,
    series,
    static,
    volume,
)
from fairfuse_core.cohort.simulate.dials import dial_help

_PARTS = (
    ("The structural model", model),
    ("Observers", observers),
    ("Codes and laboratory values", codes),
    ("Series", series),
    ("Chest X-ray", image),
    ("CT volume", volume),
    ("Notes", notes),
    ("Static features", static),
    ("Phenotypes and length of stay", phenotypes),
    ("Embolism", embolism),
    ("Presets", presets),
)


def guide() -> str:
    """Return docs/simulator.md: every dial in plain language, then the equations."""
    lines = [
        "# The simulator",
        "",
        "A simulated cohort has every modality of a real one, and its truth is known: true "
        "subgroup metrics of any rule, and the score that no model can beat.",
        "",
        "This page is made from the code by `fairfuse_core.cohort.simulate.guide`.",
        "",
        "## Dials",
        "",
        "| dial | name in code | what it does |",
        "|---|---|---|",
    ]
    lines += [f"| {title} | `{name}` | {text} |" for name, (title, text) in dial_help().items()]
    for title, module in _PARTS:
        text = textwrap.dedent(module.__doc__ or "").strip()
        lines += ["", f"## {title}", "", *text.splitlines()]
    return "\n".join(lines) + "\n"
