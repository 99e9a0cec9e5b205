"""Every rule: a mutation of a valid plan that breaks it, and which readings notice."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from optimizer.domain.plan import ServiceTime
from optimizer.verification import CHECKS, verify
from optimizer.verification.view import SUBJECTS_SHOWN
from tests.unit.verification.hand_plan import (
    NORTH,
    SOUTH,
    with_fleet,
    with_inputs,
    with_line,
    with_objective,
    with_pool,
    with_route,
)


def row(table, **wanted):
    """The one row of a table with these values."""
    (found,) = [item for item in table if all(item[name] == value for name, value in wanted.items())]
    return found


def put(table, value, *, field, **wanted):
    """A change of the inputs: write one field of one row."""
    return lambda inputs: row(inputs[table], **wanted).__setitem__(field, value)


def in_inputs(table, field, value, **wanted):
    """A mutation: one field of one row of the inputs."""
    return lambda plan: with_inputs(plan, put(table, value, field=field, **wanted))


def held(mode):
    """The same plan, asked to hold its counts."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs.update(autoscaling=mode))


def idle(pool, **changes):
    """The pool without replicas, requests and claims."""
    nothing = {"arrival_rate_per_s_by_period": (0.0, 0.0), "capacity_per_s_by_period": (0.0, 0.0)}
    return replace(pool, replicas_by_period=(0, 0), utilisation_by_period=(0.0, 0.0), **nothing, **changes)


def known_too(plan, kind, location, provider, name):
    """The plan with a copy of an instance type, sold in a further location or under a further name."""

    def add(inputs):
        inputs["instance_types"].append(
            {**row(inputs["instance_types"], name=kind), "provider": provider, "name": name}
        )
        place = {"provider": provider, "instance_type": name, "location": location}
        inputs["prices"].append({**row(inputs["prices"], instance_type=kind), **place})
        inputs["availability"].append({**place, "zones": ["a"]})

    return with_inputs(plan, add)


def second_configuration(plan):
    """An idle pool of rank beside the first, on a type that is quad under another name."""
    second = idle(plan.pools[2], instance_type="quad2", network_ms=0.0)
    return known_too(plan, "quad", SOUTH, "south", "quad2").replace(pools=(*plan.pools, second))


def second_location(plan):
    """An idle pool of rank in north/one as well: a route leads there, with none of the shop's requests."""
    pool = idle(plan.pools[2], provider="north", region="one", network_ms=3.0)  # 2 ms x 1.5
    route = replace(plan.routing[4], pool=3, share_by_period=(0.0, 0.0), rtt_ms=2.0)
    plan = known_too(plan, "quad", NORTH, "north", "quad")
    return plan.replace(pools=(*plan.pools, pool), routing=(*plan.routing, route))


def with_lines(plan, change):
    """The plan with every line of its bill passed through a function; None drops it."""
    lines = tuple(new for line in plan.cost.lines if (new := change(line)) is not None)
    assert lines != plan.cost.lines
    return plan.replace(cost=replace(plan.cost, lines=lines))


def with_sums(plan, **changes):
    """The plan with other sums of its bill."""
    return plan.replace(cost=replace(plan.cost, **changes))


def rent_moved(plan):
    """100 of rent moved from rank to search: each line right in itself, sums by service fitting."""
    shift = {"search": 100.0, "rank": -100.0}

    def moved(line):
        if line.category != "compute":
            return line
        amount = line.amount + shift[line.service]
        return replace(line, quantity=amount / line.unit_price, amount=amount)

    sums = {name: amount + shift.get(name, 0.0) for name, amount in plan.cost.by_service.items()}
    return with_sums(with_lines(plan, moved), by_service=sums)


def logs_shifted(plan):
    """Logs of search cost 1 more and those of rank 1 less, by their prices: volumes and every sum fit."""
    shift = {"search": 1.0, "rank": -1.0}

    def shifted(line):
        if line.item != "logs":
            return line
        amount = line.amount + shift[line.service]
        return replace(line, unit_price=amount / line.quantity, amount=amount)

    sums = {name: amount + shift.get(name, 0.0) for name, amount in plan.cost.by_service.items()}
    return with_sums(with_lines(plan, shifted), by_service=sums)


