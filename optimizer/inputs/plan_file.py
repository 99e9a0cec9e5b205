"""Reading ``plan.json`` back: the same plan, or every reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from optimizer.domain.plan import PLAN_FORMAT, FleetRow, Plan, Pool, Route
from optimizer.domain.scenario import Scenario
from optimizer.errors import Fault, InputError
from optimizer.inputs import document
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.json_records import BROKEN, JsonReader, parse_json
from optimizer.inputs.plan_inputs import PlanInputs
from optimizer.inputs.wording import show

AGAIN = "Make the plan again."


def read_plan(path: str | Path) -> Plan:
    """Read a plan that ``fleetopt plan -o`` wrote.

    Parameters
    ----------
    path
        The JSON file.

    Returns
    -------
    Plan
        Equal to the plan that was written.

    Raises
    ------
    InputError
        With every key that is missing, unknown or not what it should be, located by its path.
    """
    faults, file = Faults(), str(path)
    content = read_bytes(Path(path), file, faults)
    text = None if content is None else decode(content, file, faults)
    value = BROKEN if text is None else parse_json(text, file, faults)
    if value is BROKEN:
        faults.refuse()
    reader = JsonReader(file, faults, {("inputs",): PlanInputs})
    _refuse_other_format(value, reader)
    faults.raise_if_any()
    plan = reader.read(value, Plan)
    faults.raise_if_any()
    _check_lengths(plan, reader)
    faults.raise_if_any()
    return plan if isinstance(plan, Plan) else faults.refuse()


def refuse_other_scenario(plan: Plan, file: str, scenario: Scenario) -> None:
    """Refuse a plan that was not made from a scenario as it now is.

    Raises
    ------
    InputError
        Located at the plan's key.
    """
    made_from = plan.scenario.get("sha256", "")
    if made_from != scenario.sha256:
        what = f"must be that of scenario {scenario.name} as it now is (found {show(made_from)})"
        raise InputError([Fault(f"{file} scenario.sha256", what, AGAIN, "other-scenario")])


def _refuse_other_format(value: object, reader: JsonReader) -> None:
    """Refuse a document that is no plan at all before its keys are compared one by one."""
    if not isinstance(value, dict):
        reader.tell((), f"must be a mapping (found {show(value)})", "Give a file of fleetopt plan -o.", "wrong-type")
    elif value.get("format") != PLAN_FORMAT:
        what = f"must be {PLAN_FORMAT} (found {show(value.get('format'))})"
        reader.tell(("format",), what, "Give a file of fleetopt plan -o.", "wrong-format")


def _check_lengths(plan: Plan, reader: JsonReader) -> None:
    """Refuse series that do not have one value for each period, and routes to pools that are not there."""
    periods = len(plan.periods)
    for path, series in (*_record_series(plan), *_demand_series(plan)):
        if len(series) != periods:
            what = f"must have one value for each of {periods} periods (found {len(series)})"
            reader.tell(path, what, AGAIN, "wrong-length")
    for index, pool in enumerate(plan.pools):
        if len(pool.service_time.batch) != len(pool.service_time.seconds):
            found = f"{len(pool.service_time.batch)} and {len(pool.service_time.seconds)}"
            what = f"batch and seconds must be equally long (found {found})"
            reader.tell(("pools", index, "service_time"), what, AGAIN, "wrong-length")
    for index, route in enumerate(plan.routing):
        if not 0 <= route.pool < len(plan.pools):
            what = f"must be the index of one of {len(plan.pools)} pools (found {route.pool})"
            reader.tell(("routing", index, "pool"), what, AGAIN, "out-of-range")


def _record_series(plan: Plan) -> Iterator[tuple[document.Path, Sequence[float]]]:
    tables: dict[str, tuple[FleetRow | Pool | Route, ...]] = {
        "fleet": plan.fleet,
        "pools": plan.pools,
        "routing": plan.routing,
    }
    for key, rows in tables.items():
        for index, row in enumerate(rows):
            for field in fields(row):
                if field.name.endswith("_by_period"):
                    yield (key, index, field.name), getattr(row, field.name)


def _demand_series(plan: Plan) -> Iterator[tuple[document.Path, Sequence[float]]]:
    for service, origins in plan.inputs["demand"].items():
        for origin, rates in origins.items():
            for name in ("mean", "peak"):
                yield ("inputs", "demand", service, origin, name), rates[name]
    for index, pipeline in enumerate(plan.inputs["pipelines"]):
        for origin, rates in pipeline["demand"].items():
            for name in ("mean", "peak"):
                yield ("inputs", "pipelines", index, "demand", origin, name), rates[name]
