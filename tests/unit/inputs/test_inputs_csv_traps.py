"""Tables as spreadsheets, scripts and people of many countries leave them: read right, or refused with the mend."""

from __future__ import annotations

import gc
import random
import time
from pathlib import Path

import pytest

from optimizer.inputs import shipped_scenarios
from optimizer.inputs.collection import collection_put_off
from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Table, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.raw_table import LONGEST_CELL, _split_plain, read_raw_table
from tests.unit.inputs.small_files import faults_of

HOUR = Column("hour", "whole", may_be_empty=True, required=False)
COLUMNS = (Column("name"), Column("rate", "number", low=0.0), HOUR)
SEPARATED = "Save the file with commas or semicolons between cells."
RAGGED = "Give each column a cell, write 1200 for 1,200, and put text that holds a separator in quotes."
QUOTES = "Check the quotes there: a quoted cell must be closed."
#: Seconds of processor time; a hang takes minutes.
SOON_S = 30.0


def read(text: str) -> tuple[Table | None, list[str]]:
    """Return the table in a text, and its faults written out."""
    faults = Faults()
    started = time.process_time()
    raw = read_raw_table(text, "t.csv", faults)
    table = None if raw is None else read_table(raw, COLUMNS, ("name",), faults)
    found = [str(fault) for fault in faults_of(faults.raise_if_any)] if len(faults) else []
    assert time.process_time() - started < SOON_S
    return table, found


def rates(text: str) -> list[float]:
    """Return the rates of a table in which nothing is wrong."""
    table, found = read(text)
    assert found == []
    assert table is not None
    return list(table.columns["rate"])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("before", ["", "\n", "\n\n"])
@pytest.mark.parametrize("after", ["", "\n", "\n\n\n", ";;\n", ",,\n"])
def test_either_separator_with_any_line_end(end: str, separator: str, before: str, after: str) -> None:
    """Lines before, after and without a value change nothing; faults still name the right line."""
    if after.strip() and separator not in after:
        return
    rows = [separator.join(row) for row in (("name", "rate", "hour"), ("a", "1.5", ""), ("b", "2", "3"))]
    text = (before + "\n".join(rows) + "\n" + after).replace("\n", end)
    assert rates(text) == [1.5, 2.0]
    line = 3 + len(before)
    assert read(text.replace("2", "x"))[1] == [
        f't.csv:{line} rate: not a number (found "x"). Write a plain number, such as 12.5.'
    ]


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        ('"1,200"', "Write 1200."),
        ('"-12,345,678.50"', "Write -12345678.50."),
        ("1 200", "Write 1200."),
        ("1\u00a0200", "Write 1200."),
        ("1\u202f200", "Write 1200."),
        ("1'200", "Write 1200."),
        ("1_200", "Write 1200."),
        ('"2,5"', "Write 2.5."),
        ('"1.200,50"', "Write 1200.50."),
        ('"1 200,50"', "Write 1200.50."),
        ("１２.５", "Write 12.5."),
        ("٣", "Write 3."),
        ("\u22122", "Write -2."),
        ("NaN", "Give a finite number."),
        ("-Infinity", "Give a finite number."),
        ("1e999", "Give a finite number."),
        ("9" * 400, "Give a finite number."),
        ("-1", "Correct the value, or delete the row."),
        ("0x10", "Write it as a plain decimal number."),
        ("1:30", "Write it as a plain decimal number."),
        ("$4", "Write 4, the unit is in the name."),
        ("5%", "Write 5 without the sign, or 0.05 for a share."),
        ("(2)", "Write a plain number, such as 12.5."),
        ("", "Give one, or delete the row."),
    ],
)
def test_cells_that_are_no_numbers_say_how_to_write_them(cell: str, mend: str) -> None:
    """Signs between thousands, decimal commas, digits of other scripts, units, and what is not finite."""
    (fault,) = read(f"name,rate\na,1\nb,{cell}\n")[1]
    assert fault.startswith("t.csv:3 rate: ")
    assert fault.endswith(f" {mend}")


@pytest.mark.parametrize(
    ("cell", "mend"),
    [("2,5", "Write 2.5."), ("1,200", "Write 1.200, or 1200 without a sign between thousands.")],
)
def test_a_comma_beside_semicolons_is_rather_a_decimal_one(cell: str, mend: str) -> None:
    """Where semicolons separate, ``1,200`` may be either."""
    (fault,) = read(f"name;rate\na;1\nb;{cell}\n")[1]
    assert fault.endswith(f" {mend}")


