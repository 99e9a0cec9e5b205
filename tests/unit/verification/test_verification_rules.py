"""Every rule: a mutation of a valid plan that breaks it, and which readings notice."""

from __future__ import annotations

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
        {"offered", "bill", "egress_tiers"},
    ),
    "the price row is gone": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["prices"].pop(0)),
        {"offered", "bill", "egress_tiers"},
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
        {"accelerator_memory", "fleet_holds_replicas", "bill", "egress_tiers"},
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
        lambda plan: with_pool(plan, 2, service_time=ServiceTime((1, 2), (0.04, 0.09))),
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
            service_time=ServiceTime((1, 2), (0.04, 0.06)),
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
    "an instance is missing": (lambda plan: with_fleet(plan, 0, count_by_period=(1, 1)), {"fleet_holds_replicas"}),
    "an instance too many is rented": (
        lambda plan: with_fleet(plan, 2, count_by_period=(1, 3), expected_count_by_period=(1.0, 3.0)),
        {"fleet_holds_replicas"},
    ),
    "fewer instances are paid than run": (
        lambda plan: with_fleet(plan, 0, expected_count_by_period=(0.0, 0.0)),
        {"fleet_holds_replicas"},
    ),
    "a replica more than its instances hold": (
        lambda plan: with_pool(plan, 2, replicas_by_period=(3, 4), utilisation_by_period=(0.135, 0.27)),
        {"fleet_holds_replicas", "bill"},
    ),
    "instances stand in a zone that the location has not": (
        lambda plan: with_fleet(plan, 1, zone="c"),
        {"fleet_holds_replicas", "zones_sold"},
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
        {"bill", "egress_tiers"},
    ),
    "the price of disks is gone": (
        lambda plan: with_inputs(plan, lambda inputs: inputs["storage_prices"].pop(0)),
        {"bill", "egress_tiers"},
    ),
    "a line is not quantity x price": (lambda plan: with_line(plan, "engineer", "", amount=4999.0), {"bill"}),
    "a line has no source": (lambda plan: with_line(plan, "engineer", "", source=""), {"bill"}),
    "a line has no date": (lambda plan: with_line(plan, "engineer", "", as_of=""), {"bill"}),
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


def test_every_check_holds_for_the_plan_by_hand(plan, records):
    """A valid plan passes every reading, each with at least one check, inputs included."""
    checks = verify(plan, *records)
    assert [check for check in checks if not check.holds] == []
    assert {check.rule for check in checks} == {"structure", *CHECKS, "inputs"}


@pytest.mark.parametrize("case", CASES)
def test_a_mutation_fails_just_the_readings_it_breaks(plan, case):
    """One change of the valid plan: the stated readings fail and no other."""
    mutate, expected = CASES[case]
    found = failed(verify(mutate(plan)))
    assert found == expected


def test_every_rule_has_a_mutation_that_only_it_notices():
    """No rule is there for show: for each some change is caught by it and by nothing else, or with the bill."""
    alone = {next(iter(rules)) for _, rules in CASES.values() if rules is not None and len(rules) == 1}
    with_the_bill = {"egress_tiers", "every_origin_served"}
    assert set(CHECKS) - alone - with_the_bill == set()
    assert all(any(rule in (rules or ()) for _, rules in CASES.values()) for rule in with_the_bill)


def test_failures_speak_in_the_planners_words(plan):
    """A missed demand names service, place, period, what was found and what was asked."""
    broken = with_pool(plan, 2, capacity_per_s_by_period=(20.0, 23.9))
    details = [check.detail for check in verify(broken) if not check.holds]
    assert "rank on quad in south/two zone a, sale 12 h: demand not served (found 23.9 of 24 requests/s)" in details


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
