"""What has a demand of its own: services by requests that no page brings, and pages. Services carry both.

A change of demand is made here once, so that what services carry always stays what their own requests and pages bring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.scenario import Demand, Floats, Pipeline, Scenario, Service

#: Rates that differ by this share of the whole are rounding, and no requests.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Requests of a service that no page brings, or the pages of a pipeline.

    `demand` is 0 everywhere for a service that pages alone ask.
    """

    name: str
    demand: Demand
    is_page: bool

    @property
    def is_silent(self) -> bool:
        """Whether nothing comes from it at any demand."""
        return not any(rates.any() for rates in (self.demand.peak_per_s, *self.demand.peaks_per_s.values()))


def sources_of(scenario: Scenario) -> tuple[Source, ...]:
    """Return the services with their own requests, in the scenario's order, then its pipelines with their pages."""
    own = (Source(service.name, _own(scenario, service), is_page=False) for service in scenario.services)
    pages = (Source(pipeline.name, pipeline.demand, is_page=True) for pipeline in scenario.pipelines)
    return (*own, *pages)


def with_demands(scenario: Scenario, demands: Sequence[Demand]) -> Scenario:
    """Return the scenario with other demands of its sources, given in the order of `sources_of`."""
    count = len(scenario.services)
    pairs = zip(scenario.pipelines, demands[count:], strict=True)
    pipelines = tuple(replace(pipeline, demand=demand) for pipeline, demand in pairs)
    services = tuple(
        replace(service, demand=_carried(service.name, demand, pipelines))
        for service, demand in zip(scenario.services, demands[:count], strict=True)
    )
    return replace(scenario, services=services, pipelines=pipelines)


def each_demand(scenario: Scenario, change: Callable[[Demand], Demand]) -> Scenario:
    """Return the scenario with the demand of every source changed in one way."""
    return with_demands(scenario, [change(source.demand) for source in sources_of(scenario)])


def asked_by(scenario: Scenario, source: int) -> list[str]:
    """Return the services that a source, by its place in `sources_of`, sends requests to."""
    count = len(scenario.services)
    if source < count:
        return [scenario.services[source].name]
    return [stage.service for stage in scenario.pipelines[source - count].stages]


def stages_alone(scenario: Scenario) -> dict[str, str]:
    """Return the services that pages alone ask, each with the pipelines that pass it, as text."""
    own = {source.name for source in sources_of(scenario) if not (source.is_page or source.is_silent)}
    passed: dict[str, list[str]] = {}
    for pipeline in scenario.pipelines:
        for stage in pipeline.stages:
            passed.setdefault(stage.service, []).append(pipeline.name)
    return {service: ", ".join(pages) for service, pages in passed.items() if service not in own}


def has_own_target(scenario: Scenario, service: Service) -> bool:
    """Whether a service keeps a target of its own: it is no stage, or stricter than all pages that pass it."""
    return service.latency_s < _page_target_s(service.name, scenario.pipelines)


def with_page_target(scenario: Scenario, pipeline: int, target_s: float) -> Scenario:
    """Return the scenario with another target of a pipeline (by number); stages that keep it follow."""
    before = scenario.pipelines
    pages = (*before[:pipeline], replace(before[pipeline], latency_s=target_s), *before[pipeline + 1 :])

    def followed(service: Service) -> Service:
        most = _page_target_s(service.name, pages)
        kept = min(service.latency_s, most) if has_own_target(scenario, service) else most
        return replace(service, latency_s=kept)

    return replace(scenario, services=tuple(map(followed, scenario.services)), pipelines=pages)


def _page_target_s(service: str, pipelines: Sequence[Pipeline]) -> float:
    """Least target of the pages that pass a service, seconds; infinite where none does."""
    passing = (page for page in pipelines if any(stage.service == service for stage in page.stages))
    return min((page.latency_s for page in passing), default=float("inf"))


def each_demand_of(scenario: Scenario, service: str, change: Callable[[Demand], Demand]) -> Scenario:
    """Return the scenario with everything that a service is asked by changed: its own requests, and its pages."""
    demands = [
        change(source.demand) if service in asked_by(scenario, number) else source.demand
        for number, source in enumerate(sources_of(scenario))
    ]
    return with_demands(scenario, demands)


def times(demand: Demand, factor: float) -> Demand:
    """Return a demand with every rate multiplied."""
    return added([demand], factor)


def added(parts: Sequence[Demand], factor: float = 1.0) -> Demand:
    """Return demands added up, hour by hour, and multiplied; only the demands that all of them give are left."""
    names = [name for name in parts[0].peaks_per_s if all(name in part.peaks_per_s for part in parts)]
    peaks = {name: factor * np.sum([part.peaks_per_s[name] for part in parts], axis=0) for name in names}
    peak = factor * np.sum([part.peak_per_s for part in parts], axis=0)
    mean = factor * np.sum([part.mean_per_s for part in parts], axis=0)
    for array in (peak, mean, *peaks.values()):
        array.setflags(write=False)
    return Demand(mean, peak, peaks, " + ".join(dict.fromkeys(part.source for part in parts)))


def least(one: Demand, other: Demand) -> Demand:
    """Return what two demands have in common, hour by hour."""
    names = one.peaks_per_s.keys() & other.peaks_per_s.keys()
    peaks = {name: np.minimum(one.peaks_per_s[name], other.peaks_per_s[name]) for name in sorted(names)}
    mean, peak = np.minimum(one.mean_per_s, other.mean_per_s), np.minimum(one.peak_per_s, other.peak_per_s)
    for array in (mean, peak, *peaks.values()):
        array.setflags(write=False)
    return Demand(mean, peak, peaks, one.source)


def _brought(service: str, pipelines: Sequence[Pipeline]) -> list[Demand]:
    """What pages bring to a service, one demand for each pipeline that passes it."""
    return [
        times(pipeline.demand, stage.fan_out)
        for pipeline in pipelines
        for stage in pipeline.stages
        if stage.service == service
    ]


def _carried(service: str, own: Demand, pipelines: Sequence[Pipeline]) -> Demand:
    brought = _brought(service, pipelines)
    if not brought:
        return own
    parts = brought if Source(service, own, is_page=False).is_silent else [own, *brought]
    return parts[0] if len(parts) == 1 else added(parts)


def _own(scenario: Scenario, service: Service) -> Demand:
    brought = _brought(service.name, scenario.pipelines)
    if not brought:
        return service.demand
    pages = added(brought)

    def rest(whole: Floats, part: Floats) -> Floats:
        left = whole - part
        left[left <= ROUNDING * whole] = 0.0
        left.setflags(write=False)
        return left

    whole = service.demand
    known = pages.peaks_per_s
    peaks = {name: rest(rates, known[name]) for name, rates in whole.peaks_per_s.items() if name in known}
    peak = rest(whole.peak_per_s, pages.peak_per_s)
    return Demand(rest(whole.mean_per_s, pages.mean_per_s), peak, peaks, whole.source)