def without_web(plan):
    """Pools of search serve the shop alone: routes, rates and network fit, requests of the web go nowhere."""
    plan = plan.replace(routing=(*plan.routing[:2], plan.routing[4]))
    for zone in (0, 1):
        rates = {"arrival_rate_per_s_by_period": (36.0, 72.0), "utilisation_by_period": (0.18, 0.18)}
        plan = with_pool(plan, zone, network_ms=3.0, **rates)
    return plan


def with_spot(plan, **terms):
    """The plan with other terms of spot; none is bought, for it has no price."""
    return with_inputs(plan, lambda inputs: inputs["purchase"]["spot"].update(terms))


def with_option(plan, option, price):
    """The plan with a row of another option at a known price, of which 0 are bought."""

    def add(inputs):
        term = {"purchase_option": option, "price_per_hour": price, "term_months": 12}
        inputs["prices"].append({**row(inputs["prices"], instance_type="one"), **term})

    none = {"count_by_period": (0, 0), "expected_count_by_period": (0.0, 0.0)}
    bought = replace(plan.fleet[0], zone="", purchase_option=option, price_per_hour=price, **none)
    return with_inputs(plan, add).replace(fleet=(*plan.fleet, bought))


def with_machines(plan, max_count=None, power_limit_kw=None, rack_units=None):
    """The plan with 3 owned machines of 0.5 kW and 2 rack units that cost and do nothing, in a site of their own."""
    place, listed = "own/site", {name: plan.inputs["prices"][0][name] for name in ("as_of", "basis", "source")}

    def add(inputs):
        inputs["zones"][place] = ["a"]
        kind = {**row(inputs["instance_types"], name="one"), "provider": "own", "name": "box", "max_power_w": 500.0}
        inputs["instance_types"].append(kind)
        prices = dict.fromkeys(("purchase_price_low", "purchase_price_mid", "purchase_price_high"), 0.0)
        server = {"amortisation_months": 60.0, "residual_share": 0.0, "maintenance_share_per_year": 0.0}
        where = {"provider": "own", "instance_type": "box", "location": place}
        inputs["owned_servers"].append(
            {**where, **prices, **server, "rack_units": 2.0, "max_count": max_count, **listed}
        )
        site = {"location": place, "power_limit_kw": power_limit_kw, "rack_units": rack_units}
        inputs["sites"].append({**site, "space_price_per_kw_month": None, "servers_per_operator": None, **listed})
        inputs["location_energy"][place] = {**inputs["location_energy"][NORTH], "pue": 1.5}
        inputs["purchase"]["options"].append("owned")

    counts = {"count_by_period": (3, 3), "expected_count_by_period": (3.0, 3.0)}
    machines = {"provider": "own", "region": "site", "zone": "", "instance_type": "box", "purchase_option": "owned"}
    bought = replace(plan.fleet[0], **machines, price_per_hour=0.0, **counts)
    line = replace(plan.cost.lines[0], service="", provider="own", location=place, instance_type="box")
    line = replace(line, purchase_option="owned", quantity=3 * 730.0, unit_price=0.0, amount=0.0)
    plan = with_inputs(plan, add).replace(fleet=(*plan.fleet, bought))
    return with_inputs(
        with_sums(plan, lines=(*plan.cost.lines, line)), lambda inputs: inputs["locations"].append(place)
    )


def with_pin(plan, **kept):
    """The plan with a decision about rank (or another service) in south/two that is kept."""
    free = dict.fromkeys(("instance_type", "profile", "batch_size", "max_instances"))
    pin = {"service": "rank", "location": SOUTH, **free, "min_instances": 0, **kept}
    return with_inputs(plan, lambda inputs: inputs["pins"].append(pin))


def with_quota(plan, match, **most):
    """The plan with a quota."""
    free = dict.fromkeys(("provider", "location", "instance_type", "purchase_option"))
    quota = {"match": {**free, **match}, "max_instances": None, "max_vcpu": None, "reason": "asked", **most}
    return with_inputs(plan, lambda inputs: inputs["limits"]["quotas"].append(quota))


