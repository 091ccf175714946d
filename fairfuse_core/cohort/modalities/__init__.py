"""Modalities: what is known of a sample beside its row, loaded only when asked for."""

from fairfuse_core.cohort.modalities.base import Modality
from fairfuse_core.cohort.modalities.codes import Codes
from fairfuse_core.cohort.modalities.image import Images
from fairfuse_core.cohort.modalities.notes import Notes
from fairfuse_core.cohort.modalities.registry import MODALITIES, open_modality
from fairfuse_core.cohort.modalities.static import Static
from fairfuse_core.cohort.modalities.timeseries import TimeSeries

__all__ = [
    "MODALITIES",
    "Codes",
    "Images",
    "Modality",
    "Notes",
    "Static",
    "TimeSeries",
    "open_modality",
]
