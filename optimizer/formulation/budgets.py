"""What the stages of a page may take: the shortest times there are, and the budgets that are considered.

A pool of a stage keeps one budget, what queueing and service may take, at one percentile: the strictest that its pages
and its own requests ask for. The solver chooses a budget for each pool, so that the budgets, round trips and overheads
of the stages of a page sum to no more than its target. Budgets come from a list for each service, first one that
spans what is possible, then closer and closer around those that a plan chose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Pipeline, Stage
from optimizer.formulation.blocks import Block
from optimizer.formulation.candidates import candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.pipelines import ROUNDING_S, pages_from
from optimizer.formulation.rules.residency import may_serve
from optimizer.formulation.rules.service_time_margin import service_time_margin

#: Budgets of a service at first, in even ratios from this share of the longest on. Shorter ones cost most to simulate:
#: they are looked at where the shortest so far is chosen, or nothing else fits.
FIRST_BUDGETS = 4
FIRST_SHARE = 0.125
#: The shortest leaves so much more than a lone request takes.
ABOVE_LEAST = 1.15
#: What a shorter one is of the shortest so far.
SHORTER = 0.6
#: Budgets are not told apart below this ratio.
FINEST_RATIO = 1.02
Budgets = Mapping[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class LeastTimes:
    """What a page from an origin takes at least, seconds: by stage, round trip and overhead included, and in all."""

    pipeline: Pipeline
    origin: int
    by_stage_s: tuple[float, ...]

    @property
    def total_s(self) -> float:
        """All stages one after another."""
        return sum(self.by_stage_s)


def least_times(context: Context) -> Iterator[LeastTimes]:
    """Yield the least times of every pipeline from every origin with pages; infinite where a stage reaches nothing."""
    names = [service.name for service in context.scenario.services]
    lone = {index: _lone_by_location(context, index) for index in _stage_services(context)}
    for pipeline in context.scenario.pipelines:
        for origin in pages_from(pipeline):
            stages = [_least(context, lone[names.index(stage.service)], stage, origin) for stage in pipeline.stages]
            yield LeastTimes(pipeline, origin, tuple(stages))


def _stage_services(context: Context) -> list[int]:
    staged = {stage.service for pipeline in context.scenario.pipelines for stage in pipeline.stages}
    return [index for index, service in enumerate(context.scenario.services) if service.name in staged]


def _lone_by_location(context: Context, index: int) -> dict[str, float]:
    """Shortest time of a lone request of a service, by location, seconds."""
    scenario, service = context.scenario, context.scenario.services[index]
    found = {}
    for location in allowed_locations(scenario, context.catalog, on=context.is_on("locations")):
        times: list[float] = []
        for candidate in candidates_of(context.catalog, service, location):
            on = context.is_on("service_time_margin")
            margin = service_time_margin(candidate.curve, scenario.plan_on, on=on)
            if margin is not None:
                times += context.service_seconds(candidate.curve, service.items_per_request, margin)[:1]
        if times:
            found[location] = min(times)
    return found


def _least(context: Context, lone: Mapping[str, float], stage: Stage, origin: int) -> float:
    """Least time of a stage from an origin over all locations that may serve it."""
    scenario = context.scenario
    overhead = next(service.overhead_s for service in scenario.services if service.name == stage.service)
    caller, times = scenario.origins[origin], [float("inf")]
    for location, seconds in lone.items():
        trip = network_s(scenario, context.catalog, [caller], location)
        if trip is not None and may_serve(caller, location, on=context.is_on("residency")):
            times.append(trip + overhead + seconds)
    return min(times)


def first_budgets(context: Context) -> Budgets:
    """Return budgets that span what is possible, by service (index) that is a stage; empty without pipelines."""
    least = list(least_times(context))
    names = [service.name for service in context.scenario.services]
    found: dict[int, tuple[float, ...]] = {}
    for index in _stage_services(context):
        service = context.scenario.services[index]
        lone = min(_lone_by_location(context, index).values(), default=float("inf"))
        spare = [
            times.pipeline.latency_s - times.total_s + own
            for times in least
            for stage, own in zip(times.pipeline.stages, times.by_stage_s, strict=True)
            if names.index(stage.service) == index and np.isfinite(times.total_s)
        ]
        # the round trip that is part of a stage's own time is at least 0
        highest = min(max(spare, default=0.0), service.latency_s) - service.overhead_s - ROUNDING_S
        lowest = min(max(lone * ABOVE_LEAST, FIRST_SHARE * highest), highest)
        if lone < highest:
            found[index] = tuple(dict.fromkeys(np.geomspace(lowest, highest, FIRST_BUDGETS).tolist()))
        else:
            found[index] = ()
    return found


def closer_budgets(context: Context, known: Budgets, chosen: Mapping[int, set[float]], slack: Budgets) -> Budgets:
    """Return budgets between those that a plan chose and their neighbours, and with what was left added.

    Parameters
    ----------
    known
        Budgets considered so far, rising.
    chosen
        Those of the plan, by service.
    slack
        What the targets of the pages would still leave to each service, seconds.

    Returns
    -------
    Budgets
        New ones only, at least 2 % apart from all known; services without any are left out.
    """
    found = {}
    for index, budgets in known.items():
        wanted = []
        if budgets and budgets[0] in chosen.get(index, ()):
            least = min(_lone_by_location(context, index).values(), default=float("inf"))
            wanted.append(max(SHORTER * budgets[0], min(budgets[0], ABOVE_LEAST * least)))
        for budget in sorted(chosen.get(index, ())):
            place = budgets.index(budget)
            wanted += [(budget * budgets[near]) ** 0.5 for near in (place - 1, place + 1) if 0 <= near < len(budgets)]
            wanted += [budget + left for left in slack.get(index, ()) if left > 0.0]
        new: list[float] = []
        for budget in wanted:
            apart = all(max(budget / other, other / budget) >= FINEST_RATIO for other in (*budgets, *new))
            if apart and budget < budgets[-1]:
                new.append(budget)
        if new:
            found[index] = tuple(sorted(new))
    return found


def with_more(known: Budgets | None, new: Budgets) -> Budgets:
    """Return budgets with new ones among them, rising, each once."""
    known = known or {}
    return {index: tuple(sorted({*known.get(index, ()), *new.get(index, ())})) for index in {**known, **new}}


def budgets_of(blocks: Sequence[Block]) -> dict[int, set[float]]:
    """Return the budgets of blocks by service."""
    found: dict[int, set[float]] = {}
    for block in blocks:
        found.setdefault(block.service, set()).add(block.budget_s)
    return found
