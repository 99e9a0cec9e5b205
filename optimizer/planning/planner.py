"""From scenario to verified plan: the one function everything else calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np

from optimizer.beside import Beside, in_turn
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Check, Plan
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound, VerificationFailed
from optimizer.formulation.assemble import assemble
from optimizer.formulation.budgets import Budgets
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, add_budgets, make_blocks
from optimizer.formulation.rules.budget import budget_total
from optimizer.performance import CapacityStore, OperatingPoint
from optimizer.planning.bound_quotas import quota_bound_services
from optimizer.planning.buying import buys_of
from optimizer.planning.chosen import Chosen
from optimizer.planning.document import write_plan
from optimizer.planning.guessed import can_be_guessed, cheapest_guessed
from optimizer.planning.infeasible import (
    Case,
    Room,
    explained,
    instant_refusal,
    no_split,
    told_together,
    unserved_pairs,
    why_unserved,
)
from optimizer.planning.layout import BlockLoad, load_of
from optimizer.planning.page_plans import cheapest_of_pages, pages_can_be_guessed
from optimizer.planning.promise import broken_promises, promises_s
from optimizer.planning.splits import best_split
from optimizer.planning.today import steps_of, today_of
from optimizer.solve import Status, solve_problem, solved_before
from optimizer.verification import verify as second_reading

Progress = Callable[[str, str], None]
#: Makes what is chosen from.
Made = Callable[[Context], BlockSet]
#: What each chosen block promises, seconds.
Promising = Callable[[tuple[BlockLoad, ...]], tuple[float, ...]]
DEFAULT_GAP = 0.001
#: A promise that its own re-evaluation misses costs its operating point one per cent of capacity, so many times.
PROMISE_ROUNDS = 6
PROMISE_DERATE = 0.99
#: A budget is kept to the cent.
CENT = 0.01
#: From so many simulated capacities on, the extra `fast` is worth a word.
SLOW_WITHOUT_NUMBA = 100


def plan_scenario(
    scenario: Scenario,
    catalog: Catalog,
    *,
    seed: int = 0,
    gap: float = DEFAULT_GAP,
    time_limit_s: float | None = None,
    rules_off: frozenset[str] = frozenset(),
    progress: Progress | None = None,
    store: CapacityStore | None = None,
    verify: bool = True,
    explain: bool = True,
    beside: Beside = in_turn,
) -> Plan:
    """Find the cheapest fleet, and have it verified by a second reading.

    Parameters
    ----------
    scenario, catalog
        The question and the facts.
    seed
        Of the traffic samples and the solver: same input, seed and version, same plan.
    gap
        Asked gap of the changeable cost, as a share (0 for a proved optimum).
    time_limit_s
        Limit of the solver, seconds.
    rules_off
        Rules that do not hold; only tests use it.
    progress
        Called with a stage and a detail.
    store
        Capacities simulated so far.
    verify
        Whether a plan that fails its second reading is refused.
    explain
        Whether to look for ways out where no plan fits; each is tried by planning with it.
    beside
        How work that does not wait for other work is done; the plan is the same.

    Returns
    -------
    Plan
        With its checks filled in.

    Raises
    ------
    Infeasible
        Proved: no plan of any kind keeps what is asked.
    NoPlanFound
        A limit came first, or no plan of the kinds considered fits.
    VerificationFailed
        The second reading disagrees: a fault in fleetopt.
    """
    store = store or CapacityStore(seed=seed)
    search = partial(find, store=store, seed=seed, gap=gap, time_limit_s=time_limit_s, rules_off=rules_off)

    def money_only(other: Scenario) -> Plan:
        return find(other, catalog, store, seed=seed, promises=False).plan

    # A copy of a process that has solved must not solve; so it is begun before this one does.
    solving = in_turn if solved_before() else beside
    steps = solving(lambda: steps_of(scenario, money_only)) if scenario.running else None
    try:
        plan = search(scenario, catalog, progress=progress, beside=beside).plan
    except (Infeasible, NoPlanFound) as refusal:
        if not explain or rules_off or isinstance(refusal, _LimitReached):
            raise
        raise explained(refusal, Case(scenario, catalog), Room(store, search), progress) from None
    if steps is not None:
        if progress is not None:
            progress("today", "what the running fleet costs, and what the plan saves")
        plan = plan.replace(today=today_of(scenario, catalog, store, plan, steps()))
    return verified(plan, scenario, catalog, refuse=verify, progress=progress, beside=beside)


class _LimitReached(NoPlanFound):
    """The time limit came first: there is nothing to explain."""


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with what it was chosen from."""

    context: Context
    blocks: BlockSet
    chosen: Chosen
    plan: Plan


