"""The question of a decided option at another demand: machines and terms stand, what is rented follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from optimizer.decisions.steady import Key, steady_counts
from optimizer.decisions.work import Question
from optimizer.domain.limits import Limits, Pin
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Commitment
from optimizer.domain.scenario import Demand, Scenario
from optimizer.domain.sources import each_demand

NAMES = ("low", "mid", "high")
REASON = "decided"


def demands_known(scenario: Scenario) -> tuple[str, ...]:
    """Return the demands that every service knows, low to high."""
    known = [set(service.demand.peaks_per_s) for service in scenario.services]
    return tuple(name for name in NAMES if all(name in names for names in known))


def at_demand(question: Question, plan: Plan, name: str) -> Question:
    """Return the question of a plan at a demand: only what is rented by the hour is left to decide.

    What is sent and stored grows with the demand. Budgets and the like limit plans, not what comes.
    """
    scenario = question.scenario
    coming = _coming(scenario, name)
    signed = tuple(_standing(key, count) for key, count in steady_counts(plan).items() if count > 0)
    limits = Limits(quotas=scenario.limits.quotas)
    asked = replace(
        coming,
        plan_for=name,
        cost_weights={},
        running=(),
        limits=limits,
        purchase=replace(scenario.purchase, options=scenario.purchase.by_the_hour),
        commitments=(*scenario.commitments, *signed),
        pins=(*scenario.pins, *_kept(plan)),
    )
    return replace(question, scenario=asked)


def _coming(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario with requests and pages at the level of a demand."""
    return each_demand(scenario, lambda demand: at_level(demand, name, scenario.plan_for))


def at_level(demand: Demand, name: str, planned: str) -> Demand:
    """Return a demand at a level; its mean belongs to ``mid``, or to the one planned for where that is not known."""
    usual = demand.peaks_per_s.get("mid", demand.peaks_per_s.get(planned, demand.peak_per_s))
    peak = demand.peaks_per_s[name]
    level = float(peak.sum() / usual.sum()) if usual.any() else 1.0
    return replace(demand, peak_per_s=peak, mean_per_s=np.minimum(demand.mean_per_s * level, peak))


def _standing(key: Key, count: int) -> Commitment:
    location, kind, option = key
    end = date.max.isoformat()
    return Commitment(location, kind, option, count, 0.0, end, 1.0, 0.0, reserved=False, reason=REASON)


def _kept(plan: Plan) -> tuple[Pin, ...]:
    """On which type and profile each service runs in each place where it runs in one way."""
    ways: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for pool in plan.pools:
        ways.setdefault((pool.service, pool.location), set()).add((pool.instance_type, pool.profile))
    return tuple(
        Pin(service, location, *next(iter(found)), batch_size=None, min_instances=0, max_instances=None)
        for (service, location), found in ways.items()
        if len(found) == 1
    )


def level_of(scenario: Scenario, name: str) -> float:
    """By what the mean rate of all services is multiplied at a demand."""
    before, after = (
        sum(float(service.demand.mean_per_s.sum()) for service in each.services)
        for each in (scenario, _coming(scenario, name))
    )
    return after / before if before else 1.0
