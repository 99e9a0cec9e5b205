"""Pages that pass several services, from end to end, while a location loses one of its zones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.page_traffic import in_order, page_rates
from optimizer.verification.replaying.estimate import quantile
from optimizer.verification.replaying.lost import Ints
from optimizer.verification.replaying.lost_page_stage import Flight, Stage
from optimizer.verification.replaying.lost_result import PageLoss, RequestsGo, StageLeft
from optimizer.verification.replaying.lost_run import WINDOW_S, Run, by_second, counts, recovery
from optimizer.verification.replaying.lost_site import BEFORE_S, RUNS, Player, Site
from optimizer.verification.view import Row

#: Keeps these numbers apart from every other use of the same seed.
LOST_PAGES = 0x6C6F7061
#: A pipeline and an origin.
Page = tuple[str, str]
#: Pages/s, and requests of a page to each service.
Rates = tuple[float, dict[str, int]]


@dataclass(frozen=True, slots=True, eq=False)
class PageRun(Run):
    """One run of pages; `stay_s` until a page was answered, infinite where it was not."""

    stay_s: Floats


class PageEvent:
    """One zone of a location, lost in one hour for all services at once, a number of times.

    Parameters
    ----------
    told
        Pages that are followed; those that share a location with them, with ones that share one with these, and so on
        are played beside them.
    """

    def __init__(self, player: Player, place: str, zone: str, period: int, told: Sequence[Page]) -> None:
        self.player, self.place, self.zone, self.period, self.told = player, place, zone, period, told
        view = player.fleet.view
        self.stages = [Stage(player, service, period, place, zone) for service in in_order(view)]
        self.asked = {asked["name"]: asked for asked in view.plan.inputs["pipelines"]}
        self.rates, sites = self._beside(page_rates(view, period))
        self.after_s = player.after_s(math.fsum(site.rate for site in sites))

    def _beside(self, rates: Mapping[Page, Rates]) -> tuple[dict[Page, Rates], list[Site]]:
        """Pages that are played, and the locations that they come to."""
        passed = {
            (name, origin): {site for stage in self.stages if stage.service in stages for site in stage.reached(origin)}
            for (name, origin), (_, stages) in rates.items()
        }
        found, sites = set(self.told), set[Site]()
        while reached := set().union(*(passed[page] for page in found)) - sites:
            sites |= reached
            found |= {page for page, own in passed.items() if own & reached}
        return {page: rate for page, rate in rates.items() if page in found}, list(sites)

    def played(self) -> Iterator[PageLoss]:
        """Play all runs, and say what became of the pages that are followed.

        Where a page sends several requests at once they go to one pool together, or each to one of its own: of the two
        the worse is told.
        """
        several = {page for page in self.told if max(self.rates[page][1].values()) > 1}
        together = [self._run(number) for number in range(RUNS)]
        apart = [self._run(number, apart=True) for number in range(RUNS)] if several else []
        for page in self.told:
            if page not in several:
                yield self._row(page, [run[page] for run in together], "")
                continue
            yield max(
                self._row(page, [run[page] for run in together], "together"),
                self._row(page, [run[page] for run in apart], "apart"),
                key=_badness,
            )

    def _run(self, number: int, *, apart: bool = False) -> dict[Page, PageRun]:
        """Draw pages, and let them pass one service after another."""
        hit = [site.indices[0] for stage in self.stages if (site := stage.hit) is not None]
        random = np.random.default_rng([LOST_PAGES, self.player.seed, number, self.period, hit[0]])
        flights = {
            (name, origin): Flight.drawn(random, origin, stages, rate, self.after_s)
            for (name, origin), (rate, stages) in self.rates.items()
        }
        for stage in self.stages:
            passing = [flight for flight in flights.values() if stage.service in flight.stages]
            stage.passed(random, passing, self.after_s, apart=apart)
        return {page: run_of(flight, float(self.asked[page[0]]["latency_ms"])) for page, flight in flights.items()}

    def _row(self, page: Page, runs: Sequence[PageRun], requests_go: RequestsGo) -> PageLoss:
        asked, period = self.asked[page[0]], self.player.fleet.view.plan.periods[self.period]
        allowed, target_ms = 1.0 - float(asked["percentile"]), float(asked["latency_ms"])
        recovered_s, share = recovery(runs, self.after_s, allowed)
        pages, shed = sum(run.arrival_s.size for run in runs), sum(int(run.shed.sum()) for run in runs)
        worst_s, worst_share, worst_ms = worst_window(runs, self.after_s, float(asked["percentile"]))
        return PageLoss(
            page=page[0],
            requests_go=requests_go,
            origin=page[1],
            location=self.place,
            zone=self.zone,
            day_type=period.day_type,
            hour=period.hour,
            pages_per_s=self.rates[page][0],
            stages=tuple(self._left(asked)),
            played_s=self.after_s,
            runs=RUNS,
            pages=pages,
            lost=sum(int(run.lost.sum()) for run in runs),
            retries=sum(int(run.retries.sum()) for run in runs),
            served=pages - shed,
            shed=shed,
            shed_unprotected=sum(int((run.shed & ~run.protected).sum()) for run in runs),
            late=sum(int((run.late & run.protected).sum()) for run in runs),
            percentile=float(asked["percentile"]),
            target_ms=target_ms,
            reached_before_ms=before_ms(runs, target_ms, float(asked["percentile"])),
            worst_from_s=worst_s,
            worst_missed_share=worst_share,
            worst_reached_ms=worst_ms,
            allowed_share=allowed,
            late_share_after=share,
            recovered_s=recovered_s,
            holds=recovered_s is not None and recovered_s <= self.player.assumed.recovery_s,
            seconds=tuple(by_second(runs, int(-BEFORE_S), int(self.after_s))),
        )

    def _left(self, asked: Row) -> Iterator[StageLeft]:
        """Replicas of each stage of a page in the location, and those that stay."""
        names = {stage["service"] for stage in asked["stages"]}
        for stage in self.stages:
            if stage.service in names and (site := stage.hit) is not None:
                alive = [model.replicas for model, dead in zip(site.models, site.dead, strict=True) if not dead]
                yield StageLeft(stage.service, sum(model.replicas for model in site.models), sum(alive))


def _badness(row: PageLoss) -> tuple[bool, float]:
    return not row.holds, row.worst_missed_share or 0.0


def run_of(flight: Flight, target_ms: float) -> PageRun:
    """Return what became of the pages of a flight that is through."""
    shed, stay_s = np.isinf(flight.now_s), flight.now_s - flight.came_s
    late = ~shed & (stay_s * 1e3 > target_ms)
    return PageRun(flight.came_s, flight.protected, flight.lost, flight.retried, shed, late, stay_s)


def before_ms(runs: Sequence[PageRun], target_ms: float, percentile: float) -> float | None:
    """Return the percentile of the last ten seconds before the loss whose pages, if in time, were back by then."""
    until_s = -target_ms / 1e3
    stays_s = np.concatenate([
        run.stay_s[(run.arrival_s >= until_s - WINDOW_S) & (run.arrival_s < until_s)] for run in runs
    ])  # fmt: skip
    return _told_ms(stays_s, percentile)


def worst_window(
    runs: Sequence[PageRun], after_s: float, percentile: float
) -> tuple[float | None, float | None, float | None]:
    """Return when the ten seconds begin in which most protected pages are late or shed, their share, the percentile.

    All None where there are no protected pages; the percentile is None where too many were never answered.
    """
    missed = _by_window([counts(run, run.missed, after_s) for run in runs])
    asked = _by_window([counts(run, run.protected, after_s) for run in runs])
    if not asked.any():
        return None, None, None
    shares = missed / np.maximum(asked, 1)
    start = int(np.argmax(shares))
    stays_s = np.concatenate([
        run.stay_s[run.protected & (run.arrival_s >= start) & (run.arrival_s < start + WINDOW_S)] for run in runs
    ])  # fmt: skip
    return float(start), float(shares[start]), _told_ms(stays_s, percentile)


def _by_window(each: Sequence[Ints]) -> Ints:
    """Add up runs, and the seconds of every window."""
    until = np.concatenate([[0], np.cumsum(np.sum(each, axis=0))])
    return np.asarray(until[WINDOW_S:] - until[:-WINDOW_S])


def _told_ms(stays_s: Floats, percentile: float) -> float | None:
    if not stays_s.size:
        return None
    reached = quantile(stays_s, percentile)
    return 1e3 * reached if np.isfinite(reached) else None
