"""Decisions that take several plans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.api.cache import cache_folder, capacity_store
from optimizer.api.reading import billed_plan, inputs_of
from optimizer.domain.difference import PlanDifference
from optimizer.domain.explained import Explanation, Overview
from optimizer.domain.plan import Plan
from optimizer.inputs import Inputs, OptionSet, item_of, refuse_other_scenario

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
        (``aws/us-east-1``), a purchase option, a cost category (``network``) or a line of the bill (``line:logs``);
        where two have the name, ``service:``, ``pool:``, ``type:``, ``location:``, ``option:`` or ``cost:`` before it
        says which. ``g6.*`` means every instance type of such a name.
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
        refuse_other_scenario(billed_plan(plan_file), str(plan_file), inputs.scenario)
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
        If a file is no plan, a bill does not add up, or the plans count in different currencies.
    """
    from optimizer.differences import difference_of

    names = (
        "before" if isinstance(before, Plan) else str(before),
        "after" if isinstance(after, Plan) else str(after),
    )
    return difference_of(billed_plan(before, names[0]), billed_plan(after, names[1]), names)
