"""What is simulated once is not simulated again, and what is damaged is simulated anew."""

from __future__ import annotations

import dataclasses
import multiprocessing
from importlib.resources import files

import numpy as np
import pytest

from optimizer.performance import CapacityStore, OperatingPoint, remembered, store
from optimizer.performance.remembered import SHIPPED_TABLE, Folder, Table, format_rows, parse_rows, point_key

POINT = OperatingPoint((0.75, 1.0), 0.0, 1.8, 0.99, "round_robin")


@pytest.fixture(autouse=True)
def cheap_simulation(monkeypatch):
    """Stand in for the simulation: rates that any other source of values would not have."""
    monkeypatch.setattr(store, "capacity_per_s", lambda _, replicas, seed: (1.0 + seed / 8) * replicas)
    monkeypatch.setattr(store, "shipped_capacities", dict)


def the_file(folder):
    """The one file of a cache folder."""
    (path,) = folder.rglob("*.csv")
    return path


def test_within_a_run_nothing_is_simulated_twice():
    """A longer curve simulates only what the shorter did not need."""
    capacities = CapacityStore()
    capacities.curve(POINT, 5)
    assert capacities.simulated_values == 5
    capacities.curve(POINT, 5)
    capacities.curve(POINT, 3)
    assert capacities.simulated_values == 5
    capacities.curve(POINT, 8)
    assert capacities.simulated_values == 8


def test_curves_cannot_be_written_to():
    """A curve is handed out more than once, so it is read-only."""
    with pytest.raises(ValueError, match="read-only"):
        CapacityStore().curve(POINT, 2)[0] = 1.0


def test_the_next_run_reads_what_this_one_simulated(tmp_path):
    """A store on the same folder simulates only numbers of replicas that are new, and keeps both."""
    first = CapacityStore(tmp_path)
    curve = first.curve(POINT, 5)
    second = CapacityStore(tmp_path)
    assert np.array_equal(second.curve(POINT, 5), curve)
    assert second.simulated_values == 0
    second.curve(POINT, 7)
    assert second.simulated_values == 2
    third = CapacityStore(tmp_path)
    third.curve(POINT, 7)
    assert third.simulated_values == 0


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    """None means none."""
    monkeypatch.chdir(tmp_path)
    CapacityStore(None).curve(POINT, 2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        {"service_s": (0.75, np.nextafter(1.0, 2.0))},
        {"service_s": (0.75, 1.0, 1.0)},
        {"max_wait_s": 1e-9},
        {"target_s": 1.8000001},
        {"percentile": 0.999},
        {"dispatch": "shared"},
    ],
)
def test_every_part_of_a_point_counts(tmp_path, change):
    """A point that differs in anything at all has its own values."""
    CapacityStore(tmp_path).curve(POINT, 2)
    other = CapacityStore(tmp_path)
    other.curve(dataclasses.replace(POINT, **change), 2)
    assert other.simulated_values == 2


def test_the_seed_and_the_version_of_the_sample_count(tmp_path, monkeypatch):
    """Another seed, or a program that samples otherwise, starts afresh."""
    CapacityStore(tmp_path, seed=0).curve(POINT, 2)
    other = CapacityStore(tmp_path, seed=1)
    other.curve(POINT, 2)
    assert other.simulated_values == 2
    key = point_key(POINT, 0)
    monkeypatch.setattr(remembered, "SAMPLE_VERSION", remembered.SAMPLE_VERSION + 1)
    assert point_key(POINT, 0) != key
    assert Folder(tmp_path).read(key) == {}


