"""Changes besides raising limits: bounds on counts, purchase options, demand, locations, redundancy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimizer.domain.scenario import Service
from optimizer.formulation.rules.latency import round_trip_s
from optimizer.formulation.staffing import MAX_INSTANCES
from optimizer.planning.infeasible import makers
from optimizer.planning.infeasible.bisect import least_whole, most_able
from optimizer.planning.infeasible.changes import Case, Change
from optimizer.planning.infeasible.room import Room


def other_changes(case: Case, room: Room) -> Iterator[tuple[Change, bool]]:
    """Yield single changes, the cheapest to look for and to make first, and whether each is a mere attempt."""
    for make, attempt in ((more_counts, False), (_options, True), (_places, True), (_redundancy, True)):
        for change in make(case, room):
            yield change, attempt


def more_counts(case: Case, room: Room) -> Iterator[Change]:
    """The least replicas or pinned instances that fit, where some number does."""
    for index, service in enumerate(case.scenario.services):
        if service.max_replicas is not None:
            yield from _least(case, room, makers.more_replicas, index, service.max_replicas)
    for index, pin in enumerate(case.scenario.pins):
        if pin.max_instances is not None:
            yield from _least(case, room, makers.larger_pin, index, pin.max_instances)


def _least(case: Case, room: Room, make: Callable[[Case, int, int], Change], index: int, now: int) -> Iterator[Change]:
    if not room.fits(make(case, index, MAX_INSTANCES).apply(case)):
        return
    found = least_whole(lambda count: room.fits(make(case, index, count).apply(case)), now, MAX_INSTANCES)
    if found is not None:
        yield make(case, index, found)


def _options(case: Case, room: Room) -> Iterator[Change]:  # noqa: ARG001  one shape for all of them
    options = case.scenario.purchase.options
    if case.scenario.limits.budget_per_month is not None or "on_demand" not in options:
        priced = {key[3] for key in case.catalog.prices}
        for option in ("on_demand", "committed_1y", "spot"):
            if option in priced and option not in options:
                yield makers.more_options(case, option)


def less_demand(case: Case, room: Room) -> Iterator[Change]:
    """Yield the largest share of the demand of the busiest service that fits, where finding it does not take long."""
    if room.context(case).keeps_every_type or case.scenario.limits.quotas:
        return
    index = max(range(len(case.scenario.services)), key=lambda at: _peak_per_s(case.scenario.services[at]))

    def with_part(part: float) -> Case:
        return makers.less_demand(case, index, part).apply(case)

    share = most_able(lambda part: room.fits(with_part(part)), lambda part: room.may_fit(with_part(part)))
    if share is not None:
        yield makers.less_demand(case, index, share)


def _places(case: Case, room: Room) -> Iterator[Change]:  # noqa: ARG001
    """The nearest location of the catalog for the busiest origin."""
    scenario = case.scenario
    peaks = [
        sum(float(item.demand.peak_per_s[n].max()) for item in scenario.services) for n in range(len(scenario.origins))
    ]
    origin = max(range(len(peaks)), key=peaks.__getitem__)
    trips = {
        name: round_trip_s(case.catalog, scenario.origins[origin], name)
        for name in case.catalog.locations
        if name not in scenario.locations and ("block", name) in case.catalog.storage
    }
    near = sorted((trip, name) for name, trip in trips.items() if trip is not None)
    for _, name in near[:1]:
        yield makers.further_location(case, name, origin)


def _redundancy(case: Case, room: Room) -> Iterator[Change]:  # noqa: ARG001
    for index, service in enumerate(case.scenario.services):
        for kind in makers.WEAKER[service.redundancy][:1]:
            yield makers.weaker_redundancy(case, index, kind)


def _peak_per_s(service: Service) -> float:
    return float(service.demand.peak_per_s.sum(axis=0).max(initial=0.0))
