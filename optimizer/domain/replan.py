"""What to change now that the demand is another one: which changes pay, in which order, and the plan they lead to."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from optimizer.domain.actuals import Actuals
from optimizer.domain.json_document import JsonDocument
from optimizer.domain.plan import Plan

REPLAN_FORMAT = "fleetopt/replan/1"
#: Keeping a service as it is is impossible; costs more; the other way round costs less than changing it saves.
Verdict = Literal["needed", "pays", "does not pay"]
StepKind = Literal["commit", "start", "schedule", "switch", "stop"]


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """What is done, or left, about one service.

    Parameters
    ----------
    started, stopped
        Instances, at the busiest hour of each zone.
    charge
        What starting and stopping them is charged.
    worth
        Money over the horizon, after the charge: what is lost by leaving the service as it is; for a change that does
        not pay, what making it would lose. None where the service cannot stay as it is.
    reason
        Why it cannot, or what the change is.
    """

    service: str
    verdict: Verdict
    started: int
    stopped: int
    charge: float
    worth: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way, and how the fleet that it leaves was read by the second reading.

    Parameters
    ----------
    what
        Actions, a line each.
    carries
        For each service the demand that the fleet was read at: ``in force`` until what it needs has started (and, where
        it moves, its traffic has), the ``forecast`` from then on.
    rules
        Number of checks that were read.
    broken
        Those that do not hold and held before the first step, or were less far off; empty where it breaks nothing.
    still_broken
        Rules that what runs breaks before the first step, and that this step leaves no worse.
    """

    number: int
    kind: StepKind
    where: str
    what: tuple[str, ...]
    carries: dict[str, str]
    rules: int
    broken: tuple[str, ...]
    still_broken: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every rule holds after the step."""
        return not (self.broken or self.still_broken)


@dataclass(frozen=True, slots=True)
class Replan(JsonDocument):
    """The answer of a re-plan.

    Parameters
    ----------
    starts_from
        ``plan`` in force, or today's ``fleet`` as a list of instances.
    in_force_per_month
        What that costs a month: the plan when it was made, the fleet as it runs.
    changed
        Whether anything is to be changed.
    reason
        Why not, where nothing is.
    cost_per_change
        Charge for an instance that starts or stops.
    demand_change
        Largest change of a service's demand from an origin, as a share; None where hours or origins are others.
    running_holds
        Whether the fleet in force carries the forecast as it is.
    running_total
        What it then costs over the horizon; None where it does not hold.
    total, charge
        Of the plan: over the horizon, and of that for changes.
    changes, left
        Services that change; changes that a free hand would make, and that do not pay.
    broken_now
        Rules that what runs breaks before the first step, at the demand in force; read where there are steps.
    order
        How the steps are ordered, in words: the first order of which no step breaks a rule, else that with fewest.
    steps
        The changes in their order; empty without any.
    plan
        The plan to reach. It was read a second time, like every plan.
    actuals
        What came, where it was given.
    """

    format: str
    currency: str
    horizon_hours: float
    starts_from: Literal["plan", "fleet"]
    in_force_per_month: float
    changed: bool
    reason: str
    cost_per_change: float
    demand_change: float | None
    running_holds: bool
    running_total: float | None
    total: float
    charge: float
    changes: tuple[ServiceChange, ...]
    left: tuple[ServiceChange, ...]
    broken_now: tuple[str, ...]
    order: str
    steps: tuple[Step, ...]
    plan: Plan
    actuals: Actuals | None = None

    @property
    def keeps_promises(self) -> bool:
        """Whether every step leaves a fleet in which every rule holds."""
        return all(step.holds for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers; the plan last, as ``plan.json`` has it."""
        document = dataclasses.asdict(dataclasses.replace(self, plan=None))  # type: ignore[arg-type]
        del document["plan"]
        return {**document, "keeps_promises": self.keeps_promises, "plan": self.plan.to_dict()}
