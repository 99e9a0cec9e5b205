"""Tiny random questions whose services are stages of pages, and capacities that grow with the time a stage has."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Floats, Pipeline, Scenario, Stage
from optimizer.formulation.context import Context
from optimizer.performance import CapacityStore, OperatingPoint, optimistic_capacity
from tests.support.tiny_question import tiny_case

#: What every stage may take, seconds.
GRID_S = (0.008, 0.012, 0.018, 0.027, 0.040)


class TimelyStore(CapacityStore):
    """Capacities from a formula instead of a simulation: more with more time, and nearer to the bound in big pools."""

    def curve(self, point: OperatingPoint, replicas_max: int) -> Floats:
        """Return what 0..replicas_max replicas are taken to carry, requests/s."""
        replicas = np.arange(replicas_max + 1)
        shortfall = 0.9 * point.service_s[0] / point.target_s + 0.3 / (replicas + 1.0)
        return optimistic_capacity(point, replicas_max) * np.maximum(0.0, 1.0 - shortfall)


def tiny_pages(number: int) -> tuple[Scenario, Catalog]:
    """Return scenario and catalog of a number, always the same ones: one page over all services, or two."""
    scenario, catalog = tiny_case(number)
    rng = random.Random(f"pages {number}")
    target = rng.choice([0.050, 0.070, 0.090])
    services = tuple(
        replace(service, latency_s=rng.choice([target, 0.065]), percentile=0.995) for service in scenario.services
    )
    stages = tuple(Stage(service.name, 1) for service in services)
    pages = [Pipeline("page", target, 0.99, stages, services[0].demand)]
    if len(stages) > 1 and rng.random() < 0.5:
        # A service that two pages pass; it stands first in one of them.
        pages.insert(rng.choice([0, 1]), Pipeline("other", 0.8 * target, 0.99, stages[::-1][:1], services[-1].demand))
    return replace(scenario, services=services, pipelines=tuple(pages)), catalog


def paged_context(number: int, store: CapacityStore) -> Context:
    """Return a context of `tiny_pages` in which every stage may have the budgets of the grid."""
    scenario, catalog = tiny_pages(number)
    budgets = {index: GRID_S for index, _ in enumerate(scenario.services)}
    return Context(scenario, catalog, store, budgets=budgets)
