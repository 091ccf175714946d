"""Errors that say what was expected, what was found and how to mend it."""

from __future__ import annotations


class FairFuseError(Exception):
    """Base of every error FairFuse raises on purpose.

    Parameters
    ----------
    expected : str
        What the code needed, as a phrase ("a column of 0 and 1").
    found : str
        What it met instead, naming the column, row or file.
    remedy : str
        What the user can do about it, as a full sentence.
    """

    def __init__(self, expected: str, found: str, remedy: str) -> None:
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(f"Expected {expected}; found {found}. {remedy}")


class InputError(FairFuseError, ValueError):
    """A file or table cannot be read as what it was offered for."""


class ConfigError(FairFuseError, ValueError):
    """An audit setting is impossible or contradicts another."""


class NotAvailableError(FairFuseError, LookupError):
    """A result was asked for that this audit, by its nature, does not hold."""
