"""What a change is charged unless told: some hours of what an instance of the running fleet is paid."""

from __future__ import annotations

from optimizer.domain.plan import Plan

#: Two days. A type that saves less than half of its price within a week does not replace another one for a week, and a
#: year hardly notices: measured in docs/decisions/0019.
HOURS_PER_CHANGE = 48.0
#: Where nothing that runs has a price by the hour.
LEAST_PER_CHANGE = 1.0


def default_cost_per_change(plan: Plan) -> float:
    """Return the charge for an instance that starts or stops, in the plan's currency: two days of an average one.

    Parameters
    ----------
    plan
        In force; the average is over its instance-hours at their prices, signed ones included.
    """
    hours = [
        (row.price_per_hour, sum(n * p.hours for n, p in zip(row.expected_count_by_period, plan.periods, strict=True)))
        for row in plan.fleet
    ]
    paid, ran = sum(price * count for price, count in hours), sum(count for _, count in hours)
    return round(HOURS_PER_CHANGE * paid / ran, 2) if paid > 0.0 else LEAST_PER_CHANGE
