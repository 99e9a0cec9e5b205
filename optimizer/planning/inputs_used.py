"""What a plan rests on, as plain JSON, so that it can be read and billed again without the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from optimizer.domain.catalog import Source
from optimizer.domain.purchase import OWNED
from optimizer.domain.scenario import Pipeline, Scenario
from optimizer.formulation.blocks import Block
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.rules.latency import round_trip_s
from optimizer.formulation.supply import Key
from optimizer.planning.buying import KeyBuy
from optimizer.units import milliseconds


def inputs_used(
    context: Context, blocks: Sequence[Block], buys: Sequence[KeyBuy], locations: Sequence[str]
) -> dict[str, Any]:
    """Return scenario figures, and the catalog rows that the chosen blocks rest on.

    Parameters
    ----------
    blocks
        The chosen ones.
    buys
        What is bought.
    locations
        Where blocks could stand.
    """
    scenario = context.scenario
    return {
        **_asked(scenario),
        "origins": [_origin(context, number, locations) for number in range(len(scenario.origins))],
        "locations": list(scenario.locations),
        "zones": {name: list(context.catalog.locations[name].zones) for name in _places(buys, locations)},
        "demand": demand_told(scenario),
        **_rows_used(context, blocks, buys),
    }


def _places(buys: Sequence[KeyBuy], locations: Sequence[str]) -> list[str]:
    """Where blocks could stand, and where something is signed."""
    return sorted({*locations, *(buy.key[2] for buy in buys)})


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
                "batch_time_p99_over_mean": service.scatter,
                "max_wait_ms": None if service.max_wait_s is None else milliseconds(service.max_wait_s),
                "protected_share": service.protected_share,
                "min_replicas": service.min_replicas,
                "max_replicas": service.max_replicas,
            }
            for service in scenario.services
        ],
        "pipelines": [_pipeline(scenario, pipeline) for pipeline in scenario.pipelines],
        "plan_for": scenario.plan_for,
        "plan_on": scenario.plan_on,
        "autoscaling": scenario.autoscaling,
        "cost_weights": dict(scenario.weights),
        "horizon_start": scenario.horizon_start,
        "horizon_months": scenario.horizon_months,
        "purchase": _plain(asdict(scenario.purchase)),
        "price_rules": [asdict(rule) for rule in scenario.price_rules],
        "commitments": [asdict(item) for item in scenario.commitments],
        "owned": asdict(scenario.owned),
        "limits": _plain(asdict(scenario.limits)),
        "pins": [asdict(pin) for pin in scenario.pins],
        "change": _change(scenario),
        "currency_rates": [asdict(rate) for rate in scenario.currency_rates],
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


def _pipeline(scenario: Scenario, pipeline: Pipeline) -> dict[str, Any]:
    """What was asked of a page; its rates are of pages."""
    demand = pipeline.demand
    return {
        "name": pipeline.name,
        "latency_ms": milliseconds(pipeline.latency_s),
        "percentile": pipeline.percentile,
        "stages": [{"service": stage.service, "fan_out": stage.fan_out} for stage in pipeline.stages],
        "demand": {
            origin.name: {"mean": demand.mean_per_s[number].tolist(), "peak": demand.peak_per_s[number].tolist()}
            for number, origin in enumerate(scenario.origins)
        },
    }


def _change(scenario: Scenario) -> dict[str, Any] | None:
    """What runs now, most of any hour, and what a change costs; None where nothing is known to run."""
    if scenario.change is None:
        return None
    names = ("service", "location", "zone", "instance_type", "profile", "accelerators_per_replica")
    rows = [{**dict(zip(names, key, strict=True)), "instances": n} for key, n in sorted(scenario.change.most.items())]
    return {"cost_per_change": scenario.change.cost_per_change, "running": rows}


def _origin(context: Context, number: int, locations: Sequence[str]) -> dict[str, Any]:
    origin = context.scenario.origins[number]
    trips = {name: round_trip_s(context.catalog, origin, name) for name in locations}
    known = {name: milliseconds(trip) for name, trip in trips.items() if trip is not None}
    residency = None if origin.residency is None else list(origin.residency)
    return {"name": origin.name, "at": origin.at, "rtt_ms": known, "residency": residency}


def _plain(value: Any) -> Any:  # noqa: ANN401  any plain document
    """Return a document with lists where records have tuples."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def demand_told(scenario: Scenario) -> dict[str, Any]:
    """Return the demand of a scenario as the document of a plan repeats it."""
    return {
        service.name: {
            origin.name: {
                "mean": service.demand.mean_per_s[number].tolist(),
                "peak": service.demand.peak_per_s[number].tolist(),
                "at_demand": {
                    name: service.demand.peaks_per_s[name][number].tolist()
                    for name in scenario.weights
                    if name != scenario.plan_for
                },
            }
            for number, origin in enumerate(scenario.origins)
        }
        for service in scenario.services
    }


