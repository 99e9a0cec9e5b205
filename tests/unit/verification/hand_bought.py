"""Plans worked by hand in which capacity is bought in every way; each stands on the plan of `hand_plan`.

`search` alone: need 90 and 180 requests/s in 600 and 130 hours, on 1 + 1 and 2 + 2 instances `one` in zones a and b of
north/one, so 2 and 4 of them. What is bought for them differs from plan to plan. The bill of these plans is written by
the ledger, whose figures are worked by hand in `test_verification_bought_bills`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from optimizer.domain.plan import Cost, CostLine, FleetRow, Objective, Plan, PoolAtDemand, Route, Standby
from optimizer.verification.draw import plan_kw, pool_kg, pool_kw, pool_kwh
from optimizer.verification.entry import Entry
from optimizer.verification.ledger import Ledger
from optimizer.verification.view import View
from tests.unit.verification.hand_plan import LISTED, NORTH, SOUTH, hand_plan, with_inputs, with_pool

SITE = "own/site"
ANY = {"provider": None, "location": None, "instance_type": None, "purchase_option": None}
DATES = {"price_as_of": LISTED["as_of"], "price_basis": LISTED["basis"]}
UNKNOWN_ENERGY = {"pue": None, "grid_gco2_per_kwh": None, "electricity_price_per_kwh": None}


def only_search() -> Plan:
    """Return the plan by hand without rank: 2 and 4 instances on demand at 2.00."""
    plan = hand_plan()
    plan = plan.replace(pools=plan.pools[:2], routing=plan.routing[:4], fleet=plan.fleet[:2])
    return with_inputs(plan, lambda inputs: [inputs["services"].pop(), inputs["demand"].pop("rank")])


def billed(plan: Plan) -> Plan:
    """Return the plan with its bill, its totals, and what it draws."""
    view = View(plan)
    entries = Ledger(view).entries
    lines = tuple(_line(entry, plan) for entry in entries)
    total = sum(line.amount for line in lines)
    fixed, hours = float(Ledger(view).fixed), plan.objective.horizon_hours
    gaps = {"lower_bound": total - 1.0, "gap": 1.0 / (total - fixed), "gap_of_total": 1.0 / total}
    plan = plan.replace(
        cost=Cost(lines, _sums(lines, "category"), _sums(lines, "service"), total),
        objective=Objective(currency="USD", total=total, fixed=fixed, horizon_hours=hours, **gaps),
        total_at={"central": None, "cautious": total},
        expected={name: _total_at(plan, name) for name in plan.inputs["cost_weights"]},
        obligation_after_horizon=float(Ledger(view).obligation),
    )
    return _powered(plan)


def _line(entry: Entry, plan: Plan) -> CostLine:
    quantity, price = float(entry.quantity), float(entry.unit_price)
    bought = (entry.instance_type, entry.location, entry.option)
    rows = [row for row in plan.fleet if (row.instance_type, row.location, row.purchase_option) == bought]
    dates = {"as_of": rows[0].price_as_of, "basis": rows[0].price_basis} if rows else {}
    return CostLine(
        category=entry.category,  # type: ignore[arg-type]
        item=entry.category,
        service=entry.service,
        provider=entry.provider,
        location=entry.location,
        instance_type=entry.instance_type,
        purchase_option=entry.option,
        phase="operation",
        quantity=quantity,
        unit=entry.unit,
        unit_price=price,
        amount=quantity * price,
        allocated_by="",
        **{**LISTED, **dates},
    )


def _sums(lines: Sequence[CostLine], name: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for line in lines:
        sums[getattr(line, name)] = sums.get(getattr(line, name), 0.0) + line.amount
    return sums


def _total_at(plan: Plan, name: str) -> float:
    alone = with_inputs(plan, lambda inputs: inputs.update(cost_weights={name: 1.0}))
    return float(sum((entry.amount for entry in Ledger(View(alone)).entries), Fraction(0)))


def _powered(plan: Plan) -> Plan:
    view = View(plan)
    for index in range(len(plan.pools)):
        draws = pool_kw(view, index)
        drawn = {"energy_kwh": pool_kwh(view, index), "carbon_kg": pool_kg(view, index)}
        plan = with_pool(plan, index, peak_kw=None if draws is None else max(draws), **drawn)
    kwh, kg = ([getattr(pool, name) for pool in plan.pools] for name in ("energy_kwh", "carbon_kg"))
    return plan.replace(
        energy={
            "peak_kw": None if None in kwh else max(plan_kw(view)),
            "energy_kwh": None if None in kwh else sum(kwh),
            "carbon_kg": None if None in kg else sum(kg),
        }
    )


def fleet_row(
    zone: str, option: str, counts: tuple[int, ...], price: float, expected: tuple[float, ...] = (), **changes: Any
) -> FleetRow:
    """Return a row of type one in north/one; what is paid is what is counted unless given."""
    paid = expected or tuple(float(count) for count in counts)
    return replace(FleetRow("north", "one", zone, "one", option, counts, paid, price, "2026-01-01", "list"), **changes)


def allowed(*options: str, **terms: Any) -> Any:
    """Return a change of the inputs: options beside on demand, and other terms."""
    return lambda inputs: inputs["purchase"].update(options=["on_demand", *options], **terms)


def listed_price(option: str, price: float, upfront: float = 0.0, term_months: int = 0) -> Any:
    """Return a change of the inputs: the catalog lists type one in north/one under an option."""
    row = {"purchase_option": option, "price_per_hour": price, "upfront": upfront, "term_months": term_months}
    return lambda inputs: inputs["prices"].append({**inputs["prices"][0], **row})


def changed_inputs(plan: Plan, *changes: Any) -> Plan:
    """Return the plan with its inputs passed through each change."""
    for change in changes:
        plan = with_inputs(plan, change)
    return plan


def spot_plan(may_vanish: str = "all_of_a_type") -> Plan:
    """Half of the instances may be spot, all in zone a: 1 of 2 and 2 of 4, at 0.90 (0.945 with interruptions).

    Without them zone b still carries 100 and 200 requests/s of the 90 and 180 that are needed.
    """
    plan = only_search()
    terms = {"max_share": 0.5, "overhead_share": 0.05, "may_vanish": may_vanish}
    plan = changed_inputs(plan, allowed("spot", spot=terms), listed_price("spot", 0.9))
    plan = with_pool(plan, 0, spot_replicas_by_period=(1, 2))
    fleet = (fleet_row("a", "spot", (1, 2), 0.9), fleet_row("b", "on_demand", (1, 2), 2.0))
    return billed(plan.replace(fleet=fleet))


def committed_plan() -> Plan:
    """2 instances committed for a year at 1.00 and 438 upfront, 1.05 an hour; 0 and 2 more on demand.

    The horizon of a month leaves 11 months of the term, which are charged.
    """
    plan = changed_inputs(
        only_search(),
        allowed("committed_1y", after_horizon="charge"),
        listed_price("committed_1y", 1.0, upfront=438.0, term_months=12),
    )
    fleet = (
        fleet_row("", "committed_1y", (2, 2), 1.05),
        fleet_row("a", "on_demand", (0, 1), 2.0),
        fleet_row("b", "on_demand", (0, 1), 2.0),
    )
    return billed(plan.replace(fleet=fleet))


def signed_item(**changes: Any) -> dict[str, Any]:
    """Return 3 instances signed at 1.20 until the middle of the horizon."""
    return {
        "location": NORTH,
        "instance_type": "one",
        "purchase_option": "committed_1y",
        "count": 3,
        "price_per_hour": 1.2,
        "until": "2027-01-16",
        "horizon_share": 0.5,
        "months_after_horizon": 0.0,
        "reserved": False,
        "reason": "signed in 2026",
        **changes,
    }


def signed_plan() -> Plan:
    """3 signed instances for half of the horizon: 0 and 1 on demand then, 2 and 4 afterwards, 1 and 2.5 on average."""
    plan = with_inputs(only_search(), lambda inputs: inputs["commitments"].append(signed_item()))
    signed = {"price_as_of": "2027-01-01", "price_basis": "stated", "until": "2027-01-16"}
    fleet = (
        fleet_row("", "committed_1y", (3, 3), 1.2, (1.5, 1.5), **signed),
        # the first half: zone a takes what is needed beyond the 3, so 1 of its 2; the second half: all of both
        fleet_row("a", "on_demand", (1, 2), 2.0, (0.5, 1.5)),
        fleet_row("b", "on_demand", (1, 2), 2.0, (0.5, 1.0)),
    )
    return billed(plan.replace(fleet=fleet))


def ruled_plan() -> Plan:
    """On demand in north/one with 10 % off: 1.80."""
    rule = {"match": {**ANY, "location": NORTH}, "discount_share": 0.1, "price_per_hour": None, "reason": "quote 7"}
    plan = with_inputs(only_search(), lambda inputs: inputs["price_rules"].append(rule))
    rows = (fleet_row(zone, "on_demand", (1, 2), 1.8, price_basis="quote") for zone in "ab")
    return billed(plan.replace(fleet=tuple(rows)))


def owned_plan(count: int = 4, unused: str = "idle") -> Plan:
    """`search` in one's own site, zone a, on 2 and 4 of so many machines like one that cost 30,000.

    Max. 500 W, 100 W without work, PUE 1.4, 0.10 per kWh, 300 g per kWh, 150 per kW-month, one operator at 120,000 for
    50 machines; 4 years at 8 % without residual value: 9,057.62 a year, 1.0340 an hour.
    """
    plan = with_inputs(only_search(), _own_site)
    plan = changed_inputs(plan, allowed("owned"), lambda inputs: inputs["owned"].update(unused=unused))
    rates = {"arrival_rate_per_s_by_period": (90.0, 180.0), "utilisation_by_period": (0.225, 0.225)}
    both = {"replicas_by_period": (2, 4), "capacity_per_s_by_period": (200.0, 400.0), **rates}
    pool = replace(plan.pools[0], provider="own", region="site", instance_type="box", **both)
    routes = tuple(replace(route, pool=0, share_by_period=(1.0, 1.0)) for route in plan.routing[::2])
    yearly = 30_000 * 0.08 / (1 - 1.08**-4)
    kind = {"provider": "own", "region": "site", "instance_type": "box"}
    row = fleet_row("", "owned", (count, count), yearly / 8760, **kind)
    return billed(plan.replace(pools=(pool,), routing=routes, fleet=(row,)))


def _own_site(inputs: dict[str, Any]) -> None:
    inputs["services"][0].update(redundancy="none")
    inputs["locations"].append(SITE)
    inputs["zones"][SITE] = ["a"]
    for origin in inputs["origins"]:
        origin["rtt_ms"][SITE] = origin["rtt_ms"][NORTH]
    box = {"provider": "own", "name": "box", "max_power_w": 500.0, "idle_power_w": 100.0}
    inputs["instance_types"].append({**inputs["instance_types"][0], **box})
    where = {"provider": "own", "instance_type": "box", "location": SITE}
    inputs["availability"].append({**where, "zones": ["a"]})
    prices = {f"purchase_price_{end}": price for end, price in (("low", 20e3), ("mid", 30e3), ("high", 50e3))}
    terms = {"amortisation_months": 48.0, "residual_share": 0.0, "maintenance_share_per_year": None, "rack_units": 2.0}
    inputs["owned_servers"].append({**where, **prices, **terms, "max_count": 5, **LISTED})
    limits = {"power_limit_kw": 2.5, "rack_units": 10.0}
    costs = {"space_price_per_kw_month": 150.0, "servers_per_operator": 50.0}
    inputs["sites"].append({"location": SITE, **limits, **costs, **LISTED})
    inputs["owned"]["operator_cost_per_year"] = 120_000.0
    inputs["location_energy"][SITE] = {"pue": 1.4, "grid_gco2_per_kwh": 300.0, "electricity_price_per_kwh": 0.1}
    free = {"from_gb": 0.0, "price_per_gb": 0.0, **LISTED}
    pairs = ((NORTH, SITE), (SITE, NORTH), (SITE, "internet"))
    inputs["transfer"] += [{"origin": start, "destination": end, **free} for start, end in pairs]
    inputs["storage_prices"].append({"storage_class": "block", "location": SITE, "price_per_gb_month": 0.05, **LISTED})


def two_demands_plan() -> Plan:
    """`low` is half of `high` and three times as likely: 1 + 1 instances in both periods, 2 and 2.5 on average."""
    plan = with_inputs(only_search(), lambda inputs: inputs.update(cost_weights={"high": 0.25, "low": 0.75}))

    def halved(inputs: dict[str, Any]) -> None:
        for rates in inputs["demand"]["search"].values():
            rates["at_demand"] = {"low": [rate / 2.0 for rate in rates["peak"]]}

    plan = with_inputs(plan, halved)
    low = PoolAtDemand((1, 1), (0, 0), (22.5, 45.0), (100.0, 100.0))
    for index in (0, 1):
        plan = with_pool(plan, index, at_demand={"low": low})
    rows = tuple(fleet_row(zone, "on_demand", (1, 2), 2.0, (1.0, 1.25)) for zone in "ab")
    return billed(plan.replace(fleet=rows))


def two_regions_plan(redundancy: str = "region") -> Plan:
    """The shop is served in the north, the web in the south, and each stands by for the other: 90 and 180 in all.

    North: 1 instance in either zone, 200 requests/s of the shop's 72 and 144; south: 1 and 2, 100 and 200 of the web's
    18 and 36. Both origins are at most 20 ms away, x 1.5.
    """
    plan = changed_inputs(only_search(), _known_in_south, lambda i: i["services"][0].update(redundancy=redundancy))
    north = {"replicas_by_period": (1, 1), "capacity_per_s_by_period": (100.0, 100.0)}
    north |= {"arrival_rate_per_s_by_period": (36.0, 72.0), "utilisation_by_period": (0.18, 0.36)}
    # as a standby the north hears the web, 20 ms away, else the shop alone, 2 ms away
    north["network_ms"] = 30.0 if redundancy == "region" else 3.0
    first, second = (replace(pool, **north) for pool in plan.pools)
    south = {"arrival_rate_per_s_by_period": (18.0, 36.0), "utilisation_by_period": (0.09, 0.09)}
    third = replace(plan.pools[0], provider="south", region="two", **south)
    routes = (*plan.routing[:2], Route("search", "web", 2, (1.0, 1.0), 20.0))
    rows = [fleet_row(zone, "on_demand", (1, 1), 2.0) for zone in "ab"]
    rows.append(fleet_row("a", "on_demand", (1, 2), 2.0, provider="south", region="two"))
    standby = (Standby("search", "shop", NORTH, SOUTH), Standby("search", "web", SOUTH, NORTH))
    standby = standby if redundancy == "region" else ()
    return billed(plan.replace(pools=(first, second, third), routing=routes, fleet=tuple(rows), standby=standby))


def _known_in_south(inputs: dict[str, Any]) -> None:
    inputs["origins"][1]["rtt_ms"][SOUTH] = 20.0
    inputs["instance_types"].append({**inputs["instance_types"][0], "provider": "south"})
    where = {"provider": "south", "location": SOUTH}
    inputs["prices"].append({**inputs["prices"][0], **where})
    inputs["availability"].append({**inputs["availability"][0], **where, "zones": ["a"]})
    inputs["transfer"].append({**inputs["transfer"][1], "origin": SOUTH})


def divided_plan(north: int = 5) -> Plan:
    """The shop is divided in eighths over both regions because the south may run 2 instances: 5/8 and 3/8.

    North: 45 and 90 requests/s, half of it in either zone. South: 27 + 18 and 54 + 36. What comes to the north alone
    is 2 ms away.
    """
    plan = two_regions_plan("none")
    part = north / 8.0
    most = {"match": {**ANY, "location": SOUTH}, "max_instances": 2, "max_vcpu": None, "reason": "as agreed"}
    plan = with_inputs(plan, lambda inputs: inputs["limits"]["quotas"].append(most))
    half = {"arrival_rate_per_s_by_period": (36.0 * part, 72.0 * part), "promised": {"p99_ms": 48.0}}
    half["utilisation_by_period"] = (0.18 * part, 0.36 * part)
    for index in (0, 1):
        plan = with_pool(plan, index, **half)
    rest = 1.0 - part
    south = (72.0 * rest + 18.0, 144.0 * rest + 36.0)
    busy = (south[0] / 200.0, south[1] / 400.0)
    plan = with_pool(plan, 2, arrival_rate_per_s_by_period=south, utilisation_by_period=busy)
    shop = [Route("search", "shop", zone, (part / 2.0, part / 2.0), 2.0) for zone in (0, 1)]
    shop.append(Route("search", "shop", 2, (rest, rest), 10.0))
    return billed(plan.replace(routing=(*shop, plan.routing[2])))
