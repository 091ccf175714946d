"""Every dial moves what it says and nothing else; a wrong one is named."""

import json
from pathlib import Path

import numpy as np
import pytest

from fairfuse_core.cohort.simulate import Attribute, Dials, Missing, dial_help, preset, simulate
from fairfuse_core.cohort.simulate.guide import guide
from fairfuse_core.errors import ConfigError
from tests.cohort.simulate.worlds import MISSING, TWO, parts, same, world

LABELS = {"outcome", "recorded"}
STAY = {"task length_of_stay", "task stay_days"}
B = {"group": {"b": 3.0}}
# What each dial may move. Everything else has to stay bit for bit.
MOVES = {
    "attributes": ((Attribute("group", {"a": 0.8, "b": 0.2}),), {"groups group"}),
    "correlation": (0.8, {"groups group", "groups age", "number age"}),
    "prevalence": (0.6, LABELS),
    "prevalence_odds": (B, LABELS),
    "strength": (4.0, LABELS),
    "ehr_share": (2.0, LABELS | STAY | {"severity"}),
    "image_share": (2.0, LABELS | STAY | {"severity"}),
    "shared_share": (2.0, LABELS | STAY | {"severity"}),
    "interaction_share": (2.0, LABELS | STAY | {"severity"}),
    "missed": (0.3, {"recorded"}),
    "missed_by_group": ({"group": {"b": 0.3}}, {"recorded"}),
    "overcalled": (0.3, {"recorded"}),
    "overcalled_by_group": ({"group": {"b": 0.3}}, {"recorded"}),
    "image_noise": (2.0, {"images"}),
    "image_noise_by_group": (B, {"images"}),
    "lab_odds": (0.3, {"labs", "series"}),
    "lab_odds_by_group": ({"group": {"b": 0.3}}, {"labs", "series"}),
    "image_missing": (MISSING, {"has image", "images"}),
    "notes_missing": (MISSING, {"notes"}),
    "series_missing": (MISSING, {"series"}),
    "codes_missing": (MISSING, {"codes", "visits", "labs"}),
    "image_shape": ((20, 12), {"images"}),
}
# These make other samples, so "nothing else" holds in distribution (below).
OTHER_SAMPLES = {"n", "repeat", "setting"}
AGE = Attribute("age", {"young": 0.5, "old": 0.5}, (18, 60, 90))


def pair(dial, value):
    base = world(attributes=(*TWO, AGE)) if dial == "correlation" else world()
    return simulate(base, seed=3), simulate(base.with_(**{dial: value}), seed=3)


def test_every_dial_is_tested():
    assert set(MOVES) | OTHER_SAMPLES == set(dial_help())


@pytest.mark.parametrize("dial", MOVES)
def test_a_dial_moves_what_it_says_and_nothing_else(dial):
    value, allowed = MOVES[dial]
    before, after = (parts(made) for made in pair(dial, value))
    moved = {name for name in before if not same(before[name], after[name])}
    assert moved == allowed


@pytest.mark.parametrize(
    "dial", [d for d in MOVES if d.endswith("_by_group")] + ["prevalence_odds"]
)
def test_a_dial_by_group_leaves_the_other_group_alone(dial):
    before, after = pair(dial, MOVES[dial][0])
    a = before.truth.population.groups["group"] == 0
    one, two = (made.cohort.select(a) for made in (before, after))
    assert one.fingerprint == two.fingerprint
    one, two = (made.cohort.select(~a) for made in (before, after))
    assert one.fingerprint != two.fingerprint


def test_missing_modalities_leave_the_rest_of_them_alone():
    before, after = pair("image_missing", MISSING)
    keep = np.flatnonzero(after.cohort.modalities["image"].available)
    assert 0 < keep.size < 600
    both = [made.cohort.modalities["image"].load(keep) for made in (before, after)]
    assert np.array_equal(*both)
    before, after = pair("codes_missing", MISSING)
    keep = np.flatnonzero(after.cohort.modalities["codes"].available)
    one, two = (made.cohort.modalities["codes"].take(keep) for made in (before, after))
    assert one.digest() == two.digest()
    assert np.array_equal(one.hours[one.visit_rows()], two.hours[two.visit_rows()])


def test_under_diagnosis_only_hides_cases():
    before, after = pair("missed_by_group", {"group": {"b": 0.3}})
    lost = before.truth.population.recorded & ~after.truth.population.recorded
    p = after.truth.population
    assert not (p.recorded & ~p.outcome).any()
    ill = p.outcome & (p.groups["group"] == 1)
    assert lost[ill].mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / ill.sum()))


