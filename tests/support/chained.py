"""A page with two stages in the small world, and each stage alone as a service of its own: what a split costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Demand, Pipeline, Scenario, Stage
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.rules.pipelines import ROUNDING_S
from optimizer.performance import CapacityStore
from optimizer.planning.planner import find
from tests.support.small import demand, service, small_scenario

#: Round trip between the origin and the home location at p99, seconds.
TRIP_S = 0.001
OVERHEAD_S = 0.002


def times(pages: Demand, factor: float) -> Demand:
    """Return a demand some times over."""
    peaks = {name: factor * peak for name, peak in pages.peaks_per_s.items()}
    return Demand(factor * pages.mean_per_s, factor * pages.peak_per_s, peaks, pages.source)


def chained_scenario(
    target_s: float = 0.120, pages_per_s: tuple[float, ...] = (60.0, 180.0), fan_outs: tuple[int, ...] = (1, 2)
) -> Scenario:
    """Return a page that passes stages ``s0``, ``s1`` .. with these fan-outs; every stage has 2 ms of overhead."""
    pages = demand([list(pages_per_s)])
    page = Pipeline(
        "page", target_s, 0.99, tuple(Stage(f"s{number}", fan) for number, fan in enumerate(fan_outs)), pages
    )
    services = [
        service(
            stage.service,
            times(pages, stage.fan_out),
            latency_s=target_s,
            percentile=page.stage_percentile(stage),
            overhead_s=OVERHEAD_S,
            burst=stage.fan_out,
        )
        for stage in page.stages
    ]
    return replace(small_scenario(*services), pipelines=(page,))


def spare_s(scenario: Scenario) -> float:
    """Return what round trips and overheads leave of the page's target, seconds."""
    page = scenario.pipelines[0]
    return page.latency_s - ROUNDING_S - len(page.stages) * (TRIP_S + OVERHEAD_S)


class Alone:
    """What the stages of a page cost as services of their own, each with a target of its own."""

    def __init__(self, scenario: Scenario, catalog: Catalog, store: CapacityStore) -> None:
        self._scenario, self._catalog, self._store = scenario, catalog, store
        self._known: dict[tuple[int, float], float] = {}

    def cost(self, number: int, budget_s: float) -> float:
        """Return the changeable cost of a stage that may take so long, round trip and overhead apart; inf for none."""
        if (number, budget_s) not in self._known:
            stage = replace(self._scenario.services[number], latency_s=budget_s + TRIP_S + OVERHEAD_S)
            alone = replace(self._scenario, services=(stage,), pipelines=())
            try:
                found = find(alone, self._catalog, self._store, gap=0.0, promises=False).plan.objective
                self._known[number, budget_s] = found.total - found.fixed
            except (Infeasible, NoPlanFound):
                self._known[number, budget_s] = float("inf")
        return self._known[number, budget_s]

    def total(self, split_s: tuple[float, ...]) -> float:
        """Return the changeable cost of a split."""
        return float(np.sum([self.cost(number, budget) for number, budget in enumerate(split_s)]))
