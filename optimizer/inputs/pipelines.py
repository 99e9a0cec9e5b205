"""Pipelines: pages that pass services one after another, checked against the services and joined to their demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.domain.scenario import Demand, Pipeline, Stage
from optimizer.domain.sources import added, times
from optimizer.inputs.asked import Asked, keys_at
from optimizer.inputs.document import missing_mend, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.schema import ScenarioKeys, ServiceKeys
from optimizer.inputs.wording import did_you_mean, show
from optimizer.units import seconds

SERVICES, PIPELINES = "services", "pipelines"
#: The percentile that the target of a page is about.
PAGES_IN_TIME = 0.99


def check_pipelines(asked: Asked, faults: Faults) -> None:
    """Refuse stages that are no service or stand twice, and services that say too little to stand alone.

    Which services stand alone is known only where every stage can be read.
    """
    known = keys_at(asked.root, (SERVICES,))
    readable = len(asked.pipelines) == len(keys_at(asked.root, (PIPELINES,)))
    for name, pipeline in asked.pipelines.items():
        before: set[str] = set()
        for index, stage in enumerate(pipeline.stages):
            place = place_of(asked.root, (PIPELINES, name, "stages", index, "service"))
            if stage.service not in known:
                readable = False
                what = f"not among the services (found {show(stage.service)})"
                faults.add_unless_told(place, what, did_you_mean(stage.service, known, SERVICES), "unknown-name")
            elif stage.service in before:
                what = f"a page passes a service once (found {show(stage.service)} twice)"
                faults.add_unless_told(place, what, "Raise fan_out, or name another service.", "duplicate")
            before.add(stage.service)
        _check_overheads(asked, name, faults)
    _check_order(asked, faults)
    for name, service in asked.services.items() if readable else ():
        _check_alone(asked, name, service, faults)


def _check_order(asked: Asked, faults: Faults) -> None:
    """Refuse pages that pass two services in the order opposite to what pages before them do, directly or not."""
    after: dict[str, set[str]] = {}
    for name, pipeline in asked.pipelines.items():
        chain = [stage.service for stage in pipeline.stages]
        for index, service in enumerate(chain):
            later = set(chain[index + 1 :])
            if reached := sorted(other for other in set(chain[:index]) if other in _reach(after, service)):
                place = place_of(asked.root, (PIPELINES, name, "stages", index, "service"))
                what = f"another page passes {show(service)} before {show(reached[0])}"
                faults.add_unless_told(place, what, "Let all pages pass services in one order.", "contradiction")
                return
            after.setdefault(service, set()).update(later - {service})


def _reach(after: Mapping[str, set[str]], start: str) -> set[str]:
    """Services that some page passes after another one, directly or over others."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for service in after.get(waiting.pop(), ()):
            if service not in found:
                found.add(service)
                waiting.append(service)
    return found


def _check_alone(asked: Asked, name: str, service: ServiceKeys, faults: Faults) -> None:
    """A service without pages needs a target and a demand; with requests of its own it needs a target for them."""
    is_stage = any(True for _ in stages_at(asked, name))
    if service.latency is None and (not is_stage or service.demand is not None):
        _tell_missing(asked, name, "latency", "latency: {p99_ms: 60}", faults)
    if not is_stage and service.demand is None:
        _tell_missing(asked, name, "demand", "demand: {file: shop-search/demand.csv}", faults)


def _tell_missing(asked: Asked, name: str, key: str, example: str, faults: Faults) -> None:
    place = place_of(asked.root, (SERVICES, name, key))
    mend = missing_mend(asked.root, (SERVICES, name, key), f"Add for example {example}.")
    faults.add_unless_told(place, "is missing", mend, "missing")


def _check_overheads(asked: Asked, name: str, faults: Faults) -> None:
    """Refuse a target that the overheads of the stages use up."""
    pipeline = asked.pipelines[name]
    services = [asked.services[stage.service] for stage in pipeline.stages if stage.service in asked.services]
    overhead_ms = sum(service.overhead_ms for service in services)
    if overhead_ms >= pipeline.latency.p99_ms:
        place = place_of(asked.root, (PIPELINES, name, "latency", "p99_ms"))
        what = f"must be above the overheads of its stages, {overhead_ms:g} ms"
        mend = "Raise it, or lower overhead_ms of a stage."
        faults.add_unless_told(place, f"{what} (found {pipeline.latency.p99_ms:g})", mend, "out-of-range")


def stages_at(asked: Asked, service: str) -> Iterator[tuple[str, int]]:
    """Yield the pipelines that pass a service, each with its fan-out there."""
    for name, pipeline in asked.pipelines.items():
        for stage in pipeline.stages:
            if stage.service == service:
                yield name, stage.fan_out


def with_pages(asked: Asked, own: Mapping[str, Demand], pages: Mapping[str, Demand]) -> dict[str, Demand]:
    """Return the demand of every service: its own requests, and what pages bring to each of its stages."""
    found: dict[str, Demand] = {}
    for name, keys in asked.services.items():
        parts = [own[name]] if name in own else []
        stages = list(stages_at(asked, name))
        complete = (keys.demand is None or name in own) and all(pipeline in pages for pipeline, _ in stages)
        parts += [times(pages[pipeline], fan_out) for pipeline, fan_out in stages if pipeline in pages]
        if parts and complete:
            found[name] = parts[0] if len(parts) == 1 else added(parts)
    return found


def pipelines_of(keys: ScenarioKeys, pages: Mapping[str, Demand]) -> tuple[Pipeline, ...]:
    """Return the pipelines as records."""
    return tuple(
        Pipeline(
            name,
            seconds(pipeline.latency.p99_ms),
            PAGES_IN_TIME,
            tuple(Stage(stage.service, stage.fan_out) for stage in pipeline.stages),
            pages[name],
        )
        for name, pipeline in keys.pipelines.items()
    )
