"""Why a part of the bill is as large as it is: its lines, and what its prices do to the total when they are others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Verdict
from optimizer.domain.plan import Category, CostLine
from optimizer.domain.purchase import Match, PriceRule
from optimizer.domain.scenario import Scenario
from optimizer.errors import Fault, InputError
from optimizer.inputs.wording import did_you_mean, show
from optimizer.planning.explain_seen import Seen

#: What a price is multiplied by, and how that is told.
STEPS = ((1.1, "10 % dearer"), (0.9, "10 % cheaper"))
#: A question in which a price is that many times what it is.
Priced = Callable[[Scenario, Catalog, float], tuple[Scenario, Catalog]]


def on_category(seen: Seen, name: str) -> list[Verdict]:
    """Return what the prices behind a category of the bill do to the total."""
    prices = _PRICES.get(name)
    if prices is None or not lines_of_category(seen, name):
        return []
    return _at_other_prices(seen, *prices)


def on_line(seen: Seen, name: str) -> list[Verdict]:
    """Return what the price behind a line of the bill does to the total.

    A line of rented instances has its own price. The price of another line is moved with all of its category.
    """
    verdicts: list[Verdict] = []
    for key in dict.fromkeys(_priced_by(line) for line in lines_named(seen, name)):
        if isinstance(key, Match):
            what = f"{key.instance_type} in {key.location}, {(key.purchase_option or '').replace('_', ' ')}"
            verdicts += _at_other_prices(seen, what, _rents(key))
        else:
            verdicts += on_category(seen, key)
    return verdicts


def lines_of_category(seen: Seen, name: str) -> tuple[CostLine, ...]:
    """Return the lines of a category, the dearest first."""
    return _dearest_first(line for line in seen.plan.cost.lines if line.category == name)


def lines_named(seen: Seen, name: str) -> tuple[CostLine, ...]:
    """Return the lines of a name, the dearest first.

    Raises
    ------
    InputError
        If the bill has none; the message names those it has.
    """
    lines = seen.plan.cost.lines
    found = _dearest_first(line for line in lines if line.item == name)
    if not found:
        names = dict.fromkeys(line.item for line in lines)
        what = f"must be a line of the bill (found {show(name)})"
        raise InputError([Fault("ITEM", what, did_you_mean(name, names, "lines"), "unknown-item")])
    return found


def _dearest_first(lines: Iterable[CostLine]) -> tuple[CostLine, ...]:
    return tuple(sorted(lines, key=lambda line: -line.amount))


def _priced_by(line: CostLine) -> Match | Category:
    if line.category in ("compute", "overhead") and line.instance_type and line.purchase_option not in ("", "owned"):
        return Match(line.provider, line.location, line.instance_type, line.purchase_option)
    return line.category


def _at_other_prices(seen: Seen, what: str, priced: Priced) -> list[Verdict]:
    verdicts = []
    for factor, told in STEPS:
        scenario, catalog = priced(seen.scenario, seen.catalog, factor)
        label = f"{what} {told}"
        verdicts.append(seen.with_it(label, "", seen.try_plan(scenario, label, catalog)))
    return verdicts


def _rents(match: Match) -> Priced:
    def priced(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
        rule = PriceRule(match, 1.0 - factor, None, "a tenth")
        return replace(scenario, price_rules=(*scenario.price_rules, rule)), catalog

    return priced


def _instances(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    owned = {
        key: replace(
            server,
            purchase_price_low=server.purchase_price_low * factor,
            purchase_price_mid=server.purchase_price_mid * factor,
            purchase_price_high=server.purchase_price_high * factor,
        )
        for key, server in catalog.owned.items()
    }
    rented, _ = _rents(Match())(scenario, catalog, factor)
    return rented, replace(catalog, owned=owned)


def _electricity(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    places = {
        name: replace(place, electricity_price_per_kwh=place.electricity_price_per_kwh * factor)
        if place.electricity_price_per_kwh is not None
        else place
        for name, place in catalog.locations.items()
    }
    return scenario, replace(catalog, locations=places)


def _transfer(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    tiers = {
        way: tuple(replace(tier, price_per_gb=tier.price_per_gb * factor) for tier in steps)
        for way, steps in catalog.transfer.items()
    }
    return scenario, replace(catalog, transfer=tiers)


def _storage(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    prices = {
        key: replace(price, price_per_gb_month=price.price_per_gb_month * factor)
        for key, price in catalog.storage.items()
    }
    return scenario, replace(catalog, storage=prices)


def _people(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    operations = scenario.operations
    people = tuple(replace(role, cost_per_year=role.cost_per_year * factor) for role in operations.people)
    return replace(scenario, operations=replace(operations, people=people)), catalog


def _monitoring(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    operations = scenario.operations
    price = operations.monitoring_per_instance_month * factor
    return replace(scenario, operations=replace(operations, monitoring_per_instance_month=price)), catalog


def _maintenance(scenario: Scenario, catalog: Catalog, factor: float) -> tuple[Scenario, Catalog]:
    operations = scenario.operations
    moved = replace(
        operations,
        support_share_of_spend=operations.support_share_of_spend * factor,
        maintenance_share=operations.maintenance_share * factor,
    )
    owned = {
        key: replace(server, maintenance_share_per_year=server.maintenance_share_per_year * factor)
        if server.maintenance_share_per_year is not None
        else server
        for key, server in catalog.owned.items()
    }
    return replace(scenario, operations=moved), replace(catalog, owned=owned)


#: What stands behind a category, and how it is moved.
_PRICES: dict[str, tuple[str, Priced]] = {
    "compute": ("instances", _instances),
    "overhead": ("instances", _instances),
    "obligation": ("instances", _instances),
    "energy": ("electricity", _electricity),
    "network": ("transfer", _transfer),
    "storage": ("storage", _storage),
    "people": ("people", _people),
    "monitoring": ("monitoring", _monitoring),
    "maintenance": ("support and maintenance", _maintenance),
}
