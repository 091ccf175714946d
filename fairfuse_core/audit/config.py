"""What an audit is asked to do: every choice that changes a number, in one frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from fairfuse_core.errors import ConfigError

Rule = Literal[
    "youden",
    "threshold",
    "sensitivity",
    "specificity",
    "selection_rate",
    "max_f1",
    "net_benefit",
    "as_given",
]
"""How the operating point is chosen; ``as_given`` uses the table's own decisions or counts."""

IntervalMethod = Literal["auto", "bootstrap", "bca"]
"""``auto``: the method docs/methods.md recommends for each metric (Wilson, DeLong, ...)."""

MIN_GROUP = 10
"""Groups of fewer patients are suppressed (the cell policy of clinical data holders)."""

_NEEDS_VALUE = {"threshold", "sensitivity", "specificity", "selection_rate", "net_benefit"}


@dataclass(frozen=True)
class OperatingPoint:
    """One rule that turns scores into decisions: flagged when score >= threshold.

    Attributes
    ----------
    rule : str
        See `Rule`.
    value : float or None
        The threshold itself; the target sensitivity, specificity or selection rate in (0, 1];
        for ``net_benefit`` the harm:benefit ratio (harm of a false alarm : benefit of a hit), > 0.
    per_group : bool
        One threshold a group: a what-if, always marked as one.
    """

    rule: Rule = "youden"
    value: float | None = None
    per_group: bool = False

    def __post_init__(self) -> None:
        if self.rule not in get_args(Rule):
            raise ConfigError(
                f"an operating point among {', '.join(get_args(Rule))}",
                repr(self.rule),
                "Choose one of these rules.",
            )
        if self.rule in _NEEDS_VALUE and self.value is None:
            raise ConfigError(
                f"a value for the operating point {self.rule!r}",
                "none",
                f"Give one, for example {self.rule}=0.8.",
            )
        if (
            self.rule in {"sensitivity", "specificity", "selection_rate"}
            and self.value is not None
            and not 0 < self.value <= 1
        ):
            raise ConfigError(
                f"a {self.rule} above 0 and at most 1", repr(self.value), "Give a share, as 0.8."
            )
        if self.rule == "net_benefit" and self.value is not None and not self.value > 0:
            raise ConfigError(
                "a positive harm:benefit ratio",
                repr(self.value),
                "Give the harm of one false alarm over the benefit of one hit, as 0.1.",
            )

    @property
    def label(self) -> str:
        """The rule in words, for tables and reports."""
        words = {
            "youden": "Youden's J at its maximum",
            "threshold": f"fixed threshold {self.value}",
            "sensitivity": f"sensitivity of at least {self.value}",
            "specificity": f"specificity of at least {self.value}",
            "selection_rate": f"at most {self.value} of patients flagged",
            "max_f1": "F1 at its maximum",
            "net_benefit": f"net benefit at its maximum, harm:benefit {self.value}",
            "as_given": "decisions as given",
        }[self.rule]
        return words + (", one threshold per group (what-if)" if self.per_group else "")


@dataclass(frozen=True)
class AuditConfig:
    """Everything that decides what an audit computes.

    Attributes
    ----------
    attributes : tuple of str
        Attributes to audit; empty means all the table has.
    intersections : tuple of tuple of str
        Combinations of two or more attributes to audit as groups of their own.
    reference : mapping of str to str
        Reference (privileged) group by attribute; by default the largest group.
    metrics : tuple of str
        Metric names (see `fairfuse_core.audit.metrics.METRICS`), and "abroca" or
        "xauc_difference" for the gaps between two groups' rankings; empty means all.
    operating_point : OperatingPoint
        How scores become decisions.
    interval : {"auto", "bootstrap", "bca"}
        Interval method.
    confidence : float
        Two-sided level of every interval, in (0, 1).
    replicates : int
        Bootstrap and permutation replicates, at least 100.
    seed : int
        Seed of every random draw.
    use_clusters : bool
        Resample patients rather than rows when patient ids are known.
    min_group : int
        Groups of fewer patients are suppressed; 0 turns suppression off.
    unsuppressed_by : str
        Who turned suppression off; required when ``min_group`` is below 10.
    multiplicity : {"holm", "bh"}
        Which adjustment the findings use.
    ignore : tuple of str
        Codes of checks whose findings are set aside (shown as ignored).
    exact_rows : int
        Above this many rows scores are binned into ``score_bins`` equal bins.
    score_bins : int
        Number of bins then.
    """

    attributes: tuple[str, ...] = ()
    intersections: tuple[tuple[str, ...], ...] = ()
    reference: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    metrics: tuple[str, ...] = ()
    operating_point: OperatingPoint = OperatingPoint()
    interval: IntervalMethod = "auto"
    confidence: float = 0.95
    replicates: int = 2000
    seed: int = 0
    use_clusters: bool = True
    min_group: int = MIN_GROUP
    unsuppressed_by: str = ""
    multiplicity: Literal["holm", "bh"] = "holm"
    ignore: tuple[str, ...] = ()
    exact_rows: int = 500_000
    score_bins: int = 4096

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1:
            raise ConfigError(
                "a confidence level from 0.5 to below 1", repr(self.confidence), "Use 0.95."
            )
        if self.replicates < 100:
            raise ConfigError("at least 100 replicates", str(self.replicates), "Use 2000.")
        if self.min_group < MIN_GROUP and not self.unsuppressed_by.strip():
            raise ConfigError(
                "the name of whoever turns suppression of small groups off",
                f"min_group={self.min_group} without a name",
                "Set unsuppressed_by to your name; it is printed in every export.",
            )
        if self.interval not in get_args(IntervalMethod):
            raise ConfigError(
                f"an interval method among {', '.join(get_args(IntervalMethod))}",
                repr(self.interval),
                "Use 'auto'.",
            )

    def with_(self, **changes: Any) -> AuditConfig:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary; `from_dict` reads it back."""
        plain = {k: v for k, v in self.__dict__.items() if k not in {"reference"}}
        plain["operating_point"] = asdict(self.operating_point)
        plain["reference"] = dict(self.reference)
        plain["attributes"] = list(self.attributes)
        plain["intersections"] = [list(x) for x in self.intersections]
        plain["metrics"] = list(self.metrics)
        plain["ignore"] = list(self.ignore)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> AuditConfig:
        """Read what `to_dict` wrote."""
        known = dict(plain)
        known["operating_point"] = OperatingPoint(**known["operating_point"])
        known["attributes"] = tuple(known["attributes"])
        known["intersections"] = tuple(tuple(x) for x in known["intersections"])
        known["metrics"] = tuple(known["metrics"])
        known["ignore"] = tuple(known["ignore"])
        known["reference"] = MappingProxyType(dict(known["reference"]))
        return cls(**known)
