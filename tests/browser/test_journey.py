"""From a file on one's disk to a report in one's hands, and every number on the way is right."""

import hashlib
import io
import json

import pandas as pd
import pytest

from benchmarks.browser import walk
from tests.browser.acts import broken, choose, confirm, offer, records
from tests.browser.cohort import BANDS, as_csv, cohort, truth

pytestmark = pytest.mark.e2e


@pytest.fixture
def frame():
    return cohort(seed=11)


def digits(value):
    return f"{value:.3f}"


def test_from_upload_to_report(page, app, visitor, frame, tmp_path):
    offer(page, app, frame)
    file = hashlib.sha256(as_csv(frame)["buffer"]).hexdigest()
    assert file[:16] in page.get_by_role("main").inner_text()
    asked = page.get_by_role("group").filter(
        has=page.get_by_role("combobox", name="Values of died that mean that the outcome happened")
    )
    assert "Y (" in asked.inner_text()
    assert "N (" not in asked.inner_text()
    cuts = page.get_by_role("textbox", name="Cut points of age")
    assert cuts.input_value() == "18, 45, 65, 80"
    confirm(page)
    expected = truth(frame)
    check_sizes(page, frame, expected)
    walk(page, "subgroups")
    for attribute, groups in (("sex", ("Female", "Male")), ("age", BANDS)):
        choose(page, "Attribute", attribute)
        check_subgroups(page, attribute, {g: expected[g] for g in ("Everyone", *groups)})
    check_csv(page, expected)
    assert broken(page) == []
    check_report(page, visitor, tmp_path)


def check_sizes(page, frame, expected):
    shown = {r["Group"]: r for r in records(page, "Number of patients and events in every group")}
    assert set(shown) == {"Female", "Male", *BANDS}
    for group, line in shown.items():
        patients, events, *_ = expected[group]
        assert line["n"] == str(patients), group
        assert line["Events"] == str(events), group
    assert sum(int(shown[b]["n"]) for b in BANDS) == len(frame)


def check_subgroups(page, attribute, expected):
    shown = records(page, f"Sensitivity by group of {attribute} with interval, patients and events")
    assert {line["Group"] for line in shown} == set(expected)
    for line in shown:
        patients, events, sensitivity, _ = expected[line["Group"]]
        assert line["n"] == str(patients)
        assert line["Events"] == str(events)
        assert line["Estimate"].split(" ")[0] == digits(sensitivity)
    every = records(page, f"Metrics by row, models and groups of {attribute} by column")
    (ranking,) = [line for line in every if line["Metric"].startswith("AUROC")]
    for group, (*_, auroc) in expected.items():
        assert ranking[group].split(" ")[0] == digits(auroc), group


def check_csv(page, expected):
    with page.expect_download() as coming:
        page.locator(".st-key-by_group_csv").get_by_role("button").click()
    assert coming.value.suggested_filename.endswith(".csv")
    table = pd.read_csv(io.StringIO(coming.value.path().read_text(encoding="utf-8")))
    table = table.set_index("group")
    for band in BANDS:
        patients, events, sensitivity, _ = expected[band]
        assert table.loc[band, "n"] == patients
        assert table.loc[band, "n_positive"] == events
        assert table.loc[band, "estimate"] == pytest.approx(sensitivity, abs=1e-12)


def check_report(page, visitor, tmp_path):
    with page.expect_download() as coming:
        page.locator(".st-key-subgroups_report_html").get_by_role("button").click()
    there = tmp_path / "report.html"
    coming.value.save_as(there)
    with page.expect_download() as audit:
        page.locator(".st-key-subgroups_report_json").get_by_role("button").click()
    digest = json.loads(audit.value.path().read_text(encoding="utf-8"))["provenance"]["digest"]

    reader = visitor()
    reader.context.set_offline(True)
    reader.page.goto(there.as_uri())
    reader.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert {url for url in reader.asked if not url.startswith(("data:", "blob:"))} == {
        there.as_uri()
    }
    said = reader.page.locator("body").inner_text()
    assert digest in said
    for group in ("Female", "Male", *BANDS):
        assert group in said
