"""Files, columns and types of MEDS 0.4, and what FairFuse adds beside them."""

from __future__ import annotations

import pyarrow as pa

DATA, CODES = "data", "metadata/codes.parquet"
SPLITS, ABOUT, LABELS = "metadata/subject_splits.parquet", "metadata/dataset.json", "labels"
SAMPLES = "metadata/fairfuse_samples.parquet"
"""A written cohort's own table: labels, attributes and which events belong to which sample."""

VERSION = "0.4.1"
BIRTH = "MEDS_BIRTH"
ATTRIBUTE = "ATTRIBUTE//"
"""Codes of static events that repeat a cohort's attributes, as ``ATTRIBUTE//sex//Female``."""

TIME = pa.timestamp("us")
EVENTS = pa.schema([
    pa.field("subject_id", pa.int64(), nullable=False), pa.field("time", TIME),
    pa.field("code", pa.string(), nullable=False), pa.field("numeric_value", pa.float32()),
    pa.field("sample_id", pa.string()),
])  # fmt: skip
CODE_TABLE = pa.schema([
    pa.field("code", pa.string(), nullable=False), pa.field("description", pa.string()),
    pa.field("parent_codes", pa.list_(pa.string())),
])  # fmt: skip
SPLIT_TABLE = pa.schema([
    pa.field("subject_id", pa.int64(), nullable=False),
    pa.field("split", pa.string(), nullable=False),
])  # fmt: skip
SPLIT_NAMES = {"train": "train", "validation": "tuning", "test": "held_out"}
"""FairFuse's parts of a fold and MEDS's."""

LABEL_TYPES: dict[str, pa.DataType] = {
    "boolean_value": pa.bool_(), "integer_value": pa.int64(), "float_value": pa.float32(),
    "categorical_value": pa.string(),
}  # fmt: skip
