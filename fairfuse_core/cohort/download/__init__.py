"""Open data sets, from their official location: licence shown, resumed, checked, never half."""

from fairfuse_core.cohort.download.datasets import DATASETS, Dataset, RemoteFile
from fairfuse_core.cohort.download.get import by_hand, get
from fairfuse_core.cohort.download.problems import DownloadError
from fairfuse_core.cohort.download.transfer import Patience

__all__ = ["DATASETS", "Dataset", "DownloadError", "Patience", "RemoteFile", "by_hand", "get"]
