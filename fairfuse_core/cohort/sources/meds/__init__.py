"""MEDS, the Medical Event Data Standard: any data set in, any cohort's events out."""

from fairfuse_core.cohort.sources.meds.options import Options
from fairfuse_core.cohort.sources.meds.read import SOURCE, build, recorded_splits
from fairfuse_core.cohort.sources.meds.write import write_meds

__all__ = ["SOURCE", "Options", "build", "recorded_splits", "write_meds"]
