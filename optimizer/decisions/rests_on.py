"""What a plan takes for granted, each a tenth more and a tenth less: a question of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

from optimizer.costs import Rates
from optimizer.decisions.movers import LESS, MORE, Mover
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Match, PriceRule, PurchaseOption
from optimizer.domain.scenario import Scenario

#: Not told by `assumption_movers`, and why.
NOT_TRIED = (
    "callers spread over the zones of a region: no number to change",
    "every location of the catalog competes: see the locations one by one",
)
Changed = Callable[[float], tuple[Scenario, Catalog]]


def assumption_movers(plan: Plan, scenario: Scenario, catalog: Catalog) -> Iterator[Mover]:
    """Yield the assumptions of a plan, each a tenth higher and lower."""
    for what, changed, least in (
        *_of_scenario(scenario, catalog),
        *_of_prices(plan, scenario, catalog),
        *_of_service_times(plan, scenario, catalog),
    ):
        for factor in (MORE, LESS):
            if factor >= least:
                yield Mover("assumption", what, f"{(factor - 1.0) * 100.0:+.0f} %", *changed(factor))


def _of_scenario(scenario: Scenario, catalog: Catalog) -> Iterator[tuple[str, Changed, float]]:
    head, net, store = scenario.headroom, scenario.network, scenario.storage

    def retries(factor: float) -> tuple[Scenario, Catalog]:
        return replace(scenario, headroom=replace(head, retry_share=head.retry_share * factor)), catalog

    def trips(factor: float) -> tuple[Scenario, Catalog]:
        return replace(scenario, network=replace(net, rtt_p99_factor=net.rtt_p99_factor * factor)), catalog

    def sizes(factor: float) -> tuple[Scenario, Catalog]:
        use = replace(net, request_kb=net.request_kb * factor, response_kb=net.response_kb * factor)
        return replace(scenario, network=use), catalog

    def logs(factor: float) -> tuple[Scenario, Catalog]:
        kept = store.logs_gb_per_million_requests * factor
        return replace(scenario, storage=replace(store, logs_gb_per_million_requests=kept)), catalog

    if head.retry_share > 0.0:
        yield "retries on top of the peak", retries, 0.0
    # A p99 is no shorter than the mean.
    yield "round trips at p99 over their mean", trips, 1.0 / net.rtt_p99_factor
    yield "size of a request and a response", sizes, 0.0
    if store.logs_gb_per_million_requests > 0.0:
        yield "logs kept", logs, 0.0


def _of_prices(plan: Plan, scenario: Scenario, catalog: Catalog) -> Iterator[tuple[str, Changed, float]]:
    rates = Rates(scenario, catalog)
    rows = dict.fromkeys((row.provider, row.instance_type, row.location, row.purchase_option) for row in plan.fleet)
    estimated = {
        (line.provider, line.instance_type, line.location, line.purchase_option)
        for line in plan.cost.lines
        if line.category == "compute" and line.basis == "estimate"
    }
    for provider, kind, place, bought in rows:
        option = cast("PurchaseOption", bought)
        hour = rates.instance_hour(provider, kind, place, option)
        if hour is None or (provider, kind, place, bought) not in estimated or option == "owned":
            continue
        match, amount = Match(provider, place, kind, bought), hour.amount

        def priced(factor: float, match: Match = match, amount: float = amount) -> tuple[Scenario, Catalog]:
            rule = PriceRule(match, None, amount * factor, "a tenth")
            return replace(scenario, price_rules=(*scenario.price_rules, rule)), catalog

        yield f"price of {kind} in {place}, {bought.replace('_', ' ')}", priced, 0.0


def _of_service_times(plan: Plan, scenario: Scenario, catalog: Catalog) -> Iterator[tuple[str, Changed, float]]:
    kinds = catalog.instance_types
    used = dict.fromkeys((pool.profile, kinds[pool.provider, pool.instance_type].accelerator) for pool in plan.pools)
    for profile, accelerator in used:

        def timed(
            factor: float, profile: str = profile, accelerator: str | None = accelerator
        ) -> tuple[Scenario, Catalog]:
            curves = tuple(
                replace(curve, service_s=tuple(seconds * factor for seconds in curve.service_s))
                if (curve.profile, curve.accelerator) == (profile, accelerator)
                else curve
                for curve in catalog.profiles
            )
            return scenario, replace(catalog, profiles=curves)

        yield f"service time of {profile} on {accelerator}", timed, 0.0
