"""A second, independent reading of every rule and of the bill.

It takes the finished plan, shares no code with what made it, and answers with one check for each rule (or one for each
subject that fails).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from optimizer.beside import Beside, in_turn
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Check, Plan
from optimizer.domain.scenario import Scenario
from optimizer.verification import (
    bill,
    carried,
    covered,
    draw,
    kept,
    latency,
    limits,
    pages,
    pages_replayed,
    placement,
    redundancy,
    sites,
    sources,
    spot,
    structure,
)
from optimizer.verification.demands import at_every_demand
from optimizer.verification.view import Replays, Unreadable, View

#: Every rule by name; each reads the plan alone, the counts of a service under every demand.
CHECKS: dict[str, Callable[[View], list[Check]]] = {
    "locations": placement.locations,
    "options_allowed": covered.options_allowed,
    "offered": covered.offered,
    "zones_sold": placement.zones_sold,
    "accelerator_memory": placement.accelerator_memory,
    "host_memory": placement.host_memory,
    "service_time_margin": placement.service_time_margin,
    "residency": kept.residency,
    "pins": at_every_demand(kept.pins),
    "latency": latency.latency,
    "utilisation_cap": at_every_demand(carried.utilisation_cap),
    "headroom": at_every_demand(carried.headroom),
    "capacity": at_every_demand(carried.capacity),
    "replica_bounds": at_every_demand(kept.replica_bounds),
    "zone_loss": at_every_demand(redundancy.zone_loss),
    "instance_loss": at_every_demand(redundancy.instance_loss),
    "region_loss": at_every_demand(redundancy.region_loss),
    "autoscaling": at_every_demand(carried.autoscaling),
    "scale_up": at_every_demand(kept.scale_up),
    "spot_share": at_every_demand(spot.spot_share),
    "spot_may_vanish": at_every_demand(spot.spot_may_vanish),
    "every_origin_served": carried.every_origin_served,
    "one_pool_per_location": carried.one_pool_per_location,
    "pipelines": pages.pipelines,
    "end_to_end": pages_replayed.end_to_end,
    "purchases_cover_use": covered.purchases_cover_use,
    "owned_count": sites.owned_count,
    "site_limits": sites.site_limits,
    "quotas": at_every_demand(limits.quotas),
    "max_instance_types": limits.max_instance_types,
    "power_limit": limits.power_limit,
    "carbon_limit": limits.carbon_limit,
    "hours": carried.hours,
    "energy": draw.energy,
    "egress_tiers": bill.egress_tiers,
    "scale_up_lead": bill.scale_up_lead,
    "bill": bill.bill,
    "budget": limits.budget,
    "bound": bill.bound,
}


#: The rule that takes longest, for traffic is replayed: read beside the others.
LONGEST = "latency"


def verify(
    plan: Plan,
    scenario: Scenario | None = None,
    catalog: Catalog | None = None,
    beside: Beside = in_turn,
    *,
    replays: Replays | None = None,
) -> tuple[Check, ...]:
    """Read every rule again over a finished plan.

    Parameters
    ----------
    plan
        The plan; its `inputs` hold all that the rules need.
    scenario, catalog
        Where given, the plan's inputs are compared with them as well.
    beside
        How the rule that takes longest is read beside the others.
    replays
        What was replayed for plans read before, and is not replayed again; what is new is added where it is read in
        this process.

    Returns
    -------
    tuple of Check
        At least one for each rule; the plan is good where all hold. Where the structure is not sound only its faults
        are told: nothing else can be read. Never raises for a wrong plan.
    """
    view = View(plan, {} if replays is None else replays)
    checks = _read("structure", lambda: structure.structure(view))
    if not all(check.holds for check in checks):
        return tuple(checks)
    longest = beside(lambda: _read(LONGEST, lambda: CHECKS[LONGEST](view)))
    found = {rule: _read(rule, partial(CHECKS[rule], view)) for rule in CHECKS if rule != LONGEST}
    found[LONGEST] = longest()
    checks += [check for rule in CHECKS for check in found[rule]]
    if scenario is not None and catalog is not None:
        checks += _read("inputs", lambda: sources.inputs(view, scenario, catalog))
    return tuple(checks)


def _read(rule: str, reading: Callable[[], list[Check]]) -> list[Check]:
    """Read one rule; what stops it is a failing check of that rule or of the structure, never a traceback."""
    try:
        return reading()
    except Unreadable as missing:
        return [Check(rule, "the plan document", None, None, None, holds=False, detail=str(missing))]
    except Exception as fault:  # a document that nobody foresaw is refused as well
        detail = f"{rule} cannot be read ({type(fault).__name__}: {fault})"[:300]
        return [Check("structure", "the plan document", None, None, None, holds=False, detail=detail)]


__all__ = ["CHECKS", "Replays", "verify"]
