"""True metrics agree with closed forms; the audit finds true gaps, and none where there is none."""

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit, logit

from fairfuse_core.audit import AuditConfig, OperatingPoint, run_audit
from fairfuse_core.cohort.simulate import simulate
from fairfuse_core.cohort.simulate.quadrature import intercept
from fairfuse_core.errors import ConfigError, InputError
from tests.cohort.simulate.worlds import only, world

CUT = OperatingPoint("threshold", 0.4)
CONFIG = AuditConfig(metrics=("tpr",), operating_point=CUT, replicates=200)
UNEQUAL = world(
    image_noise_by_group={"group": {"b": 3.0}}, prevalence_odds={"group": {"b": 3.0}},
    strength=2.5, image_share=0.4, n=1500,
)  # fmt: skip


def look(table, metric, group):
    row = table[(table["metric"] == metric) & (table["group"] == group)]
    assert len(row) == 1
    return row.iloc[0]


def test_against_closed_forms():
    dials = only("ehr_share", strength=2.0, prevalence_odds={"group": {"b": 2.0}})
    table = simulate(dials, modalities=()).truth.metrics("ideal", decide=0.4, n=200_000)
    for group, p in (("a", 1 / 3), ("b", 0.5)):
        c = float(intercept(np.array([p]), 2.0, 0.0)[0])
        start = (logit(0.4) - c) / 2.0  # flagged from this signal on

        def part(sign, c=c, start=start):
            f = lambda e: stats.norm.pdf(e) * expit(sign * (c + 2.0 * e))  # noqa: E731
            return integrate.quad(f, start, 12)[0]

        wanted = {
            "prevalence": p,
            "tpr": part(1) / p,
            "fpr": part(-1) / (1 - p),
            "ppv": part(1) / (part(1) + part(-1)),
            "selection_rate": part(1) + part(-1),
        }
        for metric, value in wanted.items():
            found = look(table, metric, group)
            assert found["value"] == pytest.approx(value, abs=4.5 * found["error"])
            assert 0 < found["error"] < 0.005


def test_a_coin_toss():
    truth = simulate(world(strength=0.0), modalities=()).truth
    table = truth.metrics(lambda draw: draw.population.latents.ehr, decide=0.0, n=100_000)
    for metric, wanted in (("tpr", 0.5), ("fpr", 0.5), ("ppv", 1 / 3), ("auroc", 0.5)):
        row = look(table, metric, "Everyone")
        assert row["value"] == pytest.approx(wanted, abs=4.5 * row["error"])


def test_any_rule_on_features():
    truth = simulate(world(image_shape=(8, 8)), n=10, modalities=()).truth

    def pulse(draw):
        return draw.cohort.modalities["static"].frame["pulse on arrival"].to_numpy()

    table = truth.metrics(pulse, decide=lambda score, draw: score > 90, n=3000)
    assert look(table, "auroc", "Everyone")["value"] > 0.53
    assert look(table, "selection_rate", "Everyone")["value"] == pytest.approx(
        stats.norm.sf((90 - 81.62) / 14.99), abs=0.04
    )


def test_recorded_labels_flatter_whoever_is_missed():
    dials = world(missed_by_group={"group": {"b": 0.4}})
    truth = simulate(dials, modalities=()).truth
    true, recorded = (truth.metrics(label=k, n=100_000) for k in ("true", "recorded"))
    ratio = look(recorded, "prevalence", "b")["value"] / look(true, "prevalence", "b")["value"]
    assert ratio == pytest.approx(0.6, abs=0.02)
    # Cases go missing whatever their score, so sensitivity is unmoved and PPV falls.
    assert look(recorded, "tpr", "b")["value"] == pytest.approx(
        look(true, "tpr", "b")["value"], abs=0.02
    )
    assert look(recorded, "ppv", "b")["value"] < 0.7 * look(true, "ppv", "b")["value"]


