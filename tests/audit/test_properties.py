"""What must hold of every audit, whatever the table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fairfuse_core.audit import METRICS, Audit, OperatingPoint, reduce, run_audit
from fairfuse_core.audit.histogram import auroc_error_bound
from tests.audit.make import cohort, factor, gap, settings, table, value

FAST = settings(replicates=100, metrics=tuple(METRICS))
COUNTED = ("tpr", "fpr", "ppv", "npv", "accuracy", "selection_rate", "f1", "prevalence")
FRAMES = ("groups", "operating_points", "overall", "by_group", "gaps", "indices", "folds")
few = hypothesis_settings(max_examples=5, deadline=None)
seeds = st.integers(0, 10**6)


def messy(seed, n=120):
    """A cohort with ties, a one-class group, missing values and sometimes weights."""
    rng = np.random.default_rng(seed)
    y, score, group = cohort(seed, n, groups=3, ties=int(rng.integers(3, 30)))
    y[group == "g2"] *= np.uint8(rng.integers(0, 2))
    group = np.where(rng.random(n) < 0.1, "Unknown", group)
    return y, score, group


def same(one, two, *, names=FRAMES, close=False):
    for name in names:
        a, b = getattr(one, name), getattr(two, name)
        assert list(a.columns) == list(b.columns)
        for column in a.columns:
            x, z = a[column].to_numpy(), b[column].to_numpy()
            if close and a[column].dtype == float:
                np.testing.assert_allclose(x, z, rtol=1e-9, atol=1e-12, err_msg=f"{name}.{column}")
            else:
                np.testing.assert_array_equal(x, z, err_msg=f"{name}.{column}")


@few
@given(seeds)
def test_the_order_of_rows_means_nothing(seed):
    y, score, group = messy(seed)
    p = table(y, score, a=group)
    order = np.random.default_rng(seed).permutation(y.size)
    same(run_audit(p, FAST), run_audit(p.take(order), FAST), close=True)


@few
@given(seeds)
def test_the_order_of_rows_means_nothing_with_patients(seed):
    y, score, group = messy(seed)
    patient = np.random.default_rng(seed).integers(0, 70, y.size)
    p = table(y, score, a=group, patient=patient)
    order = np.random.default_rng(seed + 1).permutation(y.size)
    same(run_audit(p, FAST), run_audit(p.take(order), FAST), close=True)


@few
@given(seeds)
def test_names_of_groups_mean_nothing(seed):
    y, score, group = messy(seed)
    new = {"g0": "north", "g1": "east", "g2": "south", "Unknown": "west"}
    one = run_audit(table(y, score, a=group), FAST)
    two = run_audit(table(y, score, a=[new[g] for g in group]), FAST)
    renamed = one.by_group["group"].map(new)
    assert renamed.tolist() == two.by_group["group"].tolist()
    for column in ("estimate", "low", "high", "pooled"):
        np.testing.assert_array_equal(one.by_group[column], two.by_group[column])
    np.testing.assert_array_equal(one.gaps["estimate"], two.gaps["estimate"])


@few
@given(seeds)
def test_the_order_of_levels_permutes_rows_only(seed):
    y, score, group = messy(seed)
    one = run_audit(table(y, score, a=group), FAST)
    order = sorted(set(group), reverse=True)
    p = table(y, score, a=group)
    codes = np.array([order.index(g) for g in group], dtype=np.int32)
    moved = type(p)(
        **{**p.__dict__, "attributes": (type(factor("a", []))("a", codes, tuple(order)),)}
    )
    two = run_audit(moved, FAST)
    keys = ["group", "metric"]
    a, b = (x.by_group.set_index(keys)["estimate"].sort_index() for x in (one, two))
    np.testing.assert_allclose(a, b, rtol=1e-12)
    for metric in COUNTED:
        assert gap(one, metric)["estimate"] == pytest.approx(
            gap(two, metric)["estimate"], abs=1e-12, nan_ok=True
        )


@few
@given(seeds, st.integers(2, 5))
def test_every_row_k_times_keeps_estimates_and_narrows_intervals(seed, k):
    y, score, group = messy(seed)
    one = run_audit(table(y, score, a=group), FAST)
    two = run_audit(table(np.tile(y, k), np.tile(score, k), a=np.tile(group, k)), FAST)
    np.testing.assert_allclose(one.by_group["estimate"], two.by_group["estimate"], atol=1e-9)
    np.testing.assert_allclose(one.indices["estimate"], two.indices["estimate"], atol=1e-9)
    firm = one.by_group["metric"].isin(COUNTED) & np.isfinite(one.by_group["low"])
    widths = [(x.by_group["high"] - x.by_group["low"])[firm] for x in (one, two)]
    assert (widths[1] < widths[0]).all()


@few
@given(seeds)
def test_swapping_group_and_reference_negates_and_inverts(seed):
    y, score, group = cohort(seed, 150, ties=12)
    p = table(y, score, a=group)
    one = run_audit(p, FAST.with_(reference={"a": "g0"}))
    two = run_audit(p, FAST.with_(reference={"a": "g1"}))
    for metric in METRICS:
        d1, d2 = (gap(x, metric, "difference") for x in (one, two))
        assert (d1["group"], d2["group"]) == ("g1", "g0")
        assert d1["estimate"] == pytest.approx(-d2["estimate"], abs=1e-12)
        assert d1["low"] == pytest.approx(-d2["high"], abs=1e-9)
        assert d1["p"] == pytest.approx(d2["p"])
        r1, r2 = (gap(x, metric, "ratio") for x in (one, two))
        if np.isfinite(r1["estimate"]) and r1["estimate"] > 0:
            assert r1["estimate"] == pytest.approx(1 / r2["estimate"])
        biggest = gap(one, metric)
        assert biggest["estimate"] == pytest.approx(abs(d1["estimate"]), abs=1e-12)
        assert biggest["estimate"] == gap(two, metric)["estimate"]


@few
@given(seeds, st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_values_lie_in_range_or_say_why_not(seed, cut):
    y, score, group = messy(seed, n=60)
    audit = run_audit(
        table(y, score, a=group), FAST.with_(operating_point=OperatingPoint("threshold", cut))
    )
    rows = audit.by_group
    missing = rows["estimate"].isna()
    assert (rows.loc[missing, "reason"] != "").all()
    assert rows.loc[missing, ["low", "high", "pooled"]].isna().all(axis=None)
    bounded = rows["metric"].map(lambda m: METRICS[m].unit_interval) & ~missing
    for column in ("estimate", "low", "high"):
        inside = rows.loc[bounded, column].dropna()
        assert inside.between(0, 1).all()
    known = rows[np.isfinite(rows["low"])]
    assert (known["low"] <= known["estimate"] + 1e-12).all()
    assert (known["estimate"] <= known["high"] + 1e-12).all()
    p = audit.gaps["p"].dropna()
    assert p.between(0, 1).all()
    assert (audit.gaps["p_holm"].dropna() >= audit.gaps["p"].dropna()).all()
    wide = audit.gaps[audit.gaps["statistic"] == "max_gap"]
    assert (wide["estimate"].dropna() >= 0).all()
    assert ((wide["reason"] != "") == wide["estimate"].isna()).all()


@few
@given(seeds)
def test_a_perfect_predictor_has_no_gaps(seed):
    y, _, group = messy(seed)
    audit = run_audit(table(y, y * 0.8 + 0.1, a=group), FAST)
    for metric in ("tpr", "fpr", "fnr", "tnr", "accuracy"):
        row = gap(audit, metric)
        if np.isfinite(row["estimate"]):
            assert (row["estimate"], row["low"]) == (0, 0)
            assert row["p"] == 1
    whole = audit.indices[audit.indices["index"] == "theil_individuals"]
    assert whole["estimate"].iloc[0] == 0


@few
@given(seeds, st.booleans())
def test_json_there_and_back_is_equal(seed, hide):
    y, score, group = messy(seed)
    config = FAST.with_(min_group=10 if hide else 0, intersections=(("a", "b"),))
    fold = np.random.default_rng(seed).integers(0, 3, y.size)
    audit = run_audit(
        table(y, score, a=group, b=np.where(score > 0.5, "x", "y"), fold=fold), config
    )
    back = Audit.from_json(audit.to_json())
    same(audit, back)
    for name in FRAMES:
        assert (getattr(audit, name).dtypes == getattr(back, name).dtypes).all()
    assert back.config == audit.config
    assert back.provenance == audit.provenance
    assert back.findings == audit.findings
    assert (back.models, back.targets, back.attributes) == (
        audit.models, audit.targets, audit.attributes,
    )  # fmt: skip
    assert back.scores is None
    assert back.to_json() == audit.to_json()


@few
@given(seeds)
def test_weights_of_one_are_no_weights(seed):
    y, score, group = messy(seed)
    one = run_audit(table(y, score, a=group), FAST)
    two = run_audit(table(y, score, a=group, weight=np.ones(y.size)), FAST)
    for column in ("estimate", "n", "n_positive", "numerator", "denominator"):
        np.testing.assert_allclose(one.by_group[column], two.by_group[column], atol=1e-12)
    drawn = one.by_group["metric"].isin(["net_benefit", "balanced_accuracy"])
    for column in ("low", "high", "pooled"):
        a, b = one.by_group.loc[~drawn, column], two.by_group.loc[~drawn, column]
        np.testing.assert_allclose(a, b, atol=1e-9)


@few
@given(seeds)
def test_whole_weights_are_repeated_rows(seed):
    y, score, group = messy(seed)
    weight = np.random.default_rng(seed).integers(1, 5, y.size)
    one = run_audit(table(y, score, a=group, weight=weight), FAST)
    y2, score2, group2 = (np.repeat(v, weight) for v in (y, score, group))
    p = table(y2, score2, a=group2)
    two = run_audit(p, FAST)
    np.testing.assert_allclose(one.by_group["estimate"], two.by_group["estimate"], atol=1e-9)
    np.testing.assert_allclose(one.by_group["n"], two.by_group["n"])
    np.testing.assert_allclose(one.gaps["estimate"], two.gaps["estimate"], atol=1e-9)
    # Five rows of one patient do not tell as much as five patients: intervals are wider.
    tpr = [x.rows(metric="tpr").dropna(subset=["low"]) for x in (one, two)]
    assert ((tpr[0]["high"] - tpr[0]["low"]) >= (tpr[1]["high"] - tpr[1]["low"]) - 1e-12).all()


@few
@given(seeds, st.floats(1e-6, 1e6))
def test_the_unit_of_weights_means_nothing(seed, unit):
    y, score, group = messy(seed)
    weight = np.random.default_rng(seed).exponential(size=y.size) + 0.01
    config = FAST.with_(metrics=(*METRICS, "abroca", "xauc_difference"))
    one = run_audit(table(y, score, a=group, weight=weight), config)
    two = run_audit(table(y, score, a=group, weight=weight * unit), config)
    drawn = one.by_group["metric"] == "net_benefit"
    for column in ("estimate", "low", "high"):
        a, b = one.by_group[column][~drawn], two.by_group[column][~drawn]
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.gaps["estimate"], two.gaps["estimate"], rtol=1e-6, atol=1e-9)


@few
@given(seeds, st.sampled_from([16, 64, 256]))
def test_binned_scores_stay_within_the_stated_bound(seed, bins):
    y, score, group = cohort(seed, 300, groups=3)
    p = table(y, score, a=group)
    exact = run_audit(p, FAST)
    binned = run_audit(p, FAST.with_(exact_rows=1, score_bins=bins))
    segments = binned.scores.units[0].by["a"].segments
    bound = max(
        auroc_error_bound(segments), auroc_error_bound(binned.scores.units[0].everyone.segments)
    )
    assert f"{bins:,} equal bins" in binned.provenance.notes[0]
    assert f"at most {bound:.1e}" in binned.provenance.notes[0]
    for frame in ("by_group", "overall"):
        a, b = (x.rows(frame, metric="auroc")["estimate"] for x in (exact, binned))
        assert (np.abs(a - b) <= bound + 1e-12).all()
    # One half is an edge of every such bin: counts are exact.
    for metric in COUNTED:
        a, b = (x.rows(metric=metric)["estimate"] for x in (exact, binned))
        np.testing.assert_array_equal(a, b)


@few
@given(seeds, st.sampled_from(["youden", "max_f1"]))
def test_a_reduced_table_gives_the_same_audit(seed, rule):
    y, score, group = messy(seed)
    p = table(y, score, a=group, patient=np.arange(y.size) // 2)
    reduced = reduce(p, FAST)
    for config in (FAST, FAST.with_(operating_point=OperatingPoint(rule))):
        same(run_audit(p, config), run_audit(reduced, config))


def test_the_same_call_gives_the_same_numbers():
    y, score, group = messy(1)
    config = FAST.with_(metrics=("tpr", "auroc", "ece", "abroca"))
    one, two = (run_audit(table(y, score, a=group), config) for _ in range(2))
    same(one, two)
    other = run_audit(table(y, score, a=group), config.with_(seed=1))
    assert not other.gaps["p"].equals(one.gaps["p"])


def test_one_group_or_none_is_no_error():
    y, score, _ = messy(2)
    alone = run_audit(table(y, score, a=["g"] * y.size), FAST)
    row = gap(alone, "tpr")
    assert np.isnan(row["estimate"])
    assert row["reason"] == "not estimable: fewer than two groups have a value"
    assert np.isfinite(value(alone, "tpr", "g"))
    bare = run_audit(table(y, score), FAST)
    assert bare.by_group.empty
    assert np.isfinite(bare.rows("overall", metric="tpr")["estimate"]).all()
