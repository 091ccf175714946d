"""Roles: JSON round trip, digest, refusals."""

from __future__ import annotations

import json

import pytest

from fairfuse_core.audit.predictions import DEFAULT_AGE, Roles
from fairfuse_core.errors import ConfigError

FULL = Roles(
    label="y",
    scores=("a", "b"),
    attributes=("sex", "age"),
    patient="pid",
    bins={"age": DEFAULT_AGE},
    label_map={"Expired": 1, "Alive": 0},
    split_map={"part B": "test"},
    model_names={"a": "Model A"},
    drop_missing=True,
)


def test_json_round_trip() -> None:
    again = Roles.from_dict(json.loads(json.dumps(FULL.to_dict())))
    assert again == FULL
    assert again.digest == FULL.digest
    assert hash(again) == hash(FULL)


def test_digest_tells_roles_apart() -> None:
    assert FULL.with_(drop_missing=False).digest != FULL.digest
    assert FULL.with_(bins={}).digest != FULL.digest


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match="'labell'"):
        Roles.from_dict({"labell": "y"})


@pytest.mark.parametrize("mapping", [{"a": 1}, {"a": 1, "b": 1}, {"a": 0, "b": 2}])
def test_label_map_needs_both_outcomes(mapping: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="Expired=1,Alive=0"):
        Roles(label="y", label_map=mapping)


def test_split_map_leads_to_known_splits() -> None:
    with pytest.raises(ConfigError, match="'holdout'"):
        Roles(label="y", split_map={"x": "holdout"})


def test_one_name_is_as_good_as_a_tuple() -> None:
    assert Roles(label="y", scores="s", attributes="sex").scores == ("s",)  # type: ignore[arg-type]


def test_named_gives_each_column_its_role() -> None:
    roles = FULL.named()
    assert roles["y"] == "label"
    assert roles["a"] == roles["b"] == "score"
    assert roles["age"] == "attribute"
    assert roles["pid"] == "patient"
