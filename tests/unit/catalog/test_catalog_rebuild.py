"""The committed files are what the scripts write today."""

from __future__ import annotations


def test_rebuilding_gives_the_same_bytes(tool, data_folder, shipped, tmp_path):
    """Catalog and demand, built again from the collected data, equal the committed files byte for byte."""
    written = tool("build_catalog").build(data_folder, tmp_path / "catalog")
    assert {path.name for path in written} == {path.name for path in shipped.iterdir()} - {"README.md"}
    for path in written:
        assert path.read_bytes() == (shipped / path.name).read_bytes(), path.name
    scenarios = shipped.parents[1] / "scenarios"
    for path in tool("build_scenarios").build(data_folder, tmp_path / "scenarios"):
        assert path.read_bytes() == (scenarios / "shop-search" / path.name).read_bytes(), path.name
