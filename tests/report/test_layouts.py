"""Tables for reading: RadFusion's layout, reasons instead of blanks."""

import pandas as pd

from fairfuse_core.audit import run_audit
from fairfuse_core.report import csv_tables, layouts
from tests.audit.make import counts_table, settings


def test_the_gap_table_has_attribute_rows_and_model_columns(radfusion):
    made = layouts.gap_table(radfusion, "tpr", "all")
    assert made.columns.tolist() == ["Attribute", *radfusion.models]
    assert made["Attribute"].tolist() == ["gender", "age", "race"]
    # Table 11 of the paper prints 0.052 for gender, imaging only.
    assert made["imaging_only"].iloc[0].startswith("0.052 [")


def test_the_per_group_table_has_metric_rows_and_model_group_columns(radfusion):
    tables, reasons = layouts.per_group(radfusion, "gender", "all")
    assert len(tables) == 1
    assert tables[0].columns.tolist()[1:3] == ["Female\nimaging_only", "Male\nimaging_only"]
    sensitivity = tables[0].set_index("Metric").loc["Sensitivity"]
    assert sensitivity["Female\nimaging_only"].startswith("0.589 [")  # 33 / 56
    assert any(reason.startswith("not available from counts") for reason in reasons)


def test_wide_tables_are_cut_into_equal_parts():
    rows = [("site", f"S{k}", 30, 10, 10, 30) for k in range(7)]
    audit = run_audit(counts_table(rows), settings(metrics=("tpr", "fpr")))
    tables, _ = layouts.per_group(audit, "site", "t", width=6)
    assert [t.shape[1] - 1 for t in tables] == [4, 3]
    assert [c for t in tables for c in t.columns if c != "Metric"] == [f"S{k}" for k in range(7)]


def test_a_suppressed_group_shows_its_name_and_no_number(hidden):
    sizes = layouts.group_sizes(hidden, "t").set_index(["Attribute", "Group"])
    row = sizes.loc[("race", "Quokka")]
    assert row["n"] == row["Events"] == row["Prevalence"] == "–"
    assert row["Remark"] == "suppressed"
    one = layouts.side_by_side(hidden, "tpr", "t").set_index(["Attribute", "Group"])
    assert one.loc[("race", "Quokka"), "first"] == "suppressed"


def test_what_has_no_value_anywhere_is_listed_once(radfusion):
    names = dict(layouts.unavailable(radfusion))
    assert names["Brier score"].startswith("not available from counts")
    assert "Sensitivity" not in names


def test_every_frame_is_exported_with_its_provenance(radfusion):
    made = csv_tables(radfusion)
    assert set(made) == {
        "provenance.csv", "groups.csv", "operating_points.csv", "overall.csv", "by_group.csv",
        "gaps.csv", "indices.csv", "findings.csv",
    }  # fmt: skip
    for needed in (radfusion.provenance.digest, radfusion.provenance.config_digest,
                   radfusion.provenance.version, "counts as published", "fewer than 10",
                   radfusion.provenance.created):  # fmt: skip
        assert needed in made["provenance.csv"]
    import io

    read = pd.read_csv(io.StringIO(made["gaps.csv"]), keep_default_na=True)
    assert len(read) == len(radfusion.gaps)
    pd.testing.assert_series_equal(
        read["estimate"], radfusion.gaps["estimate"].reset_index(drop=True), check_dtype=False
    )