def find(
    scenario: Scenario,
    catalog: Catalog,
    store: CapacityStore,
    *,
    seed: int = 0,
    gap: float = 0.0,
    time_limit_s: float | None = None,
    rules_off: frozenset[str] = frozenset(),
    progress: Progress | None = None,
    promises: bool = True,
    any_block: bool = False,
    blocks: BlockSet | None = None,
    beside: Beside = in_turn,
    budgets: Budgets | None = None,
    made: Made | None = None,
) -> Found:
    """Find the cheapest fleet and what it was chosen from; parameters as of `plan_scenario` and `Context`.

    Parameters
    ----------
    promises
        Whether each pool's promise is simulated again; without, only money is asked for.
    blocks
        What to choose from, where that is known already.
    beside
        How promises that do not wait for each other are simulated.
    budgets
        What stages of pages may take, seconds, by service (index): no others are looked at. None to look for the best.
    made
        How blocks are made at first, where most of them are known already; they must be those of `make_blocks`.

    Raises
    ------
    Infeasible, NoPlanFound
        As `plan_scenario`.
    """
    derates: dict[OperatingPoint, float] = {}
    for attempt in range(PROMISE_ROUNDS):
        context = Context(scenario, catalog, store, rules_off, derates, any_block=any_block, budgets=budgets)
        if attempt == 0 and (refusal := instant_refusal(context)) is not None:
            raise refusal
        known = blocks if attempt == 0 else None
        block_set, chosen = _best(
            context,
            known,
            made if attempt == 0 else None,
            seed=seed,
            gap=gap,
            time_limit_s=time_limit_s,
            progress=progress,
            promised=partial(promises_s, context, beside=beside) if promises else None,
            closer=budgets is None and not any_block,
        )
        broken = broken_promises(chosen.loads, chosen.promises_s)
        if not broken or not promises or not context.is_on("latency") or attempt == PROMISE_ROUNDS - 1:
            break
        for point in broken:
            derates[point] = derates.get(point, 1.0) * PROMISE_DERATE
    plan = write_plan(context, block_set, chosen, seed=seed, gap=gap)
    _refuse_over_budget(context, plan)
    return Found(context, block_set, chosen, plan)


def _best(
    context: Context,
    known: BlockSet | None,
    made: Made | None,
    *,
    seed: int,
    gap: float,
    time_limit_s: float | None,
    progress: Progress | None,
    promised: Promising | None,
    closer: bool,
) -> tuple[BlockSet, Chosen]:
    """Return the best choice of blocks; where quotas bind, of origins divided over two locations as well.

    What stages of pages may take is chosen among budgets that grow closer around the best ones.
    """
    solved = partial(_choose, context, seed=seed, gap=gap, time_limit_s=time_limit_s, progress=progress)

    def choose(found: BlockSet) -> Chosen:
        if not (context.budgets and closer):
            return solved(found, promised=promised)
        told = partial(progress, "budgets") if progress is not None else lambda _: None
        add = partial(add_budgets, context, found)
        chosen = best_split(context, lambda: solved(found, promised=None), add, told)
        return _promised(chosen, promised, progress)

    if known is not None:
        return known, choose(known)
    if time_limit_s is None and made is None:
        found = _within_cost(context, partial(solved, promised=None), closer=closer, progress=progress)
        if found is not None:
            return found[0], _promised(found[1], promised, progress)
    block_set = make_blocks(context, progress) if made is None else made(context)
    wide = quota_bound_services(context, block_set, None)
    try:
        _refuse_unserved(context, block_set)
        chosen = choose(block_set)
        wide = quota_bound_services(context, block_set, chosen)
    except (Infeasible, NoPlanFound):
        if not wide:
            raise
    if not wide:
        return block_set, chosen
    if progress is not None:
        progress("capacity", "a quota binds: origins may be divided")
    block_set = make_blocks(context, progress, wide)
    _refuse_unserved(context, block_set)
    return block_set, choose(block_set)


