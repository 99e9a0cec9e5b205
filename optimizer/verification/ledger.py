"""The bill written again, in fractions: every amount exact, from fleet, pools, routes, periods and inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from optimizer.domain.scenario import INTERNET
from optimizer.verification.buying import KeyReading, readings
from optimizer.verification.demands import views
from optimizer.verification.draw import draw_of, energy_of, pool_kwh
from optimizer.verification.prices import (
    is_own,
    months_left_over,
    owning,
    purchase_price,
    server_of,
    site_of,
    stated_price,
)
from optimizer.verification.view import Row, Unreadable, View, model_name

HOURS_OF_A_MONTH = Fraction(730)
HOURS_OF_A_YEAR = Fraction(8760)
SECONDS_OF_AN_HOUR = 3600
#: A GiB is 1.073741824 GB.
GB_OF_A_GIB = Fraction(2**30, 10**9)
KB_OF_A_GB = 10**6
#: Categories whose amounts the support plan takes its share of.
CLOUD_SPEND = ("compute", "overhead", "network", "storage", "obligation")


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount: a quantity at a price. `pair` names the border that data crosses, `option` how it is bought."""

    category: str
    service: str
    location: str
    instance_type: str
    quantity: Fraction
    unit_price: Fraction
    pair: tuple[str, str] = ("", "")
    option: str = ""
    provider: str = ""
    unit: str = ""

    @property
    def amount(self) -> Fraction:
        """Money, in the plan's currency."""
        return self.quantity * self.unit_price


