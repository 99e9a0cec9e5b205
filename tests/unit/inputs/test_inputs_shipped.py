"""Names of shipped catalogs and scenarios, paths, and names that are neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import load_catalog, load_inputs, shipped_catalogs, shipped_scenarios
from optimizer.inputs import shipped as module
from tests.unit.inputs.small_files import faults_of, small_scenario, write_catalog, write_small

ALL_KNOWN = f"Known shipped scenarios: {', '.join(sorted(shipped_scenarios()))}."


def test_what_is_shipped_loads() -> None:
    """Every catalog and every scenario that comes with fleetopt is without fault."""
    assert "public-cloud" in shipped_catalogs()
    assert {"shop-search", "single-service"} <= set(shipped_scenarios())
    for name in shipped_catalogs():
        assert load_catalog([name]).name == name
    for name in shipped_scenarios():
        assert load_inputs(name).scenario.name == name


def test_the_flagship_in_figures() -> None:
    """135 instance types in 23 locations, four of them allowed; ranking asks 1.5 times what retrieval does."""
    inputs = load_inputs("shop-search")
    assert len(inputs.catalog.instance_types) == 135
    assert len(inputs.catalog.locations) == 23
    retrieval, ranking = inputs.scenario.services
    assert (retrieval.name, ranking.name) == ("retrieval", "ranking")
    assert ranking.demand.peak_per_s == pytest.approx(1.5 * retrieval.demand.peak_per_s)
    assert inputs.scenario.horizon_hours == 8760.0
    assert {period.day_type: period.days for period in inputs.scenario.periods} == {
        "workday": 250.0, "weekend": 104.0, "sale": 11.0,
    }  # fmt: skip


def test_a_name_and_its_path_are_the_same_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shipped scenario can be named from any folder, and its file gives the same hash."""
    monkeypatch.chdir(tmp_path)
    by_path = load_inputs(shipped_scenarios()["shop-search"])
    assert load_inputs("shop-search").scenario.sha256 == by_path.scenario.sha256


def test_faults_of_a_shipped_scenario_name_no_folder_of_this_machine() -> None:
    """Shipped files are called by their short names, wherever the package lies."""
    told = faults_of(lambda: load_inputs("shop-search", ["network.request_kb=-1", "plan_for=low", "horizon.months=0"]))
    assert all(str(Path.cwd()) not in str(fault) for fault in told)


def test_an_installed_package_carries_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data inside the package comes before the folders of a checkout."""
    write_catalog(tmp_path / "optimizer" / "data" / "catalogs" / "own")
    scenarios = tmp_path / "optimizer" / "data" / "scenarios"
    scenarios.mkdir()
    write_small(scenarios, {**small_scenario(), "catalog": "own"})
    monkeypatch.setattr(module, "_PACKAGE", tmp_path / "optimizer")
    assert list(shipped_catalogs()) == ["own"]
    assert list(shipped_scenarios()) == ["small"]
    assert load_inputs("small").catalog.name == "small"


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("shop-serch", "Did you mean shop-search?"),
        ("scenarios/shop-serach.yaml", "Did you mean shop-search?"),
        ("quite-other", ALL_KNOWN),
        ("", ALL_KNOWN),
        ("x" * 5000, ALL_KNOWN),
        ("nul\0", ALL_KNOWN),
    ],
)
def test_a_scenario_that_is_not_there(name: str, mend: str) -> None:
    """A name nobody knows is answered with the likeliest one, or with all there are."""
    (fault,) = faults_of(lambda: load_inputs(name))
    assert (fault.code, fault.mend) == ("no-file", mend)


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    """A folder is told as such."""
    (fault,) = faults_of(lambda: load_inputs(tmp_path))
    assert (fault.where, fault.code) == (str(tmp_path), "folder")


@pytest.mark.parametrize("name", ["public-clod", "", "nul\0", "x" * 5000, "/dev/null"])
def test_a_catalog_that_is_not_there(name: str) -> None:
    """Whatever is named, the answer is a fault."""
    (fault,) = faults_of(lambda: load_catalog([name]))
    assert (fault.where, fault.code) == (f"catalog {name}", "no-file")


def test_no_catalog_at_all() -> None:
    """An empty list of catalogs is a fault too."""
    (fault,) = faults_of(lambda: load_catalog([]))
    assert fault.code == "missing"


def test_a_folder_without_a_catalog(tmp_path: Path) -> None:
    """A folder that is no catalog says which file is missing."""
    (fault,) = faults_of(lambda: load_catalog([str(tmp_path)]))
    assert fault.what.startswith("no catalog.yaml in that folder")


def test_a_catalog_path_is_relative_to_the_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From another folder the scenario still finds its catalog and its demand."""
    file = write_small(tmp_path / "work").resolve() if (tmp_path / "work").mkdir() is None else tmp_path
    monkeypatch.chdir(tmp_path)
    assert load_inputs(file).catalog.name == "small"
    assert load_catalog(["catalog"], relative_to=tmp_path / "work").name == "small"


@pytest.mark.parametrize("name", ["", "/dev/zero", "nul\0", "x" * 5000, ".", "gone.csv"])
def test_a_demand_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whatever is named, the answer is a fault at the key that names it."""
    document = small_scenario()
    document["services"]["search"]["demand"]["file"] = name
    file = write_small(tmp_path, document)
    told = faults_of(lambda: load_inputs(file))
    assert [fault.where.split(" ")[1] for fault in told] == ["services.search.demand.file"]
