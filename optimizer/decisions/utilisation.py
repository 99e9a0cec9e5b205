r"""The busy share of the hours at which a machine that is held costs as much as renting on demand.

A machine that is held costs `F` in every hour and `v` more in an hour with work; rented instances that do the same
work cost `p` in these hours only. With a share `u` of hours with work

.. math:: F + u v = u p \quad\Leftrightarrow\quad u = F / (p - v)

For a commitment `F` is its price in an hour, upfront payment included, with support. For an owned machine `F` is
capital, maintenance, space, operators, and the energy it draws at rest where it is not switched off; `v` is what it
draws more at full work. Monitoring is paid for each instance that works. Network, and disks for models, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.costs import Rates
from optimizer.domain.purchase import ON_DEMAND, OWNED, TERM_MONTHS
from optimizer.inputs.utilisation_asked import UtilisationAsked
from optimizer.units import HOURS_PER_MONTH, WATTS_PER_KW


@dataclass(frozen=True, slots=True)
class BreakEvenUtilisation:
    """At which busy share of the hours a machine that is held costs as much as what is rented instead of it.

    `held_per_hour` is paid in every hour, `held_per_busy_hour` on top in hours with work; `rented_per_busy_hour` is for
    all `equals` rented instances. `utilisation` is None where renting is never dearer.
    """

    provider: str
    instance_type: str
    location: str
    purchase_option: str
    held_per_hour: float
    held_per_busy_hour: float
    rented_provider: str
    rented_instance_type: str
    rented_location: str
    equals: float
    rented_per_busy_hour: float
    utilisation: float | None


def utilisations(asked: Sequence[UtilisationAsked], rates: Rates) -> tuple[BreakEvenUtilisation, ...]:
    """Return a row for each way to hold a machine and each place to rent; none where a price is not known."""
    return tuple(row for item in asked for row in _rows(item, rates))


def share_of_hours(held: float, held_busy: float, rented_busy: float) -> float | None:
    """Return the busy share at which both cost the same; None where renting is never dearer."""
    return held / (rented_busy - held_busy) if rented_busy > held_busy else None


def _rows(item: UtilisationAsked, rates: Rates) -> Iterator[BreakEvenUtilisation]:
    for place, option, held, busy in _held(item.held, rates):
        for other, price in _rented(item.rented, rates):
            # A commitment takes the place of an instance that is rented where it stands.
            if item.held == item.rented and other != place:
                continue
            rented = item.equals * price
            share = share_of_hours(held, busy, rented)
            yield BreakEvenUtilisation(
                *item.held, place, option, held, busy, *item.rented, other, item.equals, rented, share
            )


def _held(key: tuple[str, str], rates: Rates) -> Iterator[tuple[str, str, float, float]]:
    """Location, option, cost of every hour, and of a busy one on top."""
    monitoring = rates.monitoring_instance_month().amount / HOURS_PER_MONTH
    for place in rates.scenario.locations:
        if (*key, place) in rates.catalog.owned:
            cost, power = rates.owned_cost(*key, place), rates.power(*key, place)
            at_work = 0.0 if power is None else power.max_w * power.pue / WATTS_PER_KW - rates.idle_kw(*key, place)
            yield place, OWNED, cost.total, at_work * rates.electricity(place).amount + monitoring
        for option in TERM_MONTHS:
            row, hour = rates.price(*key, place, option), rates.instance_hour(*key, place, option)
            if row is not None and row.status == "offered" and hour is not None:
                yield place, option, hour.amount * rates.support_factor(place), monitoring


def _rented(key: tuple[str, str], rates: Rates) -> Iterator[tuple[str, float]]:
    """Location, and cost of a busy hour of one instance on demand."""
    monitoring = rates.monitoring_instance_month().amount / HOURS_PER_MONTH
    for place in rates.scenario.locations:
        row, hour = rates.price(*key, place, ON_DEMAND), rates.instance_hour(*key, place, ON_DEMAND)
        if row is not None and row.status == "offered" and hour is not None:
            yield place, hour.amount * rates.support_factor(place) + monitoring
