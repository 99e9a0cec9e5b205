"""One result in JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain.json_document import json_text
from optimizer.report.csv_table import csv_text
from optimizer.report.formats import Format
from optimizer.report.markdown import page_markdown
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.plan_page import plan_report
from optimizer.report.report import render


def test_json_holds_the_plan_and_nothing_else(plan):
    """Read back, it equals the plan's own document with tuples as lists."""
    text = render(plan_report(plan), Format.JSON)
    assert json.loads(text) == json.loads(json.dumps(plan.to_dict()))
    assert text.endswith("}\n")
    assert list(json.loads(text))[:3] == ["format", "status", "stopped_by"]


@pytest.mark.parametrize("format_", list(Format))
def test_the_same_plan_gives_the_same_text(plan, format_):
    """Rendering is a function: no clock, no order of sets."""
    assert render(plan_report(plan), format_) == render(plan_report(plan), format_)


def test_json_refuses_numbers_that_json_does_not_know(plan):
    """NaN and infinity would break every strict reader."""
    broken = plan.replace(objective=dataclasses.replace(plan.objective, gap=math.inf))
    with pytest.raises(ValueError, match="not JSON compliant"):
        render(plan_report(broken), Format.JSON)


def test_json_keeps_letters_as_they_are():
    """Names outside ASCII stay readable."""
    assert json_text({"name": "Zürich"}) == '{\n  "name": "Zürich"\n}\n'


def test_csv_is_the_bill_line_by_line(plan):
    """Every line of the bill with unrounded numbers, adding up to the total."""
    rows = list(csv.DictReader(io.StringIO(render(plan_report(plan), Format.CSV))))
    assert len(rows) == len(plan.cost.lines)
    assert math.fsum(float(row["amount"]) for row in rows) == pytest.approx(plan.objective.total, abs=0.01)
    assert all(float(row["quantity"]) * float(row["unit_price"]) == pytest.approx(float(row["amount"])) for row in rows)


STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0=", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.parametrize("start", STARTS)
def test_csv_text_is_never_a_formula(start):
    """A cell that a spreadsheet would run gets an apostrophe, in the header too; a negative number stays a number."""
    formula = f"{start}1+cmd|' /C calc'!A0"
    text = csv_text((formula, "amount"), [(formula, -12.5)])
    for cell, _ in csv.reader(io.StringIO(text, newline="")):
        assert cell.startswith("'")
    assert float(list(csv.reader(io.StringIO(text, newline="")))[1][1]) == -12.5


def test_csv_text_is_no_formula_behind_a_semicolon():
    """A spreadsheet set to semicolons splits there, whatever the quotes say; other semicolons stay as they are."""
    text = csv_text(("n",), [("list; =1+1",), ("a;-2;b; c",), ("plain; text",)])
    assert [row[0] for row in csv.reader(io.StringIO(text))][1:] == ["list; '=1+1", "a;'-2;b; c", "plain; text"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, "-5"), (1e-30, "1e-30"), (0.1, "0.1"), (10**18, "1000000000000000000"), (np.float64(-0.5), "-0.5"),
        (np.int64(-3), "-3"), (True, "true"), (None, ""), ("-5", "-5"), ("+1.5e3", "+1.5e3"), ("-5x", "'-5x"),
        ("-1+1", "'-1+1"), ("1-1", "1-1"), ("", ""),
    ],
)  # fmt: skip
def test_csv_numbers_are_numbers(value, cell):
    """In full and without an apostrophe, also those of numpy and those that are text."""
    assert list(csv.reader(io.StringIO(csv_text(("a", "b"), [(value, "x")]))))[1] == [cell, "x"]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["C"])), st.floats(allow_nan=False), st.none() | st.booleans()
        ),
        max_size=5,
    )
)
def test_csv_reads_back(rows):
    """Any text and any number comes back, but for apostrophes, and no text as a formula."""
    read = list(csv.reader(io.StringIO(csv_text(("t", "n", "b"), rows), newline="")))[1:]
    for (text, number, flag), (cell, figure, mark) in zip(rows, read, strict=True):
        assert cell.replace("'", "") == text.replace("'", "")
        assert not cell.lstrip().startswith(("=", "@")) and (cell[:1] not in ("+", "-") or float(cell) is not None)
        assert float(figure) == number
        assert mark == {None: "", True: "true", False: "false"}[flag]


def test_markdown_tables_survive_any_name():
    """Pipes, stars and tags of a name stay text; pictures are left out; notes get a column."""
    table = Table("T", (Column("n|m", untitled=True), Column("pic", bar=True)), (Row(("a|b *c* <d>", "███"), ("e",)),))
    text = page_markdown(Page(("x_y",), (table, Facts("F", (("one",), ("two",))), Facts("G", (("h", "i"),)))))
    assert text == (
        "# x\\_y\n\n## T\n\n| n\\|m | notes |\n| --- | --- |\n| a\\|b \\*c\\* \\<d\\> | e |\n\n"
        "**F**\n\n- one\n- two\n\n**G:** h · i\n"
    )


def test_markdown_rows_have_as_many_cells_as_titles(plan):
    """Every table line of a plan has the same number of cells as its header."""
    for block in render(plan_report(plan), Format.MARKDOWN).split("\n\n"):
        counts = {line.replace("\\|", "").count("|") for line in block.splitlines() if line.startswith("|")}
        assert len(counts) <= 1