def _within_cost(
    context: Context, solved: Callable[[BlockSet], Chosen], *, closer: bool, progress: Progress | None
) -> tuple[BlockSet, Chosen] | None:
    """Return the best choice with nothing made that only dearer plans would use; None where that cannot be told."""
    if can_be_guessed(context):
        return cheapest_guessed(context, solved, progress)
    if not pages_can_be_guessed(context):
        return None

    def solve(block_set: BlockSet) -> Chosen:
        _refuse_unserved(context, block_set)
        return solved(block_set)

    return cheapest_of_pages(context, solve, closer=closer, progress=progress)


def _promised(chosen: Chosen, promised: Promising | None, progress: Progress | None) -> Chosen:
    """Return what is chosen with what its pools promise."""
    if promised is None:
        return chosen
    if progress is not None:
        progress("promise", "simulating what each pool promises")
    return replace(chosen, promises_s=promised(chosen.loads))


def _refuse_unserved(context: Context, block_set: BlockSet) -> None:
    if not context.is_on("every_origin_served"):
        return
    told = told_together([why_unserved(context, *pair) for pair in unserved_pairs(context, block_set)])
    if told:
        raise NoPlanFound("\n".join(why.text for why in told))


def _choose(
    context: Context,
    block_set: BlockSet,
    *,
    seed: int,
    gap: float,
    time_limit_s: float | None,
    progress: Progress | None,
    promised: Promising | None,
) -> Chosen:
    assembled = assemble(context, block_set.blocks, block_set.locations)
    problem = assembled.problem
    if progress is not None:
        progress("solve", f"{len(block_set.blocks)} blocks, {store_text(context.store)}")
    outcome = solve_problem(problem, seed=seed, gap=gap, time_limit_s=time_limit_s)
    if outcome.values is None:
        if outcome.status is Status.NOTHING:
            message = f"no plan found: the {outcome.stopped_by} limit came first. Give more time."
            raise _LimitReached(message)
        message = "no plan of the kinds considered fits: the origins cannot be divided over the locations."
        raise NoPlanFound(no_split(context) or message)
    numbers = np.flatnonzero(outcome.values[: problem.block_count] > 0.5)
    blocks = tuple(block_set.blocks[number] for number in numbers.tolist())
    buys = buys_of(context, assembled.keys, block_set.blocks, numbers, outcome.values)
    loads = tuple(load_of(block) for block in blocks)
    return _promised(Chosen(blocks, loads, (0.0,) * len(loads), tuple(buys), outcome), promised, progress)


def _refuse_over_budget(context: Context, plan: Plan) -> None:
    limit = budget_total(context.scenario, on=context.is_on("budget"))
    if limit is None or plan.objective.total <= limit + CENT:
        return
    months, currency = context.rates.horizon_months, plan.objective.currency
    short = (plan.objective.total - limit) / months
    asked = context.scenario.limits.budget_per_month or 0.0
    raise NoPlanFound(
        f"budget: {currency} {asked:,.2f} a month are {currency} {short:,.2f} too little: "
        f"the cheapest plan costs {plan.objective.total / months:,.2f} a month."
    )


def store_text(store: CapacityStore) -> str:
    """Say how many capacities were simulated, and what would make that quicker."""
    text = f"{store.simulated_values} capacities simulated"
    if store.simulated_values > SLOW_WITHOUT_NUMBA and find_spec("numba") is None:
        text += ", about 15 times sooner with: pip install 'fleetopt[fast]'"
    return text


def verified(
    plan: Plan,
    scenario: Scenario,
    catalog: Catalog,
    *,
    refuse: bool = True,
    progress: Progress | None = None,
    beside: Beside = in_turn,
) -> Plan:
    """Return a plan with its second reading.

    Raises
    ------
    VerificationFailed
        If a rule does not hold and `refuse` is set.
    """
    if progress is not None:
        progress("verify", "reading every rule again")
    checks = second_reading(plan, scenario, catalog, beside)
    failed = [check for check in checks if not check.holds]
    if failed and refuse:
        raise VerificationFailed(_refusal(failed))
    return plan.replace(checks=checks)


def _refusal(failed: Sequence[Check]) -> str:
    lines = [f"  {check.rule}: {check.detail or check.subject}" for check in failed]
    head = "the plan failed its second reading; this is a fault in fleetopt, please report it"
    hint = "(damaged figures in the cache folder can cause it too: try once with --no-cache)"
    return "\n".join([f"{head}:", *lines, hint])
