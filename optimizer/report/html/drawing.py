"""Charts as static SVG: Vega-Lite draws them when the page is made, the page's own colours paint them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

from optimizer.report.html.markup import Html, safe, tag

Spec = dict[str, Any]

#: Widths that a chart is drawn for: beside the heading of its section, and on a phone.
WIDE, NARROW = 980, 340
#: Room for the labels of the vertical axis and the edge.
AXIS_ROOM = 46
#: Stands in the text of a mark, between its place and its series.
TIP = " · "
QUIET, LINE = "var(--quiet)", "var(--line)"

_CONFIG: Spec = {
    "background": None,
    "padding": 2,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET, "titleColor": QUIET, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
        "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "labelLimit": 180,
    },
    "header": {"labelColor": QUIET, "labelFontSize": 11, "labelAnchor": "start", "labelPadding": 4, "title": None},
}  # fmt: skip

#: A mark with a text for it, and an attribute that has no sense in a picture.
_MARK = re.compile(r'<path aria-label="([^"]*)" role="[^"]*" aria-roledescription="[^"]*"([^>]*)/>')
_ROLES = re.compile(r' (?:role|aria-[a-z]+|class|font-family|pointer-events|stroke-miterlimit)="[^"]*"')
_NOTHING = re.compile(r'<path d=""[^>]*/>|<path d="M0,0h0v0h0Z"[^>]*/>|<path[^>]* d="" display="none"/>')
_FIRST = re.compile(r"<svg[^>]*viewBox=\"([^\"]*)\"[^>]*>")


def chart(label: str, spec: Callable[[int], Spec]) -> Html:
    """Return a chart, drawn once for wide screens and once for phones.

    Parameters
    ----------
    label
        What it shows, for those who do not see it; its data stand in a table of the page.
    spec
        Vega-Lite for a width, `WIDE` or `NARROW`.
    """
    drawings = [_svg(spec(width), label, kind) for width, kind in ((WIDE, "wide"), (NARROW, "narrow"))]
    return tag("figure", *drawings)


def _svg(spec: Mapping[str, Any], label: str, kind: str) -> Html:
    import vl_convert

    text = vl_convert.vegalite_to_svg({**spec, "config": _CONFIG}, allowed_base_urls=[])
    box = _FIRST.match(text)
    inner = text[box.end() if box else 0 :].removesuffix("</svg>")
    inner = _MARK.sub(_with_title if kind == "wide" else r"<path\2/>", inner)
    inner = _NOTHING.sub("", _ROLES.sub("", inner))
    while "<g></g>" in inner:
        inner = inner.replace("<g></g>", "")
    view = box.group(1) if box else f"0 0 {WIDE} {WIDE}"
    return Html(f'<svg class="{kind}" viewBox="{view}" role="img" aria-label="{safe(label)}">{inner}</svg>')


def _with_title(mark: re.Match[str]) -> str:
    """What a mark stands for is shown where the pointer rests on it; a line stands for no single thing."""
    if TIP not in mark[1]:
        return f"<path{mark[2]}/>"
    return f"<path{mark[2]}><title>{safe(unescape(mark[1]))}</title></path>"
