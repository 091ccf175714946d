"""Every Arrow type in every role: read, or refused with a sentence."""

from __future__ import annotations

import contextlib
import datetime
import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fairfuse_core.audit.predictions import (
    DEFAULT_AGE,
    Roles,
    build_predictions,
    from_frame,
    guess_roles,
)
from fairfuse_core.errors import InputError

COLUMNS = {
    "half float": pa.array(np.array([0.25, 0.5, 0.75, 1], "float16")),
    "decimal": pa.array([decimal.Decimal("0.1")] * 4),
    "boolean": pa.array([True, False, None, True]),
    "large text": pa.array(["a", "b", None, "a"], pa.large_string()),
    "text view": pa.array(["a", "b", None, "a"], pa.string_view()),
    "bytes": pa.array([b"\xff", b"1", None, b"x"]),
    "large bytes": pa.array([b"\xff", b"1", None, b"x"], pa.large_binary()),
    "bytes view": pa.array([b"\xff", b"1", None, b"x"], pa.binary_view()),
    "fixed bytes": pa.array([b"a"] * 4, pa.binary(1)),
    "date": pa.array([datetime.date(2020, 1, 1)] * 4),
    "timestamp": pa.array([1, 2, 3, None], pa.timestamp("ns", "UTC")),
    "time": pa.array([1, 2, 3, 4], pa.time32("s")),
    "duration": pa.array([1, 2, 3, 4], pa.duration("s")),
    "null": pa.nulls(4),
    "list": pa.array([[1]] * 4),
    "structure": pa.array([{"a": 1}] * 4),
    "map": pa.array([[("a", 1)]] * 4, pa.map_(pa.string(), pa.int64())),
    "categories of numbers": pa.array([1, 2, 1, None]).dictionary_encode(),
    "categories of bytes": pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 0, 1]), pa.array([b"\xff", b"b"])
    ),
    "huge whole numbers": pa.array([2**64 - 1, 1, 2, 3], pa.uint64()),
    "run-length": pa.RunEndEncodedArray.from_arrays(
        pa.array([2, 4], pa.int32()), pa.array(["a", "b"])
    ),
}
CHANGES: list[dict[str, Any]] = [
    {"label": "c"},
    {"scores": ("c",)},
    {"scores": (), "decision": ("c",)},
    {"attributes": ("c",)},
    {"attributes": ("c",), "bins": {"c": DEFAULT_AGE}},
    *({role: "c"} for role in ("patient", "sample", "weight", "split", "fold", "model", "target")),
    {"class_": "c"},
]


@pytest.mark.parametrize("kind", COLUMNS)
def test_type_in_every_role(kind: str) -> None:
    table = {"y": [0, 1, 0, 1], "s": [0.1, 0.2, 0.3, 0.4], "c": COLUMNS[kind]}
    raw = from_frame(pa.table(table))
    assert "c" in guess_roles(raw).reasons
    for change in CHANGES:
        with contextlib.suppress(InputError):
            built = build_predictions(raw, Roles("y", ("s",)).with_(**change))
            assert len(built) in (4, 8)


def test_categories_as_label_score_and_attribute() -> None:
    raw = from_frame(
        pa.table(
            {
                "y": pa.array(["no", "yes", "no"]).dictionary_encode(),
                "s": pa.array([0.5, 0.25, 0.5]).dictionary_encode(),
                "g": pa.array(["b", "a", None]).dictionary_encode(),
            }
        )
    )
    roles = Roles("y", ("s",), attributes=("g",), label_map={"yes": 1, "no": 0})
    table = build_predictions(raw, roles)
    assert table.y_true.tolist() == [0, 1, 0]
    assert table.score is not None
    assert table.score.tolist() == [0.5, 0.25, 0.5]
    assert table.attributes[0].levels == ("a", "b", "Unknown")


def test_levels_with_digits_of_other_scripts_sort() -> None:
    names = ["m²", "m³", "x" + "9" * 5000, "ab١٢"]
    raw = from_frame(pa.table({"y": [0, 1, 0, 1], "s": [0.5] * 4, "g": names}))
    table = build_predictions(raw, Roles("y", ("s",), attributes=("g",)))
    assert set(table.attributes[0].levels) == set(names)
