"""Changes of where services may run and how they are kept: locations, residency, pins, purchase options."""

from __future__ import annotations

from dataclasses import replace

from optimizer.planning.infeasible.changes import Case, Change, of_pin, of_purchase, weight
from optimizer.planning.infeasible.words import too_few


def further_location(case: Case, location: str, origin: int | None = None) -> Change:
    """Allow a location; for an origin with residency also there."""
    now = ", ".join(case.scenario.locations)
    home = None if origin is None else case.scenario.origins[origin]
    advice = f"Allow {location} in locations"
    if home is not None and home.residency is not None and location not in home.residency:
        advice += f" and in origins.{home.name}.residency"

    def changed(given: Case) -> Case:
        places = tuple(sorted({*given.scenario.locations, location}))
        grown = given._replace(scenario=replace(given.scenario, locations=places, locations_given=True))
        return grown if home is None else more_residency(given, origin or 0, location).apply(grown)

    dear = weight("locations")
    if home is not None and home.residency is not None and location not in home.residency:
        dear += weight("residency")
    return Change("locations", "locations", "locations", now, location, "location", dear, "", advice, changed)


def more_residency(case: Case, origin: int, location: str) -> Change:
    """Let the data of an origin go to a further location."""
    home = case.scenario.origins[origin]
    path = f"origins.{home.name}.residency"

    def changed(given: Case) -> Case:
        origins = list(given.scenario.origins)
        old = origins[origin].residency
        if old is not None:
            origins[origin] = replace(origins[origin], residency=tuple(sorted({*old, location})))
        return given._replace(scenario=replace(given.scenario, origins=tuple(origins)))

    return Change(
        "residency",
        f"residency of {home.name}",
        path,
        ", ".join(home.residency or ()),
        location,
        "location",
        weight("residency"),
        "",
        f"Add {location} to {path}",
        changed,
    )


def larger_pin(case: Case, index: int, needed: int) -> Change:
    """Allow a pinned service more instances."""
    pin = case.scenario.pins[index]
    now, path = pin.max_instances or 0, f"pins.{index}.max"
    return Change(
        "pins",
        f"pin of {pin.service}",
        path,
        now,
        needed,
        "instances",
        weight("pins") * (needed - now) / max(now, 1),
        f"{path}: {too_few(now, needed - now, 'instances')} for {pin.service}.",
        f"Raise {path} to {needed}",
        of_pin(index, lambda old: replace(old, max_instances=needed)),
    )


def given_up_pin(case: Case, index: int) -> Change:
    """Give up a decision that was kept."""
    pin = case.scenario.pins[index]
    where = "" if pin.location is None else f" in {pin.location}"
    return Change(
        "pins",
        f"pin of {pin.service}{where}",
        f"pins.{index}",
        "kept",
        "given up",
        "decision",
        weight("pins"),
        "",
        f"Take pins.{index} away ({pin.service}{where})",
        of_pin(index, lambda _: None),
    )


def more_options(case: Case, option: str) -> Change:
    """Allow a further purchase option."""
    purchase = case.scenario.purchase
    return Change(
        "options_allowed",
        "purchase options",
        "purchase.options",
        ", ".join(purchase.options),
        option,
        "option",
        weight("options_allowed"),
        "",
        f"Add {option} to purchase.options",
        of_purchase(lambda old: replace(old, options=tuple(dict.fromkeys((*old.options, option))))),  # type: ignore[arg-type]
    )


def charged_rest(case: Case) -> Change:
    """Allow terms that outlast the horizon, and charge their rest."""
    return Change(
        "options_allowed",
        "terms after the horizon",
        "purchase.after_horizon",
        case.scenario.purchase.after_horizon,
        "charge",
        "",
        weight("options_allowed"),
        "",
        "Set purchase.after_horizon to charge",
        of_purchase(lambda old: replace(old, after_horizon="charge")),
    )
