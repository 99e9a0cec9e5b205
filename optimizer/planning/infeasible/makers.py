"""The changes there are, each made for a figure that was found."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.scenario import Redundancy
from optimizer.planning.extract import percentile_key
from optimizer.planning.infeasible.changes import (
    Case,
    Change,
    number,
    of_limits,
    of_pin,
    of_scenario,
    of_service,
    scaled_demand,
    weight,
)
from optimizer.planning.infeasible.words import amount, rounded_down, rounded_up
from optimizer.units import HOURS_PER_MONTH, milliseconds, seconds

#: What each kind of redundancy may be weakened to, least first.
WEAKER: dict[Redundancy, tuple[Redundancy, ...]] = {
    "region": ("zone", "instance", "none"),
    "zone": ("instance", "none"),
    "instance": ("none",),
    "none": (),
}


def longer_latency(case: Case, index: int, needed_s: float) -> Change:
    """Raise a latency target."""
    service = case.scenario.services[index]
    key = percentile_key(service.percentile)
    now, needed = milliseconds(service.latency_s), rounded_up(milliseconds(needed_s))
    path = f"services.{service.name}.latency.{key}"
    return Change(
        "latency",
        f"latency of {service.name}",
        path,
        float(f"{now:.10g}"),
        needed,
        "ms",
        weight("latency") * (needed / now - 1.0),
        "",
        f"Set {path} to {number(needed)} or more",
        of_service(index, latency_s=seconds(needed)),
    )


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


def weaker_redundancy(case: Case, index: int, kind: Redundancy) -> Change:
    """Let less be lost with the promise standing."""
    service = case.scenario.services[index]
    rule = {"region": "region_loss", "zone": "zone_loss", "instance": "instance_loss"}[service.redundancy]
    steps = 1 + WEAKER[service.redundancy].index(kind)
    path = f"services.{service.name}.redundancy"
    return Change(
        rule,
        f"redundancy of {service.name}",
        path,
        service.redundancy,
        kind,
        "",
        weight(rule) * steps,
        "",
        f"Set {path} to {kind}",
        of_service(index, redundancy=kind),
    )


def more_replicas(case: Case, index: int, needed: int) -> Change:
    """Allow more replicas of a service in a location."""
    service = case.scenario.services[index]
    now, path = service.max_replicas or 0, f"services.{service.name}.replicas.max"
    return Change(
        "replica_bounds",
        f"replicas of {service.name}",
        path,
        now,
        needed,
        "replicas",
        weight("replica_bounds") * (needed - now) / max(now, 1),
        f"{path}: {now} replicas are {needed - now} too few.",
        f"Raise {path} to {needed}",
        of_service(index, max_replicas=needed),
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
        f"{path}: {now} instances are {needed - now} too few for {pin.service}.",
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
    wider = replace(purchase, options=tuple(dict.fromkeys((*purchase.options, option))))  # type: ignore[arg-type]
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
        of_scenario(purchase=wider),
    )


def charged_rest(case: Case) -> Change:
    """Allow terms that outlast the horizon, and charge their rest."""
    wider = replace(case.scenario.purchase, after_horizon="charge")
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
        of_scenario(purchase=wider),
    )


def other_basis(case: Case) -> Change:
    """Plan on estimated curves too, or without the margin of their error band."""
    now = case.scenario.plan_on
    needed = "cautious" if now == "measured_only" else "central"
    return Change(
        "service_time_margin",
        "service times",
        "plan_on",
        now,
        needed,
        "",
        weight("service_time_margin"),
        "",
        f"Set plan_on to {needed}",
        of_scenario(plan_on=needed),
    )


def less_demand(case: Case, index: int, share: float) -> Change:
    """Carry a share of a service's demand only."""
    service = case.scenario.services[index]
    kept = rounded_down(share)
    path = f"services.{service.name}.demand"

    def changed(given: Case) -> Case:
        services = list(given.scenario.services)
        services[index] = scaled_demand(services[index], kept)
        return given._replace(scenario=replace(given.scenario, services=tuple(services)))

    return Change(
        "capacity",
        f"demand of {service.name}",
        path,
        1.0,
        kept,
        "share of the demand",
        weight("capacity") * (1.0 / kept - 1.0),
        "",
        f"Carry at most {100.0 * kept:.3g} % of {path}",
        changed,
    )


def larger_quota(case: Case, index: int, needed: int) -> Change:
    """Raise a quota."""
    quota = case.scenario.limits.quotas[index]
    by = "max_instances" if quota.max_instances is not None else "max_vcpu"
    unit = "instances" if quota.max_instances is not None else "vCPUs"
    path = f"limits.quotas.{index}.{by}"
    option = "" if quota.match.purchase_option is None else f" {quota.match.purchase_option}"
    kind, place = quota.match.instance_type, quota.match.location or quota.match.provider
    named = f"quota of {kind or 'instances'}{option}" + ("" if place is None else f" in {place}")

    def changed(given: Case) -> Case:
        quotas = list(given.scenario.limits.quotas)
        instances = quotas[index].max_instances is not None
        larger = replace(quotas[index], max_instances=needed) if instances else replace(quotas[index], max_vcpu=needed)
        quotas[index] = larger
        return of_limits(quotas=tuple(quotas))(given)

    return Change(
        "quotas",
        named,
        path,
        quota.limit,
        needed,
        unit,
        weight("quotas") * (needed - quota.limit) / max(quota.limit, 1),
        f"{named}: {quota.limit} {unit} are {needed - quota.limit} too few.",
        f"Raise {path} to {needed}",
        changed,
    )


