"""The page around its parts: head, style, the document itself, and what made it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from optimizer.report.html.markup import Html, between, joined, tag

#: A document longer than this many characters is not repeated in the page.
LONGEST_DOCUMENT = 3_000_000
_KEPT = "The document that every figure comes from is part of this page: the script element “document”."
_LEFT_OUT = "The document that every figure comes from is too long to be part of this page: --format json writes it."


def page(
    kind: str,
    title: str,
    about: Sequence[str],
    sections: Sequence[str],
    document: Mapping[str, Any],
    footer: Sequence[str] = (),
) -> str:
    """Return a whole page: no address in it is fetched, no script in it runs.

    Parameters
    ----------
    kind
        What it is: a plan, a comparison.
    about
        What stands below the title.
    sections
        Its parts, the summary first.
    document
        What the JSON holds; it goes into the page where it is not too long.
    footer
        What made it.
    """
    style = files("optimizer.report.html").joinpath("style.css").read_text(encoding="utf-8")
    body = joined(
        tag("header", tag("p", kind, class_="kind"), tag("h1", title), tag("p", between(" · ", *about)), class_="top"),
        tag("main", *sections),
    )
    held = _json(document)
    fits = len(held) <= LONGEST_DOCUMENT
    last = tag("footer", *(tag("p", line) for line in (*footer, _KEPT if fits else _LEFT_OUT)))
    data = f'<script type="application/json" id="document">{held}</script>\n' if fits else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"{tag('title', f'{title} · {kind}')}\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n{last}\n"
        f"{data}</body>\n</html>\n"
    )


def _json(document: Mapping[str, Any]) -> Html:
    """Return the document as JSON that no reader of HTML takes for markup."""
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return Html(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
