"""MIMIC-IV: hospital and intensive care records, with chest X-rays and reports where they are."""

from fairfuse_core.cohort.sources.mimic_iv.build import SOURCE, build
from fairfuse_core.cohort.sources.mimic_iv.options import Options

__all__ = ["SOURCE", "Options", "build"]