def more_power(case: Case, needed_kw: float) -> Change:
    """Raise the power limit."""
    now, needed = case.scenario.limits.power_kw or 0.0, rounded_up(needed_kw, 4)
    return Change(
        "power_limit",
        "power",
        "limits.power_kw",
        now,
        needed,
        "kW",
        weight("power_limit") * (needed - now) / max(now, 1.0),
        f"power: {number(now)} kW are {amount(needed - now)} kW too little.",
        f"Raise limits.power_kw to {number(needed)}",
        of_limits(power_kw=needed),
    )


def more_carbon(case: Case, needed_t: float) -> Change:
    """Raise the carbon limit."""
    now, needed = case.scenario.limits.carbon_t or 0.0, rounded_up(needed_t, 4)
    return Change(
        "carbon_limit",
        "carbon",
        "limits.carbon_t",
        now,
        needed,
        "t",
        weight("carbon_limit") * (needed - now) / max(now, 1.0),
        f"carbon: {number(now)} t are {amount(needed - now)} t too little.",
        f"Raise limits.carbon_t to {number(needed)}",
        of_limits(carbon_t=needed),
    )


def more_types(case: Case, needed: int) -> Change:
    """Allow more instance types."""
    now = case.scenario.limits.max_instance_types or 1
    return Change(
        "max_instance_types",
        "instance types",
        "limits.max_instance_types",
        now,
        needed,
        "types",
        weight("max_instance_types") * (needed - now) / now,
        f"instance types: {now} are {needed - now} too few.",
        f"Raise limits.max_instance_types to {needed}",
        of_limits(max_instance_types=needed),
    )


def larger_budget(case: Case, total: float) -> Change:
    """Raise the budget to what a plan costs over the horizon."""
    now, months = case.scenario.limits.budget_per_month or 0.0, case.scenario.horizon_hours / HOURS_PER_MONTH
    currency = case.catalog.currency
    needed = float(-(-total // months))
    return Change(
        "budget",
        "budget",
        "limits.budget_per_month",
        now,
        needed,
        f"{currency} a month",
        weight("budget") * (needed - now) / max(now, 1.0),
        f"budget: {currency} {now:,.2f} a month are {currency} {total / months - now:,.2f} too little.",
        f"Raise limits.budget_per_month to {number(needed)}",
        of_limits(budget_per_month=needed),
    )


def larger_site(case: Case, location: str, unit: str, needed: float) -> Change:
    """Get a site with more power or racks."""
    site = case.catalog.sites[location]
    column = "power_limit_kw" if unit == "kW" else "rack_units"
    now, needed = float(getattr(site, column) or 0.0), rounded_up(needed, 4)

    def changed(given: Case) -> Case:
        old = given.catalog.sites[location]
        larger = replace(old, power_limit_kw=needed) if unit == "kW" else replace(old, rack_units=needed)
        return given._replace(catalog=replace(given.catalog, sites={**given.catalog.sites, location: larger}))

    return Change(
        "site_limits",
        f"site {location}",
        f"sites.csv {location} {column}",
        now,
        needed,
        unit,
        weight("site_limits") * (needed - now) / max(now, 1.0),
        f"site {location}: {number(now)} {unit} are {amount(needed - now)} too little.",
        f"Raise {column} of {location} in sites.csv to {number(needed)}",
        changed,
    )


def more_machines(case: Case, key: tuple[str, str, str], needed: int) -> Change:
    """Let more owned machines be bought."""
    now = case.catalog.owned[key].max_count or 0

    def changed(given: Case) -> Case:
        owned = {**given.catalog.owned, key: replace(given.catalog.owned[key], max_count=needed)}
        return given._replace(catalog=replace(given.catalog, owned=owned))

    return Change(
        "owned_count",
        f"owned {key[1]} in {key[2]}",
        f"owned.csv {key[2]} {key[1]} max_count",
        now,
        needed,
        "machines",
        weight("owned_count") * (needed - now) / max(now, 1),
        f"owned {key[1]} in {key[2]}: {now} machines are {needed - now} too few.",
        f"Raise max_count of {key[1]} in {key[2]} in owned.csv to {needed}",
        changed,
    )


def no_limit(case: Case, rule: str, field: str) -> Change:
    """Drop a limit that cannot be counted."""
    now = getattr(case.scenario.limits, field)
    return Change(
        rule,
        field,
        f"limits.{field}",
        now,
        None,
        "",
        weight(rule),
        "",
        f"Drop limits.{field}, or give max_power_w, pue and grid_gco2_per_kwh in the catalog",
        of_limits(**{field: None}),
    )