def with_power(plan, **limits):
    """The plan with power and carbon known for both types, and their figures worked out.

    PUE 1.25; one: 200 W, 60 without work (0.3 of it); quad: 1,200 W, 400 without. one at the peak: 2 instances at
    90 / 200 = 0.45 busy: 1.25 x (60 x 2 + 140 x 0.45) = 228.75 W a zone. quad: 2 of which 24 / 44.4 = 0.54 busy:
    1.25 x (400 x 2 + 800 x 0.54) = 1,540 W; all 1,997.5 W. Grid: 400 g a kWh.
    """
    grid = {"pue": 1.25, "grid_gco2_per_kwh": 400.0, "electricity_price_per_kwh": 0.1}

    def add(inputs):
        inputs["location_energy"] = {NORTH: grid, SOUTH: grid}
        row(inputs["instance_types"], name="one").update(max_power_w=200.0)
        row(inputs["instance_types"], name="quad").update(max_power_w=1200.0, idle_power_w=400.0)
        inputs["limits"].update(limits)

    # search, each zone: mean 15 and 30 requests/s of 200: 0.075 and 0.15 busy; 600 h x 1.25 x (60 + 140 x 0.075)
    # + 130 h x 1.25 x (120 + 140 x 0.15) = 52.875 + 22.9125 = 75.7875 kWh
    # rank: mean 3 and 8 of 44.4: 0.0675 and 0.18 busy; 600 x 1.25 x (400 + 54) + 130 x 1.25 x (800 + 144) =
    # 340.5 + 153.4 = 493.9 kWh
    for zone in (0, 1):
        plan = with_pool(plan, zone, peak_kw=0.22875, energy_kwh=75.7875, carbon_kg=30.315)
    plan = with_pool(plan, 2, peak_kw=1.54, energy_kwh=493.9, carbon_kg=197.56)
    total = {"peak_kw": 1.9975, "energy_kwh": 645.475, "carbon_kg": 258.19}
    return with_inputs(plan, add).replace(energy=total)


