"""The 25 acute-care phenotypes, from ICD-9-CM and ICD-10-CM codes by HCUP's CCS."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fairfuse_core.errors import InputError

COURSES = ("acute", "chronic", "mixed")


@dataclass(frozen=True)
class Phenotype:
    """One phenotype and the codes that make it.

    Attributes
    ----------
    number : int
        1 to 25, in the order of the MIMIC benchmarks (Harutyunyan et al. 2019, Table 2).
    name : str
        Identifier, as ``shock``.
    title : str
        Name of its CCS category.
    ccs : int
        Number of the single-level CCS category.
    course : str
        "acute", "chronic" or "mixed".
    icd9, icd10 : tuple of str
        Beginnings of its codes, without dots; an entry that ends in "$" is a whole code.
    """

    number: int
    name: str
    title: str
    ccs: int
    course: str
    icd9: tuple[str, ...]
    icd10: tuple[str, ...]

    def holds(self, code: str, version: int) -> bool:
        """Whether a code of ICD version 9 or 10 belongs to it; dots, case and space do not count.

        Raises
        ------
        InputError
            For any other version.
        """
        if version not in (9, 10):
            raise InputError("ICD version 9 or 10", str(version), "Correct the version column.")
        plain = code.replace(".", "").strip().upper()
        entries = self.icd9 if version == 9 else self.icd10
        return any(plain == e[:-1] if e.endswith("$") else plain.startswith(e) for e in entries)


@cache
def phenotypes() -> tuple[Phenotype, ...]:
    """Return all 25, in order, from ``data/phenotypes.csv`` (its header names the source)."""
    text = (files("fairfuse_core.cohort") / "data" / "phenotypes.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        Phenotype(
            int(row["number"]), row["name"], row["title"], int(row["ccs"]), row["course"],
            tuple(row["icd9"].split()), tuple(row["icd10"].split()),
        )
        for row in csv.DictReader(lines)
    )  # fmt: skip


def phenotypes_of(codes: Iterable[tuple[str, int]]) -> frozenset[str]:
    """Return the names of the phenotypes that any of these (code, ICD version) belongs to."""
    found = list(codes)
    return frozenset(
        p.name for p in phenotypes() if any(p.holds(code, version) for code, version in found)
    )


def icd_category(code: str, version: int) -> str:
    """Return the category of an ICD code: 3 characters, 4 for ICD-9's codes of external causes.

    MIMIC stores codes without the dot, so that the cut cannot be made at it. ICD-9's E-codes
    have four characters before the dot; ICD-10 codes that begin with E have three.
    """
    plain = code.replace(".", "").strip().upper()
    return plain[: 4 if version == 9 and plain.startswith("E") else 3]
