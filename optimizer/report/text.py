"""A page as text for a terminal or a pipe."""

from __future__ import annotations

import io

from optimizer.report.grid import Line
from optimizer.report.layout import lay_out
from optimizer.report.page import PIPE_WIDTH, Page

#: The bounds within which a terminal's own width is followed.
NARROWEST_PAGE = 40
WIDEST_PAGE = 160

_STYLES = {
    "plain": "",
    "strong": "bold",
    "quiet": "dim",
    "heading": "bold",
    "bad": "bold red",
    "good": "green",
    "bar": "cyan",
}


def page_text(page: Page, width: int = PIPE_WIDTH, *, colour: bool = False) -> str:
    """Return a page as text.

    Parameters
    ----------
    page
        What to say.
    width
        Columns of the screen; followed between 40 and 160.
    colour
        Whether to add terminal colours.
    """
    lines = lay_out(page, min(max(width, NARROWEST_PAGE), WIDEST_PAGE))
    if colour:
        return _coloured(lines)
    return "".join("".join(segment.text for segment in line).rstrip() + "\n" for line in lines)


def _coloured(lines: list[Line]) -> str:
    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system="standard", no_color=False, highlight=False)
    for line in lines:
        text = Text.assemble(*((segment.text, _STYLES[segment.tone]) for segment in line))
        text.rstrip()
        console.print(text, soft_wrap=True)
    return stream.getvalue()
