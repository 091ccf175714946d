"""What an audit refuses, what it imports, and fairlearn's MetricFrame."""

import json
import subprocess
import sys

import numpy as np
import pytest

from fairfuse_core.audit import Audit, AuditConfig, OperatingPoint, reduce, run_audit
from fairfuse_core.errors import ConfigError, InputError, NotAvailableError
from tests.audit.make import cohort, counts_table, gap, settings, table


@pytest.fixture(scope="module")
def plain():
    y, score, group = cohort(1, 200)
    return table(y, score, a=group, b=np.where(np.arange(200) % 2, "u", "v"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"attributes": ("c",)}, "an attribute among a, b; found 'c'"),
        ({"intersections": (("a",),)}, "two or more different attributes"),
        ({"intersections": (("a", "c"),)}, "an attribute among a, b; found 'c'"),
        ({"metrics": ("sensitivity",)}, "a metric among prevalence"),
        ({"reference": {"a": "g9"}}, "a reference group of a among g"),
        ({"reference": {"A": "g0"}}, "attribute among a, b; found 'A'"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(plain, changes, words):
    with pytest.raises(ConfigError, match=words):
        run_audit(plain, settings(**changes))


def test_a_reference_of_an_attribute_not_audited_is_kept_for_later(plain):
    audit = run_audit(plain, settings(attributes=("b",), reference={"a": "g1"}, metrics=("tpr",)))
    assert audit.attributes == ("b",)


@pytest.mark.parametrize(
    "changes",
    [
        {"confidence": 1.0},
        {"replicates": 10},
        {"interval": "exact"},
        {"min_group": 3, "unsuppressed_by": " "},
    ],
)
def test_impossible_settings_are_refused(changes):
    with pytest.raises(ConfigError):
        AuditConfig(**changes)


def test_an_unknown_attribute_of_counts_is_refused():
    with pytest.raises(ConfigError, match="an attribute among a"):
        run_audit(counts_table([("a", "x", 1, 2, 3, 4)]), settings(attributes=("z",)))


def test_everyone_is_the_attribute_that_counts_most_patients():
    rows = [("partly", "x", 10, 5, 5, 30), ("fully", "u", 10, 5, 5, 40), ("fully", "v", 9, 1, 2, 8)]
    audit = run_audit(counts_table(rows), settings(metrics=("tpr",)))
    whole = audit.overall.iloc[0]
    assert (whole["n"], whole["n_positive"]) == (80, 25)


def test_one_class_has_no_operating_point():
    p = table([1, 1, 1], [0.2, 0.5, 0.7], a=["x", "y", "y"])
    with pytest.raises(ConfigError, match="no patients without the outcome"):
        run_audit(p, settings(operating_point=OperatingPoint("youden")))


def test_a_reduced_table_gives_what_was_counted_and_no_more(plain):
    reduced = reduce(plain, settings(attributes=("a", "b"), intersections=(("a", "b"),)))
    only = run_audit(reduced, settings(attributes=("b",), metrics=("tpr",)))
    assert only.attributes == ("b",)
    assert set(only.by_group["attribute"]) == {"b"}
    crossed = run_audit(reduced, settings(intersections=(("a", "b"),), metrics=("tpr",)))
    assert crossed.attributes == ("a", "b", "a × b")
    alone = reduce(plain, settings(attributes=("a",)))
    for changes in ({"attributes": ("b",)}, {"intersections": (("a", "b"),)}):
        with pytest.raises(ConfigError, match="Reduce the table again"):
            run_audit(alone, settings(**changes))


def test_nobody_flagged_means_nobody_with_binned_scores_and_patients_too():
    y, score, group = cohort(3, 300)
    p = table(y, score, a=group, patient=np.arange(300) // 2)
    point = OperatingPoint("net_benefit", 1000.0)
    audit = run_audit(p, settings(exact_rows=1, score_bins=10, operating_point=point))
    cut = audit.operating_points["threshold"].iloc[0]
    rate = audit.rows("overall", metric="selection_rate").iloc[0]
    assert rate["estimate"] == (score >= cut).mean()
    assert cut == pytest.approx(round(cut * 10) / 10)


def test_progress_runs_from_0_to_1(plain):
    seen = []
    run_audit(
        plain, settings(metrics=("tpr",)), progress=lambda share, text: seen.append((share, text))
    )
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(text for _, text in seen)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "text that is no JSON"),
        ("[1, 2]", "JSON of another kind"),
        ('{"format": "fairfuse-audit", "format_version": 99}', "format 99"),
        ('{"format": "fairfuse-audit", "format_version": 1}', "lacks or garbles"),
    ],
)
def test_what_is_no_audit_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        Audit.from_json(text)


def test_json_is_strict(plain):
    audit = run_audit(plain, settings(metrics=("tpr", "net_benefit")))

    def refuse(token):
        raise AssertionError(token)

    json.loads(audit.to_json(), parse_constant=refuse)


def test_metric_frame_uses_the_same_rows_and_threshold(plain):
    config = settings(operating_point=OperatingPoint("youden"), metrics=("tpr", "fpr"))
    audit = run_audit(plain, config)
    frame = audit.to_metric_frame(attribute="a")
    ours = audit.rows(metric="tpr", attribute="a").set_index("group")["estimate"]
    assert frame.by_group["tpr"].to_dict() == pytest.approx(ours.to_dict())
    assert frame.difference()["fpr"] == pytest.approx(gap(audit, "fpr", attribute="a")["estimate"])
    assert frame.by_group["n"].sum() == 200


def test_metric_frame_needs_rows_and_groups_that_may_be_shown(plain):
    audit = run_audit(plain, settings(metrics=("tpr",)))
    with pytest.raises(NotAvailableError, match="held in memory"):
        Audit.from_json(audit.to_json()).to_metric_frame()
    with pytest.raises(NotAvailableError, match="held in memory"):
        run_audit(counts_table([("a", "x", 1, 2, 3, 4)]), settings()).to_metric_frame()
    y, score, _ = cohort(1, 60)
    small = table(y, score, a=np.repeat(["few", "many"], [4, 56]))
    hidden = run_audit(small, AuditConfig(metrics=("tpr",), replicates=100))
    with pytest.raises(NotAvailableError, match="suppressed groups"):
        hidden.to_metric_frame()


def test_the_audit_imports_light():
    heavy = (
        "torch", "xgboost", "shap", "streamlit", "plotly", "matplotlib", "sklearn", "fairlearn",
    )  # fmt: skip
    code = (
        "import sys, fairfuse_core.audit, fairfuse_core.audit.curves, fairfuse_core.audit.compare;"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
