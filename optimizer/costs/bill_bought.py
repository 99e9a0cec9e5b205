"""Lines of what is bought: rent, ownership, interruptions, early starts, and what outlasts the horizon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from optimizer.costs.lines import line, nothing
from optimizer.costs.rates import Rates, UnitPrice
from optimizer.costs.uses import Bought, InstanceUse
from optimizer.domain.catalog import Source
from optimizer.domain.plan import CostLine
from optimizer.domain.purchase import ON_DEMAND, OWNED, SPOT, PurchaseOption
from optimizer.units import HOURS_PER_MONTH, HOURS_PER_YEAR, WATTS_PER_KW

BY_HOURS = "instance-hours"
Shares = Mapping[str, float]


def option_words(option: str) -> str:
    """``committed 1y`` for ``committed_1y``."""
    return option.replace("_", " ")


def bought_lines(rates: Rates, bought: Sequence[Bought], uses: Sequence[InstanceUse]) -> list[CostLine]:
    """Return every line of what is paid for instances, used or not.

    Lines of a type in a location are divided among its services by their instance-hours; what no service uses belongs
    to none.
    """
    lines: list[CostLine] = []
    for item in bought:
        shares = _shares(item, uses)
        lines += _rent(rates, item, shares)
        lines += _on_top(rates, item, shares)
        lines += _steady(rates, item, shares)
        lines += _signed(rates, item, shares)
        lines += _owned(rates, item)
        lines += _idle(rates, item, uses)
    return lines


def _shares(item: Bought, uses: Sequence[InstanceUse]) -> Shares:
    """Share of each service in the instance-hours of a type in a location; "" where there are none."""
    hours: dict[str, float] = {}
    for use in uses:
        if (use.provider, use.location, use.instance_type) == (item.provider, item.location, item.instance_type):
            hours[use.service] = hours.get(use.service, 0.0) + use.instance_hours
    total = sum(hours.values())
    return {service: value / total for service, value in hours.items() if value > 0.0} if total > 0.0 else {"": 1.0}


def _split(
    item: Bought, shares: Shares, what: tuple[str, str], quantity: float, price: UnitPrice, option: str, unit: str
) -> Iterator[CostLine]:
    """One line for each service; `what` is the category and the words."""
    category, words = what
    for service, share in shares.items() if quantity > 0.0 else ():
        place = {
            "service": service,
            "provider": item.provider,
            "location": item.location,
            "instance_type": item.instance_type,
            "purchase_option": option,
        }
        yield line(category, words, quantity * share, unit, price, BY_HOURS, **place)  # type: ignore[arg-type]


def _price(rates: Rates, item: Bought, option: PurchaseOption) -> UnitPrice:
    price = rates.instance_hour(item.provider, item.instance_type, item.location, option)
    return price or UnitPrice(0.0, Source("unknown", "no price in the catalog", rates.scenario.horizon_start))


def _rent(rates: Rates, item: Bought, shares: Shares) -> Iterator[CostLine]:
    hours: dict[PurchaseOption, float] = {ON_DEMAND: item.on_demand_hours, SPOT: item.spot_hours}
    for option, quantity in hours.items():
        words = f"{item.instance_type} {option_words(option)}"
        price = _price(rates, item, option)
        yield from _split(item, shares, ("compute", words), quantity, price, option, "instance-hour")


def _on_top(rates: Rates, item: Bought, shares: Shares) -> Iterator[CostLine]:
    """What interruptions and early starts cost on top."""
    spot, share = _price(rates, item, SPOT), rates.scenario.purchase.spot.overhead_share
    interruptions = UnitPrice(spot.amount * share, spot.source)
    early_spot = UnitPrice(spot.amount * (1.0 + share), spot.source)
    rows: tuple[tuple[str, float, UnitPrice, PurchaseOption], ...] = (
        ("spot interruptions", item.spot_hours, interruptions, SPOT),
        ("early starts", item.early_on_demand_hours, _price(rates, item, ON_DEMAND), ON_DEMAND),
        ("early starts, spot", item.early_spot_hours, early_spot, SPOT),
    )
    for words, quantity, price, option in rows:
        yield from _split(item, shares, ("overhead", words), quantity, price, option, "instance-hour")


def _steady(rates: Rates, item: Bought, shares: Shares) -> Iterator[CostLine]:
    for option, count in item.steady.items():
        price, hours = _price(rates, item, option), count * rates.scenario.horizon_hours
        words = f"{item.instance_type} {option_words(option)}"
        yield from _split(item, shares, ("compute", words), hours, price, option, "instance-hour")
        rest = count * rates.months_left_over(option) * HOURS_PER_MONTH
        counted = UnitPrice(price.amount * rates.obligation_share(), price.source)
        words = f"rest of {option_words(option)}"
        yield from _split(item, shares, ("obligation", words), rest, counted, option, "instance-hour")


def _signed(rates: Rates, item: Bought, shares: Shares) -> Iterator[CostLine]:
    for signed in item.signed:
        stated = Source("stated", f"scenario {rates.scenario.name}: {signed.reason}", rates.scenario.horizon_start)
        hours = signed.count * rates.scenario.horizon_hours * signed.horizon_share
        until = f"signed until {signed.until}" if signed.until else option_words(signed.purchase_option)
        words = f"{item.instance_type} {until}"
        price = UnitPrice(signed.price_per_hour, item.sources.get(signed, stated))
        yield from _split(item, shares, ("compute", words), hours, price, signed.purchase_option, "instance-hour")


def _owned(rates: Rates, item: Bought) -> Iterator[CostLine]:
    """What bought machines cost besides their price: maintenance, space, operators."""
    count = item.steady.get(OWNED, 0)
    if not count:
        return
    key = (item.provider, item.instance_type, item.location)
    server, site = rates.catalog.owned[key], rates.catalog.sites.get(item.location)
    cost, hours, power = rates.owned_cost(*key), rates.scenario.horizon_hours, rates.power(*key)
    place = {"provider": item.provider, "location": item.location, "instance_type": item.instance_type}
    place["purchase_option"] = OWNED
    value = server.purchase_price(rates.scenario.owned.price)
    own_share = server.maintenance_share_per_year
    share = rates.stated(rates.scenario.operations.maintenance_share)
    share = share if own_share is None else UnitPrice(own_share, server.source)
    years = count * hours / HOURS_PER_YEAR
    unit = f"{rates.catalog.currency} of purchase price x year"
    yield line("maintenance", "hardware maintenance", years * value, unit, share, **place)
    if site is not None and site.space_price_per_kw_month is not None and power is not None:
        price = UnitPrice(site.space_price_per_kw_month, site.source)
        months = count * power.max_w / WATTS_PER_KW * hours / HOURS_PER_MONTH
        yield line("other", "space and power connection", months, "kW-month", price, **place)
    if cost.operators > 0.0 and site is not None and site.servers_per_operator:
        price = rates.people_year(rates.scenario.owned.operator_cost_per_year or 0.0)
        yield line("people", "operators", years / site.servers_per_operator, "FTE-year", price, **place)


def _idle(rates: Rates, item: Bought, uses: Sequence[InstanceUse]) -> Iterator[CostLine]:
    """Energy that machines without work draw, bought now or signed before."""
    key = (item.provider, item.instance_type, item.location)
    signed = sum(each.count * each.horizon_share for each in item.signed if each.purchase_option == OWNED)
    held, idle_kw = item.steady.get(OWNED, 0) + signed, rates.idle_kw(*key)
    if not held or not idle_kw:
        return
    used = sum(use.instance_hours for use in uses if (use.provider, use.instance_type, use.location) == key)
    place = {"provider": item.provider, "location": item.location, "instance_type": item.instance_type}
    kwh = (held * rates.scenario.horizon_hours - used) * idle_kw
    price = rates.electricity(item.location)
    yield line("energy", "idle machines", kwh, "kWh", price, **place, purchase_option=OWNED)


def energy_lines(rates: Rates, uses: Sequence[InstanceUse]) -> Iterator[CostLine]:
    """Energy of owned machines at work, and a 0 line for each provider whose rent includes it."""
    rented: dict[str, float] = {}
    for use in uses:
        if not rates.is_owned(use.location):
            rented[use.provider] = rented.get(use.provider, 0.0) + use.instance_hours
            continue
        place = {"service": use.service, "provider": use.provider, "location": use.location}
        place["instance_type"] = use.instance_type
        yield line("energy", "energy", use.energy_kwh or 0.0, "kWh", rates.electricity(use.location), **place)
    free = nothing("rented instances: energy is part of the price per hour")
    for provider, hours in sorted(rented.items()):
        yield line("energy", "energy: included in rent", hours, "instance-hour", free, provider=provider)
