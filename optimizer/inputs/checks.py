"""What a scenario says against what the catalog knows: names, round trips, and prices the bill cannot do without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import INTERNET
from optimizer.inputs.asked import Asked, keys_at, texts_at
from optimizer.inputs.document import Path, find, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.schema import OriginKeys
from optimizer.inputs.wording import did_you_mean, listed, show

ON_DEMAND = "on_demand"
#: Unknown prices in more locations than this are counted, not named.
PLACES_TOLD = 2


def check_overheads(asked: Asked, faults: Faults) -> None:
    """Refuse an overhead that uses up the latency target."""
    for name, service in asked.services.items():
        if service.latency is not None and service.overhead_ms >= service.latency.milliseconds:
            what = f"must be below the latency target of {service.latency.milliseconds:g} ms"
            place = place_of(asked.root, ("services", name, "overhead_ms"))
            mend = f"Lower it, or raise latency.{service.latency.key}."
            faults.add_unless_told(place, f"{what} (found {service.overhead_ms:g})", mend, "out-of-range")


def check_names(asked: Asked, catalog: Catalog, faults: Faults) -> None:
    """Refuse locations and profiles that the catalog does not know."""
    for path, name in (*_locations_named(asked), *_origins_at(asked)):
        if name not in catalog.locations:
            what = f"not among the locations of catalog {catalog.name} (found {show(name)})"
            known = [*catalog.locations, INTERNET] if path[-1] == "at" else catalog.locations
            mend = did_you_mean(name, known, "locations")
            faults.add_unless_told(place_of(asked.root, path), what, mend, "unknown-name")
    profiles = {curve.profile for curve in catalog.profiles}
    for path, name in _profiles_named(asked):
        if name not in profiles:
            what = f"not among the profiles of catalog {catalog.name} (found {show(name)})"
            mend = did_you_mean(name, profiles, "profiles")
            faults.add_unless_told(place_of(asked.root, path), what, mend, "unknown-name")


def _locations_named(asked: Asked) -> Iterator[tuple[Path, str]]:
    for index, name in enumerate(asked.locations):
        yield ("locations", index), name


def _origins_at(asked: Asked) -> Iterator[tuple[Path, str]]:
    for name in asked.origin_names:
        for at in texts_at(asked.root, ("origins", name, "at")):
            if at != INTERNET:
                yield ("origins", name, "at"), at
        for place in keys_at(asked.root, ("origins", name, "rtt_ms")):
            yield ("origins", name, "rtt_ms", place), place


def _profiles_named(asked: Asked) -> Iterator[tuple[Path, str]]:
    for name in keys_at(asked.root, ("services",)):
        for index, profile in enumerate(texts_at(asked.root, ("services", name, "profile"))):
            yield ("services", name, "profile", index), profile


def allowed_locations(asked: Asked, catalog: Catalog) -> tuple[str, ...]:
    """Return where capacity may stand: the locations given that exist, else every one where something is on offer.

    A location without a price row or a server to buy is a place that requests come from.
    """
    if find(asked.root, ("locations",)) is not None:
        return tuple(name for name in asked.locations if name in catalog.locations)
    return tuple(sorted({place for _, _, place, _ in catalog.prices} | {place for _, _, place in catalog.owned}))


def check_routes(asked: Asked, catalog: Catalog, faults: Faults) -> list[str]:
    """Refuse what could not be billed or timed, and return warnings for what will not be used.

    Each origin needs a round trip to at least one allowed location, and prices for the data it would move; each allowed
    location needs a disk price.
    """
    places = allowed_locations(asked, catalog)
    _check_disks(asked, catalog, places, faults)
    warnings = []
    for name, origin in asked.origins.items():
        if origin.at != INTERNET and origin.at not in catalog.locations:
            continue
        timed = [place for place in places if place in origin.rtt_ms or (origin.at, place) in catalog.round_trips]
        where = ("origins", name)
        if places and not timed and _names_are_known(asked, origin, catalog):
            what = f"no round trip is known from {origin.at} to any allowed location"
            mend = f"Add rtt_ms, for example rtt_ms: {{{places[0]}: 20}}."
            faults.add_unless_told(place_of(asked.root, where), what, mend, "no-round-trip")
        elif timed and len(timed) < len(places):
            rest = listed(set(places) - set(timed))
            warnings.append(f"origin {name}: no round trip to {rest} is known: not served from there.")
        _check_transfer(asked, catalog, (name, origin), timed, faults)
    return warnings


def _names_are_known(asked: Asked, origin: OriginKeys, catalog: Catalog) -> bool:
    """Whether every location given exists: a misspelt one was told already, and may be the one in reach."""
    return {*asked.locations, *origin.rtt_ms} <= catalog.locations.keys()


def _check_disks(asked: Asked, catalog: Catalog, places: Sequence[str], faults: Faults) -> None:
    given = find(asked.root, ("locations",)) is not None
    for place in places:
        if ("block", place) not in catalog.storage:
            path: Path = ("locations", asked.locations.index(place)) if given else ("catalog",)
            mend = f"Add a block row of {place} to storage.csv, or leave the location out."
            what = f"no block storage price for {place} in catalog {catalog.name}"
            faults.add_unless_told(place_of(asked.root, path), what, mend, "no-price")


def _check_transfer(
    asked: Asked, catalog: Catalog, named: tuple[str, OriginKeys], places: Sequence[str], faults: Faults
) -> None:
    name, origin = named
    missing = sorted({pair for place in places for pair in _pairs(origin, place)} - catalog.transfer.keys())
    if missing:
        shown = listed(f"{a} to {b}" for a, b in missing)
        mend = "Add price_per_gb for each to network.csv, or leave the location out of `locations`."
        what = f"no transfer price for {shown} in catalog {catalog.name}"
        faults.add_unless_told(place_of(asked.root, ("origins", name)), what, mend, "no-price")


def _pairs(origin: OriginKeys, place: str) -> tuple[tuple[str, str], ...]:
    """Return the (from, to) pairs that requests and responses are billed on; data from the internet is free."""
    if origin.at == INTERNET:
        return ((place, INTERNET),)
    return ((place, place),) if origin.at == place else ((origin.at, place), (place, origin.at))


def choice_warnings(asked: Asked, catalog: Catalog) -> list[str]:
    """Return what the planner should know about choices made by leaving something out."""
    warnings = []
    if find(asked.root, ("locations",)) is None:
        places = listed(allowed_locations(asked, catalog))
        warnings.append(f"no `locations` are given: every location of catalog {catalog.name} competes ({places}).")
    people = find(asked.root, ("operations", "people"))
    if people is None or not people.value:
        warnings.append("no people are counted: operations.people is empty.")
    return [*warnings, *_long_waits(asked), *_unknown_prices(asked, catalog)]


def _long_waits(asked: Asked) -> list[str]:
    """Name the services whose batches would wait longer than their target leaves, so that none may hold two."""
    warnings = []
    for name, service in asked.services.items():
        if service.latency is None or service.max_wait_ms is None:
            continue
        left = service.latency.milliseconds - service.overhead_ms
        if service.max_wait_ms >= left:
            wait = f"max_wait_ms {service.max_wait_ms:g} is all of the {left:g} ms that target and overhead leave"
            warnings.append(f"service {name}: {wait}: only batches of one are planned.")
    return warnings


def _unknown_prices(asked: Asked, catalog: Catalog) -> list[str]:
    """Name the types that could run a profile asked for, but whose price is not known, location by location."""
    wanted = {profile for service in asked.services.values() for profile in service.profile}
    useful = {curve.accelerator for curve in catalog.profiles if curve.profile in wanted}
    usable = [key for key, kind in catalog.instance_types.items() if kind.accelerator in useful]
    unknown: dict[str, list[str]] = {}
    for place in allowed_locations(asked, catalog):
        for provider, kind in usable:
            row = catalog.prices.get((provider, kind, place, ON_DEMAND))
            if provider != catalog.locations[place].provider:
                continue
            is_gap = (provider, kind, place) not in catalog.owned if row is None else row.status == "unknown"
            if is_gap:
                unknown.setdefault(place, []).append(kind)
    start = f"catalog {catalog.name}: no {ON_DEMAND} price for"
    if len(unknown) <= PLACES_TOLD:
        return [f"{start} {listed(kinds)} in {place}: not used there." for place, kinds in unknown.items()]
    counts = ", ".join(f"{place} ({len(kinds)})" for place, kinds in unknown.items())
    return [f"{start} some types that could serve, by location: {counts}: not used there."]
