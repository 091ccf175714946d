"""Hourly channels of MIMIC-IV: charts, laboratory and outputs until the time of prediction."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import pandas as pd

from fairfuse_core.cohort.modalities import TimeSeries
from fairfuse_core.cohort.sources.gather import series
from fairfuse_core.cohort.sources.mimic_iv.options import Options
from fairfuse_core.cohort.sources.reading import RawTables

_NUMBERS = {
    "chartevents": ("e.valuenum", "e.value"),
    "labevents": ("e.valuenum", "NULL::VARCHAR"),
    "outputevents": ("e.value", "NULL::VARCHAR"),
}
# What was entered only after the prediction was not known then, even if it was measured before.
_HOURLY = """
    SELECT row, step, channel,
           CASE how WHEN 'sum' THEN sum(value) WHEN 'flag' THEN max(value) ELSE median(value) END
               AS value
    FROM (
        SELECT s.row, c.channel, c.how, c.low, c.high,
               floor(epoch(e.charttime - s."start") / 3600) AS step,
               CASE c.how
                   WHEN 'flag' THEN
                       (regexp_matches(lower(trim({text})), c.pattern) <> c.negated)::INTEGER
                   WHEN 'percent' THEN {number} * if({number} <= 1, 100, 1)
                   ELSE {number} * c.factor + c."offset" END AS value
        FROM {table} e
        JOIN channel_item c ON c.itemid = e.itemid AND c."table" = '{table}'
        JOIN sample s ON s.subject_id = e.subject_id
         AND e.charttime >= s."start" AND e.charttime < s.until
         AND coalesce(e.storetime, e.charttime) <= s.until
    )
    WHERE value IS NOT NULL AND (how = 'flag' OR value BETWEEN low AND high)
    GROUP BY row, step, channel, how
"""


@cache
def channel_items() -> pd.DataFrame:
    """Return the items of every channel, from ``data/mimic_iv_channels.csv``."""
    place = files("fairfuse_core.cohort") / "data" / "mimic_iv_channels.csv"
    lines = [x for x in place.read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    frame = pd.DataFrame(list(csv.DictReader(lines)))
    for name in ("itemid", "factor", "offset", "low", "high"):
        frame[name] = pd.to_numeric(frame[name])
    frame["itemid"] = frame["itemid"].astype("int32")
    frame["negated"] = frame["pattern"].str.startswith("!")
    frame["pattern"] = frame["pattern"].str.removeprefix("!")
    return frame


def hourly(
    raw: RawTables, options: Options, *, tables: tuple[str, ...], samples: int
) -> tuple[TimeSeries | None, tuple[str, ...]]:
    """Return the channels that can be built, and the names of those that cannot.

    Parameters
    ----------
    raw : RawTables
        With ``sample`` and the tables named.
    options : Options
        Length of the window.
    tables : tuple of str
        Those of chartevents, labevents and outputevents that are in the folder.
    samples : int
        Number of samples.

    Returns
    -------
    TimeSeries or None
        Shape (samples, window_hours, channels): the median of an hour's values, the sum of urine
        output, 1 if a rhythm was charted. None if no channel can be built.
    tuple of str
        Channels whose table is missing, in order.
    """
    items = channel_items()
    every = tuple(dict.fromkeys(items["channel"]))
    here = items[items["table"].isin(tables)]
    names = tuple(dict.fromkeys(here["channel"]))
    absent = tuple(c for c in every if c not in names)
    if not names:
        return None, absent
    numbered = here.assign(channel=[names.index(c) for c in here["channel"]])
    raw.offer("channel_offered", numbered)
    raw.run("CREATE OR REPLACE TEMP TABLE channel_item AS SELECT * FROM channel_offered")
    parts = [
        _HOURLY.format(table=t, number=_NUMBERS[t][0], text=_NUMBERS[t][1])
        for t in tables if t in set(here["table"])
    ]  # fmt: skip
    made = series(
        raw, " UNION ALL ".join(f"({p})" for p in parts), samples=samples,
        steps=options.window_hours, channels=names,
    )  # fmt: skip
    return made, absent
