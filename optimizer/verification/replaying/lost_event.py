"""One zone of a service in a location, lost at an instant, with all its requests before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.verification.arrivals import chosen, poisson
from optimizer.verification.replaying.fleet import Served
from optimizer.verification.replaying.lost_result import ZoneLoss
from optimizer.verification.replaying.lost_run import Run, by_second, recovery
from optimizer.verification.replaying.lost_site import BEFORE_S, RUNS, Player, Site

#: Keeps these numbers apart from every other use of the same seed.
LOST_ZONE = 0x6C6F7374


class Event:
    """One zone of a service in a location, lost in one hour, a number of times.

    Parameters
    ----------
    before, after
        What pools serve before the loss, and once it is known; replicas that stay are the same.
    """

    def __init__(
        self, player: Player, service: str, zone: str, before: Sequence[Served], after: Sequence[Served]
    ) -> None:
        self.player, self.service, self.zone, self.before = player, service, zone, before
        self.site = site = Site(player, service, zone, before, after)
        self.allowed = 1.0 - float(player.fleet.view.services[service]["percentile"])
        place = site.pool.location
        self.limits_s = np.array([player.edges.limit_s(service, origin, place) for origin in site.origins])
        self.after_s = player.after_s(site.rate)

    def played(self) -> ZoneLoss:
        """Play all runs and add them up."""
        site, runs = self.site, [self._run(run) for run in range(RUNS)]
        recovered_s, share = recovery(runs, self.after_s, self.allowed)
        period = self.player.fleet.view.plan.periods[self.before[0].period]
        alive = [model.replicas for model, dead in zip(site.models, site.dead, strict=True) if not dead]
        requests, shed = sum(run.arrival_s.size for run in runs), sum(int(run.shed.sum()) for run in runs)
        return ZoneLoss(
            service=self.service,
            location=site.pool.location,
            zone=self.zone,
            day_type=period.day_type,
            hour=period.hour,
            requests_per_s=site.rate,
            protected_share=round(float(site.protected_share @ site.rates.sum(axis=0)) / site.rate, 12),
            replicas=sum(model.replicas for model in site.models),
            replicas_left=sum(alive),
            played_s=self.after_s,
            runs=RUNS,
            requests=requests,
            lost=sum(int(run.lost.sum()) for run in runs),
            retries=sum(int(run.retries.sum()) for run in runs),
            served=requests - shed,
            shed=shed,
            shed_unprotected=sum(int((run.shed & ~run.protected).sum()) for run in runs),
            late=sum(int((run.late & run.protected).sum()) for run in runs),
            allowed_share=self.allowed,
            late_share_after=share,
            recovered_s=recovered_s,
            holds=recovered_s is not None and recovered_s <= self.player.assumed.recovery_s,
            seconds=tuple(by_second(runs, int(-BEFORE_S), int(self.after_s))),
        )

    def _run(self, run: int) -> Run:
        """Draw requests and follow each."""
        site = self.site
        random = np.random.default_rng([LOST_ZONE, self.player.seed, run, site.indices[0]])
        arrival_s = poisson(random, site.rate, BEFORE_S + self.after_s) - BEFORE_S
        origin = chosen(random, site.rates.sum(axis=0), arrival_s.size)
        protected = random.random(arrival_s.size) < site.protected_share[origin]
        choices = site.choices(random, origin, protected)
        found, ends_s = site.carried(random, choices.at(arrival_s))
        late = ends_s - arrival_s > self.limits_s[origin]  # nan of shed ones is not
        return Run(arrival_s, protected, found.lost, found.retries, np.isnan(ends_s), late)
