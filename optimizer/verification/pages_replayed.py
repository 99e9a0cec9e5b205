"""Pages played from end to end: through all their stages, beside each other and beside requests of other kinds.

What the stages may take adds up to the target by a rule that never promises too much; how much sooner pages really are
is what this replay finds. In the busiest hour of every day type pages arrive at random; each sends its requests to a
stage at once and goes on when the slowest is back, so a stage sees the bursts that the stage before it makes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.plan import Check, Pool
from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import chosen, poisson
from optimizer.verification.page_traffic import in_order, own_rates, page_rates, routes, trip_s
from optimizer.verification.replay import PoolModel, batch_by_batch, drawn_factors, sojourns
from optimizer.verification.replaying.estimate import late, quantile
from optimizer.verification.replaying.minutes import by_queue
from optimizer.verification.view import Finding, View, judged

#: Keeps these numbers apart from every other use of the same seed.
PAGES = 0x7061676573
SEED = 77_000_023
#: Pages of the rarest kind, unless all requests together are more than the second number.
PAGES_WANTED, MOST_REQUESTS = 20_000, 400_000
#: Shares of the time that are dropped at its start and at its end.
WARM_UP, COOL_DOWN = 0.1, 0.05
SECTIONS = 20


@dataclass(eq=False)
class _Pages:
    """Pages of a pipeline from an origin: when they came, and how far each is, seconds."""

    name: str
    origin: str
    stages: dict[str, int]
    came_s: Floats
    now_s: Floats


def end_to_end(view: View, seed: int = SEED) -> list[Check]:
    """Play the busiest hour of every day type, and check that no page is significantly (99 %) too often late.

    Returns
    -------
    list of Check
        One for each pipeline and day type, of the origin nearest to its target: `limit` is the target and `worst_value`
        the p99 reached, milliseconds; `margin` is the slack that the budgets of the stages leave.
    """
    checks: list[Check] = []
    for period in _busiest(view):
        played = play(view, period, seed)
        for asked in view.plan.inputs["pipelines"]:
            mine = [pages for pages in played if pages.name == asked["name"]]
            findings = [_finding(view, pages, period, asked["latency_ms"], asked["percentile"]) for pages in mine]
            checks += judged("end_to_end", findings) if findings else []
    return checks


def _busiest(view: View) -> list[int]:
    """Period with most pages of each day type."""
    totals = [0.0] * len(view.plan.periods)
    for asked in view.plan.inputs["pipelines"]:
        for rates in asked["demand"].values():
            totals = [total + rate for total, rate in zip(totals, rates["peak"], strict=True)]
    found: dict[str, int] = {}
    for number, period in enumerate(view.plan.periods):
        best = found.get(period.day_type)
        if totals[number] > (0.0 if best is None else totals[best]):
            found[period.day_type] = number
    return list(found.values())


def _finding(view: View, pages: _Pages, period: int, target_ms: float, percentile: float) -> Finding:
    stays_ms = (pages.now_s - pages.came_s) * 1e3
    parts = np.array_split(stays_ms, SECTIONS)
    share = late([part.size for part in parts], [int(np.count_nonzero(part > target_ms)) for part in parts])
    reached = quantile(stays_ms, percentile)
    slack = target_ms - reached
    label = f"{pages.name} from {pages.origin}, {view.period_label(period)}"
    text = f"{label}: {share.share:.2%} of pages late, {1.0 - percentile:.2%} allowed (p99 {reached:.1f} ms)"
    margin = min(slack, -1e-3) if share.is_miss(1.0 - percentile) else max(slack, 0.0)
    return Finding(label, float(target_ms), reached, margin, text)


def play(view: View, period: int, seed: int = SEED) -> list[_Pages]:
    """Return the pages of a period, played through all their stages; those at both ends of the time are left out."""
    generator = np.random.default_rng([PAGES, seed, period])
    rates = page_rates(view, period)
    requests = sum(rate * sum(stages.values()) for rate, stages in rates.values())
    if not requests:
        return []
    wanted = PAGES_WANTED / min(rate for rate, _ in rates.values())
    length_s = min(wanted, MOST_REQUESTS / requests)
    played = []
    for (name, origin), (rate, stages) in rates.items():
        came = poisson(generator, rate, length_s)
        played.append(_Pages(name, origin, stages, came, came.copy()))
    for service in in_order(view):
        _pass(view, service, period, [pages for pages in played if service in pages.stages], length_s, generator)
    for pages in played:
        inside = (pages.came_s >= WARM_UP * length_s) & (pages.came_s <= (1.0 - COOL_DOWN) * length_s)
        pages.came_s, pages.now_s = pages.came_s[inside], pages.now_s[inside]
    return [pages for pages in played if pages.came_s.size >= SECTIONS]


def _pass(
    view: View, service: str, period: int, passing: list[_Pages], length_s: float, generator: np.random.Generator
) -> None:
    """Let pages pass one service, all pools of it at once; requests of a page go to one pool."""
    arrivals: dict[int, list[Floats]] = {}
    owners: dict[int, list[tuple[_Pages | None, np.ndarray]]] = {}

    def arrive(index: int, times: Floats, pages: _Pages | None, numbers: np.ndarray) -> None:
        arrivals.setdefault(index, []).append(times)
        owners.setdefault(index, []).append((pages, numbers))

    for pages in passing:
        reached = routes(view, service, pages.origin, period)
        route = chosen(generator, np.array([share for _, share in reached]), pages.now_s.size)
        for number, (index, _) in enumerate(reached):
            mine = np.repeat(np.flatnonzero(route == number), pages.stages[service])
            arrive(index, pages.now_s[mine] + 0.5 * trip_s(view, pages.origin, index), pages, mine)
    for origin, rate in own_rates(view, service, period):
        for index, share in routes(view, service, origin, period):
            times = poisson(generator, rate * share, length_s)
            arrive(index, times, None, np.zeros(times.size, dtype=np.int64))
    back = {id(pages): np.zeros(pages.now_s.size) for pages in passing}
    for index, parts in arrivals.items():
        times = np.concatenate(parts)
        done = _served(view.plan.pools[index], period, times, generator)
        first = 0
        for (owner, numbers), part in zip(owners[index], parts, strict=True):
            if owner is not None:
                elsewhere_s = 0.5 * trip_s(view, owner.origin, index) + view.services[service]["overhead_ms"] / 1e3
                np.maximum.at(back[id(owner)], numbers, done[first : first + part.size] + elsewhere_s)
            first += part.size
    for pages in passing:
        pages.now_s = back[id(pages)]


def _served(pool: Pool, period: int, times: Floats, generator: np.random.Generator) -> Floats:
    """Return when each request is done; replicas take them in turn, at random, or from one queue."""
    replicas = pool.replicas_by_period[period]
    if replicas < 1:
        return np.full(times.size, np.inf)
    order = np.argsort(times, kind="stable")
    rising, stays = times[order], np.empty(times.size)
    service_s, wait_s = tuple(pool.service_time.seconds), pool.max_wait_ms / 1e3
    model = PoolModel(replicas, service_s, wait_s, pool.dispatch, 1.0, pool.service_time.p99_over_mean)
    for mine in by_queue(model, model.queues, times.size, generator):
        own = rising[mine]
        factors = batch_by_batch(drawn_factors(model, generator, own.size))
        stays[mine] = sojourns(own.tolist(), model.servers, service_s, wait_s, factors)
    done = np.empty(times.size)
    done[order] = rising + stays
    return done
