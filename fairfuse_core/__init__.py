"""FairFuse: fairness audits of clinical prediction models, by subgroup."""

from fairfuse_core._version import __version__

__all__ = ["__version__"]
