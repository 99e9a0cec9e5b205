"""Single changes of a scenario that could mend it: what, which key, from what to what, and how dear it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Pin
from optimizer.domain.purchase import Purchase
from optimizer.domain.scenario import Scenario
from optimizer.formulation.rules import RULES

#: What a reader of plans may want of a change: text, number, or nothing.
Value = float | int | str | None


#: Changes of these rules add to a list.
ADDING = frozenset({"locations", "residency", "options_allowed"})


class Case(NamedTuple):
    """A scenario over a catalog."""

    scenario: Scenario
    catalog: Catalog


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a scenario.

    Parameters
    ----------
    rule
        The rule that gives.
    what
        In the planner's words: ``quota of g2-* in gcp/us-central1``.
    key
        Path into the scenario.
    now, needed, unit
        From what to what.
    size
        How far it gives: the rule's weight times the share of what stands now.
    shortage, advice
        What is too little, and what to do, a sentence each; the first may be empty.
    apply
        Makes the change.
    """

    rule: str
    what: str
    key: str
    now: Value
    needed: Value
    unit: str
    size: float
    shortage: str
    advice: str
    apply: Callable[[Case], Case]

    def as_dict(self) -> dict[str, Value]:
        """Return what, key, now, needed and unit."""
        return {"what": self.what, "key": self.key, "now": self.now, "needed": self.needed, "unit": self.unit}


Changes = tuple[Change, ...]


def weight(rule: str) -> float:
    """Return how dear it is to the planner that a rule gives."""
    return RULES[rule].relaxation.weight


def size_of(changes: Sequence[Change]) -> float:
    """Return how far changes give together."""
    return sum(change.size for change in changes)


def applied(case: Case, changes: Sequence[Change]) -> Case:
    """Return the case with every change made."""
    for change in changes:
        case = change.apply(case)
    return case


def merged(changes: Sequence[Change]) -> Changes:
    """Return changes with one for each key, the one that gives most; what is added to a list all stays."""
    found: dict[tuple[str, Value], Change] = {}
    for change in changes:
        key = change.key, change.needed if change.rule in ADDING else None
        if key not in found or change.size > found[key].size:
            found[key] = change
    return tuple(found.values())


def number(value: float, unit: str = "") -> str:
    """Write a value as it goes into a scenario: no trailing zeros, no separators."""
    text = f"{value:.10g}"
    return f"{text} {unit}" if unit else text


def of_service(index: int, **fields: Any) -> Callable[[Case], Case]:  # noqa: ANN401  fields of a record
    """Return what replaces fields of a service."""

    def changed(case: Case) -> Case:
        service = replace(case.scenario.services[index], **fields)
        return case._replace(scenario=case.scenario.with_service(index, service))

    return changed


def of_limits(**fields: Any) -> Callable[[Case], Case]:  # noqa: ANN401  fields of a record
    """Return what replaces limits of the whole plan."""

    def changed(case: Case) -> Case:
        limits: Limits = replace(case.scenario.limits, **fields)
        return case._replace(scenario=replace(case.scenario, limits=limits))

    return changed


def of_pin(index: int, make: Callable[[Pin], Pin | None]) -> Callable[[Case], Case]:
    """Return what changes a pin, or takes it away where `make` gives None. Others keep their numbers."""

    def changed(case: Case) -> Case:
        pins = list(case.scenario.pins)
        made = make(pins[index])
        # A pin without any field set keeps nothing, and the others keep their places.
        pins[index] = made if made is not None else Pin(pins[index].service, None, None, None, None, 0, None)
        return case._replace(scenario=replace(case.scenario, pins=tuple(pins)))

    return changed


def of_scenario(**fields: Any) -> Callable[[Case], Case]:  # noqa: ANN401  fields of a record
    """Return what replaces fields of the scenario."""

    def changed(case: Case) -> Case:
        return case._replace(scenario=replace(case.scenario, **fields))

    return changed


def of_purchase(make: Callable[[Purchase], Purchase]) -> Callable[[Case], Case]:
    """Return what changes the terms of buying."""
    return lambda case: case._replace(scenario=replace(case.scenario, purchase=make(case.scenario.purchase)))
