"""What today's fleet costs over the horizon if nothing about it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from optimizer.costs import Bought, InstanceUse, Rates, RequestVolume, make_bill
from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import ON_DEMAND, SPOT, Commitment, RunningRow
from optimizer.domain.scenario import Scenario
from optimizer.formulation.supply import Key
from optimizer.units import SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class TodayCost:
    """The bill of today's fleet by category; `unpriced` names rows whose price is not known."""

    total: float
    by_category: Mapping[str, float]
    unpriced: list[str]


def today_total(scenario: Scenario, catalog: Catalog, placement: Mapping[tuple[str, str], str] | None) -> TodayCost:
    """Return what the running instances cost over the whole horizon, every hour, with all that comes on top.

    Parameters
    ----------
    placement
        Location that serves each (service, origin); None leaves network and logs out.
    """
    rates = Rates(scenario, catalog)
    hours = scenario.horizon_hours
    unpriced = [_name(row) for row in scenario.running if _price_missing(rates, row)]
    bought = [_bought(rates, key, rows) for key, rows in sorted(_by_key(scenario).items())]
    cost = make_bill(rates, bought, list(_uses(scenario, catalog, hours)), list(_volumes(scenario, placement)))
    return TodayCost(cost.total, cost.by_category, unpriced)


def _name(row: RunningRow) -> str:
    return f"{row.instance_type} in {row.location}, {row.purchase_option.replace('_', ' ')}"


def _key(row: RunningRow) -> Key:
    return row.location.split("/", maxsplit=1)[0], row.instance_type, row.location


def _price_missing(rates: Rates, row: RunningRow) -> bool:
    return row.count > 0 and rates.instance_hour(*_key(row), row.purchase_option) is None


def _by_key(scenario: Scenario) -> dict[Key, list[RunningRow]]:
    rows: dict[Key, list[RunningRow]] = defaultdict(list)
    for row in scenario.running:
        rows[_key(row)].append(row)
    for item in scenario.commitments:
        rows.setdefault((item.location.split("/", maxsplit=1)[0], item.instance_type, item.location), [])
    return rows


def _bought(rates: Rates, key: Key, rows: list[RunningRow]) -> Bought:
    """Rows of a type in a location as the bill wants them.

    What is signed is paid while it lasts, and on demand after that; what is committed without an end is paid all along.
    """
    scenario, hours = rates.scenario, rates.scenario.horizon_hours
    signed = [item for item in scenario.commitments if (item.instance_type, item.location) == key[1:]]
    on_demand = sum(row.count for row in rows if row.purchase_option == ON_DEMAND) * hours
    spot = sum(row.count for row in rows if row.purchase_option == SPOT) * hours
    on_demand += sum(item.count * (1.0 - item.horizon_share) for item in signed) * hours
    lasting = [
        _lasting(rates, row) for row in rows if row.purchase_option not in (ON_DEMAND, SPOT) and not row.committed_until
    ]
    return Bought(*(key[0], key[2], key[1]), on_demand, spot, 0.0, 0.0, {}, (*signed, *lasting))


def _lasting(rates: Rates, row: RunningRow) -> Commitment:
    price = rates.instance_hour(*_key(row), row.purchase_option)
    amount = 0.0 if price is None else price.amount
    option = row.purchase_option
    return Commitment(
        row.location, row.instance_type, option, row.count, amount, "", 1.0, 0.0, reserved=False, reason="runs today"
    )


def _uses(scenario: Scenario, catalog: Catalog, hours: float) -> Iterator[InstanceUse]:
    """Instance-hours by service; what serves none, or an unknown one, needs no disk for a model."""
    models = {
        service.name: next(curve.served_model for curve in catalog.profiles if curve.profile == service.profiles[0])
        for service in scenario.services
    }
    for row in scenario.running:
        if row.service in models and row.count > 0:
            provider, kind, location = _key(row)
            yield InstanceUse(row.service, provider, location, kind, models[row.service], row.count * hours, None)


def _volumes(scenario: Scenario, placement: Mapping[tuple[str, str], str] | None) -> Iterator[RequestVolume]:
    hours = [period.hours for period in scenario.periods]
    for (service, origin), location in (placement or {}).items():
        asked = next(item for item in scenario.services if item.name == service)
        number = next(index for index, item in enumerate(scenario.origins) if item.name == origin)
        rates = asked.demand.mean_per_s[number]
        requests = sum(float(rate) * length for rate, length in zip(rates, hours, strict=True)) * SECONDS_PER_HOUR
        yield RequestVolume(service, origin, location, requests)
