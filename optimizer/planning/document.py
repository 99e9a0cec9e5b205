"""The plan as one record, with its bill; the objective and the bill must agree."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np

from optimizer.costs import make_bill
from optimizer.domain.plan import PLAN_FORMAT, Cost, DemandRow, Objective, Plan, PlanPeriod, Pool, Route
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.planning.assumptions import assumptions_of
from optimizer.planning.capacity_use import capacity_shares
from optimizer.planning.extract import fleet_of, pools_of, routes_of, uses_of, volumes_of
from optimizer.planning.inputs_used import inputs_used
from optimizer.planning.layout import BlockLoad
from optimizer.planning.rejected import rejected_types
from optimizer.solve import Outcome

PLAN_SPACE = (
    "every instance type priced on demand in the allowed locations, every batch size of the profile's grid, every "
    "accelerator count of the profile, 1 to all zones (every layout up to 24 instances, balanced ones beyond), any "
    "partition of origins over locations, one configuration of a service in a location, one service on an instance"
)
#: The objective and the bill may differ by rounding of floats only.
AGREEMENT = 0.01


def write_plan(
    context: Context,
    block_set: BlockSet,
    loads: Sequence[BlockLoad],
    promises_s: Sequence[float],
    outcome: Outcome,
    *,
    seed: int,
    gap: float,
) -> Plan:
    """Return the plan of the chosen blocks, bill included, checks still empty.

    Raises
    ------
    RuntimeError
        If the solver's objective and the bill differ: a cost would stand in one and not in the other.
    """
    scenario, catalog = context.scenario, context.catalog
    pools, routes = _pools_and_routes(context, loads, promises_s)
    cost = make_bill(
        context.rates, uses_of(context, loads), volumes_of(context, loads), tiered=context.is_on("egress_tiers")
    )
    objective = _objective(context, cost, outcome)
    _refuse_disagreement(context, loads, cost)
    status: Literal["optimal", "feasible"] = "optimal" if objective.gap <= gap + 1e-9 else "feasible"
    chosen = [load.block for load in loads]
    cautious = cost.total if scenario.plan_on == "cautious" else None
    return Plan(
        format=PLAN_FORMAT,
        status=status,
        stopped_by=outcome.stopped_by,
        plan_space=PLAN_SPACE,
        created_with={"version": fleetopt_version(), "solver": solver_version(), "seed": seed},
        scenario={"name": scenario.name, "sha256": scenario.sha256, "start": scenario.horizon_start},
        catalog=({"name": catalog.name, "sha256": catalog.sha256, "as_of": catalog.as_of},),
        objective=objective,
        total_at={"central": None if cautious is not None else cost.total, "cautious": cautious},
        obligation_after_horizon=0.0,
        expected={name: cost.total if name == scenario.plan_for else None for name in ("low", "mid", "high")},
        fleet=fleet_of(context, loads),
        pools=tuple(pools),
        routing=tuple(routes),
        pipelines=(),
        periods=tuple(PlanPeriod(p.day_type, p.hour, p.days, p.hours) for p in scenario.periods),
        demand=_demand_rows(context, loads),
        cost=cost,
        checks=(),
        alternatives=(),
        assumptions=assumptions_of(context, cost, chosen),
        rejected=rejected_types(context, block_set, chosen),
        headroom=capacity_shares(context, loads),
        inputs=inputs_used(context, chosen, block_set.locations),
    )


def _pools_and_routes(
    context: Context, loads: Sequence[BlockLoad], promises_s: Sequence[float]
) -> tuple[list[Pool], list[Route]]:
    pools: list[Pool] = []
    routes: list[Route] = []
    for load, promise in zip(loads, promises_s, strict=True):
        routes += routes_of(context, load, len(pools))
        pools += pools_of(load, promise)
    return pools, routes


def _objective(context: Context, cost: Cost, outcome: Outcome) -> Objective:
    fixed = context.rates.fixed_total()
    bound = min(cost.total, outcome.lower_bound + fixed)
    changeable = cost.total - fixed
    missing = cost.total - bound
    return Objective(
        currency=context.catalog.currency,
        total=cost.total,
        fixed=fixed,
        lower_bound=bound,
        gap=missing / changeable if changeable > 0.0 else 0.0,
        gap_of_total=missing / cost.total if cost.total > 0.0 else 0.0,
        horizon_hours=context.scenario.horizon_hours,
    )


def _refuse_disagreement(context: Context, loads: Sequence[BlockLoad], cost: Cost) -> None:
    """Add the chosen blocks up as the objective does; tiered pairs are compared by the second reading."""
    if any(
        context.is_tiered(f.pair)
        for item in loads
        for o in item.block.origins
        for f in context.flows(o, item.block.location)
    ):
        return
    objective = sum(load.block.cost for load in loads) + context.rates.fixed_total()
    if abs(objective - cost.total) > AGREEMENT + 1e-9 * cost.total:
        message = f"the objective ({objective:.2f}) and the bill ({cost.total:.2f}) differ"
        raise RuntimeError(message)


def _demand_rows(context: Context, loads: Sequence[BlockLoad]) -> tuple[DemandRow, ...]:
    scenario = context.scenario
    return tuple(_demand_row(context, index, loads) for index in range(len(scenario.services)))


def _demand_row(context: Context, index: int, loads: Sequence[BlockLoad]) -> DemandRow:
    scenario = context.scenario
    service = scenario.services[index]
    peak = service.demand.peak_per_s.sum(axis=0)
    mean = float(service.demand.mean_per_s.sum(axis=0) @ context.period_hours) / scenario.horizon_hours
    busy = np.zeros(len(scenario.periods))
    memory = np.zeros(len(scenario.periods))
    for load in (item for item in loads if item.block.service == index):
        candidate, point = load.block.configuration.candidate, load.block.configuration.point
        per_replica_s = point.service_s[-1] / len(point.service_s)
        accelerators = candidate.curve.accelerators_per_replica
        busy += load.block.need_per_s / context.headroom_factor * per_replica_s * accelerators
        replicas = load.instances.sum(axis=1) * candidate.replicas_per_instance
        memory += replicas * (candidate.model.weights_gib + candidate.model.tables_gib)
    kb = scenario.network.request_kb + scenario.network.response_kb
    months = context.rates.horizon_months
    requests = sum(context.requests(index, origin) for origin in range(len(scenario.origins)))
    return DemandRow(
        service=service.name,
        requests_per_s_peak=float(peak.max(initial=0.0)),
        requests_per_s_mean=mean,
        busy_accelerators=float(busy.max(initial=0.0)),
        memory_gib=float(memory.max(initial=0.0)),
        gb_per_month=requests * kb / 1e6 / months,
        mbit_per_s=float(peak.max(initial=0.0)) * kb * 8.0 / 1e3,
    )


def fleetopt_version() -> str:
    """Version of the installed distribution."""
    try:
        return version("fleetopt")
    except PackageNotFoundError:
        return "unknown"


def solver_version() -> str:
    """Name and version of the solver."""
    return f"HiGHS in OR-Tools {version('ortools')}"