#: Rule, what is done to the plan, and the readings that fail, all of them.
CASES = {
    # where
    "a location is no longer allowed": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["locations"].remove(SOUTH)),
        {"locations"},
    ),
    "the price is of a type that is not sold": (
        in_inputs("prices", "status", "not_offered", instance_type="one"),
        {"offered"},
    ),
    "the price is not known": (
        in_inputs("prices", "price_per_hour", None, instance_type="one"),
        {"offered", "bill", "egress_tiers", "scale_up_lead"},
    ),
    "the price row is gone": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["prices"].pop(0)),
        {"offered", "bill", "egress_tiers", "scale_up_lead"},
    ),
    "the fleet pays another price": (lambda plan: with_fleet(plan, 0, price_per_hour=1.9), {"offered"}),
    "the fleet dates its price otherwise": (lambda plan: with_fleet(plan, 0, price_as_of="2020-01-01"), {"offered"}),
    "the type is not sold in the zone": (
        in_inputs("availability", "zones", ["a"], instance_type="one"),
        {"zones_sold"},
    ),
    "nothing says where the type is sold": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["availability"].pop(1)),
        {"zones_sold"},
    ),
    # memory
    "accelerators are 1 GiB too small for a replica": (
        in_inputs("instance_types", "accelerator_memory_gib", 10.5, name="quad"),  # 2 x 10.5 = 21 < 22
        {"accelerator_memory"},
    ),
    "an instance has fewer accelerators than a replica needs": (
        in_inputs("instance_types", "accelerator_count", 1, name="quad"),
        {"accelerator_memory", "purchases_cover_use", "bill", "egress_tiers", "scale_up_lead"},
    ),
    "the host is 1 GiB too small for the tables of its replicas": (
        in_inputs("instance_types", "memory_gib", 215.0, name="quad"),  # 2 x (8 + 100) = 216
        {"host_memory"},
    ),
    "the host has too few vCPUs for the curve": (
        in_inputs("instance_types", "vcpu", 3, name="one"),
        {"host_memory"},
    ),
    # service times
    "service times are central though cautious was asked": (
        lambda plan: with_pool(plan, 2, service_time=ServiceTime((1, 2), (0.04, 0.09), 1.0)),
        {"service_time_margin"},
    ),
    "central was asked, service times are cautious": (
        lambda plan: with_inputs(plan, lambda inputs: inputs.update(plan_on="central")),
        {"service_time_margin"},
    ),
    "measured was asked, the curve is estimated": (
        lambda plan: with_pool(
            with_inputs(
                plan,
                lambda inputs: [
                    inputs.update(plan_on="measured_only"),
                    [curve.update(error_band=0.0) for curve in inputs["curves"]],
                    put("curves", "estimated", field="basis", profile="big/fp16")(inputs),
                ],
            ),
            2,
            basis="estimated",
            error_band=0.0,
            service_time=ServiceTime((1, 2), (0.04, 0.06), 1.0),
        ),
        {"service_time_margin", "utilisation_cap"},  # utilisation was written for the slower times
    ),
    "the pool calls its curve something else": (lambda plan: with_pool(plan, 0, basis="list"), {"service_time_margin"}),
    "the pool states a smaller band": (lambda plan: with_pool(plan, 0, error_band=0.2), {"service_time_margin"}),
    "the service did not ask for the profile": (
        in_inputs("services", "profiles", ["small/fp16"], name="rank"),
        {"service_time_margin"},
    ),
    "a batch lies outside the measured ones": (
        in_inputs("services", "items_per_request", 3, name="search"),  # 4 x 3 = 12 items, measured up to 8
        {"service_time_margin"},
    ),
    # latency
    "the promise misses the target": (lambda plan: with_pool(plan, 0, promised={"p99_ms": 81.0}), {"latency"}),
    "the promise is another percentile than asked": (
        lambda plan: with_pool(plan, 0, promised={"p95_ms": 75.0}, target={"p95_ms": 80.0}),
        {"latency"},
    ),
    "the promise is below what one request takes": (
        lambda plan: with_pool(plan, 0, promised={"p99_ms": 46.0}),  # 34 + 12.5
        {"latency"},
    ),
    "the promise is a fifth too good": (lambda plan: with_pool(plan, 1, promised={"p99_ms": 60.0}), {"latency"}),
    "the promise forgets that a zone may be lost": (
        # 32 ms and 10 % for 29.4 ms at 45 requests/s as planned, but 37.6 ms at the 90 of a lost zone
        lambda plan: with_pool(plan, 1, promised={"p99_ms": 66.0}),
        {"latency"},
    ),
    "the target is not the service's": (lambda plan: with_pool(plan, 0, target={"p99_ms": 90.0}), {"latency"}),
    "the network of the nearest origin is taken": (
        lambda plan: with_pool(with_pool(plan, 0, network_ms=3.0), 1, network_ms=3.0),
        {"latency"},
    ),
    "the overhead is forgotten": (lambda plan: with_pool(plan, 0, overhead_ms=0.0), {"latency"}),
    "another dispatch is simulated than asked": (lambda plan: with_pool(plan, 0, dispatch="shared"), {"latency"}),
    "batches wait longer than asked": (
        lambda plan: with_pool(
            with_pool(with_inputs(plan, put("services", 0.0, field="max_wait_ms", name="search")), 0, max_wait_ms=0.5),
            1,
            max_wait_ms=0.5,
        ),
        {"latency"},
    ),
    "batches do not wait as asked": (
        lambda plan: with_inputs(plan, put("services", 0.5, field="max_wait_ms", name="search")),
        {"latency"},
    ),
    "a route states a shorter round trip": (lambda plan: with_route(plan, 2, rtt_ms=2.0), {"latency"}),
    "no round trip of an origin is known": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["origins"][1]["rtt_ms"].clear()),
        {"latency"},
    ),
    "replicas keep the target only without the traffic they get": (
        # 46 - 12 = 34 ms are left; at 90 requests/s on one replica, a zone lost, p99 is 37.6 ms
        lambda plan: with_pool(
            with_pool(
                with_inputs(plan, put("services", 68.0, field="latency_ms", name="search")),
                0,
                target={"p99_ms": 68.0},
                promised={"p99_ms": 68.0},
            ),
            1,
            target={"p99_ms": 68.0},
            promised={"p99_ms": 68.0},
        ),
        {"latency"},
    ),
    "a zone claims more than it carries in time": (
        # 0.75 busy, p99 well above the 46 ms that are left
        lambda plan: with_pool(plan, 0, capacity_per_s_by_period=(150.0, 300.0)),
        {"latency"},
    ),
    # what is carried
    "a utilisation is understated": (
        lambda plan: with_pool(plan, 2, utilisation_by_period=(0.2025, 0.2)),
        {"utilisation_cap"},
    ),
    "more is claimed than replicas can serve at 97 %": (
        # 0.98 x 0.97 x 2 x 2 / 0.09 = 42.25
        lambda plan: with_pool(plan, 2, capacity_per_s_by_period=(42.3, 40.0)),
        {"utilisation_cap", "latency"},
    ),
    "replicas are 98 % busy": (
        # 2 / 0.09 x 2 x 0.98 = 43.56 requests/s = 1.5 x 29.04
        lambda plan: with_pool(
            with_inputs(plan, lambda inputs: inputs["demand"]["rank"]["shop"].update(peak=[29.04, 16.0])),
            2,
            arrival_rate_per_s_by_period=(43.56, 24.0),
            utilisation_by_period=(0.9801, 0.27),
        ),
        {"utilisation_cap", "capacity", "latency"},
    ),
    "the headroom is forgotten": (
        lambda plan: with_pool(plan, 2, arrival_rate_per_s_by_period=(6.0, 16.0), utilisation_by_period=(0.135, 0.18)),
        {"headroom"},
    ),
    "the demand is higher than what was planned for": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["demand"]["rank"]["shop"].update(peak=[8.0, 16.0])),
        {"headroom"},
    ),
    "a pool claims less than it receives": (
        lambda plan: with_pool(plan, 2, capacity_per_s_by_period=(20.0, 23.9)),
        {"capacity"},
    ),
    "the surviving zone carries 1 request/s too little": (
        lambda plan: with_pool(plan, 0, capacity_per_s_by_period=(100.0, 179.0)),
        {"zone_loss"},
    ),
    "one zone stands alone": (
        in_inputs("services", "redundancy", "zone", name="rank"),
        {"zone_loss"},
    ),
    "counts change although the fleet is fixed": (held("fixed"), {"autoscaling"}),
    "counts change within a day type": (
        lambda plan: held("day_type")(
            plan.replace(periods=(plan.periods[0], replace(plan.periods[1], day_type="day", hour=13)))
        ),
        {"autoscaling", "hours"},  # the two hours of the day type stand for different numbers of days
    ),
    # routes
    "a tenth of an origin's requests goes nowhere": (
        lambda plan: with_route(plan, 4, share_by_period=(0.9, 1.0)),
        {"every_origin_served", "headroom", "bill"},
    ),
    "requests are served twice": (
        lambda plan: with_route(plan, 4, share_by_period=(1.1, 1.0)),
        {"every_origin_served", "headroom", "bill"},
    ),
    "a share is below 0": (
        lambda plan: with_route(with_route(plan, 0, share_by_period=(-0.5, 0.5)), 1, share_by_period=(1.5, 0.5)),
        {"every_origin_served", "headroom"},
    ),
    "an origin is forgotten": (
        lambda plan: plan.replace(routing=(*plan.routing[:2], plan.routing[4])),
        {"every_origin_served", "headroom", "latency", "bill"},  # without the far one, 3 ms of network are enough
    ),
    "an origin is forgotten, and nothing is planned for it": (
        # 36 and 72 requests/s in either zone, 36 / 200 = 72 / 400 = 0.18 busy, 2 ms x 1.5 of network
        without_web,
        {"every_origin_served", "headroom", "bill"},
    ),
    "a service has two configurations in a location": (second_configuration, {"one_pool_per_location"}),
    "an origin is led to two locations": (second_location, {"one_pool_per_location"}),
    # the fleet
    "an instance is missing": (lambda plan: with_fleet(plan, 0, count_by_period=(1, 1)), {"purchases_cover_use"}),
    "an instance too many is rented": (
        lambda plan: with_fleet(plan, 2, count_by_period=(1, 3), expected_count_by_period=(1.0, 3.0)),
        {"purchases_cover_use", "bill"},
    ),
    "fewer instances are paid than run": (
        lambda plan: with_fleet(plan, 0, expected_count_by_period=(0.0, 0.0)),
        {"purchases_cover_use", "bill"},
    ),
    "a replica more than its instances hold": (
        lambda plan: with_pool(plan, 2, replicas_by_period=(3, 4), utilisation_by_period=(0.135, 0.27)),
        {"purchases_cover_use", "bill"},
    ),
    "instances stand in a zone that the location has not": (
        lambda plan: with_fleet(plan, 1, zone="c"),
        {"purchases_cover_use", "zones_sold"},
    ),
    # time
    "hours are missing": (lambda plan: with_objective(plan, horizon_hours=8760.0), {"hours"}),
    "an hour stands for more than its days": (
        lambda plan: plan.replace(periods=(replace(plan.periods[0], days=300.0), plan.periods[1])),
        {"hours"},
    ),
    "a period stands twice": (
        lambda plan: plan.replace(periods=(plan.periods[0], replace(plan.periods[1], day_type="day"))),
        {"hours"},
    ),
    # money
    "data to the internet is billed at the last tier": (
        lambda plan: with_line(plan, "to the internet", "search", unit_price=0.05, amount=37.152),
        {"egress_tiers", "bill"},
    ),
    "data to the internet is billed at the first tier": (
        lambda plan: with_line(plan, "to the internet", "search", unit_price=0.10, amount=74.304),
        {"egress_tiers", "bill"},
    ),
    "data to the internet is not on the bill": (
        lambda plan: with_lines(plan, lambda line: None if line.item == "to the internet" else line),
        {"egress_tiers", "bill"},
    ),
    "the price of data between zones is gone": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["transfer"].pop(0)),
        {"bill", "egress_tiers", "scale_up_lead"},
    ),
    "the price of disks is gone": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["storage_prices"].pop(0)),
        {"bill", "egress_tiers", "scale_up_lead"},
    ),
    "a line is not quantity x price": (lambda plan: with_line(plan, "engineer", "", amount=4999.0), {"bill"}),
    "a line has no source": (lambda plan: with_line(plan, "engineer", "", source=""), {"bill"}),
    "a line has no date": (lambda plan: with_line(plan, "engineer", "", as_of=""), {"bill"}),
    "rent at an estimated price is shown as listed": (
        lambda plan: with_inputs(
            with_fleet(plan, 2, price_basis="estimate"),
            lambda inputs: [row.update(basis="estimate") for row in inputs["prices"] if row["instance_type"] == "quad"],
        ),
        {"bill"},
    ),
    "rent is dated later than its price": (
        lambda plan: with_lines(
            plan, lambda line: replace(line, as_of="2026-12-31") if line.category == "compute" else line
        ),
        {"bill"},
    ),
    "rent is moved from one service to the other": (rent_moved, {"bill"}),
    "the price of logs is shifted from one service to the other": (logs_shifted, {"bill"}),
    "energy is counted in other hours": (
        lambda plan: with_lines(plan, lambda line: replace(line, quantity=1.0) if line.category == "energy" else line),
        {"bill"},
    ),
    "the sums of two categories are off": (
        lambda plan: with_sums(plan, by_category={**plan.cost.by_category, "network": 91.952, "compute": 10319.0}),
        {"bill"},
    ),
    "a category is not in the sums": (
        lambda plan: with_sums(
            plan, by_category={name: amount for name, amount in plan.cost.by_category.items() if name != "people"}
        ),
        {"bill"},
    ),
    "the total of the bill is off by 2 cents": (
        lambda plan: with_sums(plan, total=plan.cost.total + 0.02),
        {"bill"},
    ),
    "the total at cautious service times is another": (
        lambda plan: plan.replace(total_at={"central": None, "cautious": 1.0}),
        {"bill"},
    ),
    "the expected total is another": (
        lambda plan: plan.replace(expected={"low": None, "mid": None, "high": 1.0}),
        {"bill"},
    ),
    "people are not what is fixed": (lambda plan: with_objective(plan, fixed=4000.0), {"bill", "bound"}),
    "the whole bill is of another fleet, each line right in itself": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["operations"].update(monitoring_per_instance_month=30.0)),
        {"bill"},
    ),
    # buying
    "an option is bought that is not allowed": (
        lambda plan: with_option(plan, "committed_1y", 1.5),
        {"options_allowed"},
    ),
    "instances are not paid from their start": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["purchase"].update(scale_up_lead_hours=0.25)),
        {"scale_up_lead", "bill"},
    ),
    "more may be spot than the share allows": (
        lambda plan: with_pool(
            with_spot(plan, max_share=0.9, may_vanish="tolerated"), 2, spot_replicas_by_period=(2, 2)
        ),
        {"spot_share"},  # 1 of 1 quad in the quiet hours
    ),
    "all of a service may be spot that vanishes": (
        lambda plan: with_pool(with_spot(plan, max_share=1.0), 2, spot_replicas_by_period=(2, 4)),
        {"spot_may_vanish"},
    ),
    "more machines are bought than there are": (lambda plan: with_machines(plan, max_count=2), {"owned_count"}),
    "machines draw more than their site has": (lambda plan: with_machines(plan, power_limit_kw=1.4), {"site_limits"}),
    "machines are higher than their racks": (lambda plan: with_machines(plan, rack_units=5.0), {"site_limits"}),
    # what may fail
    "one instance stands alone": (
        lambda plan: with_inputs(
            plan,
            lambda inputs: [
                put("services", value, field=field, name="rank")(inputs)
                for field, value in (("redundancy", "instance"), ("protected_share", 0.3))
            ],
        ),
        {"instance_loss"},
    ),
    "a region is lost and nothing stands by": (
        in_inputs("services", "redundancy", "region", name="rank"),
        {"region_loss"},
    ),
    # limits and decisions
    "an origin's data leaves its country": (in_inputs("origins", "residency", [NORTH], name="shop"), {"residency"}),
    "a service is not on the type it is kept on": (lambda plan: with_pin(plan, instance_type="one"), {"pins"}),
    "a service has another batch size than it keeps": (lambda plan: with_pin(plan, batch_size=1), {"pins"}),
    "a service has fewer instances than it keeps": (lambda plan: with_pin(plan, min_instances=2), {"pins"}),
    "a service has more instances than it keeps": (lambda plan: with_pin(plan, max_instances=1), {"pins"}),
    "a service left the place it is kept in": (
        lambda plan: with_pin(plan, service="search", min_instances=1),
        {"pins"},
    ),
    "a service has a replica more than it may": (
        in_inputs("services", "max_replicas", 3, name="rank"),
        {"replica_bounds"},
    ),
    "a service has a replica fewer than it must": (
        in_inputs("services", "min_replicas", 3, name="rank"),
        {"replica_bounds"},
    ),
    "a service grows by an instance too many": (
        # search has 2 instances on days and 4 on sales
        lambda plan: with_inputs(plan, lambda inputs: inputs["purchase"].update(scale_up_max_instances=1)),
        {"scale_up"},
    ),
    "a quota is exceeded by one instance": (
        lambda plan: with_quota(plan, {"location": NORTH}, max_instances=3),
        {"quotas"},
    ),
    "a quota of vCPUs is exceeded by one": (
        # 2 quads of 32 vCPUs
        lambda plan: with_quota(plan, {"instance_type": "q*", "purchase_option": "on_demand"}, max_vcpu=63),
        {"quotas"},
    ),
    "there is an instance type too many": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["limits"].update(max_instance_types=1)),
        {"max_instance_types"},
    ),
    "the budget is a cent too small": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["limits"].update(budget_per_month=plan.cost.total - 0.02)),
        {"budget"},
    ),
    "power is limited and not known": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["limits"].update(power_kw=1000.0)),
        {"power_limit"},
    ),
    "carbon is limited and not known": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["limits"].update(carbon_t=1000.0)),
        {"carbon_limit"},
    ),
    "more power is drawn than allowed": (lambda plan: with_power(plan, power_kw=1.99), {"power_limit"}),
    "more carbon is emitted than allowed": (lambda plan: with_power(plan, carbon_t=0.258), {"carbon_limit"}),
    "the draw of a pool is understated": (lambda plan: with_pool(with_power(plan), 2, peak_kw=1.5), {"energy"}),
    "the energy of a pool is understated": (lambda plan: with_pool(with_power(plan), 2, energy_kwh=490.0), {"energy"}),
    "the draw of a pool is made up": (lambda plan: with_pool(plan, 0, peak_kw=1.0), {"energy"}),
    "the bound lies above the total": (
        lambda plan: with_objective(
            plan,
            lower_bound=plan.objective.total + 100.0,
            gap=-plan.objective.gap,
            gap_of_total=-plan.objective.gap_of_total,
        ),
        {"bound"},
    ),
    "the gap is understated": (lambda plan: with_objective(plan, gap=0.001), {"bound"}),
    "the gap of the total is understated": (lambda plan: with_objective(plan, gap_of_total=0.001), {"bound"}),
}


