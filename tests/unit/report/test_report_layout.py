"""What wraps, what moves and what stands under what."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from optimizer.report.page import BAR_CELLS, Column, Facts, Page, Row, Table, bar
from optimizer.report.plan_page import plan_page
from optimizer.report.text import page_text
from optimizer.report.wrapping import packed, wrapped


def _text(table: Table, width: int = 60) -> list[str]:
    return page_text(Page(("t",), (table,)), width).splitlines()[2:]


def test_numbers_keep_their_unit():
    """A break never parts a number from %, ms or the currency before it."""
    assert wrapped("takes 58 % of USD 12 in 60 ms", 10) == ["takes 58 %", "of USD 12", "in 60 ms"]


@given(st.text(alphabet="ab %x", max_size=60), st.integers(min_value=4, max_value=20))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    """Every line fits its width, and only spaces are lost."""
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_pieces_move_whole_before_they_break():
    """A piece that does not fit any more starts the next line; only one longer than a line is broken."""
    assert packed(["one", "two", "three four"], 11) == ["one · two ·", "three four"]
    assert packed(["one two three"], 7) == ["one two", "three"]


@given(st.lists(st.text(alphabet="ab %", min_size=1, max_size=30), max_size=8), st.integers(min_value=8, max_value=40))
def test_packed_lines_fit_with_their_separators(pieces, width):
    """The mark at the end of a line that goes on counts, too."""
    assert all(cell_len(line) <= width for line in packed(pieces, width))


def test_columns_with_the_largest_drop_move_into_notes_first():
    """At 60 columns `far` (drop 2) moves with its label, `near` (drop 1) stays."""
    columns = (
        Column("name"),
        Column("near", drop=1, as_note="near {}"),
        Column("far", drop=2, as_note="far {}"),
        Column("picture", drop=9, bar=True),
    )
    rows = (Row(("n" * 20, "x" * 20, "y" * 20, "█" * 20), notes=("own",)),)
    lines = _text(Table("", columns, rows))
    assert lines[-2:] == ["  " + "n" * 20 + "  " + "x" * 20, " " * 24 + "far " + "y" * 20 + " · own"]


def test_a_column_with_a_least_width_wraps_before_it_moves():
    """Down to 30 columns the text wraps beside the numbers; below that it moves under them."""
    columns = (Column("n"), Column("m", right=True), Column("detail", drop=1, least=30))

    def lines(name: str) -> list[str]:
        return _text(Table("", columns, (Row((name, "1", "word " * 9 + "end")),)))

    assert lines("n" * 20)[1:] == [
        "  " + "n" * 20 + "  1  word word word word word word",
        " " * 27 + "word word word end",
    ]
    assert lines("n" * 26)[1] == "  " + "n" * 26 + "  1"


def test_a_column_without_anything_takes_no_room():
    """Empty columns vanish instead of leaving a gap."""
    table = Table("", (Column("a"), Column("nothing"), Column("b")), (Row(("1", "", "2")),))
    assert _text(table)[-1] == "  1  2"


def test_heading_stands_beside_titles_only_where_it_fits():
    """Untitled columns give their place to the heading; a heading longer than that has its own line."""
    columns = (Column("name", untitled=True), Column("peak", right=True))
    assert _text(Table("Run", columns, (Row(("retrieval", "60")),)))[0] == "  Run        peak"
    long = _text(Table("What to run today", columns, (Row(("retrieval", "60")),)))
    assert long[:2] == ["  What to run today", "             peak"]


def test_numbers_stand_under_each_other():
    """Right-aligned cells end in one column, the sum too."""
    table = Table("", (Column("n", untitled=True), Column("m", right=True)), (Row(("a", "1,000")),), Row(("sum", "7")))
    assert _text(table)[-2:] == ["  a    1,000", "  sum      7"]


def test_wide_characters_count_twice():
    """Columns stay straight under names in Chinese."""
    table = Table("", (Column("n", untitled=True), Column("m")), (Row(("检索", "1")), Row(("abcd", "2"))))
    assert _text(table)[-2:] == ["  检索  1", "  abcd  2"]


def test_cells_that_cannot_fit_are_wrapped():
    """Text columns narrow before numbers do."""
    table = Table("", (Column("what"), Column("m", right=True)), (Row(("word " * 20, "123,456,789")),))
    lines = _text(table)
    assert all(len(line) <= 60 for line in lines)
    assert lines[1].startswith("  word word")
    assert lines[1].endswith("123,456,789")


@pytest.mark.parametrize("width", [40, 50, 60, 72, 80, 100, 120, 140, 160])
def test_no_line_of_a_plan_is_wider_than_the_screen(plan, width):
    """The whole page fits at every width a terminal may have."""
    assert max(cell_len(line) for line in page_text(plan_page(plan), width).splitlines()) <= width


def test_screens_beyond_the_bounds_get_the_nearest_width(plan):
    """A 20-column window gets the page for 40, a 400-column one the page for 160."""
    page = plan_page(plan)
    assert page_text(page, 20) == page_text(page, 40) != page_text(page, 50)
    assert page_text(page, 400) == page_text(page, 160)


def test_colour_changes_no_words(plan):
    """With the escape sequences taken out, the coloured page is the plain one; names are never read as markup."""
    import re

    page = Page(("[bold]name", "\x1b[31mred"), (*plan_page(plan).parts, Facts("Odd", (("[/] [red]x",),), "bad")))
    coloured = page_text(page, 100, colour=True)
    assert "\x1b[1m" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == page_text(page, 100).splitlines()
    assert "[bold]name · ?[31mred" in plain


def test_bars_show_shares_in_half_cells():
    """The largest is 20 cells, a half of it 10, and what is tiny but there shows half a cell."""
    assert [len(bar(value, 2.0)) for value in (2.0, 1.0, 0.0)] == [BAR_CELLS, BAR_CELLS // 2, 0]
    assert bar(1e-9, 2.0) == "▌"
    assert bar(1.0, 0.0) == ""


def _numbers(count: int, name: Column) -> Table:
    """A table of a name and wide numbers, with a note, a total and a remark."""
    columns = (name, *(Column(f"number {n}", right=True) for n in range(count)))
    cells = tuple(f"{n}234567890" for n in range(count))
    return Table("Money", columns, (Row(("first", *cells), ("noted",)),), Row(("sum", *cells)), ("remarked",))


def test_numbers_that_do_not_fit_stand_below():
    """In blocks of about one length, each with the names of the rows; heading and notes once, remarks last."""
    lines = _text(_numbers(8, Column("name", untitled=True)))
    assert lines == [
        "  Money    number 0    number 1    number 2    number 3",
        "  first  0234567890  1234567890  2234567890  3234567890",
        "         noted",
        "  sum    0234567890  1234567890  2234567890  3234567890",
        "",
        "           number 4    number 5    number 6    number 7",
        "  first  4234567890  5234567890  6234567890  7234567890",
        "  sum    4234567890  5234567890  6234567890  7234567890",
        "  remarked",
    ]


def test_a_number_that_belongs_to_the_one_before_stays_with_it():
    """Five fit into a line, but the fifth is the first of a pair."""
    columns = (Column("name", untitled=True), *(Column(f"n{n}", right=True, with_last=n % 2 == 1) for n in range(6)))
    cells = tuple(f"{n}234567" for n in range(6))
    lines = _text(Table("Pairs", columns, (Row(("a name of a row", *cells)),)))
    titles = [line.split() for line in lines if "n0" in line or "n4" in line]
    assert titles == [["Pairs", "n0", "n1", "n2", "n3"], ["n4", "n5"]]


@given(st.integers(min_value=0, max_value=14), st.integers(min_value=60, max_value=120), st.booleans())
def test_tables_of_one_name_fit_every_screen(count, width, pairs):
    """However many numbers there are, no line is wider than the screen and every number is shown once."""
    columns = (
        Column("a name of rows", least=16),
        *(Column(f"number {n}", right=True, with_last=pairs and n % 2 == 1) for n in range(count)),
    )
    cells = tuple(f"{n:02d}3456.78" for n in range(count))
    text = page_text(Page(("t",), (Table("Heading", columns, (Row(("row " * 9, *cells)),)),)), width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert all(text.count(cell) == 1 for cell in cells)


def test_a_title_is_not_wider_than_its_column():
    """A column of text is not made narrower than the title above it."""
    columns = (
        Column("held", untitled=True, least=14),
        Column("instead of what", least=8),
        *(Column(f"n{n}", right=True) for n in range(4)),
    )
    rows = (Row(("h" * 14, "words " * 9, *["1,234,567"] * 4)),)
    lines = _text(Table("Held", columns, rows), 72)
    assert all(cell_len(line) <= 72 for line in lines)


def test_names_that_do_not_fit_stand_above_their_figures():
    """Not cut to fit beside them; short ones stay on the line, notes and what moved stand below."""
    columns = (
        Column("where", untitled=True),
        Column("type", untitled=True),
        Column("least", right=True),
        Column("most", right=True),
        Column("an hour", right=True, drop=1, as_note="{} an hour"),
    )
    rows = (
        Row(("aws us-east-1", "g4dn.2xlarge", "4", "12,345,678", "0.474"), ("noted",)),
        Row(("", "spot", "0", "6", "1")),
    )
    lines = _text(Table("Buy", columns, rows, Row(("sum", "", "", "12,345,684", "")), ("remarked",)), 44)
    assert (
        lines
        == [
            "  Buy               least        most  an hour",
            "  aws us-east-1 · g4dn.2xlarge",
            "                        4  12,345,678    0.474",
            "    noted",
            "    spot                0           6        1",
            "  sum                      12,345,684",
            "  remarked",
        ]
        or lines
    )


def test_titles_of_names_stand_where_there_is_room():
    """Beside those of the figures, or above them."""
    wide = Column("an outcome of some sort", right=True)
    rows = (Row(("a-name-of-so-many-signs-that-it-takes-a-line", "1", "2")),)
    beside = _text(Table("", (Column("rule"), Column("limit", right=True), wide), rows), 50)
    assert beside[0] == "  rule              limit  an outcome of some sort"
    above = _text(Table("", (Column("rule that is read again"), Column("limit", right=True), wide), rows), 50)
    assert above[:2] == ["  rule that is read again", " " * 20 + "limit  an outcome of some sort"]


def test_figures_that_do_not_fit_stand_in_a_row():
    """Each after its title, or as its note says; bars are left out."""
    columns = (
        Column("place"),
        *(Column(f"number {n}", right=True) for n in range(3)),
        Column("price", right=True, as_note="{} an hour"),
        Column("picture", bar=True),
    )
    row = Row(("aws us-east-1 zone a", *(f"{n}234567890" for n in range(3)), "0.5", "█"), ("noted",))
    lines = _text(Table("Places", (Column("kind"), *columns), (replace(row, cells=("x", *row.cells)),)), 40)
    assert lines == [
        "  Places",
        "  x · aws us-east-1 zone a",
        "    number 0 0234567890 ·",
        "    number 1 1234567890 ·",
        "    number 2 2234567890 · 0.5 an hour ·",
        "    noted",
    ]


def test_cells_of_three_lines_are_folded_on_a_narrow_screen():
    """On a wider one they stay in their column: there the figures of all rows are seen under each other."""
    columns = (Column("what", untitled=True), Column("m", right=True))
    rows = (Row(("one two three four five", "1" * 37)), Row(("six", "2")))
    assert _text(Table("Of", columns, rows), 50) == [
        "  Of" + "m".rjust(46),
        "  one two three four five",
        "  " + " " * 11 + "1" * 37,
        "  six" + "2".rjust(45),
    ]
    wide = (Row(("one two three four five", "1" * 47)), Row(("six", "2")))
    assert _text(Table("Of", columns, wide), 60)[1:4] == [
        "  one two    " + "1" * 47,
        "  three",
        "  four five",
    ]


def test_notes_with_little_room_stand_under_their_row():
    """One line of them stays under the second column, several begin near the first."""
    columns = (Column("what", untitled=True), Column("m", right=True))
    rows = (Row(("a name of a row", "1"), ("short",)), Row(("another", "2"), ("words " * 8,)))
    assert _text(Table("Of", columns, rows), 50)[1:] == [
        "  a name of a row  1",
        " " * 19 + "short",
        "  another          2",
        "    " + " ".join(["words"] * 7),
        "    words",
    ]


def test_a_long_heading_of_facts_stands_above_them():
    """The others keep their column."""
    page = Page(("t",), (Facts("Short", (("said",),)), Facts("A heading of many words", (("one", "two"),))))
    assert page_text(page, 40).splitlines()[2:] == [
        "  Short  said",
        "  A heading of many words",
        "         one · two",
    ]


_WORDS = st.text(alphabet="abc %", min_size=1, max_size=26).filter(str.strip)
_CELLS = st.one_of(st.just(""), _WORDS, st.integers(0, 10**9).map("{:,}".format))


@st.composite
def _tables(draw):
    """Columns of every kind, rows of any length."""
    columns = draw(
        st.lists(
            st.builds(
                Column, _WORDS, right=st.booleans(), untitled=st.booleans(), drop=st.integers(0, 2),
                least=st.sampled_from((0, 12)),
            ),
            min_size=1, max_size=7,
        )
    )  # fmt: skip
    cells = st.tuples(*(_CELLS for _ in columns))
    rows = draw(st.lists(st.builds(Row, cells, st.lists(_WORDS, max_size=2).map(tuple)), min_size=1, max_size=4))
    return Table(draw(_WORDS), tuple(columns), tuple(rows), draw(st.none() | st.builds(Row, cells)))


@given(_tables(), st.sampled_from((40, 50, 60, 80, 120)))
def test_any_table_fits_any_screen(table, width):
    """No line is wider than the screen, no word of a cell is cut, and none is lost."""
    text = page_text(Page(("t",), (table,)), width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    shown = Counter(text.replace(",", "").split())
    rows = [*table.rows, *([table.total] if table.total is not None else [])]
    said = Counter(word for row in rows for cell in (*row.cells, *row.notes) for word in cell.replace(",", "").split())
    assert said <= shown
