"""The dials of the simulator: what can be turned, and what turning it does, in plain language."""

# ruff: noqa: RUF009 - `_dial` is dataclasses.field with the dial's explanation in it

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any, Literal

from fairfuse_core.cohort.simulate.dial_checks import check_dials, check_missing

ByGroup = Mapping[str, Mapping[str, float]]
"""A number for some groups of some attributes: ``{"race": {"Black": 1.5}}``."""

Setting = Literal["icu", "pe"]
"""What kind of patients: an intensive care stay, or a chest CT for suspected embolism."""


@dataclass(frozen=True)
class Attribute:
    """A protected attribute.

    Attributes
    ----------
    name : str
        As ``sex``.
    groups : mapping of str to float
        Share of patients in each group, in order; made to sum to 1.
    edges : tuple of float
        For a number such as age: one more edge than groups; group k lies between edges k and
        k + 1. Empty for categories.
    """

    name: str
    groups: Mapping[str, float]
    edges: tuple[float, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Who lacks a modality.

    Attributes
    ----------
    rate : float
        Share of samples without it, in [0, 1] (where no odds apply). Alone: missing completely
        at random (MCAR).
    odds : mapping
        Odds ratio of lacking it, by group.
    by_acuity : float
        Change of the log-odds of lacking it per standard deviation of the triage acuity, which
        everyone has on record: missing at random (MAR).
    by_hidden : float
        The same per standard deviation of what the missing modality itself would have shown:
        missing not at random (MNAR).
    """

    rate: float = 0.0
    odds: ByGroup = field(default_factory=dict)
    by_acuity: float = 0.0
    by_hidden: float = 0.0

    def __post_init__(self) -> None:
        check_missing(self)


def _dial(default: Any, title: str, text: str) -> Any:
    about = {"title": title, "help": text}
    if isinstance(default, int | float | str | tuple):
        return field(default=default, metadata=about)
    return field(default_factory=lambda: default, metadata=about)


SEX = Attribute("sex", {"Female": 0.5, "Male": 0.5})
RACE = Attribute("race", {"White": 0.6, "Black": 0.2, "Hispanic": 0.12, "Asian": 0.08})
AGE = Attribute(
    "age", {"18–44": 0.25, "45–64": 0.35, "65–79": 0.28, "80+": 0.12}, (18, 45, 65, 80, 100)
)


@dataclass(frozen=True)
class Dials:
    """Every choice that changes a simulated cohort; `dial_help` explains each in plain language.

    Raises
    ------
    ConfigError
        If a dial is out of range, or names a group that there is not.
    """

    setting: Setting = _dial(
        "icu",
        "Setting",
        "icu: intensive care stays with a chest X-ray, the 25 phenotypes and length of stay. "
        "pe: CT scans for suspected pulmonary embolism, with its type.",
    )
    n: int = _dial(2000, "Samples", "How many stays or studies are drawn.")
    attributes: tuple[Attribute, ...] = _dial(
        (SEX, RACE, AGE), "Group sizes", "The protected attributes and each group's share."
    )
    correlation: float = _dial(
        0.0,
        "Correlated demographics",
        "0: attributes are independent. Towards 1: whoever belongs to a later group of one "
        "attribute more often belongs to a later group of the others. Group sizes stay.",
    )
    repeat: float = _dial(
        0.0,
        "Repeat samples",
        "Share of samples that are a further stay or study of the patient before. Such samples "
        "share demographics and half the variance of every latent signal.",
    )
    prevalence: float = _dial(
        0.2, "Prevalence", "Share with the outcome, where no odds by group apply."
    )
    prevalence_odds: ByGroup = _dial(
        {},
        "Prevalence by group",
        "Odds of the outcome in a group, against those elsewhere: 2 doubles them. The other "
        "groups' prevalence stays.",
    )
    strength: float = _dial(
        2.0,
        "Signal strength",
        "Log-odds of the outcome per standard deviation of latent severity: 0 makes the outcome "
        "a coin toss that nothing predicts; 2 is a good model's world; 5 is nearly certain.",
    )
    ehr_share: float = _dial(
        0.4, "EHR-only signal", "Share of the severity's variance that only the EHR shows."
    )
    image_share: float = _dial(
        0.2, "Image-only signal", "Share of the severity's variance that only the image shows."
    )
    shared_share: float = _dial(
        0.3, "Shared signal", "Share of the severity's variance that EHR and image both show."
    )
    interaction_share: float = _dial(
        0.1,
        "Interaction",
        "Share of the severity's variance that only both together show: a finding in the image "
        "that is bad news with one history and good news with the other. Either alone says "
        "nothing. The four shares are made to sum to 1.",
    )
    missed: float = _dial(
        0.0,
        "Under-diagnosis",
        "Share of patients with the outcome whose record says they had none.",
    )
    missed_by_group: ByGroup = _dial(
        {},
        "Under-diagnosis by group",
        "Further share of a group's cases that the record misses. Who is truly ill stays.",
    )
    overcalled: float = _dial(
        0.0,
        "Over-diagnosis",
        "Share of patients without the outcome whose record says they had it.",
    )
    overcalled_by_group: ByGroup = _dial(
        {}, "Over-diagnosis by group", "Further share of a group's well patients recorded as ill."
    )
    image_noise: float = _dial(
        1.0,
        "Image noise",
        "Noise of the pixels, and what an imperfect reader loses to it. 0: a clean image; 1: as "
        "in practice; 3: a poor portable film.",
    )
    image_noise_by_group: ByGroup = _dial(
        {}, "Image noise by group", "Factor on the noise of a group's images: 2 doubles it."
    )
    lab_odds: float = _dial(
        1.0,
        "Laboratory tests",
        "Factor on the odds that a laboratory test was done: 0.5 means fewer tests, and an EHR "
        "reader who knows less.",
    )
    lab_odds_by_group: ByGroup = _dial(
        {}, "Laboratory tests by group", "Factor on these odds in a group: below 1, fewer tests."
    )
    image_missing: Missing = _dial(
        Missing(), "Missing images", "Share without an image, by group, acuity and hidden finding."
    )
    notes_missing: Missing = _dial(
        Missing(), "Missing notes", "Share without a note, by group, acuity and hidden severity."
    )
    series_missing: Missing = _dial(
        Missing(), "Missing series", "Share without a 48 h series, by the same."
    )
    codes_missing: Missing = _dial(
        Missing(), "Missing records", "Share without earlier visits on record, by the same."
    )
    image_shape: tuple[int, ...] = _dial(
        (64, 64), "Image size", "Two numbers: a chest X-ray; three: a CT volume, slices first."
    )

    def __post_init__(self) -> None:
        check_dials(self)

    def with_(self, **changes: Any) -> Dials:
        """Return a copy with some dials turned."""
        return replace(self, **changes)

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Signal shares (EHR-only, image-only, shared, interaction), summing to 1."""
        raw = (self.ehr_share, self.image_share, self.shared_share, self.interaction_share)
        e, i, s, x = (v / sum(raw) for v in raw)
        return e, i, s, x

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Dials:
        """Read what `to_dict` wrote; dials left out keep their defaults.

        Raises
        ------
        ConfigError
            If there is no such dial.
        """
        from fairfuse_core.cohort.simulate.dial_checks import check_names

        known = dict(plain)
        check_names(known, [f.name for f in fields(cls)])
        if "attributes" in known:
            known["attributes"] = tuple(
                Attribute(a["name"], dict(a["groups"]), tuple(a.get("edges", ())))
                for a in known["attributes"]
            )
        if "image_shape" in known:
            known["image_shape"] = tuple(known["image_shape"])
        for name in MODALITY_DIALS.values():
            if name in known:
                known[name] = Missing(**known[name])
        return cls(**known)


MODALITY_DIALS = {
    "codes": "codes_missing",
    "timeseries": "series_missing",
    "image": "image_missing",
    "notes": "notes_missing",
}
"""Which dial says who lacks which modality; `static` is always there."""


def dial_help() -> dict[str, tuple[str, str]]:
    """Return (title, explanation) of every dial, in order of declaration."""
    every: tuple[Field[Any], ...] = fields(Dials)
    return {f.name: (f.metadata["title"], f.metadata["help"]) for f in every}