def failed(checks):
    """Names of the rules that fail."""
    return {check.rule for check in checks if not check.holds}


#: Read only where there are pages: test_verification_pages.py.
OF_PAGES = {"pipelines", "end_to_end"}


def test_every_check_holds_for_the_plan_by_hand(plan, records):
    """A valid plan passes every reading, each with at least one check, inputs included."""
    checks = verify(plan, *records)
    assert [check for check in checks if not check.holds] == []
    assert {check.rule for check in checks} == {"structure", *CHECKS, "inputs"} - OF_PAGES


@pytest.mark.parametrize("case", CASES)
def test_a_mutation_fails_just_the_readings_it_breaks(plan, case):
    """One change of the valid plan: the stated readings fail and no other, in words and figures that mean something."""
    mutate, expected = CASES[case]
    checks = verify(mutate(plan))
    assert failed(checks) == expected
    for check in checks:
        figures = [figure for figure in (check.limit, check.worst_value, check.margin) if figure is not None]
        assert all(math.isfinite(figure) for figure in figures), check
        assert not re.search(r"\b(nan|inf)\b", f"{check.subject} {check.detail}"), check


def test_every_rule_has_a_mutation_that_only_it_notices():
    """No rule is there for show: for each some change is caught by it and by nothing else, or with the bill."""
    alone = {next(iter(rules)) for _, rules in CASES.values() if rules is not None and len(rules) == 1}
    with_the_bill = {"egress_tiers", "every_origin_served", "scale_up_lead"}
    assert set(CHECKS) - alone - with_the_bill - OF_PAGES == set()
    assert all(any(rule in (rules or ()) for _, rules in CASES.values()) for rule in with_the_bill)


