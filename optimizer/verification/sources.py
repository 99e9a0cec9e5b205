"""The plan's inputs against the scenario and the catalog it was made from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Check
from optimizer.domain.scenario import Scenario
from optimizer.verification.view import View, stated


def inputs(view: View, scenario: Scenario, catalog: Catalog) -> list[Check]:
    """Check every figure the plan repeats against its record."""
    faults = [
        *_asked(view, scenario),
        *_demand(view, scenario),
        *_rows(view, catalog),
        *_network(view, catalog, scenario),
    ]
    return stated("inputs", faults, "the plan rests on the scenario and the catalog")


def _differs(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is not b
    return not math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def _asked(view: View, scenario: Scenario) -> Iterator[str]:
    found = view.plan.inputs
    pairs = {
        "plan_on": (found["plan_on"], scenario.plan_on),
        "plan_for": (found["plan_for"], scenario.plan_for),
        "autoscaling": (found["autoscaling"], scenario.autoscaling),
        "locations": (list(found["locations"]), list(scenario.locations)),
        "services": (list(view.services), [service.name for service in scenario.services]),
        "headroom": (
            list(found["headroom"].values()),
            [scenario.headroom.release_share, scenario.headroom.retry_share],
        ),
        "network": (
            list(found["network"].values()),
            [scenario.network.request_kb, scenario.network.response_kb, scenario.network.rtt_p99_factor],
        ),
        "people": (
            [(row["role"], row["fte"], row["cost_per_year"]) for row in found["operations"]["people"]],
            [(role.role, role.fte, role.cost_per_year) for role in scenario.operations.people],
        ),
        "periods": (
            [(p.day_type, p.hour, p.hours) for p in view.plan.periods],
            [(p.day_type, p.hour, p.hours) for p in scenario.periods],
        ),
    }
    yield from (f"{name}: {a} in the plan, {b} in the scenario" for name, (a, b) in pairs.items() if a != b)
    for service in scenario.services:
        row = view.services.get(service.name)
        if row is None:
            continue
        asked = (service.latency_s * 1e3, service.overhead_s * 1e3, service.percentile, service.items_per_request)
        kept = (row["latency_ms"], row["overhead_ms"], row["percentile"], row["items_per_request"])
        words = (list(row["profiles"]), row["redundancy"], row["dispatch"])
        if any(_differs(a, b) for a, b in zip(asked, kept, strict=True)) or words != (
            list(service.profiles),
            service.redundancy,
            service.dispatch,
        ):
            yield f"service {service.name}: what the plan says was asked differs from the scenario"


def _demand(view: View, scenario: Scenario) -> Iterator[str]:
    for service in scenario.services:
        for number, origin in enumerate(scenario.origins):
            kept = view.plan.inputs["demand"].get(service.name, {}).get(origin.name, {})
            asked = {
                "mean": service.demand.mean_per_s[number].tolist(),
                "peak": service.demand.peak_per_s[number].tolist(),
            }
            if kept != asked:
                yield f"demand of {service.name} from {origin.name} differs from the scenario"


def _rows(view: View, catalog: Catalog) -> Iterator[str]:
    for key, row in view.prices.items():
        price = catalog.prices.get(key)
        known = ("unknown", None) if price is None else (price.status, price.price_per_hour)
        if (row["status"], row["price_per_hour"]) != known:
            yield f"price of {key[1]} in {key[2]} differs from the catalog"
    for name, row in view.types.items():
        kind = catalog.instance_types[name]
        fields = ("vcpu", "memory_gib", "accelerator", "accelerator_count", "accelerator_memory_gib")
        if any(row[field] != getattr(kind, field) for field in fields):
            yield f"instance type {name[1]} differs from the catalog"
    for model_name, row in view.models.items():
        model = catalog.served_models[model_name]
        if any(row[f] != getattr(model, f) for f in ("weights_gib", "tables_gib", "runtime_gib", "host_base_gib")):
            yield f"served model {model_name} differs from the catalog"
    curves = {(c.profile, c.accelerator, c.accelerators_per_replica): c for c in catalog.profiles}
    for curve_key, row in view.curves.items():
        curve = curves[curve_key]
        same = (tuple(row["batch_items"]), tuple(row["service_s"]), row["error_band"], row["min_vcpu"], row["basis"])
        if same != (curve.batch_items, curve.service_s, curve.error_band, curve.min_vcpu, curve.source.basis):
            yield f"curve of {curve_key[0]} on {curve_key[1]} differs from the catalog"
    for place, zones in view.sold.items():
        if tuple(zones) != tuple(catalog.zones_of(*place)):
            yield f"zones that sell {place[1]} in {place[2]} differ from the catalog"


def _network(view: View, catalog: Catalog, scenario: Scenario) -> Iterator[str]:
    for row in view.plan.inputs["transfer"]:
        tiers = catalog.transfer[row["origin"], row["destination"]]
        if (row["from_gb"], row["price_per_gb"]) not in {(tier.from_gb, tier.price_per_gb) for tier in tiers}:
            yield f"transfer price {row['origin']} to {row['destination']} differs from the catalog"
    for row in view.plan.inputs["storage_prices"]:
        if row["price_per_gb_month"] != catalog.storage[row["storage_class"], row["location"]].price_per_gb_month:
            yield f"storage price in {row['location']} differs from the catalog"
    for place, zones in view.plan.inputs["zones"].items():
        if tuple(zones) != catalog.locations[place].zones:
            yield f"zones of {place} differ from the catalog"
    for origin in scenario.origins:
        kept = view.origins[origin.name]
        for place, trip_ms in kept["rtt_ms"].items():
            row = catalog.round_trips.get((origin.at, place))
            known = origin.rtt_s.get(place, None if row is None else row.rtt_s)
            if known is None or _differs(known * 1e3, trip_ms):
                yield f"round trip from {origin.name} to {place} differs"
