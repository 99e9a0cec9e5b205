"""The committed files are what the scripts write today."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("name", ["public-cloud", "china-cloud", "datacentre"])
def test_rebuilding_a_catalog_gives_the_same_bytes(tool, data_folder, shipped, tmp_path, name):
    """A catalog, built again from the collected data, equals the committed files byte for byte."""
    committed = shipped.parent / name
    written = tool("build_catalog").build(data_folder, tmp_path, name)
    assert {path.name for path in written} == {path.name for path in committed.iterdir()} - {"README.md"}
    for path in written:
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name


def test_rebuilding_the_demand_gives_the_same_bytes(tool, data_folder, shipped, tmp_path):
    """The shipped demand, built again from the collected data, equals the committed file byte for byte."""
    scenarios = shipped.parents[1] / "scenarios"
    for path in tool("build_scenarios").build(data_folder, tmp_path):
        assert path.read_bytes() == (scenarios / path.relative_to(tmp_path)).read_bytes(), path


def test_rebuilding_the_histories_gives_the_same_bytes(tool, data_folder, shipped, tmp_path):
    """The histories that tests forecast, cut again from the collected data, equal the committed files."""
    committed = shipped.parents[1] / "tests" / "data" / "traffic"
    for path in tool("build_traffic").build(data_folder, tmp_path):
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name


def test_rebuilding_the_measurements_gives_the_same_bytes(tool, data_folder, shipped, tmp_path):
    """The curves that figures are judged by, cut again from the collected data, equal the committed files."""
    committed = shipped.parents[1] / "tests" / "data" / "measurements"
    for path in tool("build_measurements").build(data_folder, tmp_path):
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name


def test_the_first_catalog_is_cut_from_the_public_one(tool, shipped, tmp_path):
    """The catalog that ``fleetopt init`` writes is what the script takes out of the committed files."""
    committed = shipped.parents[1] / "optimizer" / "templates" / "first" / "catalog"
    written = tool("build_template").build(shipped, tmp_path)
    assert {path.name for path in written} == {path.name for path in committed.iterdir()} - {"catalog.yaml"}
    for path in written:
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name
