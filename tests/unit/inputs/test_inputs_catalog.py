"""Catalog files: every column with wrong cells, rules within and across files, and the order of rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from optimizer.domain.catalog import Catalog, Source
from optimizer.inputs import load_catalog
from optimizer.inputs.catalog_tables import TABLES
from optimizer.inputs.columns import Column
from tests.support.in_part import one_in
from tests.unit.inputs.small_files import EAST, WEST, fault_at, faults_of, small_catalog, write_catalog, write_rows

Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for a catalog, and the working folder."""
    monkeypatch.chdir(tmp_path)
    return Path("c")


def read(folder: Path, tables: Tables) -> Catalog:
    """Write a catalog and read it."""
    return load_catalog([str(write_catalog(folder, tables))])


def bent(file: str, row: int, **cells: Any) -> Tables:
    """Return the small catalog with some cells of one row changed."""
    tables = small_catalog()
    tables[file][row].update(cells)
    return tables


def wrong_cells(column: Column) -> Iterator[str]:
    """Yield cells that a column must refuse."""
    if not column.may_be_empty:
        yield ""
        yield "   "
    if column.kind in ("number", "whole"):
        yield from ("abc", "nan", "inf", "1,200", "1_0", "0x1")
        yield str(column.above if column.above > -1e300 else column.low - 1)
        yield str(column.high * 2)
    if column.kind == "whole":
        yield "1.5"
    if column.kind == "date":
        yield from ("yesterday", "2026-13", "2026-02-30", "26", "2026-1-1", "2026-07-31T00:00")
    if column.kind == "names":
        yield from ("a||b", "a|a", "|", "a|b|")
    if column.choices:
        yield from ("nonsense", column.choices[0].upper())


CASES = [(spec.file, column.name, cell) for spec in TABLES for column in spec.columns for cell in wrong_cells(column)]


@pytest.mark.parametrize(("file", "column", "cell"), one_in(3, CASES))
def test_wrong_cells_are_told_at_their_place(folder: Path, file: str, column: str, cell: str) -> None:
    """Each column of each file: wrong kinds, out of bounds, empty; the fault stands at file, line and column."""
    fault = fault_at(lambda: read(folder, bent(file, 0, **{column: cell})), f"c/{file}:2 {column}")
    assert "found" in fault.what or fault.code == "no-value"


def test_the_walk_reaches_every_column() -> None:
    """Each declared column is filled somewhere in the small catalog, and (licences and notes apart) met by the walk."""
    tables = small_catalog()
    for spec in TABLES:
        for column in spec.columns:
            assert any(row[column.name] != "" for row in tables[spec.file]), (spec.file, column.name)
    walked = {(file, column) for file, column, _ in CASES}
    free = {(spec.file, column.name) for spec in TABLES for column in spec.columns} - walked
    assert free == {(spec.file, "licence") for spec in TABLES} | {
        ("instance_types.csv", "accelerator"), ("network.csv", "rtt_source"), ("network.csv", "price_source"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "column"), [(spec.file, column.name) for spec in TABLES for column in spec.columns if column.required]
)
def test_missing_columns_are_told(folder: Path, file: str, column: str) -> None:
    """Each required column, in each file, and nothing else follows from its absence in that file."""
    tables = small_catalog()
    tables[file] = [{name: cell for name, cell in row.items() if name != column} for row in tables[file]]
    told = [fault for fault in faults_of(lambda: read(folder, tables)) if fault.where.startswith(f"c/{file}")]
    assert [(fault.where, fault.code) for fault in told] == [(f"c/{file}:1 {column}", "missing-column")]


@pytest.mark.parametrize("file", [spec.file for spec in TABLES])
def test_unknown_columns_and_repeated_rows_are_told(folder: Path, file: str) -> None:
    """Each file refuses a column nobody knows, and a second row of the same name with both lines."""
    tables = small_catalog()
    last = len(tables[file]) + 2
    tables[file] = [{**row, "sources": "x"} for row in [*tables[file], tables[file][0]]]
    told = {fault.where: fault for fault in faults_of(lambda: read(folder, tables))}
    assert told[f"c/{file}:1 sources"].code == "unknown-column"
    assert told[f"c/{file}:{last}"].code == "duplicate-row"
    assert told[f"c/{file}:{last}"].what.endswith("(the first is on line 2)")


@pytest.mark.parametrize("file", [spec.file for spec in TABLES if spec.needed])
def test_missing_files_are_told(folder: Path, file: str) -> None:
    """A file that every catalog needs, with the columns to write."""
    tables = small_catalog()
    del tables[file]
    fault = fault_at(lambda: read(folder, tables), f"c/{file}")
    assert fault.code == "no-file"
    assert fault.mend.startswith("Write it with the columns ")


