"""Channels of the hourly series, under YAIB's names, and where eICU keeps them."""

from __future__ import annotations

LABS: dict[str, tuple[str, ...]] = {
    "alb": ("albumin",), "alp": ("alkaline phos.",), "alt": ("ALT (SGPT)",),
    "ast": ("AST (SGOT)",), "be": ("Base Excess",), "bicar": ("bicarbonate", "HCO3"),
    "bili": ("total bilirubin",), "bili_dir": ("direct bilirubin",), "bnd": ("-bands",),
    "bun": ("BUN",), "ca": ("calcium",), "cai": ("ionized calcium",), "ck": ("CPK",),
    "ckmb": ("CPK-MB",), "cl": ("chloride",), "crea": ("creatinine",), "crp": ("CRP",),
    "fgn": ("fibrinogen",), "fio2": ("FiO2",), "glu": ("glucose", "bedside glucose"),
    "hgb": ("Hgb",), "inr_pt": ("PT - INR",), "k": ("potassium",), "lact": ("lactate",),
    "lymph": ("-lymphs",), "mch": ("MCH",), "mchc": ("MCHC",), "mcv": ("MCV",),
    "methb": ("Methemoglobin",), "mg": ("magnesium",), "na": ("sodium",), "neut": ("-polys",),
    "pco2": ("paCO2",), "ph": ("pH",), "phos": ("phosphate",), "plt": ("platelets x 1000",),
    "po2": ("paO2",), "ptt": ("PTT",), "tnt": ("troponin - T",), "wbc": ("WBC x 1000",),
}  # fmt: skip
"""Channel to ``lab.labname``; values in the units of the release, FiO2 in percent."""

PERIODIC = {
    "hr": "heartrate", "resp": "respiration", "o2sat": "sao2", "temp": "temperature",
    "sbp": "systemicsystolic", "dbp": "systemicdiastolic", "map": "systemicmean",
}  # fmt: skip
"""Channel to column of vitalPeriodic (5-minute medians); temperature in degrees Celsius."""

APERIODIC = {
    "sbp": "noninvasivesystolic", "dbp": "noninvasivediastolic", "map": "noninvasivemean",
}  # fmt: skip
"""Channel to column of vitalAperiodic; joins the invasive pressures of the same hour."""

VITALS = tuple(PERIODIC)
RAW_CHANNELS = (*VITALS, *LABS)
YAIB_CHANNELS = (*VITALS, *LABS, "urine")
"""YAIB's 48 variables, in this module's order."""
