"""Cohorts: real records in; one lazily loaded, leak-free `Cohort` out."""

from fairfuse_core.cohort.attributes import as_attribute, binned
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.describe import describe, label_by_group, missing_by_group, table_one
from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.modalities import Codes, Images, Modality, Notes, Static, TimeSeries
from fairfuse_core.cohort.preprocess import Inputs, PreprocessOptions, Preprocessor
from fairfuse_core.cohort.splits import Fold, Splits, split
from fairfuse_core.cohort.store import open_cohort, save
from fairfuse_core.cohort.tasks import Task

__all__ = [
    "Codes",
    "Cohort",
    "Fold",
    "Images",
    "Inputs",
    "Modality",
    "Notes",
    "PreprocessOptions",
    "Preprocessor",
    "Splits",
    "Static",
    "Step",
    "Task",
    "TimeSeries",
    "as_attribute",
    "binned",
    "describe",
    "label_by_group",
    "missing_by_group",
    "open_cohort",
    "save",
    "split",
    "table_one",
]
