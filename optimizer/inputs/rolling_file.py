"""Weekly forecasts and what came of them: a demand file with a week and the demand that came in each row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.domain.scenario import Scenario
from optimizer.inputs.asked import Asked, asked_of
from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import read_table
from optimizer.inputs.demand_file import DEMANDS, KEY, demand_columns, demand_of
from optimizer.inputs.demands import read_demands
from optimizer.inputs.document import Node
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.overrides import columns_of, effective_document, with_forecast
from optimizer.inputs.raw_table import RawTable, read_raw_table
from optimizer.inputs.scenario import Inputs, load_inputs
from optimizer.inputs.schema import HIGHEST_RATE_PER_S
from optimizer.inputs.shipped import find_scenario

WEEK, ACTUAL = "week", "actual"
RATES = ("mean", *DEMANDS)


@dataclass(frozen=True, slots=True)
class ForecastWeek:
    """What was expected of a week and what came, as scenarios."""

    name: str
    forecast: Scenario
    actual: Scenario


def holds_weeks(path: Path) -> bool:
    """Return whether a file is one of weekly forecasts and no history of counts, by the names of its columns.

    One that cannot be read is, so that reading it tells why.
    """
    columns = columns_of(path)
    return not columns or bool({WEEK, ACTUAL, *KEY[2:]} & {*columns})


def load_rolling(
    path: Path, scenario: str | Path, sets: Sequence[str] = (), withs: Sequence[Path] = ()
) -> tuple[Inputs, tuple[ForecastWeek, ...]]:
    """Read a scenario and the weeks that it goes through, in the order of the file.

    Parameters
    ----------
    path
        A demand file with the columns `week` and `actual` as well. `actual` is what came of the demand planned for; the
        other rates of a row came in the same proportion.
    scenario, sets, withs
        As of `load_inputs`.

    Raises
    ------
    InputError
        With every fault found.
    """
    inputs = load_inputs(scenario, sets, withs)
    faults, shown = Faults(), str(path)
    content = read_bytes(path, shown, faults)
    text = None if content is None else decode(content, shown, faults)
    raw = None if text is None else read_raw_table(text, shown, faults)
    planned = inputs.scenario.plan_for
    if raw is not None:
        rate = Column(ACTUAL, "number", low=0.0, high=HIGHEST_RATE_PER_S)
        read_table(raw, (Column(WEEK), *demand_columns(planned), rate), (WEEK, *KEY), faults)
        if not len(raw):
            faults.add(f"{shown}:{raw.header_line}", "has a header and no rows", "Add rows.", "empty")
    found = find_scenario(scenario, faults)
    root = None if found is None else effective_document(found.path, found.shown, sets, withs, faults)
    faults.raise_if_any()
    assert raw is not None
    assert root is not None
    reading = _Reading(root, inputs.scenario, path.parent, hashlib.sha256(content or b"").hexdigest())
    weeks = tuple(reading.week(name, part, faults) for name, part in _by_week(raw).items())
    faults.raise_if_any()
    return inputs, weeks


def _by_week(raw: RawTable) -> dict[str, RawTable]:
    """The rows of each week without that column, each with its line."""
    column = raw.header.index(WEEK)
    places: dict[str, list[int]] = {}
    for row, name in enumerate(raw.cells[column]):
        places.setdefault(name.strip(), []).append(row)
    return {name: _part(raw, rows, [n for n in range(len(raw.header)) if n != column]) for name, rows in places.items()}


def _part(raw: RawTable, rows: Sequence[int], columns: Sequence[int]) -> RawTable:
    return replace(
        raw,
        header=tuple(raw.header[n] for n in columns),
        cells=[[raw.cells[n][row] for row in rows] for n in columns],
        lines=[raw.lines[row] for row in rows],
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    root: Node
    scenario: Scenario
    folder: Path
    sha256: str

    def week(self, name: str, raw: RawTable, faults: Faults) -> ForecastWeek:
        """Both demands of a week."""
        column = raw.header.index(ACTUAL)
        forecast = _part(raw, range(len(raw)), [n for n in range(len(raw.header)) if n != column])
        came = _came(forecast, [float(cell) for cell in raw.cells[column]], self.scenario.plan_for)
        return ForecastWeek(name, self._at(forecast, faults), self._at(came, faults))

    def _at(self, raw: RawTable, faults: Faults) -> Scenario:
        asked: Asked = asked_of(with_forecast(self.root, Path(raw.file), raw.header))
        file = demand_of(raw, self.sha256, self.scenario.plan_for, faults)
        found = read_demands(asked, self.folder, faults, file)
        services, pages = found.by_service, found.by_pipeline
        return replace(
            self.scenario,
            services=tuple(replace(s, demand=services.get(s.name, s.demand)) for s in self.scenario.services),
            pipelines=tuple(replace(p, demand=pages.get(p.name, p.demand)) for p in self.scenario.pipelines),
        )


def _came(raw: RawTable, actual: Sequence[float], planned: str) -> RawTable:
    """The rows with what came in place of what was expected, every rate in proportion."""
    at = raw.header.index(planned)
    expected = [float(cell) for cell in raw.cells[at]]
    cells = [list(column) for column in raw.cells]
    for n, name in enumerate(raw.header):
        if name in RATES:
            cells[n] = [
                repr(came if of == 0.0 or n == at else float(cell) * came / of)
                for cell, came, of in zip(raw.cells[n], actual, expected, strict=True)
            ]
    return replace(raw, cells=cells)
