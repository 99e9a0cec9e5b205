"""Demand files: every column with wrong cells, formats that are accepted, gaps, and size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.inputs import load_inputs
from optimizer.inputs.demand_file import demand_columns, rates_of, read_demand_file
from optimizer.inputs.faults import Faults
from tests.unit.inputs.small_files import demand_rows, fault_at, faults_of, write_rows

FILE = Path("demand.csv")
WRONG_NUMBERS = ["-1", "nan", "inf", "-inf", "1e999", "1,200", "1_000", "abc", "", "2e9", "0x10", "1 2", "१"]
WRONG = {
    **dict.fromkeys(("mean", "low", "mid", "high"), WRONG_NUMBERS),
    "hour": ["24", "-1", "1.5", "noon", "", "1e3", "nan"],
    "service": [""],
    "origin": ["", "shopp"],
    "day_type": ["", "wrkday", "Workday"],
}


def bent(row: int, **cells: Any) -> None:
    """Write the demand with some cells of one row changed."""
    rows = demand_rows()
    rows[row].update(cells)
    write_rows(FILE, rows)


def test_the_walk_reaches_every_column() -> None:
    """Each declared column has wrong cells below."""
    assert {column.name for column in demand_columns("high")} == set(WRONG)


@pytest.mark.parametrize(("column", "cell"), [(name, cell) for name, cells in WRONG.items() for cell in cells])
def test_wrong_cells_are_told_at_their_place(small: Path, column: str, cell: str) -> None:
    """A cell that cannot be used: file, line, column, and nothing else is told."""
    bent(40, **{column: cell})
    (fault,) = faults_of(lambda: load_inputs(small))
    assert fault.where == f"demand.csv:42 {column}"
    assert cell[:4] in fault.what or fault.code == "no-value"


@pytest.mark.parametrize("column", ["service", "origin", "day_type", "hour", "high"])
def test_missing_columns_are_told(small: Path, column: str) -> None:
    """The four names and the demand planned for must be there."""
    write_rows(FILE, [{name: cell for name, cell in row.items() if name != column} for row in demand_rows()])
    (fault,) = faults_of(lambda: load_inputs(small))
    assert (fault.where, fault.code) == (f"demand.csv:1 {column}", "missing-column")


def test_other_demands_are_optional(small: Path) -> None:
    """Without low and mid the plan is for high alone."""
    write_rows(FILE, [{k: v for k, v in row.items() if k not in ("low", "mid")} for row in demand_rows()])
    found = load_inputs(small, ["plan_for=high"])
    assert set(found.scenario.services[0].demand.peaks_per_s) == {"high"}


def test_a_demand_that_money_is_counted_for_is_not_optional(small: Path) -> None:
    """Half of the money is counted at mid: without that column it cannot be."""
    write_rows(FILE, [{k: v for k, v in row.items() if k not in ("low", "mid")} for row in demand_rows()])
    fault = fault_at(
        lambda: load_inputs(small, ["plan_for={capacity: high, cost: {high: 0.5, mid: 0.5}}"]),
        "--set plan_for.cost.mid",
    )
    assert fault.what == "demand.csv has no column mid"


def test_unknown_and_repeated_columns_are_told(small: Path) -> None:
    """A column nobody knows gets a hint, one that is there twice is told."""
    text = "\n".join(line + (",hihg,low" if i == 0 else ",1,1") for i, line in enumerate(FILE.read_text().splitlines()))
    FILE.write_text(text, encoding="utf-8")
    told = {fault.where: fault for fault in faults_of(lambda: load_inputs(small))}
    assert told["demand.csv:1 hihg"].mend == "Did you mean high?"
    assert told["demand.csv:1 low"].code == "duplicate-column"


def test_order_of_the_three_demands(small: Path) -> None:
    """The rule low <= mid <= high, row by row, with both values."""
    bent(10, low=70, mid=60, high=50, mean=5)
    told = {fault.where: fault.what for fault in faults_of(lambda: load_inputs(small))}
    assert told == {
        "demand.csv:12 low": "must be at most mid, 60 (found 70)",
        "demand.csv:12 mid": "must be at most high, 50 (found 60)",
    }


def test_a_mean_above_its_peak_is_refused_or_capped(small: Path) -> None:
    """The mean of an hour cannot exceed its highest peak; above a lower planned peak it is capped, and told."""
    bent(3, mean=40, high=40, mid=40, low=0)
    load_inputs(small)
    bent(3, mean=40.01, high=40, mid=40, low=0)
    assert fault_at(lambda: load_inputs(small), "demand.csv:5 mean").what == "must be at most high, 40 (found 40.01)"
    bent(3, mean=30.01, high=40, mid=30, low=0)
    load_inputs(small)
    found = load_inputs(small, ["plan_for=mid"])
    assert any("in 1 hour `mean` is above `mid`: billed at mid there" in warning for warning in found.warnings)
    assert (found.scenario.services[0].demand.mean_per_s <= found.scenario.services[0].demand.peak_per_s).all()


def test_missing_hours_are_listed(small: Path) -> None:
    """An origin that appears must have every hour of every day type."""
    rows = [row for i, row in enumerate(demand_rows()) if i not in (3, 5, 30)]
    write_rows(FILE, rows)
    told = {fault.where: fault.what for fault in faults_of(lambda: load_inputs(small))}
    assert told == {
        "demand.csv page, shop, workday": "no row for hours 3, 5",
        "demand.csv page, shop, weekend": "no row for hours 6",
    }


def test_a_day_type_without_rows_is_told(small: Path) -> None:
    """All 24 hours of a day type can be missing too."""
    write_rows(FILE, [row for row in demand_rows() if row["day_type"] != "weekend"])
    told = faults_of(lambda: load_inputs(small))
    assert [fault.code for fault in told] == ["missing-hours", "missing-hours"]


def test_repeated_rows_name_both_lines(small: Path) -> None:
    """The same hour twice: the fault stands at the second and names the first."""
    write_rows(FILE, [*demand_rows(), demand_rows()[7]])
    fault = fault_at(lambda: load_inputs(small), "demand.csv:98")
    assert fault.what == "second row for page, shop, workday, 7 (the first is on line 9)"


def test_unknown_origins_are_told_once_with_a_count(small: Path) -> None:
    """48 rows of a misspelt origin are one fault, at the first of them."""
    write_rows(FILE, [{**row, "origin": "wep" if row["origin"] == "web" else row["origin"]} for row in demand_rows()])
    (fault,) = faults_of(lambda: load_inputs(small))
    assert str(fault) == (
        'demand.csv:50 origin: unknown origin (found "wep" in 48 rows). '
        "Did you mean web? Origins are listed in small.yaml."
    )


def test_series_of_others_are_left_alone(small: Path) -> None:
    """Rows of a series no service asks for may name any origin and day type."""
    others = [{**row, "service": "other", "origin": "mars", "day_type": "sol"} for row in demand_rows()[:5]]
    write_rows(FILE, demand_rows() + others)
    load_inputs(small)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace("\n", "\n\n").rstrip(),
        lambda text: text + ",,,,,,,\n",
        lambda text: text.replace("page", ' "page" ').replace(' "', '"').replace('" ', '"'),
        lambda text: text.replace(",shop,", ", shop ,"),
        lambda text: text.replace("hour,mean", " hour , mean"),
        lambda text: "\ufeff" + text.replace(",", ";").replace("\n", "\r\n"),
    ],
    ids=["bom", "crlf", "cr", "semicolons", "blank-lines", "empty-row", "quotes", "spaces", "header", "excel"],
)
def test_spreadsheets_are_read(small: Path, change: Any) -> None:
    """What spreadsheets make of a CSV file changes no rate."""
    expected = load_inputs(small).scenario.services[0].demand
    FILE.write_bytes(change(FILE.read_text(encoding="utf-8")).encode())
    found = load_inputs(small).scenario.services[0].demand
    np.testing.assert_array_equal(found.peak_per_s, expected.peak_per_s)
    np.testing.assert_array_equal(found.mean_per_s, expected.mean_per_s)


def test_lines_are_counted_past_blank_lines_and_quoted_breaks(small: Path) -> None:
    """A fault names the line in the file, whatever precedes it."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("page", '"pa\nge"')
    lines[4] = lines[4].rsplit(",", 1)[0] + ",x"
    FILE.write_text("\n\n" + "\n".join(lines), encoding="utf-8")
    told = [fault.where for fault in faults_of(lambda: load_inputs(small))]
    assert "demand.csv:8 high" in told  # two blank lines, the header on line 3, and a break inside the row on line 4


