"""What happens: a zone, a location, an instance or all spot is lost, and others take over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from optimizer.verification.replaying.fleet import Fleet, Served
from optimizer.verification.replaying.what_if import FULLEST, WhatIf

#: Kinds of redundancy under which the other zones of a location carry on.
SURVIVES_INSTANCE = ("instance", "zone")
#: Replicas that are left of each pool, and how to call what happened.
Left = tuple[Mapping[int, int], str]
#: Indices of the pools of a service in a location, and a period, to what is left.
Loss = Callable[[list[int], int], Left]


@dataclass(frozen=True, slots=True)
class Happening:
    """What pools serve after a loss, and what a planner should know about it."""

    served: tuple[Served, ...]
    notes: tuple[str, ...]


def happening(fleet: Fleet, what_if: WhatIf, services: Iterable[str] = ()) -> Happening:
    """Return what every pool serves in every period, service by service; the question has been resolved.

    Of some services alone, where they are named.
    """
    served: list[Served] = []
    notes: list[str] = []
    for service in services or fleet.view.services:
        redundancy = fleet.view.services[service]["redundancy"]
        lost_place = _place_lost(what_if, redundancy)
        loss = None if lost_place else _loss_of(fleet, what_if, redundancy)
        if lost_place:
            served += _without_place(fleet, service, lost_place)
        elif loss is not None:
            served += _without(fleet, service, loss)
        else:
            served += _all_as_planned(fleet, service)
        notes += _note(fleet, what_if, service)
    return Happening(tuple(served), tuple(notes))


def _place_lost(what_if: WhatIf, redundancy: str) -> str | None:
    """Location that is lost; a service that survives a region leaves it with the first of its zones."""
    if what_if.zone is not None and what_if.zone != FULLEST and redundancy == "region":
        return what_if.zone.rpartition("/")[0]
    return what_if.region


def _loss_of(fleet: Fleet, what_if: WhatIf, redundancy: str) -> Loss | None:
    """What is lost inside locations; None where nothing is."""
    if what_if.zone == FULLEST:
        return partial(_fullest_zone, fleet) if redundancy == "zone" else None
    if what_if.zone is not None:
        return partial(_named_zone, fleet, what_if.zone)
    if what_if.spot:
        return partial(_spot, fleet)
    if what_if.instance and redundancy in SURVIVES_INSTANCE:
        return partial(_instance, fleet)
    return None


def _note(fleet: Fleet, what_if: WhatIf, service: str) -> Iterator[str]:
    """What a service was not planned to survive, or is not tried."""
    redundancy = fleet.view.services[service]["redundancy"]
    untouched = "as planned here, since it is not protected against"
    if what_if.zone == FULLEST and redundancy != "zone":
        yield f"{service} is played {untouched} the loss of a zone (redundancy: {redundancy})"
    elif what_if.instance and redundancy not in SURVIVES_INSTANCE:
        yield f"{service} is played {untouched} the loss of an instance in place (redundancy: {redundancy})"
    elif _hits_zone(fleet, what_if, service) and redundancy not in ("zone", "region"):
        yield f"{service} was not planned to survive the loss of a zone (redundancy: {redundancy})"
    elif (service, what_if.region) in fleet.view.sites and redundancy != "region":
        yield f"{service} was not planned to survive the loss of a location (redundancy: {redundancy})"
    may_vanish = fleet.view.plan.inputs["purchase"]["spot"]["may_vanish"]
    has_spot = any(any(pool.spot_replicas_by_period) for pool in fleet.pools if pool.service == service)
    if what_if.spot and not has_spot:
        yield f"{service} has no spot instances"
    elif what_if.spot and may_vanish != "all_of_a_type":
        planned = "the spot of one zone" if may_vanish == "one_zone" else "no loss of spot"
        yield f"{service} was planned to survive {planned}"


def _hits_zone(fleet: Fleet, what_if: WhatIf, service: str) -> bool:
    return any(pool.service == service and f"{pool.location}/{pool.zone}" == what_if.zone for pool in fleet.pools)


def _all_as_planned(fleet: Fleet, service: str) -> Iterator[Served]:
    for indices in fleet.sites_of(service).values():
        for period in fleet.periods:
            yield from fleet.as_planned(indices, period)


def after_zone(fleet: Fleet, service: str, indices: list[int], period: int, zone: str) -> tuple[Served, ...]:
    """Return what the pools of a service in a location serve once the loss of a zone is known, dead ones left out."""
    place = fleet.pools[indices[0]].location
    left, what = _named_zone(fleet, f"{place}/{zone}", indices, period)
    share = float(fleet.view.services[service]["protected_share"])
    return tuple(item for item in _after(fleet, indices, period, left, share, what) if item.replicas > 0)


def _without(fleet: Fleet, service: str, loss: Loss) -> Iterator[Served]:
    share = float(fleet.view.services[service]["protected_share"])
    for indices in fleet.sites_of(service).values():
        for period in fleet.periods:
            left, what = loss(indices, period)
            yield from _after(fleet, indices, period, left, share, what)


def _after(
    fleet: Fleet, indices: list[int], period: int, left: Mapping[int, int], share: float, what: str
) -> Iterator[Served]:
    """What is left of a configuration takes what it had; of one that is gone, the others of the location take over."""
    staying: dict[int, int] = {}
    homeless: dict[str, float] = {}
    untouched: list[int] = []
    changed: list[tuple[dict[int, int], dict[str, float]]] = []
    for group in fleet.groups(indices):
        rates = fleet.brought(group, period)
        here = {index: left[index] for index in group if left[index] > 0}
        staying |= here
        if all(left[index] == fleet.replicas(index, period) for index in group):
            untouched += group
        elif here:
            changed.append((here, _times(share, rates)))
        else:
            homeless = _sum(homeless, _times(share, rates))
    if homeless and staying:
        for _, rates in changed:
            homeless = _sum(homeless, rates)
        yield from fleet.spread(staying, _sum(homeless, fleet.brought(untouched, period)), period, what)
        return
    if homeless:
        yield Served(indices[0], period, what, 0, tuple(sorted(homeless.items())))
    for here, rates in changed:
        yield from fleet.spread(here, rates, period, what)
    yield from fleet.as_planned(untouched, period)


def _without_place(fleet: Fleet, service: str, lost: str) -> Iterator[Served]:
    """The standby location of each origin takes over; an origin without one is not served."""
    share = float(fleet.view.services[service]["protected_share"])
    sites = fleet.sites_of(service)
    gone = sites.pop((service, lost), [])
    standby = {
        row.origin: row.standby
        for row in fleet.view.plan.standby
        if row.service == service and row.primary == lost and (service, row.standby) in sites
    }
    for period in fleet.periods:
        moved = fleet.brought(gone, period)
        for site, indices in sites.items():
            taken = {origin: rate for origin, rate in moved.items() if standby.get(origin) == site[1]}
            if not taken:
                yield from fleet.as_planned(indices, period)
                continue
            rates = _times(share, _sum(fleet.brought(indices, period), taken))
            here = {index: fleet.replicas(index, period) for index in indices if fleet.replicas(index, period) > 0}
            what = f"standing by for {lost}"
            if here:
                yield from fleet.spread(here, rates, period, what)
            else:
                yield Served(indices[0], period, what, 0, tuple(sorted(rates.items())))
        alone = tuple((origin, rate) for origin, rate in sorted(moved.items()) if origin not in standby)
        if alone:
            yield Served(gone[0], period, f"without {lost}", 0, alone)


def _fullest_zone(fleet: Fleet, indices: list[int], period: int) -> Left:
    """The zone whose replicas claim most."""
    place = fleet.pools[indices[0]].location
    return _named_zone(fleet, f"{place}/{fullest_zone(fleet, indices, period)}", indices, period)


def _named_zone(fleet: Fleet, name: str, indices: list[int], period: int) -> Left:
    lost = [index for index in indices if f"{fleet.pools[index].location}/{fleet.pools[index].zone}" == name]
    left = {index: 0 if index in lost else fleet.replicas(index, period) for index in indices}
    return left, f"without zone {name.rpartition('/')[2]}"


def _spot(fleet: Fleet, indices: list[int], period: int) -> Left:
    pools = fleet.pools
    return {i: fleet.replicas(i, period) - pools[i].spot_replicas_by_period[period] for i in indices}, "without spot"


def _instance(fleet: Fleet, indices: list[int], period: int) -> Left:
    """One instance of the largest pool in the fullest zone."""
    left = {index: fleet.replicas(index, period) for index in indices}
    zone = fullest_zone(fleet, indices, period)
    there = [index for index in indices if fleet.pools[index].zone == zone]
    hit = max(there, key=lambda index: (fleet.claim(index, left[index]), -index))
    left[hit] = max(0, left[hit] - fleet.view.per_instance(fleet.pools[hit]))
    return left, f"without one instance in zone {zone}"


def fullest_zone(fleet: Fleet, indices: Sequence[int], period: int) -> str:
    """Return the zone that claims most; of equal ones the first."""
    return fullest_of_all(fleet, [indices], period)


def fullest_of_all(fleet: Fleet, sites: Iterable[Sequence[int]], period: int) -> str:
    """Return the zone with the largest part of several services, parts added up; of equal ones the first."""
    parts: dict[str, float] = {}
    for indices in sites:
        claims = {index: fleet.claim(index, fleet.replicas(index, period)) for index in indices}
        total = sum(claims.values()) or 1.0
        for index, claim in claims.items():
            zone = fleet.pools[index].zone
            parts[zone] = parts.get(zone, 0.0) + claim / total
    return max(sorted(parts), key=parts.__getitem__)


def _sum(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {key: first.get(key, 0.0) + second.get(key, 0.0) for key in first.keys() | second.keys()}


def _times(share: float, rates: Mapping[str, float]) -> dict[str, float]:
    return {origin: share * rate for origin, rate in rates.items()}
