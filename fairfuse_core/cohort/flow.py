"""The inclusion flow: who was left out at which step, as in a CONSORT diagram."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One step of the inclusion.

    Attributes
    ----------
    label : str
        What remains after the step, or what was asked of a sample to remain.
    samples, patients : int
        Remaining after it.
    excluded : int
        Samples that this step left out.
    why : str
        Why they were left out.
    """

    label: str
    samples: int
    patients: int
    excluded: int = 0
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe dictionary."""
        return asdict(self)
