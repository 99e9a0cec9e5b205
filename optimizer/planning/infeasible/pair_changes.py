"""What would let an origin that nothing serves be served: single changes, each tried on that origin alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimizer.formulation.rules.latency import network_s, round_trip_s
from optimizer.formulation.rules.residency import may_serve
from optimizer.formulation.staffing import MAX_INSTANCES
from optimizer.planning.infeasible import makers
from optimizer.planning.infeasible.bisect import least_able, least_whole, most_able
from optimizer.planning.infeasible.changes import Case, Change
from optimizer.planning.infeasible.pairs import Origins, Pair
from optimizer.planning.infeasible.survey import survey_of
from optimizer.planning.infeasible.unserved import least_latency

#: A target this little above the least possible latency is tried first.
JUST_ABOVE = 1.004
#: Further locations that are tried for an origin, nearest first.
PLACES_TRIED = 4
LONGEST_S = 60.0


def changes_for(origins: Origins, case: Case, pair: Pair) -> list[Change]:
    """Return every single change that serves a pair, least first."""
    found = [change for make in MAKERS for change in make(origins, case, pair)]
    return sorted(found, key=lambda change: change.size)


def _latency(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    """The least target, from what a lone request takes on; nothing below that can help."""
    context = origins.context(case)
    service, origin = case.scenario.services[pair[0]], case.scenario.origins[pair[1]]
    survey = survey_of(context, pair[0])
    places = [place for place in survey.locations if may_serve(origin, place)]
    places = [place for place in places if network_s(case.scenario, case.catalog, [origin], place) is not None]
    least = least_latency(context, survey, service, origin, places)
    if least is None or (least[0] <= service.latency_s and _is_bounded(case, pair)):
        return
    lowest = max(least[0], service.latency_s)

    def able(target_s: float) -> bool:
        return origins.served(makers.longer_latency(case, pair[0], target_s).apply(case), pair)

    found = least_able(able, lowest, lowest * JUST_ABOVE, LONGEST_S)
    if found is not None:
        yield makers.longer_latency(case, pair[0], found)


def _is_bounded(case: Case, pair: Pair) -> bool:
    """Whether counts are bounded: raising those is nearer than waiting longer with fewer of them."""
    service = case.scenario.services[pair[0]]
    pinned = any(pin.service == service.name and pin.max_instances is not None for pin in case.scenario.pins)
    return pinned or service.max_replicas is not None


def _basis(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    if case.scenario.plan_on != "central":
        yield from _able(origins, case, pair, makers.other_basis(case))


def _options(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    purchase = case.scenario.purchase
    for option in ("on_demand", "committed_1y", "committed_3y", "owned"):
        if option not in purchase.options:
            yield from _able(origins, case, pair, makers.more_options(case, option))
    if purchase.after_horizon == "refuse":
        yield from _able(origins, case, pair, makers.charged_rest(case))


def _replicas(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    service = case.scenario.services[pair[0]]
    if service.max_replicas is not None:
        yield from _least_count(origins, case, pair, makers.more_replicas, pair[0], service.max_replicas)


def _pins(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    for number, pin in enumerate(case.scenario.pins):
        if pin.service == case.scenario.services[pair[0]].name:
            yield from _able(origins, case, pair, makers.given_up_pin(case, number))
            if pin.max_instances is not None:
                yield from _least_count(origins, case, pair, makers.larger_pin, number, pin.max_instances)


def _places(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    """The nearest location of the catalog that helps."""
    origin = case.scenario.origins[pair[1]]
    trips = {
        name: round_trip_s(case.catalog, origin, name)
        for name in case.catalog.locations
        if name not in case.scenario.locations and ("block", name) in case.catalog.storage
    }
    near = sorted((trip, name) for name, trip in trips.items() if trip is not None)
    for _, name in near[:PLACES_TRIED]:
        change = makers.further_location(case, name, pair[1])
        if origins.served(change.apply(case), pair):
            yield change
            return


def _residency(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    origin = case.scenario.origins[pair[1]]
    outside = [
        name for name in case.scenario.locations if origin.residency is not None and name not in origin.residency
    ]
    trips = {name: round_trip_s(case.catalog, origin, name) for name in outside}
    for _, name in sorted((trip, name) for name, trip in trips.items() if trip is not None):
        change = makers.more_residency(case, pair[1], name)
        if origins.served(change.apply(case), pair):
            yield change
            return


def _redundancy(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    for kind in makers.WEAKER[case.scenario.services[pair[0]].redundancy]:
        change = makers.weaker_redundancy(case, pair[0], kind)
        if origins.served(change.apply(case), pair):
            yield change
            return


def _limits(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    """Limits that cannot be counted because draw or carbon of what could serve is not known."""
    limits = case.scenario.limits
    if limits.power_kw is not None:
        yield from _able(origins, case, pair, makers.no_limit(case, "power_limit", "power_kw"))
    if limits.carbon_t is not None:
        yield from _able(origins, case, pair, makers.no_limit(case, "carbon_limit", "carbon_t"))


def _demand(origins: Origins, case: Case, pair: Pair) -> Iterator[Change]:
    """The largest share of the demand that can be carried."""

    def able(share: float) -> bool:
        return origins.served(makers.less_demand(case, pair[0], share).apply(case), pair)

    share = most_able(able)
    if share is not None:
        yield makers.less_demand(case, pair[0], share)


def _able(origins: Origins, case: Case, pair: Pair, change: Change) -> Iterator[Change]:
    if origins.served(change.apply(case), pair):
        yield change


def _least_count(
    origins: Origins, case: Case, pair: Pair, make: Callable[[Case, int, int], Change], index: int, now: int
) -> Iterator[Change]:
    """The least count above what is allowed now that serves the pair."""

    def able(count: int) -> bool:
        return origins.served(make(case, index, count).apply(case), pair)

    found = least_whole(able, now, MAX_INSTANCES)
    if found is not None:
        yield make(case, index, found)


MAKERS: tuple[Callable[[Origins, Case, Pair], Iterator[Change]], ...] = (
    _latency,
    _basis,
    _options,
    _replicas,
    _pins,
    _places,
    _residency,
    _redundancy,
    _limits,
    _demand,
)
