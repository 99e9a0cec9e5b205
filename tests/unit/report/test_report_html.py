"""Formulas over a document, figures as they are written, and markup that stays text."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from optimizer.report.formats import Format
from optimizer.report.html.charts import Hours, Series, beside_bars, ranges
from optimizer.report.html.formula import path, value_of
from optimizer.report.html.lines import band_hours, day_line, month_lines
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.page import LONGEST_DOCUMENT, page
from optimizer.report.html.places import step_lines
from optimizer.report.html.sheet import Sheet
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.plan_page import plan_report
from optimizer.report.report import Records, Report, render
from tests.unit.report.sample_plan import sample_plan

ACCENT = "var(--accent)"
DOCUMENT = {
    "total": 1200.0,
    "power": None,
    "by": {"a.b": 3.0, "": 4.0},
    "rows": [
        {"kind": "x", "place": "p", "counts": [1, 2, 3], "rate": 0.5},
        {"kind": "y", "place": "p", "counts": [5, 0, 1], "rate": 0.25},
        {"kind": "x", "place": "q", "counts": [0, 4, 0], "rate": 0.125},
    ],
    "hours": [10.0, 1.0, 2.0],
}
X_COUNTS = path("rows", {"kind": "x"}, "counts")


@pytest.mark.parametrize(
    ("formula", "worth"),
    [
        (7, 7),
        (path("total"), 1200.0),
        (path("by", "a.b"), 3.0),
        (path("rows", 1, "counts", 0), 5),
        (["sum", path("by", None)], 7.0),
        (["sum", path("rows", {"kind": "x", "place": "q"}, "rate")], 0.125),
        (["sum", path("rows", {"kind": "none"}, "rate")], 0.0),
        (["cols", X_COUNTS], [1, 6, 3]),
        (["cols", ["whole", X_COUNTS, 2]], [1, 3, 2]),
        (["max", ["cols", path("rows", None, "counts")]], 6),
        (["min", ["cols", path("rows", None, "counts")]], 4),
        (["at", ["cols", X_COUNTS], 2], 3),
        (["dot", ["cols", X_COUNTS], path("hours")], 22.0),
        (["count", path("rows", {"place": "p"})], 2),
        (["max", path("rows", {"kind": "none"}, "rate")], 0),
        (["-", ["*", path("total"), 2], ["+", 1, 2, 3]], 2394.0),
        (["/", path("total"), 0], None),
        (["*", path("power"), 2], None),
        (["/", 1, ["/", path("total"), 0]], None),
    ],
)
def test_formulas_come_to_what_they_say(formula, worth):
    """Each operation by hand over three rows; what is divided by nothing, or made of what is unknown, is unknown."""
    assert value_of(DOCUMENT, formula) == worth


@pytest.mark.parametrize(
    ("formula", "how", "text"),
    [
        (1234.5678, {"digits": 2}, "1,234.57"),
        (-0.2, {}, "0"),
        (0.00160049, {"significant": 3}, "0.00160"),
        (5.0, {"signed": True}, "+5"),
        (-5.0, {"signed": True}, "-5"),
        (0.1201, {"digits": 1, "up": True}, "0.2"),
        (3.0, {"unit": " ms"}, "3\u00a0ms"),
        (path("power"), {}, "unknown"),
    ],
)
def test_figures_are_written_with_their_formula(formula, how, text):
    """Thousands, signs, digits and units; never minus nothing; what is not known says so."""
    written = Sheet(DOCUMENT).figure(formula, **how)
    assert written.endswith(f">{text}</span>")
    assert 'data-of="' in written


def test_a_column_adds_up_as_it_is_shown():
    """Three thirds of 100 are shown as 34, 33 and 33."""
    cells, total = Sheet(DOCUMENT).column([["/", 100, 3]] * 3)
    assert [cell.split(">")[1].split("<")[0] for cell in (*cells, total)] == ["34", "33", "33", "100"]


def test_paths_of_a_part_begin_there():
    """The same page of a plan is made from a document that holds the plan in a part of itself."""
    sheet = Sheet({"plan": DOCUMENT}).under("plan")
    assert sheet.path("total") == path("plan", "total")
    assert sheet.at("rows", 0, "kind") == "x"
    assert sheet.value(sheet.path("total")) == 1200.0


def test_text_is_escaped_and_markup_is_not():
    """Names from files are text: tags, quotes and control characters do nothing."""
    assert tag("b", "<i>&", title='"><x', hidden=True) == '<b title="&quot;&gt;&lt;x" hidden>&lt;i&gt;&amp;</b>'
    assert joined("a\x1b[31m\u202e<", Html("<br>")) == "a?[31m?&lt;<br>"


def test_a_document_that_is_too_long_is_left_out():
    """The page then says so, and holds no half of it."""
    long = page("Kind", "title", [], [], {"text": "x" * LONGEST_DOCUMENT})
    assert len(long) < 20_000
    assert "too long to be part of this page" in long
    assert "<script" not in long
    assert "is part of this page" in page("Kind", "title", [], [], {"text": "</script>"})


def test_the_same_plan_gives_the_same_page():
    """Charts are drawn without names that count up, so that two runs differ in nothing."""
    report = plan_report(sample_plan())
    first = render(report, Format.HTML)
    assert first == render(report, Format.HTML)
    assert first.count("<svg") == 2 * first.count("<figure>") > 0
    assert first.endswith("</html>\n")


def test_bill_sums_in_the_page_are_those_of_the_plan():
    """The sum of the bill on the page is the plan's total a month, to the cent it is rounded to."""
    plan = sample_plan()
    text = render(plan_report(plan), Format.HTML)
    a_month = sum(line.amount for line in plan.cost.lines) / (plan.objective.horizon_hours / 730.0)
    assert f">{a_month:,.0f}</span>" in text.split(">The bill by category<")[1].split("</tfoot>")[0]


