"""The plan's inputs against the scenario and the catalog it was made from."""

# ruff: noqa: ANN401  documents and records are compared whatever they hold

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimizer.domain.catalog import Catalog, Source
from optimizer.domain.plan import Check, Plan
from optimizer.domain.scenario import Pipeline, Scenario
from optimizer.verification.prices import TERMS
from optimizer.verification.shapes import show
from optimizer.verification.view import ROUNDING, View, stated

#: A place in the plan, what stands there, and what should.
Pair = tuple[str, Any, Any]
_MISSING = "nothing"


def inputs(view: View, scenario: Scenario, catalog: Catalog) -> list[Check]:
    """Check every figure the plan repeats against its record, units apart (ms, s), and names and hashes.

    Every row of the plan must be the record's, and the plan must hold every row that a look-up could fall back from:
    all tiers of a transfer price, both storage classes of a place.
    """
    repeated = view.plan.inputs
    readings = (_plan(view.plan, scenario, catalog), _asked(repeated, scenario), _known(repeated, scenario, catalog))
    faults = [
        f"{place}: {show(is_)} in the plan, {show(should_be)} in what it was made from"
        for reading in readings
        for where, found, expected in reading
        for place, is_, should_be in _leaves(where, found, expected)
        if not _same(is_, should_be)
    ]
    return stated("inputs", faults, "the plan rests on the scenario and the catalog")


def _plan(plan: Plan, scenario: Scenario, catalog: Catalog) -> Iterator[Pair]:
    periods = [{"day_type": p.day_type, "hour": p.hour, "days": p.days, "hours": p.hours} for p in plan.periods]
    asked = [{"day_type": p.day_type, "hour": p.hour, "days": p.days, "hours": p.hours} for p in scenario.periods]
    yield "periods", periods, asked
    yield "objective.horizon_hours", plan.objective.horizon_hours, scenario.horizon_hours
    yield "objective.currency", plan.objective.currency, catalog.currency
    yield "scenario.name", plan.scenario.get("name"), scenario.name
    yield "scenario.sha256", plan.scenario.get("sha256"), scenario.sha256
    yield "scenario.start", plan.scenario.get("start"), scenario.horizon_start
    named = [row for row in plan.catalog if row.get("sha256") == catalog.sha256 and row.get("as_of") == catalog.as_of]
    yield "catalog", [row.get("name") for row in named], [catalog.name]


def _change(scenario: Scenario) -> dict[str, Any] | None:
    """What runs now, the most of any hour of each kind."""
    terms = scenario.change
    if terms is None:
        return None
    most: dict[tuple[Any, ...], int] = {}
    for pool in terms.running:
        kind = (pool.service, pool.location, pool.zone, pool.instance_type, pool.profile, pool.accelerators_per_replica)
        most[kind] = most.get(kind, 0) + max(pool.counts[0], default=0)
    names = ("service", "location", "zone", "instance_type", "profile", "accelerators_per_replica", "instances")
    rows = [(*kind, count) for kind, count in sorted(most.items()) if count]
    return {
        "cost_per_change": terms.cost_per_change,
        "running": [dict(zip(names, row, strict=True)) for row in rows],
    }


def _pipeline(scenario: Scenario, pipeline: Pipeline) -> dict[str, Any]:
    """A page as the scenario has it."""
    rates = {"mean": pipeline.demand.mean_per_s, "peak": pipeline.demand.peak_per_s}
    return {
        "name": pipeline.name,
        "latency_ms": pipeline.latency_s * 1000.0,
        "percentile": pipeline.percentile,
        "stages": [dataclasses.asdict(stage) for stage in pipeline.stages],
        "demand": {
            origin.name: {kind: values[row].tolist() for kind, values in rates.items()}
            for row, origin in enumerate(scenario.origins)
        },
    }


