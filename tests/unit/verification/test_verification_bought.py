"""Plans bought in every way: each right one passes, and each wrong purchase, loss or limit is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.plan import FewerReplicas, PoolAtDemand, Route, Standby
from optimizer.verification import verify
from tests.unit.verification.hand_bought import (
    ANY,
    SITE,
    billed,
    committed_plan,
    divided_plan,
    fleet_row,
    only_search,
    owned_plan,
    ruled_plan,
    signed_item,
    signed_plan,
    spot_plan,
    two_demands_plan,
    two_regions_plan,
)
from tests.unit.verification.hand_plan import NORTH, SOUTH, with_fleet, with_inputs, with_pool, with_route


def on_one_instance(plan):
    """In the long hours zone a serves all with its one instance, zone b runs none."""
    first = {"arrival_rate_per_s_by_period": (90.0, 90.0), "utilisation_by_period": (0.45, 0.225)}
    second = {"arrival_rate_per_s_by_period": (0.0, 90.0), "utilisation_by_period": (0.0, 0.225)}
    second |= {"replicas_by_period": (0, 2), "capacity_per_s_by_period": (0.0, 200.0)}
    second |= {"after_loss": FewerReplicas((1,), (100.0,))}
    plan = with_pool(with_pool(plan, 0, **first), 1, **second)
    for route in (0, 2):
        plan = with_route(plan, route, share_by_period=(1.0, 0.5))
        plan = with_route(plan, route + 1, share_by_period=(0.0, 0.5))
    return with_fleet(plan, 1, count_by_period=(0, 2), expected_count_by_period=(0.0, 2.0))


def tolerated():
    """Spot that may vanish at the planner's own risk."""
    return spot_plan("tolerated")


def one_zone():
    """Spot of which one zone at a time may vanish."""
    return spot_plan("one_zone")


def instance_plan():
    """The loss of any one of the 2 and 4 instances leaves 100 and 390 of the 90 and 180 requests/s."""
    return billed(with_inputs(only_search(), lambda i: i["services"][0].update(redundancy="instance")))


