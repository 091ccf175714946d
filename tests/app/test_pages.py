"""Every page opens on the bundled data, says what it should and shows no exception."""

import pytest

from tests.app.tools import PAGES, cells, charts, go, healthy, words


def test_headline_of_radfusion_in_words(app):
    assert healthy(app)
    assert (
        "None of the 18 gaps in sensitivity is distinguishable from zero at the 5 % level "
        "(smallest p = 0.14, before any adjustment)." in words(app)
    )


@pytest.mark.parametrize("page", PAGES)
def test_page_opens(app, page):
    go(app, page)
    assert healthy(app)
    assert app.title[0].value.lower() == page
    assert len(app.sidebar.selectbox) >= 3


def test_overview_shows_the_18_gaps_of_the_paper(app):
    shown = [cell.replace("\\", "") for cell in cells(app)]
    printed = ["0.052", "0.116", "0.059", "0.158", "0.009", "0.030", "0.080", "0.048", "0.016"]
    for gap in printed:
        assert any(cell.startswith(f"{gap} [") for cell in shown), gap


def test_every_chart_and_table_has_a_description(app):
    for page in ("overview", "subgroups", "compare"):
        go(app, page)
        assert charts(app)
        for _, alt in charts(app):
            assert len(alt) > 20
        for table in app.table:
            assert table.proto.alt


def test_counts_say_what_they_cannot_tell(app):
    assert "Moving the threshold is not available" in words(go(app, "thresholds"))
    assert "Crossing attributes is not available" in words(go(app, "intersections"))
    assert "The paired test is not available" in words(go(app, "compare"))


def test_radar_stands_beside_forest_and_table(app):
    go(app, "subgroups")
    kinds = [{trace["type"] for trace in spec["data"]} for spec, _ in charts(app)]
    assert any("scatterpolar" in kind for kind in kinds)
    assert any(kind == {"scatter"} for kind in kinds)
    assert any("by group of Gender" in table.proto.alt for table in app.table)


def test_choices_are_shared_by_all_pages(app):
    app.sidebar.selectbox(key="metric").set_value("fpr").run()
    app.sidebar.multiselect(key="models").set_value(["EHR only"]).run()
    go(app, "subgroups")
    assert "Gaps in false-alarm rate (FPR)" in words(app)
    assert app.sidebar.multiselect(key="models").value == ["EHR only"]
    assert "Multimodal" not in " ".join(cells(app))


def test_link_reopens_the_view(opened):
    linked = opened(metric="Specificity (TNR)", target="Without subsegmental only")
    assert healthy(linked)
    assert linked.sidebar.selectbox(key="metric").value == "tnr"
    assert linked.sidebar.selectbox(key="target").value == "Without subsegmental only"


def test_impossible_link_falls_back_to_the_default(opened):
    linked = opened(metric="Nonsense", data="Your table")
    assert healthy(linked)
    assert linked.sidebar.selectbox(key="metric").value == "tpr"
    assert linked.sidebar.selectbox(key="data").value == "radfusion"


def test_methods_show_every_metric(app):
    from fairfuse_core.audit.metrics import METRICS

    said = words(go(app, "methods"))
    for card in METRICS.values():
        assert f"#### {card.title}" in said
        assert card.symbol in said
        assert " ".join(card.citation.split()) in said
