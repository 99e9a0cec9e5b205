"""Everything that may give in a problem, with the rows in which it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from optimizer.domain.purchase import OWNED
from optimizer.formulation.assemble import Assembled, counted_of
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Rows
from optimizer.formulation.relaxed_buying import taken_in_site
from optimizer.formulation.rules.budget import budget_total
from optimizer.formulation.rules.quotas import quota_rows
from optimizer.planning.infeasible import makers
from optimizer.planning.infeasible.changes import Case, Change
from optimizer.planning.infeasible.elastic import UNIT, Give, Place
from optimizer.units import KG_PER_TONNE


def gives_of(context: Context, case: Case, assembled: Assembled, blocks: Sequence[Block]) -> list[Give]:
    """Return everything that may give in a problem."""
    rows = assembled.problem.rows
    found = [*_quotas(context, case, assembled), *_totals(case, rows), *_sites(context, case, rows)]
    found += [*_machines(case, assembled, blocks), *_pins(case, rows), *_standbys(case, rows)]
    return [*found, *_budget(context, case, rows)]


def unserved_gives(rows: Sequence[Rows]) -> list[Give]:
    """Return an origin left unserved as a thing that may give: it names what does not fit beside the rest."""
    return [
        Give("every_origin_served", 1.0, True, (Place(group, (at,), 1.0),), lambda _: [])
        for group in _groups(rows, "every_origin_served")
        for at in range(len(rows[group].labels))
    ]


def _groups(rows: Sequence[Rows], rule: str) -> list[int]:
    return [number for number, group in enumerate(rows) if group.rule == rule]


def _quotas(context: Context, case: Case, assembled: Assembled) -> Iterator[Give]:
    """Quotas, each with the groups of rows that it made, in the order of the scenario."""
    groups = iter(_groups(assembled.problem.rows, "quotas"))
    for number, quota in enumerate(case.scenario.limits.quotas):
        counted = counted_of(context, quota, assembled.keys)
        mine = [next(groups) for _ in quota_rows(quota, counted, 0)[1]]
        each = {f"{quota.match.label},committed {item.key[1]} in {item.key[2]}": item.each for item in counted}
        places = []
        for group in mine:
            labels = assembled.problem.rows[group].labels
            if not labels or ",beyond reserved " in labels[0]:  # nothing that it counts: no rows
                continue
            hourly = labels[0].startswith(f"{quota.match.label},hour")
            scale = max(float(quota.limit), 1.0) if hourly else each.get(labels[0], 1.0)
            places.append(Place(group, tuple(range(len(labels))), -1.0 / scale))
        yield Give("quotas", quota.limit, True, tuple(places), _quota_maker(case, number))


def _quota_maker(case: Case, number: int) -> Callable[[float], list[Change]]:
    limit = case.scenario.limits.quotas[number].limit
    return lambda slack: [makers.larger_quota(case, number, limit + round(slack))]


def _totals(case: Case, rows: Sequence[Rows]) -> Iterator[Give]:
    """Power, carbon and instance types."""
    limits = case.scenario.limits
    if limits.power_kw is not None:
        kw = limits.power_kw
        places = tuple(_everywhere(rows, group, -1.0 / max(kw, 1e-9)) for group in _groups(rows, "power_limit"))
        yield Give("power_limit", kw, False, places, lambda slack: [makers.more_power(case, kw + slack)])
    if limits.carbon_t is not None:
        tonnes = limits.carbon_t
        scale = KG_PER_TONNE / max(tonnes * KG_PER_TONNE, 1e-9)
        places = tuple(_everywhere(rows, group, -scale) for group in _groups(rows, "carbon_limit"))
        yield Give("carbon_limit", tonnes, False, places, lambda slack: [makers.more_carbon(case, tonnes + slack)])
    if limits.max_instance_types is not None:
        most = limits.max_instance_types
        places = tuple(
            Place(group, (len(rows[group].labels) - 1,), -1.0) for group in _groups(rows, "max_instance_types")
        )
        yield Give(
            "max_instance_types", most, True, places, lambda slack: [makers.more_types(case, most + round(slack))]
        )


def _budget(context: Context, case: Case, rows: Sequence[Rows]) -> Iterator[Give]:
    """The budget; its slack is money over the horizon, which a planner reads by the month."""
    limit = budget_total(context.scenario, on=context.is_on("budget"))
    if limit is not None:
        places = tuple(Place(group, (0,), -1.0 / max(limit, UNIT)) for group in _groups(rows, "budget"))
        yield Give("budget", limit, False, places, lambda slack: [makers.larger_budget(case, limit + slack)])


def _everywhere(rows: Sequence[Rows], group: int, value: float) -> Place:
    return Place(group, tuple(range(len(rows[group].labels))), value)


def _sites(context: Context, case: Case, rows: Sequence[Rows]) -> Iterator[Give]:
    """Power and racks of sites, one row each; what stands there already may be more than the limit."""
    for group in _groups(rows, "site_limits"):
        for at, label in enumerate(rows[group].labels):
            unit, location = label.split(",", maxsplit=1)
            site = case.catalog.sites[location]
            limit = float((site.power_limit_kw if unit == "kW" else site.rack_units) or 0.0)
            now = max(limit, taken_in_site(context, location, unit))
            make = _site_maker(case, location, unit, now)
            yield Give("site_limits", now, False, (Place(group, (at,), -1.0),), make)


def _site_maker(case: Case, location: str, unit: str, now: float) -> Callable[[float], list[Change]]:
    return lambda slack: [makers.larger_site(case, location, unit, now + slack)]


def _machines(case: Case, assembled: Assembled, blocks: Sequence[Block]) -> Iterator[Give]:
    """How many owned machines can be bought."""
    for key in assembled.keys:
        if OWNED not in key.steady or OWNED not in key.supply.most:
            continue
        services = {blocks[number].service for number in key.blocks.tolist()}
        most = float(key.use.max(initial=0.0)) * len(services)
        make = _machine_maker(case, key.supply.key, key.supply.most[OWNED])
        yield Give("owned_count", key.supply.most[OWNED], True, (), make, ((key.steady[OWNED], most),))


def _machine_maker(case: Case, key: tuple[str, str, str], now: int) -> Callable[[float], list[Change]]:
    return lambda slack: [makers.more_machines(case, key, now + round(slack))]


def _pins(case: Case, rows: Sequence[Rows]) -> Iterator[Give]:
    """Places that a pin keeps."""
    for group in _groups(rows, "pins"):
        for at, label in enumerate(rows[group].labels):
            numbers = [
                number
                for number, pin in enumerate(case.scenario.pins)
                if pin.min_instances > 0 and f"{pin.service},{pin.location}" == label
            ]
            make = _pin_maker(case, numbers)
            yield Give("pins", 1.0, True, (Place(group, (at,), 1.0),), make)


def _pin_maker(case: Case, numbers: Sequence[int]) -> Callable[[float], list[Change]]:
    return lambda _: [makers.given_up_pin(case, number) for number in numbers]


def _standbys(case: Case, rows: Sequence[Rows]) -> Iterator[Give]:
    """Standby locations: what a service without one gives up is its redundancy."""
    for group in _groups(rows, "region_loss"):
        for index, service in enumerate(case.scenario.services):
            mine = tuple(
                at for at, label in enumerate(rows[group].labels) if label.startswith(f"standby,{service.name},")
            )
            if mine:
                make = _standby_maker(case, index)
                yield Give("region_loss", 1.0, True, (Place(group, mine, 1.0),), make)


def _standby_maker(case: Case, index: int) -> Callable[[float], list[Change]]:
    return lambda _: [makers.weaker_redundancy(case, index, "zone")]
