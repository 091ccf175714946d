"""`Roles`: what each column of a table means, as the user confirmed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from fairfuse_core.audit.predictions.bins import BinRule
from fairfuse_core.audit.predictions.words import quoted
from fairfuse_core.digest import digest_json
from fairfuse_core.errors import ConfigError

_LISTS = ("scores", "decision", "attributes", "classes")
_MAPS = ("class_scores", "label_map", "positive_decision", "split_map", "model_names")
_SINGLE = ("model", "patient", "sample", "weight", "split", "fold", "target", "class_")


@dataclass(frozen=True)
class Roles:
    """What each column means and how its values are read.

    Attributes
    ----------
    label : str
        Column of what happened.
    scores : tuple of str
        Columns of predicted risk; several mean several models side by side.
    decision : tuple of str
        Columns of decisions (0/1); beside ``scores`` in the same order, or alone.
    attributes : tuple of str
        Protected attributes to audit.
    model, patient, sample, weight, split, fold, target : str or None
        Column of the model's name, the patient's id (cluster), the sample's id (pairs models),
        the sampling weight, the data split, the fold, the target of a multi-label task.
    class_ : str or None
        Column naming the class a row's score is about (multi-class, long form).
    class_scores : mapping of str to str
        Class to score column (multi-class, wide form); each class is audited against the rest.
    classes : tuple of str
        Classes to audit one against the rest when label and decision hold class names.
    label_map : mapping of str to int
        Value of the label column to 0 or 1; needed unless they are 0/1 or true/false.
    positive_decision : mapping of str to int
        The same for decision columns; by default ``label_map`` where it fits.
    bins : mapping of str to BinRule
        How numeric attributes become groups.
    split_map : mapping of str to str
        Value of the split column to "train", "validation" or "test".
    model_names : mapping of str to str
        Score or decision column to the name its model is shown under.
    drop_missing : bool
        Leave out rows without a label, score, decision or weight instead of refusing the table.
    """

    label: str = ""
    scores: tuple[str, ...] = ()
    decision: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    model: str | None = None
    patient: str | None = None
    sample: str | None = None
    weight: str | None = None
    split: str | None = None
    fold: str | None = None
    target: str | None = None
    class_: str | None = None
    class_scores: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    label_map: Mapping[str, int] = field(default_factory=dict)
    positive_decision: Mapping[str, int] = field(default_factory=dict)
    bins: Mapping[str, BinRule] = field(default_factory=dict)
    split_map: Mapping[str, str] = field(default_factory=dict)
    model_names: Mapping[str, str] = field(default_factory=dict)
    drop_missing: bool = False

    def __post_init__(self) -> None:
        for name in _LISTS:
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))
        for name in _MAPS:
            plain = {str(key): value for key, value in getattr(self, name).items()}
            object.__setattr__(self, name, plain)
        for name in _SINGLE:
            object.__setattr__(self, name, getattr(self, name) or None)
        object.__setattr__(self, "bins", dict(self.bins))
        for name in ("label_map", "positive_decision"):
            _check_binary(name, getattr(self, name))
        odd = sorted(set(self.split_map.values()) - {"train", "validation", "test"})
        if odd:
            raise ConfigError(
                "splits called train, validation or test", quoted(odd), "Change the split map."
            )

    def __hash__(self) -> int:
        return hash(self.digest)

    def with_(self, **changes: Any) -> Roles:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def named(self) -> dict[str, str]:
        """Return column to role, for every column that has one (the first, if several)."""
        roles: dict[str, str] = {}
        pairs = [("label", self.label), *((name, getattr(self, name)) for name in _SINGLE)]
        pairs += [("score", c) for c in (*self.scores, *self.class_scores.values())]
        pairs += [("decision", c) for c in self.decision]
        pairs += [("attribute", c) for c in self.attributes]
        for role, column in pairs:
            if column:
                roles.setdefault(column, role.rstrip("_"))
        return roles

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary; `from_dict` reads it back."""
        plain: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in _LISTS:
            plain[name] = list(plain[name])
        for name in _MAPS:
            plain[name] = dict(plain[name])
        plain["bins"] = {name: rule.to_dict() for name, rule in self.bins.items()}
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Roles:
        """Read what `to_dict` wrote.

        Raises
        ------
        ConfigError
            When a key is not a field of `Roles`.
        """
        known = {item.name for item in fields(cls)}
        odd = sorted(set(plain) - known)
        if odd:
            raise ConfigError(
                f"role settings among {', '.join(sorted(known))}", quoted(odd), "Remove them."
            )
        bins = {name: BinRule.from_dict(rule) for name, rule in plain.get("bins", {}).items()}
        return cls(**{**plain, "bins": bins})

    @property
    def digest(self) -> str:
        """SHA-256 of these roles, for cache keys."""
        return digest_json(self.to_dict())


def _check_binary(name: str, mapping: Mapping[str, Any]) -> None:
    odd = {value for value in mapping.values() if value not in (0, 1)}
    if odd or (mapping and set(mapping.values()) != {0, 1}):
        raise ConfigError(
            f"{name} to send some values to 1 and others to 0",
            quoted(f"{key}={value}" for key, value in mapping.items()),
            "Write it as Expired=1,Alive=0.",
        )
