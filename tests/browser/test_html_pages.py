"""HTML pages in a browser: every figure is the document's, every chart is its table's, and anyone can read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from optimizer.report.html.compare import comparison_html
from optimizer.report.html.forecast import forecast_html
from optimizer.report.html.plain import plain_html
from optimizer.report.html.plan import plan_html
from optimizer.report.html.replan import replan_html
from optimizer.report.html.rolling import rolling_html
from optimizer.report.plan_page import plan_page
from tests.browser import documents
from tests.browser.conftest import Open
from tests.browser.figures import (
    axe_findings,
    chart_faults,
    contrast_findings,
    figure_faults,
    is_too_wide,
    strange_words,
)
from tests.browser.odd_plans import MARKUP, ODD
from tests.unit.report.sample_plan import sample_plan

pytestmark = pytest.mark.usefixtures("drawn_once")

Document = Mapping[str, Any]
Read = Callable[[str], tuple[str, Document]]

KINDS: dict[str, tuple[Callable[[Document], str], Callable[[Path], Document]]] = {
    "plan": (plan_html, documents.planned),
    "compare": (comparison_html, documents.compared),
    "replan": (replan_html, documents.planned_again),
    "forecast": (forecast_html, documents.forecast),
    "rolling": (partial(rolling_html, "plan.json", "weeks.csv"), documents.rolled),
}
SLOW = {
    "owned machines": (plan_html, documents.planned_with_owned),
    "flagship": (plan_html, documents.flagship),
    "recommendation": (plan_html, documents.planned_with_pages),
}
MORE = {
    "large plan": (plan_html, lambda _: documents.plain(sample_plan().to_dict())),
    "pages": (plan_html, lambda _: ODD["pages"]()),
    "corrected": (replan_html, lambda folder: documents.with_broken_hours(documents.planned_again(folder))),
    "quiet weeks": (
        partial(rolling_html, "plan.json", "weeks.csv"),
        lambda folder: documents.with_quiet_weeks(documents.rolled(folder)),
    ),
    "cash flow": (comparison_html, lambda folder: documents.with_money_later(documents.compared(folder))),
}
#: A page without charts, of what the screen says.
PLAIN = {"screen": (lambda document: plain_html(plan_page(sample_plan()), document), lambda _: {})}
ALL = [*KINDS, *MORE, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The page of a kind and the document it is made of, made once."""
    made: dict[str, tuple[str, Document]] = {}

    def of(name: str) -> tuple[str, Document]:
        if name not in made:
            write, document = (KINDS | MORE | SLOW | PLAIN)[name]
            found = document(tmp_path_factory.mktemp("page"))
            made[name] = write(found), found
        return made[name]

    return of


@pytest.mark.parametrize("name", ALL)
def test_every_figure_is_the_documents(name: str, shown: Open, read: Read):
    """A second reading, in the browser: each figure is worked out again from the JSON and compared as it is rounded.

    A text with a digit in it that is no such figure is a text of the document, or one of few words of the page.
    """
    text, document = read(name)
    page = shown(text)
    assert page.evaluate("fleetopt.figures()") > 50
    assert figure_faults(page) == []
    days = documents.days_of(document) if name == "forecast" else set()
    assert [text for text in strange_words(page, document) if text not in days] == []
    assert json.loads(page.evaluate("document.getElementById('document').textContent")) == document


@pytest.mark.parametrize("name", ALL)
def test_every_mark_of_a_chart_is_as_long_as_its_figure(name: str, shown: Open, read: Read):
    """What a mark stands for is in the table under the chart, and all marks of a chart have one scale."""
    assert chart_faults(shown(read(name)[0])) == []


def test_a_wrong_figure_is_seen(shown: Open, read: Read):
    """The check above notices a figure that is one too high, one that is not known, and a mark that is too long."""
    page = shown(read("large plan")[0])
    page.evaluate("document.querySelector('.key [data-of]').textContent = '1,234'")
    assert len(figure_faults(page)) == 1
    page.evaluate("document.querySelectorAll('.key p, .key dt')[0].textContent = '17 %'")
    assert strange_words(page, read("large plan")[1]) == ["17 %"]
    page.evaluate("document.querySelector('svg.wide title').parentElement.setAttribute('d', 'M0,0h1v140h-1Z')")
    assert len(chart_faults(page)) == 1


@pytest.mark.parametrize("name", [*KINDS, "pages"])
def test_pages_are_accessible(name: str, shown: Open, read: Read):
    """The library axe finds nothing on any kind of page, on a phone and in dark colours neither."""
    text = read(name)[0]
    assert axe_findings(shown(text)) == []
    assert contrast_findings(shown(text, "phone", "dark")) == []


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_pages_fit_the_screen_and_ask_nothing_of_the_network(name: str, width: str, shown: Open, read: Read):
    """Nothing but the file is fetched, wide tables scroll in their own frame, and each chart is seen once."""
    page = shown(read(name)[0], width)
    assert page.asked == []  # type: ignore[attr-defined]
    assert not is_too_wide(page)
    visible = page.evaluate("[...document.querySelectorAll('svg')].filter((s) => s.checkVisibility()).length")
    assert visible == page.evaluate("document.querySelectorAll('figure').length") > 0
    assert page.evaluate("document.scripts.length") == 1


@pytest.mark.parametrize("name", [*ALL, "screen"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_nothing_that_is_seen_is_cut_or_lies_on_something(name: str, width: str, shown: Open, read: Read):
    """Tables that are not folded fit the screen, and labels of charts keep their distance."""
    page = shown(read(name)[0], width)
    assert page.evaluate("fleetopt.cut()") == []
    assert page.evaluate("fleetopt.crossing()") == 0


def test_what_is_cut_or_crosses_is_seen(shown: Open, read: Read):
    """The check above notices a table without cards on a phone, and a label that is moved onto another one."""
    page = shown(read("large plan")[0], "phone")
    page.evaluate("document.querySelector('#buy .cards').classList.remove('cards')")
    assert page.evaluate("fleetopt.cut()") == ["What to buy"]
    page.evaluate("document.querySelectorAll('svg.narrow text').forEach((label) => label.removeAttribute('transform'))")
    assert page.evaluate("fleetopt.crossing()") > 0


@pytest.mark.parametrize("name", KINDS)
def test_pages_print(name: str, shown: Open, read: Read):
    """A page prints on paper in light colours, whatever the screen has, and nothing is cut off at the right."""
    page = shown(read(name)[0], "desktop", "dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("name", ODD)
def test_odd_plans_have_pages(name: str, shown: Open):
    """Names that are markup stay text; long, many, none and unknown things neither break a page nor its figures."""
    document = ODD[name]()
    page = shown(plan_html(document), "phone")
    assert figure_faults(page) == []
    assert not is_too_wide(page)
    assert page.evaluate("[document.images.length, document.scripts.length, window.hit]") == [0, 1, None]
    assert json.loads(page.evaluate("document.getElementById('document').textContent")) == document
    words = page.evaluate("document.body.innerText")
    assert not set(words) & {"\x1b", "\u202e"}
    assert "undefined" not in words
    assert "NaN" not in words


def test_markup_in_a_name_is_shown_as_it_is_written(shown: Open):
    """The name of a service that is a script reads as that script."""
    page = shown(plan_html(ODD["markup"]()))
    assert MARKUP in page.evaluate("document.querySelector('#run tbody th').textContent")
