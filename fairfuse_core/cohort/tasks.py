"""Tasks: what is to be predicted, and how its labels are stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from fairfuse_core.errors import InputError

TaskKind = Literal["binary", "multilabel", "multiclass", "regression"]


@dataclass(frozen=True)
class Task:
    """One prediction task.

    Attributes
    ----------
    name : str
        Name of the task, as ``hospital_mortality``.
    kind : {"binary", "multilabel", "multiclass", "regression"}
        binary: one 0/1 column; multilabel: several; multiclass: one categorical column;
        regression: one column of numbers.
    columns : tuple of str
        Label columns of the cohort's table; missing labels are missing there.
    classes : tuple of str
        Class names, for multiclass.
    about : str
        One sentence: who counts as positive, over what horizon.
    """

    name: str
    kind: TaskKind
    columns: tuple[str, ...]
    classes: tuple[str, ...] = ()
    about: str = ""

    def __post_init__(self) -> None:
        single = self.kind in {"binary", "multiclass", "regression"}
        if not self.columns or (single and len(self.columns) != 1):
            raise InputError(
                f"{'one label column' if single else 'label columns'} for the {self.kind} task "
                f"{self.name!r}",
                f"{len(self.columns)}",
                "Name the column of the label.",
            )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Task:
        """Read what `to_dict` wrote."""
        return cls(
            plain["name"],
            plain["kind"],
            tuple(plain["columns"]),
            tuple(plain["classes"]),
            plain["about"],
        )
