"""One service that pages pass, with all its locations, one of which loses a zone.

Requests that a page sends there at once go to one pool together, as capacities have them, or each to one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import chosen, poisson
from optimizer.verification.page_traffic import own_rates, trip_s
from optimizer.verification.replaying.losses import after_zone
from optimizer.verification.replaying.lost import Ints
from optimizer.verification.replaying.lost_run import Bools
from optimizer.verification.replaying.lost_site import BEFORE_S, Player, Site


@dataclass(eq=False)
class Flight:
    """Pages from an origin in one run, in the order in which they came, and how far each is.

    Parameters
    ----------
    stages
        Requests that a page sends to each service at once.
    came_s, now_s
        Seconds from the loss on; `now_s` is infinite once a request of the page was shed: it is not answered.
    unit
        Evenly in 0 .. 1: the pages below a service's protected share are those it carries after the loss.
    protected, lost, retried
        Whether all services carry the page, and whether any request of it was lost, and tried again.
    """

    origin: str
    stages: Mapping[str, int]
    came_s: Floats
    now_s: Floats
    unit: Floats
    protected: Bools
    lost: Bools
    retried: Bools

    @classmethod
    def at(cls, origin: str, stages: Mapping[str, int], came_s: Floats, unit: Floats) -> Flight:
        """Return pages that have just come."""
        none = np.zeros(came_s.size, dtype=np.bool_)
        return cls(origin, stages, came_s, came_s.copy(), unit, ~none, none, none.copy())

    @classmethod
    def drawn(
        cls, random: np.random.Generator, origin: str, stages: Mapping[str, int], rate_per_s: float, until_s: float
    ) -> Flight:
        """Return pages that come at random up to `until_s`."""
        came_s = poisson(random, rate_per_s, BEFORE_S + until_s) - BEFORE_S
        return cls.at(origin, stages, came_s, random.random(came_s.size))


#: Answers of one batch come at one instant, so that the next stage may batch them again; floats differ by less.
TOGETHER_DIGITS = 9
#: Pages of a flight, by number.
Part = tuple[Flight, Ints]


class Stage:
    """A service in all its locations, in one hour; `place` loses `zone`."""

    def __init__(self, player: Player, service: str, period: int, place: str, zone: str) -> None:
        fleet = player.fleet
        self.view, self.service = fleet.view, service
        self.overhead_s = float(self.view.services[service]["overhead_ms"]) / 1e3
        self.own_rates = dict(own_rates(self.view, service, period))
        self.sites: list[Site] = []
        for (_, location), indices in fleet.sites_of(service).items():
            before = tuple(item for item in fleet.as_planned(indices, period) if item.replicas > 0)
            if before and location == place:
                after = after_zone(fleet, service, indices, period, zone)
                self.sites.append(Site(player, service, zone, before, after))
            elif before:
                self.sites.append(Site(player, service, None, before, before))

    @property
    def hit(self) -> Site | None:
        """The location that loses replicas, None where none does."""
        return next((site for site in self.sites if site.dead.any()), None)

    def reached(self, origin: str) -> list[Site]:
        """Locations that requests from an origin go to."""
        return [site for site in self.sites if origin in site.origins]

    def passed(
        self, random: np.random.Generator, flights: Sequence[Flight], until_s: float, *, apart: bool = False
    ) -> None:
        """Let pages pass, beside the requests that no page sends; `apart` lets each request choose a pool."""
        own = [
            Flight.drawn(random, origin, {self.service: 1}, rate, until_s) for origin, rate in self.own_rates.items()
        ]
        parts: list[list[Part]] = [[] for _ in self.sites]
        for flight in (*flights, *own):
            for number, pages in self._divided(random, flight):
                parts[number].append((flight, pages))
        for site, coming in zip(self.sites, parts, strict=True):
            if any(flight in flights for flight, _ in coming):  # where no page comes nothing need be known
                self._at(random, site, coming, apart=apart)

    def _divided(self, random: np.random.Generator, flight: Flight) -> list[tuple[int, Ints]]:
        """Which pages go to which location; where the service has none for their origin, none is answered."""
        alive = np.flatnonzero(np.isfinite(flight.now_s))
        weights = np.array([
            site.rates[:, site.origins.index(flight.origin)].sum() if flight.origin in site.origins else 0.0
            for site in self.sites
        ])  # fmt: skip
        if not weights.sum():
            flight.now_s[alive] = np.inf
            return []
        to = chosen(random, weights, alive.size)
        return [(number, alive[to == number]) for number in np.flatnonzero(weights).tolist()]

    def _at(self, random: np.random.Generator, site: Site, parts: Sequence[Part], *, apart: bool) -> None:
        """Play the requests of some pages at a location; a page goes on when its last request is back."""
        first = np.cumsum([0, *(pages.size for _, pages in parts)])
        origin = np.repeat([site.origins.index(flight.origin) for flight, _ in parts], np.diff(first))
        trips_s = [0.5 * trip_s(self.view, flight.origin, site.indices[0]) for flight, _ in parts]
        protected = np.concatenate([flight.unit[pages] for flight, pages in parts]) < site.protected_share[origin]
        at_s = np.concatenate([
            flight.now_s[pages] + trip for (flight, pages), trip in zip(parts, trips_s, strict=True)
        ])  # fmt: skip
        owner = np.repeat(np.arange(at_s.size), np.repeat([f.stages[self.service] for f, _ in parts], np.diff(first)))
        owner = owner[np.argsort(at_s[owner], kind="stable")]
        choices = site.choices(random, *((origin[owner], protected[owner]) if apart else (origin, protected)))
        chosen_by = slice(None) if apart else owner
        lost, retried = (np.zeros(at_s.size, dtype=np.bool_) for _ in range(2))
        if site.dead.any():
            found, ends_s = site.carried(random, choices.at(at_s[owner], chosen_by))
            lost[owner[found.lost > 0]] = retried[owner[found.retries > 0]] = True
        else:
            ends_s = site.untouched(random, at_s[owner], choices.before[chosen_by])
        back_s = np.full(at_s.size, -np.inf)
        np.maximum.at(back_s, owner, np.where(np.isnan(ends_s), np.inf, ends_s))
        back_s = np.round(back_s, TOGETHER_DIGITS)
        for number, ((flight, pages), trip) in enumerate(zip(parts, trips_s, strict=True)):
            mine = slice(first[number], first[number + 1])
            flight.now_s[pages] = back_s[mine] + trip + self.overhead_s
            flight.protected[pages] &= protected[mine]
            flight.lost[pages] |= lost[mine]
            flight.retried[pages] |= retried[mine]
