"""The split column: train, validation and test under the names people give them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from fairfuse_core.audit.predictions.columns import encode
from fairfuse_core.audit.predictions.factors import reorder
from fairfuse_core.audit.predictions.words import is_missing, quoted, rows_text
from fairfuse_core.audit.types import Factor
from fairfuse_core.errors import InputError

SPLITS = ("train", "validation", "test")
SPLIT_NAMES: dict[str, str] = {
    **dict.fromkeys(("train", "training", "tr", "derivation", "development"), "train"),
    **dict.fromkeys(
        ("validation", "valid", "val", "validate", "dev", "tune", "tuning", "calibration"),
        "validation",
    ),
    **dict.fromkeys(("test", "testing", "te", "holdout", "hold-out", "held-out", "eval"), "test"),
}
"""Usual names of splits, lower case."""


def split_factor(found: pa.ChunkedArray, *, name: str, mapping: Mapping[str, str]) -> Factor:
    """Return the split column as a factor with levels among train, validation, test.

    Parameters
    ----------
    found : ChunkedArray
        The column.
    name : str
        Its name.
    mapping : mapping of str to str
        The user's map; it goes before the usual names.

    Raises
    ------
    InputError
        When a value is missing or its split is not known.
    """
    encoded = encode(found, name=name, limit=0 if len(found) < 1000 else 1000)
    known = SPLIT_NAMES | {key.strip().lower(): value for key, value in mapping.items()}
    texts = [value.strip().lower() for value in encoded.values]
    odd = [v for v, text in zip(encoded.values, texts, strict=True) if text not in known]
    if odd or (encoded.codes < 0).any():
        return _refuse(encoded.codes, encoded.values, odd, name)
    lookup = np.array([SPLITS.index(known[text]) for text in texts], dtype=np.int32)
    codes = lookup[encoded.codes]
    used = [at for at in range(len(SPLITS)) if (codes == at).any()]
    return reorder(name, codes, SPLITS, used)


def _refuse(codes: np.ndarray, values: tuple[str, ...], odd: list[str], name: str) -> Factor:
    lost = [at for at, value in enumerate(values) if is_missing(value)]
    rows = np.flatnonzero((codes < 0) | np.isin(codes, lost))
    if rows.size:
        raise InputError(
            f"a split on every row (column {name!r})",
            f"none in {rows_text(rows)}",
            "Fill it in, or leave the split role empty.",
        )
    raise InputError(
        f"splits called train, validation or test in column {name!r}",
        quoted(odd),
        f"Say which split each is: --split-map '{odd[0]}=test'; or leave the split role empty.",
    )
