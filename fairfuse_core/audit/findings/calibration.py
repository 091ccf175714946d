"""FF008: does the model over- or understate risk more in one group than in another?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fairfuse_core.audit.result import Audit, Finding


def calibration_alike(audit: Audit, code: str, title: str) -> Iterator[Finding]:
    """One finding a model, target and attribute."""
    if audit.provenance.score_kind != "probability":
        why = {
            "rank": "scores outside [0, 1] are no probabilities",
            "none": "there are decisions or counts only",
        }[audit.provenance.score_kind]
        yield Finding(code, title, "not_applicable", f"Calibration cannot be judged: {why}.")
        return
    alpha = 1 - audit.config.confidence
    adjusted = "p_holm" if audit.config.multiplicity == "holm" else "p_bh"
    rows = audit.rows("gaps", metric="calibration_in_the_large", statistic="max_gap")
    for row in rows.to_dict("records"):
        place = (str(row["model"]), str(row["target"]), str(row["attribute"]))
        if not np.isfinite(row["estimate"]):
            yield Finding(code, title, "skipped", f"{place[2]}: {row['reason']}.", *place)
            continue
        message = (
            f"Predicted less observed risk by {row['attribute']}: {row['group']} "
            f"{row['estimate']:.3f} above {row['reference']} (interval {row['low']:.3f} to "
            f"{row['high']:.3f}, adjusted p = {row[adjusted]:.3f})."
        )
        clear = row[adjusted] < alpha
        yield Finding(
            code,
            title,
            "issue" if clear else "skipped",
            message
            + (" More than chance explains." if clear else " Not distinguishable from zero."),
            *place,
            "calibration_in_the_large",
        )