def test_whole_numbers_and_floats_name_the_same_point():
    """1 and 1.0 seconds are the same time."""
    whole = OperatingPoint((1, 2), 0, 3, 0.99, "shared")
    assert point_key(whole, 0) == point_key(OperatingPoint((1.0, 2.0), 0.0, 3.0, 0.99, "shared"), 0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b",1.", b",9."),
        lambda data: data[:-1],
        lambda data: b"\xff\xfe\x00" + data,
        lambda data: data.replace(b"#", b""),
        lambda _: b"not,a,table\n",
    ],
)
def test_a_damaged_file_is_simulated_anew(tmp_path, damage):
    """Cut short, altered or not even text: the values are those of a fresh run, and the file is whole afterwards."""
    curve = CapacityStore(tmp_path).curve(POINT, 3)
    path = the_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    mended = CapacityStore(tmp_path)
    assert np.array_equal(mended.curve(POINT, 3), curve)
    assert mended.simulated_values == 3
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    """Capacities come out all the same, and no half-written file stays."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert CapacityStore(blocked).curve(POINT, 2)[2] > 0.0
    folder = tmp_path / "folder"
    CapacityStore(folder).curve(POINT, 2)
    path = the_file(folder)
    path.unlink()
    path.mkdir()
    assert CapacityStore(folder).curve(POINT, 2)[2] > 0.0
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def _fill(folder, count):
    """Write the same point many times, with ever more values."""
    for most in range(1, count):
        Folder(folder).write("key", {replicas: 1.5 * replicas for replicas in range(1, most)})


def test_readers_see_whole_files_while_others_write(tmp_path):
    """Two processes write one point while a third reads it: what is read is always right."""
    writers = [multiprocessing.get_context("fork").Process(target=_fill, args=(tmp_path, 150)) for _ in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert all(rate == 1.5 * replicas for replicas, rate in Folder(tmp_path).read("key").items())
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(Folder(tmp_path).read("key")) == 148
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".csv"]


def test_an_exported_table_serves_as_the_shipped_one(tmp_path, monkeypatch):
    """What one store used, and no more, another finds in the table; the numbers are the same to the last bit."""
    CapacityStore(tmp_path / "cache").curve(dataclasses.replace(POINT, percentile=0.9), 2)
    used = CapacityStore(tmp_path / "cache")
    monkeypatch.setattr(store, "capacity_per_s", lambda *asked: asked[1] / 3)
    curve = used.curve(POINT, 13)
    used.export(tmp_path / "table.csv")
    table = parse_rows((tmp_path / "table.csv").read_text())
    assert set(table) == {point_key(POINT, 0)}
    assert sorted(table[point_key(POINT, 0)]) == [*range(1, 13), 14]
    monkeypatch.setattr(store, "shipped_capacities", lambda: table)
    served = CapacityStore()
    assert np.array_equal(served.curve(POINT, 13), curve)
    assert served.simulated_values == 0


def test_exporting_is_reproducible(tmp_path):
    """The order in which points were asked for leaves no trace."""
    points = [dataclasses.replace(POINT, target_s=target) for target in (1.5, 1.6, 1.7)]
    for name, order in (("a", points), ("b", points[::-1])):
        capacities = CapacityStore()
        for point in order:
            capacities.curve(point, 3)
        capacities.export(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("row", ["key,1", "key,x,1.0", "key,0,1.0", "key,1,nan", "key,1,inf", "key,1,-1.0", ""])
def test_rows_that_are_none_are_passed_over(row):
    """A wrong row does not spoil its neighbours."""
    assert parse_rows(f"{row}\nkey,2,3.5\n") == {"key": {2: 3.5}}


def test_numbers_survive_writing():
    """Rates read back to the last bit."""
    rates = {1: 0.1 + 0.2, 2: 1e-300, 3: 98268.86271234567}
    assert parse_rows(format_rows([("key", rates)])) == {"key": rates}


def test_a_table_read_on_demand_says_what_reading_all_of_it_says():
    """Every point of the shipped table, and rows that cannot be read, are the same whichever way they are read."""
    text = files("optimizer.performance").joinpath(SHIPPED_TABLE).read_text(encoding="utf-8")
    whole, table = parse_rows(text), Table(text)
    assert list(table) == list(whole)
    assert len(table) == len(whole) > 300
    assert all(table[key] == rates for key, rates in whole.items())
    assert table.get("unknown", {}) == {}
    assert Table("key,none,1\nkey,2,3.5\nother,x,y\n")["key"] == {2: 3.5}
    assert Table("other,x,y\n")["other"] == {}
