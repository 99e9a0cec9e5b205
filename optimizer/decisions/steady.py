"""What a plan buys or signs for the whole horizon."""

from __future__ import annotations

from optimizer.domain.plan import Plan
from optimizer.domain.purchase import OWNED, TERM_MONTHS, PurchaseOption

#: Location, instance type and purchase option.
Key = tuple[str, str, PurchaseOption]
STEADY: tuple[PurchaseOption, ...] = (*TERM_MONTHS, OWNED)


def steady_counts(plan: Plan) -> dict[Key, int]:
    """Return how many instances of each kind; what was signed before has an end, and is left out."""
    counts: dict[Key, int] = {}
    for row in plan.fleet:
        option = next((option for option in STEADY if option == row.purchase_option), None)
        if option is not None and not row.until:
            key = (row.location, row.instance_type, option)
            counts[key] = counts.get(key, 0) + max(row.count_by_period, default=0)
    return counts