def test_failures_speak_in_the_planners_words(plan):
    """A missed demand names service, place, period, what was found and what was asked."""
    broken = with_pool(plan, 2, capacity_per_s_by_period=(20.0, 23.9))
    details = [check.detail for check in verify(broken) if not check.holds]
    assert "rank on quad in south/two zone a, sale 12 h: demand not served (found 23.9 of 24 requests/s)" in details


def test_another_percentile_than_asked_is_told_as_that(plan):
    """Not as a target of no milliseconds."""
    broken = with_inputs(plan, put("services", 0.5, field="percentile", name="search"))
    told = [check for check in verify(broken) if not check.holds]
    assert {check.rule for check in told} == {"latency"}
    assert told[0].detail == ("search on one in north/one zone a: its target is for p99, asked was p50")
    assert (told[0].limit, told[0].worst_value, told[0].margin) == (None, None, None)


def test_requests_to_no_replicas_are_told_as_that(plan):
    """9 requests/s on none, not a pool that is infinitely busy."""
    told = [check for check in verify(with_pool(plan, 2, replicas_by_period=(0, 4))) if check.rule == "utilisation_cap"]
    assert told[0].detail == "rank on quad in south/two zone a, day 12 h: 9 requests/s, no replicas"
    assert (told[0].limit, told[0].worst_value, told[0].margin) == (0.0, pytest.approx(9.0), pytest.approx(-9.0))


