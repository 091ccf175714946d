"""Hourly laboratory values and vital signs of eICU, from raw tables or YAIB's hourly table."""

# ruff: noqa: S608 - the SQL is this module's own

from __future__ import annotations

from fairfuse_core.cohort.modalities import TimeSeries
from fairfuse_core.cohort.sources.eicu import channels
from fairfuse_core.cohort.sources.eicu.options import EicuOptions
from fairfuse_core.cohort.sources.gather import series
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError

LABS, SERIES, YAIB = "lab_hours", "series_hours", "yaib_hourly/los_dyn"
LAB_COLUMNS = {
    "patientunitstayid": "BIGINT", "labresultoffset": "DOUBLE", "labname": "VARCHAR",
    "labresult": "DOUBLE", "labresultrevisedoffset": "DOUBLE",
}  # fmt: skip
_LAB_SCHEMA = (
    "(visit BIGINT, sample BIGINT, name VARCHAR, hour INTEGER, total DOUBLE, n BIGINT, "
    "latest DOUBLE)"
)


def choose(raw: RawTables, options: EicuOptions) -> str:
    """Return where series come from: "raw", "yaib" or "none".

    Raises
    ------
    InputError
        If the tables asked for are not there.
    """
    have_raw = [t for t in ("lab", "vitalPeriodic", "vitalAperiodic") if raw.has(t)]
    have_yaib = raw.has(YAIB)
    if options.series == "auto":
        complete = {"lab", "vitalPeriodic"} <= set(have_raw)
        return (
            "raw" if complete or (have_raw and not have_yaib) else "yaib" if have_yaib else "none"
        )
    if (options.series == "raw" and not have_raw) or (options.series == "yaib" and not have_yaib):
        raise InputError(
            "tables lab, vitalPeriodic or vitalAperiodic" if options.series == "raw" else YAIB,
            f"none in {raw.folder}",
            "Fetch them, or choose another origin of the series.",
        )
    return options.series


def read_labs(raw: RawTables, options: EicuOptions) -> str:
    """Make table `LABS`: hourly sums of each laboratory test of each visit, in one pass.

    A value counts once it is known: neither drawn nor revised after the window. Values of the
    same stay from before unit admission are kept, with negative hours. Returns their origin.
    """
    raw.run(f"CREATE OR REPLACE TEMP TABLE {LABS} {_LAB_SCHEMA}")
    limit = options.known_by
    if raw.table("lab", LAB_COLUMNS, optional=True, may_be_empty=True):
        known = "greatest(labresultoffset, coalesce(labresultrevisedoffset, labresultoffset))"
        early = "" if limit is None else f"AND {known} < {limit}"
        # FiO2 is written as a share or in percent.
        value = (
            "CASE WHEN labname = 'FiO2' AND labresult <= 1 THEN 100 * labresult ELSE labresult END"
        )
        raw.run(
            f"""INSERT INTO {LABS} SELECT visit, sample, name, hour, sum(value), count(*),
                arg_max(value, minute) FROM (
                SELECT visit, sample, trim(labname) AS name, labresultoffset AS minute,
                    floor(labresultoffset / 60)::INTEGER AS hour, {value} AS value
                FROM lab JOIN chosen ON patientunitstayid = stay
                WHERE labresult IS NOT NULL AND labname IS NOT NULL {early})
            GROUP BY visit, sample, name, hour"""
        )
        return "lab"
    if not raw.has(YAIB):
        return "none"
    early = "" if limit is None else f"WHERE minute < {limit}"
    raw.run(
        f"""INSERT INTO {LABS} SELECT
            visit, sample, name, floor(minute / 60)::INTEGER, value, 1, value
        FROM ({_yaib(raw, tuple(channels.LABS))}) {early}"""
    )
    return YAIB


def _yaib(raw: RawTables, names: tuple[str, ...]) -> str:
    """Return SQL of YAIB's table in long form: visit, sample, minute, name, value."""
    raw.table(
        YAIB,
        {"stay_id": "BIGINT", "time": "BIGINT", **dict.fromkeys(channels.YAIB_CHANNELS, "DOUBLE")},
        alias="yaib",
    )
    listed = ", ".join(f'"{n}"' for n in names)
    return (
        f"SELECT visit, sample, time / 60 AS minute, name, value FROM "
        f"(UNPIVOT (SELECT stay_id, time, {listed} FROM yaib) ON {listed} INTO NAME name "
        "VALUE value) JOIN chosen ON stay_id = stay WHERE isfinite(value)"
    )


def read_series(
    raw: RawTables, options: EicuOptions, *, samples: int, origin: str
) -> TimeSeries | None:
    """Return hourly means over ``[0, hours)`` after unit admission; `read_labs` goes before.

    Returns None where the folder holds no table of them.
    """
    if origin == "none":
        return None
    names = channels.RAW_CHANNELS if origin == "raw" else channels.YAIB_CHANNELS
    if origin == "raw":
        parts = [_lab_part(), *_vital_parts(raw, options)]
    else:
        parts = [
            f"SELECT sample, name, floor(minute / 60)::INTEGER AS hour, value AS total, 1 AS n "
            f"FROM ({_yaib(raw, names)}) WHERE sample IS NOT NULL AND minute < {options.hours * 60}"
        ]
    listed = ", ".join(f"('{name}', {number})" for number, name in enumerate(names))
    return series(
        raw,
        f"""SELECT sample AS row, hour AS step, number AS channel, sum(total) / sum(n) AS value
        FROM ({" UNION ALL ".join(parts)})
        JOIN (VALUES {listed}) AS c(channel, number) ON name = channel
        GROUP BY sample, hour, number""",
        samples=samples,
        steps=options.hours,
        channels=names,
    )


def _lab_part() -> str:
    pairs = ", ".join(
        f"('{channel}', '{lab}')" for channel, labs in channels.LABS.items() for lab in labs
    )
    return (
        f"SELECT sample, channel AS name, hour, total, n FROM {LABS} "
        f"JOIN (VALUES {pairs}) AS m(channel, lab) ON name = lab WHERE sample IS NOT NULL"
    )


def _vital_parts(raw: RawTables, options: EicuOptions) -> list[str]:
    parts = []
    for table, columns in (
        ("vitalPeriodic", channels.PERIODIC),
        ("vitalAperiodic", channels.APERIODIC),
    ):
        types = {"patientunitstayid": "BIGINT", "observationoffset": "DOUBLE"}
        types |= dict.fromkeys(columns.values(), "DOUBLE")
        if not raw.table(table, types, optional=True, may_be_empty=True):
            continue
        listed = ", ".join(f"{_value(column)} AS {name}" for name, column in columns.items())
        parts.append(
            f"""SELECT sample, name, hour, sum(value) AS total, count(*) AS n FROM
            (UNPIVOT (SELECT sample, floor(observationoffset / 60)::INTEGER AS hour, {listed}
                FROM {table} JOIN chosen ON patientunitstayid = stay
                WHERE sample IS NOT NULL AND observationoffset >= 0
                    AND observationoffset < {options.hours * 60})
             ON {", ".join(columns)} INTO NAME name VALUE value)
            GROUP BY sample, name, hour"""
        )
    return parts


def _value(column: str) -> str:
    if column != "temperature":
        return column
    # Some hospitals send degrees Fahrenheit; no living patient has 50 degrees Celsius.
    return "CASE WHEN temperature > 50 THEN (temperature - 32) * 5 / 9 ELSE temperature END"