@pytest.mark.parametrize("file", [spec.file for spec in TABLES if not spec.needed])
def test_optional_files_may_be_missing(folder: Path, file: str) -> None:
    """Zones sold and energy are extras."""
    tables = small_catalog()
    del tables[file]
    if file in ("location_energy.csv", "sites.csv"):
        del tables["owned.csv"]  # machines of one's own need a site, and energy that can be billed
    read(folder, tables)


@pytest.mark.parametrize(
    ("file", "said"),
    [("location_energy.csv", "PUE or electricity price"), ("sites.csv", "has no row in sites.csv")],
)
def test_owned_machines_need_a_site_and_its_energy(folder: Path, file: str, said: str) -> None:
    """Without them their energy could not be billed: told at the machine."""
    tables = small_catalog()
    del tables[file]
    (fault,) = faults_of(lambda: read(folder, tables))
    assert said in fault.what
    assert "one.large in aws/west" in fault.where


def test_owned_machines_need_their_power(folder: Path) -> None:
    """A type of unknown power can be rented, and not be owned."""
    tables = small_catalog()
    tables["instance_types.csv"][0]["max_power_w"] = ""
    (fault,) = faults_of(lambda: read(folder, tables))
    assert fault.what == "its maximum power is not known"


def test_ends_of_a_purchase_price_rise(folder: Path) -> None:
    """A low end above the middle is a typing error."""
    tables = small_catalog()
    tables["owned.csv"][0]["purchase_price_low"] = 11000
    (fault,) = faults_of(lambda: read(folder, tables))
    assert fault.where.endswith("owned.csv:2 purchase_price_low")


RULES: list[tuple[str, int, dict[str, Any], str, str]] = [
    ("prices.csv", 0, {"price_per_hour": ""}, "price_per_hour", "is missing for an offered instance"),
    ("prices.csv", 0, {"price_per_hour": 0}, "price_per_hour", "must be above 0 (found 0)"),
    ("prices.csv", 4, {"price_per_hour": 0}, "price_per_hour", "must be above 0 (found 0)"),
    ("prices.csv", 4, {"price_per_hour": 1.5}, "price_per_hour",
     "must be empty where the status is unknown (found 1.5)"),
    ("prices.csv", 2, {"term_months": 36}, "term_months", "must be 12 for committed_1y (found 36)"),
    ("prices.csv", 0, {"term_months": 12}, "term_months", "must be 0 for on_demand (found 12)"),
    ("prices.csv", 0, {"instance_type": "one.lrge"}, "instance_type",
     'not among the instance types of the catalog (found "aws/one.lrge")'),
    ("prices.csv", 0, {"provider": "gcp", "region": "east"}, "instance_type",
     'not among the instance types of the catalog (found "gcp/one.large")'),
    ("prices.csv", 0, {"region": "wst"}, "region", 'not among the locations of the catalog (found "aws/wst")'),
    ("instance_types.csv", 0, {"accelerator": "T5"}, "accelerator",
     'not among the accelerators of the catalog (found "T5")'),
    ("instance_types.csv", 3, {"accelerator_count": 2}, "accelerator",
     "accelerator, count and memory must be given together (found none, 2, 0)"),
    ("instance_types.csv", 0, {"accelerator_memory_gib": ""}, "accelerator",
     "accelerator, count and memory must be given together (found T4, 1, 0)"),
    ("location_energy.csv", 0, {"region": "east"}, "region",
     'not among the locations of the catalog (found "aws/east")'),
    ("availability.csv", 0, {"zones": "a|d"}, "zones", 'aws/west has no such zone (found "d")'),
    ("availability.csv", 0, {"instance_type": "x"}, "instance_type",
     'not among the instance types of the catalog (found "aws/x")'),
    ("network.csv", 0, {"from": "aws/wst"}, "from", 'not among the locations of the catalog (found "aws/wst")'),
    ("network.csv", 2, {"to": "internets"}, "to", 'not among the destinations of the catalog (found "internets")'),
    ("network.csv", 2, {"from": "internet"}, "from", 'not among the locations of the catalog (found "internet")'),
    ("network.csv", 3, {"rtt_ms": 31}, "rtt_ms", "differs from line 4 (found 31 and 30)"),
    ("network.csv", 2, {"rtt_source": ""}, "rtt_source", "is missing beside rtt_ms"),
    ("network.csv", 2, {"rtt_as_of": ""}, "rtt_as_of", "is missing beside rtt_ms"),
    ("network.csv", 2, {"tier_from_gb": ""}, "tier_from_gb", "is missing beside price_per_gb"),
    ("network.csv", 2, {"price_source": ""}, "price_source", "is missing beside price_per_gb"),
    ("network.csv", 2, {"price_as_of": ""}, "price_as_of", "is missing beside price_per_gb"),
    ("network.csv", 2, {"price_basis": ""}, "price_basis", "is missing beside price_per_gb"),
    ("network.csv", 4, {"price_per_gb": ""}, "rtt_ms", "neither rtt_ms nor price_per_gb is given"),
    ("network.csv", 4, {"tier_from_gb": 10}, "tier_from_gb", "the first tier must start at 0 (found 10)"),
    ("storage.csv", 0, {"region": "east"}, "region", 'not among the locations of the catalog (found "aws/east")'),
    ("profiles.csv", 1, {"service_time_s": 0.0039}, "service_time_s",
     "batch 4 is served sooner than batch 1 (found 0.0039 and 0.004 s)"),
    ("profiles.csv", 2, {"error_band": 0.1}, "error_band", "differs within a curve (found 0.1, line 2 has 0.05)"),
    ("profiles.csv", 2, {"basis": "fitted"}, "basis", "differs within a curve (found fitted, line 2 has measured)"),
    ("profiles.csv", 2, {"min_vcpu": 3}, "min_vcpu", "differs within a curve (found 3, line 2 has 2)"),
    ("profiles.csv", 4, {"accelerator": "L5"}, "accelerator", 'not among the accelerators of the catalog (found "L5")'),
    ("profiles.csv", 0, {"served_model": "brt"}, "served_model",
     'not among the served models of the catalog (found "brt")'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "row", "cells", "column", "what"), RULES)
