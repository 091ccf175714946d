"""The report: self-contained, escaped, complete, with its provenance on every page."""

import re

import pytest

from fairfuse_core.audit import run_audit
from fairfuse_core.report import render_html, summarise
from fairfuse_core.report.html import css_string
from fairfuse_core.report.plots import embed
from tests.audit.make import counts_table, settings
from tests.report.page import Page

SECTIONS = [
    "1. Summary in words", "2. Who was audited", "3. Gaps between groups", "4. Forest plots",
    "5. Every metric by group", "6. Inequality indices", "7. Intersections",
    "8. Discrimination and calibration by group", "9. What could not be assessed, and why",
    "10. How it was computed", "11. Findings", "12. Sign-off",
]  # fmt: skip

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"


@pytest.fixture
def page(radfusion_page):
    return radfusion_page


@pytest.fixture
def with_scores(hidden_page):
    return hidden_page


@pytest.mark.parametrize("which", ["page", "with_scores"])
def test_every_section_is_there_in_order(which, request):
    text = request.getfixturevalue(which).text
    at = [text.index(name) for name in SECTIONS]
    assert at == sorted(at)


def test_nothing_is_fetched_and_the_policy_forbids_it(page):
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert not attributes.get("href", "#").startswith(("http", "//")), tag
        assert tag != "link"
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "@import" not in page.style
    assert "url(" not in page.style


def test_the_drawing_code_is_there_once_and_the_cloud_button_is_off(page):
    assert sum(len(script) > 1_000_000 for script in page.scripts) == 1
    config = page.data["plot-config"]
    assert config["showSendToCloud"] is False
    assert config["displaylogo"] is False


def test_every_page_foot_carries_the_provenance(page, radfusion):
    foot = page.style[page.style.index("@bottom-left") :]
    plain = re.sub(r"\\([0-9a-f]{6})", lambda m: chr(int(m[1], 16)), foot)
    p = radfusion.provenance
    for needed in (p.digest[:12], p.config_digest[:12], p.version, p.created, "counts as published",
                   "fewer than 10 patients"):  # fmt: skip
        assert needed in plain
    assert "counter(page)" in foot
    assert "A4" in page.style


def test_full_digests_and_citation_are_in_the_text(page, radfusion):
    p = radfusion.provenance
    for needed in (p.digest, p.config_digest, p.citation, "RadFusion as published"):
        assert needed in page.text


def test_whoever_turned_suppression_off_is_named():
    rows = [("sex", "F", 3, 1, 1, 3), ("sex", "M", 30, 10, 10, 30)]
    audit = run_audit(counts_table(rows), settings(unsuppressed_by="Dr. Ada Example"))
    made = Page(render_html(audit))
    assert made.text.count("Dr. Ada Example") >= 3
    assert "Ada Example" in made.style


def test_the_summary_is_said_first(page, radfusion):
    for sentence in summarise(radfusion).sentences:
        assert sentence in page.text
    first = page.text.index(summarise(radfusion).sentences[0])
    assert first < page.text.index("2. Who was audited")


def test_all_18_gaps_are_in_the_tables(page, radfusion):
    cells = {cell for table in page.tables for row in table for cell in row}
    rows = radfusion.rows("gaps", metric="tpr", statistic="max_gap")
    assert len(rows) == 18
    for row in rows.itertuples():
        assert f"{row.estimate:.3f} [{row.low:.3f}, {row.high:.3f}]" in cells


def test_figures_have_a_sentence_a_table_and_both_widths(page):
    drawn = [a for t, a in page.elements if t == "div" and a.get("class") == "plot"]
    assert len(drawn) >= 8
    for place in drawn:
        assert place["role"] == "img"
        assert len(place["aria-label"].split()) > 6
        spec = page.data[f"{place['id']}-data"]
        assert spec["wide"]["layout"]["width"] == 660
        assert spec["narrow"]["layout"]["width"] < 390
    assert page.text.count("The numbers of this figure") == len(drawn)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))


def test_with_scores_there_are_curves_and_without_a_sentence(page, with_scores):
    assert "published counts do not hold" in page.text
    assert any("-roc-" in name for name in with_scores.data)
    assert any("calibration" in name for name in with_scores.data)
    assert any("crossed" in name for name in with_scores.data)


def test_hostile_names_stay_text():
    audit = run_audit(
        counts_table([("sex", EVIL, 30, 10, 10, 30), (EVIL, "M", 30, 10, 10, 30),
                      ("sex", "M", 20, 20, 10, 30), (EVIL, "F", 30, 10, 10, 30)]),
        settings(metrics=("tpr", "fpr")),
    )  # fmt: skip
    plain = Page(render_html(audit, title="Plain"))
    made = Page(render_html(audit, title=EVIL))
    assert len(made.scripts) == len(plain.scripts) == 2
    assert {t for t, _ in made.elements} == {t for t, _ in plain.elements}
    assert not any(name.startswith("on") for _, a in made.elements for name in a)
    assert EVIL in made.text
    assert "49" not in made.text.split("1. Summary in words")[0]


@pytest.mark.parametrize("text", ['"; } body { display: none', "\\", "\n}", "</style>", "a*/b"])
def test_a_css_string_cannot_be_left(text):
    made = str(css_string(text))
    assert made[0] == made[-1] == '"'
    assert not set(made[1:-1]) & set('"\n<>{}*/;') - set(";")
    back = re.sub(r"\\([0-9a-f]{6})", lambda m: chr(int(m[1], 16)), made[1:-1])
    assert back == text


def test_embedded_data_cannot_end_its_element():
    import json

    value = {"a": "</script><!--", "b": "&\u2028"}
    made = embed(json.dumps(value, ensure_ascii=False))
    assert json.loads(made) == value
    assert not set("<>&\u2028") & set(made)


def test_the_board_can_sign(page):
    sign = page.tables[-1]
    assert sign[0] == ["Name", "Role", "Decision", "Date", "Signature"]
    assert [row[1] for row in sign[1:]] == ["Clinical lead", "Data scientist", "Ethics board"]


def test_an_audit_read_back_from_json_reports_without_curves(hidden):
    from fairfuse_core.audit import Audit

    again = Page(render_html(Audit.from_json(hidden.to_json())))
    assert "No scores are at hand" in again.text
    assert not any(name.startswith("c1-") for name in again.data)
