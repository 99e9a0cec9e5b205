"""HTML pages in a browser: every figure is the document's, every chart is its table's, and anyone can read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from optimizer import api
from optimizer.report.html.plan import plan_html
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

Document = Mapping[str, Any]


@cache
def _planned(name: str) -> Document:
    return json.loads(json.dumps(api.plan(name).to_dict()))


DOCUMENTS = {
    "plan": (plan_html, lambda: _planned("single-service")),
    "large plan": (plan_html, lambda: json.loads(json.dumps(sample_plan().to_dict()))),
}
KINDS = [name for name in DOCUMENTS if name != "large plan"]


@cache
def _page(name: str) -> tuple[str, Document]:
    write, document = DOCUMENTS[name]
    made = document()
    return write(made), made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_figure_is_the_documents(name: str, shown: Open):
    """A second reading, in the browser: each figure is worked out again from the JSON and compared as it is rounded.

    A text with a digit in it that is no such figure is a text of the document, or one of few words of the page.
    """
    text, document = _page(name)
    page = shown(text)
    assert page.evaluate("fleetopt.figures()") > 50
    assert figure_faults(page) == []
    assert strange_words(page, document) == []
    assert json.loads(page.evaluate("document.getElementById('document').textContent")) == document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_mark_of_a_chart_is_as_long_as_its_figure(name: str, shown: Open):
    """What a mark stands for is in the table under the chart, and all marks of a chart have one scale."""
    assert chart_faults(shown(_page(name)[0])) == []


def test_a_wrong_figure_is_seen(shown: Open):
    """The check above notices a figure that is one too high, one that is not known, and a mark that is too long."""
    page = shown(_page("plan")[0])
    page.evaluate("document.querySelector('.key [data-of]').textContent = '1,234'")
    assert len(figure_faults(page)) == 1
    page.evaluate("document.querySelectorAll('.key p, .key dt')[0].textContent = '17 %'")
    assert strange_words(page, _page("plan")[1]) == ["17 %"]
    page.evaluate("document.querySelector('svg.wide title').parentElement.setAttribute('d', 'M0,0h1v140h-1Z')")
    assert len(chart_faults(page)) == 1


@pytest.mark.parametrize("name", KINDS)
def test_pages_are_accessible(name: str, shown: Open):
    """The library axe finds nothing on any kind of page, on a phone and in dark colours neither."""
    text = _page(name)[0]
    page = shown(text)
    assert axe_findings(page) == []
    page.emulate_media(color_scheme="dark")
    assert contrast_findings(page) == []
    phone = shown(text, "phone", "dark")
    assert contrast_findings(phone) == []


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_pages_fit_the_screen_and_ask_nothing_of_the_network(name: str, width: str, shown: Open):
    """Nothing but the file is fetched, wide tables scroll in their own frame, and each chart is seen once."""
    page = shown(_page(name)[0], width)
    assert page.asked == []  # type: ignore[attr-defined]
    assert not is_too_wide(page)
    visible = page.evaluate("[...document.querySelectorAll('svg')].filter((s) => s.checkVisibility()).length")
    assert visible == page.evaluate("document.querySelectorAll('figure').length") > 0
    assert page.evaluate("document.scripts.length") == 1


@pytest.mark.parametrize("name", KINDS)
def test_pages_print(name: str, shown: Open):
    """A page prints on paper in light colours, whatever the screen has, and nothing is cut off at the right."""
    page = shown(_page(name)[0], "desktop", "dark")
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