@pytest.mark.parametrize(
    ("content", "where", "code"),
    [
        ("", "demand.csv", "empty"),
        ("\n\n", "demand.csv", "empty"),
        ("service,origin,day_type,hour,mean,high\n", "demand.csv:1", "empty"),
        ("service,origin,day_type,hour,mean,high\npage,shop,workday,0,1,2,3\n", "demand.csv:2", "row-length"),
        ('service,origin,day_type,hour,mean,high\n"page,shop,workday,0,1,2\n', "demand.csv:2", "csv-syntax"),
        ("service,origin\0", "demand.csv:1", "binary"),
    ],
)
def test_files_that_are_no_table(small: Path, content: str, where: str, code: str) -> None:
    """Empty, header only, ragged, an open quote, binary."""
    FILE.write_text(content, encoding="utf-8")
    assert (where, code) in [(fault.where, fault.code) for fault in faults_of(lambda: load_inputs(small))]


def test_text_that_is_not_utf8_names_its_line(small: Path) -> None:
    """A file in another encoding is refused, not guessed at."""
    FILE.write_bytes(FILE.read_bytes() + "page,größe".encode("latin-1"))
    (fault,) = faults_of(lambda: load_inputs(small))
    assert (fault.where, fault.code) == ("demand.csv:98", "not-utf8")


