"""What a user may choose when an eICU cohort is built."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from fairfuse_core.errors import ConfigError


@dataclass(frozen=True)
class EicuOptions:
    """Options of the eICU source.

    Attributes
    ----------
    hours : int
        The prediction is made this many hours after unit admission: 24 or 48. Nothing recorded
        later enters, and nothing below 24, for APACHE variables are the worst of 24 hours.
    min_hours : float
        Leave out unit stays shorter than this (48: CareBench's cohorts). At 0 every stay is kept,
        also those that ended before the prediction would have been made.
    sequence : {"stay", "patient"}
        "stay": a sample is a unit stay, with one visit. "patient": a sample is a patient with
        their unit stays as visits, as FairPlay trains its generator; labels, static features and
        series are those of the last stay.
    scope : {"window", "stay"}
        "window": diagnoses and laboratory values known by ``hours``. "stay": those of the whole
        stay, as FairPlay does ("we aggregate labs from throughout a hospital stay"). That is no
        prediction: complications entered shortly before death are among the inputs.
    labs : {"mean", "last"}
        A stay's value of a laboratory test.
    series : {"auto", "raw", "yaib", "none"}
        Where hourly series come from: raw tables, YAIB's hourly table of the demo, or the first
        of these that is complete.

    Raises
    ------
    ConfigError
        If a value is none of these.
    """

    hours: int = 24
    min_hours: float = 0.0
    sequence: Literal["stay", "patient"] = "stay"
    scope: Literal["window", "stay"] = "window"
    labs: Literal["mean", "last"] = "mean"
    series: Literal["auto", "raw", "yaib", "none"] = "auto"

    def __post_init__(self) -> None:
        allowed: tuple[tuple[str, tuple[Any, ...]], ...] = (
            ("hours", (24, 48)),
            ("sequence", ("stay", "patient")),
            ("scope", ("window", "stay")),
            ("labs", ("mean", "last")),
            ("series", ("auto", "raw", "yaib", "none")),
        )
        for name, choices in allowed:
            if getattr(self, name) not in choices:
                raise ConfigError(
                    f"{name} among {', '.join(map(str, choices))}",
                    repr(getattr(self, name)),
                    "Choose one of these.",
                )
        if not 0 <= self.min_hours < 24 * 365:
            raise ConfigError("min_hours of 0 or more", str(self.min_hours), "Use 0, 24 or 48.")

    @property
    def known_by(self) -> int | None:
        """Minutes from unit admission before which codes must be known; None: any time."""
        return self.hours * 60 if self.scope == "window" else None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary."""
        return asdict(self)