def _asked(inputs_: Mapping[str, Any], scenario: Scenario) -> Iterator[Pair]:
    """Figures of the scenario."""
    services = [
        {
            "name": service.name,
            "profiles": list(service.profiles),
            "items_per_request": service.items_per_request,
            "latency_ms": service.latency_s * 1000.0,
            "percentile": service.percentile,
            "overhead_ms": service.overhead_s * 1000.0,
            "redundancy": service.redundancy,
            "dispatch": service.dispatch,
            "batch_time_p99_over_mean": service.scatter,
            "max_wait_ms": None if service.max_wait_s is None else service.max_wait_s * 1000.0,
            "protected_share": service.protected_share,
            "min_replicas": service.min_replicas,
            "max_replicas": service.max_replicas,
        }
        for service in scenario.services
    ]
    yield "services", inputs_["services"], services
    yield "pipelines", inputs_["pipelines"], [_pipeline(scenario, pipeline) for pipeline in scenario.pipelines]
    yield "change", inputs_["change"], _change(scenario)
    rates = {
        service.name: {
            origin.name: {
                "mean": service.demand.mean_per_s[row].tolist(),
                "peak": service.demand.peak_per_s[row].tolist(),
                "at_demand": {
                    name: service.demand.peaks_per_s[name][row].tolist()
                    for name in scenario.weights
                    if name != scenario.plan_for
                },
            }
            for row, origin in enumerate(scenario.origins)
        }
        for service in scenario.services
    }
    yield "demand", inputs_["demand"], rates
    yield "locations", sorted(inputs_["locations"]), sorted(scenario.locations)
    for name in ("plan_for", "plan_on", "autoscaling", "horizon_months", "horizon_start"):
        yield name, inputs_[name], getattr(scenario, name)
    for name in ("headroom", "network", "storage"):
        yield name, inputs_[name], {key: getattr(getattr(scenario, name), key) for key in inputs_[name]}
    yield "cost_weights", inputs_["cost_weights"], dict(scenario.weights)
    for name in ("purchase", "owned", "limits"):
        yield name, inputs_[name], _listed(dataclasses.asdict(getattr(scenario, name)))
    for name in ("price_rules", "commitments", "pins", "currency_rates"):
        yield name, inputs_[name], [_listed(dataclasses.asdict(item)) for item in getattr(scenario, name)]
    operations = scenario.operations
    people = [{"role": role.role, "fte": role.fte, "cost_per_year": role.cost_per_year} for role in operations.people]
    yield "operations.people", inputs_["operations"]["people"], people
    for name in ("monitoring_per_instance_month", "support_share_of_spend", "maintenance_share"):
        yield f"operations.{name}", inputs_["operations"][name], getattr(operations, name)


def _listed(value: Any) -> Any:
    """A document with lists where a record has tuples."""
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def _known(inputs_: Mapping[str, Any], scenario: Scenario, catalog: Catalog) -> Iterator[Pair]:
    """Figures of the catalog; a row of the plan that the catalog has not is a difference."""
    yield from _origins(inputs_, scenario, catalog)
    for location, zones in inputs_["zones"].items():
        place = catalog.locations.get(location)
        yield f"zones.{location}", list(zones), _MISSING if place is None else list(place.zones)
    for row in inputs_["prices"]:
        price = catalog.prices.get((row["provider"], row["instance_type"], row["location"], row["purchase_option"]))
        where = f"prices.{row['instance_type']} in {row['location']}"
        if price is None:
            yield where, (row["status"], row["price_per_hour"]), ("unknown", None)
        else:
            yield from _row(where, row, price, ("status", "price_per_hour", "upfront", "term_months"))
    yield from _every_option(inputs_, catalog)
    for row in inputs_["instance_types"]:
        kind = catalog.instance_types.get((row["provider"], row["name"]))
        hardware = ("vcpu", "memory_gib", "accelerator", "accelerator_count", "accelerator_memory_gib")
        yield from _row(f"instance_types.{row['name']}", row, kind, (*hardware, "idle_power_w", "max_power_w"))
    for row in inputs_["availability"]:
        where = f"availability.{row['instance_type']} in {row['location']}"
        known = row["location"] in catalog.locations
        zones = catalog.zones_of(row["provider"], row["instance_type"], row["location"]) if known else ()
        yield where, sorted(row["zones"]), sorted(zones)
    for row in inputs_["served_models"]:
        model = catalog.served_models.get(row["name"])
        memory = ("weights_gib", "tables_gib", "runtime_gib", "host_base_gib")
        yield from _row(f"served_models.{row['name']}", row, model, memory)
    yield "idle_power_share", inputs_["idle_power_share"], catalog.idle_power_share
    for place, row in inputs_["location_energy"].items():
        record = catalog.locations.get(place)
        for name in ("pue", "grid_gco2_per_kwh", "electricity_price_per_kwh"):
            yield f"location_energy.{place}.{name}", row[name], _MISSING if record is None else getattr(record, name)
    for row in inputs_["owned_servers"]:
        server = catalog.owned.get((row["provider"], row["instance_type"], row["location"]))
        names = tuple(name for name in row if name not in ("as_of", "basis", "source"))
        yield from _row(f"owned_servers.{row['instance_type']} in {row['location']}", row, server, names)
    yield "sites", sorted(r["location"] for r in inputs_["sites"]), sorted(_sites(inputs_, catalog))
    for row in inputs_["sites"]:
        names = tuple(name for name in row if name not in ("as_of", "basis", "source"))
        yield from _row(f"sites.{row['location']}", row, catalog.sites.get(row["location"]), names)
    yield from _curves(inputs_, catalog)
    yield from _transfer(inputs_, catalog)
    yield from _storage(inputs_, catalog)


def _sites(inputs_: Mapping[str, Any], catalog: Catalog) -> list[str]:
    """Sites of every provider that capacity or requests come from."""
    places = [row["location"] for row in inputs_["availability"]] + [row["at"] for row in inputs_["origins"]]
    providers = {place.split("/", maxsplit=1)[0] for place in places}
    return [place for place in catalog.sites if place.split("/", maxsplit=1)[0] in providers]


