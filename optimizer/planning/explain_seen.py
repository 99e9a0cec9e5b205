"""What every explanation starts from: the question, the cheapest plan, and a way to make other plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Verdict, VerdictName, compared
from optimizer.domain.limits import Pin
from optimizer.domain.plan import Plan, Pool
from optimizer.domain.scenario import Scenario
from optimizer.errors import NoAnswer
from optimizer.performance import CapacityStore

#: Makes the cheapest plan of a changed question; the last argument says what is changed.
Find = Callable[[Scenario, Catalog, str], Plan]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A question with its cheapest plan, and how others are made."""

    scenario: Scenario
    catalog: Catalog
    store: CapacityStore
    find: Find
    plan: Plan

    @property
    def total(self) -> float:
        """Total of the cheapest plan."""
        return self.plan.objective.total

    def try_plan(self, scenario: Scenario, what: str, catalog: Catalog | None = None) -> Plan | str:
        """Return the cheapest plan of a changed question, or in a sentence why there is none."""
        try:
            return self.find(scenario, catalog or self.catalog, what)
        except NoAnswer as refusal:
            return refusal.reasons[0] if refusal.reasons else "no plan keeps what is asked"

    def try_pin(self, pin: Pin, what: str) -> Plan | str:
        """Return the cheapest plan that keeps one more decision; a refusal calls that decision ``asking for it``."""
        pins = self.scenario.pins
        found = self.try_plan(replace(self.scenario, pins=(*pins, pin)), what)
        return found if isinstance(found, Plan) else found.replace(f"pins.{len(pins)}", "asking for it").rstrip(".")

    def without(self, item: str, where: str, found: Plan | str, service: str = "") -> Verdict:
        """Return the verdict on what the cheapest plan uses, from the best plan without it."""
        if isinstance(found, str):
            return Verdict(item, service, "chosen", where, "", None, None, f"no plan without it: {found}")
        total = found.objective.total
        _, difference = compared(total, self.total)
        return Verdict(item, service, "chosen", where, "without it", total, difference, "")

    def with_it(self, item: str, where: str, found: Plan | str, service: str = "") -> Verdict:
        """Return the verdict on what the cheapest plan does without, from the best plan that has it."""
        if isinstance(found, str):
            return Verdict(item, service, "cannot", "", "", None, None, found)
        total = found.objective.total
        verdict, difference = compared(total, self.total)
        return Verdict(item, service, verdict, where, "with it", total, difference, "")

    def unused(self, item: str, detail: str, verdict: VerdictName = "same") -> Verdict:
        """Return the verdict on what changes nothing, or cannot be had, without a plan of its own."""
        known = verdict == "same"
        return Verdict(item, "", verdict, "", "", self.total if known else None, 0.0 if known else None, detail)


def most_at_once(pools: list[Pool]) -> int:
    """Most replicas of some pools in one hour."""
    return max((sum(counts) for counts in zip(*(pool.replicas_by_period for pool in pools), strict=True)), default=0)


def spaced(name: str) -> str:
    """``aws us-east-1`` for ``aws/us-east-1``."""
    return name.replace("/", " ", 1)
