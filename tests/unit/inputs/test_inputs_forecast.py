"""A forecast in place of the demand of every service."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.inputs import load_inputs
from optimizer.inputs.document import Mark, Node
from optimizer.inputs.overrides import with_forecast
from tests.unit.inputs.small_files import demand_rows, write_rows


def _forecast(path: Path, services: list[str]) -> None:
    """Twice the rates of the small demand, for the page and for every service by its name."""
    rows = []
    for name in ("page", *services):
        rows += [
            {**row, "service": name, **{key: 2 * row[key] for key in ("mean", "low", "mid", "high")}}
            for row in demand_rows()
        ]
    write_rows(path, rows)


def test_every_service_reads_the_forecast(small: Path, tmp_path: Path) -> None:
    """Twice the rates of the page where it was read, its own rates where they were constant, with the mean given."""
    before = load_inputs(small)
    (tmp_path / "elsewhere").mkdir()
    forecast = tmp_path / "elsewhere" / "forecast.csv"
    _forecast(forecast, [service.name for service in before.scenario.services])
    after = load_inputs(small, forecast=forecast)
    for old, new in zip(before.scenario.services, after.scenario.services, strict=True):
        if "demand.csv" in old.demand.source:
            np.testing.assert_allclose(new.demand.peak_per_s, 2 * old.demand.peak_per_s)
        np.testing.assert_allclose(new.demand.peak_per_s, 4 * new.demand.mean_per_s)
        assert "forecast.csv" in new.demand.source
    assert before.scenario.sha256 != after.scenario.sha256


def _node(value: object) -> Node:
    mark = Mark("x.yaml", 1)
    if isinstance(value, dict):
        return Node({key: _node(item) for key, item in value.items()}, mark)
    return Node(value, mark)  # type: ignore[arg-type]


def test_a_constant_gives_way_and_the_series_stays(tmp_path: Path) -> None:
    """Which series of a file a service reads is its own; a constant is replaced, its ratio too if the mean is given."""
    services = {
        "one": {"demand": {"constant_per_s": {"shop": 1}, "peak_to_mean": 1.5}},
        "two": {"demand": {"file": "old.csv", "series": "page", "calls_per_page": 2}},
        "three": "nonsense",
    }
    found = with_forecast(_node({"services": services}), tmp_path / "new.csv").plain()
    file = str(tmp_path / "new.csv")
    (tmp_path / "mean.csv").write_text("service,mean,high\n", encoding="utf-8")
    with_mean = with_forecast(_node({"services": {"one": services["one"]}}), tmp_path / "mean.csv").plain()
    assert with_mean == {"services": {"one": {"demand": {"file": str(tmp_path / "mean.csv")}}}}
    assert found == {
        "services": {
            "one": {"demand": {"peak_to_mean": 1.5, "file": file}},
            "two": {"demand": {"file": file, "series": "page", "calls_per_page": 2}},
            "three": "nonsense",
        }
    }
