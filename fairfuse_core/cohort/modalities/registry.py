"""Every kind of modality. A new one is a file beside this and one line here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fairfuse_core.cohort.modalities.base import Modality
from fairfuse_core.cohort.modalities.codes import Codes
from fairfuse_core.cohort.modalities.image import Images
from fairfuse_core.cohort.modalities.notes import Notes
from fairfuse_core.cohort.modalities.static import Static
from fairfuse_core.cohort.modalities.timeseries import TimeSeries
from fairfuse_core.errors import InputError

MODALITIES: dict[str, type[Modality]] = {
    kind.kind: kind for kind in (Codes, TimeSeries, Images, Notes, Static)
}


def open_modality(folder: Path, header: dict[str, Any]) -> Modality:
    """Open a modality from its folder and its header in ``cohort.json``."""
    kind = header.get("kind", "")
    if kind not in MODALITIES:
        raise InputError(
            f"a modality among {', '.join(MODALITIES)}",
            f"{kind!r} in {folder.name}",
            "Open the cohort with the version of FairFuse that wrote it.",
        )
    return MODALITIES[kind].read(folder, header)
