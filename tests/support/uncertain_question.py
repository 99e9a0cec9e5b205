"""Tiny random questions in which commitments matter: demands lie far apart, and what is signed saves much or little."""

from __future__ import annotations

import random
from dataclasses import replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits
from optimizer.domain.purchase import Match, PriceChange
from optimizer.domain.scenario import Scenario
from tests.support.tiny_question import tiny_case

CHANGES = (
    PriceChange("spot doubles", Match(purchase_option="spot"), 2.0, 0.25),
    PriceChange("all by the hour rises", Match(), 1.4, 0.25),
    PriceChange("on demand falls", Match(purchase_option="on_demand"), 0.7, 0.0),
)


def uncertain_case(number: int) -> tuple[Scenario, Catalog, tuple[PriceChange, ...]]:
    """Return scenario, catalog and changes of prices of a number, always the same ones."""
    rng = random.Random(f"uncertain {number}")
    scenario, catalog = tiny_case(number)
    spread = rng.choice([(0.3, 1.0, 2.0), (0.5, 1.0, 1.5), (1.0, 1.2, 3.0)])
    names = ("low", "mid", "high")
    services = []
    for service in scenario.services[:1]:
        high = service.demand.peaks_per_s["high"] * rng.choice([1.0, 2.0])
        peaks = {name: high * share for name, share in zip(names, spread, strict=True)}
        demand = replace(service.demand, peak_per_s=peaks[scenario.plan_for], peaks_per_s=peaks)
        services.append(replace(service, demand=demand, max_replicas=None))
    purchase = replace(scenario.purchase, options=("on_demand", "spot", "committed_1y"))
    first = rng.choice([0.0, 0.1, 0.5])
    question = replace(
        scenario,
        services=tuple(services),
        horizon_months=12,
        cost_weights={"low": first, "mid": 0.6 - first / 2, "high": 0.4 - first / 2},
        purchase=purchase,
        limits=Limits(),
        pins=(),
    )
    return question, catalog, CHANGES[: rng.choice([0, 1, 2])]
