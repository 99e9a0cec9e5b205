"""Charts in text: every point where it belongs, nothing outside its frame."""

from __future__ import annotations

import pytest

from optimizer.report.html.plain import plain_html
from optimizer.report.markdown import page_markdown
from optimizer.report.page import Column, Page, Row, Table
from optimizer.report.plot import BAND_CELLS, Plot, in_band


def test_a_band_reaches_as_far_down_as_up():
    """On the curve in the middle, at either edge at the ends, beyond them at the ends too; logarithmic."""
    middle = BAND_CELLS // 2
    assert in_band(0.2, 1.0).index("●") == middle
    assert in_band(0.2, 1.2).index("●") == BAND_CELLS - 1
    assert in_band(0.2, 1 / 1.2).index("●") == 0
    assert in_band(0.2, 9.0, 0.01) == "○" + "─" * (middle - 1) + "│" + "─" * (middle - 1) + "●"
    assert in_band(0.44, 1.2).index("●") == middle + middle // 2


def test_a_plot_has_its_points_at_their_places():
    """Batches 1, 10 and 100 at the left, in the middle and at the right; the slowest at the top."""
    plot = Plot([1.0, 10.0, 100.0], [1.0, 10.0, 100.0], lambda batch: batch, width=21, height=5)
    lines = [line for _, line in plot.lines()]
    assert [value for value, _ in plot.lines()] == pytest.approx([100.0, 31.6, 10.0, 3.16, 1.0], rel=1e-2)
    assert (lines[0][20], lines[2][10], lines[4][0]) == ("●", "●", "●")
    assert all(len(line) == 21 for line in lines)
    assert plot.axis().startswith("1 ─")
    assert plot.axis().endswith("─ 100")
    assert len(plot.axis()) == 21


def test_a_flat_curve_is_drawn():
    """Equal service times have no range to scale by."""
    lines = [line for _, line in Plot([1.0, 2.0], [3.0, 3.0], lambda _: 3.0, width=5, height=3).lines()]
    assert lines[-1] == "●+++●"


def test_markdown_and_html_leave_a_chart_out():
    """A table of nothing but pictures is no table there."""
    chart = Table("Chart", (Column("chart", bar=True),), (Row(("●++",)),))
    assert page_markdown(Page(("title",), (chart,))) == "# title\n"
    assert "●" not in str(plain_html(Page(("title",), (chart,)), {}))
