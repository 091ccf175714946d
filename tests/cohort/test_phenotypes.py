"""Phenotypes on codes whose CCS category is known."""

import pytest

from fairfuse_core.cohort.phenotypes import COURSES, icd_category, phenotypes, phenotypes_of
from fairfuse_core.errors import InputError


def test_there_are_25_in_the_benchmarks_order():
    found = phenotypes()
    assert [p.number for p in found] == list(range(1, 26))
    assert found[0].name == "acute_and_unspecified_renal_failure"
    assert found[-1].name == "shock"
    assert len({p.ccs for p in found}) == len({p.name for p in found}) == 25
    assert {p.course for p in found} == set(COURSES)


@pytest.mark.parametrize(
    ("code", "version", "name"),
    [
        ("5849", 9, "acute_and_unspecified_renal_failure"),
        ("N179", 10, "acute_and_unspecified_renal_failure"),
        ("43491", 9, "acute_cerebrovascular_disease"),
        ("I639", 10, "acute_cerebrovascular_disease"),
        ("41071", 9, "acute_myocardial_infarction"), ("I214", 10, "acute_myocardial_infarction"),
        ("42731", 9, "cardiac_dysrhythmias"), ("I4891", 10, "cardiac_dysrhythmias"),
        ("5853", 9, "chronic_kidney_disease"), ("N186", 10, "chronic_kidney_disease"),
        ("496", 9, "copd_and_bronchiectasis"), ("J449", 10, "copd_and_bronchiectasis"),
        ("99859", 9, "complications_of_surgical_or_medical_care"),
        ("T814XXA", 10, "complications_of_surgical_or_medical_care"),
        ("4260", 9, "conduction_disorders"), ("I442", 10, "conduction_disorders"),
        ("4280", 9, "congestive_heart_failure_nonhypertensive"),
        ("I5023", 10, "congestive_heart_failure_nonhypertensive"),
        ("41401", 9, "coronary_atherosclerosis"), ("I2510", 10, "coronary_atherosclerosis"),
        ("25060", 9, "diabetes_with_complications"), ("E1122", 10, "diabetes_with_complications"),
        ("25000", 9, "diabetes_without_complication"),
        ("E119", 10, "diabetes_without_complication"),
        ("2724", 9, "disorders_of_lipid_metabolism"), ("E785", 10, "disorders_of_lipid_metabolism"),
        ("4019", 9, "essential_hypertension"), ("I10", 10, "essential_hypertension"),
        ("2761", 9, "fluid_and_electrolyte_disorders"),
        ("E871", 10, "fluid_and_electrolyte_disorders"),
        ("5789", 9, "gastrointestinal_hemorrhage"), ("K922", 10, "gastrointestinal_hemorrhage"),
        ("40391", 9, "hypertension_with_complications"),
        ("I120", 10, "hypertension_with_complications"),
        ("5722", 9, "other_liver_diseases"), ("K7290", 10, "other_liver_diseases"),
        ("5184", 9, "other_lower_respiratory_disease"),
        ("R0902", 10, "other_lower_respiratory_disease"),
        ("7847", 9, "other_upper_respiratory_disease"),
        ("J309", 10, "other_upper_respiratory_disease"),
        ("5119", 9, "pleurisy_pneumothorax_pulmonary_collapse"),
        ("J939", 10, "pleurisy_pneumothorax_pulmonary_collapse"),
        ("486", 9, "pneumonia"), ("J189", 10, "pneumonia"),
        ("51881", 9, "respiratory_failure"), ("J9601", 10, "respiratory_failure"),
        ("99591", 9, "septicemia"), ("A419", 10, "septicemia"),
        ("78552", 9, "shock"), ("R6521", 10, "shock"),
    ],
)  # fmt: skip
def test_known_codes(code, version, name):
    assert phenotypes_of([(code, version)]) == {name}


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("E8780", 9),  # a mishap of surgery; as ICD-10 it would be an electrolyte disorder
        ("I10", 9), ("4019", 10), ("4275", 9), ("I469", 10), ("4140X", 9), ("41410", 9),
        ("V3000", 9), ("Z3800", 10), ("", 9),
    ],
)  # fmt: skip
def test_codes_of_none(code, version):
    assert phenotypes_of([(code, version)]) == set()


def test_no_known_code_is_in_two_phenotypes():
    for version in ("icd9", "icd10"):
        entries = [e.removesuffix("$") for p in phenotypes() for e in getattr(p, version)]
        for entry in entries:
            assert len(phenotypes_of([(entry, int(version[3:]))])) == 1, entry


def test_dots_case_and_space_do_not_count():
    assert phenotypes_of([(" i50.23 ", 10), ("428.0", 9)]) == {
        "congestive_heart_failure_nonhypertensive"
    }


def test_other_versions_are_refused():
    with pytest.raises(InputError, match="9 or 10"):
        phenotypes_of([("A41", 11)])


@pytest.mark.parametrize(
    ("code", "version", "category"),
    [("4280", 9, "428"), ("E8780", 9, "E878"), ("V1582", 9, "V15"), ("E878", 10, "E87"),
     ("I50.23", 10, "I50"), ("042", 9, "042")],
)  # fmt: skip
def test_categories(code, version, category):
    assert icd_category(code, version) == category
