"""Words that people use in the headers and cells of prediction tables."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


YES = _words(
    """1 yes y true t positive pos + present case event expired dead died deceased death abnormal
    malignant disease diseased readmitted sick high flagged alert progression relapse failure"""
)
"""Cell texts that usually mean that the outcome happened (squeezed, lower case)."""

NO = _words(
    """0 no n false f negative neg - absent control none noevent alive survived survivor discharged
    normal benign healthy well low unflagged stable censored"""
)
"""Cell texts that usually mean that it did not."""

PHI_WHOLE = frozenset(
    _words(
        """name patient_name patientname full_name fullname first_name firstname last_name lastname
        given_name family_name dob birth_date birthdate date_of_birth zip zipcode zip_code postcode
        postal_code street home_address tel fax"""
    )
)
PHI_PART = frozenset(
    _words("mrn ssn surname address phone telephone mobile email mail passport nhs_number")
)
"""Column names, whole or in part, that suggest direct identifiers."""

LABEL = _words(
    """y_true ytrue label true_label y_label ground_truth groundtruth truth gt outcome target y
    actual observed event died death dead mortality hospital_mortality in_hospital_mortality expired
    hospital_expire_flag hospitaldischargestatus readmitted readmission diagnosis class_label"""
)
SCORE = _words(
    """y_score yscore score risk_score risk prob probability y_prob y_proba y_pred_proba pred_proba
    predicted_probability predicted_risk proba prediction predicted y_pred y_hat yhat pred
    model_score logit predictedhospitalmortality"""
)
DECISION = _words(
    """decision y_pred y_hat yhat pred prediction predicted predicted_label pred_label flag flagged
    alert binary_prediction predicted_class pred_class"""
)
MODEL = _words("model model_name model_id modelname algorithm classifier method estimator")
PATIENT = _words(
    """patient_id patientid patient pid subject_id subjectid subject person_id personid uniquepid
    patient_nbr mrn patient_no participant_id member_id"""
)
SAMPLE = _words(
    """sample_id sampleid sample stay_id icustay_id patientunitstayid hadm_id encounter_id
    encounterid visit_id study_id image_id accession accession_number admission_id record_id row_id
    case_id instance_id exam_id id index idx"""
)
WEIGHT = _words("weight weights sample_weight sampling_weight survey_weight ipw w")
SPLIT = _words("split set partition subset data_split dataset_split phase")
FOLD = _words("fold cv_fold fold_id kfold cv")
TARGET = _words("target task target_name task_name label_name finding condition endpoint")
CLASS = _words("class class_name classname category class_label predicted_class")

COUNTS: dict[str, tuple[str, ...]] = {
    "tp": _words("tp true_positive true_positives truepositive truepositives n_tp tp_count"),
    "fn": _words("fn false_negative false_negatives falsenegative falsenegatives n_fn fn_count"),
    "fp": _words("fp false_positive false_positives falsepositive falsepositives n_fp fp_count"),
    "tn": _words("tn true_negative true_negatives truenegative truenegatives n_tn tn_count"),
    "n": _words("n n_total total size count n_patients patients n_rows"),
    "n_positive": _words("n_positive n_positives n_pos positives events n_events cases n_cases"),
    "n_negative": _words("n_negative n_negatives n_neg negatives controls n_controls"),
    "model": MODEL,
    "target": (*_words("evaluation_set eval_set test_set dataset cohort"), *TARGET),
    "attribute": _words("attribute variable characteristic demographic factor feature dimension"),
    "group": _words("group subgroup level value category stratum"),
    "auroc": _words("auroc auc roc_auc roc_auc_score printed_auroc printed_auc c_statistic"),
}
"""Column names in tables of confusion counts, by what they mean."""

OVERALL = frozenset(_words("overall all everyone total entire whole full"))
"""Group names that mean "not a group"."""

ATTRIBUTE_PARTS = frozenset(
    _words(
        """sex gender race ethnicity ethnic age agegroup insurance payer payor language religion
        marital education income region disability smoker smoking deprivation imd nationality
        country site hospital teaching teachingstatus urban rural housing veteran orientation
        pregnancy pregnant bmi skin phototype fitzpatrick ses"""
    )
)
"""Words in a column name that mark a protected or otherwise audited attribute."""
