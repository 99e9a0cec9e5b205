"""Scenarios: one file with its overrides, its catalog and its demand, checked against each other, as one record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import CurrencyRate, RunningRow
from optimizer.domain.scenario import (
    Headroom,
    NetworkUse,
    Operations,
    Origin,
    Period,
    Pipeline,
    Role,
    Scenario,
    Service,
    StorageUse,
)
from optimizer.inputs.asked import Asked, asked_of
from optimizer.inputs.buying_checks import check_buying
from optimizer.inputs.catalog import ReadCatalog, read_catalogs
from optimizer.inputs.checks import allowed_locations, check_names, check_overheads, check_routes, choice_warnings
from optimizer.inputs.demands import ReadDemands, read_demands
from optimizer.inputs.document import Node, find, place_of
from optimizer.inputs.explain import validate
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.overrides import Change, effective_document, with_forecast
from optimizer.inputs.pipelines import check_pipelines, pipelines_of
from optimizer.inputs.purchase_terms import (
    commitments_of,
    commitments_running,
    currency_rates_of,
    limits_of,
    owned_of,
    pins_of,
    price_rules_of,
    purchase_of,
    residency_of,
)
from optimizer.inputs.running_file import read_running
from optimizer.inputs.schema import ScenarioKeys
from optimizer.inputs.shipped import find_scenario
from optimizer.units import HOURS_PER_DAY, seconds

#: Catalogs by their names, the folder they are named in, and the rates of currencies.
KnownCatalogs = dict[tuple[tuple[str, ...], Path, tuple[CurrencyRate, ...]], ReadCatalog]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """A scenario with the catalog it rests on, and what the planner should hear before any plan."""

    scenario: Scenario
    catalog: Catalog
    warnings: tuple[str, ...]


def load_inputs(
    scenario: str | Path,
    sets: Sequence[str] = (),
    withs: Sequence[Path] = (),
    running: Path | None = None,
    changes: Sequence[Change] = (),
    forecast: Path | None = None,
    known: KnownCatalogs | None = None,
) -> Inputs:
    """Read a scenario with everything it names.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, or path of a file.
    sets
        Overrides ``path.to.key=value``, the value in YAML; the last word.
    withs
        Files of partial documents laid over the scenario: mappings are merged, everything else is replaced.
    running
        Today's fleet, instead of the file that the scenario names.
    changes
        What an option changes, after all of these.
    forecast
        A demand file that takes the place of every service's own; None to read those.
    known
        Catalogs that were read before, without a fault, and are not read again; what is read is added.

    Returns
    -------
    Inputs
        Units converted, every reference resolved.

    Raises
    ------
    InputError
        With every fault of the scenario, its overrides, its catalogs and its demand files.
    """
    faults = Faults()
    found = find_scenario(scenario, faults)
    root = None if found is None else effective_document(found.path, found.shown, sets, withs, faults, changes)
    if found is None or root is None:
        faults.refuse()
    if forecast is not None:
        root = with_forecast(root, forecast)
    keys = validate(ScenarioKeys, root, faults)
    asked = asked_of(root)
    rates = currency_rates_of(keys) if keys is not None else ()
    check_overheads(asked, faults)
    check_pipelines(asked, faults)
    demands = read_demands(asked, found.path.parent, faults)
    read = _read_catalogs(asked, found.path.parent, rates, faults, {} if known is None else known)
    warnings = list(read.warnings) if read is not None else []
    if read is not None:
        check_names(asked, read.catalog, faults)
        warnings += choice_warnings(asked, read.catalog)
        warnings += check_routes(asked, read.catalog, faults)
        if keys is not None:
            warnings += check_buying(keys, asked, read.catalog, faults)
    if keys is None or read is None or len(faults):
        faults.refuse()
    fleet = _Fleet.of(keys, asked, found.path.parent, running)
    rows, running_sha256 = _running(fleet, keys, asked, read.catalog, faults)
    faults.raise_if_any()
    record = _scenario(keys, asked, read.catalog, demands, _fingerprint(root, demands, running_sha256))
    signed = commitments_running(rows, record, read.catalog)
    record = replace(record, running=rows, commitments=(*record.commitments, *signed))
    return Inputs(record, read.catalog, (*warnings, *demands.warnings))


def _read_catalogs(
    asked: Asked, folder: Path, rates: Sequence[CurrencyRate], faults: Faults, known: KnownCatalogs
) -> ReadCatalog | None:
    node = find(asked.root, ("catalog",))
    if node is None or not asked.catalogs:
        return None
    key = tuple(asked.catalogs), folder, tuple(rates)
    if key not in known:
        places = [place_of(asked.root, ("catalog", index)) for index in range(len(asked.catalogs))]
        read = read_catalogs(asked.catalogs, folder, places, faults, rates)
        if read is None:
            return None
        known[key] = read
    return known[key]


@dataclass(frozen=True, slots=True)
class _Fleet:
    """The file of today's fleet, how it is called, and the place that names it."""

    path: Path
    shown: str
    where: str

    @classmethod
    def of(cls, keys: ScenarioKeys, asked: Asked, folder: Path, given: Path | None) -> _Fleet | None:
        if given is not None:
            return cls(given, str(given), str(given))
        if keys.running is None:
            return None
        return cls(folder / keys.running, keys.running, place_of(asked.root, ("running",)))


