"""What came, beside what was expected: how far off, what the running fleet broke, what hindsight would have paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.actuals import Actuals, BrokenPeriod, SeriesActuals
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.running import ChangeTerms
from optimizer.domain.scenario import Demand, Floats, Scenario
from optimizer.domain.sources import asked_by, sources_of, with_demands
from optimizer.errors import Fault, Infeasible, InputError, NoPlanFound
from optimizer.forecasting.came import Came, SeriesKey
from optimizer.formulation.context import Context
from optimizer.performance import CapacityStore
from optimizer.planning.inputs_used import demand_told
from optimizer.planning.planner import find
from optimizer.planning.replanning.commitments import all_committed
from optimizer.planning.replanning.corrected import (
    LEAST_DAYS,
    corrected,
    corrections,
    names_counted,
    over_days,
    that_came,
)
from optimizer.planning.replanning.current import asked_in_force, running_of
from optimizer.planning.replanning.passage import IN_FORCE, State
from optimizer.planning.replanning.reader import Reader
from optimizer.planning.replanning.stands import by_service, stands_now
from optimizer.units import HOURS_PER_DAY, HOURS_PER_MONTH
from optimizer.verification.short import short_hours

BELIEVED = "the forecast given is planned for as it is"
TOO_FEW = f"not corrected: less than {LEAST_DAYS} days were measured"
CORRECTED = "corrected: each forecast times what came over what was expected, no hour below the busiest measured"


@dataclass(frozen=True, slots=True)
class LookBack:
    """What came, as a record, and the question with its forecast corrected by it."""

    actuals: Actuals
    scenario: Scenario


def look_back(
    plan: Plan, scenario: Scenario, catalog: Catalog, came: Came, *, correct: bool, store: CapacityStore
) -> LookBack:
    """Lay what came beside what a plan in force was made for.

    Parameters
    ----------
    plan
        In force; may come from `fleet_as_plan`.
    scenario, catalog
        The question as it is now.
    came
        As laid out for that scenario.
    correct
        Whether the scenario's forecast is corrected by what came; not where it knows that already.

    Raises
    ------
    InputError
        If the plan in force has other hours, services, origins or demands than the scenario.
    """
    expected = asked_in_force(plan, scenario)
    if expected is None:
        what = "cannot be laid beside the plan in force: its hours, services, pages, origins or demands are others"
        raise InputError([Fault(came.file, what, "Give the scenario that the plan was made from.", "other-scenario")])
    factors = corrections(scenario, came) if correct else {}
    asked = corrected(scenario, came, factors) if factors else scenario
    broken, hours = _broken(plan, expected, came)
    running, hindsight = _money(plan, that_came(expected, came), catalog, store)
    actuals = Actuals(
        file=came.file,
        step_minutes=came.step_minutes,
        first_day=came.date_of(0),
        last_day=came.date_of(len(came.kinds) - 1),
        days=len(came.kinds),
        series=tuple(_series(scenario, expected, came, key, factors.get(key, 1.0)) for key in sorted(came.mean)),
        unmeasured=tuple(_unmeasured(expected, came)),
        measured_hours=hours,
        broken_hours=sum(item.days for item in broken),
        broken=broken,
        running_per_month=running,
        hindsight_per_month=hindsight,
        corrected=bool(factors),
        rule=CORRECTED if factors else TOO_FEW if correct else BELIEVED,
    )
    return LookBack(actuals, asked)


def _series(scenario: Scenario, expected: Scenario, came: Came, key: SeriesKey, correction: float) -> SeriesActuals:
    source, origin = key
    now, then = sources_of(scenario)[source], sources_of(expected)[source]
    demand, mean, peak = then.demand, came.mean[key], came.peak[key]
    known = ~np.isnan(mean)
    wanted, planned = over_days(demand.mean_per_s[origin], came), over_days(demand.peak_per_s[origin], came)
    hours, volume = int(known.sum()), float(wanted[known].sum())
    day, hour = (int(n) for n in np.unravel_index(int(np.nanargmax(peak)), peak.shape))
    label = scenario.periods[came.kinds[day] * HOURS_PER_DAY + hour].label
    peaks = _all_demands(now.demand, then.demand)
    return SeriesActuals(
        service=now.name,
        origin=scenario.origins[origin].name,
        hours=hours,
        expected_per_s=volume / hours,
        came_per_s=float(mean[known].mean()),
        error_share=float(np.abs(mean - wanted)[known].sum()) / volume if volume > 0.0 else 0.0,
        above={name: float((peak > over_days(peaks[name][origin], came))[known].mean()) for name in sorted(peaks)},
        expected_peak_per_s=float(planned[known].max()),
        came_peak_per_s=float(np.nanmax(peak)),
        busiest=f"{label} on {came.date_of(day)}",
        correction=correction,
    )


def _all_demands(now: Demand, then: Demand) -> dict[str, Floats]:
    """The demands of a forecast; a plan repeats those that it counts, the rest is the scenario's if that stayed."""
    stayed = np.array_equal(now.peak_per_s, then.peak_per_s)
    return {**(now.peaks_per_s if stayed else {}), **then.peaks_per_s}


