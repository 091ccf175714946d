"""Predictions in: any table of predictions or counts, to what the audit starts from."""

from fairfuse_core.audit.predictions.bins import DEFAULT_AGE, BinRule, parse_value, suggest_bins
from fairfuse_core.audit.predictions.build import build_predictions
from fairfuse_core.audit.predictions.frames import from_frame
from fairfuse_core.audit.predictions.raw import RawTable
from fairfuse_core.audit.predictions.reading import MAX_BYTES, read_table
from fairfuse_core.audit.predictions.roles import Roles
from fairfuse_core.audit.predictions.table import Message, Predictions

__all__ = [
    "DEFAULT_AGE",
    "MAX_BYTES",
    "BinRule",
    "Message",
    "Predictions",
    "RawTable",
    "Roles",
    "build_predictions",
    "from_frame",
    "parse_value",
    "read_table",
    "suggest_bins",
]
