"""Every request of a day of a plan, from question to answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from optimizer.domain.plan import Plan
from optimizer.errors import Fault, InputError
from optimizer.verification.demands import views
from optimizer.verification.replaying.day_engine import DayEngine, load_day_engine
from optimizer.verification.replaying.day_hours import PoolHours
from optimizer.verification.replaying.day_pool import PoolDay, play_pool
from optimizer.verification.replaying.day_result import DayReport, DayRow, worst_of
from optimizer.verification.replaying.day_rows import DayRows
from optimizer.verification.replaying.day_stretch import DayPool
from optimizer.verification.replaying.fleet import Fleet, Served, likeness
from optimizer.verification.replaying.hours import model_of
from optimizer.verification.replaying.losses import happening
from optimizer.verification.replaying.rows import Edges, stages_note
from optimizer.verification.replaying.run import refuse_unreadable
from optimizer.verification.replaying.what_if import WhatIf, resolved
from optimizer.verification.view import View

__all__ = ["DayReport", "DayRow", "play_day", "worst_of"]

Progress = Callable[[str, str], None]
STAGE, OPTION = "replay", "--whole-day"
#: Queues are kept one by one; a pool of more replicas is a mistake.
MOST_REPLICAS = 1_000_000


def play_day(
    plan: Plan,
    day_type: str | None = None,
    what_if: WhatIf | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    engine: DayEngine | None = None,
) -> DayReport:
    """Play every request of a day against the fleet of each hour, and judge every five minutes.

    Parameters
    ----------
    plan
        The plan; its `inputs` hold all that is needed.
    day_type
        Which day; None for the one with most requests.
    what_if
        What is lost all day, which demand is played and at which multiple of its rates; None for the plan as it is.
    seed
        Of the traffic, which planning never sees whatever its own was.
    progress
        Called with a stage and a detail.
    engine
        What simulates; None for the quickest there is.

    Returns
    -------
    DayReport
        The same for the same plan, day, question, seed and engine, however many threads play it.

    Raises
    ------
    InputError
        If the plan cannot be read, or cannot answer the question.
    """
    refuse_unreadable(plan)
    asked, playing = resolved(what_if or WhatIf(), View(plan)), engine or load_day_engine()
    fleet = Fleet(views(View(plan))[str(asked.demand)], asked.scale)
    happened = happening(fleet, asked)
    day = _day_of(fleet, happened.served, day_type)
    periods = [period for period in fleet.periods if fleet.view.plan.periods[period].day_type == day]
    periods.sort(key=lambda period: fleet.view.plan.periods[period].hour)
    edges = Edges(fleet.view)
    pools = _pools(fleet, edges, happened.served, periods, alike=playing.is_sample)
    start = time.perf_counter()
    played = _played(pools, seed, playing, progress, day)
    seconds = time.perf_counter() - start
    lengths = [item.window_s for item in played]
    return DayReport(
        what_if=asked,
        day_type=day,
        seed=seed,
        rows=tuple(DayRows(fleet, edges, periods, pools).of(played)),
        pools=len(pools),
        hours=len(periods),
        requests=sum(item.counted for item in played),
        drawn=sum(item.drawn for item in played),
        expected=sum(item.expected for item in played),
        again=sum(item.again for item in played),
        turned_away=sum(item.turned_away for item in played),
        engine=playing.name,
        window_s=(min(lengths, default=0.0), max(lengths, default=0.0)),
        notes=(*happened.notes, *stages_note(fleet.view)),
        threads=playing.threads,
        seconds=seconds,
    )


def _day_of(fleet: Fleet, served: Sequence[Served], asked: str | None) -> str:
    """The day type that is asked for, else the one with most requests."""
    requests = {period.day_type: 0.0 for period in fleet.view.plan.periods}
    for item in served:
        requests[fleet.view.plan.periods[item.period].day_type] += item.rate_per_s
    if not asked:
        return max(requests, key=requests.__getitem__)
    if asked not in requests:
        mend = f"Name one of {', '.join(requests)}."
        raise InputError([Fault(OPTION, f'no day type of this plan (found "{asked}")', mend, "unknown-day-type")])
    return asked


def _pools(
    fleet: Fleet, edges: Edges, served: Sequence[Served], periods: Sequence[int], *, alike: bool
) -> list[PoolHours]:
    """Pools with any requests in the day; of those that are alike in all its hours one, where that is asked for."""
    by_pool: dict[int, dict[int, Served]] = {}
    for item in served:
        if item.period in periods and item.rates:
            by_pool.setdefault(item.pool_index, {})[item.period] = item
    groups: dict[object, list[int]] = {}
    for index, own in by_pool.items():
        hours = tuple((period, item.what, item.replicas, item.rates) for period, item in sorted(own.items()))
        groups.setdefault((likeness(fleet.pools[index]), hours) if alike else index, []).append(index)
    return [
        PoolHours(
            _pool(fleet, edges, members[0], by_pool[members[0]]),
            tuple(by_pool[members[0]].get(period) for period in periods),
            tuple(sorted(fleet.pools[index].zone for index in members)),
        )
        for members in groups.values()
    ]


def _pool(fleet: Fleet, edges: Edges, index: int, served: Mapping[int, Served]) -> DayPool:
    pool, first = fleet.pools[index], next(iter(served.values()))
    if max(item.replicas for item in served.values()) > MOST_REPLICAS:
        what = f"{pool.service} in {pool.location} {pool.zone} has more than {MOST_REPLICAS:,} replicas"
        raise InputError([Fault(OPTION, what, "Replay it by the hour: leave out the option.", "too-many-replicas")])
    origins = sorted({origin for item in served.values() for origin, _ in item.rates})
    limits = {origin: edges.limit_s(pool.service, origin, pool.location) for origin in origins}
    target_ms = max(edges.target_ms(pool.service, origin, pool.location) for origin in origins)
    percentile = float(fleet.view.services[pool.service]["percentile"])
    return DayPool(index, model_of(pool, first), limits, target_ms / 1e3, percentile)


def _played(
    pools: Sequence[PoolHours], seed: int, engine: DayEngine, progress: Progress | None, day: str
) -> list[PoolDay]:
    """Play all pools, those with most requests first; each has random numbers of its own."""
    total, done = sum(item.requests for item in pools), 0
    if progress is not None:
        progress(STAGE, f"the whole {day} day, about {total / 1e6:,.0f} million requests")
    order = sorted(range(len(pools)), key=lambda number: -pools[number].requests)
    found: dict[int, PoolDay] = {}
    with ThreadPoolExecutor(engine.threads) as threads:
        played = threads.map(lambda number: play_pool(pools[number], seed, engine), order)
        try:
            for number, item in zip(order, played, strict=True):
                found[number], done = item, done + item.drawn
                if progress is not None:
                    progress(STAGE, f"{len(found):,} of {len(pools):,} pools, {done / 1e6:,.0f} million requests")
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[number] for number in range(len(pools))]
