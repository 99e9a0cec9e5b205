"""The bill: every line as quantity x unit price, with its date, basis and source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.costs.flows import flows_of, tiered_average
from optimizer.costs.rates import Rates, UnitPrice
from optimizer.domain.catalog import Source
from optimizer.domain.plan import CATEGORIES, Category, Cost, CostLine
from optimizer.domain.scenario import INTERNET
from optimizer.units import HOURS_PER_MONTH, HOURS_PER_YEAR

INCLUDED_IN_RENT = "included in rent"


@dataclass(frozen=True, slots=True)
class InstanceUse:
    """Instance-hours of a service on one instance type in one location under one purchase option."""

    service: str
    provider: str
    location: str
    instance_type: str
    purchase_option: str
    served_model: str
    instance_hours: float


@dataclass(frozen=True, slots=True)
class RequestVolume:
    """Requests of a service from one origin that one location serves over the horizon (expected, not peak)."""

    service: str
    origin: str
    location: str
    requests: float


def make_bill(
    rates: Rates, uses: Sequence[InstanceUse], volumes: Sequence[RequestVolume], *, tiered: bool = True
) -> Cost:
    """Write the bill of a plan.

    Parameters
    ----------
    rates
        Unit prices.
    uses
        What runs, for how many hours.
    volumes
        Which requests are served where.
    tiered
        Whether tiered transfer prices apply (always, but for the test of that rule).

    Returns
    -------
    Cost
        Lines in the order of the categories; sums are of unrounded amounts.
    """
    lines = [
        *_compute_lines(rates, uses),
        *_energy_lines(uses),
        *_network_lines(rates, volumes, tiered=tiered),
        *_disk_lines(rates, uses),
        *_log_lines(rates, volumes),
        *_people_lines(rates),
        *_monitoring_lines(rates, uses),
    ]
    lines += _maintenance_lines(rates, lines, uses)
    return sum_up(lines)


def sum_up(lines: Iterable[CostLine]) -> Cost:
    """Order lines by category, then as they came, and add them up by category and by service."""
    ordered = sorted(lines, key=lambda line: CATEGORIES.index(line.category))
    by_category: dict[str, float] = defaultdict(float)
    by_service: dict[str, float] = defaultdict(float)
    for line in ordered:
        by_category[line.category] += line.amount
        by_service[line.service] += line.amount
    return Cost(tuple(ordered), dict(by_category), dict(by_service), sum(by_category.values()))


def _line(
    category: Category, item: str, quantity: float, unit: str, price: UnitPrice, allocated_by: str = "", **place: str
) -> CostLine:
    """One line; `place` names any of service, provider, location, instance_type, purchase_option."""
    names = ("service", "provider", "location", "instance_type", "purchase_option")
    fields = {name: place.get(name, "") for name in names}
    return CostLine(
        category=category,
        item=item,
        phase="operation",
        quantity=quantity,
        unit=unit,
        unit_price=price.amount,
        amount=quantity * price.amount,
        as_of=price.source.as_of,
        basis=price.source.basis,
        source=price.source.source,
        allocated_by=allocated_by,
        **fields,
    )


def _place(use: InstanceUse) -> dict[str, str]:
    return {
        "service": use.service,
        "provider": use.provider,
        "location": use.location,
        "instance_type": use.instance_type,
        "purchase_option": use.purchase_option,
    }


def _compute_lines(rates: Rates, uses: Sequence[InstanceUse]) -> list[CostLine]:
    lines = []
    for use in uses:
        price = rates.instance_hour(use.provider, use.instance_type, use.location, use.purchase_option)
        if price is None:
            price = UnitPrice(0.0, Source("unknown", "no price in the catalog", ""))
        item = f"{use.instance_type} {use.purchase_option.replace('_', ' ')}"
        lines.append(
            _line("compute", item, use.instance_hours, "instance-hour", price, "instance-hours", **_place(use))
        )
    return lines


def _energy_lines(uses: Sequence[InstanceUse]) -> list[CostLine]:
    hours: dict[str, float] = defaultdict(float)
    for use in uses:
        hours[use.provider] += use.instance_hours
    free = UnitPrice(0.0, Source("rule", "rented instances: energy is part of the price per hour", "any date"))
    return [
        _line("energy", f"energy: {INCLUDED_IN_RENT}", total, "instance-hour", free, provider=provider)
        for provider, total in sorted(hours.items())
    ]


def _network_lines(rates: Rates, volumes: Sequence[RequestVolume], *, tiered: bool) -> list[CostLine]:
    origins = {origin.name: origin for origin in rates.scenario.origins}
    gb: dict[tuple[str, str, str, str], float] = defaultdict(float)
    pair_gb: dict[tuple[str, str], float] = defaultdict(float)
    for volume in volumes:
        for flow in flows_of(rates, origins[volume.origin], volume.location):
            moved = volume.requests * flow.gb_per_request
            gb[volume.service, volume.location, *flow.pair] += moved
            pair_gb[flow.pair] += moved
    lines = []
    for (service, location, start, end), moved in gb.items():
        tiers = rates.transfer_tiers(start, end)
        average = tiered_average(tiers, pair_gb[start, end] / rates.horizon_months, tiered=tiered)
        price = UnitPrice(average, tiers[0].source)
        place = {"service": service, "provider": start.split("/")[0], "location": location}
        allocated_by = "GB" if len(tiers) > 1 else ""
        lines.append(_line("network", _network_item(start, end), moved, "GB", price, allocated_by, **place))
    return lines


def _network_item(start: str, end: str) -> str:
    if start == end:
        return f"between zones of {start}"
    return f"{start} to the internet" if end == INTERNET else f"{start} to {end}"


def _disk_lines(rates: Rates, uses: Sequence[InstanceUse]) -> list[CostLine]:
    lines = []
    for use in uses:
        gb = rates.disk_gb(rates.catalog.served_models[use.served_model])
        price = rates.storage_gb_month("block", use.location)
        quantity = use.instance_hours / HOURS_PER_MONTH * gb
        lines.append(
            _line("storage", "model copy on disk", quantity, "GB-month", price, "instance-hours", **_place(use))
        )
    return lines


def _log_lines(rates: Rates, volumes: Sequence[RequestVolume]) -> list[CostLine]:
    requests: dict[tuple[str, str], float] = defaultdict(float)
    for volume in volumes:
        requests[volume.service, volume.location] += volume.requests
    lines = []
    for (service, location), count in requests.items():
        price = rates.storage_gb_month("object", location)
        place = {"service": service, "provider": location.split("/")[0], "location": location}
        lines.append(_line("storage", "logs", rates.log_gb_months(count), "GB-month", price, **place))
    return lines


def _people_lines(rates: Rates) -> list[CostLine]:
    years = rates.scenario.horizon_hours / HOURS_PER_YEAR
    return [
        _line("people", role.role, role.fte * years, "FTE-year", rates.people_year(role.cost_per_year))
        for role in rates.scenario.operations.people
    ]


def _monitoring_lines(rates: Rates, uses: Sequence[InstanceUse]) -> list[CostLine]:
    price = rates.monitoring_instance_month()
    return [
        _line("monitoring", "monitoring", use.instance_hours / HOURS_PER_MONTH, "instance-month", price, **_place(use))
        for use in uses
    ]


def _maintenance_lines(rates: Rates, lines: Sequence[CostLine], uses: Sequence[InstanceUse]) -> list[CostLine]:
    """Support plan by provider, and a 0 line: rented hardware is maintained by its owner."""
    spend: dict[str, float] = defaultdict(float)
    for line in lines:
        if line.category in ("compute", "network", "storage"):
            spend[line.provider] += line.amount
    share, unit = rates.support_share(), rates.catalog.currency
    result = [
        _line("maintenance", "support plan, share of spend", amount, f"{unit} of spend", share, provider=provider)
        for provider, amount in sorted(spend.items())
    ]
    free = UnitPrice(0.0, Source("rule", "rented instances: the provider maintains the hardware", "any date"))
    hours = sum(use.instance_hours for use in uses)
    result.append(_line("maintenance", f"hardware maintenance: {INCLUDED_IN_RENT}", hours, "instance-hour", free))
    return result
