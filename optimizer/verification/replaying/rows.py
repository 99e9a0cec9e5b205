"""From what was measured to the rows of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.verification.replaying.engine import utilisation
from optimizer.verification.replaying.estimate import Late, Reached
from optimizer.verification.replaying.fleet import Fleet, Served
from optimizer.verification.replaying.hours import Case, Measured, model_of
from optimizer.verification.replaying.minutes import Minutes
from optimizer.verification.replaying.result import ReplayRow
from optimizer.verification.view import View

#: A stay of which nothing is left of the target still has a limit; no request stays less.
NO_TIME_S = 0.0


@dataclass(frozen=True, eq=False)
class Edges:
    """What the edges of origins leave to the pools of each location."""

    view: View

    def elsewhere_ms(self, service: str, origin: str, location: str) -> float:
        """Network and overhead, ms: the round trip of this origin x its factor."""
        factor = float(self.view.plan.inputs["network"]["rtt_p99_factor"])
        return float(self.view.services[service]["overhead_ms"]) + factor * self.view.trip_ms(origin, location)

    def target_ms(self, service: str, origin: str, location: str) -> float:
        """What requests are held to at the edge of an origin, ms: the service's target, or as a stage its budget."""
        if service not in self.view.stages:
            return float(self.view.services[service]["latency_ms"])
        pools = [index for index, _ in self.view.sites[service, location]]
        stay_ms = min(self.view.held_to(index).milliseconds - self.view.network_ms(index) for index in pools)
        factor = float(self.view.plan.inputs["network"]["rtt_p99_factor"])
        return stay_ms + factor * self.view.trip_ms(origin, location)

    def limit_s(self, service: str, origin: str, location: str) -> float:
        """Stay from which on a request is late, seconds."""
        left_ms = self.target_ms(service, origin, location) - self.elsewhere_ms(service, origin, location)
        return max(NO_TIME_S, left_ms / 1e3)

    def case(self, served: Served) -> Case:
        """What is simulated for a pool that serves something, its limits in the order of its origins."""
        pool = self.view.plan.pools[served.pool_index]
        limits = tuple(self.limit_s(pool.service, origin, pool.location) for origin, _ in served.rates)
        return Case(model_of(pool, served), float(self.view.services[pool.service]["percentile"]), limits)


def stages_note(view: View, where: str = "here") -> tuple[str, ...]:
    """Return what a replay of pools, `where` it is told, cannot say of pages; nothing where there are none."""
    names = sorted(view.stages)
    if not names:
        return ()
    return (f"{', '.join(names)}: stages of pages, held to what a page leaves each; requests come one by one {where}",)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a fleet; `classes` of the periods by service."""

    fleet: Fleet
    edges: Edges
    classes: Mapping[str, Mapping[int, tuple[str, ...]]]

    def of_hours(self, served: Sequence[Served], measured: Mapping[Case, Measured]) -> list[ReplayRow]:
        """Rows of pools in periods; zones with as many replicas and requests share a row.

        What was not measured, since only a sample was, has no row.
        """
        zones: dict[tuple[object, ...], list[Served]] = {}
        for item in served:
            pool = self.fleet.pools[item.pool_index]
            rates = tuple((origin, f"{rate:.9g}") for origin, rate in item.rates)
            key = (pool.service, pool.location, pool.instance_type, pool.batch_size, item.period, item.what)
            zones.setdefault((*key, item.replicas, rates), []).append(item)
        rows: list[ReplayRow] = []
        for group in zones.values():
            if group[0].replicas == 0:
                rows += self._unserved(group)
            elif (case := self.edges.case(group[0])) in measured:
                rows += self._measured(group, case, measured[case])
        return rows

    def _measured(self, group: list[Served], case: Case, measured: Measured) -> list[ReplayRow]:
        busy = utilisation(case.model)
        return [
            self._row(
                group[0],
                origin,
                zones=self._zones(group),
                replicas=group[0].replicas,
                requests_per_s=group[0].rate_per_s,
                utilisation=busy,
                **self._reached(group[0], origin, measured.reached, late, overloaded=busy >= 1.0),
                requests=measured.requests,
            )
            for (origin, _), late in zip(group[0].rates, measured.late, strict=True)
        ]

    def of_minutes(self, group: Sequence[Served], found: Mapping[str, Minutes]) -> list[ReplayRow]:
        """Rows of the five minutes of a location, one for each origin."""
        models = [self.edges.case(item).model for item in group]
        full = sum(model.rate_per_s / utilisation(model) for model in models)
        rate = sum(item.rate_per_s for item in group)
        return [
            self._row(
                group[0],
                origin,
                kind="five minutes",
                zones=self._zones(group),
                replicas=sum(item.replicas for item in group),
                requests_per_s=rate,
                utilisation=rate / full,
                **self._reached(group[0], origin, minutes.reached, minutes.late, overloaded=False),
                requests=minutes.requests,
                window_s=minutes.window_s,
            )
            for origin, minutes in found.items()
        ]

    def _unserved(self, group: list[Served]) -> list[ReplayRow]:
        """Requests that nobody is left to serve: all of them are late."""
        return [
            self._row(
                group[0],
                origin,
                zones=self._zones(group),
                replicas=0,
                requests_per_s=sum(item.rate_per_s for item in group),
                utilisation=None,
                reached_ms=None,
                plus_minus_ms=None,
                late_share=1.0,
                late_at_least=1.0,
                late_in_worst_run=1.0,
                overloaded=True,
                requests=0,
                holds=False,
            )
            for origin, _ in group[0].rates
        ]

    def _reached(self, item: Served, origin: str, reached: Reached, late: Late, *, overloaded: bool) -> dict[str, Any]:
        pool = self.fleet.pools[item.pool_index]
        half_ms = reached.half_width_s * 1e3
        allowed = 1.0 - float(self.fleet.view.services[pool.service]["percentile"])
        elsewhere_ms = self.edges.elsewhere_ms(pool.service, origin, pool.location)
        return {
            "reached_ms": None if overloaded else elsewhere_ms + reached.value_s * 1e3,
            "plus_minus_ms": half_ms if math.isfinite(half_ms) and not overloaded else None,
            "late_share": late.share,
            "late_at_least": late.at_least,
            "late_in_worst_run": late.in_worst_run,
            "overloaded": overloaded,
            "holds": not overloaded and not late.is_miss(allowed),
        }

    def _row(self, item: Served, origin: str, **found: Any) -> ReplayRow:  # noqa: ANN401  fields of the record
        pool = self.fleet.pools[item.pool_index]
        asked, period = self.fleet.view.services[pool.service], self.fleet.view.plan.periods[item.period]
        fields = {
            "kind": "hour",
            "window_s": None,
            "service": pool.service,
            "classes": self.classes[pool.service].get(item.period, ()),
            "what": item.what,
            "period": item.period,
            "day_type": period.day_type,
            "hour": period.hour,
            "location": pool.location,
            "instance_type": pool.instance_type,
            "origin": origin,
            "percentile": float(asked["percentile"]),
            "target_ms": self.edges.target_ms(pool.service, origin, pool.location),
            "allowed_share": 1.0 - float(asked["percentile"]),
        }
        return ReplayRow(**{**fields, **found})

    def _zones(self, group: Iterable[Served]) -> tuple[str, ...]:
        return tuple(sorted({self.fleet.pools[item.pool_index].zone for item in group}))
