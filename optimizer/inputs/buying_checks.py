"""What a scenario says about buying against what the catalog knows: names, ends, options that nothing offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import ON_DEMAND, OWNED, TERM_MONTHS
from optimizer.inputs.asked import Asked
from optimizer.inputs.checks import allowed_locations
from optimizer.inputs.document import Node, Path, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.schema import ScenarioKeys
from optimizer.inputs.schema_purchase import MatchKeys
from optimizer.inputs.wording import did_you_mean, listed, show

Named = tuple[Path, str, Iterable[str], str]


def check_buying(keys: ScenarioKeys, asked: Asked, catalog: Catalog, faults: Faults) -> list[str]:
    """Refuse names that are not known and decisions that exclude each other, and return warnings.

    Looked up are providers, locations, instance types (a pattern must fit one), services and profiles in price rules,
    commitments, quotas, pins and residency.
    """
    named = (*_matches(keys, catalog), *_commitments(keys, catalog), *_pins(keys, catalog))
    refuse_unknown_names(named, asked.root, faults)
    _check_residency(keys, asked, catalog, faults)
    _check_contradictions(keys, asked, faults)
    _check_options(keys, asked, catalog, faults)
    return [*_ended(keys), *_unknown_options(keys, asked, catalog)]


def refuse_unknown_names(named: Iterable[Named], root: Node, faults: Faults) -> None:
    """Refuse names, or patterns, that nothing known fits."""
    for path, name, known, kind in named:
        if not any(fnmatchcase(other, name) for other in known):
            what = f"not among the {kind} (found {show(name)})"
            mend = did_you_mean(name, known, kind)
            faults.add_unless_told(place_of(root, path), what, mend, "unknown-name")


def _types(catalog: Catalog, provider: str | None = None) -> list[str]:
    return [name for owner, name in catalog.instance_types if provider in (None, owner)]


def _matches(keys: ScenarioKeys, catalog: Catalog) -> Iterator[Named]:
    """Names in the matches of price rules and quotas."""
    found: list[tuple[Path, MatchKeys]] = [
        (("price_rules", index, "match"), rule.match) for index, rule in enumerate(keys.price_rules)
    ]
    found += [(("limits", "quotas", index, "match"), quota.match) for index, quota in enumerate(keys.limits.quotas)]
    for path, match in found:
        yield from match_names(path, match, catalog)


def match_names(path: Path, match: MatchKeys, catalog: Catalog) -> Iterator[Named]:
    """Return the names in a match, each with where it stands and what is known of its kind."""
    if match.provider is not None:
        yield (*path, "provider"), match.provider, {provider for provider, _ in catalog.instance_types}, "providers"
    if match.location is not None:
        yield (*path, "location"), match.location, catalog.locations, "locations"
    if match.instance_type is not None:
        provider = match.provider or (match.location or "").split("/", maxsplit=1)[0] or None
        yield (*path, "instance_type"), match.instance_type, _types(catalog, provider), "instance types"


def _commitments(keys: ScenarioKeys, catalog: Catalog) -> Iterator[Named]:
    for index, item in enumerate(keys.commitments):
        path: Path = ("commitments", index)
        provider = item.location.split("/", maxsplit=1)[0]
        yield (*path, "location"), item.location, catalog.locations, "locations"
        if item.location in catalog.locations:
            yield (*path, "instance_type"), item.instance_type, _types(catalog, provider), "instance types"


def _pins(keys: ScenarioKeys, catalog: Catalog) -> Iterator[Named]:
    for index, pin in enumerate(keys.pins):
        path: Path = ("pins", index)
        yield (*path, "service"), pin.service, keys.services, "services"
        if pin.location is not None:
            yield (*path, "location"), pin.location, catalog.locations, "locations"
        if pin.instance_type is not None:
            place = catalog.locations.get(pin.location or "")
            provider = None if place is None else place.provider
            yield (*path, "instance_type"), pin.instance_type, _types(catalog, provider), "instance types"
        asked = keys.services[pin.service].profile if pin.service in keys.services else []
        if pin.profile is not None and asked and set(asked) <= {curve.profile for curve in catalog.profiles}:
            yield (*path, "profile"), pin.profile, asked, f"profiles of {pin.service}"


def _check_residency(keys: ScenarioKeys, asked: Asked, catalog: Catalog, faults: Faults) -> None:
    """Countries and locations must exist, and leave a location that is allowed."""
    countries = {place.country for place in catalog.locations.values()}
    places = allowed_locations(asked, catalog)
    for name, origin in keys.origins.items():
        for index, where in enumerate(origin.residency or ()):
            if where not in catalog.locations and where not in countries:
                what = f"neither a location nor a country of the catalog (found {show(where)})"
                mend = did_you_mean(where, {*catalog.locations, *countries}, "places")
                place = place_of(asked.root, ("origins", name, "residency", index))
                faults.add_unless_told(place, what, mend, "unknown-name")
        stay = [p for p in places if {p, catalog.locations[p].country} & set(origin.residency or ())]
        if origin.residency and places and not stay:
            mend = f"Allow a location there, or add one of {listed(places)}."
            place = place_of(asked.root, ("origins", name, "residency"))
            faults.add_unless_told(place, "leaves no allowed location", mend, "contradiction")


def _check_contradictions(keys: ScenarioKeys, asked: Asked, faults: Faults) -> None:
    """Two pins of a service in a location must not ask for different things."""
    for later, pin in enumerate(keys.pins):
        for earlier, other in enumerate(keys.pins[:later]):
            same = pin.service == other.service and (pin.location is None or other.location in (None, pin.location))
            for key in ("instance_type", "profile", "batch_size") if same else ():
                one, two = getattr(other, key), getattr(pin, key)
                if None not in (one, two) and one != two:
                    what = f"asks for {show(two)}, pins.{earlier} for {show(one)}"
                    place = place_of(asked.root, ("pins", later, key))
                    faults.add_unless_told(place, what, "Keep one of the two.", "contradiction")


def _check_options(keys: ScenarioKeys, asked: Asked, catalog: Catalog, faults: Faults) -> None:
    """Owned hardware needs some in an allowed location; a term must fit the horizon where that is asked."""
    places, options = allowed_locations(asked, catalog), keys.purchase.options
    if OWNED in options and places and not any(place in places for _, _, place in catalog.owned):
        what = "no allowed location has owned servers"
        mend = "Add catalog datacentre and one of its locations, or take owned out."
        place = place_of(asked.root, ("purchase", "options", options.index(OWNED)))
        faults.add_unless_told(place, what, mend, "unknown-name")


def _ended(keys: ScenarioKeys) -> list[str]:
    """Say which commitments are over before the horizon begins, and which terms cannot be used."""
    start = date.fromisoformat(keys.horizon.start)
    told = [
        f"commitments.{index}: {item.instance_type} in {item.location} ended {item.until}: it covers nothing."
        for index, item in enumerate(keys.commitments)
        if date.fromisoformat(item.until) <= start
    ]
    for option in keys.purchase.options:
        term = TERM_MONTHS.get(option)
        if term is not None and keys.purchase.after_horizon == "refuse" and keys.horizon.months % term:
            told.append(
                f"{option}: a term of {term} months outlasts the horizon of {keys.horizon.months}: not used. "
                "Set purchase.after_horizon to charge or value_share to consider it."
            )
    return told


def _unknown_options(keys: ScenarioKeys, asked: Asked, catalog: Catalog) -> list[str]:
    """Say once for each provider which asked options this catalog and the price rules know no price of."""
    providers = sorted({place.split("/", maxsplit=1)[0] for place in allowed_locations(asked, catalog)})
    told = []
    for provider in providers:
        known = {key[3] for key, row in catalog.prices.items() if key[0] == provider and row.status != "unknown"}
        wanted = [option for option in keys.purchase.options if option not in {*known, ON_DEMAND, OWNED}]
        missing = [option for option in wanted if not _is_quoted(keys, provider, option)]
        if known and missing:
            what = " and ".join(option.replace("_", " ") for option in missing)
            told.append(
                f"{provider}: {what} unknown in this catalog, its totals are upper ends; give quotes with price_rules."
            )
    return told


def _is_quoted(keys: ScenarioKeys, provider: str, option: str) -> bool:
    """Whether a price rule states a price that may be of this provider and option."""
    for rule in keys.price_rules:
        owner = rule.match.provider or (rule.match.location or "").split("/", maxsplit=1)[0]
        if rule.price_per_hour is not None and owner in ("", provider) and rule.match.purchase_option in (None, option):
            return True
    return False
