"""What today's fleet costs over the horizon if nothing about it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from optimizer.costs import Bought, InstanceUse, Rates, RequestVolume, make_bill
from optimizer.costs.bill_bought import option_words
from optimizer.domain.catalog import Catalog, Source
from optimizer.domain.plan import Cost
from optimizer.domain.purchase import (
    ON_DEMAND,
    OWNED,
    RUNS_TODAY,
    SPOT,
    Commitment,
    PurchaseOption,
    RunningRow,
)
from optimizer.domain.scenario import Scenario
from optimizer.formulation.supply import Key
from optimizer.planning.today_energy import Machines
from optimizer.planning.today_holds import Placement
from optimizer.units import SECONDS_PER_HOUR

#: Basis of a price that nobody knows.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TodayCost:
    """The bill of today's fleet; `unpriced` names rows whose price is not known, which the bill counts at 0."""

    cost: Cost
    unpriced: list[str]


def today_bill(
    scenario: Scenario, catalog: Catalog, placement: Placement, energy_kwh: Mapping[Machines, float]
) -> TodayCost:
    """Return what the running instances cost over the whole horizon, every hour, with all that comes on top.

    Parameters
    ----------
    placement
        Location that serves each (service, origin); network and logs of a pair that is not there are left out.
    energy_kwh
        What owned machines draw over the horizon.
    """
    rates = Rates(scenario, catalog)
    hours = scenario.horizon_hours
    uses = list(_uses(scenario, catalog, hours, energy_kwh))
    bought = [_bought(rates, key, rows) for key, rows in sorted(_by_key(scenario).items())]
    cost = make_bill(rates, bought, uses, list(_volumes(scenario, placement)))
    return TodayCost(cost, _unpriced(rates))


def _unpriced(rates: Rates) -> list[str]:
    """Name what is paid without a known price: rows, and what goes on on demand once its term is over."""
    rows = [_name(row, row.purchase_option) for row in rates.scenario.running if _price_missing(rates, row)]
    over = [
        _name(item, ON_DEMAND)
        for item in rates.scenario.commitments
        if item.count > 0 and item.horizon_share < 1.0 and rates.instance_hour(*_key(item), ON_DEMAND) is None
    ]
    return list(dict.fromkeys((*rows, *over)))


def _name(what: RunningRow | Commitment, option: PurchaseOption) -> str:
    return f"{what.instance_type} in {what.location}, {option_words(option)}"


def _key(row: RunningRow | Commitment) -> Key:
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

    What is signed is paid while it lasts, and on demand after that; what is committed or owned without an end is paid
    all along.
    """
    scenario, hours = rates.scenario, rates.scenario.horizon_hours
    signed = [item for item in scenario.commitments if (item.instance_type, item.location) == key[1:]]
    on_demand = sum(row.count for row in rows if row.purchase_option == ON_DEMAND) * hours
    spot = sum(row.count for row in rows if row.purchase_option == SPOT) * hours
    on_demand += sum(item.count * (1.0 - item.horizon_share) for item in signed) * hours
    endless = [row for row in rows if not row.committed_until and row.count > 0]
    owned = sum(row.count for row in endless if row.purchase_option == OWNED and not _price_missing(rates, row))
    lasting = [_lasting(rates, row) for row in endless if row.purchase_option not in (ON_DEMAND, SPOT, OWNED)]
    sources = {item: _source(rates, item) for item in (*signed, *lasting) if item.reason == RUNS_TODAY}
    steady: dict[PurchaseOption, int] = {OWNED: owned} if owned else {}
    return Bought(*(key[0], key[2], key[1]), on_demand, spot, 0.0, 0.0, steady, (*signed, *lasting), sources)


def _source(rates: Rates, item: Commitment) -> Source:
    """Where the price of what runs today is from: the catalog's row within a term, price rules too without an end."""
    if item.purchase_option == OWNED:
        return Source("stated", "owned already: paid for", rates.scenario.horizon_start)
    key = (*_key(item), item.purchase_option)
    row = rates.catalog.prices.get(key) if item.until else rates.price(*key)
    return row.source if row is not None else Source(UNKNOWN, "no price in the catalog", rates.scenario.horizon_start)


def _lasting(rates: Rates, row: RunningRow) -> Commitment:
    price = rates.instance_hour(*_key(row), row.purchase_option)
    amount = 0.0 if price is None else price.amount
    option = row.purchase_option
    return Commitment(
        row.location, row.instance_type, option, row.count, amount, "", 1.0, 0.0, reserved=False, reason=RUNS_TODAY
    )


def _uses(
    scenario: Scenario, catalog: Catalog, hours: float, energy_kwh: Mapping[Machines, float]
) -> Iterator[InstanceUse]:
    """Instance-hours by service; what serves none, or an unknown one, needs no disk for a model."""
    models = {
        service.name: next(curve.served_model for curve in catalog.profiles if curve.profile == service.profiles[0])
        for service in scenario.services
    }
    counts: dict[Machines, int] = defaultdict(int)
    for row in scenario.running:
        counts[row.service, row.location, row.instance_type] += row.count
    for key, count in counts.items():
        service, location, kind = key
        if service in models and count > 0:
            provider, kwh = location.split("/", maxsplit=1)[0], energy_kwh.get(key)
            yield InstanceUse(service, provider, location, kind, models[service], count * hours, kwh)


def _volumes(scenario: Scenario, placement: Placement) -> Iterator[RequestVolume]:
    hours = [period.hours for period in scenario.periods]
    for (service, origin), location in placement.items():
        asked = next(item for item in scenario.services if item.name == service)
        number = next(index for index, item in enumerate(scenario.origins) if item.name == origin)
        rates = asked.demand.mean_per_s[number]
        requests = sum(float(rate) * length for rate, length in zip(rates, hours, strict=True)) * SECONDS_PER_HOUR
        yield RequestVolume(service, origin, location, requests)
