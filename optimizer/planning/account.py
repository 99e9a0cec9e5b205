"""The account of today's fleet, priced as it stands, and of a plan, read from its bill; nothing is solved."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.account import Account, Saving
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.performance import CapacityStore
from optimizer.planning.today_bill import UNKNOWN, today_bill
from optimizer.planning.today_energy import energy_kwh_of
from optimizer.planning.today_holds import placement_of, reaches_of


def account_of_fleet(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> Account:
    """Return what the running instances cost over the horizon, and whether they hold the targets.

    Parameters
    ----------
    scenario, catalog
        The question; its `running` rows are the fleet.
    store
        Simulated capacities.
    """
    placement, unplaced = placement_of(scenario, catalog, store)
    energy_kwh = energy_kwh_of(scenario, catalog, store, placement)
    bill = today_bill(scenario, catalog, placement, energy_kwh)
    # A price that is not known is named, never a line of 0.
    priced = tuple(line for line in bill.cost.lines if line.basis != UNKNOWN)
    return Account(
        kind="fleet",
        scenario=scenario.name,
        currency=catalog.currency,
        horizon_start=scenario.horizon_start,
        horizon_hours=scenario.horizon_hours,
        cost=replace(bill.cost, lines=priced),
        instances=sum(row.count for row in scenario.running),
        unpriced=tuple(bill.unpriced),
        unplaced=unplaced,
        reaches=tuple(reaches_of(scenario, catalog, store, placement)),
    )


def account_of_plan(plan: Plan) -> Account:
    """Return the bill of a plan as an account."""
    return Account(
        kind="plan",
        scenario=plan.scenario.get("name", ""),
        currency=plan.objective.currency,
        horizon_start=plan.scenario.get("start", ""),
        horizon_hours=plan.objective.horizon_hours,
        cost=plan.cost,
    )


def with_plan(account: Account, plan: Plan) -> Account:
    """Return the account with the cheapest plan beside it, and what that saves by cause.

    There is no saving where a price is not known or some service reaches no instance: the bills are not comparable.
    """
    found = (plan.today or {}).get("saving") if not account.unplaced else None
    savings = None if found is None else tuple(Saving(each["cause"], each["amount"]) for each in found)
    return replace(account, plan_total=plan.objective.total, savings=savings)
