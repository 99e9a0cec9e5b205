"""One result in every format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.domain.json_document import json_text
from optimizer.report.csv_table import Value, csv_text
from optimizer.report.formats import Format
from optimizer.report.markdown import page_markdown
from optimizer.report.page import PIPE_WIDTH, Page


@dataclass(frozen=True, slots=True)
class Records:
    """Named columns and rows, for CSV."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Report:
    """A result, each form of it made when it is asked for.

    Parameters
    ----------
    page
        For people: text and Markdown.
    document
        For programs: what JSON holds.
    records
        For spreadsheets: the main table.
    html
        For browsers, with charts; without it an HTML page says what `page` says.
    """

    page: Callable[[], Page]
    document: Callable[[], Any]
    records: Callable[[], Records]
    html: Callable[[], str] | None = None


def render(report: Report, format_: Format, width: int = PIPE_WIDTH, *, colour: bool = False) -> str:
    """Return a report as text that ends with a line break; the same report gives the same text.

    Raises
    ------
    ValueError
        If JSON would hold a number that is not finite.
    """
    if format_ is Format.JSON:
        return json_text(report.document())
    if format_ is Format.CSV:
        records = report.records()
        return csv_text(records.names, records.rows)
    if format_ is Format.MARKDOWN:
        return page_markdown(report.page())
    if format_ is Format.HTML:
        return report.html() if report.html is not None else _plain_html(report)
    from optimizer.report.text import page_text

    return page_text(report.page(), width, colour=colour)


def _plain_html(report: Report) -> str:
    from optimizer.report.html.plain import plain_html

    return plain_html(report.page(), report.document())
