"""Cash flows beside each other: from which month on an option has cost less than the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from optimizer.decisions.cash.flow import CashQuestion, cash_of
from optimizer.decisions.cash.records import CashFlow, OptionCash
from optimizer.decisions.made import OTHER_MONEY
from optimizer.decisions.work import run_all
from optimizer.inputs.option_terms import CashTerms

#: Sums nearer than this share are equal.
EQUAL = 1e-9


def cash_flow(
    asked: Sequence[CashQuestion], terms: CashTerms, executor: Executor, tell: Callable[[str, str], None]
) -> CashFlow:
    """Follow the payments of each option; they are compared with the first whose payments can be followed."""
    money = asked[0].made.bill.objective.currency if asked else ""
    alike = [item for item in asked if item.made.bill.objective.currency == money]

    def done(number: int, finished: int) -> None:
        tell(f"cash flow {finished} of {len(alike)}", alike[number].label)

    found = run_all(executor, cash_of, alike, done)
    found += [OptionCash(item.label, reasons=(OTHER_MONEY,)) for item in asked if item not in alike]
    base = next((flow for flow in found if flow.cumulative), None)
    options = tuple(flow if base is None or flow is base else _compared(flow, base) for flow in found)
    return CashFlow(
        terms.months,
        terms.discount_rate_per_year,
        terms.rent_decline_per_year,
        terms.demand_growth_per_year,
        terms.value_kept_per_year,
        None if base is None else base.label,
        options,
    )


def _compared(flow: OptionCash, base: OptionCash) -> OptionCash:
    if not flow.cumulative or not base.cumulative:
        return flow
    return replace(flow, cheaper_from_month=cheaper_from(flow.cumulative, base.cumulative))


def cheaper_from(one: Sequence[float], other: Sequence[float]) -> int | None:
    """Return the first month from which `one` stays below `other` to the end; None if it does not end below it."""
    least = EQUAL * max(1.0, *map(abs, other))
    above = np.flatnonzero(np.array(other) - np.array(one) <= least)
    month = int(above[-1]) + 1 if above.size else 0
    return month if month < len(one) else None
