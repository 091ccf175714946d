"""Sources: each reads one kind of raw data into a `Cohort`."""

from fairfuse_core.cohort.sources.base import Flow, Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.covid_cxr import SOURCE as COVID_CXR
from fairfuse_core.cohort.sources.diabetes130 import SOURCE as DIABETES130
from fairfuse_core.cohort.sources.eicu import SOURCE as EICU
from fairfuse_core.cohort.sources.meds import SOURCE as MEDS
from fairfuse_core.cohort.sources.mimic_iv import SOURCE as MIMIC_IV
from fairfuse_core.cohort.sources.physionet2012 import SOURCE as PHYSIONET2012
from fairfuse_core.cohort.sources.tabular import SOURCE as TABULAR

SOURCES: dict[str, Source] = {
    "covid_cxr": COVID_CXR,
    "diabetes130": DIABETES130,
    "eicu": EICU,
    "meds": MEDS,
    "mimic_iv": MIMIC_IV,
    "physionet2012": PHYSIONET2012,
    "tabular": TABULAR,
}
"""Every source by name. A new one is a file beside this and one line here."""

__all__ = ["SOURCES", "Flow", "Progress", "Source", "Tables", "silent"]
