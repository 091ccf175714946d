"""Words on screen: escaping, labels, line breaks. The words are `fairfuse_core.report.words`."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~^=:@&])")
_LATE = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[<>~-])(?=[=>-])", re.IGNORECASE)
_SPACE = re.compile(r"[^\S\u00a0]+")
_WORD_JOINER = "\u2060"
_HARD_SPACE = "\u00a0"
_LESS = re.compile(r"< (?=\d)")
_INTERVAL = re.compile(r"\[([^\[\],]+), ([^\[\],]+)\]")


def escape(text: object) -> str:
    """Return ``text`` so that Markdown shows it as it is.

    Group, model and column names come from whoever made the table. Streamlit reads Markdown,
    LaTeX, colour directives and emoji codes in almost every string it is given, turns bare
    addresses into links and ``<=`` into another sign; none of that may happen to a name. Emoji
    codes, addresses and signs are recognised after backslashes have been resolved, so an
    invisible word joiner breaks them.
    """
    plain = _SPACE.sub(" ", str(text)).strip()
    return _SPECIAL.sub(r"\\\1", _LATE.sub(_WORD_JOINER, plain))


def pretty(name: str) -> str:
    """Return one of our own words as a label: underscores are spaces, the first letter is large.

    Never for names from a table: those are shown as they are, as figures and exports show them.
    """
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def unbroken(text: str) -> str:
    """Return ``text`` with each ``[low, high]`` and each ``< 0.001`` kept on one line."""
    return _LESS.sub(f"<{_HARD_SPACE}", _INTERVAL.sub(rf"[\1,{_HARD_SPACE}\2]", text))


def file_stem(*parts: str) -> str:
    """Return a file name that every system accepts, made of ``parts``."""
    joined = "-".join(p for p in parts if p)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", joined).strip("-.").lower() or "fairfuse"
