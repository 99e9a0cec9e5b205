"""The handful of functions to use from Python; the commands are a thin reading of them.

Values go in, values come out: nothing here prints, and nothing is kept between calls but simulated capacities in the
user's cache folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.domain.account import Account
from optimizer.domain.catalog import Catalog
from optimizer.domain.difference import PlanDifference
from optimizer.domain.explained import Explanation
from optimizer.domain.plan import Check, Plan
from optimizer.domain.replan import Replan
from optimizer.inputs import (
    Asking,
    Inputs,
    OptionSet,
    is_plan_file,
    item_of,
    load_inputs,
    read_plan,
    refuse_no_fleet,
    refuse_other_scenario,
    refuse_wrong_sums,
    write_first,
)
from optimizer.inputs import load_catalog as _load_catalog
from optimizer.inputs import load_fleet as _load_fleet
from optimizer.inputs import load_options as _load_options
from optimizer.inputs import shipped_catalogs as _shipped_catalogs

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from optimizer.decisions.records import Comparison
    from optimizer.domain.forecast import Forecast
    from optimizer.verification.replaying import ReplayReport, WhatIf

Progress = Callable[[str, str], None]


def load_scenario(
    path: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    forecast: str | Path | None = None,
) -> Inputs:
    """Read a scenario with its demand and its catalog.

    Parameters
    ----------
    path
        A scenario file, or the name of one that comes with fleetopt.
    sets
        Overrides such as ``services.ranking.latency.p99_ms=25``.
    overlays
        Partial scenario files whose keys override.
    forecast
        A demand file that takes the place of every service's own; None to read those.

    Returns
    -------
    Inputs
        `scenario`, `catalog` and `warnings`.

    Raises
    ------
    InputError
        With every fault found.
    """
    withs = tuple(Path(item) for item in overlays)
    return load_inputs(path, tuple(sets), withs, forecast=None if forecast is None else Path(forecast))


def load_fleet(
    path: str | Path,
    scenario: str | Path | None = None,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
) -> Inputs:
    """Read what runs today: a CSV and the scenario it is asked about, or a scenario that names one.

    Parameters
    ----------
    path
        A ``.csv`` of what runs, instead of the one the scenario names; or a scenario.
    scenario
        The scenario of a ``.csv``: a file, or the name of one that comes with fleetopt.
    sets, overlays
        As of `load_scenario`.

    Raises
    ------
    InputError
        With every fault found; also where nothing runs.
    """
    return _load_fleet(path, scenario, tuple(sets), tuple(Path(item) for item in overlays))


def init(folder: str | Path) -> tuple[Path, ...]:
    """Write a small scenario, its demand and its catalog, which plan as they are, to a new or empty folder.

    Returns
    -------
    tuple of Path
        The files written, the scenario first.

    Raises
    ------
    FleetoptError
        If something is there already, or it cannot be written; nothing is left behind then.
    """
    return write_first(Path(folder))


def load_catalog(name: str | Path) -> Catalog:
    """Read a catalog, by folder or by the name of one that comes with fleetopt.

    Raises
    ------
    InputError
        With every fault found.
    """
    return _load_catalog([str(name)])


def shipped_catalogs() -> dict[str, Path]:
    """Return the catalogs that come with fleetopt, by name."""
    return _shipped_catalogs()


def load_plan(path: str | Path) -> Plan:
    """Read a plan file back.

    Raises
    ------
    InputError
        If it is no plan of this format.
    """
    return read_plan(Path(path))


def plan(
    scenario: Inputs | str | Path,
    *,
    seed: int = 0,
    gap: float | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    use_cache: bool = True,
) -> Plan:
    """Find the cheapest fleet, proved to within `gap`, verified, with its bill.

    Parameters
    ----------
    scenario
        What `load_scenario` returned, or what it takes.
    seed
        Same input, seed and version: same plan.
    gap
        Share of the changeable cost within which to prove; None for the planner's own, 0 for the cheapest.
    time_limit_s
        Seconds after which the best plan found is returned.
    progress
        Called with a stage and a detail.
    use_cache
        Whether to read and keep simulated capacities in `cache_folder`.

    Returns
    -------
    Plan
        Its `to_dict()` is the document ``plan.json``.

    Raises
    ------
    InputError, Infeasible, NoPlanFound, VerificationFailed
        All of them `FleetoptError`.
    """
    from optimizer.performance import CapacityStore
    from optimizer.planning import DEFAULT_GAP, plan_scenario

    inputs = scenario if isinstance(scenario, Inputs) else load_scenario(scenario)
    return plan_scenario(
        inputs.scenario,
        inputs.catalog,
        seed=seed,
        gap=DEFAULT_GAP if gap is None else gap,
        time_limit_s=time_limit_s,
        progress=progress,
        store=CapacityStore(cache_folder() if use_cache else None, seed=seed),
    )


def load_options(
    scenario: str | Path,
    options: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    *,
    horizon_months: int | None = None,
) -> OptionSet:
    """Read a file of options, each with the scenario and the catalog it makes.

    Parameters
    ----------
    scenario, sets, overlays
        As `load_scenario`.
    options
        The file.
    horizon_months
        Months that every option is planned for; None for the scenario's own.

    Raises
    ------
    InputError
        With every fault of every option.
    """
    places = tuple(Path(item) for item in overlays)
    return _load_options(Asking(scenario, tuple(sets), places, horizon_months), Path(options))


def compare(
    options: OptionSet,
    *,
    seed: int = 0,
    gap: float | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    use_cache: bool = True,
    executor: Executor | None = None,
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

    Returns
    -------
    Comparison
        Its `to_json()` is what ``fleetopt compare --format json`` writes; `plans` holds the plans by label.
    """
    from optimizer.decisions.compare import compare_options
    from optimizer.decisions.work import How, InThisProcess
    from optimizer.planning import DEFAULT_GAP

    how = How(seed, DEFAULT_GAP if gap is None else gap, time_limit_s, cache_folder() if use_cache else None)
    return compare_options(options, how, executor or InThisProcess(), progress)