def test_rules_within_and_across_files(
    folder: Path, file: str, row: int, cells: dict[str, Any], column: str, what: str
) -> None:
    """Each rule of the catalog is broken once; the fault stands on its row and column."""
    assert fault_at(lambda: read(folder, bent(file, row, **cells)), f"c/{file}:{row + 2} {column}").what == what


def test_a_type_is_in_one_availability_file(folder: Path) -> None:
    """The same type and place in both files would leave open which holds."""
    tables = small_catalog()
    tables["availability_unlicensed.csv"] += tables["availability.csv"]
    fault = fault_at(lambda: read(folder, tables), "c/availability_unlicensed.csv aws, four.large, aws/west")
    assert fault.code == "duplicate-row"


def test_records_carry_what_the_rows_say(folder: Path) -> None:
    """A record of each kind, in the catalog's units and keys."""
    catalog = read(folder, small_catalog())
    kind = catalog.instance_types["aws", "four.large"]
    assert (kind.vcpu, kind.memory_gib, kind.accelerator, kind.accelerator_count) == (16, 64.0, "T4", 4)
    assert kind.source == Source("list", "made for a test", "2026-01", "Apache-2.0")
    plain = catalog.instance_types["gcp", "plain"]
    assert (plain.accelerator, plain.accelerator_count, plain.accelerator_memory_gib) == (None, 0, 0.0)
    assert catalog.locations[WEST].zones == ("a", "b", "c")
    assert (catalog.locations[WEST].pue, catalog.locations[EAST].pue) == (1.2, None)
    price = catalog.prices["aws", "one.large", WEST, "committed_1y"]
    assert (price.price_per_hour, price.term_months, price.status) == (0.3, 12, "offered")
    assert catalog.prices["gcp", "plain", EAST, "on_demand"].price_per_hour is None
    assert catalog.zones_of("aws", "four.large", WEST) == ("a", "b")
    assert catalog.zones_of("gcp", "fast", EAST) == ("b",)
    assert catalog.zones_of("aws", "one.large", WEST) == ("a", "b", "c")
    assert catalog.round_trips[WEST, EAST].rtt_s == catalog.round_trips[EAST, WEST].rtt_s == 0.030
    assert [(tier.from_gb, tier.price_per_gb) for tier in catalog.transfer[WEST, "internet"]] == [
        (0, 0.09),
        (1000, 0.07),
    ]
    assert catalog.storage["block", EAST].price_per_gb_month == 0.1
    assert catalog.served_models["bert"].host_base_gib == 8.0
    curves = {(curve.profile, curve.accelerator): curve for curve in catalog.profiles}
    assert set(curves) == {("bert/fp16", "T4"), ("bert/fp16", "L4")}
    curve = curves["bert/fp16", "T4"]
    assert (curve.batch_items, curve.service_s) == ((1, 4, 8), (0.004, 0.009, 0.015))
    assert (curve.error_band, curve.min_vcpu, curve.source.basis) == (0.05, 2, "measured")
    assert (catalog.name, catalog.currency, catalog.as_of) == ("small", "USD", "2026-01-31")


