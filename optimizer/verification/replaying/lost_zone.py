"""The zone that carries most is lost in the busiest hour: every protected service of a plan, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.domain.plan import Plan
from optimizer.errors import Fault, InputError
from optimizer.verification.demands import views
from optimizer.verification.page_traffic import page_rates
from optimizer.verification.replaying.engine import Engine, load_engine
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.losses import after_zone, fullest_of_all, fullest_zone
from optimizer.verification.replaying.lost_event import Event
from optimizer.verification.replaying.lost_pages import PageEvent
from optimizer.verification.replaying.lost_result import (
    Assumed,
    Loss,
    PageLoss,
    Second,
    StageLeft,
    ZoneLoss,
    ZoneLossReport,
)
from optimizer.verification.replaying.lost_run import WINDOW_S
from optimizer.verification.replaying.lost_site import Player
from optimizer.verification.replaying.rows import Edges, stages_note
from optimizer.verification.replaying.run import refuse_unreadable
from optimizer.verification.replaying.what_if import FULLEST, WhatIf, resolved
from optimizer.verification.view import View

__all__ = ["WINDOW_S", "Assumed", "Loss", "PageLoss", "Second", "StageLeft", "ZoneLoss", "ZoneLossReport", "lose_zone"]


def lose_zone(
    plan: Plan, zone: str = FULLEST, seed: int = 0, assumed: Assumed | None = None, engine: Engine | None = None
) -> ZoneLossReport:
    """Lose a zone at the peak of every service and page that is protected against it, and follow what happens.

    Parameters
    ----------
    plan
        The plan; its `inputs` hold all that is needed.
    zone
        Such as ``aws/us-east-1/a``; ``fullest`` for the one that carries most of each service in each location.
    seed
        Of the traffic.
    assumed
        None for the documented defaults.
    engine
        What simulates; None for the quickest there is.

    Raises
    ------
    InputError
        If the plan cannot be read, or has no such zone.
    """
    refuse_unreadable(plan)
    asked = resolved(WhatIf(zone=zone), View(plan), "--lose-zone")
    fleet, given = Fleet(views(View(plan))[str(asked.demand)], 1.0), assumed or Assumed()
    player = Player(fleet, Edges(fleet.view), given, seed, engine or load_engine())
    rows: list[ZoneLoss] = []
    notes: list[str] = []
    for service, row in fleet.view.services.items():
        if row["redundancy"] != "zone":
            notes.append(f"{service} is not protected against the loss of a zone (redundancy: {row['redundancy']})")
            continue
        for indices in fleet.sites_of(service).values():
            rows += _site(player, service, indices, str(asked.zone))
    pages = list(_pages(player, str(asked.zone), notes))
    notes += stages_note(fleet.view, "in the table of services" if pages else "here")
    if not rows and not pages:
        raise InputError([_nothing_to_lose(fleet.view, str(asked.zone))])
    return ZoneLossReport(tuple(rows), tuple(pages), given, seed, player.engine.name, tuple(notes))


def _nothing_to_lose(view: View, asked: str) -> Fault:
    """Say that no service runs in the zone that is protected against its loss, and in which zones one does."""
    protected = {name for name, row in view.services.items() if row["redundancy"] == "zone"}
    zones = sorted({f"{pool.location}/{pool.zone}" for pool in view.plan.pools if pool.service in protected})
    what = "no service of this plan is protected against the loss of " + ("a zone" if asked == FULLEST else asked)
    again = "Set redundancy: zone for a service and plan again"
    mend = f"{again}, or name a zone where a protected service runs: {', '.join(zones)}." if zones else f"{again}."
    return Fault("--lose-zone", what, mend, "nothing-to-lose")


def _site(player: Player, service: str, indices: list[int], asked: str) -> Iterator[ZoneLoss]:
    """Play a location in its busiest hour, if it has any demand and the zone is one of its own."""
    fleet = player.fleet
    period = max(fleet.periods, key=lambda period: sum(fleet.brought(indices, period).values()))
    before = tuple(item for item in fleet.as_planned(indices, period) if item.replicas > 0)
    if not before:
        return
    place = fleet.pools[indices[0]].location
    if asked != FULLEST and asked.rpartition("/")[0] != place:
        return
    zone = fullest_zone(fleet, indices, period) if asked == FULLEST else asked.rpartition("/")[2]
    after = after_zone(fleet, service, indices, period, zone)
    event = Event(player, service, zone, before, after)
    if event.site.dead.any():
        yield event.played()


def _pages(player: Player, asked: str, notes: list[str]) -> Iterator[PageLoss]:
    """Lose a zone for all stages of a location at once, in their busiest hour, and follow the pages that pass it."""
    fleet = player.fleet
    places: dict[str, dict[str, list[int]]] = {}
    for service in sorted(fleet.view.stages):
        for (_, place), indices in fleet.sites_of(service).items():
            places.setdefault(place, {})[service] = indices
    for place, sites in places.items():
        if asked != FULLEST and asked.rpartition("/")[0] != place:
            continue
        every = [index for indices in sites.values() for index in indices]
        period = max(fleet.periods, key=lambda period: sum(fleet.brought(every, period).values()))
        zone = fullest_of_all(fleet, sites.values(), period) if asked == FULLEST else asked.rpartition("/")[2]
        told = list(_told(fleet, sites, period, zone, notes))
        if told:
            yield from PageEvent(player, place, zone, period, told).played()


def _told(
    fleet: Fleet, sites: Mapping[str, list[int]], period: int, zone: str, notes: list[str]
) -> Iterator[tuple[str, str]]:
    """Pages that lose replicas of a stage, where each such stage is protected against it."""
    gone = {
        service: fleet.brought(indices, period)
        for service, indices in sites.items()
        if any(fleet.pools[index].zone == zone and fleet.replicas(index, period) for index in indices)
    }
    for (name, origin), (_, stages) in page_rates(fleet.view, period).items():
        hit = [service for service in stages if origin in gone.get(service, ())]
        bare = [service for service in hit if fleet.view.services[service]["redundancy"] != "zone"]
        if bare:
            place = fleet.pools[sites[bare[0]][0]].location
            notes.append(f"{name} from {origin} is not followed in {place}: {', '.join(bare)} may lose a zone there")
        elif hit:
            yield name, origin