@pytest.mark.parametrize(
    ("cell", "rate"),
    [(" 2 ", 2.0), ("\u00a02", 2.0), ("2.", 2.0), (".5", 0.5), ("2e3", 2e3), ("1e-999", 0.0), ("007", 7.0)],
)
def test_cells_that_are_numbers(cell: str, rate: float) -> None:
    """Spaces of any kind at the ends, no digit before or after the point, exponents, zeros in front."""
    assert rates(f"name,rate\na,{cell}\n") == [rate]
    assert rates(f"name,rate\na,{cell}\nb,1\n") == [rate, 1.0]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("name\trate\na\t1\n", [f"t.csv:1: cells are separated by tabs. {SEPARATED}"]),
        ("\nname|rate\na|1\n", [f"t.csv:2: cells are separated by bars. {SEPARATED}"]),
        ("sep=;\nname;rate\na;1\n", ['t.csv:1: is no header (found "sep=;"). Delete that line.']),
        ("SEP=,\r\nname,rate\r\na,1\r\n", ['t.csv:1: is no header (found "SEP=,"). Delete that line.']),
        ("# rates\nname,rate\na,1\n", [f"t.csv:1: has 1 cell where the rows have 2. {RAGGED}"]),
        ("name,rate\na,1,200\nb,2\n", [f"t.csv:2: has 3 cells where the header has 2. {RAGGED}"]),
        ('name,rate\n"a,1\nb,2\n', [f"t.csv:2: not readable as CSV (unexpected end of data). {QUOTES}"]),
        (
            f"name,rate\n{'x' * (LONGEST_CELL + 1)},1\n",
            [f"t.csv:2: not readable as CSV (a cell is longer than 131,072 characters). {QUOTES}"],
        ),
        ("", ["t.csv: is empty. Write a header line and rows."]),
        (",,\n,,\n", ["t.csv: is empty. Write a header line and rows."]),
        ("name,rate,rate\na,1,2\n", ["t.csv:1 rate: column is there 2 times. Keep one of them."]),
        ("name,rate,Huor\na,1,2\n", ['t.csv:1 Huor: unknown column (found "Huor"). Did you mean hour?']),
        ("name,rate,\na,1,x\n", ['t.csv:1: unknown column (found ""). Known columns: hour, name, rate.']),
        ("name,rate\na,1\na,2\n", ["t.csv:3: second row for a (the first is on line 2). Delete one of the two."]),
    ],
)  # fmt: skip
def test_tables_that_are_none(text: str, faults: list[str]) -> None:
    """Other separators, a hint to a spreadsheet, remarks, ragged rows, open quotes, columns without their own name."""
    assert read(text)[1] == faults


def test_a_header_without_rows_is_a_table_without_rows() -> None:
    """What that means is for those to say who asked for the table."""
    assert rates("name,rate\n") == []


def test_columns_without_name_and_value_are_left_out() -> None:
    """Spreadsheets add them; with a value in one it is told above."""
    assert rates("name,rate,,\na,1,,\nb,2, ,\n") == [1.0, 2.0]


def test_quoted_breaks_are_part_of_a_cell() -> None:
    """A name over two lines; the fault after it names its own line."""
    table, found = read('name,rate\n"a\nb",1\n"c ""d""",x\n')
    assert table is not None
    assert list(table.columns["name"]) == ["a\nb", 'c "d"']
    assert [fault.split(":", 2)[1] for fault in found] == ["4 rate"]


def test_a_wide_header_of_unknown_columns_is_no_hang() -> None:
    """50,000 columns nobody knows."""
    _, found = read(",".join(f"c{i}" for i in range(50_000)) + "\n")
    assert len(found) == 50_002


def test_a_file_of_only_wrong_cells_is_no_hang() -> None:
    """200,000 faults are gathered, and the message shows the first of them and a count."""
    faults = Faults()
    raw = read_raw_table("name,rate\n" + "".join(f"s{i},x\n" for i in range(200_000)), "t.csv", faults)
    assert raw is not None
    read_table(raw, COLUMNS, ("name",), faults)
    assert len(faults) == 200_000
    with pytest.raises(Exception, match=r"\.\.\. and 199950 more\."):
        faults.raise_if_any()


def test_shipped_demand_is_split_at_once() -> None:
    """The quick way is taken where it matters; it has the same cells as the careful one (see the fuzz tests)."""
    files = [file for scenario in shipped_scenarios().values() for file in scenario.with_suffix("").glob("*.csv")]
    assert files
    for file in files:
        assert _split_plain(Path(file).read_text(encoding="utf-8"), ",", "f") is not None


def test_whole_columns_are_read_like_single_cells() -> None:
    """Numbers that are converted as a column equal those that are looked at one by one."""
    draw = random.Random(7)
    cells = [f"{draw.uniform(0, 1e6):.{draw.randrange(9)}f}" for _ in range(500)] + ["1e3", "0", " 7 ", "+2"]
    lines = [f"n{i},{cell}" for i, cell in enumerate(cells)]
    at_once = rates("\n".join(["name,rate", *lines]))
    assert at_once == [rates(f"name,rate\n{line}\n")[0] for line in lines] == [float(cell) for cell in cells]
    assert read("\n".join(["name,rate", *lines, "x,oops"]))[0].columns["rate"][:-1] == at_once  # type: ignore[union-attr]


@pytest.mark.parametrize("before", [True, False])
def test_garbage_collection_is_put_off_and_then_as_before(before: bool) -> None:
    """Also where reading ends in an error, and where it was off already."""
    (gc.enable if before else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError), collection_put_off():
            assert not gc.isenabled()
            raise ZeroDivisionError
        assert gc.isenabled() is before
    finally:
        gc.enable()
