"""Why this and why not that: each answer is a plan made with the thing, or without it, beside the cheapest plan."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Explanation, Item, ItemKind, Verdict
from optimizer.domain.plan import CostLine
from optimizer.domain.scenario import Scenario
from optimizer.performance import CapacityStore
from optimizer.planning.explain_costs import lines_named, lines_of_category, on_category, on_line
from optimizer.planning.explain_options import on_option
from optimizer.planning.explain_places import on_place
from optimizer.planning.explain_pools import on_pool
from optimizer.planning.explain_seen import Seen
from optimizer.planning.explain_services import on_service
from optimizer.planning.explain_types import on_type
from optimizer.planning.planner import Found, Made, find

Progress = Callable[[str, str], None]
_ANSWERS: dict[ItemKind, Callable[[Seen, str], list[Verdict]]] = {
    "instance_type": on_type,
    "location": on_place,
    "purchase_option": on_option,
    "service": on_service,
    "pool": on_pool,
    "cost_category": on_category,
    "cost_line": on_line,
}
#: The lines of the bill that a part of it is.
_LINES: dict[ItemKind, Callable[[Seen, str], tuple[CostLine, ...]]] = {
    "cost_category": lines_of_category,
    "cost_line": lines_named,
}


def explain_item(
    scenario: Scenario,
    catalog: Catalog,
    item: Item,
    *,
    store: CapacityStore,
    seed: int = 0,
    progress: Progress | None = None,
) -> Explanation:
    """Return the verdicts on an item.

    Parameters
    ----------
    scenario, catalog
        The question and the facts.
    item
        What is asked about.
    store
        Simulated capacities; shared by every plan that is made, so that nothing is simulated twice.
    seed
        As of `plan_scenario`.
    progress
        Called with a stage and a detail.

    Raises
    ------
    Infeasible, NoPlanFound
        Where there is no plan at all, so that nothing can be compared with it.

    Notes
    -----
    Every plan is found at gap 0, so that differences are exact, and with its promises simulated, so that it is the plan
    that `plan_scenario` finds.
    """

    def planned(other: Scenario, facts: Catalog, what: str, made: Made | None = None) -> Found:
        if progress is not None:
            progress("plan", what)
        return find(other, facts, store, seed=seed, gap=0.0, made=made)

    seen = Seen(scenario, catalog, store, planned, planned(scenario, catalog, "the cheapest"))
    answer = _ANSWERS[item.kind]
    verdicts: list[Verdict] = []
    for name in item.names:
        verdicts += answer(seen, name)
    objective = seen.plan.objective
    return Explanation(
        scenario=scenario.name,
        currency=objective.currency,
        horizon_hours=objective.horizon_hours,
        kind=item.kind,
        total=objective.total,
        verdicts=tuple(verdicts),
        lines=_LINES[item.kind](seen, item.names[0]) if item.kind in _LINES else (),
    )
