"""A year of weekly forecasts, planned again every week: what it costs, what it changes, what it does not carry."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from optimizer.domain.json_document import JsonDocument

ROLLING_FORMAT = "fleetopt/rolling/1"


@dataclass(frozen=True, slots=True)
class WeekRun:
    """A way of planning again in one week.

    Parameters
    ----------
    cost
        Of the week, charges for changes included.
    charge
        Of that, for changes.
    churn
        Instances that start or stop at its beginning, at the busiest hour of each zone.
    short_hours
        Hours of the week in which what came was not carried as promised, summed over services.
    instances
        Held: the most of any hour of the week, in each zone.
    """

    cost: float
    charge: float
    churn: int
    short_hours: float
    instances: int


@dataclass(frozen=True, slots=True)
class RollingWeek:
    """One week.

    Parameters
    ----------
    charged, free
        Planned again with changes charged, and without.
    hindsight
        What the week costs at least: the cheapest fleet for what came, changes not counted.
    forced
        Instances by which the configurations in force must grow or shrink to hold the fewest that the forecast needs.
    kept_short_hours
        What `short_hours` would be had the fleet in force never changed; None where it cannot be read at this demand.
    """

    name: str
    charged: WeekRun
    free: WeekRun
    hindsight: float
    forced: int
    kept_short_hours: float | None


@dataclass(frozen=True, slots=True)
class YearRun:
    """A way of planning again over all weeks; `beyond` is churn less what demand forces, 0 at least."""

    cost: float
    charge: float
    churn: int
    beyond: int
    short_hours: float
    over_hindsight: float


@dataclass(frozen=True, slots=True)
class Rolling(JsonDocument):
    """The answer of a rolling re-plan; `kept_instances` are those that the fleet in force holds."""

    format: str
    currency: str
    plan_for: str
    cost_per_change: float
    hours: float
    charged: YearRun
    free: YearRun
    hindsight: float
    forced: int
    kept_instances: int
    kept_short_hours: float | None
    weeks: tuple[RollingWeek, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)
