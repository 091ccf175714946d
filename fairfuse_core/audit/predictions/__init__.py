"""Predictions in: any table of predictions or counts, to what the audit starts from."""

from fairfuse_core.audit.predictions.bins import DEFAULT_AGE, BinRule, parse_value, suggest_bins
from fairfuse_core.audit.predictions.build import build_predictions
from fairfuse_core.audit.predictions.counts import CountsTable, build_counts, is_counts_table
from fairfuse_core.audit.predictions.frames import from_frame
from fairfuse_core.audit.predictions.guess import Question, RoleGuess, guess_roles
from fairfuse_core.audit.predictions.load import as_raw, load
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.reading import MAX_BYTES, read_table
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.predictions.table import Message, Predictions

__all__ = [
    "DEFAULT_AGE",
    "MAX_BYTES",
    "BinRule",
    "CountsTable",
    "Message",
    "Predictions",
    "Question",
    "RawTable",
    "RoleGuess",
    "Roles",
    "as_raw",
    "build_counts",
    "build_predictions",
    "from_frame",
    "guess_roles",
    "is_counts_table",
    "load",
    "parse_value",
    "read_table",
    "suggest_bins",
]
