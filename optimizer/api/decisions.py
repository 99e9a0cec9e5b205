"""Decisions that take several plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.api.cache import cache_folder, capacity_store
from optimizer.api.reading import inputs_of, load_fleet, load_plan, load_scenario, plan_of
from optimizer.domain.difference import PlanDifference
from optimizer.domain.explained import Explanation, Overview
from optimizer.domain.plan import Plan
from optimizer.domain.replan import Replan
from optimizer.domain.rolling import Rolling
from optimizer.inputs import Inputs, OptionSet, is_fleet_file, item_of, refuse_other_scenario

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from optimizer.api.progress import Progress
    from optimizer.decisions.records import Comparison


def compare(
    options: OptionSet,
    *,
    seed: int = 0,
    gap: float | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    use_cache: bool = True,
    executor: Executor | None = None,
    draws: int | None = None,
) -> Comparison:
    """Plan options side by side, and say what makes them differ.

    Parameters
    ----------
    options
        What `load_options` returned.
    seed, gap, time_limit_s, use_cache
        As `plan`, for every option. Break-even prices and regret are always proved to gap 0.
    progress
        Called with a stage and a detail.
    executor
        Where the plans are made: any `concurrent.futures.Executor` whose workers can import fleetopt; None for this
        process, one after the other.
    draws
        How often each total is drawn over traffic, prices and failures, with the same seed; None for not at all.

    Returns
    -------
    Comparison
        Its `to_json()` is what ``fleetopt compare --format json`` writes; `plans` holds the plans by label.
    """
    from optimizer.decisions.compare import compare_options
    from optimizer.decisions.work import How, InThisProcess
    from optimizer.planning import DEFAULT_GAP

    how = How(seed, DEFAULT_GAP if gap is None else gap, time_limit_s, cache_folder() if use_cache else None)
    return compare_options(options, how, executor or InThisProcess(), progress, draws=draws)


def with_alternatives(
    plan: Plan,
    scenario: Inputs | str | Path,
    *,
    seed: int = 0,
    gap: float | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    use_cache: bool = True,
    executor: Executor | None = None,
) -> Plan:
    """Plan simpler and safer ways to run the same services, and put them beside a plan.

    Without spot, on one instance type, without each accelerator it uses, with one provider, with a fixed fleet,
    surviving the loss of a region, and surviving none.

    Parameters
    ----------
    plan
        A plan of that scenario; made at gap 0 too, differences are exact.
    scenario
        What `load_scenario` returned, or what it takes.
    seed, time_limit_s, use_cache
        As of `plan`, for every alternative.
    gap
        As of `plan`; None for 0.
    progress
        Called with a stage and a detail.
    executor
        As of `compare`.

    Returns
    -------
    Plan
        The same plan; its `alternatives` hold total, difference and types of each, or why there is no plan.

    Raises
    ------
    InputError
        If the plan is not of that scenario.
    """
    from optimizer.decisions.alternatives import with_alternatives as planned_beside
    from optimizer.decisions.work import How, InThisProcess

    inputs = inputs_of(scenario)
    refuse_other_scenario(plan, "plan", inputs.scenario)
    how = How(seed, 0.0 if gap is None else gap, time_limit_s, cache_folder() if use_cache else None)
    return planned_beside(plan, inputs.scenario, inputs.catalog, how, executor or InThisProcess(), progress)


def explain(
    scenario: Inputs | str | Path,
    item: str,
    *,
    plan_file: str | Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    use_cache: bool = True,
) -> Explanation:
    """Say why the cheapest plan has something or does without it, by plans with it or without it at gap 0.

    Parameters
    ----------
    scenario
        What `load_scenario` returned, or what it takes.
    item
        A service, a pool (``ranking@aws/us-east-1``), an instance type (``g6.xlarge``, ``aws/g6.xlarge``), a location
        (``aws/us-east-1``) or a purchase option; where two have the name, ``service:``, ``pool:``, ``type:``,
        ``location:`` or ``option:`` before it says which.
    plan_file
        A plan that must have been made from that scenario; None not to look.
    seed, progress, use_cache
        As of `plan`.

    Returns
    -------
    Explanation
        Its `to_dict()` is the document of ``--format json``.

    Raises
    ------
    InputError
        If nothing has that name, something cannot be read, or the plan is of another scenario.
    Infeasible, NoPlanFound
        If there is no plan to compare with.
    """
    from optimizer.planning.explain import explain_item

    inputs = _asked_of(scenario, plan_file)
    asked = item_of(item, inputs.scenario, inputs.catalog)
    store = capacity_store(seed, use_cache=use_cache)
    return explain_item(inputs.scenario, inputs.catalog, asked, store=store, seed=seed, progress=progress)


def _asked_of(scenario: Inputs | str | Path, plan_file: str | Path | None) -> Inputs:
    """Return the inputs, of which a plan file, where one is named, must have been made."""
    inputs = inputs_of(scenario)
    if plan_file is not None:
        refuse_other_scenario(load_plan(plan_file), str(plan_file), inputs.scenario)
    return inputs


def overview(
    scenario: Inputs | str | Path,
    *,
    plan_file: str | Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    use_cache: bool = True,
    executor: Executor | None = None,
) -> Overview:
    """Say what binds the cheapest plan and what it rests on: each thing a tenth other, planned again at gap 0.

    Parameters
    ----------
    scenario, plan_file
        As of `explain`.
    seed, progress, use_cache
        As of `plan`.
    executor
        As of `compare`.

    Returns
    -------
    Overview
        Its `moves` name what each target, limit, further region, used type and assumption does to the total.

    Raises
    ------
    InputError, Infeasible, NoPlanFound
        As `explain`.
    """
    from optimizer.decisions.overview import overview_of
    from optimizer.decisions.work import How, InThisProcess

    inputs = _asked_of(scenario, plan_file)
    how = How(seed, 0.0, None, cache_folder() if use_cache else None)
    return overview_of(inputs.scenario, inputs.catalog, how, executor or InThisProcess(), progress)


def load_in_force(
    what: str | Path,
    scenario: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    *,
    use_cache: bool = True,
) -> Plan:
    """Read what is in force: a plan file, or a ``.csv`` of what runs today, as a plan that `replan` can begin from.

    Parameters
    ----------
    what
        The file.
    scenario, sets, overlays
        What a ``.csv`` serves now, as of `load_scenario`; not read for a plan.
    use_cache
        As of `plan`.

    Raises
    ------
    InputError
        With every fault found; also where a row of a fleet does not say what it serves or when its commitment ends.
    """
    if not is_fleet_file(what):
        return load_plan(what)
    from optimizer.planning.replanning import fleet_as_plan

    inputs = load_fleet(what, scenario, sets, overlays)
    return fleet_as_plan(inputs.scenario, inputs.catalog, capacity_store(use_cache=use_cache))


def replan(
    plan: Plan | str | Path,
    scenario: Inputs | str | Path,
    forecast: str | Path | None = None,
    *,
    change_cost: float | None = None,
    if_changed: float | None = None,
    seed: int = 0,
    gap: float | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    use_cache: bool = True,
) -> Replan:
    """Tell what to change of a plan in force, now that the demand is another one.

    Parameters
    ----------
    plan
        The plan in force, or what `load_in_force` returned; or a path as that takes it, a ``.csv`` only beside the path
        of a scenario. What it runs is running, what it bought is signed.
    scenario
        The question as it is now: what `load_scenario` returned, or what it takes.
    forecast
        A demand file in place of the scenario's own; goes with a scenario that is not loaded yet.
    change_cost
        Charge for every instance that starts or stops, in the plan's currency; None for a small one, 0 for none.
    if_changed
        Where no demand changed by this share or more, and the running fleet carries the new one, nothing is planned.
    seed, gap, time_limit_s, progress, use_cache
        As of `plan`.

    Returns
    -------
    Replan
        `changed`, what each change is worth, the steps in their order, and the `plan` they lead to.

    Raises
    ------
    InputError, Infeasible, NoPlanFound, VerificationFailed
        All of them `FleetoptError`.
    """
    from optimizer.planning import DEFAULT_GAP
    from optimizer.planning.replanning import DEFAULT_COST_PER_CHANGE, replan_scenario

    if not isinstance(plan, Plan):
        plan = load_plan(plan) if isinstance(scenario, Inputs) else load_in_force(plan, scenario, use_cache=use_cache)
    inputs = scenario if isinstance(scenario, Inputs) else load_scenario(scenario, forecast=forecast)
    return replan_scenario(
        plan,
        inputs.scenario,
        inputs.catalog,
        cost_per_change=DEFAULT_COST_PER_CHANGE if change_cost is None else change_cost,
        if_changed=if_changed,
        seed=seed,
        gap=DEFAULT_GAP if gap is None else gap,
        time_limit_s=time_limit_s,
        progress=progress,
        store=capacity_store(seed, use_cache=use_cache),
    )


def replan_weeks(
    plan: Plan | str | Path,
    scenario: str | Path,
    weeks: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    *,
    change_cost: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    use_cache: bool = True,
) -> Rolling:
    """Plan again every week of a file of weekly forecasts, with changes charged and without, beside hindsight.

    Parameters
    ----------
    plan
        In force before the first week, as of `replan`.
    scenario, sets, overlays
        As of `load_scenario`.
    weeks
        A demand file with the columns ``week`` and ``actual`` as well: what came of the demand planned for.
    change_cost, seed, progress, use_cache
        As of `replan`. Every plan is made at gap 0.

    Raises
    ------
    InputError, NoPlanFound
        All of them `FleetoptError`.
    """
    from optimizer.inputs.rolling_file import load_rolling
    from optimizer.planning.replanning import DEFAULT_COST_PER_CHANGE
    from optimizer.planning.replanning.rolling import roll_scenario

    inputs, found = load_rolling(Path(weeks), scenario, tuple(sets), tuple(Path(item) for item in overlays))
    return roll_scenario(
        plan if isinstance(plan, Plan) else load_in_force(plan, scenario, sets, overlays, use_cache=use_cache),
        inputs.scenario,
        inputs.catalog,
        [(week.name, week.forecast, week.actual) for week in found],
        cost_per_change=DEFAULT_COST_PER_CHANGE if change_cost is None else change_cost,
        seed=seed,
        progress=progress,
        store=capacity_store(seed, use_cache=use_cache),
    )


def diff(before: Plan | str | Path, after: Plan | str | Path) -> PlanDifference:
    """Tell what differs between two plans.

    Parameters
    ----------
    before, after
        Plans, or the paths of plan files.

    Returns
    -------
    PlanDifference
        Changes of fleet, pools, routes, bill and inputs; `differs` says whether there are any.

    Raises
    ------
    InputError
        If a file is no plan, or the plans count in different currencies.
    """
    from optimizer.differences import difference_of

    plans = [plan_of(item) for item in (before, after)]
    names = [fallback if isinstance(item, Plan) else str(item)
             for item, fallback in ((before, "before"), (after, "after"))]  # fmt: skip
    return difference_of(plans[0], plans[1], (names[0], names[1]))