def _running(
    fleet: _Fleet | None, keys: ScenarioKeys, asked: Asked, catalog: Catalog, faults: Faults
) -> tuple[tuple[RunningRow, ...], str]:
    """Return today's fleet, and a hash of its file."""
    content = None if fleet is None else read_bytes(fleet.path, fleet.where, faults)
    text = None if fleet is None or content is None else decode(content, fleet.shown, faults)
    if fleet is None or content is None or text is None:
        return (), ""
    rows = read_running(text, fleet.shown, catalog, tuple(keys.services), faults, asked.root.mark.file)
    return rows, hashlib.sha256(content).hexdigest()


def _fingerprint(root: Node, demands: ReadDemands, running_sha256: str) -> str:
    """Return the SHA-256 of the effective document and the files it names, wherever they lie."""
    files = [*demands.file_sha256, *([running_sha256] if running_sha256 else [])]
    text = json.dumps({"document": _canonical(root.plain()), "files": files}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(plain: object) -> object:
    """Return a document in which 60 and 60.0 are the same."""
    if isinstance(plain, dict):
        return {key: _canonical(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_canonical(value) for value in plain]
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _scenario(keys: ScenarioKeys, asked: Asked, catalog: Catalog, demands: ReadDemands, sha256: str) -> Scenario:
    pipelines = pipelines_of(keys, demands.by_pipeline)
    headroom, network, storage, operations = keys.headroom, keys.network, keys.storage, keys.operations
    return Scenario(
        name=keys.name,
        sha256=sha256,
        catalog_names=tuple(keys.catalog),
        locations=allowed_locations(asked, catalog),
        locations_given=keys.locations is not None,
        horizon_start=keys.horizon.start,
        horizon_months=keys.horizon.months,
        periods=_periods(keys),
        origins=tuple(
            Origin(
                name,
                origin.at,
                {place: seconds(rtt_ms) for place, rtt_ms in origin.rtt_ms.items()},
                residency_of(origin.residency, catalog),
            )
            for name, origin in keys.origins.items()
        ),
        services=tuple(_service(name, keys, demands, pipelines) for name in keys.services),
        plan_for=keys.plan_for.capacity,
        plan_on=keys.plan_on,
        autoscaling=keys.purchase.autoscaling,
        headroom=Headroom(headroom.release_share, headroom.retry_share),
        network=NetworkUse(network.request_kb, network.response_kb, network.rtt_p99_factor),
        storage=StorageUse(storage.model_copies_gib, storage.logs_gb_per_million_requests, storage.log_retention_days),
        operations=Operations(
            tuple(Role(role.role, role.fte, role.cost_per_year) for role in operations.people),
            operations.monitoring_per_instance_month,
            operations.support_share_of_spend,
            operations.maintenance_share,
        ),
        cost_weights=keys.plan_for.weights,
        purchase=purchase_of(keys),
        price_rules=price_rules_of(keys),
        commitments=commitments_of(keys, catalog),
        owned=owned_of(keys),
        limits=limits_of(keys),
        pins=pins_of(keys),
        currency_rates=currency_rates_of(keys),
        pipelines=pipelines,
    )


def _periods(keys: ScenarioKeys) -> tuple[Period, ...]:
    """Return each hour of each day type; the day types' shares are scaled to the calendar days of the horizon."""
    scale = keys.horizon.days / sum(keys.day_types.values())
    return tuple(
        Period(day_type, hour, share * scale)
        for day_type, share in keys.day_types.items()
        for hour in range(HOURS_PER_DAY)
    )


def _service(name: str, keys: ScenarioKeys, demands: ReadDemands, pipelines: Sequence[Pipeline]) -> Service:
    """Return a service; a stage keeps the strictest of its own target and those of its pages."""
    service = keys.services[name]
    passed = [(pipeline, stage) for pipeline in pipelines for stage in pipeline.stages if stage.service == name]
    limits = [pipeline.latency_s for pipeline, _ in passed]
    percentiles = [pipeline.stage_percentile(stage) for pipeline, stage in passed]
    if service.latency is not None:
        limits.append(seconds(service.latency.milliseconds))
        percentiles.append(service.latency.percentile)
    return Service(
        name=name,
        profiles=tuple(service.profile),
        items_per_request=service.items_per_request,
        latency_s=min(limits),
        percentile=max(percentiles),
        overhead_s=seconds(service.overhead_ms),
        redundancy=service.redundancy,
        dispatch=service.dispatch,
        demand=demands.by_service[name],
        protected_share=service.protected_share,
        min_replicas=service.replicas.min,
        max_replicas=service.replicas.max,
        scatter=service.batch_time_p99_over_mean,
        max_wait_s=None if service.max_wait_ms is None else seconds(service.max_wait_ms),
        burst=max((stage.fan_out for _, stage in passed), default=1),
    )
