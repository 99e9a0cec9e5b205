"""Plans that a page must bear: names that are markup or very long, many services, nothing known, nothing asked."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from optimizer.domain.plan import Alternative, Check, PagePromise, Plan, StageBudget
from tests.unit.report.sample_plan import sample_plan

MARKUP = '</script><script>window.hit=1</script><img src=x onerror="window.hit=1">\'"&amp;<!--'
FOREIGN = "検索サービス – Größe ß \u202eabc\x1b[31m"
LONG = "a-service-with-a-name-that-nobody-would-write-down-" * 5


def _renamed(plan: Plan, name: Callable[[str], str]) -> dict[str, Any]:
    """The document with other names of services, wherever they stand."""
    services = {row.service: name(row.service) for row in plan.demand}

    def other(value: Any) -> Any:
        if isinstance(value, str):
            return services.get(value, value)
        if isinstance(value, dict):
            return {services.get(key, key): other(item) for key, item in value.items()}
        return [other(item) for item in value] if isinstance(value, list | tuple) else value

    return json.loads(json.dumps(other(plan.to_dict())))


def _many(plan: Plan) -> Plan:
    """Ten services: the pools, demand and bill of the two, five times."""
    pools, demand, lines = [], [], []
    for copy in range(5):
        pools += [replace(pool, service=f"{pool.service}-{copy}") for pool in plan.pools]
        demand += [replace(row, service=f"{row.service}-{copy}") for row in plan.demand]
        lines += [
            replace(line, service=f"{line.service}-{copy}", amount=line.amount * (1 + copy))
            for line in plan.cost.lines
            if line.service
        ]
    by_service = {row.service: sum(line.amount for line in lines if line.service == row.service) for row in demand}
    cost = replace(plan.cost, lines=tuple(lines), by_service=by_service, total=sum(by_service.values()))
    return plan.replace(pools=tuple(pools), demand=tuple(demand), cost=cost, routing=())


def _nothing(plan: Plan) -> Plan:
    """No demand in any hour: no pools, an empty fleet, a bill of nothing."""
    cost = replace(plan.cost, lines=(), by_category={}, by_service={}, total=0.0)
    demand = tuple(replace(row, requests_per_s_peak=0.0, requests_per_s_mean=0.0) for row in plan.demand)
    objective = replace(plan.objective, total=0.0, lower_bound=0.0, fixed=0.0)
    return plan.replace(
        pools=(), fleet=(), routing=(), rejected=(), headroom={}, cost=cost, demand=demand, objective=objective
    )


def _unknown(plan: Plan) -> Plan:
    """No date of a price, no power, no totals at other demands, no effect of an assumption, nothing checked."""
    lines = tuple(replace(line, as_of="", basis="", source="") for line in plan.cost.lines)
    return plan.replace(
        fleet=tuple(replace(row, price_as_of="unknown", price_basis="unknown") for row in plan.fleet),
        cost=replace(plan.cost, lines=lines),
        energy={"peak_kw": None, "energy_kwh": None, "carbon_kg": None},
        expected={"low": None, "mid": None, "high": None},
        assumptions=tuple(replace(item, effect_of_10_percent_on_total=None) for item in plan.assumptions),
        checks=(),
    )


def _alternatives(plan: Plan) -> Plan:
    """Other plans beside it: a dearer one, one that is the same, one that there is none of."""
    found = (
        Alternative("without spot", ("no spot",), "costs_more", 740_000.0, 739_000.0, 8_864.0, ("aws/g6.xlarge",)),
        Alternative("one type", (), "same", 731_136.0, 1.0, 0.0),
        Alternative("50 ms", (), "no_plan", None, None, None, reasons=("retrieval cannot.",)),
    )
    return plan.replace(alternatives=found)


def _silent_hours(plan: Plan) -> Plan:
    """The first half of the hours ask for nothing, and nothing runs in them."""
    half = len(plan.periods) // 2

    def off(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(type(value)(0) if number < half else value for number, value in enumerate(values))

    def quiet(row: Any) -> Any:
        counts = [f.name for f in dataclasses.fields(row) if f.name.endswith("_by_period") and getattr(row, f.name)]
        return replace(row, **{name: off(getattr(row, name)) for name in counts})

    return plan.replace(pools=tuple(map(quiet, plan.pools)), fleet=tuple(map(quiet, plan.fleet)))


def _pages(plan: Plan) -> Plan:
    """Two pages of the two services: one from two origins, whose replay is told of one; one that takes all it may."""

    def stage(service: str, fan_out: int, budget_ms: float, promised_ms: float) -> StageBudget:
        share = 1.0 - 0.01 / (2 * fan_out)
        return StageBudget(service, "aws/us-east-1", fan_out, share, 1.3, 4.0, budget_ms, promised_ms)

    def page(name: str, origin: str, target_ms: float, *stages: StageBudget) -> PagePromise:
        return PagePromise(name, origin, target_ms, stages, sum(item.promised_ms for item in stages))

    def replayed(subject: str, reached_ms: float) -> Check:
        return Check("end_to_end", subject, 90.0, reached_ms, 90.0 - reached_ms, True, "")

    home = (stage("retrieval", 1, 37.63, 37.03), stage("ranking", 8, 51.66, 49.57))
    pages = (
        page("home", "us-east", 90.0, *home),
        page("home", "us-west", 90.0, *home),
        page("basket", "us-east", 60.5, stage("ranking", 1, 60.5, 58.2)),
    )
    checks = (replayed("home from us-east, workday 12 h", 49.21), replayed("home from us-east, sale 12 h", 55.34))
    return plan.replace(pipelines=pages, checks=(*plan.checks, *checks))


def _document(plan: Plan) -> dict[str, Any]:
    return json.loads(json.dumps(plan.to_dict()))


ODD: dict[str, Callable[[], dict[str, Any]]] = {
    "markup": lambda: _renamed(sample_plan(), lambda name: f"{name}{MARKUP}"),
    "foreign": lambda: _renamed(sample_plan(), lambda name: f"{FOREIGN} {name}"),
    "long": lambda: _renamed(sample_plan(), lambda name: f"{LONG}{name}"),
    "many": lambda: _document(_many(sample_plan())),
    "nothing": lambda: _document(_nothing(sample_plan())),
    "unknown": lambda: _document(_unknown(sample_plan())),
    "alternatives": lambda: _document(_alternatives(sample_plan())),
    "pages": lambda: _document(_pages(sample_plan())),
    "silent hours": lambda: _document(_silent_hours(sample_plan())),
}