def _unmeasured(expected: Scenario, came: Came) -> Iterator[str]:
    for number, source in enumerate(sources_of(expected)):
        for origin, place in enumerate(expected.origins):
            if (number, origin) not in came.mean and source.demand.peak_per_s[origin].any():
                yield f"{source.name}/{place.name}"


def _broken(plan: Plan, expected: Scenario, came: Came) -> tuple[tuple[BrokenPeriod, ...], int]:
    """Hours that the plan in force did not carry, by the independent reading, and how many were measured.

    Days are read several at a time, one of each type: an hour of a day type is a period of its own.
    """
    kinds = {kind: came.days_of_kind(kind) for kind in sorted(set(came.kinds))}
    short: Counter[tuple[str, int]] = Counter()
    measured: Counter[tuple[str, int]] = Counter()
    for number in range(max(len(days) for days in kinds.values())):
        days = {kind: of_it[number] for kind, of_it in kinds.items() if number < len(of_it)}
        asked, known = _on(expected, came, days)
        found = short_hours(plan, demand_told(asked))
        for name, periods in known.items():
            measured.update((name, period) for period in periods)
            short.update((name, period) for period in periods & found.get(name, set()))
    told = (
        BrokenPeriod(name, expected.periods[period].label, days, measured[name, period])
        for (name, period), days in short.items()
    )
    return tuple(sorted(told, key=lambda item: (-item.days, item.service, item.period))), measured.total()


def _on(expected: Scenario, came: Came, days: Mapping[int, int]) -> tuple[Scenario, dict[str, set[int]]]:
    """What came on a day of each type, and the periods of each service of which something was measured then."""
    found: list[Demand] = []
    known: dict[str, set[int]] = {service.name: set() for service in expected.services}
    for number, source in enumerate(sources_of(expected)):
        demand = source.demand
        mean, peak = demand.mean_per_s.copy(), demand.peak_per_s.copy()
        seen: set[int] = set()
        for (of, origin), rates in came.mean.items():
            for kind, day in days.items() if of == number else ():
                hours = np.flatnonzero(~np.isnan(rates[day]))
                place = kind * HOURS_PER_DAY + hours
                mean[origin, place], peak[origin, place] = rates[day, hours], came.peak[of, origin][day, hours]
                seen |= set(place.tolist())
        peaks = dict.fromkeys(names_counted(expected, demand), peak)
        found.append(replace(demand, mean_per_s=mean, peak_per_s=peak, peaks_per_s=peaks))
        for service in asked_by(expected, number):
            known[service] |= seen
    return with_demands(expected, found), known


def _money(plan: Plan, scenario: Scenario, catalog: Catalog, store: CapacityStore) -> tuple[float, float | None]:
    """What the running fleet costs a month under what came, and what the cheapest would with the same signatures."""
    asked = replace(scenario, running=(), commitments=all_committed(plan, scenario, catalog))
    context = Context(replace(asked, change=ChangeTerms(0.0, running_of(plan, asked))), catalog, store)
    serving = by_service(stands_now(context, plan))
    reader = Reader(context, {}, {IN_FORCE: asked})
    running, _ = reader.plan_of(State(serving, dict.fromkeys(range(len(asked.services)), IN_FORCE)))
    by_the_hour = asked.purchase.by_the_hour
    free = replace(asked, purchase=replace(asked.purchase, options=by_the_hour or asked.purchase.options))
    months = asked.horizon_hours / HOURS_PER_MONTH
    try:
        cheapest = find(free, catalog, store, seed=store.seed, promises=False).plan.objective.total / months
    except (Infeasible, NoPlanFound):
        return running.objective.total / months, None
    return running.objective.total / months, cheapest
