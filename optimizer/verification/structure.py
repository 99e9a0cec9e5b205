"""Is the document whole? Types, lengths, signs, whole numbers, indices and names, before any rule reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from optimizer.domain.plan import Check, Pool
from optimizer.verification.plan_shape import PLAN
from optimizer.verification.shapes import twice
from optimizer.verification.view import View, model_name, pool_label, stated

_PERCENTILE_KEY = re.compile(r"p\d+(\.\d+)?_ms")
#: Weights of demands sum to 1 but for rounding.
WEIGHTS_SUM = 1e-6
#: By which fields rows of the inputs are looked up.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "services": ("name",),
    "pipelines": ("name",),
    "origins": ("name",),
    "instance_types": ("provider", "name"),
    "served_models": ("name",),
    "curves": ("profile", "accelerator", "accelerators_per_replica"),
    "prices": ("provider", "instance_type", "location", "purchase_option"),
    "availability": ("provider", "instance_type", "location"),
    "transfer": ("origin", "destination", "from_gb"),
    "owned_servers": ("provider", "instance_type", "location"),
    "sites": ("location",),
    "storage_prices": ("storage_class", "location"),
}


def structure(view: View) -> list[Check]:
    """Check that a plan can be read: every figure finite, every list whole, every reference leads somewhere.

    The other rules may then look things up without asking whether they are there.
    """
    faults = list(PLAN(view.plan, ""))
    readings: tuple[Callable[[View], Iterator[str]], ...] = (
        _inputs,
        _chains,
        _signed,
        _lengths,
        _after_loss,
        _curves,
        _pools,
        _fleet,
        _fleet_once,
        _routes,
        _standby,
    )
    for reading in () if faults else readings:
        faults += reading(view)
    return stated("structure", faults, "the plan document")


def _inputs(view: View) -> Iterator[str]:
    """Rows that are looked up stand once; shares are below 1; transfer prices start at 0 GB."""
    inputs = view.plan.inputs
    for table, fields in _KEYS.items():
        for again in twice(tuple(row[field] for field in fields) for row in inputs[table]):
            yield f"inputs.{table}: {again} stands twice"
    start = view.plan.scenario.get("start")
    if start != inputs["horizon_start"]:
        yield f"scenario.start: must be the start of the horizon, {inputs['horizon_start']} (found {start})"
    if inputs["headroom"]["release_share"] >= 1.0:
        yield "inputs.headroom.release_share: must be below 1"
    for service in inputs["services"]:
        if service["percentile"] >= 1.0:
            yield f"inputs.services: percentile of {service['name']} must be below 1 (found {service['percentile']:g})"
    starts: dict[tuple[str, str], list[float]] = {}
    for row in inputs["transfer"]:
        starts.setdefault((row["origin"], row["destination"]), []).append(row["from_gb"])
    for (start, end), from_gb in starts.items():
        if min(from_gb) > 0.0:
            yield f"inputs.transfer: no price from 0 GB on, {start} to {end}"


def _chains(view: View) -> Iterator[str]:
    """Stages of pages are services, origins are known, and rates have one value for each period."""
    for asked in view.plan.inputs["pipelines"]:
        for stage in asked["stages"]:
            if stage["service"] not in view.services:
                yield f"inputs.pipelines: {asked['name']} passes no service {stage['service']!r}"
        for origin, rates in asked["demand"].items():
            if origin not in view.origins or any(len(series) != len(view.plan.periods) for series in rates.values()):
                yield f"inputs.pipelines: rates of {asked['name']} from {origin!r} are not readable"
        if asked["percentile"] >= 1.0:
            yield f"inputs.pipelines: percentile of {asked['name']} must be below 1"
    asked_for = {asked["name"] for asked in view.plan.inputs["pipelines"]}
    for row in view.plan.pipelines:
        if row.name not in asked_for or row.origin not in view.origins:
            yield f"pipelines: {row.name} from {row.origin} was not asked for"


def _signed(view: View) -> Iterator[str]:
    """Weights sum to 1, and what is signed names places and types of the plan."""
    inputs = view.plan.inputs
    weights = sum(inputs["cost_weights"].values())
    if abs(weights - 1.0) > WEIGHTS_SUM:
        yield f"inputs.cost_weights: must sum to 1 (found {weights:g})"
    for item in inputs["commitments"]:
        if item["horizon_share"] > 1.0:
            yield f"inputs.commitments: a share of the horizon above 1 (found {item['horizon_share']:g})"
        if item["location"] not in inputs["zones"]:
            yield f"inputs.commitments: unknown location {item['location']!r}"
        if (item["location"].split("/")[0], item["instance_type"]) not in view.types:
            yield f"inputs.commitments: unknown instance type {item['instance_type']!r}"


def _lengths(view: View) -> Iterator[str]:
    """Every series has one value for each period."""
    series: list[tuple[str, Any]] = []
    for table in ("fleet", "pools", "routing"):
        for index, row in enumerate(getattr(view.plan, table)):
            names = [name for name in row.__dataclass_fields__ if name.endswith("_by_period")]
            series += [(f"{table}[{index}].{name}", getattr(row, name)) for name in names]
    others = _other_demands(view)
    for number, pool in enumerate(view.plan.pools):
        if set(pool.at_demand) != others:
            yield f"pools[{number}].at_demand: holds {sorted(pool.at_demand)}, money is counted for {sorted(others)}"
        for name, at in pool.at_demand.items():
            names = [field for field in at.__dataclass_fields__ if field.endswith("_by_period")]
            series += [(f"pools[{number}].at_demand.{name}.{field}", getattr(at, field)) for field in names]
    for service in view.services:
        for origin in view.origins:
            rates = view.plan.inputs["demand"].get(service, {}).get(origin)
            if rates is None:
                yield f"inputs.demand: no rates of {service} from {origin}"
            else:
                series += [(f"inputs.demand.{service}.{origin}.{name}", rates[name]) for name in ("mean", "peak")]
                if set(rates["at_demand"]) != others:
                    yield f"inputs.demand.{service}.{origin}.at_demand: must hold {sorted(others)}"
                at_demand = rates["at_demand"].items()
                series += [(f"inputs.demand.{service}.{origin}.at_demand.{name}", values) for name, values in at_demand]
    periods = len(view.plan.periods)
    for name, values in series:
        if len(values) != periods:
            yield f"{name}: {len(values)} values for {periods} periods"


def _after_loss(view: View) -> Iterator[str]:
    """Counts that a loss may leave rise, and each has a capacity."""
    for number, pool in enumerate(view.plan.pools):
        counts, claims = pool.after_loss.replicas, pool.after_loss.capacity_per_s
        if len(counts) != len(claims):
            yield f"pools[{number}].after_loss: {len(claims)} capacities for {len(counts)} counts"
        if list(counts) != sorted(set(counts)):
            yield f"pools[{number}].after_loss.replicas: must rise (found {', '.join(map(str, counts))})"


def _other_demands(view: View) -> set[str]:
    """Demands that money is counted for besides the one planned for."""
    return set(view.plan.inputs["cost_weights"]) - {view.plan.inputs["plan_for"]}


def _curves(view: View) -> Iterator[str]:
    """Batch sizes of a curve rise, and each has a service time."""
    for (profile, accelerator, _), curve in view.curves.items():
        batches, seconds = curve["batch_items"], curve["service_s"]
        if len(batches) != len(seconds):
            yield f"inputs.curves: {len(batches)} batches and {len(seconds)} times, {profile} on {accelerator}"
        if any(second <= first for first, second in pairwise(batches)):
            yield f"inputs.curves: batch sizes must rise, {profile} on {accelerator}"


def _pools(view: View) -> Iterator[str]:
    for number, pool in enumerate(view.plan.pools):
        yield from (f"pools[{number}]: {what} ({pool_label(pool)})" for what in _pool(view, pool))


def _pool(view: View, pool: Pool) -> Iterator[str]:
    """What a pool names is among the inputs, and its service times and promise have their form."""
    if pool.service not in view.services:
        yield f"unknown service {pool.service!r}"
    if pool.location not in view.plan.inputs["zones"]:
        yield f"unknown location {pool.location!r}"
    kind = view.types.get((pool.provider, pool.instance_type))
    if kind is None:
        yield f"unknown instance type {pool.instance_type!r}"
    elif (pool.profile, kind["accelerator"], pool.accelerators_per_replica) not in view.curves:
        yield f"no curve for {pool.profile} on {pool.accelerators_per_replica} x {kind['accelerator']}"
    if model_name(pool.profile) not in view.models:
        yield f"unknown served model {model_name(pool.profile)!r}"
    times = pool.service_time
    if not len(times.batch) == len(times.seconds) == pool.batch_size:
        yield f"service times for {len(times.seconds)} batches, batch size {pool.batch_size}"
    elif list(times.batch) != list(range(1, pool.batch_size + 1)):
        yield f"service times must be for batches of 1 to {pool.batch_size}, in order"
    keys = list(pool.target)
    if len(keys) != 1 or list(pool.promised) != keys or not _PERCENTILE_KEY.fullmatch(keys[0]):
        yield f"target and promised must name one percentile, such as p99_ms (found {keys}, {list(pool.promised)})"


def _fleet(view: View) -> Iterator[str]:
    for number, row in enumerate(view.plan.fleet):
        if row.location not in view.plan.inputs["zones"]:
            yield f"fleet[{number}]: unknown location {row.location!r}"
        if (row.provider, row.instance_type) not in view.types:
            yield f"fleet[{number}]: unknown instance type {row.instance_type!r}"


def _fleet_once(view: View) -> Iterator[str]:
    """What is bought of a type in a place under an option stands in one row; what is signed may stand in several."""
    keys = (
        (row.provider, row.region, row.zone, row.instance_type, row.purchase_option)
        for row in view.plan.fleet
        if not row.until
    )
    for again in twice(keys):
        yield f"fleet: {again} stands twice"


def _standby(view: View) -> Iterator[str]:
    for again in twice((row.service, row.origin) for row in view.plan.standby):
        yield f"standby: {again} stands twice"
    for number, row in enumerate(view.plan.standby):
        if row.service not in view.services or row.origin not in view.origins:
            yield f"standby[{number}]: unknown service or origin ({row.service!r}, {row.origin!r})"


def _routes(view: View) -> Iterator[str]:
    pools = view.plan.pools
    for number, route in enumerate(view.plan.routing):
        if route.pool >= len(pools):
            yield f"routing[{number}]: no pool {route.pool}"
        elif pools[route.pool].service != route.service:
            yield f"routing[{number}]: pool {route.pool} serves another service"
        if route.origin not in view.origins:
            yield f"routing[{number}]: unknown origin {route.origin!r}"
    for again in twice((route.service, route.origin, route.pool) for route in view.plan.routing):
        yield f"routing: {again} stands twice"
