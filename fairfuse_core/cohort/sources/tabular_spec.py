"""The YAML file that says what the columns of somebody's own table mean, checked field by field."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from fairfuse_core.errors import ConfigError

_LARGEST = 1 << 20
_EXAMPLE = "fairfuse_core.cohort.sources.tabular.EXAMPLE shows a correct one."


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


_Name = Field(min_length=1)


class TaskSpec(_Part):
    """A task: its label column, or columns for ``multilabel``."""

    name: str = _Name
    kind: Literal["binary", "multilabel", "multiclass", "regression"]
    column: str | None = Field(default=None, min_length=1)
    columns: tuple[str, ...] = ()
    values: dict[str, Literal["0", "1"]] = {}
    classes: tuple[str, ...] = ()
    about: str = ""

    @model_validator(mode="after")
    def _fits(self) -> TaskSpec:
        several = self.kind == "multilabel"
        if several != bool(self.columns) or several == (self.column is not None):
            wanted = "columns" if several else "column"
            raise ValueError(f"a {self.kind} task takes {wanted!r}, and nothing else")
        if self.values and self.kind not in {"binary", "multilabel"}:
            raise ValueError(f"'values' maps texts to 0 and 1; a {self.kind} task has none")
        if self.classes and self.kind != "multiclass":
            raise ValueError(f"'classes' belongs to multiclass, not to {self.kind}")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """Label columns, whatever the kind."""
        return self.columns or (str(self.column),)


class BinSpec(_Part):
    """Cut points of a numeric attribute, written down and never fitted to the data."""

    edges: tuple[float, ...] = Field(min_length=1)
    labels: tuple[str, ...] = ()


class AttributeSpec(_Part):
    """A protected attribute: categories as they are, or numbers in bins."""

    column: str = _Name
    name: str | None = Field(default=None, min_length=1)
    order: tuple[str, ...] = ()
    rename: dict[str, str] = {}
    bins: BinSpec | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AttributeSpec:
        if self.bins and (self.order or self.rename):
            raise ValueError("'bins' names and orders the groups; leave out 'order' and 'rename'")
        return self

    @property
    def title(self) -> str:
        """Name of the attribute in the cohort."""
        return self.name or self.column


class CodesSpec(_Part):
    """A column of lists of codes, such as ``I50.1;E11.9``."""

    column: str = _Name
    delimiter: str = Field(default=";", min_length=1)
    prefix: str = ""
    cut: bool = False

    # A blank is a delimiter like any other.
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class NumberSpec(_Part):
    """A numeric feature, and the numbers that stand for "not measured" in it."""

    column: str = _Name
    missing: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given


class ImageSpec(_Part):
    """A column of file names of pictures in a folder."""

    column: str = _Name
    folder: str = "images"
    size: int = Field(default=224, ge=8, le=2048)


class TableSpec(_Part):
    """Everything there is to know of a table."""

    table: str = _Name
    sample: str = _Name
    patient: str = _Name
    name: str = "my table"
    licence: str = "not stated"
    citation: str = ""
    missing: tuple[str, ...] = ("", "?", "NA", "N/A", "NaN", "nan", "null", "NULL")
    tasks: tuple[TaskSpec, ...] = Field(min_length=1)
    attributes: tuple[AttributeSpec, ...] = ()
    codes: tuple[CodesSpec, ...] = ()
    numeric: tuple[NumberSpec, ...] = ()
    categorical: tuple[str, ...] = ()
    notes: str | None = Field(default=None, min_length=1)
    images: ImageSpec | None = None

    @field_validator("table")
    @classmethod
    def _beside(cls, given: str) -> str:
        # Forward slashes name folders below; anything that climbs is refused.
        parts = given.replace("\\", "/").split("/")
        if any(p in {"", ".", ".."} or ":" in p for p in parts):
            raise ValueError("a file beside this one or in a folder below it")
        return "/".join(parts)

    @model_validator(mode="after")
    def _apart(self) -> TableSpec:
        labels = {c for t in self.tasks for c in t.labels}
        used = [*self.features(), *(a.title for a in self.attributes)]
        both = sorted(labels & {*used, *(a.column for a in self.attributes)})
        if both:
            raise ValueError(f"{both[0]!r} is a label and may not be read as anything else")
        for what, names in (
            ("task", [t.name for t in self.tasks]),
            ("attribute", [a.title for a in self.attributes]),
            ("feature", [*self.categorical, *(n.column for n in self.numeric)]),
        ):
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is there twice")
        kept = {"sample_id", "patient_id"}
        if kept & (labels | {a.title for a in self.attributes}):
            raise ValueError("'sample_id' and 'patient_id' are kept for the ids; name it otherwise")
        return self

    def features(self) -> tuple[str, ...]:
        """Columns that model inputs are made of."""
        return (
            *self.categorical,
            *(n.column for n in self.numeric),
            *(c.column for c in self.codes),
            *([self.notes] if self.notes else []),
            *([self.images.column] if self.images else []),
        )

    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        labels = [c for t in self.tasks for c in t.labels]
        attributes = [a.column for a in self.attributes]
        every = [self.sample, self.patient, *labels, *attributes, *self.features()]
        return tuple(dict.fromkeys(every))


class _Texts(yaml.SafeLoader):
    """YAML whose values are all texts: ``no`` stays "no", ``007`` stays "007"."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - the name PyYAML looks for

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that is there twice; YAML would keep the last in silence."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is there twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def read_spec(path: Path) -> TableSpec:
    """Read and check a description.

    Raises
    ------
    ConfigError
        If the file cannot be read or is no YAML (line named), or a field is wrong (field named).
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError("a description of at most 1 MB", f"{path.name}", _EXAMPLE)
        loader = _Texts(path.read_text(encoding="utf-8-sig"))
        try:
            plain = loader.get_single_data()
        finally:
            loader.dispose()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        words = " ".join(str(error).split())
        raise ConfigError(f"YAML in {path.name}", words[:300], _EXAMPLE) from error
    if not isinstance(plain, dict):
        raise ConfigError(f"fields in {path.name}", f"{type(plain).__name__}", _EXAMPLE)
    try:
        return TableSpec.model_validate(plain)
    except ValidationError as error:
        raise ConfigError(
            f"a correct description in {path.name}", _words(error), _EXAMPLE
        ) from error


def _words(error: ValidationError) -> str:
    """Every problem as "field: what is wrong", entries counted from 1."""
    found = []
    for one in error.errors(include_url=False)[:6]:
        at = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in one["loc"]).strip(".")
        message = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(one["loc"][-1]), _FIELDS, n=1)
            message = "no such field" + (f"; did you mean {near[0]!r}?" if near else "")
        elif one["type"] != "missing" and isinstance(one["input"], str):
            message += f" ({one['input'][:60]!r})"
        found.append(f"{at or 'file'}: {message}")
    return "; ".join(found)


_FIELDS = sorted({
    name
    for part in (TableSpec, TaskSpec, AttributeSpec, BinSpec, CodesSpec, NumberSpec, ImageSpec)
    for name in part.model_fields
})  # fmt: skip
