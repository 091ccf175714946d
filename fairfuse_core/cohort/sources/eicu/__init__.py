"""eICU Collaborative Research Database, full release or demo, in its official table layout."""

from __future__ import annotations

from pathlib import Path

from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.modalities import Modality
from fairfuse_core.cohort.sources.base import Progress, Source, Tables, silent
from fairfuse_core.cohort.sources.eicu import hourly
from fairfuse_core.cohort.sources.eicu.apache import apache_predictions, read_static
from fairfuse_core.cohort.sources.eicu.codes import read_codes
from fairfuse_core.cohort.sources.eicu.options import EicuOptions
from fairfuse_core.cohort.sources.eicu.stays import ATTRIBUTES, cohort_table, read_stays, tasks
from fairfuse_core.cohort.sources.reading import RawTables

__all__ = ["SOURCE", "EicuOptions", "apache_predictions", "build"]


def build(
    raw: Path | str, *, options: EicuOptions | None = None, progress: Progress | None = None
) -> Cohort:
    """Build a cohort of eICU unit stays.

    Parameters
    ----------
    raw : path
        Folder of the official tables, plain or gz, in any case of name.
    options : EicuOptions, optional
        Window, inclusion, what a visit is.
    progress : callable, optional
        Called with the share done and what is being done.

    Returns
    -------
    Cohort
        ``codes``: ICD categories cut at the decimal point, of both versions a cell pairs, under
        ``ICD9:`` and ``ICD10:``; laboratory tests as measures, the mean (or last) value of the
        stay, all names kept (the most frequent and their deciles are chosen by a `Preprocessor`
        on training rows). ``static``: APACHE variables of day 1, age, hours in hospital before.
        ``timeseries``: hourly means where the tables exist.

    Raises
    ------
    InputError
        If a table is missing, empty, changed or unreadable.

    Notes
    -----
    All offsets are minutes from unit admission; inputs are those known before ``hours``. FairPlay
    aggregates diagnoses and labs over the whole stay, which tells what happened after any moment
    of prediction; ``scope="stay"`` does that for comparison. CareBench predicts at 48 h among
    stays of 48 h or more: ``hours=48, min_hours=48``. With ``sequence="patient"`` the order of
    hospital stays of one year is not known to anyone (eICU holds no dates); see `read_stays`.
    """
    options = options or EicuOptions()
    tell = progress or silent
    with RawTables(raw) as tables:
        tell(0.0, "choosing stays")
        stays = read_stays(tables, options)
        tables.offer("chosen", stays.chosen)
        origin = hourly.choose(tables, options)
        tell(0.1, "reading laboratory values")
        labs = hourly.read_labs(tables, options)
        tell(0.4, "reading diagnoses")
        modalities: dict[str, Modality] = {"codes": read_codes(tables, stays, options)}
        tell(0.5, "reading APACHE variables")
        modalities["static"] = read_static(tables, stays)
        tell(0.6, "reading hourly series")
        series = hourly.read_series(tables, options, samples=len(stays.table), origin=origin)
        if series is not None:
            modalities["timeseries"] = series
        files = sorted(path.name for path in tables.files.values())
    tell(1.0, "done")
    return Cohort(
        name="eICU",
        table=cohort_table(stays, options),
        attributes=ATTRIBUTES,
        tasks=tasks(options),
        modalities=modalities,
        flow=stays.flow,
        source={
            "source": SOURCE.name, "title": SOURCE.title, "licence": SOURCE.licence,
            "citation": SOURCE.citation, "options": options.to_dict(), "files": files,
            "labs_from": labs, "series_from": origin,
        },
    )  # fmt: skip


SOURCE = Source(
    name="eicu",
    title="eICU Collaborative Research Database",
    what="Unit stays in 208 US hospitals, 2014-2015 (the open demo: 2,520 stays in 186). Hospital "
    "and unit mortality, length of stay; diagnoses, laboratory values, vital signs, APACHE.",
    tables=Tables(
        required=("patient", "hospital", "diagnosis"),
        optional=(
            "lab", "vitalPeriodic", "vitalAperiodic", "apacheApsVar", "apachePredVar",
            "apachePatientResult", "yaib_hourly/los_dyn",
        ),
    ),
    licence="Full release: PhysioNet Credentialed Health Data License. Demo: Open Database "
    "License v1.0.",
    citation="Pollard TJ et al. The eICU Collaborative Research Database. Sci Data 2018;5:180178.",
    build=build,
    options=EicuOptions,
)  # fmt: skip
