"""The last chest X-ray before the prediction, from MIMIC-CXR-JPG."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fairfuse_core.cohort.sources.mimic_iv.options import Options
from fairfuse_core.cohort.sources.pictures import inside
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError

# StudyTime is a number that lost its leading zeros: 93015.5 is 09:30:15.
_TAKEN = """
    CREATE OR REPLACE TEMP TABLE radiograph AS
    SELECT dicom_id, subject_id, study_id, upper(trim(viewposition)) AS view, try_strptime(
        studydate || lpad(split_part(studytime, '.', 1), 6, '0'), '%Y%m%d%H%M%S') AS taken
    FROM cxr
"""
_LAST = """
    SELECT s.row, s.subject_id, s.until, max(r.taken) AS taken,
           arg_max(r.study_id, ROW(r.taken, r.dicom_id)) AS study_id,
           arg_max(r.dicom_id, ROW(r.taken, r.dicom_id)) AS dicom_id
    FROM sample s JOIN radiograph r ON r.subject_id = s.subject_id
     AND r.taken >= s."start" - to_microseconds({before}) AND r.taken < s.until
    WHERE list_contains({views}, r.view)
    GROUP BY s.row, s.subject_id, s.until ORDER BY s.row
"""


def last_radiographs(raw: RawTables, options: Options) -> pd.DataFrame:
    """Return the last frontal X-ray of each sample that has one before its prediction.

    Columns row, subject_id, until, taken, study_id, dicom_id. Needs ``sample`` and ``cxr``.
    """
    views = "[" + ", ".join(f"'{_plain(v)}'" for v in options.views) + "]::VARCHAR[]"
    raw.run(_TAKEN)
    found = raw.frame(_LAST.format(before=int(options.image_hours_before * 3600e6), views=views))
    refuse_future(found)
    return found


def refuse_future(chosen: pd.DataFrame) -> None:
    """Raise InputError if an image was not taken before its sample's prediction."""
    late = chosen[~(chosen["taken"] < chosen["until"])]
    if len(late):
        one = late.iloc[0]
        raise InputError(
            "images taken before the time of prediction",
            f"{len(late)} from after it, the first taken {one['taken']} for a prediction at "
            f"{one['until']}",
            "Choose images by time again; one from the future tells the outcome.",
        )


def _plain(view: str) -> str:
    return view.strip().upper().replace("'", "''")


def files_of(chosen: pd.DataFrame, folder: Path, *, samples: int) -> list[Path | None]:
    """Return where each sample's chosen X-ray should be, None for one without.

    Files lie as in MIMIC-CXR-JPG: ``files/p10/p10000032/s50414267/<dicom_id>.jpg``.
    """
    out: list[Path | None] = [None] * samples
    for row, who, study, name in chosen[["row", "subject_id", "study_id", "dicom_id"]].itertuples(
        index=False
    ):
        tens = f"p{int(who) // 1_000_000}"
        place = f"files/{tens}/p{int(who)}/s{int(study)}/{name}.jpg"
        out[int(row)] = inside(folder, place)
    return out
