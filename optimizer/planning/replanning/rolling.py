"""A year of weekly forecasts: every week planned again from what runs and is signed, and what came of it.

Each week is planned three times at gap 0: from what runs with changes charged, from what runs without a charge, and, in
hindsight, for what came, with nothing to change from. All sign nothing new: a signature is not a matter of a week.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.rolling import ROLLING_FORMAT, Rolling, RollingWeek, WeekRun, YearRun
from optimizer.domain.running import ChangeTerms, RunningPool
from optimizer.domain.scenario import Scenario, Service
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.changing import changes_of
from optimizer.formulation.context import Context
from optimizer.performance import CapacityStore
from optimizer.planning.inputs_used import demand_told
from optimizer.planning.planner import Found, find
from optimizer.planning.replanning.charge import default_cost_per_change
from optimizer.planning.replanning.commitments import all_committed
from optimizer.planning.replanning.current import asked_in_force, running_of
from optimizer.planning.replanning.forced import Resizing
from optimizer.planning.replanning.stands import stands_now
from optimizer.units import HOURS_PER_DAY
from optimizer.verification.short import short_hours

Progress = Callable[[str, str], None]
HOURS_PER_WEEK = 7 * HOURS_PER_DAY
#: What came is planned for in hindsight, what was expected beforehand.
Week = tuple[str, Scenario, Scenario]


@dataclass(slots=True)
class _Year:
    """Re-planning week by week, with one charge; remembers what runs.

    `charge` is that of a change times the weeks of the horizon: a change must pay within its week, for the next
    forecast may undo it.
    """

    scenario: Scenario
    catalog: Catalog
    store: CapacityStore
    seed: int
    charge: float
    running: tuple[RunningPool, ...]
    _before: tuple[Scenario, Found] | None = None

    def planned(self, forecast: Scenario) -> tuple[Found, int]:
        """The plan of a week, and how many instances start or stop for it."""
        if self._before is not None and _same(self._before[0].services, forecast.services):
            # A second look at the same forecast starts from its own plan: nothing to gain.
            return self._before[1], 0
        asked = replace(_carrying(self.scenario, forecast), change=ChangeTerms(self.charge, self.running))
        found = find(asked, self.catalog, self.store, seed=self.seed, gap=0.0, promises=False)
        churn = sum(sum(pair) for pair in changes_of(found.context, found.chosen.blocks).values())
        self.running = running_of(found.plan, asked)
        # What is paid once was paid: the same plan in a week to come has no charge.
        self._before = forecast, replace(found, plan=_uncharged(found.plan))
        return found, churn


def roll_scenario(
    plan: Plan,
    scenario: Scenario,
    catalog: Catalog,
    weeks: Sequence[Week],
    *,
    cost_per_change: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    store: CapacityStore | None = None,
) -> Rolling:
    """Return what planning again every week costs, changes and does not carry, with changes charged and without.

    Parameters
    ----------
    plan
        In force before the first week, as of `replan_scenario`.
    scenario, catalog
        The question; every week stands for seven average days of its horizon.
    weeks
        Name, the scenario with the forecast, and with what came; only services and pages of them are read.
    cost_per_change
        Charge for every instance that starts or stops; None as of `replan_scenario`.
    seed, progress, store
        As of `plan_scenario`.

    Raises
    ------
    InputError
        If the plan runs what the scenario or the catalog do not know.
    NoPlanFound
        If a week has no plan; says which.
    """
    store = store or CapacityStore(seed=seed)
    asked = replace(scenario, running=(), commitments=all_committed(plan, scenario, catalog), change=None)
    by_the_hour = asked.purchase.by_the_hour
    asked = replace(asked, purchase=replace(asked.purchase, options=by_the_hour or asked.purchase.options))
    running = running_of(plan, asked)
    charge = default_cost_per_change(plan) if cost_per_change is None else cost_per_change
    weeks_of_horizon = asked.horizon_hours / HOURS_PER_WEEK
    years = [_Year(asked, catalog, store, seed, each * weeks_of_horizon, running) for each in (charge, 0.0)]
    now = replace(asked, change=ChangeTerms(0.0, running))
    resizing = Resizing(stands_now(Context(now, catalog, store), plan))
    kept = plan if asked_in_force(plan, asked) is not None else None
    found: list[RollingWeek] = []
    for number, (name, forecast, actual) in enumerate(weeks):
        if progress is not None:
            progress("rolling", f"week {name}, {number + 1} of {len(weeks)}")
        try:
            came = _carrying(asked, actual)
            charged, free = (_run(asked, year, forecast, came) for year in years)
            cheapest = find(came, catalog, store, seed=seed, gap=0.0, promises=False).plan.objective.total
        except (Infeasible, NoPlanFound) as refusal:
            message = f"week {name} has no plan: {refusal}"
            raise NoPlanFound(message) from None
        context = Context(_carrying(asked, forecast), catalog, store)
        share = HOURS_PER_WEEK / asked.horizon_hours
        short = None if kept is None else _short(asked, kept, came)
        found.append(RollingWeek(name, charged, free, cheapest * share, resizing.to(context), short))
    return _rolling(asked, charge, catalog.currency, _held(running), found)


def _carrying(scenario: Scenario, other: Scenario) -> Scenario:
    """The scenario with services and pages of another one."""
    return replace(scenario, services=other.services, pipelines=other.pipelines)


def _run(scenario: Scenario, year: _Year, forecast: Scenario, came: Scenario) -> WeekRun:
    """One week of one year: its plan, paid for a week, read at what came."""
    found, churn = year.planned(forecast)
    share = HOURS_PER_WEEK / scenario.horizon_hours
    charge = found.plan.cost.by_category.get("change", 0.0) * share
    hours = _short(scenario, found.plan, came)
    return WeekRun(found.plan.objective.total * share, charge, churn, hours, _held(year.running))


def _short(scenario: Scenario, plan: Plan, came: Scenario) -> float:
    """Hours of a week in which a plan does not carry what came as promised, summed over services."""
    share = HOURS_PER_WEEK / scenario.horizon_hours
    broken = short_hours(plan, demand_told(came)).values()
    return sum(scenario.periods[period].hours * share for periods in broken for period in periods)


def _held(running: Sequence[RunningPool]) -> int:
    """Instances that must be held: what starts and stops are counted of."""
    return sum(max(pool.counts[0], default=0) for pool in running)


def _uncharged(plan: Plan) -> Plan:
    charge = plan.cost.by_category.get("change", 0.0)
    by_category = {name: amount for name, amount in plan.cost.by_category.items() if name != "change"}
    cost = replace(plan.cost, total=plan.cost.total - charge, by_category=by_category)
    return plan.replace(cost=cost, objective=replace(plan.objective, total=plan.objective.total - charge))


def _same(one: Sequence[Service], other: Sequence[Service]) -> bool:
    return all(list(_rates(a)) == list(_rates(b)) for a, b in zip(one, other, strict=True))


def _rates(service: Service) -> Iterator[bytes]:
    yield service.demand.mean_per_s.tobytes()
    yield service.demand.peak_per_s.tobytes()
    for name in sorted(service.demand.peaks_per_s):
        yield service.demand.peaks_per_s[name].tobytes()


def _rolling(scenario: Scenario, charge: float, currency: str, kept: int, weeks: Sequence[RollingWeek]) -> Rolling:
    hindsight, forced = sum(week.hindsight for week in weeks), sum(week.forced for week in weeks)
    short = [week.kept_short_hours for week in weeks if week.kept_short_hours is not None]

    def over(runs: Sequence[WeekRun]) -> YearRun:
        cost, churn = sum(run.cost for run in runs), sum(run.churn for run in runs)
        return YearRun(
            cost=cost,
            charge=sum(run.charge for run in runs),
            churn=churn,
            beyond=max(churn - forced, 0),
            short_hours=sum(run.short_hours for run in runs),
            over_hindsight=cost / hindsight - 1.0 if hindsight > 0.0 else 0.0,
        )

    return Rolling(
        format=ROLLING_FORMAT,
        currency=currency,
        plan_for=scenario.plan_for,
        cost_per_change=charge,
        hours=float(HOURS_PER_WEEK * len(weeks)),
        charged=over([week.charged for week in weeks]),
        free=over([week.free for week in weeks]),
        hindsight=hindsight,
        forced=forced,
        kept_instances=kept,
        kept_short_hours=sum(short) if len(short) == len(weeks) else None,
        weeks=tuple(weeks),
    )