def test_what_must_be_equal_has_no_limit_to_keep(plan):
    """A round trip of 2 instead of 20 ms is wrong, however far below the right one it lies."""
    (check,) = [check for check in verify(with_route(plan, 2, rtt_ms=2.0)) if not check.holds]
    assert check.detail == "web to north/one: round trip is 20 ms (the plan says 2)"
    assert (check.limit, check.worst_value, check.margin) == (None, None, None)


def test_a_failing_check_carries_limit_value_and_margin(plan):
    """The lost zone leaves 179 of 180 requests/s: limit, worst value and margin say so."""
    broken = with_pool(plan, 0, capacity_per_s_by_period=(100.0, 179.0))
    (check,) = [check for check in verify(broken) if not check.holds]
    assert check.subject == f"search in {NORTH} without zone b, sale 12 h"
    assert (check.limit, check.worst_value) == (pytest.approx(180.0), 179.0)
    assert check.margin == pytest.approx(-1.0, abs=1e-6)


def test_the_tightest_place_is_told_where_a_rule_holds(plan):
    """Of the two periods the one with 10 requests/s to spare is told, not the one with 20."""
    (check,) = [check for check in verify(plan) if check.rule == "zone_loss"]
    assert check.holds
    assert "day 12 h" in check.subject
    assert check.margin == pytest.approx(10.0, abs=1e-6)


def test_many_failures_end_in_a_count(plan):
    """25 lines without a source: 20 are told, then how many more there are."""
    line = replace(plan.cost.lines[2], source="", quantity=0.0)
    broken = plan.replace(cost=replace(plan.cost, lines=(*plan.cost.lines, *([line] * 25))))
    told = [check for check in verify(broken) if check.rule == "bill"]
    assert len(told) == SUBJECTS_SHOWN + 1
    assert told[-1].subject == "and 5 more"
    assert not any(check.holds for check in told)
