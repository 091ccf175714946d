"""How samples and labels are made of a MEDS data set."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fairfuse_core.errors import ConfigError


@dataclass(frozen=True)
class Options:
    """Where labels come from.

    With ``labels``, every row of a label table is a sample, and sees its subject's events up to
    and including its prediction time. With ``label_code``, every subject is one sample, predicted
    ``window_hours`` after its first event, or after its first event that matches ``index_code``;
    it is positive if a later event matches ``label_code``. With neither, the samples of a data
    set that FairFuse wrote come back as they were, and of any other every subject is one sample
    with all its events and no label.

    Attributes
    ----------
    labels : str, optional
        Parquet file, or folder of such, in MEDS's label schema.
    label_code, index_code : str, optional
        Regular expressions that a code has to contain a match of.
    window_hours : float
        Hours between the index event and the prediction.
    horizon_days : float, optional
        How long after the prediction an event counts; None: ever.
    attributes : tuple of (str, str)
        Name and regular expression of attributes; its first group is the value. The latest
        matching event known at the prediction counts. Age comes from the event of birth.
    """

    labels: str | None = None
    label_code: str | None = None
    index_code: str | None = None
    window_hours: float = 24.0
    horizon_days: float | None = None
    attributes: tuple[tuple[str, str], ...] = (
        ("gender", "^GENDER//(.+)$"),
        ("race", "^RACE//(.+)$"),
    )

    def __post_init__(self) -> None:
        if self.labels is not None and self.label_code is not None:
            raise ConfigError("labels or label_code", "both", "Give one of them.")
        if self.index_code is not None and self.label_code is None:
            raise ConfigError("label_code beside index_code", "none", "Say what is predicted.")
        if self.window_hours < 0 or (self.horizon_days is not None and self.horizon_days <= 0):
            raise ConfigError(
                "window_hours of at least 0 and horizon_days above 0",
                f"{self.window_hours} and {self.horizon_days}",
                "Correct the number.",
            )
        for name, pattern in (
            ("label_code", self.label_code), ("index_code", self.index_code), *self.attributes,
        ):  # fmt: skip
            try:
                groups = re.compile(pattern or "()").groups
            except re.error as error:
                raise ConfigError(
                    f"a regular expression for {name}", f"{pattern!r} ({error})", "Correct it."
                ) from error
            if groups < 1 and (name, pattern) in self.attributes:
                raise ConfigError(
                    f"a group for the value of {name}", repr(pattern), "Write it as ^GENDER//(.+)$."
                )
