"""HTML written safely: what is not markup yet is escaped, wherever it comes from."""

from __future__ import annotations

from html import escape
from string import Formatter

from optimizer.report.signs import clean


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def safe(content: str) -> Html:
    """Return content as markup: text is cleaned of control characters and escaped."""
    return content if isinstance(content, Html) else Html(escape(clean(content)))


def tag(name: str, *content: str, **attributes: str | bool) -> Html:
    """Return an element.

    Parameters
    ----------
    content
        Texts, which are escaped, and markup, which is not.
    attributes
        ``class_`` is written ``class`` and ``data_of`` ``data-of``; True is an attribute without a value, and one that
        is "" or False is left out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value not in ("", False))
    return Html(f"<{name}{written}>{''.join(safe(part) for part in content)}</{name}>")


def joined(*content: str) -> Html:
    """Return contents one after the other."""
    return Html("".join(safe(part) for part in content))


def between(mark: str, *content: str) -> Html:
    """Return those contents that are not empty, with a mark between them."""
    return Html(safe(mark).join(safe(part) for part in content if part))


def filled(sentence: str, **parts: str) -> Html:
    """Return a sentence with texts and markup in its ``{places}``: the words of a page that the screen has, too."""
    pieces = ((text, parts[name] if name else "") for text, name, _, _ in Formatter().parse(sentence))
    return joined(*(part for piece in pieces for part in piece))


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(clean(str(value)))}"'
