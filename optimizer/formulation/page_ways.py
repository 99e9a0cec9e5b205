"""Ways to serve the stages of pages, and how they are seen from the origins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.formulation.blocks import Configuration, Group
from optimizer.formulation.context import Context
from optimizer.formulation.groups import Usable
from optimizer.formulation.page_bound import PageFrom, Ways
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.pipelines import pages_from


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A group with what may serve it, its worst round trip, and what that and the overhead leave, seconds."""

    group: Group
    usable: list[Usable]
    network_s: float
    target_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A configuration that may become a block of a group."""

    place: Place
    configuration: Configuration

    @property
    def budget_s(self) -> float:
        """What queueing and service may take, seconds."""
        return self.configuration.point.target_s


def pages_by_origin(context: Context) -> dict[int, list[PageFrom]]:
    """Pages from each origin; a service counts in the first that passes it."""
    names = [service.name for service in context.scenario.services]
    found: dict[int, list[PageFrom]] = {}
    for pipeline in context.scenario.pipelines:
        stages = tuple(names.index(stage.service) for stage in pipeline.stages)
        for origin in pages_from(pipeline):
            before = {stage for page in found.get(origin, ()) for stage in page.stages}
            page = PageFrom(stages, frozenset(stages) - before, pipeline.latency_s)
            found.setdefault(origin, []).append(page)
    return found


def seen_at_origins(context: Context, group: Group, budgets_s: Sequence[float]) -> Ways:
    """Return what blocks of a group with these budgets serve of each origin, and what they may take as seen there."""
    scenario, members = context.scenario, list(group.origins)
    requests = np.array([context.requests(group.service, origin) for origin in members])
    total, shape = float(requests.sum()), (len(budgets_s), len(scenario.origins))
    trips = [network_s(scenario, context.catalog, [scenario.origins[o]], group.location) or 0.0 for o in members]
    beside_s = np.array(trips) + scenario.services[group.service].overhead_s
    share, edge_s = np.zeros(shape), np.full(shape, np.inf)
    share[:, members] = requests / total if total > 0.0 else 1.0 / max(1, len(members))
    edge_s[:, members] = np.array(budgets_s)[:, None] + beside_s
    return Ways(np.full(len(budgets_s), group.service), share, edge_s)