RIGHT = {
    "on demand": lambda: billed(only_search()),
    "spot that may vanish whole": spot_plan,
    "spot that may vanish in one zone": one_zone,
    "spot whose loss is tolerated": tolerated,
    "committed": committed_plan,
    "signed for half of the horizon": signed_plan,
    "with a price rule": ruled_plan,
    "owned, idle machines drawing": owned_plan,
    "owned, idle machines off": lambda: owned_plan(unused="off"),
    "two demands": two_demands_plan,
    "protected against an instance": instance_plan,
    "protected against a region": two_regions_plan,
    "in two regions": lambda: two_regions_plan("none"),
    "divided in eighths": divided_plan,
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_plan_passes_every_reading(case):
    """Nothing fails on a plan whose purchases are those worked by hand."""
    assert [check for check in verify(RIGHT[case]()) if not check.holds] == []


def purchase(**terms):
    """A change: other terms of buying."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs["purchase"].update(terms))


def spot_terms(**terms):
    """A change: other terms of spot."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs["purchase"]["spot"].update(terms))


def service(**asked):
    """A change: the service asks for something else."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs["services"][0].update(asked))


def site(**limits):
    """A change: the site offers something else."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs["sites"][0].update(limits))


def server(**row):
    """A change: another row of the machine that can be bought."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs["owned_servers"][0].update(row))


def rule(**row):
    """A change: another rule on prices."""
    return lambda plan: with_inputs(plan, lambda inputs: inputs["price_rules"][0].update(row))


def quota(most, **match):
    """A change: one quota more, of instances."""
    row = {"match": {**ANY, **match}, "max_instances": most, "max_vcpu": None, "reason": "asked"}
    return lambda plan: with_inputs(plan, lambda inputs: inputs["limits"]["quotas"].append(row))


def pin(**kept):
    """A change: a decision about search in north/one that is kept."""
    free = dict.fromkeys(("instance_type", "profile", "batch_size", "max_instances"))
    row = {"service": "search", "location": NORTH, **free, "min_instances": 0, **kept}
    return lambda plan: with_inputs(plan, lambda inputs: inputs["pins"].append(row))


def fleet(index, **changes):
    """A change: another row of the fleet."""
    return lambda plan: with_fleet(plan, index, **changes)


def pool(index, **changes):
    """A change: another pool."""
    return lambda plan: with_pool(plan, index, **changes)


def at_low(index, **changes):
    """A change: a pool runs otherwise at the low demand."""
    right = PoolAtDemand((1, 1), (0, 0), (22.5, 45.0), (100.0, 100.0))
    return pool(index, at_demand={"low": replace(right, **changes)})


def energy(**figures):
    """A change: other figures of energy of the whole plan."""
    return lambda plan: plan.replace(energy={**plan.energy, **figures})


def expected(**totals):
    """A change: other totals at the demands."""
    return lambda plan: plan.replace(expected={name: plan.expected[name] + by for name, by in totals.items()})


def spot_in_both_zones(plan):
    """A replica of either zone may be spot in the long hours: 2 of 2 instances."""
    return with_pool(with_pool(plan, 0, spot_replicas_by_period=(1, 1)), 1, spot_replicas_by_period=(1, 1))


def like_pools(plan):
    """Zone a is told twice, the second time without replicas and without requests."""
    idle = {"replicas_by_period": (0, 0), "capacity_per_s_by_period": (0.0, 0.0), "utilisation_by_period": (0.0, 0.0)}
    second = replace(plan.pools[0], arrival_rate_per_s_by_period=(0.0, 0.0), **idle)
    routes = [replace(route, pool=2, share_by_period=(0.0, 0.0)) for route in plan.routing[::2]]
    return plan.replace(pools=(*plan.pools, second), routing=(*plan.routing, *routes))


def third_location(plan):
    """A route of the shop leads to a third place, with none of its requests."""
    idle = {"replicas_by_period": (0, 0), "capacity_per_s_by_period": (0.0, 0.0), "utilisation_by_period": (0.0, 0.0)}
    idle |= {"arrival_rate_per_s_by_period": (0.0, 0.0), "network_ms": 15.0}
    third = replace(plan.pools[2], region="three", **idle)
    routes = (*plan.routing, Route("search", "shop", 3, (0.0, 0.0), 10.0))
    return plan.replace(pools=(*plan.pools, third), routing=routes)


def known_third(inputs):
    """South/three is like south/two."""
    place = {"provider": "south", "location": "south/three"}
    inputs["locations"].append("south/three")
    inputs["zones"]["south/three"] = ["a"]
    inputs["availability"].append({**inputs["availability"][-1], **place})
    inputs["prices"].append({**inputs["prices"][-1], **place})
    inputs["origins"][0]["rtt_ms"]["south/three"] = 10.0
    inputs["location_energy"]["south/three"] = inputs["location_energy"][SOUTH]
    ends = (("origin", NORTH, "destination"), ("destination", NORTH, "origin"))
    inputs["transfer"] += [{**inputs["transfer"][0], here: there, other: "south/three"} for here, there, other in ends]
    inputs["storage_prices"].append({**inputs["storage_prices"][-1], "location": "south/three"})


def divided_and_protected(plan):
    """The division stands, and a lost region must be survived: both stand by for each other."""
    standby = (Standby("search", "shop", NORTH, SOUTH), Standby("search", "web", SOUTH, NORTH))
    return service(redundancy="region")(plan).replace(standby=standby)


def without_on_demand(plan):
    """Only commitments may be bought, and their rows alone stand in the fleet."""
    return purchase(options=["committed_1y"])(plan).replace(fleet=plan.fleet[:1])


#: A right plan, what is done to it, and the readings that fail, all of them.
WRONG = {
    # spot
    "a spot instance less than the pools need": (spot_plan, fleet(0, count_by_period=(1, 1)), {"purchases_cover_use"}),
    "an instance on demand less": (spot_plan, fleet(1, count_by_period=(1, 1)), {"purchases_cover_use"}),
    "on demand stands where spot may": (
        spot_plan,
        lambda plan: plan.replace(fleet=(fleet_row("a", "on_demand", (1, 2), 2.0), plan.fleet[1])),
        {"purchases_cover_use", "bill"},
    ),
    "spot stands in the zone that has no room for it": (
        spot_plan,
        lambda plan: with_fleet(with_fleet(plan, 0, zone="b"), 1, zone="a"),
        {"purchases_cover_use"},
    ),
    "a hundredth less may be spot": (spot_plan, spot_terms(max_share=0.49), {"spot_share"}),
    "more may be spot than runs": (
        tolerated,
        # 2 of 1 in zone a: the share of the whole service allows it
        lambda plan: with_pool(spot_terms(max_share=1.0)(plan), 0, spot_replicas_by_period=(2, 2)),
        {"spot_share", "purchases_cover_use", "bill", "scale_up_lead"},
    ),
    "without all spot too little is left": (
        # nothing stays in the long hours
        spot_plan,
        lambda plan: spot_in_both_zones(spot_terms(max_share=1.0)(plan)),
        {"spot_may_vanish", "purchases_cover_use", "bill", "scale_up_lead"},
    ),
    "without the spot of a zone too little is left": (
        # nothing stays in zone a in the long hours, zone b carries 89 of the 90
        one_zone,
        lambda plan: with_pool(service(redundancy="none")(plan), 1, capacity_per_s_by_period=(89.0, 200.0)),
        {"spot_may_vanish"},
    ),
    "spot is dearer than on demand": (
        spot_plan,
        spot_terms(overhead_share=1.3),  # 0.90 x 2.3 = 2.07
        {"purchases_cover_use", "bill", "scale_up_lead"},
    ),
    "spot is not allowed": (
        spot_plan,
        purchase(options=["on_demand"]),
        {"options_allowed", "purchases_cover_use", "bill", "scale_up_lead"},
    ),
    "spot pays another price": (spot_plan, fleet(0, price_per_hour=0.8), {"offered"}),
    "a quota of spot is exceeded by one": (spot_plan, quota(1, purchase_option="spot"), {"quotas"}),
    "spot counts as on demand": (spot_plan, quota(1, purchase_option="on_demand"), {"quotas"}),  # 2 are
    # commitments
    "one is committed too few": (
        committed_plan,
        fleet(0, count_by_period=(1, 1), expected_count_by_period=(1.0, 1.0)),
        {"purchases_cover_use", "bill"},
    ),
    "one is committed too many": (
        committed_plan,
        fleet(0, count_by_period=(3, 3), expected_count_by_period=(3.0, 3.0)),
        {"purchases_cover_use", "bill"},
    ),
    "commitments change by the hour": (
        committed_plan,
        fleet(0, count_by_period=(2, 3), expected_count_by_period=(2.0, 3.0)),
        {"purchases_cover_use", "bill"},
    ),
    "commitments stand in a zone": (committed_plan, fleet(0, zone="a"), {"purchases_cover_use"}),
    "the upfront payment is forgotten": (committed_plan, fleet(0, price_per_hour=1.0), {"offered"}),
    "the term outlasts the horizon, which is refused": (
        committed_plan,
        purchase(after_horizon="refuse"),
        {"options_allowed"},
    ),
    "half of the rest of the term keeps its value": (
        committed_plan,
        purchase(after_horizon="value_share", value_share=0.5),
        {"bill"},
    ),
    "what is left after the horizon is understated": (
        committed_plan,
        lambda plan: plan.replace(obligation_after_horizon=plan.obligation_after_horizon - 1.0),
        {"bill"},
    ),
    "nothing may be had by the hour, and 2 are held of 4": (
        committed_plan,
        without_on_demand,
        {"purchases_cover_use", "bill"},
    ),
    "a quota of commitments is exceeded by one": (committed_plan, quota(1, purchase_option="committed_1y"), {"quotas"}),
    "commitments count as on demand": (committed_plan, quota(3, purchase_option="on_demand"), {"quotas"}),  # 4 run
    # what is signed
    "one is signed too few": (
        signed_plan,
        fleet(0, count_by_period=(2, 2), expected_count_by_period=(1.0, 1.0)),
        {"offered", "bill"},
    ),
    "what is signed is paid at another price": (signed_plan, fleet(0, price_per_hour=1.0), {"offered"}),
    "what is signed ends at another date": (signed_plan, fleet(0, until="2027-02-01"), {"offered"}),
    "what is signed is not in the fleet": (
        signed_plan,
        lambda plan: plan.replace(fleet=plan.fleet[1:]),
        {"offered", "bill"},
    ),
    "what is signed is taken to last": (
        # as if the first half were all of the horizon: 0 and 1 on demand, in zone a
        signed_plan,
        lambda plan: plan.replace(fleet=(plan.fleet[0], fleet_row("a", "on_demand", (0, 1), 2.0))),
        {"purchases_cover_use", "bill"},
    ),
    "expected counts are moved from one hour to the other": (
        # 130 h more in the first are 600 h less in the second: the hours in all are right
        signed_plan,
        fleet(1, expected_count_by_period=(0.5 + 0.13, 1.5 - 0.6)),
        {"purchases_cover_use"},
    ),
    "reserved capacity that ends counts as on demand": (
        signed_plan,
        lambda plan: quota(3, purchase_option="on_demand")(
            with_inputs(plan, lambda inputs: inputs["commitments"][0].update(reserved=True))
        ),
        {"quotas"},
    ),
    # price rules
    "the list price is paid although a rule fits": (ruled_plan, fleet(0, price_per_hour=2.0), {"offered"}),
    "the rule is about another place": (ruled_plan, rule(match={**ANY, "location": SOUTH}), {"offered", "bill"}),
    "the rule is about another option": (
        ruled_plan,
        rule(match={**ANY, "purchase_option": "spot"}),
        {"offered", "bill"},
    ),
    "the rule is about another family": (ruled_plan, rule(match={**ANY, "instance_type": "q*"}), {"offered", "bill"}),
    "the rule gives a price of its own": (
        ruled_plan,
        rule(discount_share=None, price_per_hour=1.7),
        {"offered", "bill"},
    ),
    "the changed price is called a list price": (ruled_plan, fleet(0, price_basis="list"), {"offered"}),
    "a list price is called a quote": (committed_plan, fleet(0, price_basis="quote"), {"offered"}),
    # owned
    "a machine less than runs": (owned_plan, fleet(0, count_by_period=(3, 3)), {"purchases_cover_use", "bill"}),
    "the annuity is of another rate": (
        owned_plan,
        lambda plan: with_inputs(plan, lambda inputs: inputs["owned"].update(discount_rate_per_year=0.07)),
        {"offered", "bill"},
    ),
    "the annuity is of the high price": (
        owned_plan,
        lambda plan: with_inputs(plan, lambda inputs: inputs["owned"].update(price="high")),
        {"offered", "bill"},
    ),
    "the annuity leaves a residual value": (owned_plan, server(residual_share=0.1), {"offered", "bill"}),
    "more are bought than there are": (owned_plan, server(max_count=3), {"owned_count"}),
    "they draw 2 kW of 1.99": (owned_plan, site(power_limit_kw=1.99), {"site_limits"}),
    "they are 8 units high of 7": (owned_plan, site(rack_units=7.0), {"site_limits"}),
    "signed machines stand there as well": (
        owned_plan,
        lambda plan: with_inputs(
            plan,
            lambda inputs: inputs["commitments"].append(
                signed_item(location=SITE, instance_type="box", purchase_option="owned", count=2, price_per_hour=0.0)
            ),
        ),
        {"site_limits", "offered", "bill"},
    ),
    "space costs a tenth more": (owned_plan, site(space_price_per_kw_month=165.0), {"bill"}),
    "an operator looks after fewer": (owned_plan, site(servers_per_operator=40.0), {"bill"}),
    "machines are maintained at a share of their own": (owned_plan, server(maintenance_share_per_year=0.1), {"bill"}),
    "idle machines are switched off": (
        owned_plan,
        lambda plan: with_inputs(plan, lambda inputs: inputs["owned"].update(unused="off")),
        {"bill"},
    ),
    "owned machines need no quota of on demand": (
        # none counts, and a quota of 0 holds; 4 do of a quota of anything
        owned_plan,
        lambda plan: quota(3)(quota(0, purchase_option="on_demand")(plan)),
        {"quotas"},
    ),
    "the draw of the plan is understated": (owned_plan, energy(peak_kw=1.0), {"energy"}),
    "the energy of the plan is understated": (owned_plan, energy(energy_kwh=300.0), {"energy"}),
    "the carbon of the plan is not told": (owned_plan, energy(carbon_kg=None), {"energy"}),
    # every demand
    "too little is claimed at the low demand": (
        two_demands_plan,
        at_low(0, capacity_per_s_by_period=(100.0, 40.0)),
        {"capacity", "headroom", "zone_loss"},
    ),
    "a lost zone leaves too little at the low demand": (
        two_demands_plan,
        # 80 of the 90 that both zones need; they share them 40 to 50, as 80 to 100
        lambda plan: with_pool(
            at_low(0, capacity_per_s_by_period=(100.0, 80.0), arrival_rate_per_s_by_period=(22.5, 40.0))(plan),
            1,
            at_demand={"low": PoolAtDemand((1, 1), (0, 0), (22.5, 50.0), (100.0, 100.0))},
        ),
        {"zone_loss", "capacity"},  # 1 replica would carry 100 and 80
    ),
    "an instance more runs at the low demand than is paid": (
        two_demands_plan,
        at_low(0, replicas_by_period=(1, 2)),
        {"purchases_cover_use", "bill", "capacity"},  # 2 replicas would carry 200 and 100
    ),
    "more are asked for than run at the low demand": (two_demands_plan, service(min_replicas=2), set()),
    "fewer run at the low demand than must": (two_demands_plan, service(min_replicas=3), {"replica_bounds"}),
    "a pin asks for what no demand but the planned one has": (
        # zone a runs 2 instances in all hours of the planned demand, and 1 at the low one
        two_demands_plan,
        lambda plan: pin(min_instances=3)(
            with_pool(plan, 0, replicas_by_period=(2, 2), utilisation_by_period=(0.1125, 0.225))
        ),
        {"pins", "purchases_cover_use", "bill", "capacity"},
    ),
    "counts change at the low demand only": (
        two_demands_plan,
        lambda plan: at_low(0, replicas_by_period=(2, 1))(
            with_inputs(plan, lambda inputs: inputs.update(autoscaling="fixed"))
        ),
        {"autoscaling", "purchases_cover_use", "bill", "capacity"},
    ),
    "the totals at the demands change places": (
        two_demands_plan,
        # 3 of one for 1 of the other: the average stays
        expected(high=3.0, low=-1.0),
        {"bill"},
    ),
    # a lost instance
    "all of it stands on one instance": (instance_plan, lambda plan: billed(on_one_instance(plan)), {"instance_loss"}),
    "what is left is not stated": (
        instance_plan,
        lambda plan: with_pool(billed(on_one_instance(plan)), 1, after_loss=FewerReplicas()),
        {"instance_loss", "latency"},
    ),
    "what is left claims more than it could": (
        instance_plan,
        # 1 of zone b: 200 requests/s with full batches, 190.12 within both guards
        pool(1, after_loss=FewerReplicas((3,), (571.0,))),
        {"utilisation_cap"},
    ),
    "what is left claims another capacity than the hours": (
        instance_plan,
        pool(1, after_loss=FewerReplicas((1,), (99.0,))),
        {"capacity"},
    ),
    # a lost region
    "an origin has no standby": (
        two_regions_plan,
        lambda plan: plan.replace(standby=plan.standby[1:]),
        {"region_loss"},
    ),
    "an origin stands by for itself": (
        # replayed, the north then carries the shop twice
        two_regions_plan,
        lambda plan: plan.replace(standby=(replace(plan.standby[0], standby=NORTH), plan.standby[1])),
        {"region_loss", "latency"},
    ),
    "the standby is for another location": (
        two_regions_plan,
        lambda plan: plan.replace(standby=(replace(plan.standby[0], primary=SOUTH), plan.standby[1])),
        {"region_loss"},
    ),
    "a standby location claims too little for all": (
        two_regions_plan,
        pool(2, capacity_per_s_by_period=(89.0, 200.0)),
        {"region_loss"},
    ),
    "the data of an origin may not go to its standby": (
        two_regions_plan,
        lambda plan: with_inputs(plan, lambda inputs: inputs["origins"][1].update(residency=[SOUTH])),
        {"residency"},
    ),
    "the standby's round trip is forgotten": (
        # south hears the web at 20 ms x 1.5; with 30 ms the shop would be further away
        two_regions_plan,
        lambda plan: with_inputs(plan, lambda inputs: inputs["origins"][0]["rtt_ms"].update({SOUTH: 22.0})),
        {"latency"},
    ),
    "a protected origin is divided": (divided_plan, divided_and_protected, {"region_loss", "latency"}),
    # a divided origin
    "an origin is divided although nothing binds": (
        divided_plan,
        lambda plan: with_inputs(plan, lambda inputs: inputs["limits"].update(quotas=[])),
        {"one_pool_per_location"},
    ),
    "an origin is divided, not in eighths": (lambda: divided_plan(5.5), lambda plan: plan, {"one_pool_per_location"}),
    "an origin is divided otherwise by the hour": (
        divided_plan,
        lambda plan: with_route(
            with_route(with_route(plan, 0, share_by_period=(0.3125, 0.25)), 1, share_by_period=(0.3125, 0.25)),
            2,
            share_by_period=(0.375, 0.5),
        ),
        {"one_pool_per_location", "headroom", "bill"},
    ),
    "an origin is divided over three locations": (
        divided_plan,
        lambda plan: third_location(with_inputs(plan, known_third)),
        {"one_pool_per_location"},
    ),
    "part of an origin goes nowhere": (
        divided_plan,
        lambda plan: plan.replace(routing=(*plan.routing[:2], plan.routing[3])),
        {"every_origin_served", "headroom", "bill"},
    ),
    "a zone has two like pools": (lambda: billed(only_search()), like_pools, {"one_pool_per_location"}),
    "the quota that divides is exceeded": (divided_plan, quota(1, provider="south"), {"quotas"}),
    # time
    "a day holds more than it may start": (
        # 2 on days, 4 on sales; counts by day type may still rise by 2 at midnight
        lambda: billed(with_inputs(only_search(), lambda inputs: inputs.update(autoscaling="day_type"))),
        purchase(scale_up_max_instances=1),
        {"scale_up"},
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_plan_fails_the_readings_it_breaks(case):
    """One change of a right plan: the stated readings fail and no other."""
    make, mutate, rules = WRONG[case]
    assert {check.rule for check in verify(mutate(make())) if not check.holds} == rules


MALFORMED = {
    "a row of the fleet stands twice": lambda plan: plan.replace(fleet=(*plan.fleet, plan.fleet[0])),
    "a standby stands twice": lambda plan: plan.replace(standby=(*plan.standby, plan.standby[0])),
    "weights do not sum to 1": lambda plan: with_inputs(plan, lambda inputs: inputs.update(cost_weights={"high": 0.9})),
    "room for spot has a period too few": lambda plan: with_pool(plan, 0, spot_replicas_by_period=(0,)),
    "a demand that money is counted for is missing": lambda plan: with_inputs(
        plan, lambda inputs: inputs.update(cost_weights={"high": 0.5, "low": 0.5})
    ),
    "what is signed is of an unknown type": lambda plan: with_inputs(
        plan, lambda inputs: inputs["commitments"].append(signed_item(instance_type="other"))
    ),
    "what is signed is somewhere unknown": lambda plan: with_inputs(
        plan, lambda inputs: inputs["commitments"].append(signed_item(location="nowhere/at-all"))
    ),
    "an option nobody knows": lambda plan: with_fleet(plan, 0, purchase_option="borrowed"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_purchase_is_told_by_the_structure(case):
    """What cannot be read is told before any rule reads it."""
    assert {check.rule for check in verify(MALFORMED[case](two_regions_plan()))} == {"structure"}


def test_a_failure_at_another_demand_names_it():
    """The planner reads under which demand the rule is broken."""
    plan = at_low(0, capacity_per_s_by_period=(100.0, 40.0))(two_demands_plan())
    details = [check.detail for check in verify(plan) if check.rule == "zone_loss" and not check.holds]
    assert details == [f"search in {NORTH} without zone b, sale 12 h, demand low: 40 of 90 requests/s"]
