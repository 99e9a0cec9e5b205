"""Today's fleet and the scenario it is asked about, from either of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimizer.errors import Fault, InputError
from optimizer.inputs.scenario import Inputs, load_inputs


def load_fleet(
    what: str | Path, scenario: str | Path | None = None, sets: Sequence[str] = (), withs: Sequence[Path] = ()
) -> Inputs:
    """Read what runs today, with the scenario that says what it serves.

    Parameters
    ----------
    what
        A ``.csv`` of what runs, or a scenario that names one under `running`.
    scenario
        The scenario of a ``.csv``.
    sets, withs
        As of `load_inputs`.

    Raises
    ------
    InputError
        With every fault; also where no scenario is given, or nothing runs.
    """
    if not is_fleet_file(what):
        return refuse_no_fleet(load_inputs(what, sets, withs), str(what))
    if scenario is None:
        missing = "a fleet is costed for a scenario, which says what it serves (found none)"
        raise InputError([Fault(str(what), missing, "Name one with --scenario.", "missing")])
    inputs = load_inputs(scenario, sets, withs, Path(what))
    if not inputs.scenario.running:
        raise InputError([Fault(str(what), "has no row", "Write one for each kind of instance that runs.", "empty")])
    return inputs


def is_fleet_file(what: str | Path) -> bool:
    """Whether a path is that of a CSV."""
    return Path(what).suffix.lower() == ".csv"


def is_plan_file(what: str | Path) -> bool:
    """Whether a path is that of a plan."""
    return Path(what).suffix.lower() == ".json"


def refuse_no_fleet(inputs: Inputs, name: str) -> Inputs:
    """Return the inputs of a scenario called `name`.

    Raises
    ------
    InputError
        If nothing runs in them.
    """
    if inputs.scenario.running:
        return inputs
    mend = f"Name a CSV of what runs under `running`, or give it: fleetopt cost FLEET.csv --scenario {name}"
    raise InputError([Fault(f"{name} running", "names no fleet of today, or an empty one", mend, "missing")])
