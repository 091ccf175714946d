"""Sources: each reads one kind of raw data into a `Cohort`."""

from fairfuse_core.cohort.sources.base import Flow, Progress, Source, Tables, silent

SOURCES: dict[str, Source] = {}
"""Every source by name. A new one is a file beside this and one line here."""

__all__ = ["SOURCES", "Flow", "Progress", "Source", "Tables", "silent"]