def test_other_results_are_pages_without_charts():
    """Facts, tables, notes and remarks, all escaped; pictures made of letters are left out."""
    shown = Page(
        ("na<me", "about"),
        (
            Facts("Total", (("USD 1", "<b>"),), "bad"),
            Table("Rows", (Column("n"), Column("v", right=True), Column("p", bar=True)),
                  (Row(("a", "1", "█"), ("x",)),), Row(("sum", "1", "")), ("remark",)),
        ),
    )  # fmt: skip
    report = Report(page=lambda: shown, document=lambda: {"a": 1}, records=lambda: Records((), ()))
    text = render(report, Format.HTML)
    assert "<h1>na&lt;me</h1>" in text
    assert '<p class="bad">USD 1 · &lt;b&gt;</p>' in text
    assert "█" not in text
    assert json.loads(text.split('id="document">')[1].split("</script>")[0]) == {"a": 1}


def _points(svg: str, colour: str) -> list[tuple[float, float]]:
    """Corners of the line of a colour in the first drawing."""
    found = re.search(rf'<path d="([^"]+)"[^>]*stroke="{re.escape(colour)}"', svg.split("</svg>", maxsplit=1)[0])
    assert found is not None
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+),([-\d.]+)", found[1])]


def _straight(values: list[float], lengths: list[float]) -> None:
    """Each length is the same multiple of its value, to within half a pixel, measured from the first."""
    scale = (lengths[-1] - lengths[0]) / (values[-1] - values[0])
    for value, length in zip(values, lengths, strict=True):
        assert abs(lengths[0] + scale * (value - values[0]) - length) < 0.5


def test_lines_run_through_their_values():
    """The corners of a line by day, by hour and by month are as high as the values, in their order."""
    daily = [100.0, 400.0, 250.0, 300.0, 50.0]
    _straight(daily, [y for _, y in _points(day_line("x", [f"2026-03-0{n}" for n in range(1, 6)], daily), ACCENT)])
    hours = Hours(("day",) * 24, tuple(range(24)))
    mid = [float((7 * hour) % 24 + hour) for hour in range(24)]
    band = {"low": [0.5 * v for v in mid], "mid": mid, "high": [1.5 * v for v in mid], "mean": [0.8 * v for v in mid]}
    _straight(mid, [y for _, y in _points(band_hours("x", hours, band), ACCENT)])
    monthly = [10.0, 12.0, 30.0, 31.0]
    points = _points(month_lines("x", [Series("a", "var(--s0)", monthly)]), "var(--s0)")
    _straight(monthly, [y for _, y in points])
    _straight([0.0, 1.0, 2.0, 3.0], [x for x, _ in points])