def verify(plan: Plan | str | Path, against: Inputs | None = None) -> tuple[Check, ...]:
    """Read every rule again over a plan, by code that shares nothing with the planner.

    Parameters
    ----------
    plan
        A plan, or the path of a plan file.
    against
        The scenario and catalog to compare the plan's own inputs with; None to take those as they are.

    Returns
    -------
    tuple of Check
        Every one `holds` if the plan can be trusted.

    Raises
    ------
    InputError
        If the file is no plan.
    """
    from optimizer.verification import verify as second_reading

    read = plan if isinstance(plan, Plan) else load_plan(plan)
    if against is None:
        return second_reading(read)
    return second_reading(read, against.scenario, against.catalog)


def replay(
    plan: Plan | str | Path,
    what_if: WhatIf | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> ReplayReport:
    """Play the whole traffic of a plan against its pools, as planned or after a loss.

    Parameters
    ----------
    plan
        A plan, or the path of a plan file.
    what_if
        What is lost, which demand is played and at which multiple of its rates; None for the plan as it is.
    seed
        Of the traffic, which planning never sees whatever its own was.
    progress
        Called with a stage and a detail.

    Returns
    -------
    ReplayReport
        The percentile each origin gets in every hour; `holds` if every promise stands.

    Raises
    ------
    InputError
        If the file is no plan, or the plan cannot answer the question.
    """
    from optimizer.verification import replaying

    return replaying.replay(plan if isinstance(plan, Plan) else load_plan(plan), what_if, seed, progress)


def cost(
    what: Plan | Inputs | str | Path,
    *,
    scenario: str | Path | None = None,
    against_plan: bool = False,
    progress: Progress | None = None,
    use_cache: bool = True,
) -> Account:
    """Say what a plan or today's fleet costs, line by line, and whether the fleet holds its targets.

    Parameters
    ----------
    what
        A plan or the path of its ``.json``, a ``.csv`` of today's fleet, or a scenario that names one.
    scenario
        The question that a ``.csv`` is costed for: a file, or the name of one that comes with fleetopt. Read only then.
    against_plan
        Whether to find the cheapest plan as well, and what it would save by cause; nothing is solved without.
    progress, use_cache
        As of `plan`.

    Returns
    -------
    Account
        Its `cost` holds every line of the bill; `total` is None where a price is not known.

    Raises
    ------
    InputError
        If something cannot be read, a plan's bill does not add up, or no fleet is given.
    Infeasible, NoPlanFound, VerificationFailed
        As of `plan`, with `against_plan`.
    """
    from optimizer.performance import CapacityStore
    from optimizer.planning.account import account_of_fleet, account_of_plan, with_plan

    if isinstance(what, (str, Path)) and is_plan_file(what):
        read = load_plan(what)
        refuse_wrong_sums(read, str(what))
        return account_of_plan(read)
    if isinstance(what, Plan):
        refuse_wrong_sums(what, "plan")
        return account_of_plan(what)
    inputs = refuse_no_fleet(what, what.scenario.name) if isinstance(what, Inputs) else load_fleet(what, scenario)
    store = CapacityStore(cache_folder() if use_cache else None)
    account = account_of_fleet(inputs.scenario, inputs.catalog, store)
    if not against_plan:
        return account
    return with_plan(account, plan(inputs, progress=progress, use_cache=use_cache))


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
        An instance type (``g6.xlarge``, ``aws/g6.xlarge``), a location (``aws/us-east-1``) or a purchase option.
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
    from optimizer.performance import CapacityStore
    from optimizer.planning.explain import explain_item

    inputs = scenario if isinstance(scenario, Inputs) else load_scenario(scenario)
    if plan_file is not None:
        refuse_other_scenario(load_plan(plan_file), str(plan_file), inputs.scenario)
    asked = item_of(item, inputs.catalog)
    store = CapacityStore(cache_folder() if use_cache else None, seed=seed)
    return explain_item(inputs.scenario, inputs.catalog, asked, store=store, seed=seed, progress=progress)


def forecast(
    history: str | Path,
    *,
    events: str | Path | None = None,
    start: str | None = None,
    months: int = 12,
    timezone: str = "UTC",
    interval: float = 0.9,
    per_s: bool = False,
    missing_is_zero: bool = False,
) -> Forecast:
    """Turn counts of the past into the demand of a horizon, by hour and day type.

    Parameters
    ----------
    history
        A CSV of counts, from five minutes to daily.
    events
        A CSV of named days, past and coming, that are unlike others.
    start
        First day of the horizon, such as ``2027-01-01``; None for the day after the history.
    months
        Length of the horizon, 1 to 60.
    timezone
        The clock of hours and days, and of times without an offset: an IANA name.
    interval
        Share of the hours that should lie from `low` to `high`, from 0.5 to 0.99.
    per_s
        Whether the file holds requests per second, not requests in the step.
    missing_is_zero
        Whether steps without a row had no requests.

    Returns
    -------
    Forecast
        `rows` is the demand file; `to_dict()` the document that JSON holds.

    Raises
    ------
    InputError
        With every fault of the files; nothing in them is mended.
    """
    from optimizer.forecasting import Settings, forecast_history
    from optimizer.inputs.events_file import Events, read_events
    from optimizer.inputs.forecast_asked import day_asked, refuse_out_of_range, zone_asked
    from optimizer.inputs.history import read_history

    refuse_out_of_range(months, interval)
    zone, first = zone_asked(timezone), None if start is None else day_asked(start)
    named = Events() if events is None else read_events(Path(events))
    settings = Settings(first, months, timezone, interval, per_s, missing_is_zero)
    return forecast_history(read_history(Path(history), zone), settings, named)


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
        The plan in force, or the path of its file: what it runs is running, what it bought is signed.
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
    from optimizer.performance import CapacityStore
    from optimizer.planning import DEFAULT_GAP
    from optimizer.planning.replanning import DEFAULT_COST_PER_CHANGE, replan_scenario

    inputs = scenario if isinstance(scenario, Inputs) else load_scenario(scenario, forecast=forecast)
    return replan_scenario(
        plan if isinstance(plan, Plan) else load_plan(plan),
        inputs.scenario,
        inputs.catalog,
        cost_per_change=DEFAULT_COST_PER_CHANGE if change_cost is None else change_cost,
        if_changed=if_changed,
        seed=seed,
        gap=DEFAULT_GAP if gap is None else gap,
        time_limit_s=time_limit_s,
        progress=progress,
        store=CapacityStore(cache_folder() if use_cache else None, seed=seed),
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

    plans = [item if isinstance(item, Plan) else load_plan(item) for item in (before, after)]
    names = [fallback if isinstance(item, Plan) else str(item)
             for item, fallback in ((before, "before"), (after, "after"))]  # fmt: skip
    return difference_of(plans[0], plans[1], (names[0], names[1]))


def cache_folder() -> Path | None:
    """Where simulated capacities are kept: ``$FLEETOPT_CACHE``, else the user's cache; None if it cannot be written."""
    try:
        folder = _cache_place()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _cache_place() -> Path:
    named = os.environ.get("FLEETOPT_CACHE")
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "fleetopt"
