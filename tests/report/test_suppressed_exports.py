"""Nobody gets a hidden group's numbers out of an export, not even by solving for them."""

import io
import json
import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from fairfuse_core.report import csv_tables
from tests.report.conftest import HIDDEN

DIGIT = re.compile(r"\d")


def _exported(audit, how):
    """The published groups and overall frames, read from the export's text alone."""
    if how == "csv":
        made = csv_tables(audit)
        read = {
            k: pd.read_csv(io.StringIO(made[f"{k}.csv"])) for k in ("groups", "by_group", "overall")
        }
    else:
        plain = json.loads(audit.to_json())
        frames = plain.get("frames", plain)
        read = {k: pd.DataFrame(frames[k]) for k in ("groups", "by_group", "overall")}
    return read


def _published(read, quantity):
    """(attribute, group) to a published count of one model, and the total of everyone."""
    if quantity in {"n", "n_positive"}:
        rows, overall = read["groups"], read["overall"]
        rows = rows[rows["model"] == "first"]
    else:
        rows, overall = read["by_group"], read["overall"]
        rows = rows[(rows["model"] == "first") & (rows["metric"] == quantity)]
        overall = overall[overall["metric"] == quantity]
    column = quantity if quantity in {"n", "n_positive"} else "numerator"
    total = overall[overall["model"] == "first"][column].dropna().iloc[0]
    return {(r["attribute"], r["group"]): r[column] for r in rows.to_dict("records")}, float(total)


def _range(known, total, genders, races, wanted):
    """Least and greatest value of a hidden count that fits all that is published."""
    cells = list(product(genders, races))

    def row(attribute, group):
        parts = set(group.split(" × "))
        return [float(parts <= {g, r}) for g, r in cells]

    equations, values = [np.ones(len(cells))], [total]
    for (attribute, group), count in known.items():
        if not np.isnan(count):
            equations.append(row(attribute, group))
            values.append(count)
    goal = np.array(row(*wanted))
    ends = []
    for sign in (1, -1):
        found = linprog(sign * goal, A_eq=np.array(equations), b_eq=values, bounds=(0, None))
        assert found.success
        ends.append(sign * found.fun)
    return ends


@pytest.mark.parametrize("how", ["csv", "json"])
@pytest.mark.parametrize("quantity", ["n", "n_positive", "tpr", "selection_rate", "accuracy"])
def test_no_hidden_count_follows_from_published_ones(hidden, how, quantity):
    read = _exported(hidden, how)
    known, total = _published(read, quantity)
    genders = sorted({g for a, g in known if a == "gender"})
    races = sorted({g for a, g in known if a == "race"})
    concealed = [key for key, count in known.items() if np.isnan(count)]
    assert ("race", HIDDEN) in concealed
    for key in concealed:
        low, high = _range(known, total, genders, races, key)
        assert high - low >= 2, f"{quantity} of {key} lies in [{low}, {high}]"


def test_the_attack_works_where_nothing_protects(hidden):
    # The same solver finds a count that is missing alone: the test above can fail.
    known = {("race", "A"): 10.0, ("race", "B"): np.nan, ("gender", "F"): 8.0, ("gender", "M"): 7.0}
    low, high = _range(known, 15.0, ["F", "M"], ["A", "B"], ("race", "B"))
    assert low == pytest.approx(5)
    assert high == pytest.approx(5)


@pytest.mark.parametrize("how", ["csv", "json"])
def test_rows_of_hidden_groups_hold_no_number(hidden, how):
    read = _exported(hidden, how)
    rows = read["by_group"]
    concealed = rows[rows["suppressed"].astype(bool)]
    assert len(concealed)
    for name in ("estimate", "low", "high", "n", "n_positive", "numerator", "denominator", "pooled",
                 "pooled_low", "pooled_high"):  # fmt: skip
        assert concealed[name].isna().all(), name


def test_thresholds_of_hidden_groups_are_not_exported(hidden_thresholds):
    points = pd.read_csv(io.StringIO(csv_tables(hidden_thresholds)["operating_points.csv"]))
    own = points[points["group"].str.contains(HIDDEN)]
    assert own[["threshold", "tpr", "fpr", "harm_benefit"]].isna().all(axis=None)


@pytest.fixture
def page(hidden_page):
    return hidden_page


def test_no_table_row_of_the_report_shows_a_number_of_a_hidden_group(page):
    seen = 0
    for table in page.tables:
        for row in table:
            if any(cell == HIDDEN or cell.endswith(f"× {HIDDEN}") for cell in row[:2]):
                seen += 1
                cells = [c for c in row if HIDDEN not in c]
                assert not any(DIGIT.search(c) for c in cells), row
    assert seen > 5


def test_no_column_of_the_report_shows_a_number_of_a_hidden_group(page):
    seen = 0
    for table in page.tables:
        for at, name in enumerate(table[0] if table else []):
            if HIDDEN in name.split("\n")[0]:
                seen += 1
                for row in table[1:]:
                    assert not DIGIT.search(re.sub(r"\(\d+\)", "", row[at])), row
    assert seen


def _strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


def test_no_figure_carries_a_number_of_a_hidden_group(page):
    seen = 0
    for name, data in page.data.items():
        for text in _strings(data):
            if HIDDEN in text:
                seen += 1
                rule = text.replace("fewer than 10 patients", "")
                plain = re.sub(r"<[^>]*>|n = [\d,]+", "", rule)
                assert not re.search(rf"{HIDDEN}[^;.]*\d", plain), (name, text)
    assert seen
