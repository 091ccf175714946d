"""A table of 400 patients and what an audit of it must show, worked out without FairFuse."""

import numpy as np
import pandas as pd

CUTS = (18, 45, 65, 80)
BANDS = ("< 18", "18-44", "45-64", "65-79", "80+")


def cohort(seed, n=400):
    """Patients with a score, an outcome in letters and ages as registries release them."""
    rng = np.random.default_rng(seed)
    score = rng.beta(1.3, 2.2, n).round(6)
    age = rng.integers(3, 100, n)
    return pd.DataFrame(
        {
            "patient_id": [f"P{i:04d}" for i in range(n)],
            "died": np.where(rng.random(n) < score, "Y", "N"),
            "risk_score": score,
            "sex": rng.choice(["Female", "Male"], n, p=[0.55, 0.45]),
            "age": np.where(age > 89, "> 89", age.astype(str)),
        }
    )


def bands(ages):
    """The age band of every patient, by hand."""
    years = np.array([90 if a == "> 89" else int(a) for a in ages])
    return np.array(BANDS)[np.searchsorted(CUTS, years, side="right")]


def youden(sick, score):
    """The threshold with the largest TPR - FPR, found by trying them all."""
    gains = {t: (score[sick] >= t).mean() - (score[~sick] >= t).mean() for t in np.unique(score)}
    best = max(gains.values())
    (only,) = [t for t, gain in gains.items() if gain > best - 1e-12]
    return only


def auroc(sick, score):
    """The share of pairs that are in the right order."""
    wins = score[sick][:, None] - score[~sick][None, :]
    return ((wins > 0) + 0.5 * (wins == 0)).mean()


def truth(frame):
    """For "Everyone" and every group: (patients, events, sensitivity, AUROC)."""
    sick = (frame["died"] == "Y").to_numpy()
    score = frame["risk_score"].to_numpy()
    flagged = score >= youden(sick, score)
    parts = {"Everyone": np.ones(len(frame), bool)}
    parts |= {sex: (frame["sex"] == sex).to_numpy() for sex in ("Female", "Male")}
    parts |= {band: bands(frame["age"]) == band for band in BANDS}
    return {
        name: (
            int(who.sum()),
            int((who & sick).sum()),
            float(flagged[who & sick].mean()),
            float(auroc(sick[who], score[who])),
        )
        for name, who in parts.items()
    }


def as_csv(frame):
    """The table as a file to upload."""
    content = frame.to_csv(index=False).encode()
    return {"name": "cohort.csv", "mimeType": "text/csv", "buffer": content}
