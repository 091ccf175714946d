"""What can be chosen about a cohort from MIMIC-IV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fairfuse_core.errors import ConfigError


@dataclass(frozen=True)
class Options:
    """How samples are made of the raw tables.

    Attributes
    ----------
    unit : {"icu", "admission"}
        A sample is an ICU stay, or a hospital admission.
    window_hours : int
        Hours from the start of the sample to the prediction; inputs are what was known by then.
    whole_window : bool
        Keep only those alive and still there at the prediction. Without it the window of the
        others ends when they leave, when the outcome is known: for description, not prediction.
    min_age : int
        Younger patients are left out, in years.
    current_codes : bool
        Let ``codes`` hold the diagnoses of the sample's own admission. They are coded after
        discharge, and phenotypes are made of them: a leak for any prediction during the stay.
    max_visits : int
        At most this many visits a sample, the latest ones.
    views : tuple of str
        View positions of chest X-rays to choose from.
    image_hours_before : float
        Also take X-rays from so many hours before the sample's start.
    image_size : int
        Height and width of images, in pixels.
    image_cache : str, optional
        Folder to keep the read images in; without it they are held in memory.
    """

    unit: Literal["icu", "admission"] = "icu"
    window_hours: int = 48
    whole_window: bool = True
    min_age: int = 18
    current_codes: bool = False
    max_visits: int = 20
    views: tuple[str, ...] = ("AP", "PA")
    image_hours_before: float = 0.0
    image_size: int = 224
    image_cache: str | None = None

    def __post_init__(self) -> None:
        if self.unit not in {"icu", "admission"}:
            raise ConfigError("unit 'icu' or 'admission'", repr(self.unit), "Name one of these.")
        for name in ("window_hours", "max_visits", "image_size"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} of at least 1", str(getattr(self, name)), "Raise it.")
        if self.image_hours_before < 0:
            raise ConfigError(
                "image_hours_before of at least 0", str(self.image_hours_before), "Raise it."
            )
