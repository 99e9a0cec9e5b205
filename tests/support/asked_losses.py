"""What a plan was asked to survive, loss by loss, and the rows of a replay that a service asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from optimizer.domain.plan import Plan
from optimizer.verification.replaying import FULLEST, ReplayReport, ReplayRow, WhatIf, losses, replay
from optimizer.verification.replaying.engine import Engine


@dataclass(frozen=True)
class Loss:
    """A question to a plan, and the services that asked to survive it.

    `plan` is the one asked: where only the spot of one zone is lost it counts no other zone's as spot. `zone` is that
    of the instance that is lost; None for the fullest.
    """

    name: str
    plan: Plan
    what_if: WhatIf
    services: frozenset[str]
    zone: str | None = None


def losses_of(plan: Plan, kinds: frozenset[str] = frozenset({"instance", "zone", "region", "spot"})) -> list[Loss]:
    """The plan as it is, at each demand that money is counted for, and after every single loss it was asked to survive.

    Each zone, each location, all spot or that of each zone, and an instance of each zone.
    """
    everyone = frozenset(row["name"] for row in plan.inputs["services"])
    names = dict.fromkeys([str(plan.inputs["plan_for"]), *plan.inputs["cost_weights"]])
    found = [Loss(f"as planned, demand {name}", plan, WhatIf(demand=name), everyone) for name in names]
    makers = {"zone": _zones, "region": _regions, "instance": _instances, "spot": _spot}
    return found + [loss for kind, maker in makers.items() if kind in kinds for loss in maker(plan)]


def _asking(plan: Plan, *redundancies: str) -> frozenset[str]:
    return frozenset(row["name"] for row in plan.inputs["services"] if row["redundancy"] in redundancies)


def _zones(plan: Plan) -> Iterator[Loss]:
    services = _asking(plan, "zone")
    if services:
        yield Loss("fullest zone", plan, WhatIf(zone=FULLEST), services)
    for name in sorted({f"{pool.location}/{pool.zone}" for pool in plan.pools if pool.service in services}):
        yield Loss(f"zone {name}", plan, WhatIf(zone=name), services)


def _regions(plan: Plan) -> Iterator[Loss]:
    services = _asking(plan, "region")
    for name in sorted({pool.location for pool in plan.pools if pool.service in services}):
        yield Loss(f"region {name}", plan, WhatIf(region=name), services)


def _instances(plan: Plan) -> Iterator[Loss]:
    """A service that survives a zone survives an instance as well."""
    services = _asking(plan, "instance", "zone")
    for zone in sorted({pool.zone for pool in plan.pools if pool.service in services}):
        yield Loss(f"instance in {zone}", plan, WhatIf(instance=True), services, zone)


def _spot(plan: Plan) -> Iterator[Loss]:
    vanishes = plan.inputs["purchase"]["spot"]["may_vanish"]
    everyone = frozenset(row["name"] for row in plan.inputs["services"])
    on_spot = {f"{pool.location}/{pool.zone}" for pool in plan.pools if any(pool.spot_replicas_by_period)}
    if vanishes == "all_of_a_type" and on_spot:
        yield Loss("spot", plan, WhatIf(spot=True), everyone)
    for name in sorted(on_spot) if vanishes == "one_zone" else ():
        yield Loss(f"spot in {name}", _with_spot_in(plan, name), WhatIf(spot=True), everyone)


def _with_spot_in(plan: Plan, zone: str) -> Plan:
    nothing = (0,) * len(plan.periods)
    pools = tuple(
        pool if f"{pool.location}/{pool.zone}" == zone else replace(pool, spot_replicas_by_period=nothing)
        for pool in plan.pools
    )
    return replace(plan, pools=pools)


def replayed(loss: Loss, patch: pytest.MonkeyPatch, engine: Engine | None = None, seed: int = 0) -> ReplayReport:
    """Play a loss; that of an instance in the zone it names, where there is one."""
    with patch.context() as context:
        if loss.zone is not None:
            fullest = losses.fullest_zone
            zones = {(pool.service, pool.location, pool.zone) for pool in loss.plan.pools}

            def zone_hit(fleet, indices, period):
                first = fleet.pools[indices[0]]
                named = (first.service, first.location, loss.zone) in zones
                return loss.zone if named else fullest(fleet, indices, period)

            context.setattr(losses, "fullest_zone", zone_hit)
        return replay(loss.plan, loss.what_if, seed, engine=engine)


def rows_asked(loss: Loss, report: ReplayReport) -> list[ReplayRow]:
    """Rows of the services that asked to survive this."""
    return [row for row in report.rows if row.service in loss.services]
