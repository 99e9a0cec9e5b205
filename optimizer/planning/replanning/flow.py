"""The flow of a re-plan: keep, plan again with changes charged, compare, order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.replan import REPLAN_FORMAT, Replan, ServiceChange
from optimizer.domain.running import ChangeTerms
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.context import Context
from optimizer.performance import CapacityStore
from optimizer.planning.planner import DEFAULT_GAP, Found, find, plan_scenario, verified
from optimizer.planning.replanning.charge import default_cost_per_change
from optimizer.planning.replanning.commitments import all_committed
from optimizer.planning.replanning.current import asked_in_force, largest_change, running_of
from optimizer.planning.replanning.listed import AS_IT_RUNS
from optimizer.planning.replanning.pays import Weighing
from optimizer.planning.replanning.stands import Stand, stands_now
from optimizer.planning.replanning.steps import Walk
from optimizer.units import HOURS_PER_MONTH
from optimizer.verification import CHECKS
from optimizer.verification.view import View

Progress = Callable[[str, str], None]
HALF_CENT = 0.005


@dataclass(frozen=True, slots=True)
class _Question:
    """The scenario with what runs and is committed, and how it is answered."""

    scenario: Scenario
    catalog: Catalog
    store: CapacityStore
    seed: int
    gap: float
    time_limit_s: float | None
    progress: Progress | None
    in_force: Plan

    def found(self, scenario: Scenario, *, money_only: bool = False) -> Found:
        """The best plan; for its money alone no promise is simulated again."""
        return find(
            scenario,
            self.catalog,
            self.store,
            seed=self.seed,
            gap=self.gap,
            time_limit_s=self.time_limit_s,
            progress=self.progress,
            promises=not money_only,
        )

    def told(self, stage: str, detail: str) -> None:
        if self.progress is not None:
            self.progress(stage, detail)


def replan_scenario(
    plan: Plan,
    scenario: Scenario,
    catalog: Catalog,
    *,
    cost_per_change: float | None = None,
    if_changed: float | None = None,
    seed: int = 0,
    gap: float = DEFAULT_GAP,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    store: CapacityStore | None = None,
) -> Replan:
    """Return what to change of a plan in force for a scenario with a new demand.

    Parameters
    ----------
    plan
        In force: what it runs is running, what it bought is signed. May come from `fleet_as_plan`.
    scenario, catalog
        The question as it is now; what the scenario says of today's fleet is not read.
    cost_per_change
        Charge for every instance that starts or stops; None for two days of an average running instance.
    if_changed
        Where no demand changed by this share or more, and the running fleet carries the new one, nothing is planned.
    seed, gap, time_limit_s, progress, store
        As of `plan_scenario`.

    Raises
    ------
    InputError
        If the plan runs what the scenario or the catalog do not know.
    Infeasible, NoPlanFound
        As `plan_scenario`.
    VerificationFailed
        The second reading disagrees with the plan that is reached: a fault in fleetopt.
    """
    store = store or CapacityStore(seed=seed)
    asked = replace(scenario, running=(), commitments=all_committed(plan, scenario, catalog))
    charge = default_cost_per_change(plan) if cost_per_change is None else cost_per_change
    asked = replace(asked, change=ChangeTerms(charge, running_of(plan, asked)))
    question = _Question(asked, catalog, store, seed, gap, time_limit_s, progress, plan)
    context = Context(asked, catalog, store)
    now = stands_now(context, plan, all_known=False)
    in_force = asked_in_force(plan, asked)
    moved = largest_change(None if in_force is None else in_force.services, asked.services)
    before = stands_now(Context(in_force or asked, catalog, store), plan)
    kept = _kept(question, context, now)
    if if_changed is not None and moved is not None and moved < if_changed and kept is not None:
        reason = f"no demand changed by {100.0 * if_changed:g} % or more, and the running fleet carries it"
        return _answer(question, kept.plan, kept, moved, reason=reason)
    best = _planned(question)
    if kept is not None and kept.plan.objective.total <= best.plan.objective.total + _unproved(best.plan):
        reason = "the running fleet carries it, and no other is cheaper by more than its changes cost"
        return _answer(question, _bounded(kept.plan, best.plan, gap), kept, moved, reason=reason)
    way = Walk(best, before, in_force)
    return _changed(question, best, kept, now, way, moved)


def _planned(question: _Question) -> Found:
    """The plan with changes charged; where there is none, why, as of a plan made afresh."""
    try:
        return question.found(question.scenario)
    except (Infeasible, NoPlanFound):
        afresh = replace(question.scenario, change=None)
        options = {"seed": question.seed, "gap": question.gap, "time_limit_s": question.time_limit_s}
        plan_scenario(afresh, question.catalog, store=question.store, progress=question.progress, **options)  # type: ignore[arg-type]
        raise


def _kept(question: _Question, context: Context, now: Sequence[Stand]) -> Found | None:
    """The plan of the running fleet as it is; None where it breaks a rule under the new demand."""
    weighing = Weighing(question.scenario, question.catalog, question.store, context, now)
    found = weighing.all_kept()
    if found is None:
        return None
    checked = verified(found.plan, question.scenario, question.catalog, refuse=False, progress=question.progress)
    return replace(found, plan=checked) if all(check.holds for check in checked.checks) else None


def _unproved(plan: Plan) -> float:
    return max(plan.objective.total - plan.objective.lower_bound, 0.0) + HALF_CENT


def _bounded(kept: Plan, best: Plan, gap: float) -> Plan:
    """The running fleet with what is proved about all others: the bound of the plan that was looked for."""
    total, fixed = kept.objective.total, kept.objective.fixed
    bound = min(best.objective.lower_bound, total)
    missing = total - bound
    objective = replace(
        kept.objective,
        lower_bound=bound,
        gap=missing / (total - fixed) if total > fixed else 0.0,
        gap_of_total=missing / total if total > 0.0 else 0.0,
    )
    status = "optimal" if objective.gap <= gap + 1e-9 else "feasible"
    plan = kept.replace(objective=objective, status=status, rejected=best.rejected, stopped_by=best.stopped_by)
    # Of what was read, only the bound is another one.
    checks = [check for check in kept.checks if check.rule != "bound"]
    return plan.replace(checks=(*checks, *CHECKS["bound"](View(plan))))


def _changed(
    question: _Question,
    best: Found,
    kept: Found | None,
    now: Sequence[Stand],
    way: Walk,
    moved: float | None,
) -> Replan:
    weighing = Weighing(question.scenario, question.catalog, question.store, best.context, now)
    question.told("weigh", "what each change saves")
    changes = weighing.changes(best)
    left: tuple[ServiceChange, ...] = ()
    if question.scenario.change is not None and question.scenario.change.cost_per_change > 0.0:
        free = replace(question.scenario, change=replace(question.scenario.change, cost_per_change=0.0))
        left = weighing.left(best, question.found(free, money_only=True))
    plan = verified(best.plan, question.scenario, question.catalog, progress=question.progress)
    broken_now, (order, steps) = way.broken_now(), way.ordered(question.progress)
    answer = _answer(question, plan, kept, moved)
    told = {"changes": changes, "left": left, "broken_now": broken_now, "order": order, "steps": steps}
    return replace(answer, changed=True, **told)  # type: ignore[arg-type]


def _per_month(plan: Plan) -> float:
    return plan.objective.total / (plan.objective.horizon_hours / HOURS_PER_MONTH)


def _answer(question: _Question, plan: Plan, kept: Found | None, moved: float | None, *, reason: str = "") -> Replan:
    terms = question.scenario.change
    return Replan(
        format=REPLAN_FORMAT,
        currency=plan.objective.currency,
        horizon_hours=plan.objective.horizon_hours,
        starts_from="fleet" if question.in_force.plan_space == AS_IT_RUNS else "plan",
        in_force_per_month=_per_month(question.in_force),
        changed=False,
        reason=reason,
        cost_per_change=0.0 if terms is None else terms.cost_per_change,
        demand_change=moved,
        running_holds=kept is not None,
        running_total=None if kept is None else kept.plan.objective.total,
        total=plan.objective.total,
        charge=plan.cost.by_category.get("change", 0.0),
        changes=(),
        left=(),
        broken_now=(),
        order="",
        steps=(),
        plan=plan,
    )