def _every_option(inputs_: Mapping[str, Any], catalog: Catalog) -> Iterator[Pair]:
    """A type in a location comes with the row of every allowed option that the catalog has."""
    held = {(r["provider"], r["instance_type"], r["location"], r["purchase_option"]) for r in inputs_["prices"]}
    for row in inputs_["availability"]:
        key = (row["provider"], row["instance_type"], row["location"])
        for option in _buyable(inputs_):
            where = f"prices.{row['instance_type']} in {row['location']}, {option}"
            yield where, (*key, option) in held, (*key, option) in catalog.prices


def _buyable(inputs_: Mapping[str, Any]) -> list[str]:
    """Allowed options; without those whose term outlasts the horizon where that is refused."""
    is_refused = inputs_["purchase"]["after_horizon"] == "refuse"
    return [
        option
        for option in inputs_["purchase"]["options"]
        if not (is_refused and -inputs_["horizon_months"] % TERMS.get(option, 1))
    ]


def _storage(inputs_: Mapping[str, Any], catalog: Catalog) -> Iterator[Pair]:
    """Every storage class of a place, or none: the bill falls back from one to the other."""
    for place in dict.fromkeys(row["location"] for row in inputs_["storage_prices"]):
        classes = sorted(row["storage_class"] for row in inputs_["storage_prices"] if row["location"] == place)
        yield f"storage_prices in {place}", classes, sorted(kind for kind, where in catalog.storage if where == place)
    for row in inputs_["storage_prices"]:
        price = catalog.storage.get((row["storage_class"], row["location"]))
        where = f"storage_prices.{row['storage_class']} in {row['location']}"
        yield from _row(where, row, price, ("price_per_gb_month",))


def _origins(inputs_: Mapping[str, Any], scenario: Scenario, catalog: Catalog) -> Iterator[Pair]:
    """Where origins are and may be served, and round trips: the scenario's own, else the catalog's."""
    asked = {origin.name: origin for origin in scenario.origins}
    yield "origins", [row["name"] for row in inputs_["origins"]], list(asked)
    for row in inputs_["origins"]:
        origin = asked.get(row["name"])
        if origin is None:
            continue
        yield f"origins.{origin.name}.at", row["at"], origin.at
        may_serve = None if origin.residency is None else list(origin.residency)
        yield f"origins.{origin.name}.residency", row["residency"], may_serve
        for location, trip_ms in row["rtt_ms"].items():
            known = catalog.round_trips.get((origin.at, location))
            trip_s = origin.rtt_s.get(location, None if known is None else known.rtt_s)
            expected = _MISSING if trip_s is None else trip_s * 1000.0
            yield f"origins.{origin.name}.rtt_ms.{location}", trip_ms, expected


def _curves(inputs_: Mapping[str, Any], catalog: Catalog) -> Iterator[Pair]:
    curves = {(curve.profile, curve.accelerator, curve.accelerators_per_replica): curve for curve in catalog.profiles}
    for row in inputs_["curves"]:
        curve = curves.get((row["profile"], row["accelerator"], row["accelerators_per_replica"]))
        where = f"curves.{row['profile']} on {row['accelerator']}"
        yield from _row(where, row, curve, ("batch_items", "service_s", "error_band", "min_vcpu"))


def _transfer(inputs_: Mapping[str, Any], catalog: Catalog) -> Iterator[Pair]:
    """All tiers of a pair, or none."""
    tiers: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in inputs_["transfer"]:
        tiers.setdefault((row["origin"], row["destination"]), []).append(row)
    for pair, rows in tiers.items():
        known = catalog.transfer.get(pair, ())
        where = f"transfer.{pair[0]} to {pair[1]}"
        yield f"{where}, tiers", len(rows), len(known)
        rising = sorted(rows, key=lambda row: float(row["from_gb"]))
        for row, tier in zip(rising, known, strict=False):
            yield from _row(where, row, tier, ("from_gb", "price_per_gb"))


def _row(where: str, row: Mapping[str, Any], record: Any, names: Sequence[str]) -> Iterator[Pair]:
    """Fields of a row beside those of a catalog record, and its source where the row repeats it."""
    if record is None:
        yield where, "a row", _MISSING
        return
    for name in names:
        yield f"{where}.{name}", row[name], getattr(record, name)
    source: Source = record.source
    for name in ("as_of", "basis", "source"):
        if name in row:
            yield f"{where}.{name}", row[name], getattr(source, name)


def _leaves(where: str, found: Any, expected: Any) -> Iterator[Pair]:
    """Walk two documents side by side down to single values."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from _leaves(f"{where}.{key}", found.get(key, _MISSING), expected.get(key, _MISSING))
    elif isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)) and len(found) == len(expected):
        for index, (left, right) in enumerate(zip(found, expected, strict=True)):
            yield from _leaves(f"{where}[{index}]", left, right)
    else:
        yield where, found, expected


def _same(found: Any, expected: Any) -> bool:
    """Equal, numbers but for the rounding of a change of unit."""
    if isinstance(found, (int, float)) and isinstance(expected, (int, float)):
        return abs(found - expected) <= ROUNDING * max(abs(found), abs(expected))
    return bool(found == expected)