def test_label_errors_of_several_attributes_combine():
    made = simulate(
        world(
            attributes=(*TWO, AGE), prevalence=0.5, missed=0.1,
            missed_by_group={"group": {"b": 0.2}, "age": {"old": 0.5}},
        ), n=40_000, modalities=(),
    )  # fmt: skip
    p = made.truth.population
    ill = p.outcome & (p.groups["group"] == 1) & (p.groups["age"] == 1)
    assert 1 - p.recorded[ill].mean() == pytest.approx(1 - 0.9 * 0.8 * 0.5, abs=0.03)


def test_repeat_makes_further_samples_of_a_patient():
    made = simulate(world(repeat=0.25, n=20_000), modalities=())
    table, p = made.cohort.table, made.truth.population
    assert table["patient_id"].nunique() == pytest.approx(15_000, abs=4 * np.sqrt(20_000 * 0.1875))
    assert (table.groupby("patient_id")["group"].nunique() == 1).all()
    twice = np.flatnonzero(np.diff(p.patient) == 0)
    for z in (p.latents.ehr, p.latents.image, p.latents.acuity):
        assert np.corrcoef(z[twice], z[twice + 1])[0, 1] == pytest.approx(0.5, abs=0.05)
        assert z.std() == pytest.approx(1, abs=0.03)
    assert p.outcome.mean() == pytest.approx(1 / 3, abs=0.02)


def test_reproducible_by_seed():
    one, two, other = (simulate(world(), n=200, seed=s).cohort for s in (5, 5, 6))
    assert one.fingerprint == two.fingerprint != other.fingerprint
    few = simulate(world(), n=200, seed=5, modalities=("notes",)).cohort
    assert few.modalities["notes"].digest() == one.modalities["notes"].digest()
    assert few.table.equals(one.table)


@pytest.mark.parametrize("name", ["icu", "pe"])
def test_dials_survive_json(name):
    dials = preset(name)
    assert Dials.from_dict(json.loads(json.dumps(dials.to_dict()))) == dials


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"prevalence": 0.0}, "prevalence"),
        ({"prevalence": float("nan")}, "prevalence"),
        ({"missed": 1.5}, "missed"),
        ({"n": 0}, "n from 1"),
        ({"strength": -1}, "strength"),
        ({"correlation": 1.0}, "correlation"),
        ({"repeat": 1.0}, "repeat"),
        ({"setting": "ward"}, "setting"),
        ({"image_shape": (64,)}, "image"),
        ({"attributes": ()}, "attributes"),
        ({"attributes": (Attribute("x", {}),)}, "'x'"),
        ({"attributes": (Attribute("x", {"a": -1.0, "b": 2.0}),)}, "'x'"),
        ({"attributes": (Attribute("x", {"a": 1.0}, (1, 2, 3)),)}, "edges"),
        ({"prevalence_odds": {"race": {"x": 2.0}}}, "race: x"),
        ({"missed_by_group": {"group": {"c": 0.1}}}, "missed_by_group"),
        ({"missed_by_group": {"group": {"b": 1.1}}}, "missed_by_group"),
        ({"image_noise_by_group": {"group": {"b": 0.0}}}, "image_noise_by_group"),
        ({"image_missing": Missing(odds={"group": {"z": 2.0}})}, "image_missing"),
        (dict.fromkeys(["ehr_share", "image_share", "shared_share", "interaction_share"], 0.0),
         "signal share"),
    ],
)  # fmt: skip
def test_a_wrong_dial_is_named(change, named):
    with pytest.raises(ConfigError, match=named):
        world(**change)


@pytest.mark.parametrize("change", [{"rate": 1.1}, {"odds": {"g": {"a": 0.0}}}, {"by_acuity": 99}])
def test_a_wrong_missing_dial_is_named(change):
    with pytest.raises(ConfigError):
        Missing(**change)


def test_unknown_names_are_refused():
    with pytest.raises(ConfigError, match="'prevalance'"):
        Dials.from_dict({"prevalance": 0.1})
    with pytest.raises(ConfigError, match="preset"):
        simulate("eicu")
    with pytest.raises(ConfigError, match="'smell'"):
        simulate(world(), modalities=("smell",))


def test_the_guide_is_current_and_explains_every_dial():
    page = Path(__file__).parents[3] / "docs" / "simulator.md"
    assert page.read_text() == guide()
    for name, (title, text) in dial_help().items():
        assert f"| {title} | `{name}` | {text} |" in page.read_text()
        assert len(text) > 25
