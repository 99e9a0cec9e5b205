"""What is bought, written again as entries of the bill: by the hour, for the horizon, signed before, owned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from optimizer.verification.buying import KeyReading, readings
from optimizer.verification.draw import draw_of, energy_of, pool_kwh
from optimizer.verification.entry import HOURS_OF_A_MONTH, HOURS_OF_A_YEAR, Entry
from optimizer.verification.prices import (
    is_own,
    months_left_over,
    owning,
    purchase_price,
    server_of,
    site_of,
    stated_price,
)
from optimizer.verification.view import Row, Unreadable, View

#: Instance-hours in use by service, location, type and profile.
InstanceHours = Mapping[tuple[str, str, str, str], Fraction]


class Purchases:
    """What is paid for instances, used or not, and for the energy of one's own.

    Parameters
    ----------
    view
        The plan.
    instance_hours
        Expected over the demands.
    """

    def __init__(self, view: View, instance_hours: InstanceHours) -> None:
        self._view, self._instance_hours = view, instance_hours
        self._horizon = sum((Fraction(period.hours) for period in view.plan.periods), Fraction(0))

    def entries(self) -> Iterator[Entry]:
        """Everything that is bought, type by type and place by place."""
        for reading in readings(self._view).values():
            yield from self._bought(reading)

    @property
    def signed(self) -> Fraction:
        """What is signed before, with its support plan, or with the power of machines at rest."""
        total = Fraction(0)
        support = 1 + Fraction(self._view.plan.inputs["operations"]["support_share_of_spend"])
        for item in self._view.plan.inputs["commitments"]:
            rent = item["count"] * Fraction(item["price_per_hour"]) * self._horizon * Fraction(item["horizon_share"])
            total += rent if is_own(self._view, item["location"].split("/")[0]) else rent * support
            total += _machines(item) * self._horizon * self._idle_price(item["instance_type"], item["location"])
        return total

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

    def _services(self, reading: KeyReading) -> dict[str, Fraction]:
        """Share of each service in the use of a type in a location; "" where nothing uses it."""
        _, kind, location = reading.key
        hours: dict[str, Fraction] = defaultdict(Fraction)
        for (service, place, name, _), used in self._instance_hours.items():
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
        hours = [h for (_, at, name, _), h in self._instance_hours.items() if (at, name) == (location, kind)]
        kwh = (held * self._horizon - sum(hours, Fraction(0))) * Fraction(draw.kw(1.0, 0.0))
        price = self._electricity(location)
        yield Entry("energy", "", location, kind, kwh, price, option="owned", provider=provider, unit="kWh")

    def _electricity(self, location: str) -> Fraction:
        """Price of a kWh that the planner pays."""
        row = energy_of(self._view, location)
        known = row is not None and row["electricity_price_per_kwh"] is not None
        return Fraction(row["electricity_price_per_kwh"]) if row is not None and known else Fraction(0)

    def energy(self) -> Iterator[Entry]:
        """Energy of own machines at work; rented instances are counted at no price."""
        rented = Fraction(0)
        for (_, location, _, _), hours in self._instance_hours.items():
            rented += 0 if is_own(self._view, location.split("/")[0]) else hours
        yield Entry("energy", "", "", "", rented, Fraction(0), unit="instance-hour")
        for index, pool in enumerate(self._view.plan.pools):
            if is_own(self._view, pool.provider):
                kwh = Fraction(pool_kwh(self._view, index) or 0.0)
                price = self._electricity(pool.location)
                yield Entry("energy", pool.service, pool.location, pool.instance_type, kwh, price, unit="kWh")

    def _idle_price(self, kind: str, location: str) -> Fraction:
        """Energy of a machine without work, for an hour; 0 where it is switched off."""
        draw = draw_of(self._view, location.split("/", maxsplit=1)[0], kind, location)
        if draw is None or self._view.plan.inputs["owned"]["unused"] != "idle":
            return Fraction(0)
        return Fraction(draw.kw(1.0, 0.0)) * self._electricity(location)


def _machines(item: Row) -> Fraction:
    """Owned machines that are signed before, counted for the part of the horizon that they last."""
    return item["count"] * Fraction(item["horizon_share"]) if item["purchase_option"] == "owned" else Fraction(0)
