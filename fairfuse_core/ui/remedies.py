"""What to do, said for somebody who looks at a form and not at a command line.

The reader of tables names the command's options in its remedies; here each becomes the control of
the upload form that does the same.
"""

from __future__ import annotations

import re

_HERE: tuple[tuple[str, str], ...] = (
    (
        r"leave these rows out with --drop-missing",
        "tick “Leave out rows without an outcome, score or weight” under “Other roles”",
    ),
    (
        r"Say which split each is: --split-map '[^']*'",
        "Say what the rows of each value are for, in the lists beneath the roles",
    ),
    (
        r"give it bins \(as --bins NAME=[\d,]+\)",
        "give it cut points in the field of that name",
    ),
    (r"Name it with --label\b", "Choose it under “Outcome: what happened”"),
    (r"Name it with --score or --decision", "Choose it under “Score” or “Decision”"),
    (r"Give it with --[a-z-]+ '[^']*', if that is right", "Choose them in the form"),
    (r", as --label \w+", " under “Outcome: what happened”"),
    (r", as --score \w+", " under “Score: predicted risk”"),
    (
        r"Say which value means the outcome happened: --[a-z-]+ '[^']*', if that is right",
        "Choose the values that mean the outcome happened (or the patient was flagged)",
    ),
    (r"Add it to --[a-z-]+, as 'VALUE=0'", "Confirm again which of the values mean yes"),
    (
        r"send every value to 0 or 1 with --[a-z-]+",
        "choose which of its values mean yes",
    ),
    (
        r"audit each value against the rest with --classes",
        "tick that each class is audited against the rest",
    ),
)


def in_app(remedy: str) -> str:
    """Return a remedy with the command's options replaced by the app's controls."""
    for option, control in _HERE:
        remedy = re.sub(option, control, remedy)
    return remedy
