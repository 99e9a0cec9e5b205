"""Why a service costs what it does: what it runs on, and what its target, peak, protection and headroom cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.domain.explained import Verdict
from optimizer.domain.scenario import Demand, Floats, Scenario
from optimizer.domain.sources import asked_by, each_demand_of, has_own_target, with_page_target
from optimizer.planning.explain_reach import why_out_of_reach
from optimizer.planning.explain_seen import Seen
from optimizer.planning.explain_types import verdict_without
from optimizer.units import milliseconds

#: What a latency target is moved by, both ways.
STEP_S = 0.005
LOWER_PEAK = 0.9


def on_service(seen: Seen, name: str) -> list[Verdict]:
    """Return what a service runs on, each type beside the best plan without it, then what each demand on it costs."""
    index = [service.name for service in seen.scenario.services].index(name)
    used = dict.fromkeys((pool.provider, pool.instance_type) for pool in seen.plan.pools if pool.service == name)
    verdicts = [verdict_without(seen, name, key) for key in used]
    if verdicts:
        told = (verdicts[0].detail, _could(seen, index))
        verdicts[0] = replace(verdicts[0], detail="; ".join(filter(None, told)))
    for label, changed in _eased(seen.scenario, index):
        verdicts.append(seen.with_it(label, "", seen.try_plan(changed, f"{name}: {label}"), name))
    return verdicts


def _eased(scenario: Scenario, index: int) -> Iterator[tuple[str, Scenario]]:
    """Yield what is asked of a service, each made another in turn."""
    service = scenario.services[index]
    yield from _other_targets(scenario, index)
    lower = f"peaks {(1.0 - LOWER_PEAK) * 100.0:.0f} % lower"
    is_stage = any(service.name in asked_by(scenario, n) for n in _pages(scenario))
    yield f"{lower}, of its pages too" if is_stage else lower, each_demand_of(scenario, service.name, _lower)
    if service.redundancy != "none":
        yield (
            f"loss of {_LOST[service.redundancy]} not survived",
            scenario.with_service(index, replace(service, redundancy="none")),
        )
    if scenario.headroom.factor > 1.0:
        free = replace(scenario.headroom, release_share=0.0, retry_share=0.0)
        yield "no headroom, for any service", replace(scenario, headroom=free)


_LOST = {"instance": "an instance", "zone": "a zone", "region": "a region"}


def _pages(scenario: Scenario) -> range:
    """Places of the pipelines among the sources of demand."""
    return range(len(scenario.services), len(scenario.services) + len(scenario.pipelines))


def _other_targets(scenario: Scenario, index: int) -> Iterator[tuple[str, Scenario]]:
    """Yield the target of a service, and those of the pages that pass it, a little shorter and longer."""
    service = scenario.services[index]
    for step_s in (-STEP_S, STEP_S) if has_own_target(scenario, service) else ():
        if service.latency_s + step_s > 0.0:
            moved = replace(service, latency_s=service.latency_s + step_s)
            yield _instead(moved.latency_s, service.latency_s), scenario.with_service(index, moved)
    for number, page in enumerate(scenario.pipelines):
        for step_s in (-STEP_S, STEP_S) if any(stage.service == service.name for stage in page.stages) else ():
            if page.latency_s + step_s > 0.0:
                target_s = page.latency_s + step_s
                label = f"{page.name}: {_instead(target_s, page.latency_s)}"
                yield label, with_page_target(scenario, number, target_s)


def _instead(target_s: float, now_s: float) -> str:
    return f"{milliseconds(target_s):g} ms instead of {milliseconds(now_s):g}"


def _lower(demand: Demand) -> Demand:
    """Return a demand with every busiest five minutes lower, but never below the hour's mean; volumes stay."""

    def lower(peak: Floats) -> Floats:
        lowered: Floats = np.maximum(peak * LOWER_PEAK, np.minimum(peak, demand.mean_per_s))
        return lowered

    peaks = {name: lower(peak) for name, peak in demand.peaks_per_s.items()}
    return replace(demand, peak_per_s=lower(demand.peak_per_s), peaks_per_s=peaks)


def _could(seen: Seen, index: int) -> str:
    """Say how many types could carry a request of the service in time in an allowed location."""
    context = seen.context()
    survey, service = seen.survey(index), seen.scenario.services[index]
    providers = {place.split("/", maxsplit=1)[0] for place in survey.locations}
    sold = sum(provider in providers for provider, _ in seen.catalog.instance_types)
    able: set[tuple[str, str]] = set()
    for place in survey.locations:
        usable = survey.usable.get((service.name, place), ())
        for key in {(each.instance.provider, each.instance.name) for each, _ in usable} - able:
            of_key = [each for each in usable if (each[0].instance.provider, each[0].instance.name) == key]
            if why_out_of_reach(context, service, place, of_key) is None:
                able.add(key)
    return f"{len(able)} of the {sold} types of {', '.join(sorted(providers))} could serve a request in time"
