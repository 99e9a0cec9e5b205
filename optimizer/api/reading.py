"""Files in, records out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.inputs import Asking, Inputs, OptionSet, load_inputs, read_plan, refuse_wrong_sums, write_first
from optimizer.inputs import load_catalog as _load_catalog
from optimizer.inputs import load_fleet as _load_fleet
from optimizer.inputs import load_options as _load_options
from optimizer.inputs import shipped_catalogs as _shipped_catalogs


def load_scenario(
    path: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    forecast: str | Path | None = None,
) -> Inputs:
    """Read a scenario with its demand and its catalog.

    Parameters
    ----------
    path
        A scenario file, or the name of one that comes with fleetopt.
    sets
        Overrides such as ``services.ranking.latency.p99_ms=25``.
    overlays
        Partial scenario files whose keys override.
    forecast
        A demand file that takes the place of every service's own; None to read those.

    Returns
    -------
    Inputs
        `scenario`, `catalog` and `warnings`.

    Raises
    ------
    InputError
        With every fault found.
    """
    withs = tuple(Path(item) for item in overlays)
    return load_inputs(path, tuple(sets), withs, forecast=None if forecast is None else Path(forecast))


def load_fleet(
    path: str | Path,
    scenario: str | Path | None = None,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
) -> Inputs:
    """Read what runs today: a CSV and the scenario it is asked about, or a scenario that names one.

    Parameters
    ----------
    path
        A ``.csv`` of what runs, instead of the one the scenario names; or a scenario.
    scenario
        The scenario of a ``.csv``: a file, or the name of one that comes with fleetopt.
    sets, overlays
        As of `load_scenario`.

    Raises
    ------
    InputError
        With every fault found; also where nothing runs.
    """
    return _load_fleet(path, scenario, tuple(sets), tuple(Path(item) for item in overlays))


def load_options(
    scenario: str | Path,
    options: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    *,
    horizon_months: int | None = None,
) -> OptionSet:
    """Read a file of options, each with the scenario and the catalog it makes.

    Parameters
    ----------
    scenario, sets, overlays
        As `load_scenario`.
    options
        The file.
    horizon_months
        Months that every option is planned for; None for the scenario's own.

    Raises
    ------
    InputError
        With every fault of every option.
    """
    places = tuple(Path(item) for item in overlays)
    return _load_options(Asking(scenario, tuple(sets), places, horizon_months), Path(options))


def load_catalog(name: str | Path | Sequence[str | Path]) -> Catalog:
    """Read a catalog, by folder or by the name of one that comes with fleetopt; several are read as one.

    Raises
    ------
    InputError
        With every fault found.
    """
    return _load_catalog([str(name)] if isinstance(name, str | Path) else [str(one) for one in name])


def shipped_catalogs() -> dict[str, Path]:
    """Return the catalogs that come with fleetopt, by name."""
    return _shipped_catalogs()


def load_plan(path: str | Path) -> Plan:
    """Read a plan file back.

    Raises
    ------
    InputError
        If it is no plan of this format.
    """
    return read_plan(Path(path))


def init(folder: str | Path) -> tuple[Path, ...]:
    """Write a small scenario, its demand and its catalog, which plan as they are, to a new or empty folder.

    Returns
    -------
    tuple of Path
        The files written, the scenario first.

    Raises
    ------
    FleetoptError
        If something is there already, or it cannot be written; nothing is left behind then.
    """
    return write_first(Path(folder))


def inputs_of(scenario: Inputs | str | Path) -> Inputs:
    """Return what `load_scenario` returned, or read what it takes."""
    return scenario if isinstance(scenario, Inputs) else load_scenario(scenario)


def plan_of(plan: Plan | str | Path) -> Plan:
    """Return a plan, or read the file of one."""
    return plan if isinstance(plan, Plan) else load_plan(plan)


def billed_plan(plan: Plan | str | Path, name: str = "plan") -> Plan:
    """Return a plan, or read the file of one; its bill must add up.

    Parameters
    ----------
    name
        How faults call a plan that is in no file.

    Raises
    ------
    InputError
        If the file is no plan, or a line or a sum of the bill is wrong.
    """
    read = plan_of(plan)
    refuse_wrong_sums(read, name if isinstance(plan, Plan) else str(plan))
    return read