@pytest.mark.parametrize("rule", ["ideal", "ideal_available", "reader"])
def test_equal_dials_give_no_true_gap(rule):
    truth = simulate(world(), modalities=()).truth
    for metric in ("tpr", "fpr", "selection_rate"):
        gap, error = truth.gap("group", "b", "a", metric=metric, rule=rule, decide=0.4)
        assert abs(gap) < 1e-2
        assert abs(gap) < 4.5 * error


def gaps(dials, count, *, rule="reader", n=None):
    """(p, covered, width) of the TPR difference in that many audits of fresh cohorts."""
    truth = simulate(dials, n=1, modalities=()).truth
    true, error = truth.gap("group", "b", "a", rule=rule, decide=CUT.value, n=1_000_000)
    assert error < 0.003
    out = []
    for seed in range(count):
        made = simulate(dials, n=n, seed=1000 + seed, modalities=())
        audit = run_audit(made.predictions(rule, label="true"), CONFIG)
        rows = audit.gaps
        row = rows[(rows["metric"] == "tpr") & (rows["statistic"] == "difference")].iloc[0]
        sign = 1 if row["group"] == "b" else -1
        out.append((row["p"], row["low"] <= sign * true <= row["high"], row["high"] - row["low"]))
    p, covered, width = map(np.array, zip(*out, strict=True))
    return true, p, covered, width


def test_the_audit_recovers_true_gaps():
    true, p, covered, width = gaps(UNEQUAL, 25)
    assert true < -0.1
    assert covered.sum() >= stats.binom.ppf(1e-4, 25, 0.95)
    assert width.mean() < 0.25
    assert (p < 0.05).mean() > 0.5


@pytest.mark.slow
def test_coverage_of_true_gaps():
    _, _, covered, _ = gaps(UNEQUAL, 200)
    low, high = stats.binom.ppf([0.005, 0.995], 200, 0.95)
    assert low <= covered.sum() <= high, covered.mean()


@pytest.mark.slow
def test_equal_dials_are_found_fair_at_the_nominal_rate():
    _, p, covered, _ = gaps(world(n=1500), 200)
    high = stats.binom.ppf(0.995, 200, 0.05)
    # Ties among counts make the test a little conservative, never the reverse.
    assert (p < 0.05).sum() <= high
    assert covered.sum() >= 200 - high
    assert (p < 0.2).sum() >= stats.binom.ppf(0.005, 200, 0.12)


def test_predictions_name_what_they_hold():
    made = simulate(world(missed=0.5), n=300, modalities=())
    table = made.predictions("ideal_ehr")
    assert table.model.levels == ("ideal_ehr",)
    assert table.y_true.sum() == made.cohort.labels("in_hospital_mortality").sum()
    assert made.predictions(label="true").y_true.sum() == made.truth.outcome.sum()
    rank = made.predictions(np.linspace(-3, 3, 300), model="mine")
    assert (rank.score_kind, rank.model.levels) == ("rank", ("mine",))
    for wrong in (np.zeros(3), np.full(300, np.nan)):
        with pytest.raises(InputError):
            made.predictions(wrong)


def test_undefined_is_not_zero():
    table = simulate(world(), modalities=()).truth.metrics(decide=2.0, n=2000)
    assert np.isnan(look(table, "ppv", "a")["value"])
    assert look(table, "tpr", "a")["value"] == 0


def test_what_is_not_known_is_named():
    truth = simulate(world(), n=10, modalities=()).truth
    with pytest.raises(ConfigError, match="observer"):
        truth.scores("oracle")
    with pytest.raises(ConfigError, match="'f1'"):
        truth.metrics(metrics=("f1",))
    with pytest.raises(ConfigError, match="groups of"):
        truth.gap("group", "c", "a", n=100)
    with pytest.raises(ConfigError, match="scores"):
        truth.metrics(lambda draw: np.zeros(3), n=100)


def test_truth_is_reproducible_and_apart_from_the_cohort():
    truth = simulate(world(), n=500, modalities=()).truth
    one, two = (truth.metrics(n=3000) for _ in range(2))
    assert one.equals(two)
    assert not np.isin(truth.draw(500).latents.ehr, truth.population.latents.ehr).any()
    assert truth.phenotype_scores().shape == (500, 25)
