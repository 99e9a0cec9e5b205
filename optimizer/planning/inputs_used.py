"""What a plan rests on, as plain JSON, so that it can be read and billed again without the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.domain.catalog import Source
from optimizer.domain.scenario import Scenario
from optimizer.formulation.blocks import Block
from optimizer.formulation.candidates import ON_DEMAND, Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.rules.latency import round_trip_s
from optimizer.units import milliseconds


def inputs_used(context: Context, blocks: Sequence[Block], locations: Sequence[str]) -> dict[str, Any]:
    """Return scenario figures, and the catalog rows that the chosen blocks rest on.

    Parameters
    ----------
    blocks
        The chosen ones.
    locations
        Where blocks could stand.
    """
    scenario = context.scenario
    return {
        **_asked(scenario),
        "origins": [_origin(context, number, locations) for number in range(len(scenario.origins))],
        "locations": list(scenario.locations),
        "zones": {name: list(context.catalog.locations[name].zones) for name in locations},
        "demand": _demand(scenario),
        **_rows_used(context, blocks),
    }


def _asked(scenario: Scenario) -> dict[str, Any]:
    headroom, network, storage, operations = (
        scenario.headroom,
        scenario.network,
        scenario.storage,
        scenario.operations,
    )
    return {
        "services": [
            {
                "name": service.name,
                "profiles": list(service.profiles),
                "items_per_request": service.items_per_request,
                "latency_ms": milliseconds(service.latency_s),
                "percentile": service.percentile,
                "overhead_ms": milliseconds(service.overhead_s),
                "redundancy": service.redundancy,
                "dispatch": service.dispatch,
            }
            for service in scenario.services
        ],
        "plan_for": scenario.plan_for,
        "plan_on": scenario.plan_on,
        "autoscaling": scenario.autoscaling,
        "horizon_months": scenario.horizon_months,
        "headroom": {"release_share": headroom.release_share, "retry_share": headroom.retry_share},
        "network": {
            "request_kb": network.request_kb,
            "response_kb": network.response_kb,
            "rtt_p99_factor": network.rtt_p99_factor,
        },
        "storage": {
            "model_copies_gib": storage.model_copies_gib,
            "logs_gb_per_million_requests": storage.logs_gb_per_million_requests,
            "log_retention_days": storage.log_retention_days,
        },
        "operations": {
            "people": [
                {"role": role.role, "fte": role.fte, "cost_per_year": role.cost_per_year} for role in operations.people
            ],
            "monitoring_per_instance_month": operations.monitoring_per_instance_month,
            "support_share_of_spend": operations.support_share_of_spend,
            "maintenance_share": operations.maintenance_share,
        },
    }


def _origin(context: Context, number: int, locations: Sequence[str]) -> dict[str, Any]:
    origin = context.scenario.origins[number]
    trips = {name: round_trip_s(context.catalog, origin, name) for name in locations}
    known = {name: milliseconds(trip) for name, trip in trips.items() if trip is not None}
    return {"name": origin.name, "at": origin.at, "rtt_ms": known}


def _demand(scenario: Scenario) -> dict[str, Any]:
    return {
        service.name: {
            origin.name: {
                "mean": service.demand.mean_per_s[number].tolist(),
                "peak": service.demand.peak_per_s[number].tolist(),
            }
            for number, origin in enumerate(scenario.origins)
        }
        for service in scenario.services
    }


def _rows_used(context: Context, blocks: Sequence[Block]) -> dict[str, Any]:
    """Catalog rows of the chosen blocks, sorted by what they are about."""
    candidates = sorted((block.configuration.candidate for block in blocks), key=lambda item: item.sort_key)
    places = sorted({(item.instance.provider, item.instance.name, item.location.name) for item in candidates})
    return {
        "prices": [_price(context, *place) for place in places],
        "instance_types": _instance_types(candidates),
        "availability": [
            {"provider": p, "instance_type": t, "location": place, "zones": list(context.catalog.zones_of(p, t, place))}
            for p, t, place in places
        ],
        "served_models": _served_models(candidates),
        "curves": _curves(candidates),
        "transfer": _transfer(context, blocks),
        "storage_prices": _storage_prices(context, {block.location for block in blocks}),
    }


def _instance_types(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    kinds = {(item.instance.provider, item.instance.name): item.instance for item in candidates}
    return [
        {
            "provider": kind.provider,
            "name": kind.name,
            "vcpu": kind.vcpu,
            "memory_gib": kind.memory_gib,
            "accelerator": kind.accelerator,
            "accelerator_count": kind.accelerator_count,
            "accelerator_memory_gib": kind.accelerator_memory_gib,
        }
        for _, kind in sorted(kinds.items())
    ]


def _served_models(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    models = {item.model.name: item.model for item in candidates}
    return [
        {
            "name": model.name,
            "weights_gib": model.weights_gib,
            "tables_gib": model.tables_gib,
            "runtime_gib": model.runtime_gib,
            "host_base_gib": model.host_base_gib,
        }
        for _, model in sorted(models.items())
    ]


def _curves(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    curves = {(c.curve.profile, c.curve.accelerator, c.curve.accelerators_per_replica): c.curve for c in candidates}
    return [
        {
            "profile": curve.profile,
            "accelerator": curve.accelerator,
            "accelerators_per_replica": curve.accelerators_per_replica,
            "batch_items": list(curve.batch_items),
            "service_s": list(curve.service_s),
            "error_band": curve.error_band,
            "min_vcpu": curve.min_vcpu,
            **_from(curve.source),
        }
        for _, curve in sorted(curves.items())
    ]


def _transfer(context: Context, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    pairs = sorted({flow.pair for b in blocks for origin in b.origins for flow in context.flows(origin, b.location)})
    return [
        {
            "origin": tier.origin,
            "destination": tier.destination,
            "from_gb": tier.from_gb,
            "price_per_gb": tier.price_per_gb,
            **_from(tier.source),
        }
        for pair in pairs
        for tier in context.catalog.transfer[pair]
    ]


def _storage_prices(context: Context, places: set[str]) -> list[dict[str, Any]]:
    rows = [row for (_, place), row in sorted(context.catalog.storage.items()) if place in places]
    return [
        {
            "storage_class": row.storage_class,
            "location": row.location,
            "price_per_gb_month": row.price_per_gb_month,
            **_from(row.source),
        }
        for row in rows
    ]


def _price(context: Context, provider: str, instance_type: str, location: str) -> dict[str, Any]:
    row = context.catalog.prices.get((provider, instance_type, location, ON_DEMAND))
    known = {} if row is None else {"status": row.status, "price_per_hour": row.price_per_hour, **_from(row.source)}
    return {
        "provider": provider,
        "instance_type": instance_type,
        "location": location,
        "purchase_option": ON_DEMAND,
        "status": "unknown",
        "price_per_hour": None,
        **known,
    }


def _from(source: Source) -> dict[str, str]:
    return {"as_of": source.as_of, "basis": source.basis, "source": source.source}
