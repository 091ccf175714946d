"""The structural model gives the sizes, prevalences and missing shares that were asked for."""

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit

from fairfuse_core.cohort.simulate import Attribute, Missing, simulate
from fairfuse_core.cohort.simulate.model import populate
from fairfuse_core.cohort.simulate.quadrature import intercept, mean_logistic
from tests.cohort.simulate.worlds import TWO, world

N = 60_000


def within(found, wanted, n, *, z=4.5):
    assert abs(found - wanted) < z * np.sqrt(wanted * (1 - wanted) / n), (found, wanted, n)


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_group_sizes_whatever_the_correlation(rho):
    race = Attribute("race", {"x": 5, "y": 3, "z": 2})  # shares need not sum to 1
    p = populate(world(attributes=(*TWO, race), correlation=rho), n=N, seed=1)
    for k, share in enumerate((0.5, 0.3, 0.2)):
        within((p.groups["race"] == k).mean(), share, N)
    within((p.groups["group"] == 1).mean(), 0.5, N)
    z = p.groups["race"][p.groups["group"] == 1] == 2
    # Bivariate normal with correlation rho, cut at 0 and at the 80th percentile.
    corner = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    both = 1 - 0.5 - 0.8 + corner.cdf([0, stats.norm.ppf(0.8)])
    within(z.mean(), 2 * both, N / 2)


def test_ages_lie_in_their_group():
    age = Attribute("age", {"18–64": 0.7, "65+": 0.3}, (18, 65, 95))
    p = populate(world(attributes=(age,)), n=5000, seed=1)
    old = p.groups["age"] == 1
    years = p.numbers["age"]
    assert years[old].min() >= 65 > years[~old].max()
    assert years.min() >= 18
    assert years.max() <= 95


@pytest.mark.parametrize("x", [0.0, 0.3, 1.0])
def test_prevalence_by_group(x):
    rest = 1 - x
    dials = world(
        prevalence=0.2, prevalence_odds={"group": {"b": 3.0}}, strength=3.0,
        ehr_share=rest / 2, image_share=rest / 2, shared_share=0.0, interaction_share=x,
    )  # fmt: skip
    p = populate(dials, n=N, seed=2)
    b = p.groups["group"] == 1
    within(p.outcome[~b].mean(), 0.2, N / 2)
    within(p.outcome[b].mean(), 0.75 / 1.75, N / 2)  # odds 0.25 times 3
    assert p.severity.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(p.risk, p.outcome)[0, 1] > 0.4


@pytest.mark.parametrize(("sd", "step"), [(0.0, 1.2), (2.0, 0.0), (2.5, 1.5), (6.0, 0.5)])
def test_quadrature_against_adaptive_integration(sd, step):
    def exact(x):
        def integrand(z):
            mean = (expit(x + sd * z + step) + expit(x + sd * z - step)) / 2
            return stats.norm.pdf(z) * mean

        return integrate.quad(integrand, -9, 9, limit=200)[0]

    x = np.array([-3.0, -0.4, 0.0, 2.2])
    wanted = [exact(v) for v in x]
    assert mean_logistic(x, sd, step) == pytest.approx(wanted, abs=1e-7)
    many = np.linspace(-3.0, 2.2, 9001)  # tabulated and interpolated
    assert mean_logistic(many, sd, step)[[0, -1]] == pytest.approx(
        [wanted[0], wanted[-1]], abs=1e-6
    )
    assert intercept(np.array(wanted), sd, step) == pytest.approx(x, abs=1e-6)


def test_intercepts_at_the_ends():
    assert intercept(np.array([0.0, 1.0]), 1.0, 0.0).tolist() == [-np.inf, np.inf]


@pytest.mark.parametrize(("acuity", "hidden"), [(0.0, 0.0), (1.5, 0.0), (0.0, -1.5), (1.5, -1.0)])
@pytest.mark.parametrize("modality", ["image", "codes"])
def test_missing_rate_holds_whatever_the_mechanism(acuity, hidden, modality):
    dial = Missing(0.3, {"group": {"b": 2.0}}, by_acuity=acuity, by_hidden=hidden)
    p = populate(world(**{f"{modality}_missing": dial}), n=N, seed=4)
    gone, b = p.missing[modality], p.groups["group"] == 1
    within(gone[~b].mean(), 0.3, N / 2)
    odds = 2 * 0.3 / 0.7
    within(gone[b].mean(), odds / (1 + odds), N / 2)
    shown = p.latents.image if modality == "image" else p.latents.ehr
    for z, slope in ((p.latents.acuity, acuity), (shown, hidden)):
        direction = z[gone].mean() - z[~gone].mean()
        if modality == "image" or hidden == 0 == acuity:
            # Acuity and the image's own signal are independent: each slope moves only its own.
            assert np.sign(round(direction, 1)) == np.sign(slope)


def test_nobody_or_everybody_may_lack_a_modality():
    made = simulate(
        world(image_missing=Missing(1.0), notes_missing=Missing(0.0), codes_missing=Missing(1.0),
              series_missing=Missing(1.0)), n=50,
    )  # fmt: skip
    have = made.cohort.availability().sum()
    assert have.to_dict() == {"codes": 0, "timeseries": 0, "image": 0, "notes": 50, "static": 50}
    assert made.cohort.fingerprint


def test_one_sample_is_enough():
    for setting, shape in (("icu", (8, 8)), ("pe", (8, 8, 8))):
        cohort = simulate(world(setting=setting, image_shape=shape), n=1).cohort
        assert len(cohort) == 1
        assert cohort.modalities["image"].load(np.array([0])).shape == (1, *shape)