def test_a_listed_price_of_what_is_not_offered_is_kept(folder: Path) -> None:
    """``not_offered`` may carry the list price for information."""
    catalog = read(folder, bent("prices.csv", 4, status="not_offered", price_per_hour=1.5))
    assert catalog.prices["gcp", "plain", EAST, "on_demand"].price_per_hour == 1.5


def test_optional_columns_and_cells_have_plain_defaults(folder: Path) -> None:
    """No licence, no upfront, no term, no smallest host."""
    tables = bent("prices.csv", 0, upfront="", term_months="")
    for row in tables["profiles.csv"]:
        row["min_vcpu"] = ""
    tables["storage.csv"] = [{k: v for k, v in row.items() if k != "licence"} for row in tables["storage.csv"]]
    catalog = read(folder, tables)
    assert catalog.prices["aws", "one.large", WEST, "on_demand"].upfront == 0.0
    assert catalog.profiles[0].min_vcpu == 0
    assert catalog.storage["block", WEST].source.licence == ""


def shuffled(tables: Tables, rng: random.Random) -> Tables:
    """Return the same rows in another order."""
    return {file: rng.sample(rows, len(rows)) for file, rows in tables.items()}


def columns_turned(tables: Tables, _: random.Random) -> Tables:
    """Return the same rows with the columns in another order."""
    return {file: [dict(reversed(row.items())) for row in rows] for file, rows in tables.items()}


@pytest.mark.parametrize("change", [shuffled, columns_turned])
def test_order_changes_nothing(folder: Path, change: Callable[[Tables, random.Random], Tables]) -> None:
    """Rows and columns in any order: the same records in the same order, the same hash."""
    first = read(folder, small_catalog())
    for number in range(5):
        assert_same(read(folder, change(small_catalog(), random.Random(number))), first)


def assert_same(one: Catalog, other: Catalog) -> None:
    """Two catalogs are equal down to the order of their rows, sources of curves apart from nothing."""
    assert one == other
    for name in ("instance_types", "locations", "prices", "round_trips", "transfer", "storage", "served_models"):
        assert list(getattr(one, name)) == list(getattr(other, name))


def test_the_hash_is_that_of_the_content(folder: Path) -> None:
    """Line ends, a byte order mark and the folder leave the hash; any cell changes it."""
    first = read(folder, small_catalog()).sha256
    for file in folder.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load_catalog(["c"]).sha256 == first
    assert load_catalog([str(write_catalog(Path("elsewhere")))]).sha256 == first
    assert read(folder, bent("prices.csv", 0, price_per_hour=0.51)).sha256 != first
    assert read(folder, bent("accelerators.csv", 0, source="another")).sha256 != first


def test_an_overlay_needs_only_what_it_changes(folder: Path) -> None:
    """A second folder of one file; its rows may name what the first one lists, and only that."""
    write_catalog(folder)
    rows = [{**small_catalog()["profiles.csv"][0], "batch_size": 16, "service_time_s": 0.02}]
    write_catalog(Path("mine"), {"profiles.csv": rows})
    curves = {curve.accelerator: curve.batch_items for curve in load_catalog(["c", "mine"]).profiles}
    assert curves == {"T4": (16,), "L4": (1, 8)}  # a curve is replaced as a whole
    write_rows(Path("mine") / "profiles.csv", [{**rows[0], "accelerator": "H1"}])
    assert fault_at(lambda: load_catalog(["c", "mine"]), "mine/profiles.csv:2 accelerator").code == "unknown-name"


def test_the_order_of_catalogs_counts(folder: Path) -> None:
    """The later of two overrides the earlier, so the two orders are two catalogs."""
    write_catalog(folder)
    rows = [{**small_catalog()["prices.csv"][0], "price_per_hour": 0.4}]
    write_catalog(Path("mine"), {"prices.csv": rows})
    key = ("aws", "one.large", WEST, "on_demand")
    one, other = load_catalog(["c", "mine"]), load_catalog(["mine", "c"])
    assert (one.prices[key].price_per_hour, other.prices[key].price_per_hour) == (0.4, 0.5)
    assert len({one.sha256, other.sha256, load_catalog(["c"]).sha256}) == 3


def test_faults_of_every_file_come_together(folder: Path) -> None:
    """One wrong cell in each file: one reading tells them all."""
    tables = small_catalog()
    for spec in TABLES:
        tables[spec.file][0]["as_of" if spec.file != "network.csv" else "rtt_as_of"] = "soon"
    told = {fault.where.split(":")[0] for fault in faults_of(lambda: read(folder, tables))}
    assert told == {f"c/{spec.file}" for spec in TABLES}
