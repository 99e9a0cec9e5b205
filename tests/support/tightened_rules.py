"""Every rule made stricter: what it says, what the catalog knows, or from off to on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimizer.domain.catalog import Availability, Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from tests.support import tightened
from tests.support.tiny import SOURCE


@dataclass(frozen=True)
class Question:
    """What a plan is asked, with the rules that do not hold."""

    scenario: Scenario
    catalog: Catalog
    rules_off: frozenset[str] = frozenset()


#: The question, with its cheapest plan, to the looser question and the stricter one.
Tighten = Callable[[Question, Plan | None], tuple[Question, Question]]
#: Rules that have no degree: they hold, or they do not.
WITHOUT_DEGREE = (
    "utilisation_cap", "every_origin_served", "one_pool_per_location", "egress_tiers",
)  # fmt: skip


def _said(change: Callable[[Scenario, Plan | None], tuple[Scenario, Scenario]]) -> Tighten:
    def pair(asked: Question, plan: Plan | None) -> tuple[Question, Question]:
        loose, strict = change(asked.scenario, plan)
        return replace(asked, scenario=loose), replace(asked, scenario=strict)

    return pair


def _known(change: Callable[[Catalog, Plan], Catalog]) -> Tighten:
    """Facts that leave less to choose from; early starts cost by the zones instances happen to stand in."""

    def pair(asked: Question, plan: Plan | None) -> tuple[Question, Question]:
        purchase = replace(asked.scenario.purchase, scale_up_lead_hours=0.0)
        loose = replace(asked, scenario=replace(asked.scenario, purchase=purchase))
        if plan is None or not plan.pools:
            return loose, loose
        return loose, replace(loose, catalog=change(asked.catalog, plan))

    return pair


def _switched_on(rule: str) -> Tighten:
    def pair(asked: Question, plan: Plan | None) -> tuple[Question, Question]:
        purchase = replace(asked.scenario.purchase, scale_up_lead_hours=0.0)
        strict = replace(asked, scenario=replace(asked.scenario, purchase=purchase))
        return replace(strict, rules_off=frozenset({rule})), strict

    return pair


def _used(plan: Plan) -> tuple[str, str]:
    return plan.pools[0].provider, plan.pools[0].instance_type


def _not_sold(catalog: Catalog, plan: Plan) -> Catalog:
    """The first type of the plan is sold nowhere any more."""
    rows = {
        key: replace(row, status="not_offered") if key[:2] == _used(plan) else row
        for key, row in catalog.prices.items()
    }
    owned = {key: row for key, row in catalog.owned.items() if key[:2] != _used(plan)}
    return replace(catalog, prices=rows, owned=owned)


def _in_one_zone(catalog: Catalog, plan: Plan) -> Catalog:
    """It is sold in one zone of its location."""
    place = plan.pools[0].location
    row = Availability(*_used(plan), place, catalog.locations[place].zones[:1], SOURCE)
    return replace(catalog, availability={**catalog.availability, (*_used(plan), place): row})


def _smaller(catalog: Catalog, plan: Plan, **sizes: float) -> Catalog:
    kind = replace(catalog.instance_types[_used(plan)], **sizes)
    return replace(catalog, instance_types={**catalog.instance_types, _used(plan): kind})


def _fewer_owned(catalog: Catalog, plan: Plan) -> Catalog:
    """One machine of a kind is to be had."""
    return replace(catalog, owned={key: replace(row, max_count=1) for key, row in catalog.owned.items()})


def _smaller_site(catalog: Catalog, plan: Plan) -> Catalog:
    """Every site has power for a quarter of a kilowatt, and two rack units."""
    sites = {name: replace(site, power_limit_kw=0.25, rack_units=2.0) for name, site in catalog.sites.items()}
    return replace(catalog, sites=sites)


#: Every way to make a rule stricter. A budget has a test of its own: it refuses, or changes nothing.
TIGHTENED: dict[str, tuple[Tighten, ...]] = {
    "locations": (_said(tightened.locations),),
    "offered": (_known(_not_sold),),
    "options_allowed": (_said(tightened.fewer_options),),
    "zones_sold": (_known(_in_one_zone),),
    "accelerator_memory": (_known(lambda catalog, plan: _smaller(catalog, plan, accelerator_memory_gib=0.5)),),
    "host_memory": (_known(lambda catalog, plan: _smaller(catalog, plan, memory_gib=1.0)),),
    "service_time_margin": (_said(tightened.service_time_margin),),
    "residency": (_said(tightened.residency),),
    "pins": (_said(tightened.pins),),
    "latency": (_said(tightened.latency),),
    "headroom": (_said(tightened.headroom),),
    "capacity": (_said(tightened.capacity),),
    "replica_bounds": (_said(tightened.min_replicas), _said(tightened.max_replicas)),
    "instance_loss": (_said(tightened.instance_loss),),
    "zone_loss": (_said(tightened.zone_loss), _said(tightened.protected_share)),
    "region_loss": (_said(tightened.region_loss),),
    "autoscaling": (_said(tightened.autoscaling),),
    "scale_up": (_said(tightened.scale_up),),
    "spot_share": (_said(tightened.spot_share),),
    "spot_may_vanish": tuple(
        _said(change) for change in (tightened.spot_of_a_zone, tightened.all_spot, tightened.spot_of_all_zones)
    ),
    "scale_up_lead": (_said(tightened.lead),),
    "purchases_cover_use": (_said(tightened.fewer_signed),),
    "owned_count": (_known(_fewer_owned),),
    "site_limits": (_known(_smaller_site),),
    "quotas": (_said(tightened.quota),),
    "max_instance_types": (_said(tightened.max_types),),
    "power_limit": (_said(tightened.power),),
    "carbon_limit": (_said(tightened.carbon),),
    **{rule: (_switched_on(rule),) for rule in WITHOUT_DEGREE},
}


def ways() -> list[tuple[str, int]]:
    """Every rule with the number of each way to make it stricter."""
    return [(rule, number) for rule, all_ways in TIGHTENED.items() for number in range(len(all_ways))]