def test_the_mean_is_given_once(small: Path) -> None:
    """As a column or as a ratio: neither and both are refused."""
    ratio = "services.search.demand.peak_to_mean=2"
    assert fault_at(lambda: load_inputs(small, [ratio]), "--set services.search.demand.peak_to_mean").code == (
        "exactly-one"
    )
    write_rows(FILE, [{name: cell for name, cell in row.items() if name != "mean"} for row in demand_rows()])
    (fault,) = faults_of(lambda: load_inputs(small))
    assert fault.where.endswith(" services.search.demand.peak_to_mean")
    assert fault.what == "is missing, and demand.csv has no column mean"
    demand = load_inputs(small, [ratio]).scenario.services[0].demand
    np.testing.assert_allclose(demand.mean_per_s, demand.peak_per_s / 2)


@pytest.mark.parametrize(
    ("demand", "code"),
    [
        ("{file: demand.csv, constant_per_s: {web: 1}}", "exactly-one"),
        ("{peak_to_mean: 2}", "exactly-one"),
        ("{constant_per_s: {web: 1}, series: page}", "contradiction"),
        ("{constant_per_s: {web: 1}, calls_per_page: 2}", "contradiction"),
    ],
)
def test_a_demand_has_one_source(small: Path, demand: str, code: str) -> None:
    """A file or a constant, and nothing that goes with the other."""
    assert (
        fault_at(lambda: load_inputs(small, [f"services.tail.demand={demand}"]), "--set services.tail.demand").code
        == code
    )


def test_large_files_are_read_by_column() -> None:
    """A file of 50,400 rows: 25 series, 28 origins, 3 day types; no cell is looked at on its own."""
    origins, day_types = [f"o{i}" for i in range(28)], ["workday", "weekend", "sale"]
    rows = ["service,origin,day_type,hour,mean,high"]
    for series in range(25):
        for o, origin in enumerate(origins):
            for d, day_type in enumerate(day_types):
                rows += [
                    f"s{series},{origin},{day_type},{h},{h}.5,{100 * series + 10 * o + d + h}.75" for h in range(24)
                ]
    faults = Faults()
    file = read_demand_file("\n".join(rows), "big.csv", "", "high", faults)
    faults.raise_if_any()
    assert file is not None
    found = rates_of(file, "s24", "", origins, day_types, faults)
    assert found is not None
    assert found.by_column["high"].shape == (28, 72)
    assert found.by_column["high"][3, 24 + 5] == 100 * 24 + 10 * 3 + 1 + 5 + 0.75
    assert found.by_column["mean"][27, 71] == 23.5
