"""What differs between two plans: decisions, money that adds up, inputs, and what is no difference."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from optimizer.differences import difference_of
from optimizer.domain.difference import PlanDifference
from optimizer.domain.plan import Cost, CostLine, Plan
from optimizer.errors import InputError
from tests.unit.report.sample_plan import sample_plan


@pytest.fixture(scope="module")
def sample() -> Plan:
    """The plan that is changed."""
    return sample_plan()


def _with_lines(plan: Plan, lines: list[CostLine]) -> Plan:
    total = math.fsum(line.amount for line in lines)
    objective = replace(plan.objective, total=total, lower_bound=total)
    return plan.replace(cost=Cost(tuple(lines), {}, {}, total), objective=objective)


def _with_inputs(plan: Plan, **changes: Any) -> Plan:
    return plan.replace(inputs={**plan.inputs, **changes})


def _proved(plan: Plan) -> Plan:
    return plan.replace(objective=replace(plan.objective, lower_bound=plan.objective.total))


def test_a_plan_does_not_differ_from_itself(sample: Plan):
    """Nothing is listed, and both lists of money are there in full."""
    found = difference_of(sample, sample)
    assert not found.differs
    assert found.fleet == found.pools == found.routing == found.lines == found.inputs == ()
    assert math.isclose(sum(item.before for item in found.categories), found.before.a_month)


def _adds_up(found: PlanDifference) -> None:
    for changes in (found.categories, found.services, found.lines):
        assert math.isclose(math.fsum(item.difference for item in changes), found.difference, abs_tol=1e-6)


def test_money_adds_up_by_category_service_and_line(sample: Plan):
    """One line dearer by price, one by quantity, one gone: each list adds up to the difference of the totals."""
    lines = list(sample.cost.lines)
    compute = [number for number, line in enumerate(lines) if line.category == "compute"]
    dearer = replace(lines[compute[0]], unit_price=2.0, amount=2.0 * lines[compute[0]].quantity)
    more = replace(lines[compute[1]], quantity=3.0, amount=3.0 * lines[compute[1]].unit_price)
    lines[compute[0]], lines[compute[1]] = dearer, more
    gone = lines.pop(compute[2])
    found = difference_of(_proved(sample), _with_lines(sample, lines))
    months = sample.objective.horizon_hours / 730
    _adds_up(found)
    assert math.isclose(found.difference * months, sum(x.amount for x in lines) - sample.objective.total, abs_tol=1e-6)
    by_price = [line for line in found.lines if line.by_price != 0.0]
    old = sample.cost.lines[compute[0]]
    assert [line.instance_type for line in by_price] == [dearer.instance_type]
    assert math.isclose(by_price[0].by_price * months, (2.0 - old.unit_price) * old.quantity)
    assert math.isclose(min(line.difference for line in found.lines if line.after == 0.0) * months, -gone.amount)


def test_horizons_of_different_length_are_compared_a_month(sample: Plan):
    """The same fleet for twice as long costs twice as much in all and the same a month: no difference."""
    twice = [replace(line, quantity=2 * line.quantity, amount=2 * line.amount) for line in sample.cost.lines]
    longer = _with_lines(sample, twice)
    longer = longer.replace(objective=replace(longer.objective, horizon_hours=2 * sample.objective.horizon_hours))
    found = difference_of(_proved(sample), longer)
    assert abs(found.difference) < 1e-6
    assert not found.money_differs
    assert found.lines == ()


@pytest.mark.parametrize(("more", "proved"), [(0.9, False), (1.1, True)])
def test_less_than_both_gaps_together_is_no_difference_of_totals(sample: Plan, more: float, proved: bool):
    """Each plan is proved within 100; 180 more is nothing proved, 220 more is. The line differs in either case."""
    first = sample.replace(objective=replace(sample.objective, lower_bound=sample.objective.total - 100.0))
    people = next(line for line in sample.cost.lines if line.category == "people")
    lines = [line for line in sample.cost.lines if line is not people]
    second = _with_lines(sample, [*lines, replace(people, amount=people.amount + 200.0 * more)])
    second = second.replace(objective=replace(second.objective, lower_bound=second.objective.total - 100.0))
    found = difference_of(first, second)
    assert found.money_differs is proved
    assert found.differs
    assert len(found.lines) == 1


def test_a_bill_that_differs_line_by_line_is_a_difference_whatever_it_adds_up_to(sample: Plan):
    """Money moved from one line to another; a line of the same amount at twice the price for half the quantity."""
    lines = list(sample.cost.lines)
    first, second = [number for number, line in enumerate(lines) if line.category == "compute"][:2]
    moved = [replace(line, amount=line.amount + {first: 50.0, second: -50.0}.get(number, 0.0))
             for number, line in enumerate(lines)]  # fmt: skip
    found = difference_of(_proved(sample), _with_lines(sample, moved))
    assert (found.money_differs, found.decisions_differ, found.inputs) == (False, False, ())
    assert found.differs
    assert len(found.lines) == 2
    _adds_up(found)
    halved = replace(lines[first], quantity=lines[first].quantity / 2, unit_price=2 * lines[first].unit_price)
    found = difference_of(_proved(sample), _with_lines(sample, [*lines[:first], halved, *lines[first + 1 :]]))
    assert found.differs
    (only,) = found.lines
    assert (only.item, only.difference) == (lines[first].item, 0.0)
    assert only.by_price > 1.0
    _adds_up(found)


def test_rounding_of_floats_is_no_difference(sample: Plan):
    """A hundredth of a cent less here and there is the same bill."""
    lines = [replace(line, amount=line.amount + 1e-4) for line in sample.cost.lines]
    assert not difference_of(_proved(sample), _with_lines(sample, lines)).differs


def test_fleet_and_pools_tell_counts_batch_and_zone(sample: Plan):
    """One more instance in one hour of one zone is seen in fleet and pool; another batch size in the pool."""
    row, pool = sample.fleet[0], sample.pools[0]
    peak = max(range(len(row.count_by_period)), key=row.count_by_period.__getitem__)
    counts = tuple(n + (i == peak) for i, n in enumerate(row.count_by_period))
    replicas = tuple(n + (i == peak) for i, n in enumerate(pool.replicas_by_period))
    changed = sample.replace(
        fleet=(replace(row, count_by_period=counts), *sample.fleet[1:]),
        pools=(replace(pool, replicas_by_period=replicas), *sample.pools[1:]),
    )
    found = difference_of(sample, changed)
    assert [(item.location, item.most_after - item.most_before) for item in found.fleet] == [(row.location, 1)]
    assert [(item.service, item.location) for item in found.pools] == [(pool.service, pool.location)]
    assert found.routing == ()
    mine = (pool.service, pool.location)
    others = [replace(p, batch_size=99) if (p.service, p.location) == mine else p for p in sample.pools]
    (only,) = difference_of(sample, sample.replace(pools=tuple(others))).pools
    assert only.before is not None
    assert only.after is not None
    assert (only.before.batch_size, only.after.batch_size) == (pool.batch_size, 99)
    waiting = [replace(p, max_wait_ms=2.5) if (p.service, p.location) == mine else p for p in sample.pools]
    (only,) = difference_of(sample, sample.replace(pools=tuple(waiting))).pools
    assert only.before is not None
    assert only.after is not None
    assert (only.before.max_wait_ms, only.after.max_wait_ms) == (0.0, 2.5)


def test_instances_that_swap_zones_are_another_pool_and_the_same_fleet(sample: Plan):
    """Two zones of a pool exchange their counts: nothing is bought otherwise, but something runs elsewhere."""
    first, second = sample.pools[0], sample.pools[1]
    counts = tuple(n + 1 for n in second.replicas_by_period)
    uneven = sample.replace(pools=(first, replace(second, replicas_by_period=counts), *sample.pools[2:]))
    swapped = uneven.replace(
        pools=(
            replace(first, replicas_by_period=counts),
            replace(second, replicas_by_period=first.replicas_by_period),
            *sample.pools[2:],
        )
    )
    found = difference_of(uneven, swapped)
    assert found.fleet == ()
    assert [(item.service, item.location) for item in found.pools] == [(first.service, first.location)]


def test_routes_are_told_by_share_of_the_requests(sample: Plan):
    """An origin led to another location: all of it there, nothing here."""
    route = sample.routing[0]
    mine = {i for i, r in enumerate(sample.routing) if (r.service, r.origin) == (route.service, route.origin)}
    here = sample.pools[route.pool].location
    pools = enumerate(sample.pools)
    other = next(i for i, pool in pools if pool.service == route.service and pool.location != here)
    moved = [replace(r, pool=other) if i in mine else r for i, r in enumerate(sample.routing)]
    found = difference_of(sample, sample.replace(routing=tuple(moved)))
    told = {(item.origin, item.location): (item.share_before, item.share_after) for item in found.routing}
    assert told[route.origin, here] == pytest.approx((1.0, 0.0))
    assert told[route.origin, sample.pools[other].location] == pytest.approx((0.0, 1.0))


def test_inputs_tell_targets_demand_and_prices(sample: Plan):
    """Each with its place and both values; a row that only one plan uses tells of another fleet and is left out."""
    services = [{**row} for row in sample.inputs["services"]]
    services[0]["latency_ms"] = 25.0
    prices = [
        {
            "provider": "aws",
            "instance_type": kind,
            "location": "aws/x",
            "purchase_option": "spot",
            "price_per_hour": 1.0,
        }
        for kind in ("one", "two")
    ]
    hours = len(sample.periods)
    rates = {"mean": [1.0] * hours, "peak": [2.0] * hours, "at_demand": {}}
    old = _with_inputs(sample, prices=prices, demand={"retrieval": {"us-east": rates}})
    new = _with_inputs(
        sample,
        prices=[{**prices[0], "price_per_hour": 1.5}],
        services=services,
        demand={"retrieval": {"us-east": {**rates, "peak": [2.6, *rates["peak"][1:]]}}},
    )
    told = {item.what: (item.before, item.after) for item in difference_of(old, new).inputs}
    assert told == {
        "demand retrieval us-east": ("peak 2/s, mean 1/s", "peak 2.6/s, mean 1/s"),
        f"services {services[0]['name']}.latency_ms": ("none", "25"),
        "prices aws one aws/x spot.price_per_hour": ("1", "1.5"),
    }


def test_pages_are_told_by_their_target_and_how_many_come(sample: Plan):
    """A longer target and twice the pages, in one line each; hours are not listed one by one."""

    def page(latency_ms: float, rate: float) -> dict[str, Any]:
        rates = {"us-east": {"mean": [rate, rate], "peak": [rate, 2.0 * rate]}}
        stages = [{"service": "retrieval", "fan_out": 2}]
        return {"name": "page", "latency_ms": latency_ms, "percentile": 0.99, "stages": stages, "demand": rates}

    old, new = (_with_inputs(sample, pipelines=[page(*each)]) for each in ((90.0, 10.0), (120.0, 20.0)))
    told = {item.what: (item.before, item.after) for item in difference_of(old, new).inputs}
    assert told == {
        "pages page us-east": ("peak 20/s, mean 10/s", "peak 40/s, mean 20/s"),
        "pipelines page.latency_ms": ("90", "120"),
    }


def test_two_currencies_are_refused(sample: Plan):
    """With the name of the file and both currencies."""
    other = sample.replace(objective=replace(sample.objective, currency="EUR"))
    with pytest.raises(InputError, match=r"b\.json objective\.currency: counts in EUR, a\.json in USD"):
        difference_of(sample, other, ("a.json", "b.json"))


def test_pages_are_told_key_by_key_and_hours_in_a_few_words(sample: Plan):
    """A page that changes its target says so alone; long lists of numbers are told by their ends and mean."""
    hours = [float(hour) for hour in range(24)]
    page = {"name": "home", "latency_ms": 90.0, "by_hour": [2.0 * n for n in hours]}
    changed = {**page, "latency_ms": 80.0, "by_hour": [3.0 * n for n in hours]}
    old, new = (_with_inputs(sample, pipelines=[row]) for row in (page, changed))
    found = {item.what: (item.before, item.after) for item in difference_of(old, new).inputs}
    assert found == {
        "pipelines home.by_hour": (
            "24 numbers, 0 to 46, 23 on average", "24 numbers, 0 to 69, 34.5 on average"),
        "pipelines home.latency_ms": ("90", "80"),
    }  # fmt: skip
