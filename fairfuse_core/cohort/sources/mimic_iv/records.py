"""Diagnoses and laboratory tests of MIMIC-IV: codes by visit, phenotypes by admission."""

# ruff: noqa: S608 - the SQL is this package's own

from __future__ import annotations

import numpy as np
import pandas as pd

from fairfuse_core.cohort.modalities import Codes
from fairfuse_core.cohort.phenotypes import icd_category, phenotypes, phenotypes_of
from fairfuse_core.cohort.sources.gather import indicators, values
from fairfuse_core.cohort.sources.mimic_iv.options import Options
from fairfuse_core.cohort.sources.reading import RawTables
from fairfuse_core.errors import InputError

PREFIX = "phenotype_"

# Earlier admissions that were over when this one began, and last what is known of this one.
_VISITS = """
    CREATE OR REPLACE TEMP TABLE visit AS
    WITH every AS (
        SELECT s.row AS owner, s.subject_id, h.hadm_id, false AS own,
               least(h.admittime, coalesce(h.edregtime, h.admittime)) AS first,
               h.dischtime AS last, NULL::TIMESTAMP AS known_by
        FROM sample s JOIN admissions h
          ON h.subject_id = s.subject_id AND h.hadm_id <> s.hadm_id AND h.dischtime <= s.arrived
        UNION ALL
        SELECT row, subject_id, hadm_id, true, arrived, until, until FROM sample
    ), latest AS (
        SELECT *, row_number() OVER (PARTITION BY owner ORDER BY own DESC, first DESC, hadm_id)
            AS back
        FROM every
    )
    SELECT (row_number() OVER (ORDER BY owner, back DESC) - 1)::INTEGER AS visit, *
    FROM latest WHERE back <= {most}
"""
# Several samples share an earlier admission: its tests are gathered once.
_EPISODES = """
    CREATE OR REPLACE TEMP TABLE episode AS
    SELECT row_number() OVER () AS episode, *
    FROM (SELECT DISTINCT subject_id, hadm_id, own, first, last, known_by FROM visit)
"""
_LABS = """
    SELECT e.episode, l.itemid,
           arg_max(l.valuenum, ROW(l.charttime, l.labevent_id)) AS value
    FROM labevents l JOIN episode e ON l.subject_id = e.subject_id
     AND l.charttime >= e.first AND l.charttime <= e.last
     AND (e.known_by IS NULL OR coalesce(l.storetime, l.charttime) <= e.known_by)
    WHERE l.valuenum IS NOT NULL
    GROUP BY ALL
"""


def codes(raw: RawTables, options: Options, *, labs: bool) -> Codes:
    """Return visits with ICD categories and the last value of each laboratory test.

    A sample's visits are its patient's earlier admissions, with all they left behind, and last
    its own admission up to the time of prediction: its tests whose results were in by then, its
    diagnoses only if the options say so. Tests without an admission number count by their time.

    Parameters
    ----------
    raw : RawTables
        With ``sample``, ``admissions``, ``diagnoses_icd`` and, for ``labs``, ``labevents`` and
        ``lab_name``.
    options : Options
        Which codes, how many visits.
    labs : bool
        Whether there are laboratory tests.
    """
    categories(raw)
    raw.run(_VISITS.format(most=int(options.max_visits)))
    raw.run(_EPISODES)
    visits = raw.frame("SELECT visit, owner, first FROM visit ORDER BY visit")
    own = "" if options.current_codes else "AND NOT v.own"
    matrix, vocabulary = indicators(
        raw,
        "SELECT v.visit AS row, c.category AS name FROM visit v JOIN diagnoses_icd d "
        f"ON d.hadm_id = v.hadm_id {own} JOIN icd c USING (icd_code, icd_version)",
        rows=len(visits),
    )
    measures, names = (
        values(
            raw,
            f"WITH found AS ({_LABS}) SELECT v.visit AS row, n.name, f.value FROM found f "
            "JOIN episode e USING (episode) JOIN visit v ON v.hadm_id = e.hadm_id "
            "AND v.own = e.own AND v.last = e.last JOIN lab_name n USING (itemid)",
            rows=len(visits),
        )
        if labs
        else (None, ())
    )
    owners = visits["owner"].to_numpy()
    starts = np.searchsorted(owners, np.arange(owners[-1] + 2)).astype(np.int64)
    begin = visits.groupby("owner")["first"].transform("first")
    hours = ((visits["first"] - begin).dt.total_seconds() / 3600).to_numpy(dtype=np.float32)
    return Codes(matrix, starts, vocabulary, measures=measures, measure_names=names, hours=hours)


def name_labs(raw: RawTables, *, dictionary: bool) -> None:
    """Make ``lab_name`` (itemid, name): "Potassium (Blood) 50971", or the number alone."""
    plain = "SELECT DISTINCT itemid, 'Lab ' || itemid AS name FROM labevents"
    spoken = (
        "SELECT itemid, coalesce(label, 'Lab') || coalesce(' (' || fluid || ')', '') || ' ' "
        "|| itemid AS name FROM d_labitems"
    )
    raw.run(f"CREATE OR REPLACE TEMP TABLE lab_name AS {spoken if dictionary else plain}")


def categories(raw: RawTables) -> None:
    """Make ``icd`` (icd_code, icd_version, category, phenotypes) of every code that occurs.

    Raises
    ------
    InputError
        For a version that is neither 9 nor 10: the same letters mean another disease there
        (E878 is a mishap of surgery in ICD-9 and an electrolyte disorder in ICD-10).
    """
    found = raw.frame(
        "SELECT DISTINCT icd_code, icd_version FROM diagnoses_icd "
        "WHERE icd_code IS NOT NULL ORDER BY ALL"
    )
    odd = found[~found["icd_version"].isin([9, 10])]
    if len(odd):
        raise InputError(
            "9 or 10 in column 'icd_version' of diagnoses_icd",
            f"{odd['icd_version'].iloc[0]} for code {odd['icd_code'].iloc[0]!r}",
            "Use the official release's table.",
        )
    pairs = [(str(c), int(v)) for c, v in zip(found["icd_code"], found["icd_version"], strict=True)]
    found["category"] = [f"ICD{v}:{icd_category(c, v)}" for c, v in pairs]
    found["phenotypes"] = [";".join(sorted(phenotypes_of([pair]))) for pair in pairs]
    raw.offer("icd_found", found)
    raw.run("CREATE OR REPLACE TEMP TABLE icd AS SELECT * FROM icd_found")


def phenotype_labels(raw: RawTables, samples: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return one 0/1 column a phenotype, from the diagnoses of the sample's admission.

    Missing for an admission without a single diagnosis.
    """
    found = raw.frame(
        "SELECT s.row, string_agg(DISTINCT i.phenotypes, ';') AS phenotypes FROM sample s "
        "JOIN diagnoses_icd d USING (hadm_id) JOIN icd i USING (icd_code, icd_version) "
        "GROUP BY s.row"
    )
    have: dict[int, set[str]] = {
        int(row): set(str(names).split(";"))
        for row, names in zip(found["row"], found["phenotypes"], strict=True)
    }
    return {
        PREFIX + p.name: np.array(
            [float(p.name in have[r]) if r in have else np.nan for r in samples["row"]]
        )
        for p in phenotypes()
    }
