"""What is asked of a page in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

SCRIPTS = ((Path(__file__).parent / "figures.js").read_text(encoding="utf-8"),)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: Neither what is inside a picture, nor folded tables, which are made like those that are not.
LOOKED_AT = "{exclude: ['svg *', 'details.data .scroll']}"
#: Words of the pages that have digits in them and are no figures.
WORDS = re.compile(
    r"[Pp]er 1,000 requests|1 year|3 years|10 % more.*|p\d+|(.* )?\d\d h|month \d+|fleetopt .*|[0-9a-f]{12}",
)


def figure_faults(page: Page) -> list[str]:
    """Figures that are not what the document says."""
    return list(page.evaluate("fleetopt.faults()"))


def strange_words(page: Page, document: Mapping[str, Any]) -> list[str]:
    """Texts with digits that are neither figures nor texts of the document nor words of the page."""
    texts = {re.sub(r"\s+", " ", text).strip() for text in _texts(document)}
    known = texts | {text.replace("/", " ", 1) for text in texts}
    longest_first = sorted((text for text in known if re.search(r"\d", text)), key=len, reverse=True)
    return [text for text in page.evaluate("fleetopt.words()") if not _is_known(text, longest_first)]


def _is_known(text: str, known: Sequence[str]) -> bool:
    left = re.sub(r"\s+", " ", text)
    if WORDS.fullmatch(left) or left in known:
        return True
    for piece in known:
        if re.search(r"[^\W\d]", piece):  # a bare number of the document excuses no number of the page
            left = left.replace(piece, "")
    return WORDS.fullmatch(left) is not None or not re.search(r"\d", left)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            if key == "percentile":  # 0.995 is called p99.5
                yield f"p{round(100.0 * item, 6):g}"
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def axe_findings(page: Page) -> list[str]:
    """Findings of axe, each with the first place it is found at."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run({LOOKED_AT}, {{resultTypes: ['violations']}})")
    return [f"{item['impact']} {item['id']}: {item['nodes'][0]['html'][:200]}" for item in found["violations"]]


def contrast_findings(page: Page) -> list[str]:
    """Texts that are too faint on what is behind them, in the colours that the page has now."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run({LOOKED_AT}, {{runOnly: ['color-contrast'], resultTypes: ['violations']}})")
    return [node["html"][:200] for item in found["violations"] for node in item["nodes"]]


def chart_faults(page: Page) -> list[str]:
    """Marks that have no figure or say another one, and those that are not as long as it, to within a pixel."""
    charts: dict[int, list[dict[str, Any]]] = {}
    for mark in page.evaluate("fleetopt.marks()"):
        charts.setdefault(mark["chart"], []).append(mark)
    found = [m["title"] for marks in charts.values() for m in marks if m["value"] is None or m["wrong"]]
    return found or [fault for marks in charts.values() for fault in _out_of_proportion(marks)]


def _out_of_proportion(marks: list[dict[str, Any]]) -> list[str]:
    """Bars stand or lie: the better of the two readings counts."""
    readings = []
    for length in ("height", "width"):
        scale = median(mark[length] / abs(mark["value"]) for mark in marks if mark["value"])
        off = [m for m in marks if abs(m[length] - scale * abs(m["value"])) > 1.0]
        readings.append([f"{m['title']}: {m[length]:.1f} long for {m['value']}" for m in off])
    return min(readings, key=len)


def is_too_wide(page: Page) -> bool:
    """Whether the page as a whole must be moved sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
