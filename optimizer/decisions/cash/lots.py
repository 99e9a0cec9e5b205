r"""Lots: machines bought together, or instances signed for a term together, and when they are paid.

A lot of `n` that is bought when month `s` begins and lasts `l` months pays once at `s`, and then at the end of each
month that it lasts. When the months that are followed end,

- machines are worth :math:`P (1 - (1 - R) \min(a, L) / L)` at the age of `a` months, `L` being the months of their
  amortisation and `R` the share that is left then; or :math:`P k^{a / 12}` where they keep a share `k` in a year;
- what is left of a term is paid as the plan counts it (its `after_horizon`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimizer.costs import Rates
from optimizer.decisions.steady import Key
from optimizer.domain.catalog import OwnedServer
from optimizer.domain.purchase import TERM_MONTHS, Commitment
from optimizer.domain.scenario import Floats
from optimizer.units import HOURS_PER_MONTH, MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Lot:
    """What is bought or signed together.

    Parameters
    ----------
    key
        Location, instance type and purchase option.
    start, lasts
        In months from the beginning; a machine lasts to the end of the year in which it is written off.
    month_hours
        Hours of a month: of the horizon's, so that a leap year is paid for.
    once, monthly
        Paid when it begins, and for each month that it lasts.
    hourly
        What the plan counts for one instance-hour, upfront payment included.
    server
        The machine; None for a term.
    kept
        Share of its value that a machine keeps in a year; None for a straight line.
    value_share
        Share of the rest of a term that keeps its value when the months end.
    settled
        Whether the rest of a term is paid when the months end; what was signed before is not.
    """

    key: Key
    count: int
    start: int
    lasts: float
    once: float
    monthly: float
    month_hours: float
    hourly: float = 0.0
    server: OwnedServer | None = None
    kept: float | None = None
    value_share: float = 0.0
    settled: bool = False

    @property
    def end(self) -> float:
        """Month in which it ends."""
        return self.start + self.lasts

    def payments(self, months: int) -> Floats:
        """Return what is paid at the beginning and at the end of each of so many months."""
        paid = np.zeros(months + 1)
        if self.start > months or (self.start == months and self.start > 0):
            return paid
        paid[self.start] += self.once
        begins = np.arange(months, dtype=float)
        paid[1:] += self.monthly * np.clip(self.end - begins, 0.0, 1.0) * (begins >= self.start)
        if self.server is not None:
            last = int(min(months, self.end))
            paid[last] -= self._worth(last - self.start)
        elif self.settled and self.end > months:
            left = self.end - months
            paid[months] += left * (self.monthly - self.value_share * self.hourly * self.month_hours)
        return paid

    def _worth(self, age_months: int) -> float:
        if self.server is None:
            return 0.0
        if self.kept is not None:
            return float(self.once * self.kept ** (age_months / MONTHS_PER_YEAR))
        age, life = age_months * self.month_hours, self.server.amortisation_months * HOURS_PER_MONTH
        return float(self.once * (1.0 - (1.0 - self.server.residual_share) * min(age, life) / life))


def month_hours(rates: Rates) -> float:
    """Return the hours of a month of the horizon."""
    return rates.scenario.horizon_hours / rates.scenario.horizon_months


def machines(rates: Rates, key: Key, count: int, start: int, kept: float | None) -> Lot:
    """Return a lot of machines that are bought when month `start` begins."""
    location, kind, _ = key
    place = (location.split("/", maxsplit=1)[0], kind, location)
    server = rates.catalog.owned[place]
    written_off = math.ceil((start + server.amortisation_months) / MONTHS_PER_YEAR) * MONTHS_PER_YEAR
    price = count * server.purchase_price(rates.scenario.owned.price)
    hours = month_hours(rates)
    monthly = count * upkeep(rates, key) * hours
    return Lot(key, count, start, written_off - start, price, monthly, hours, server=server, kept=kept)


def upkeep(rates: Rates, key: Key) -> float:
    """Return what one owned machine costs in an hour besides its price and its energy."""
    location, kind, _ = key
    cost = rates.owned_cost(location.split("/", maxsplit=1)[0], kind, location)
    return cost.maintenance + cost.space + cost.operators


def term(rates: Rates, key: Key, count: int, start: int) -> Lot:
    """Return a lot of instances that are signed for a term when month `start` begins."""
    location, kind, option = key
    provider = location.split("/", maxsplit=1)[0]
    row, hour = rates.price(provider, kind, location, option), rates.instance_hour(provider, kind, location, option)
    each = count * rates.support_factor(location)
    recurring = 0.0 if row is None or row.price_per_hour is None else row.price_per_hour
    hours = month_hours(rates)
    return Lot(
        key, count, start, TERM_MONTHS[option],
        once=0.0 if row is None else row.upfront * each,
        monthly=recurring * hours * each,
        month_hours=hours,
        hourly=0.0 if hour is None else hour.amount * each,
        value_share=1.0 - rates.obligation_share(),
        settled=True,
    )  # fmt: skip


def lasts_months(rates: Rates, item: Commitment) -> float:
    """Return for how many months of the horizon and after it a commitment signed before lasts."""
    if item.horizon_share < 1.0:
        return item.horizon_share * rates.scenario.horizon_months
    return rates.scenario.horizon_months + item.months_after_horizon


def signed_before(rates: Rates, item: Commitment) -> Lot:
    """Return a commitment of the scenario as a lot that is paid while it lasts."""
    key = (item.location, item.instance_type, item.purchase_option)
    hours = month_hours(rates)
    monthly = item.count * item.price_per_hour * hours * rates.support_factor(item.location)
    return Lot(key, item.count, 0, lasts_months(rates, item), 0.0, monthly, hours)
