"""A valid plan worked out by hand: 2 services, 2 locations, 3 zones, 2 periods, and one internet origin with tiers.

`search` (protected against the loss of a zone) runs in north/one, zones a and b; `rank` in south/two, its only zone.

Service times. The curve of net is 10 ms for 2 items and 16 ms for 8; search has 2 items a request, the band is 25 %:
batches of 1, 2, 3, 4 requests are 2, 4, 6, 8 items = 10, 12, 14, 16 ms, x 1.25 = 12.5, 15, 17.5, 20 ms. That is
20 ms x (0.5 + 0.5 k / 4), for which exact percentiles are known. A replica serves at most 4 / 20 ms = 200 requests/s.
The curve of big is 40 and 60 ms, the band 50 %: 60 and 90 ms, at most 2 / 90 ms = 22.2 requests/s a replica.

Need = peak x (1 + 0.2) / (1 - 0.2) = peak x 1.5. search: peaks 48 + 12 = 60 and 96 + 24 = 120, so 90 and 180
requests/s, half of it in either zone. rank: peaks 6 and 16, so 9 and 24.

Latency of search: 80 ms - 4 ms overhead - 20 ms x 1.5 network (the internet origin is the far one) leave 46 ms. At a
utilisation of 0.5 (100 requests/s for one replica) p99 is 20 ms x 2.03883213 = 40.8 ms: so 100 for each replica may be
claimed, and 34 + 40.8 = 75 ms is promised. rank: 200 ms - 10 ms x 1.5 leave 185 ms, two batches of 90 ms and more.

Memory: search 1 + 1 GiB of 16. rank needs 2 accelerators of 16 GiB for 20 + 2 GiB; its 100 GiB of tables stay on the
host: 2 replicas x (8 + 100) = 216 of 256 GiB. A quad holds 4 / 2 = 2 replicas, so 2 and 4 replicas are 1 and 2 quads.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from optimizer.domain.plan import (
    Cost,
    CostLine,
    FleetRow,
    Objective,
    Plan,
    PlanPeriod,
    Pool,
    Route,
    ServiceTime,
)

NORTH, SOUTH = "north/one", "south/two"
LISTED = {"as_of": "2026-01-01", "basis": "list", "source": "made for a test"}
MEASURED = {"as_of": "2026-01-01", "basis": "measured", "source": "made for a test"}

INPUTS: dict[str, Any] = {
    "pipelines": [],
    "services": [
        {
            "name": "search",
            "profiles": ["net/fp16"],
            "items_per_request": 2,
            "latency_ms": 80.0,
            "percentile": 0.99,
            "overhead_ms": 4.0,
            "redundancy": "zone",
            "dispatch": "round_robin",
            "batch_time_p99_over_mean": 1.0,
            "max_wait_ms": None,
            "protected_share": 1.0,
            "min_replicas": 0,
            "max_replicas": None,
        },
        {
            "name": "rank",
            "profiles": ["small/fp16", "big/fp16"],
            "items_per_request": 1,
            "latency_ms": 200.0,
            "percentile": 0.95,
            "overhead_ms": 0.0,
            "redundancy": "none",
            "dispatch": "shared",
            "batch_time_p99_over_mean": 1.0,
            "max_wait_ms": None,
            "protected_share": 1.0,
            "min_replicas": 0,
            "max_replicas": None,
        },
    ],
    "origins": [
        {"name": "shop", "at": NORTH, "rtt_ms": {NORTH: 2.0, SOUTH: 10.0}, "residency": None},
        {"name": "web", "at": "internet", "rtt_ms": {NORTH: 20.0}, "residency": None},
    ],
    "locations": [NORTH, SOUTH],
    "zones": {NORTH: ["a", "b"], SOUTH: ["a"]},
    "demand": {
        "search": {
            "shop": {"mean": [24.0, 48.0], "peak": [48.0, 96.0], "at_demand": {}},
            "web": {"mean": [6.0, 12.0], "peak": [12.0, 24.0], "at_demand": {}},
        },
        "rank": {
            "shop": {"mean": [3.0, 8.0], "peak": [6.0, 16.0], "at_demand": {}},
            "web": {"mean": [0.0, 0.0], "peak": [0.0, 0.0], "at_demand": {}},
        },
    },
    "plan_for": "high",
    "plan_on": "cautious",
    "autoscaling": "hourly",
    "headroom": {"release_share": 0.2, "retry_share": 0.2},
    "network": {"request_kb": 10.0, "response_kb": 40.0, "rtt_p99_factor": 1.5},
    "storage": {"model_copies_gib": None, "logs_gb_per_million_requests": 2.0, "log_retention_days": 365.0 / 12.0},
    "horizon_months": 1,
    "horizon_start": "2027-01-01",
    "cost_weights": {"high": 1.0},
    "purchase": {
        "options": ["on_demand"],
        "after_horizon": "refuse",
        "value_share": 0.0,
        "spot": {"max_share": 0.3, "overhead_share": 0.05, "may_vanish": "all_of_a_type"},
        "scale_up_lead_hours": 0.0,
        "scale_up_max_instances": None,
    },
    "price_rules": [],
    "commitments": [],
    "owned": {"price": "mid", "discount_rate_per_year": 0.08, "unused": "off", "operator_cost_per_year": None},
    "limits": {
        "budget_per_month": None,
        "power_kw": None,
        "carbon_t": None,
        "max_instance_types": None,
        "quotas": [],
    },
    "pins": [],
    "change": None,
    "currency_rates": [],
    "idle_power_share": 0.3,
    "location_energy": {
        place: {"pue": None, "grid_gco2_per_kwh": None, "electricity_price_per_kwh": None} for place in (NORTH, SOUTH)
    },
    "owned_servers": [],
    "sites": [],
    "operations": {
        "people": [{"role": "engineer", "fte": 0.5, "cost_per_year": 120_000.0}],
        "monitoring_per_instance_month": 15.0,
        "support_share_of_spend": 0.10,
        "maintenance_share": 0.05,
    },
    "prices": [
        {
            "provider": place.split("/")[0],
            "instance_type": kind,
            "location": place,
            "purchase_option": "on_demand",
            "status": "offered",
            "price_per_hour": price,
            "upfront": 0.0,
            "term_months": 0,
            **LISTED,
        }
        for place, kind, price in ((NORTH, "one", 2.0), (SOUTH, "quad", 8.0))
    ],
    "instance_types": [
        {
            "provider": "north",
            "name": "one",
            "vcpu": 8,
            "memory_gib": 32.0,
            "accelerator": "chip",
            "accelerator_count": 1,
            "accelerator_memory_gib": 16.0,
            "idle_power_w": None,
            "max_power_w": None,
        },
        {
            "provider": "south",
            "name": "quad",
            "vcpu": 32,
            "memory_gib": 256.0,
            "accelerator": "chip",
            "accelerator_count": 4,
            "accelerator_memory_gib": 16.0,
            "idle_power_w": None,
            "max_power_w": None,
        },
    ],
    "availability": [
        {"provider": "north", "instance_type": "one", "location": NORTH, "zones": ["a", "b"]},
        {"provider": "south", "instance_type": "quad", "location": SOUTH, "zones": ["a"]},
    ],
    "served_models": [
        {"name": "net", "weights_gib": 1.0, "tables_gib": 0.0, "runtime_gib": 1.0, "host_base_gib": 4.0},
        {"name": "big", "weights_gib": 20.0, "tables_gib": 100.0, "runtime_gib": 2.0, "host_base_gib": 8.0},
    ],
    "curves": [
        {
            "profile": "net/fp16",
            "accelerator": "chip",
            "accelerators_per_replica": 1,
            "batch_items": [2, 8],
            "service_s": [0.010, 0.016],
            "error_band": 0.25,
            "min_vcpu": 4,
            **MEASURED,
        },
        {
            "profile": "big/fp16",
            "accelerator": "chip",
            "accelerators_per_replica": 2,
            "batch_items": [1, 2],
            "service_s": [0.04, 0.06],
            "error_band": 0.5,
            "min_vcpu": 0,
            **MEASURED,
        },
    ],
    "transfer": [
        {"origin": start, "destination": end, "from_gb": from_gb, "price_per_gb": price, **LISTED}
        for start, end, from_gb, price in (
            (NORTH, NORTH, 0.0, 0.01),
            (NORTH, "internet", 0.0, 0.10),
            (NORTH, "internet", 500.0, 0.05),
            (NORTH, SOUTH, 0.0, 0.02),
            (SOUTH, NORTH, 0.0, 0.02),
        )
    ],
    "storage_prices": [
        {"storage_class": kind, "location": place, "price_per_gb_month": price, **LISTED}
        for kind, place, price in (("block", NORTH, 0.08), ("object", NORTH, 0.02), ("block", SOUTH, 0.10))
    ],
}


def _search(zone: str) -> Pool:
    """Half of search: 45 and 90 requests/s on 1 and 2 replicas, 45 / 200 = 90 / 400 = 0.225 busy."""
    return Pool(
        service="search",
        profile="net/fp16",
        provider="north",
        region="one",
        zone=zone,
        instance_type="one",
        accelerators_per_replica=1,
        batch_size=4,
        max_wait_ms=0.0,
        replicas_by_period=(1, 2),
        arrival_rate_per_s_by_period=(45.0, 90.0),
        capacity_per_s_by_period=(100.0, 200.0),
        utilisation_by_period=(0.225, 0.225),
        promised={"p99_ms": 75.0},
        target={"p99_ms": 80.0},
        basis="measured",
        error_band=0.25,
        dispatch="round_robin",
        network_ms=30.0,
        overhead_ms=4.0,
        service_time=ServiceTime((1, 2, 3, 4), (0.0125, 0.015, 0.0175, 0.020), 1.0),
        spot_replicas_by_period=(0, 0),
    )


def _rank() -> Pool:
    """rank: 9 requests/s on 2 replicas, 9 x 0.09 / (2 x 2) = 0.2025 busy; 24 on 4, 24 x 0.09 / (4 x 2) = 0.27."""
    return Pool(
        service="rank",
        profile="big/fp16",
        provider="south",
        region="two",
        zone="a",
        instance_type="quad",
        accelerators_per_replica=2,
        batch_size=2,
        max_wait_ms=0.0,
        replicas_by_period=(2, 4),
        arrival_rate_per_s_by_period=(9.0, 24.0),
        capacity_per_s_by_period=(20.0, 40.0),
        utilisation_by_period=(0.2025, 0.27),
        promised={"p95_ms": 110.0},
        target={"p95_ms": 200.0},
        basis="measured",
        error_band=0.5,
        dispatch="shared",
        network_ms=15.0,
        overhead_ms=0.0,
        service_time=ServiceTime((1, 2), (0.06, 0.09), 1.0),
        spot_replicas_by_period=(0, 0),
    )


def _line(
    category: str, item: str, quantity: float, unit: str, unit_price: float, amount: float, **place: str
) -> CostLine:
    names = ("service", "provider", "location", "instance_type", "purchase_option")
    return CostLine(
        category=category,  # type: ignore[arg-type]
        item=item,
        phase="operation",
        quantity=quantity,
        unit=unit,
        unit_price=unit_price,
        amount=amount,
        allocated_by="",
        **{name: place.get(name, "") for name in names},
        **LISTED,
    )


SEARCH = {"service": "search", "provider": "north", "location": NORTH}
RANK = {"service": "rank", "provider": "south", "location": SOUTH}
ONE = {**SEARCH, "instance_type": "one", "purchase_option": "on_demand"}
QUAD = {**RANK, "instance_type": "quad", "purchase_option": "on_demand"}


def _lines() -> tuple[CostLine, ...]:
    """The bill, worked by hand.

    Instance-hours. search: 2 zones x (1 x 600 h + 2 x 130 h) = 1720; rank: 1 x 600 + 2 x 130 = 860.
    Requests. search, shop: 3600 x (24 x 600 + 48 x 130) = 74,304,000; web a quarter: 18,576,000; together 92,880,000.
    rank, shop: 3600 x (3 x 600 + 8 x 130) = 10,224,000.
    """
    return (
        _line("compute", "one on demand", 1720.0, "instance-hour", 2.0, 3440.0, **ONE),
        _line("compute", "quad on demand", 860.0, "instance-hour", 8.0, 6880.0, **QUAD),
        _line("energy", "included in rent", 1720.0, "instance-hour", 0.0, 0.0, provider="north"),
        _line("energy", "included in rent", 860.0, "instance-hour", 0.0, 0.0, provider="south"),
        # 2 zones: half of 10 + 40 kB crosses: 74,304,000 x 25 kB = 1857.6 GB at 0.01
        _line("network", "between zones", 1857.6, "GB", 0.01, 18.576, **SEARCH),
        # 18,576,000 x 40 kB = 743.04 GB in one month: 500 x 0.10 + 243.04 x 0.05 = 62.152, on average 0.0836455...
        _line("network", "to the internet", 743.04, "GB", 62.152 / 743.04, 62.152, **SEARCH),
        # 10,224,000 x 10 kB there and x 40 kB back, at 0.02
        _line("network", "to south", 102.24, "GB", 0.02, 2.0448, **RANK),
        _line("network", "to north", 408.96, "GB", 0.02, 8.1792, **RANK),
        # 1720 / 730 months x 1 GiB x 1.073741824 = 2.529912... GB-months at 0.08
        _line("storage", "disk", 1720 / 730 * 1.073741824, "GB-month", 0.08, 0.2023929794279452, **ONE),
        # 860 / 730 months x (20 + 100) GiB x 1.073741824 = 151.794734... GB-months at 0.10
        _line("storage", "disk", 860 / 730 * 128.84901888, "GB-month", 0.10, 15.17947345709589, **QUAD),
        # 92.88 million x 2 GB, kept for one month, at the object price
        _line("storage", "logs", 185.76, "GB-month", 0.02, 3.7152, **SEARCH),
        # 10.224 million x 2 GB at the block price, for want of an object price
        _line("storage", "logs", 20.448, "GB-month", 0.10, 2.0448, **RANK),
        # 0.5 x 730 / 8760 FTE-years at 120,000
        _line("people", "engineer", 0.5 / 12.0, "FTE-year", 120_000.0, 5000.0),
        # 10 % of 3440 + 18.576 + 62.152 + 2.0448 + 0.2024 + 3.7152, and of 6880 + 8.1792 + 15.1795 + 2.0448
        _line("maintenance", "support", 3526.690392979428, "USD", 0.10, 352.6690392979428, provider="north"),
        _line("maintenance", "support", 6905.403473457096, "USD", 0.10, 690.5403473457096, provider="south"),
        _line("maintenance", "hardware: included in rent", 2580.0, "instance-hour", 0.0, 0.0),
        # 1720 / 730 and 860 / 730 instance-months at 15
        _line("monitoring", "monitoring", 1720 / 730, "instance-month", 15.0, 35.342465753424655, **ONE),
        _line("monitoring", "monitoring", 860 / 730, "instance-month", 15.0, 17.671232876712327, **QUAD),
    )


#: 10,320 + 90.952 + 21.1419 + 5000 + 1043.2094 + 53.0137.
TOTAL = 16528.316951710312
BY_CATEGORY = {
    "compute": 10320.0,
    "energy": 0.0,
    "network": 90.952,
    "storage": 21.141866436523834,
    "people": 5000.0,
    "maintenance": 1043.2093866436524,
    "monitoring": 53.013698630136986,
}
BY_SERVICE = {
    # 3440 + 18.576 + 62.152 + 0.2024 + 3.7152 + 35.3425
    "search": 3559.9880587328526,
    # 6880 + 2.0448 + 8.1792 + 15.1795 + 2.0448 + 17.6712
    "rank": 6925.119506333808,
    "": 6043.2093866436524,
}


def _fleet_row(place: str, zone: str, kind: str, counts: tuple[int, ...], price: float) -> FleetRow:
    provider, region = place.split("/")
    paid = tuple(float(count) for count in counts)
    return FleetRow(provider, region, zone, kind, "on_demand", counts, paid, price, LISTED["as_of"], LISTED["basis"])


def hand_plan() -> Plan:
    """Return the plan; every check holds."""
    return Plan(
        format="fleetopt/plan/1",
        status="feasible",
        stopped_by=None,
        plan_space="by hand",
        created_with={"version": "0", "solver": "hand", "seed": 0},
        scenario={"name": "hand", "sha256": "5" * 64, "start": "2027-01-01"},
        catalog=({"name": "hand", "sha256": "c" * 64, "as_of": "2026-01-01"},),
        objective=Objective(
            currency="USD",
            total=TOTAL,
            fixed=5000.0,
            lower_bound=TOTAL - 100.0,
            gap=100.0 / (TOTAL - 5000.0),
            gap_of_total=100.0 / TOTAL,
            horizon_hours=730.0,
        ),
        total_at={"central": None, "cautious": TOTAL},
        obligation_after_horizon=0.0,
        expected={"low": None, "mid": None, "high": TOTAL},
        fleet=(
            _fleet_row(NORTH, "a", "one", (1, 2), 2.0),
            _fleet_row(NORTH, "b", "one", (1, 2), 2.0),
            _fleet_row(SOUTH, "a", "quad", (1, 2), 8.0),
        ),
        pools=(_search("a"), _search("b"), _rank()),
        routing=(
            Route("search", "shop", 0, (0.5, 0.5), 2.0),
            Route("search", "shop", 1, (0.5, 0.5), 2.0),
            Route("search", "web", 0, (0.5, 0.5), 20.0),
            Route("search", "web", 1, (0.5, 0.5), 20.0),
            Route("rank", "shop", 2, (1.0, 1.0), 10.0),
        ),
        pipelines=(),
        periods=(PlanPeriod("day", 12, 600.0, 600.0), PlanPeriod("sale", 12, 130.0, 130.0)),
        demand=(),
        cost=Cost(_lines(), dict(BY_CATEGORY), dict(BY_SERVICE), TOTAL),
        checks=(),
        alternatives=(),
        assumptions=(),
        rejected=(),
        headroom={},
        inputs=copy.deepcopy(INPUTS),
        energy={"peak_kw": None, "energy_kwh": None, "carbon_kg": None},
    )


def with_pool(plan: Plan, index: int, **changes: Any) -> Plan:
    """Return the plan with fields of a pool changed."""
    pools = list(plan.pools)
    pools[index] = replace(pools[index], **changes)
    return plan.replace(pools=tuple(pools))


def with_fleet(plan: Plan, index: int, **changes: Any) -> Plan:
    """Return the plan with fields of a fleet row changed."""
    rows = list(plan.fleet)
    rows[index] = replace(rows[index], **changes)
    return plan.replace(fleet=tuple(rows))


def with_route(plan: Plan, index: int, **changes: Any) -> Plan:
    """Return the plan with fields of a route changed."""
    routes = list(plan.routing)
    routes[index] = replace(routes[index], **changes)
    return plan.replace(routing=tuple(routes))


def with_line(plan: Plan, item: str, service: str, **changes: Any) -> Plan:
    """Return the plan with fields of the bill's line of that item and service changed."""
    lines = [
        replace(line, **changes) if (line.item, line.service) == (item, service) else line for line in plan.cost.lines
    ]
    assert lines != list(plan.cost.lines)
    return plan.replace(cost=replace(plan.cost, lines=tuple(lines)))


def with_objective(plan: Plan, **changes: Any) -> Plan:
    """Return the plan with fields of its objective changed."""
    return plan.replace(objective=replace(plan.objective, **changes))


def with_inputs(plan: Plan, change: Callable[[dict[str, Any]], object]) -> Plan:
    """Return the plan with a copy of its inputs that `change` has written to."""
    inputs = copy.deepcopy(dict(plan.inputs))
    change(inputs)
    return plan.replace(inputs=inputs)
