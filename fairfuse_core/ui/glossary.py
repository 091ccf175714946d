"""The words of the Methods page: metric cards as a table, statistics in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from fairfuse_core.audit.metrics import METRICS, MetricCard

FAMILIES = {
    "rate": "Rates at an operating point",
    "agreement": "Summaries of several rates",
    "ranking": "Ranking, over all thresholds",
    "probability": "Probabilities and calibration",
    "utility": "Clinical utility",
}


@dataclass(frozen=True)
class Part:
    """A section: a title and its (term, explanation) pairs, in Markdown."""

    title: str
    entries: tuple[tuple[str, str], ...]


BETWEEN_GROUPS = Part(
    "Between groups",
    (
        (
            "Largest gap (max gap)",
            "Highest minus lowest value among the groups of an attribute. For sensitivity and two "
            "groups this is the equal opportunity difference (Hardt et al. 2016); RadFusion prints "
            "it in its Tables 11 and 12. Groups without a value are left out and named.",
        ),
        (
            "Smallest ratio (min ratio)",
            "Lowest over highest value.",
        ),
        (
            "Difference and ratio",
            "A group against the reference group: the largest group, unless another is chosen in "
            "the sidebar.",
        ),
        (
            "Equalized odds difference",
            "The larger of the largest gaps in sensitivity and in false-alarm rate.",
        ),
        (
            "Average odds difference",
            "Mean of the differences in sensitivity and in false-alarm rate against the reference.",
        ),
        (
            "xAUC difference",
            "How often a sick patient of one group outranks a healthy patient of the other, minus "
            "the reverse (Kallus and Zhou 2019).",
        ),
        (
            "ABROCA",
            "Area between two groups' ROC curves; it sees curves that cross, which a difference of "
            "AUROCs does not (Gardner et al. 2019).",
        ),
        (
            "Theil index over groups",
            "How unevenly F1 is spread over the groups: 0 when all are equal, ln of the number of "
            "groups at worst (FairPlay, npj Digit Med 2025). Also with groups weighted by size.",
        ),
        (
            "Theil index over individuals",
            "The same index over each patient's benefit, decision minus outcome plus one "
            "(Speicher et al. 2018). A different number with the same name.",
        ),
        (
            "Disparate impact (selection)",
            "The share flagged in a group over the share flagged in the reference group. Below 0.8 "
            "or above 1.25 fails the four-fifths rule.",
        ),
        (
            "Disparate impact (performance)",
            "F1 of the other groups over F1 of the reference group, averaged by group size; best "
            "at 1 (FairPlay). Again another number with the same name.",
        ),
    ),
)

INTERVALS = Part(
    "Intervals",
    (
        (
            "Wilson",
            "For a plain proportion, such as sensitivity. It stays inside 0 to 1 and is right for "
            "small groups and for proportions near either end.",
        ),
        (
            "DeLong",
            "For AUROC, on the logit scale.",
        ),
        (
            "Bootstrap",
            "For all else: the group's confusion counts are drawn again and again from their "
            "multinomial, which is what resampling its rows amounts to. Where patients have "
            "several rows, whole patients are drawn.",
        ),
        (
            "Gaps",
            "The interval of a largest gap is a range of plausible sizes: a largest gap is never "
            "negative, so its interval cannot reach below zero. Whether the gap is "
            "more than chance is for the test beside it to say.",
        ),
    ),
)

TESTS = Part(
    "Tests",
    (
        (
            "Permutation test",
            "If group membership made no difference, group labels could be exchanged among "
            "patients with the same outcome. The p-value is the share of exchanges with a gap at "
            "least as large as the one seen.",
        ),
        (
            "Adjusted p",
            "Among many gaps some are large by chance. Holm bounds the risk of even one false "
            "alarm; Benjamini-Hochberg bounds the expected share of false alarms among the gaps "
            "reported.",
        ),
        (
            "Gap expected by chance",
            "The mean largest gap a model without any disparity would show with groups of these "
            "sizes. A gap near it is no evidence of disparity.",
        ),
        (
            "Smallest detectable gap",
            "The smallest true gap that groups of these sizes would have revealed four times in "
            "five (80 % power). When it is large, a quiet result says little.",
        ),
        (
            "Paired comparison",
            "Two models on the same patients: the two results of a patient are exchanged, or "
            "resampled together. This needs the patients, so published counts do not allow it.",
        ),
    ),
)

SMALL_GROUPS = Part(
    "Small groups",
    (
        (
            "Suppressed",
            "A group of fewer than 10 patients is named but shows no number, here and in every "
            "export, unless somebody puts their name to showing it.",
        ),
        (
            "Not estimable",
            "A group without sick patients has no sensitivity. It is left out of the gap, and the "
            "gap says so; it is never counted as 0.",
        ),
        (
            "Pooled estimate",
            "A small group's raw rate is mostly noise. The partially pooled estimate "
            "(empirical-Bayes, beta-binomial) draws it towards the other groups, the more the "
            "smaller it is. It is shown beside the raw one, never instead of it.",
        ),
        (
            "Unknown",
            "Patients whose attribute is missing are a group of their own; dropping them would "
            "hide how the model does on them.",
        ),
    ),
)

OUTCOME_WORDS = (
    ("Issue", "The data show a problem that someone should act on or explain."),
    ("Note", "Worth knowing when the audit is read; not a problem by itself."),
    ("Passed", "Assessed, and nothing found."),
    ("Not applicable", "The check has no meaning for this kind of data; the message says why."),
    ("Skipped", "The check could not be made here, for instance because a group is too small."),
    ("Ignored", "Somebody chose to leave the check out."),
)


def direction(card: MetricCard) -> str:
    """Return which direction is better, in words."""
    if card.higher_is_better is None:
        return "neither direction by itself"
    return "higher" if card.higher_is_better else "lower"


def frame() -> pd.DataFrame:
    """Return the metric cards as a table."""
    return pd.DataFrame(
        [
            {
                "name": card.name,
                "title": card.title,
                "symbol": card.symbol,
                "family": card.family,
                "formula": card.formula,
                "meaning": card.meaning,
                "undefined": card.undefined,
                "better": direction(card),
                "tier": card.tier,
                "also_called": "; ".join(card.aka),
                "citation": card.citation,
            }
            for card in METRICS.values()
        ]
    )
