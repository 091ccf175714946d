"""Diagnoses and laboratory tests of eICU as `Codes`."""

# ruff: noqa: S608 - the SQL is this module's own

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from fairfuse_core.cohort.modalities import Codes
from fairfuse_core.cohort.sources.eicu import hourly
from fairfuse_core.cohort.sources.eicu.options import EicuOptions
from fairfuse_core.cohort.sources.eicu.stays import Stays
from fairfuse_core.cohort.sources.gather import indicators, values
from fairfuse_core.cohort.sources.reading import RawTables

DIAGNOSIS_COLUMNS = {
    "patientunitstayid": "BIGINT", "diagnosisoffset": "DOUBLE", "icd9code": "VARCHAR",
}  # fmt: skip
# A category is what stands before the point. ICD-9: three digits, V and two, E and three; ICD-10:
# a letter, a digit and one more (V always ICD-9: those of ICD-10 are transport accidents, which
# the pairs of this table never hold second). Two digits before the point: an ICD-9 procedure.
CATEGORY = """
CASE WHEN regexp_full_match(part, '[0-9]{3}|V[0-9]{2}|E[0-9]{3}') THEN 'ICD9:' || part
     WHEN regexp_full_match(part, '[A-Z][0-9][0-9A-Z]') THEN 'ICD10:' || part
     WHEN regexp_full_match(part, '[0-9]{2}') THEN 'ICD9-procedure:' || part
     ELSE 'other:' || part END"""


def read_codes(raw: RawTables, stays: Stays, options: EicuOptions) -> Codes:
    """Return ICD categories and laboratory values of every visit.

    Visits without either have no entry; a stay without any is a sample without codes.
    """
    raw.table("diagnosis", DIAGNOSIS_COLUMNS, may_be_empty=True)
    visits = len(stays.chosen)
    limit = options.known_by
    early = "" if limit is None else f"AND diagnosisoffset < {limit}"
    matrix, vocabulary = indicators(
        raw,
        f"""SELECT row, {CATEGORY} AS name FROM (
            SELECT visit AS row, upper(trim(split_part(cell, '.', 1))) AS part FROM (
                SELECT visit, unnest(string_split(icd9code, ',')) AS cell
                FROM diagnosis JOIN chosen ON patientunitstayid = stay
                WHERE icd9code IS NOT NULL {early}))
        WHERE part <> ''""",
        rows=visits,
    )
    measures: sparse.csr_array | None = None
    names: tuple[str, ...] = ()
    if raw.rows(f"SELECT 1 FROM {hourly.LABS} LIMIT 1"):
        pick = "sum(total) / sum(n)" if options.labs == "mean" else "arg_max(latest, hour)"
        measures, names = values(
            raw,
            f"SELECT visit AS row, name, {pick} AS value FROM {hourly.LABS} GROUP BY visit, name",
            rows=visits,
        )
    return _without_empty(matrix, stays.starts, vocabulary, measures, names)


def _without_empty(
    matrix: sparse.csr_array,
    starts: np.ndarray,
    vocabulary: tuple[str, ...],
    measures: sparse.csr_array | None,
    names: tuple[str, ...],
) -> Codes:
    filled: np.ndarray[Any, Any] = np.diff(matrix.indptr) > 0
    if measures is not None:
        filled = filled | (np.diff(measures.indptr) > 0)
    before = np.concatenate([[0], np.cumsum(filled)]).astype(np.int64)
    rows = np.flatnonzero(filled)
    return Codes(
        sparse.csr_array(matrix[rows]),
        before[starts],
        vocabulary,
        measures=None if measures is None else sparse.csr_array(measures[rows]),
        measure_names=names,
    )
