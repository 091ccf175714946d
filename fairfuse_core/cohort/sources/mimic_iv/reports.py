"""Radiology reports of MIMIC-IV-Note that were there at the time of prediction."""

from __future__ import annotations

from fairfuse_core.cohort.modalities import Notes
from fairfuse_core.cohort.sources.reading import RawTables

# Discharge summaries are never read: they are written when the outcome is known.
_REPORTS = """
    SELECT s.row, string_agg(trim(n.text), '\n\n' ORDER BY n.charttime, n.note_id) AS text
    FROM radiology n JOIN sample s ON s.subject_id = n.subject_id
     AND n.charttime >= s.arrived AND n.charttime < s.until
     AND coalesce(n.storetime, n.charttime) <= s.until
    WHERE trim(n.text) <> ''
    GROUP BY s.row ORDER BY s.row
"""


def reports(raw: RawTables, *, samples: int) -> Notes:
    """Return each sample's radiology reports from its arrival to its prediction, oldest first."""
    texts: list[str | None] = [None] * samples
    for row, text in raw.rows(_REPORTS):
        texts[int(row)] = str(text)
    return Notes.of(texts)
