"""What the codes of the Diabetes 130-US data mean, and how payers are grouped.

Names of ids follow ``IDs_mapping.csv`` of the release. Ids that stand for "not available", "NULL",
"not mapped" or "unknown" are left out: a value that is not here is missing.
"""

from __future__ import annotations

DEATH_OR_HOSPICE = (11, 13, 14, 19, 20, 21)
"""Discharge dispositions after which nobody can be readmitted: died (11, 19-21), hospice."""

DRUGS = (
    "metformin", "repaglinide", "nateglinide", "chlorpropamide", "glimepiride", "acetohexamide",
    "glipizide", "glyburide", "tolbutamide", "pioglitazone", "rosiglitazone", "acarbose",
    "miglitol", "troglitazone", "tolazamide", "examide", "citoglipton", "insulin",
    "glyburide-metformin", "glipizide-metformin", "glimepiride-pioglitazone",
    "metformin-rosiglitazone", "metformin-pioglitazone",
)  # fmt: skip
"""Drug columns. ``No``: not given; ``Steady``, ``Up``, ``Down``: given, and where its dose went."""

LABS = {"max_glu_serum": "glucose", "a1cresult": "HbA1c"}
"""Laboratory columns and what they measure; the text ``None`` means "not measured"."""

NUMBERS = (
    "time_in_hospital", "num_lab_procedures", "num_procedures", "num_medications",
    "number_outpatient", "number_emergency", "number_inpatient", "number_diagnoses",
)  # fmt: skip
"""Utilisation: days and counts in this encounter, and visits in the year before it."""

RACES = {"AfricanAmerican": "African American"}

PAYERS = {
    "MC": "Medicare",
    "MD": "Medicaid",
    "BC": "Private",
    "CP": "Private",
    "HM": "Private",
    "PO": "Private",
    "SP": "Self-pay",
}
"""Payer code to insurance group; any other code is "Other", ``?`` is "Unknown".

The release names only some payers (Blue Cross/Blue Shield, Medicare, self-pay) and holds no list
of codes. Grouped are those with an established reading: MC Medicare, MD Medicaid, SP self-pay;
BC (Blue Cross), CP (commercial), HM (health maintenance organisation) and PO (preferred provider
organisation) as private, as HCUP's uniform payer variable PAY1 groups these kinds. Not guessed:
CM, whose patients are as old as Medicare's, and DM, whose patients are as young as Medicaid's
(managed plans of either, perhaps); UN (unspecified, or an insurer's initials); OG, CH, WC, OT,
MP, SI and FR, which are other programmes or too few to matter.
"""

INSURANCES = ("Medicare", "Medicaid", "Private", "Self-pay", "Other")

ADMISSION_TYPES = {1: "Emergency", 2: "Urgent", 3: "Elective", 4: "Newborn", 7: "Trauma"}

ADMISSION_SOURCES = {
    1: "Physician referral", 2: "Clinic referral", 3: "HMO referral", 4: "Other hospital",
    5: "Skilled nursing facility", 6: "Other facility", 7: "Emergency room", 8: "Court or police",
    10: "Critical access hospital", 11: "Normal delivery", 12: "Premature delivery",
    13: "Sick baby", 14: "Born elsewhere", 18: "Other home health agency",
    19: "Same home health agency", 22: "Same facility, separate claim",
    23: "Born in this hospital", 24: "Born outside this hospital",
    25: "Ambulatory surgery", 26: "Hospice",
}  # fmt: skip

DISPOSITIONS = {
    1: "Home", 2: "Short-term hospital", 3: "Skilled nursing facility",
    4: "Intermediate care facility", 5: "Other inpatient care", 6: "Home health service",
    7: "Left against advice", 8: "Home intravenous provider", 9: "Inpatient here",
    10: "Neonatal aftercare", 11: "Died", 12: "Still a patient", 13: "Hospice at home",
    14: "Hospice facility", 15: "Swing bed", 16: "Outpatient services elsewhere",
    17: "Outpatient services here", 19: "Died at home, hospice",
    20: "Died in a facility, hospice", 21: "Died, place unknown, hospice", 22: "Rehabilitation",
    23: "Long-term care hospital", 24: "Medicaid nursing facility", 27: "Federal facility",
    28: "Psychiatric hospital", 29: "Critical access hospital", 30: "Other institution",
}  # fmt: skip
