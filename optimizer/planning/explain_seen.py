"""What every explanation starts from: the question, the cheapest plan, and a way to make other plans."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Verdict, VerdictName, compared
from optimizer.domain.limits import Pin
from optimizer.domain.plan import Plan, Pool
from optimizer.domain.scenario import Scenario
from optimizer.errors import NoAnswer
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.remade import is_reusable, remade_in
from optimizer.performance import CapacityStore
from optimizer.planning.infeasible.survey import survey_of
from optimizer.planning.planner import Found, Made

#: Makes the cheapest plan of a changed question: what is changed, and how its blocks are made (None: all of them).
Find = Callable[[Scenario, Catalog, str, Made | None], Found]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A question with its cheapest plan, and how others are made."""

    scenario: Scenario
    catalog: Catalog
    store: CapacityStore
    find: Find
    cheapest: Found
    _surveys: dict[int, BlockSet] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The cheapest plan."""
        return self.cheapest.plan

    @property
    def total(self) -> float:
        """Total of the cheapest plan."""
        return self.plan.objective.total

    def context(self) -> Context:
        """Return the question as the formulation sees it."""
        return Context(self.scenario, self.catalog, self.store)

    def survey(self, service: int) -> BlockSet:
        """Return what passes the filters for a service (index), place by place; looked at once."""
        if service not in self._surveys:
            self._surveys[service] = survey_of(self.context(), service)
        return self._surveys[service]

    def try_plan(
        self, scenario: Scenario, what: str, catalog: Catalog | None = None, made: Made | None = None
    ) -> Plan | str:
        """Return the cheapest plan of a changed question, or in a sentence why there is none."""
        try:
            return self.find(scenario, catalog or self.catalog, what, made).plan
        except NoAnswer as refusal:
            return refusal.reasons[0] if refusal.reasons else "no plan keeps what is asked"

    def try_pin(self, pin: Pin, what: str) -> Plan | str:
        """Return the cheapest plan that keeps one more decision; a refusal calls that decision ``asking for it``."""
        pins = self.scenario.pins
        found = self.try_plan(replace(self.scenario, pins=(*pins, pin)), what, made=self._made_with(pin))
        if isinstance(found, Plan):
            return found
        return re.sub(rf"pins\.{len(pins)}\b(\.\w+)?", "asking for it", found).rstrip(".")

    def _made_with(self, pin: Pin) -> Made | None:
        """How blocks are made with one more decision about one place: those of the others are known."""
        index = [service.name for service in self.scenario.services].index(pin.service)
        if pin.location is None or not is_reusable(self.cheapest.context, self.cheapest.blocks, index):
            return None
        return partial(remade_in, known=self.cheapest.blocks, service=index, location=pin.location)

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