def _rows_used(context: Context, blocks: Sequence[Block], buys: Sequence[KeyBuy]) -> dict[str, Any]:
    """Catalog rows of the chosen blocks and of what is bought, sorted by what they are about."""
    candidates = sorted((block.configuration.candidate for block in blocks), key=lambda item: item.sort_key)
    keys = sorted({buy.key for buy in buys})
    return {
        "prices": [row for key in keys for row in _prices(context, key)],
        "instance_types": _instance_types(context, keys),
        "idle_power_share": context.catalog.idle_power_share,
        "availability": [
            {"provider": p, "instance_type": t, "location": place, "zones": list(context.catalog.zones_of(p, t, place))}
            for p, t, place in keys
        ],
        "served_models": _served_models(candidates),
        "curves": _curves(candidates),
        "transfer": _transfer(context, blocks),
        "storage_prices": _storage_prices(context, {block.location for block in blocks}),
        "location_energy": _location_energy(context, {key[2] for key in keys}),
        "owned_servers": [_server(context, key) for key in keys if key in context.catalog.owned],
        "sites": [_site(context, place) for place in _sites(context, keys)],
    }


def _sites(context: Context, keys: Sequence[Key]) -> list[str]:
    """Sites of every provider that capacity or requests come from: its lines take no support plan."""
    providers = {key[0] for key in keys}
    providers |= {origin.at.split("/", maxsplit=1)[0] for origin in context.scenario.origins}
    return [place for place in sorted(context.catalog.sites) if place.split("/", maxsplit=1)[0] in providers]


def _location_energy(context: Context, places: Iterable[str]) -> dict[str, dict[str, float | None]]:
    rows = {place: context.catalog.locations[place] for place in sorted(places)}
    return {
        place: {
            "pue": row.pue,
            "grid_gco2_per_kwh": row.grid_gco2_per_kwh,
            "electricity_price_per_kwh": row.electricity_price_per_kwh,
        }
        for place, row in rows.items()
    }


def _server(context: Context, key: Key) -> dict[str, Any]:
    row = asdict(context.catalog.owned[key])
    del row["source"]
    return {**row, **_from(context.catalog.owned[key].source)}


def _site(context: Context, place: str) -> dict[str, Any]:
    row = asdict(context.catalog.sites[place])
    del row["source"]
    return {**row, **_from(context.catalog.sites[place].source)}


def _instance_types(context: Context, keys: Sequence[Key]) -> list[dict[str, Any]]:
    kinds = {key[:2]: context.catalog.instance_types[key[0], key[1]] for key in keys}
    return [
        {
            "provider": kind.provider,
            "name": kind.name,
            "vcpu": kind.vcpu,
            "memory_gib": kind.memory_gib,
            "accelerator": kind.accelerator,
            "accelerator_count": kind.accelerator_count,
            "accelerator_memory_gib": kind.accelerator_memory_gib,
            "idle_power_w": kind.idle_power_w,
            "max_power_w": kind.max_power_w,
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


def _prices(context: Context, key: Key) -> list[dict[str, Any]]:
    """Rows of every allowed option that the catalog has for a type in a location, as the catalog has them."""
    rows = []
    for option in context.options:
        row = context.catalog.prices.get((*key, option))
        if row is None or option == OWNED:
            continue
        rows.append(
            {
                "provider": key[0],
                "instance_type": key[1],
                "location": key[2],
                "purchase_option": option,
                "status": row.status,
                "price_per_hour": row.price_per_hour,
                "upfront": row.upfront,
                "term_months": row.term_months,
                **_from(row.source),
            }
        )
    return rows


def _from(source: Source) -> dict[str, str]:
    return {"as_of": source.as_of, "basis": source.basis, "source": source.source}
