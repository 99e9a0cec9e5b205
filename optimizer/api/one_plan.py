"""Make a plan, read it again, replay it, and say what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.api.cache import capacity_store
from optimizer.api.reading import billed_plan, inputs_of, load_fleet, plan_of
from optimizer.domain.account import Account
from optimizer.domain.plan import Plan
from optimizer.domain.second_reading import SecondReading
from optimizer.inputs import Inputs, is_plan_file, refuse_no_fleet

if TYPE_CHECKING:
    from optimizer.api.progress import Progress
    from optimizer.verification.replaying import ReplayReport, WhatIf
    from optimizer.verification.replaying.day import DayReport
    from optimizer.verification.replaying.lost_zone import Assumed, ZoneLossReport


def plan(
    scenario: Inputs | str | Path,
    *,
    seed: int = 0,
    gap: float | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    use_cache: bool = True,
    copies: bool = False,
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
    copies
        Whether copies of this process may do part of the work on other cores: on Linux, where it has no other threads.
        The plan is the same.

    Returns
    -------
    Plan
        Its `to_dict()` is the document ``plan.json``.

    Raises
    ------
    InputError, Infeasible, NoPlanFound, VerificationFailed
        All of them `FleetoptError`.
    """
    from optimizer.beside import in_a_copy, in_turn
    from optimizer.planning import DEFAULT_GAP, plan_scenario

    inputs = inputs_of(scenario)
    return plan_scenario(
        inputs.scenario,
        inputs.catalog,
        seed=seed,
        gap=DEFAULT_GAP if gap is None else gap,
        time_limit_s=time_limit_s,
        progress=progress,
        store=capacity_store(seed, use_cache=use_cache),
        beside=in_a_copy if copies else in_turn,
    )


def verify(plan: Plan | str | Path, against: Inputs | None = None) -> SecondReading:
    """Read every rule again over a plan, by code that shares nothing with the planner.

    Parameters
    ----------
    plan
        A plan, or the path of a plan file.
    against
        The scenario and catalog to compare the plan's own inputs with; None to take those as they are.

    Returns
    -------
    SecondReading
        It `holds`, and is true, if the plan can be trusted; its `to_dict()` is what ``fleetopt verify --format json``
        writes.

    Raises
    ------
    InputError
        If the file is no plan.
    """
    from optimizer.verification import verify as second_reading

    read = plan_of(plan)
    now = (None, None) if against is None else (against.scenario, against.catalog)
    name = read.scenario["name"] if isinstance(plan, Plan) else str(plan)
    return SecondReading(name, second_reading(read, *now))


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

    return replaying.replay(plan_of(plan), what_if, seed, progress)


def lose_zone(
    plan: Plan | str | Path, zone: str = "fullest", *, seed: int = 0, assumed: Assumed | None = None
) -> ZoneLossReport:
    """Lose a zone at the peak of every service that is protected against it, and follow what happens.

    Parameters
    ----------
    plan
        A plan, or the path of a plan file.
    zone
        Such as ``aws/us-east-1/a``; ``fullest`` for the one that carries most.
    seed
        Of the traffic.
    assumed
        How the loss is noticed, what clients do, and the recovery asked for; None for the documented defaults.

    Raises
    ------
    InputError
        If the file is no plan, or no protected service stands in that zone.
    """
    from optimizer.verification.replaying.lost_zone import lose_zone as lost

    return lost(plan_of(plan), zone, seed, assumed)


def play_day(
    plan: Plan | str | Path,
    day_type: str | None = None,
    *,
    what_if: WhatIf | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> DayReport:
    """Play every request of a day against the fleet of each of its hours, and judge every five minutes.

    Parameters
    ----------
    plan
        A plan, or the path of a plan file.
    day_type
        Which day; None for the one with most requests.
    what_if
        What is lost all day, which demand is played and at which multiple of its rates; None for the plan as it is.
    seed
        Of the traffic, which planning never sees whatever its own was.
    progress
        Called with a stage and a detail.

    Raises
    ------
    InputError
        If the file is no plan, has no such day, or cannot answer the question.
    """
    from optimizer.verification.replaying.day import play_day as played

    return played(plan_of(plan), day_type, what_if, seed, progress)


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
    from optimizer.planning.account import account_of_fleet, account_of_plan, with_plan

    if isinstance(what, Plan) or (not isinstance(what, Inputs) and is_plan_file(what)):
        return account_of_plan(billed_plan(what))
    inputs = refuse_no_fleet(what, what.scenario.name) if isinstance(what, Inputs) else load_fleet(what, scenario)
    store = capacity_store(use_cache=use_cache)
    account = account_of_fleet(inputs.scenario, inputs.catalog, store)
    if not against_plan:
        return account
    return with_plan(account, plan(inputs, progress=progress, use_cache=use_cache))
