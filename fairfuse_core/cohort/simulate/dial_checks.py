"""What dials may be set to; a wrong one is named with the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fairfuse_core.errors import ConfigError

if TYPE_CHECKING:
    from fairfuse_core.cohort.simulate.dials import Attribute, Dials, Missing

_SHARES = ("prevalence", "missed", "overcalled")
_NOT_NEGATIVE = ("strength", "image_noise", "lab_odds")
_PARTS = ("ehr_share", "image_share", "shared_share", "interaction_share")
_FACTORS = ("prevalence_odds", "lab_odds_by_group", "image_noise_by_group")
_EXTRA = ("missed_by_group", "overcalled_by_group")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not (np.isfinite(value) and low <= value <= high):
        upper = "" if np.isinf(high) else f" to {high:g}"
        raise ConfigError(
            f"{name} from {low:g}{upper}", repr(value), "Turn this dial back into its range."
        )


def check_missing(missing: Missing) -> None:
    """Refuse a rate outside [0, 1], odds of 0 or less, and slopes that are no numbers."""
    _within("the missing rate", missing.rate, 0, 1)
    for groups in missing.odds.values():
        for group, odds in groups.items():
            _within(f"the odds of missing in {group!r}", odds, 1e-6, np.inf)
    for name in ("by_acuity", "by_hidden"):
        _within(name, getattr(missing, name), -20, 20)


def check_dials(dials: Dials) -> None:
    """Refuse what cannot be simulated."""
    if dials.setting not in ("icu", "pe"):
        raise ConfigError("the setting icu or pe", repr(dials.setting), "Choose one of these.")
    _within("n", dials.n, 1, 50_000_000)
    _within("correlation", dials.correlation, 0, 0.99)
    _within("repeat", dials.repeat, 0, 0.99)
    for name in _SHARES:
        _within(name, getattr(dials, name), 0, 1)
    _within("prevalence", dials.prevalence, 1e-6, 1 - 1e-6)
    for name in _NOT_NEGATIVE:
        _within(name, getattr(dials, name), 0, 100)
    for name in _PARTS:
        _within(name, getattr(dials, name), 0, np.inf)
    if sum(getattr(dials, name) for name in _PARTS) <= 0:
        raise ConfigError("some signal share above 0", "four zeros", "Set strength to 0 instead.")
    if len(dials.image_shape) not in (2, 3) or min(dials.image_shape) < 8:
        raise ConfigError(
            "an image of two or three sides of 8 or more", repr(dials.image_shape), "As (64, 64)."
        )
    _check_attributes(dials.attributes)
    _check_by_group(dials)


def _check_attributes(attributes: Sequence[Attribute]) -> None:
    names = [a.name for a in attributes]
    if not names or len(set(names)) != len(names):
        raise ConfigError("attributes of different names", repr(names), "Name each one once.")
    for one in attributes:
        shares = list(one.groups.values())
        if not shares or min(shares) < 0 or not 0 < sum(shares) < np.inf:
            raise ConfigError(
                f"shares of 0 or more for the groups of {one.name!r}",
                repr(dict(one.groups)),
                "Give each group the share of patients it holds.",
            )
        edges = one.edges
        if edges and (len(edges) != len(shares) + 1 or (np.diff(edges) <= 0).any()):
            raise ConfigError(
                f"{len(shares) + 1} rising edges for {one.name!r}",
                repr(edges),
                "Give one more edge than groups.",
            )


def _check_by_group(dials: Dials) -> None:
    groups = {a.name: set(a.groups) for a in dials.attributes}
    settings: dict[str, Mapping[str, Mapping[str, float]]] = {
        name: getattr(dials, name) for name in (*_FACTORS, *_EXTRA)
    }
    for modality in ("image", "notes", "series", "codes"):
        settings[f"{modality}_missing"] = getattr(dials, f"{modality}_missing").odds
    for name, by in settings.items():
        for attribute, values in by.items():
            unknown = set(values) - groups.get(attribute, set())
            if attribute not in groups or unknown:
                have = "; ".join(f"{a}: {', '.join(sorted(g))}" for a, g in groups.items())
                raise ConfigError(
                    f"groups of the cohort in {name} ({have})",
                    f"{attribute}: {', '.join(sorted(unknown)) or 'no such attribute'}",
                    "Name a group that there is.",
                )
            for group, value in values.items():
                low, high = (0.0, 1.0) if name in _EXTRA else (1e-6, 1e6)
                _within(f"{name} of {group!r}", value, low, high)


def check_names(given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a dial that there is not."""
    for name in given:
        if name not in known:
            raise ConfigError(f"a dial among {', '.join(known)}", repr(name), "Check its spelling.")
