"""A plan as the second reading sees it: look-ups over its own inputs, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optimizer.domain.plan import Check, Plan, Pool, Route
from optimizer.verification.replay import PoolModel, Replay

#: Failing subjects told of one rule; more are counted.
SUBJECTS_SHOWN = 20
#: Rounding of floats, as a share of the value.
ROUNDING = 1e-9
Row = Mapping[str, Any]
#: Service and location: where a service has one pool a zone.
Site = tuple[str, str]
#: What was replayed, by pool and rate, and seed.
Replays = dict[tuple[PoolModel, int], Replay]


class Unreadable(Exception):  # noqa: N818  a fault of the plan, not of the program
    """A rule cannot be read because something it needs is not in the plan; the text says what."""


@dataclass(frozen=True, eq=False)
class View:
    """A plan with its inputs indexed.

    `replays` holds what was replayed so far, by pool, rate and seed; plans read one after another may share it.
    """

    plan: Plan
    replays: Replays = field(default_factory=dict)

    @cached_property
    def services(self) -> dict[str, Row]:
        """What was asked of each service."""
        return {row["name"]: row for row in self.plan.inputs["services"]}

    @cached_property
    def origins(self) -> dict[str, Row]:
        """Where requests come from."""
        return {row["name"]: row for row in self.plan.inputs["origins"]}

    @cached_property
    def types(self) -> dict[tuple[str, str], Row]:
        """Instance types by (provider, name)."""
        return {(row["provider"], row["name"]): row for row in self.plan.inputs["instance_types"]}

    @cached_property
    def models(self) -> dict[str, Row]:
        """Served models by name."""
        return {row["name"]: row for row in self.plan.inputs["served_models"]}

    @cached_property
    def curves(self) -> dict[tuple[str, str, int], Row]:
        """Curves by (profile, accelerator, accelerators per replica)."""
        return {
            (row["profile"], row["accelerator"], row["accelerators_per_replica"]): row
            for row in self.plan.inputs["curves"]
        }

    @cached_property
    def prices(self) -> dict[tuple[str, str, str, str], Row]:
        """Prices by (provider, instance type, location, purchase option)."""
        return {
            (row["provider"], row["instance_type"], row["location"], row["purchase_option"]): row
            for row in self.plan.inputs["prices"]
        }

    @cached_property
    def sold(self) -> dict[tuple[str, str, str], list[str]]:
        """Zones that sell a type, by (provider, instance type, location)."""
        return {
            (row["provider"], row["instance_type"], row["location"]): row["zones"]
            for row in self.plan.inputs["availability"]
        }

    def type_of(self, pool: Pool) -> Row:
        """Instance type of a pool."""
        return self.types[pool.provider, pool.instance_type]

    def curve_of(self, pool: Pool) -> Row:
        """Curve a pool's service times come from."""
        return self.curves[pool.profile, self.type_of(pool)["accelerator"], pool.accelerators_per_replica]

    def model_of(self, pool: Pool) -> Row:
        """Served model of a pool."""
        return self.models[model_name(pool.profile)]

    def per_instance(self, pool: Pool) -> int:
        """Replicas on one instance."""
        return int(self.type_of(pool)["accelerator_count"]) // pool.accelerators_per_replica

    def instances(self, pool: Pool) -> list[int]:
        """Instances of a pool in each period: replicas by what one instance holds, rounded up.

        Raises
        ------
        Unreadable
            If an instance holds none.
        """
        return self._in_instances(pool, pool.replicas_by_period)

    def spot_instances(self, pool: Pool) -> list[int]:
        """Instances of a pool that may stand on spot in each period.

        Raises
        ------
        Unreadable
            If an instance holds no replica.
        """
        return self._in_instances(pool, pool.spot_replicas_by_period)

    @cached_property
    def _counted(self) -> dict[int, list[int]]:
        return {}

    def _in_instances(self, pool: Pool, replicas: tuple[int, ...]) -> list[int]:
        """Replicas by what one instance holds, rounded up; remembered for each series of the plan."""
        known = self._counted.get(id(replicas))
        if known is None:
            holds = self.per_instance(pool)
            if holds < 1:
                message = f"{pool.instance_type} holds no replica of {pool.accelerators_per_replica} accelerators"
                raise Unreadable(message)
            known = self._counted[id(replicas)] = [-(-count // holds) for count in replicas]
        return known

    @cached_property
    def sites(self) -> dict[Site, list[tuple[int, Pool]]]:
        """Pools with their index, by service and location."""
        sites: dict[Site, list[tuple[int, Pool]]] = {}
        for index, pool in enumerate(self.plan.pools):
            sites.setdefault((pool.service, pool.location), []).append((index, pool))
        return sites

    @cached_property
    def _routes(self) -> dict[int, list[Route]]:
        routes: dict[int, list[Route]] = {}
        for route in self.plan.routing:
            routes.setdefault(route.pool, []).append(route)
        return routes

    def routes_to(self, index: int) -> list[Route]:
        """Routes into a pool."""
        return self._routes.get(index, [])

    def brought(self, index: int) -> list[float]:
        """Peak rate that routes bring to a pool, headroom included, period by period, requests/s."""
        rates = [0.0] * len(self.plan.periods)
        for route in self.routes_to(index):
            for period, share in enumerate(route.share_by_period):
                rates[period] += share * self.peak(route.service, route.origin, period) * self.headroom_factor
        return rates

    def need(self, site: Site) -> list[float]:
        """Rate routed to a service in a location, headroom included, period by period, requests/s."""
        return [sum(column) for column in zip(*(self.brought(index) for index, _ in self.sites[site]), strict=True)]

    @cached_property
    def stages(self) -> set[str]:
        """Services that pages pass."""
        return {stage["service"] for asked in self.plan.inputs["pipelines"] for stage in asked["stages"]}

    @staticmethod
    def stage_percentile(asked: Row, stage: Row) -> float:
        """Share of a stage's requests that must be in time, so that enough pages are: misses add up."""
        return 1.0 - (1.0 - float(asked["percentile"])) / (len(asked["stages"]) * int(stage["fan_out"]))

    def held_to(self, index: int) -> Held:
        """Return what a pool is held to at the origin's edge: its service's target, or as a stage its own budget.

        Raises
        ------
        Unreadable
            If a pool of a stage does not say.
        """
        pool = self.plan.pools[index]
        asked = self.services[pool.service]
        percentile = float(asked["percentile"])
        if pool.service not in self.stages:
            return Held(float(asked["latency_ms"]), percentile)
        key = f"p{100.0 * percentile:g}_ms"
        if key not in pool.target:
            message = f"{pool_label(pool)}: {other_percentile(pool, percentile)}"
            raise Unreadable(message)
        return Held(float(pool.target[key]), percentile)

    def pools_reached(self, service: str, origin: str) -> list[int]:
        """Indices of the pools that requests of an origin go to, now or when another location is lost."""
        standby = {row.standby for row in self.plan.standby if (row.service, row.origin) == (service, origin)}
        routed = {r.pool for r in self.plan.routing if (r.service, r.origin) == (service, origin)}
        return [
            index
            for index, pool in enumerate(self.plan.pools)
            if index in routed or (pool.service == service and pool.location in standby)
        ]

    def trip_ms(self, origin: str, location: str) -> float:
        """Mean round trip between an origin and a location, ms.

        Raises
        ------
        Unreadable
            If the plan does not know it.
        """
        trips = self.origins[origin]["rtt_ms"]
        if location not in trips:
            message = f"no round trip between {origin} and {location}"
            raise Unreadable(message)
        return float(trips[location])

    def network_ms(self, index: int) -> float:
        """Worst mean round trip of the origins of a pool, routed or stood by for, x factor, ms; 0 without any."""
        pool = self.plan.pools[index]
        origins = {route.origin for route in self.routes_to(index)}
        origins |= {
            row.origin for row in self.plan.standby if (row.service, row.standby) == (pool.service, pool.location)
        }
        worst = max((self.trip_ms(origin, pool.location) for origin in origins), default=0.0)
        return float(worst * self.plan.inputs["network"]["rtt_p99_factor"])

    def peak(self, service: str, origin: str, period: int) -> float:
        """Peak rate asked, requests/s."""
        return float(self.plan.inputs["demand"][service][origin]["peak"][period])

    def mean(self, service: str, origin: str, period: int) -> float:
        """Expected rate asked, requests/s."""
        return float(self.plan.inputs["demand"][service][origin]["mean"][period])

    @property
    def headroom_factor(self) -> float:
        """By how much the peak is multiplied before it must be carried."""
        headroom = self.plan.inputs["headroom"]
        return float((1.0 + headroom["retry_share"]) / (1.0 - headroom["release_share"]))

    def period_label(self, period: int) -> str:
        """For example ``workday 20 h``."""
        row = self.plan.periods[period]
        return f"{row.day_type} {row.hour:02d} h"


@dataclass(frozen=True, slots=True)
class Held:
    """What a pool is held to: so many milliseconds, for that share of its requests."""

    milliseconds: float
    percentile: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One reading of a rule on one subject; `margin` below 0 breaks it."""

    subject: str
    limit: float | None
    value: float | None
    margin: float
    detail: str = ""


def fact(subject: str, holds: bool, detail: str) -> Finding:
    """Return a reading that is right or wrong without a limit to keep; where right it is never the tightest."""
    return Finding(subject, None, None, math.inf if holds else -math.inf, detail)


def model_name(profile: str) -> str:
    """Served model of a profile ``model/precision``."""
    return profile.rsplit("/", maxsplit=1)[0]


def pool_label(pool: Pool) -> str:
    """Name a pool: service, place, type."""
    return f"{pool.service} on {pool.instance_type} in {pool.location} zone {pool.zone}"


def other_percentile(pool: Pool, asked: float) -> str:
    """Say that a pool's target is for another percentile than the one asked for."""
    kept = " and ".join(key.removesuffix("_ms") for key in pool.target)
    return f"its target is for {kept}, asked was p{100.0 * asked:g}"


def judged(rule: str, findings: list[Finding], tolerance: float = 0.0) -> list[Check]:
    """Turn findings into checks: the tightest one where all hold, else one for each that fails, the furthest first."""
    if not findings:
        return [Check(rule, "nothing to check", None, None, None, holds=True)]
    broken = sorted((item for item in findings if not item.margin >= -tolerance), key=lambda item: item.margin)
    if not broken:
        tightest = min(findings, key=lambda item: item.margin)
        return [Check(rule, tightest.subject, *_figures(tightest), holds=True)]
    checks = [_failed(rule, item) for item in broken[:SUBJECTS_SHOWN]]
    if len(broken) > SUBJECTS_SHOWN:
        rest = f"and {len(broken) - SUBJECTS_SHOWN} more"
        checks.append(Check(rule, rest, None, None, None, holds=False, detail=rest))
    return checks


def _failed(rule: str, item: Finding) -> Check:
    return Check(rule, item.subject, *_figures(item), holds=False, detail=item.detail or item.subject)


def _figures(item: Finding) -> tuple[float | None, float | None, float | None]:
    """Limit, value and margin; none where there is no such figure, for example in a plain fact."""
    # counts become floats too, so that a plan file reads back as it was written
    limit, value, margin = (
        float(figure) if figure is not None and math.isfinite(figure) else None
        for figure in (item.limit, item.value, item.margin)
    )
    return limit, value, margin


def stated(rule: str, faults: list[str], subject: str) -> list[Check]:
    """Turn yes-or-no findings into checks."""
    if not faults:
        return [Check(rule, subject, None, None, None, holds=True)]
    checks = [Check(rule, fault, None, None, None, holds=False, detail=fault) for fault in faults[:SUBJECTS_SHOWN]]
    if len(faults) > SUBJECTS_SHOWN:
        rest = f"and {len(faults) - SUBJECTS_SHOWN} more"
        checks.append(Check(rule, rest, None, None, None, holds=False, detail=rest))
    return checks
