"""The bill: every line as quantity x unit price, with its date, basis and source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from optimizer.costs.bill_bought import bought_lines, energy_lines
from optimizer.costs.flows import flows_of, tiered_average
from optimizer.costs.lines import INCLUDED_IN_RENT, line, nothing, sum_up
from optimizer.costs.rates import Rates, UnitPrice
from optimizer.costs.uses import Bought, Changed, InstanceUse, RequestVolume
from optimizer.domain.plan import Cost, CostLine
from optimizer.domain.scenario import INTERNET
from optimizer.units import HOURS_PER_MONTH, HOURS_PER_YEAR

#: Categories whose amounts a provider's support plan takes its share of.
SUPPORTED = ("compute", "overhead", "network", "storage", "obligation")


def make_bill(
    rates: Rates,
    bought: Sequence[Bought],
    uses: Sequence[InstanceUse],
    volumes: Sequence[RequestVolume],
    *,
    tiered: bool = True,
    changes: Sequence[Changed] = (),
) -> Cost:
    """Write the bill of a plan.

    Parameters
    ----------
    rates
        Unit prices.
    bought
        What is paid for, used or not.
    uses
        What runs, for how many hours.
    volumes
        Which requests are served where.
    tiered
        Whether tiered transfer prices apply (always, but for the test of that rule).
    changes
        What starts and stops against what runs now.

    Returns
    -------
    Cost
        Lines in the order of the categories; sums are of unrounded amounts.
    """
    lines = [
        *bought_lines(rates, bought, uses),
        *energy_lines(rates, uses),
        *_network_lines(rates, volumes, tiered=tiered),
        *_disk_lines(rates, uses),
        *_log_lines(rates, volumes),
        *_people_lines(rates),
        *_monitoring_lines(rates, uses),
        *_change_lines(rates, changes),
    ]
    lines += _maintenance_lines(rates, lines, uses)
    return sum_up(lines)


def _place(use: InstanceUse) -> dict[str, str]:
    return {
        "service": use.service,
        "provider": use.provider,
        "location": use.location,
        "instance_type": use.instance_type,
    }


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
        lines.append(line("network", _network_item(start, end), moved, "GB", price, allocated_by, **place))
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
            line("storage", "model copy on disk", quantity, "GB-month", price, "instance-hours", **_place(use))
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
        lines.append(line("storage", "logs", rates.log_gb_months(count), "GB-month", price, **place))
    return lines


def _people_lines(rates: Rates) -> list[CostLine]:
    years = rates.scenario.horizon_hours / HOURS_PER_YEAR
    return [
        line("people", role.role, role.fte * years, "FTE-year", rates.people_year(role.cost_per_year))
        for role in rates.scenario.operations.people
    ]


def _monitoring_lines(rates: Rates, uses: Sequence[InstanceUse]) -> list[CostLine]:
    price = rates.monitoring_instance_month()
    return [
        line("monitoring", "monitoring", use.instance_hours / HOURS_PER_MONTH, "instance-month", price, **_place(use))
        for use in uses
    ]


def _change_lines(rates: Rates, changes: Sequence[Changed]) -> Iterator[CostLine]:
    price = rates.change()
    for item in changes:
        place = {
            "service": item.service,
            "provider": item.provider,
            "location": item.location,
            "instance_type": item.instance_type,
        }
        for words, count in (("instances started", item.started), ("instances stopped", item.stopped)):
            if count:
                yield line("change", words, count, "instance", price, **place)


def _maintenance_lines(rates: Rates, lines: Sequence[CostLine], uses: Sequence[InstanceUse]) -> list[CostLine]:
    """Support plan by provider, and a 0 line: rented hardware is maintained by its owner."""
    spend: dict[str, float] = defaultdict(float)
    for each in lines:
        if each.category in SUPPORTED and not rates.is_owned(each.provider):
            spend[each.provider] += each.amount
    share, unit = rates.support_share(), rates.catalog.currency
    result = [
        line("maintenance", "support plan, share of spend", amount, f"{unit} of spend", share, provider=provider)
        for provider, amount in sorted(spend.items())
    ]
    free = nothing("rented instances: the provider maintains the hardware")
    hours = sum(use.instance_hours for use in uses if not rates.is_owned(use.provider))
    result.append(line("maintenance", f"hardware maintenance: {INCLUDED_IN_RENT}", hours, "instance-hour", free))
    return result