def test_columns_with_nothing_in_them_are_left_out():
    """As on the screen; the first one names the rows and stays."""
    columns = (Column(""), Column("empty"), Column("full"))
    shown = Page(("t",), (Table("Rows", columns, (Row(("", "", "1")), Row(("", "", ""))), Row(("sum", "", "1"))),))
    report = Report(page=lambda: shown, document=dict, records=lambda: Records((), ()))
    text = render(report, Format.HTML)
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', text) == ["", "full"]


def _bars(svg: str, colour: str) -> list[tuple[float, float]]:
    """Left end and length of the bars of a colour in the first drawing, from top to bottom."""
    first = svg.split("</svg>", maxsplit=1)[0]
    found = re.findall(rf'<path d="M([-\d.]+),[-\d.]+h([-\d.]+)v[^"]*"[^>]*fill="{re.escape(colour)}"', first)
    return [(float(left), float(length)) for left, length in found]


def test_ranges_reach_from_low_to_high():
    """Bars begin and end at their values, on one scale that need not begin at nothing."""
    spans = [(9_000.0, 10_000.0, 12_000.0), (13_000.0, 13_500.0, 15_000.0)]
    bars = _bars(ranges("x", ["a", "b"], spans), "var(--s4)")
    ends = [end for left, length in bars for end in (left, left + length)]
    _straight([value for low, _, high in spans for value in (low, high)], ends)


def test_bars_beside_each_other_are_as_long_as_their_values():
    """Both series of a chart are on one scale that begins at nothing."""
    series = [Series("a", "var(--pale)", [100.0, 300.0]), Series("b", "var(--accent)", [250.0, 50.0])]
    drawn = beside_bars("x", ["one", "two"], series)
    lengths = [length for colour in ("var(--pale)", ACCENT) for _, length in _bars(drawn, colour)]
    _straight([0.0, 100.0, 300.0, 250.0, 50.0], [0.0, *lengths])


def test_steps_stay_from_one_place_to_the_next():
    """Each value holds over the whole of its place, and dots lie in the middle of theirs, on the second line."""
    series = [Series("kept", "var(--quiet)", [5.0, 5.0, 5.0]), Series("new", ACCENT, [8.0, 9.0, 4.0])]
    drawn = step_lines("x", ["a", "b", "c"], series, [1], "var(--s5)")
    points = _points(drawn, ACCENT)
    widths = [x for x, _ in points]
    assert widths == sorted(widths)
    heights = [y for n, (_, y) in enumerate(points) if n == 0 or y != points[n - 1][1]]
    _straight([8.0, 9.0, 4.0], heights)
    dot = re.search(r'<path transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*fill="var\(--s5\)"', drawn)
    assert dot is not None
    assert abs(float(dot[2]) - heights[1]) < 0.5
    _straight([0.0, 1.5, 3.0], [widths[0], float(dot[1]), widths[-1]])


def test_a_day_of_which_nothing_is_known_breaks_the_line():
    """It is not drawn as if there had been requests, nor as if there had been none."""
    drawn = day_line("x", ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"], [1, 2, None, 4, 5])
    line = re.search(rf'<path d="([^"]+)"[^>]*stroke="{re.escape(ACCENT)}"', drawn)
    assert line is not None
    assert line[1].count("M") == 2


def test_help_loads_no_charts():
    """Nothing of a page, and no library of charts, is loaded before a page is asked for."""
    code = (
        "import sys, optimizer.cli.main, optimizer.report.plan_page;"
        "print([name for name in sys.modules if name == 'vl_convert' or name.startswith('optimizer.report.html')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
