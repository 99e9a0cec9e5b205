"""Time as the model sees it: demands that are counted, hours, and the minutes before an hour that needs more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.domain.scenario import Floats, Period, Scenario
from optimizer.formulation.problem import Indices


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Slots in which counts are paid.

    A *main* slot is an hour (period) under a demand. An *early* slot is the end of an hour, in which the instances of
    the next one run already; there is one for each pair of an hour and what may follow it. Slots are ordered demand by
    demand, all main ones first.

    Parameters
    ----------
    demands
        Names, the one that is planned for first.
    weights
        Weight of each demand in the money, shape (demands,).
    hours
        Hours of the horizon in each period, shape (periods,).
    lead_hours
        Share of an hour that the next one's instances are paid earlier; 0 without early slots.
    before, after, share
        Of the pairs: period, the one that follows, and how often that one follows; shape (pairs,) each.
    """

    demands: tuple[str, ...]
    weights: Floats
    hours: Floats
    lead_hours: float
    before: Indices
    after: Indices
    share: Floats

    @property
    def main_hours(self) -> Floats:
        """Expected hours of the main slots, shape (demands x periods,)."""
        return np.outer(self.weights, self.hours * (1.0 - self.lead_hours)).ravel()

    @property
    def full_hours(self) -> Floats:
        """Expected hours of each period under each demand, early minutes included, shape (demands x periods,)."""
        return np.outer(self.weights, self.hours).ravel()

    @property
    def early_hours(self) -> Floats:
        """Expected hours of the early slots, shape (demands x pairs,)."""
        return np.outer(self.weights, self.hours[self.before] * self.lead_hours * self.share).ravel()

    @property
    def slot_hours(self) -> Floats:
        """Expected hours of all slots, main ones first."""
        return np.concatenate([self.main_hours, self.early_hours])

    @property
    def main_count(self) -> int:
        """Number of main slots."""
        return len(self.demands) * self.hours.size

    def slots(self, main: Floats, early: Floats) -> Floats:
        """Join values of shape (..., demands, periods) and (..., demands, pairs) to slots, shape (..., slots)."""
        lead = main.shape[:-2]
        return np.concatenate([main.reshape(*lead, -1), early.reshape(*lead, -1)], axis=-1)

    def least_early(self, counts: Floats) -> Floats:
        """Fewest instances of early slots for counts by period: those of the larger hour, shape (..., pairs)."""
        return np.maximum(counts[..., self.before], counts[..., self.after])


def timeline_of(scenario: Scenario, *, lead_on: bool = True) -> Timeline:
    """Return the slots of a scenario; without a lead, or where counts do not change by the hour, no early ones."""
    weights = scenario.weights
    demands = (scenario.plan_for, *(name for name in weights if name != scenario.plan_for))
    hourly = scenario.autoscaling == "hourly" and lead_on
    lead = scenario.purchase.scale_up_lead_hours if hourly else 0.0
    before, after, share = successions(scenario.periods) if lead > 0.0 else successions(())
    return Timeline(
        demands=demands,
        weights=np.array([weights.get(name, 0.0) for name in demands]),
        hours=np.array([period.hours for period in scenario.periods]),
        lead_hours=lead,
        before=before,
        after=after,
        share=share,
    )


def successions(periods: Sequence[Period]) -> tuple[Indices, Indices, Floats]:
    """Return pairs of periods that follow each other, and how often the second follows the first.

    An hour is followed by the next one of its day type; the last hour of any day by the first of every day type, as
    often as that day type occurs (days follow each other in any order).
    """
    rows: dict[str, list[int]] = {}
    for index, period in enumerate(periods):
        rows.setdefault(period.day_type, []).append(index)
    by_hour = {kind: sorted(found, key=lambda i: periods[i].hour) for kind, found in rows.items()}
    days = sum(periods[found[0]].days for found in by_hour.values())
    pairs: list[tuple[int, int, float]] = []
    for found in by_hour.values():
        pairs += [(a, b, 1.0) for a, b in pairwise(found)]
        pairs += [(found[-1], other[0], periods[other[0]].days / days) for other in by_hour.values()]
    before, after = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return before, after, np.array([pair[2] for pair in pairs], dtype=np.float64)
