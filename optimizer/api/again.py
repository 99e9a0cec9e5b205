"""Planning again from what runs: once, or week by week."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.api.cache import capacity_store
from optimizer.api.reading import billed_plan, load_fleet, load_scenario
from optimizer.domain.plan import Plan
from optimizer.domain.replan import Replan
from optimizer.domain.rolling import Rolling
from optimizer.inputs import Inputs, is_fleet_file

if TYPE_CHECKING:
    from optimizer.api.progress import Progress
    from optimizer.inputs.events_file import Events
    from optimizer.inputs.history import History
    from optimizer.inputs.rolling_file import ForecastWeek


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
        With every fault found; also where the bill of a plan does not add up, or a row of a fleet does not say what it
        serves or when its commitment ends.
    """
    if not is_fleet_file(what):
        return billed_plan(what)
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
    actuals: str | Path | None = None,
    events: str | Path | None = None,
    timezone: str = "UTC",
    correct: bool | None = None,
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
        Charge for every instance that starts or stops, in the plan's currency; None for what an average running
        instance is paid in two days, 0 for none.
    if_changed
        Where no demand changed by this share or more, and the running fleet carries the new one, nothing is planned.
    actuals
        A history of counts of what came, in steps of an hour or less, as `forecast` reads it; None for none.
    events, timezone
        The named days of that history and its clock, as of `forecast`.
    correct
        Whether the demand of the scenario is corrected by `actuals`; None where `forecast` is None.
    seed, gap, time_limit_s, progress, use_cache
        As of `plan`.

    Returns
    -------
    Replan
        `changed`, what each change is worth, the steps in their order, the `plan` they lead to; `actuals` where given.

    Raises
    ------
    InputError, Infeasible, NoPlanFound, VerificationFailed
        All of them `FleetoptError`.
    """
    from optimizer.forecasting.came import came_of
    from optimizer.planning import DEFAULT_GAP
    from optimizer.planning.replanning import look_back, replan_scenario

    if not isinstance(plan, Plan):
        plan = billed_plan(plan) if isinstance(scenario, Inputs) else load_in_force(plan, scenario, use_cache=use_cache)
    inputs = scenario if isinstance(scenario, Inputs) else load_scenario(scenario, forecast=forecast)
    store, asked, seen = capacity_store(seed, use_cache=use_cache), inputs.scenario, None
    if actuals is not None:
        history, named = _history(actuals, events, timezone)
        came = came_of(history, asked, named.by_day)
        told = forecast is None if correct is None else correct
        seen = look_back(plan, asked, inputs.catalog, came, correct=told, store=store)
        asked = seen.scenario
    found = replan_scenario(
        plan,
        asked,
        inputs.catalog,
        cost_per_change=change_cost,
        if_changed=if_changed,
        seed=seed,
        gap=DEFAULT_GAP if gap is None else gap,
        time_limit_s=time_limit_s,
        progress=progress,
        store=store,
    )
    return found if seen is None else dataclasses.replace(found, actuals=seen.actuals)


def _history(counts: str | Path, events: str | Path | None, timezone: str) -> tuple[History, Events]:
    from optimizer.inputs.events_file import Events, read_events
    from optimizer.inputs.forecast_asked import zone_asked
    from optimizer.inputs.history import read_history

    zone = zone_asked(timezone)
    named = Events() if events is None else read_events(Path(events))
    return read_history(Path(counts), zone), named


def replan_weeks(
    plan: Plan | str | Path,
    scenario: str | Path,
    weeks: str | Path,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
    *,
    change_cost: float | None = None,
    events: str | Path | None = None,
    timezone: str = "UTC",
    seed: int = 0,
    progress: Progress | None = None,
    use_cache: bool = True,
) -> Rolling:
    """Plan again every week of a file of weekly forecasts or of a history, with changes charged and without.

    Parameters
    ----------
    plan
        In force before the first week, as of `replan`.
    scenario, sets, overlays
        As of `load_scenario`.
    weeks
        A demand file with the columns ``week`` and ``actual`` as well: what came of the demand planned for. Or a
        history of counts as `forecast` reads it: each week of its last year is forecast from the days before it.
    events, timezone
        The named days of a history and its clock, as of `forecast`.
    change_cost, seed, progress, use_cache
        As of `replan`. Every plan is made at gap 0.

    Raises
    ------
    InputError, NoPlanFound
        All of them `FleetoptError`.
    """
    from optimizer.planning.replanning.rolling import roll_scenario

    inputs, found = _weeks(Path(weeks), scenario, (sets, overlays), events, timezone)
    return roll_scenario(
        plan if isinstance(plan, Plan) else load_in_force(plan, scenario, sets, overlays, use_cache=use_cache),
        inputs.scenario,
        inputs.catalog,
        [(week.name, week.forecast, week.actual) for week in found],
        cost_per_change=change_cost,
        seed=seed,
        progress=progress,
        store=capacity_store(seed, use_cache=use_cache),
    )


def _weeks(
    weeks: Path,
    scenario: str | Path,
    changes: tuple[Sequence[str], Sequence[str | Path]],
    events: str | Path | None,
    timezone: str,
) -> tuple[Inputs, tuple[ForecastWeek, ...]]:
    """A scenario and its weeks, read from a file of them or forecast from a history."""
    from optimizer.forecasting.weekly import weeks_of_history
    from optimizer.inputs.rolling_file import holds_weeks, load_rolling

    sets, overlays = changes
    if holds_weeks(weeks):
        return load_rolling(weeks, scenario, tuple(sets), tuple(Path(item) for item in overlays))
    history, named = _history(weeks, events, timezone)
    inputs = load_scenario(scenario, sets, overlays)
    return inputs, weeks_of_history(history, inputs.scenario, named, timezone)
