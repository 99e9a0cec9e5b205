"""Parts that pages are made of: key figures, sections, tables, bars, legends, and data under a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.report.html.markup import Html, joined, safe, tag


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, and whether its cells are numbers, bars, or texts that may be long.

    In a card a `wide` text has a line to itself, without its title unless it is `labelled`; what is labelled and not
    wide takes the room of two.
    """

    title: str
    number: bool = False
    wide: bool = False
    bars: bool = False
    labelled: bool = False

    @property
    def kind(self) -> str:
        """Class of its cells."""
        kind = "num" if self.number else "bars" if self.bars else "wide" if self.wide else ""
        return f"{kind} labelled".strip() if self.labelled else kind


@dataclass(frozen=True, slots=True)
class Line:
    """Cells of a row; `note` stands below the first of them, and `kind` is a class of the row."""

    cells: Sequence[str]
    note: str = ""
    kind: str = ""


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Line],
    total: Sequence[str] = (),
    *,
    cards: bool = False,
    stacked: bool = False,
) -> Html:
    """Return a table in a frame that scrolls where the screen is too narrow; the first cell of a row names it.

    Parameters
    ----------
    cards
        Whether a phone shows each row as a card, its titles beside the cells.
    stacked
        Whether a phone shows each row on three lines: its name, where that is new; its item and two numbers; its bar.
    """
    head = tag("tr", *(tag("th", _title(column), scope="col", class_=column.kind) for column in columns))
    body = joined(*(_row(columns, line, cards=cards) for line in rows))
    foot = tag("tfoot", _row(columns, Line(total, kind="sum"))) if total else ""
    inner = tag("table", tag("caption", caption, class_="hidden"), tag("thead", head), tag("tbody", body), foot)
    kind = f"scroll{' cards' if cards else ' stacked' if stacked else ''}"
    return tag("div", inner, class_=kind, tabindex="0", role="region", aria_label=caption)


def _title(column: Column) -> Html:
    """A column of bars has a title for those who do not see them."""
    return tag("span", "as a bar", class_="hidden") if column.bars else safe(column.title)


def _row(columns: Sequence[Column], line: Line, *, cards: bool = False) -> Html:
    cells = []
    for number, (column, content) in enumerate(zip(columns, line.cells, strict=True)):
        if number == 0:
            note = tag("span", line.note, class_="note") if line.note else ""
            cells.append(tag("th", content, note, scope="row", class_=column.kind))
        else:
            cells.append(tag("td", content, class_=column.kind, data_title=column.title if cards else ""))
    return tag("tr", *cells, class_=line.kind)


def key_figures(items: Iterable[tuple[str, str, str]]) -> Html:
    """Return figures that stand out: label, figure, and what is said below it."""
    parts = [
        tag("div", tag("dt", label), tag("dd", figure, tag("span", below, class_="note") if below else ""))
        for label, figure, below in items
    ]
    return tag("dl", *parts, class_="key")


def section(name: str, title: str, *content: str, remark: str = "") -> Html:
    """Return a section: its heading and remark beside its content."""
    remarks = tag("p", remark, class_="remark") if remark else ""
    head = tag("header", tag("h2", title), remarks)
    return tag("section", head, tag("div", *content, class_="content"), id=name)


def bar(share: float | None, kind: str = "") -> Html:
    """Return a bar for a share of its cell; the figure stands beside it, so it is hidden from readers of the text."""
    if share is None or share <= 0.0:
        return Html("")
    inner = tag("i", style=f"width:{min(share, 1.0) * 100.0:.1f}%")
    return tag("span", inner, class_=f"bar {kind}".strip(), aria_hidden="true")


def legend(names: Iterable[tuple[str, str]]) -> Html:
    """Return what the colours of a chart mean: each a name and a colour."""
    return tag(
        "ul",
        *(tag("li", tag("i", style=f"background:{colour}"), name) for name, colour in names),
        class_="legend",
    )


def data(title: str, content: str) -> Html:
    """Return the data of a chart, folded."""
    return tag("details", tag("summary", title), content, class_="data")


def facts(lines: Iterable[tuple[str, str]]) -> Html:
    """Return short statements, each under a word that says what it is about."""
    return tag("dl", *(joined(tag("dt", word), tag("dd", said)) for word, said in lines), class_="facts")


def listed(items: Iterable[str]) -> Html:
    """Return a plain list."""
    return tag("ul", *(tag("li", safe(item)) for item in items), class_="plain")