class Ledger:
    """Every entry of the bill.

    Parameters
    ----------
    view
        The plan.

    Raises
    ------
    Unreadable
        If a price that the bill needs is not in the plan.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._hours = [Fraction(period.hours) for period in view.plan.periods]
        self._horizon = sum(self._hours, Fraction(0))
        self.instance_hours = self._instance_hours()
        self.requests = self._requests()
        self.entries = tuple(self._entries())

    @property
    def fixed(self) -> Fraction:
        """What no plan can change: people who run the fleet, what is signed with its support plan or its idle power."""
        operations = self._view.plan.inputs["operations"]
        years = self._horizon / HOURS_OF_A_YEAR
        people = sum((Fraction(r["fte"]) * Fraction(r["cost_per_year"]) for r in operations["people"]), Fraction(0))
        total = people * years
        for item in self._view.plan.inputs["commitments"]:
            paid_ = item["count"] * Fraction(item["price_per_hour"]) * self._horizon * Fraction(item["horizon_share"])
            own = is_own(self._view, item["location"].split("/")[0])
            total += paid_ * (1 if own else 1 + Fraction(operations["support_share_of_spend"]))
            total += _machines(item) * self._horizon * self._idle_price(item["instance_type"], item["location"])
        return total

    def _idle_price(self, kind: str, location: str) -> Fraction:
        """Energy of a machine without work, for an hour; 0 where it is switched off."""
        draw = draw_of(self._view, location.split("/", maxsplit=1)[0], kind, location)
        if draw is None or self._view.plan.inputs["owned"]["unused"] != "idle":
            return Fraction(0)
        return Fraction(draw.kw(1.0, 0.0)) * self._electricity(location)

    @property
    def obligation(self) -> Fraction:
        """What is still to be paid when the horizon ends, without the support plan."""
        total = Fraction(0)
        for reading in readings(self._view).values():
            _, kind, location = reading.key
            for option, count in reading.steady.items():
                over = months_left_over(self._view, option)
                total += count * over * HOURS_OF_A_MONTH * (self._price(kind, location, option) if over else 0)
        for item in self._view.plan.inputs["commitments"]:
            months = Fraction(item["months_after_horizon"])
            total += item["count"] * Fraction(item["price_per_hour"]) * months * HOURS_OF_A_MONTH
        return total

    def is_tiered(self, entry: Entry) -> bool:
        """Whether the price of an entry depends on the month's volume."""
        return entry.category == "network" and len(self._tiers(entry.pair)) > 1

    def _entries(self) -> Iterator[Entry]:
        bought = [entry for reading in readings(self._view).values() for entry in self._bought(reading)]
        spend = [*bought, *self._network(), *self._disks(), *self._logs()]
        operations = self._view.plan.inputs["operations"]
        share = Fraction(operations["support_share_of_spend"])
        yield from spend
        supported = [e for e in spend if e.category in CLOUD_SPEND and not is_own(self._view, e.provider)]
        yield Entry("maintenance", "", "", "", sum((entry.amount for entry in supported), Fraction(0)), share)
        yield from self._energy()
        monthly = Fraction(operations["monitoring_per_instance_month"])
        for (service, location, kind, _), hours in self.instance_hours.items():
            yield Entry("monitoring", service, location, kind, hours / HOURS_OF_A_MONTH, monthly)
        years = self._horizon / HOURS_OF_A_YEAR
        for role in operations["people"]:
            yield Entry("people", "", "", "", Fraction(role["fte"]) * years, Fraction(role["cost_per_year"]))

    def _instance_hours(self) -> dict[tuple[str, str, str, str], Fraction]:
        """Instance-hours in use by service, location, type and profile, expected over the demands."""
        hours: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
        for name, view in views(self._view).items():
            weight = Fraction(self._view.plan.inputs["cost_weights"].get(name, 0))
            for pool in view.plan.pools:
                key = (pool.service, pool.location, pool.instance_type, pool.profile)
                for count, length in zip(view.instances(pool), self._hours, strict=True):
                    hours[key] += weight * count * length
        return dict(hours)

    def _services(self, reading: KeyReading) -> dict[str, Fraction]:
        """Share of each service in the use of a type in a location; "" where nothing uses it."""
        _, kind, location = reading.key
        hours: dict[str, Fraction] = defaultdict(Fraction)
        for (service, place, name, _), used in self.instance_hours.items():
            if (place, name) == (location, kind):
                hours[service] += used
        total = sum(hours.values(), Fraction(0))
        return {name: used / total for name, used in hours.items() if used} if total else {"": Fraction(1)}

    def _bought(self, reading: KeyReading) -> Iterator[Entry]:
        """Everything that is paid for a type in a location, divided among its services."""
        provider, kind, location = reading.key
        for category, option, quantity, price in (*self._by_the_hour(reading), *self._for_the_horizon(reading)):
            for service, share in self._services(reading).items() if quantity else ():
                yield Entry(
                    category, service, location, kind, quantity * share, price, option=option, provider=provider
                )
        yield from self._owned(reading)
        yield from self._idle(reading)

    def _by_the_hour(self, reading: KeyReading) -> Iterator[tuple[str, str, Fraction, Fraction]]:
        """On demand and spot, interruptions and early starts: category, option, instance-hours and price."""
        _, kind, location = reading.key
        hours = reading.paid
        interruptions = Fraction(self._view.plan.inputs["purchase"]["spot"]["overhead_share"])
        on_demand = (
            self._price(kind, location, "on_demand") if hours.on_demand or hours.early_on_demand else Fraction(0)
        )
        spot = self._price(kind, location, "spot") if hours.spot or hours.early_spot else Fraction(0)
        yield "compute", "on_demand", hours.on_demand, on_demand
        yield "compute", "spot", hours.spot, spot
        yield "overhead", "spot", hours.spot, spot * interruptions
        yield "overhead", "on_demand", hours.early_on_demand, on_demand
        yield "overhead", "spot", hours.early_spot, spot * (1 + interruptions)

    def _price(self, kind: str, location: str, option: str) -> Fraction:
        """Price of an hour, offered or not, which another rule tells."""
        price = stated_price(self._view, kind, location, option)
        if price is None:
            message = f"no price of {kind} in {location}, {option}"
            raise Unreadable(message)
        return price

    def _for_the_horizon(self, reading: KeyReading) -> Iterator[tuple[str, str, Fraction, Fraction]]:
        """What is bought for the whole horizon, the rest of its term, and what is signed."""
        _, kind, location = reading.key
        terms = self._view.plan.inputs["purchase"]
        counted = 1 - Fraction(terms["value_share"]) if terms["after_horizon"] == "value_share" else Fraction(1)
        for option, count in reading.steady.items():
            server = server_of(self._view, kind, location) if option == "owned" else None
            price = owning(self._view, server) if server is not None else self._price(kind, location, option)
            yield "compute", option, count * self._horizon, price
            rest = count * months_left_over(self._view, option) * HOURS_OF_A_MONTH
            yield "obligation", option, rest, price * counted
        for item in reading.signed:
            hours = item["count"] * self._horizon * Fraction(item["horizon_share"])
            yield "compute", item["purchase_option"], hours, Fraction(item["price_per_hour"])

    def _owned(self, reading: KeyReading) -> Iterator[Entry]:
        """What bought machines cost besides their price."""
        provider, kind, location = reading.key
        count, server = reading.steady.get("owned", 0), server_of(self._view, kind, location)
        if not count or server is None:
            return
        inputs, years = self._view.plan.inputs, count * self._horizon / HOURS_OF_A_YEAR
        site, most = site_of(self._view, location), self._view.types[provider, kind]["max_power_w"]
        share = server["maintenance_share_per_year"]
        share = inputs["operations"]["maintenance_share"] if share is None else share
        parts = [("maintenance", years * purchase_price(self._view, server), Fraction(share))]
        if site is not None and site["space_price_per_kw_month"] is not None and most is not None:
            months = count * Fraction(most) / 1000 * self._horizon / HOURS_OF_A_MONTH
            parts.append(("other", months, Fraction(site["space_price_per_kw_month"])))
        salary = inputs["owned"]["operator_cost_per_year"]
        if site is not None and site["servers_per_operator"] and salary:
            parts.append(("people", years / Fraction(site["servers_per_operator"]), Fraction(salary)))
        for category, quantity, price in parts:
            yield Entry(category, "", location, kind, quantity, price, option="owned", provider=provider)

    def _idle(self, reading: KeyReading) -> Iterator[Entry]:
        """Energy of machines without work, bought or signed before, where they are not switched off."""
        provider, kind, location = reading.key
        held = reading.steady.get("owned", 0) + sum(_machines(item) for item in reading.signed)
        draw = draw_of(self._view, provider, kind, location)
        if not held or draw is None or self._view.plan.inputs["owned"]["unused"] != "idle":
            return
        hours = [h for (_, at, name, _), h in self.instance_hours.items() if (at, name) == (location, kind)]
        kwh = (held * self._horizon - sum(hours, Fraction(0))) * Fraction(draw.kw(1.0, 0.0))
        price = self._electricity(location)
        yield Entry("energy", "", location, kind, kwh, price, option="owned", provider=provider, unit="kWh")

    def _electricity(self, location: str) -> Fraction:
        """Price of a kWh that the planner pays."""
        row = energy_of(self._view, location)
        known = row is not None and row["electricity_price_per_kwh"] is not None
        return Fraction(row["electricity_price_per_kwh"]) if row is not None and known else Fraction(0)

    def _energy(self) -> Iterator[Entry]:
        """Energy of own machines at work; rented instances are counted at no price."""
        rented = Fraction(0)
        for (_, location, _, _), hours in self.instance_hours.items():
            rented += 0 if is_own(self._view, location.split("/")[0]) else hours
        yield Entry("energy", "", "", "", rented, Fraction(0), unit="instance-hour")
        for index, pool in enumerate(self._view.plan.pools):
            if is_own(self._view, pool.provider):
                kwh = Fraction(pool_kwh(self._view, index) or 0.0)
                price = self._electricity(pool.location)
                yield Entry("energy", pool.service, pool.location, pool.instance_type, kwh, price, unit="kWh")

    def _requests(self) -> dict[tuple[str, str, str], Fraction]:
        """Expected requests by service, origin and the location that serves them."""
        requests: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
        for route in self._view.plan.routing:
            location = self._view.plan.pools[route.pool].location
            for period, (share, length) in enumerate(zip(route.share_by_period, self._hours, strict=True)):
                rate = Fraction(self._view.mean(route.service, route.origin, period))
                requests[route.service, route.origin, location] += Fraction(share) * rate * SECONDS_OF_AN_HOUR * length
        return dict(requests)

    def _network(self) -> Iterator[Entry]:
        """Every border that requests and responses cross, at the average price of the month's volume of its pair."""
        moved: dict[tuple[str, str, tuple[str, str]], Fraction] = defaultdict(Fraction)
        of_pair: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for (service, origin, location), requests in self.requests.items():
            for pair, gb_per_request in self._crossings(self._view.origins[origin]["at"], location):
                moved[service, location, pair] += requests * gb_per_request
                of_pair[pair] += requests * gb_per_request
        months = self._horizon / HOURS_OF_A_MONTH
        for (service, location, pair), gb in moved.items():
            price = blended(self._tiers(pair), of_pair[pair] / months)
            yield Entry("network", service, location, "", gb, price, pair, provider=pair[0].split("/")[0])

    def _crossings(self, at: str, location: str) -> list[tuple[tuple[str, str], Fraction]]:
        """GB of one request by the pair of places it goes from and to."""
        sizes = self._view.plan.inputs["network"]
        request, response = Fraction(sizes["request_kb"]) / KB_OF_A_GB, Fraction(sizes["response_kb"]) / KB_OF_A_GB
        if at == INTERNET:
            return [((location, INTERNET), response)]
        if at == location:
            other_zone = 1 - Fraction(1, len(self._view.plan.inputs["zones"][location]))
            return [((location, location), (request + response) * other_zone)]
        return [((at, location), request), ((location, at), response)]

    def _tiers(self, pair: tuple[str, str]) -> list[Row]:
        rows = [row for row in self._view.plan.inputs["transfer"] if (row["origin"], row["destination"]) == pair]
        if not rows:
            message = f"no price of data from {pair[0]} to {pair[1]}"
            raise Unreadable(message)
        return sorted(rows, key=lambda row: float(row["from_gb"]))

    def _disks(self) -> Iterator[Entry]:
        stated = self._view.plan.inputs["storage"]["model_copies_gib"]
        for (service, location, kind, profile), hours in self.instance_hours.items():
            model = self._view.models[model_name(profile)]
            gib = Fraction(model["weights_gib"]) + Fraction(model["tables_gib"]) if stated is None else Fraction(stated)
            months = hours / HOURS_OF_A_MONTH
            price, provider = self._stored("block", location), location.split("/")[0]
            yield Entry("storage", service, location, kind, months * gib * GB_OF_A_GIB, price, provider=provider)

    def _logs(self) -> Iterator[Entry]:
        use = self._view.plan.inputs["storage"]
        months_kept = Fraction(use["log_retention_days"]) / (Fraction(365) / 12)
        gb_per_request = Fraction(use["logs_gb_per_million_requests"]) / 10**6
        for (service, _, location), requests in self.requests.items():
            quantity = requests * gb_per_request * months_kept
            price, provider = self._stored("object", location), location.split("/")[0]
            yield Entry("storage", service, location, "", quantity, price, provider=provider)

    def _stored(self, kind: str, location: str) -> Fraction:
        """Price of a GB-month; block storage stands in where no object price is known."""
        prices = {
            row["storage_class"]: row["price_per_gb_month"]
            for row in self._view.plan.inputs["storage_prices"]
            if row["location"] == location
        }
        price = prices.get(kind, prices.get("block"))
        if price is None:
            message = f"no price of {kind} storage in {location}"
            raise Unreadable(message)
        return Fraction(price)


def _machines(item: Row) -> Fraction:
    """Owned machines that are signed before, counted for the part of the horizon that they last."""
    return item["count"] * Fraction(item["horizon_share"]) if item["purchase_option"] == "owned" else Fraction(0)


def blended(tiers: Sequence[Row], gb_per_month: Fraction) -> Fraction:
    """Return the average price per GB when each tier prices the part of the volume above its start.

    Parameters
    ----------
    tiers
        Rows with `from_gb` and `price_per_gb`, by rising `from_gb`, the first at 0.
    gb_per_month
        Volume of all services on the pair.
    """
    if gb_per_month <= 0:
        return Fraction(tiers[0]["price_per_gb"])
    paid, rest = Fraction(0), gb_per_month
    for tier in reversed(tiers):
        above = max(Fraction(0), rest - Fraction(tier["from_gb"]))
        paid += above * Fraction(tier["price_per_gb"])
        rest -= above
    return paid / gb_per_month


@lru_cache(maxsize=1)
def ledger_of(view: View) -> Ledger:
    """Return the ledger of a plan, written once for all rules that read it.

    Raises
    ------
    Unreadable
        If a price that the bill needs is not in the plan.
    """
    return Ledger(view)
