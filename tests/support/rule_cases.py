"""A scenario for every rule of buying, failures and limits: with the rule off, its second reading must object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import Match, OwnedTerms, Purchase, SpotTerms
from optimizer.domain.scenario import NetworkUse, Origin, Scenario
from tests.support.chained import chained_scenario
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import SITE, TWO_HOURS, YEAR, market, powered, price, with_prices, with_type

Case = tuple[Scenario, Catalog]

#: Rules without which there is a plan, and with which there is none: the least total is above the budget.
NOTHING_FITS = ("budget",)


def _asked(peaks: tuple[float, float] = (300.0, 900.0), **changes: object) -> Scenario:
    """One service at home and away; requests weigh next to nothing."""
    everywhere = small_scenario(service("s", demand([list(peaks)]), **changes), locations=(AWAY, HOME))
    return replace(everywhere, network=NetworkUse(0.001, 0.001, 1.0))


def _with_spot(per_hour: float = 0.2) -> Catalog:
    return with_prices(small_catalog(), price("spot", per_hour))


def _options_allowed() -> Case:
    """A commitment of a year is cheap, the horizon is a month, and its rest must not be left over."""
    options = ("on_demand", "committed_1y")
    return replace(_asked(), purchase=Purchase(options, "refuse")), with_prices(
        small_catalog(), price("committed_1y", 0.02)
    )


def _residency() -> Case:
    """The origin's data may only go to the dearer location."""
    return replace(_asked(), origins=(Origin("shop", HOME, {}, (AWAY,)),)), small_catalog()


def _pins() -> Case:
    """The planner keeps batches of 1, which need more instances than larger ones."""
    return replace(_asked(), pins=(Pin("s", None, None, None, 1, 0, None),)), small_catalog()


def _scale_up() -> Case:
    """From an hour without demand to a busy one no more than one instance may be added."""
    scenario = replace(_asked((0.0, 900.0)), periods=TWO_HOURS)
    return replace(scenario, purchase=Purchase(scale_up_max_instances=1)), small_catalog()


def _spot(**terms: object) -> Case:
    """Spot costs a fifth, and more of it would be taken than the terms allow."""
    return replace(_asked(), purchase=Purchase(("on_demand", "spot"), spot=SpotTerms(**terms))), _with_spot()


def _scale_up_lead() -> Case:
    """Instances of the busy hour run half an hour earlier, and are paid."""
    scenario = replace(_asked((0.0, 900.0)), periods=TWO_HOURS)
    return replace(scenario, purchase=Purchase(scale_up_lead_hours=0.5)), small_catalog()


def _purchases_cover_use() -> Case:
    """Only a commitment of a year is allowed; without the rule nothing is bought at all."""
    scenario = replace(_asked(), periods=YEAR, horizon_months=12, purchase=Purchase(("committed_1y",)))
    return scenario, with_prices(small_catalog(), price("committed_1y", 0.6))


def _owned(catalog: Catalog) -> Case:
    """Machines of one's own are much cheaper, but there is no place for as many as the peak needs."""
    scenario = replace(_asked(), locations=(HOME, SITE), owned=OwnedTerms(discount_rate_per_year=0.0))
    return replace(scenario, purchase=Purchase(("on_demand", "owned"))), catalog


def _limited(catalog: Catalog, **limits: object) -> Case:
    return replace(_asked(), limits=Limits(**limits)), catalog


def _max_instance_types() -> Case:
    """A small service fits the small type, a large one the large type at less per accelerator; one type is allowed."""
    small, large = service("s", demand([[50.0, 50.0]])), service("l", demand([[3000.0, 3000.0]]))
    catalog = with_type(small_catalog(), "four", 2.0, accelerator_count=4, memory_gib=128.0, vcpu=32)
    return replace(small_scenario(small, large), limits=Limits(max_instance_types=1)), catalog


def _lean() -> Catalog:
    """A leaner type at twice the price beside one that draws 300 W."""
    return powered(with_type(small_catalog(), "lean", 2.0), one=300.0, lean=100.0)


def _pipelines() -> Case:
    """More time for both stages makes them cheaper; the page has time for one of them only. No batches, to be quick."""
    catalog = small_catalog()
    curve = replace(catalog.profiles[0], batch_items=(1,), service_s=(0.010,))
    return chained_scenario(0.060, (10.0, 30.0)), replace(catalog, profiles=(curve,))


CASES: dict[str, Callable[[], Case]] = {
    "options_allowed": _options_allowed,
    "residency": _residency,
    "pins": _pins,
    "replica_bounds": lambda: (_asked(min_replicas=12), small_catalog()),
    "instance_loss": lambda: (_asked(redundancy="instance"), small_catalog()),
    "region_loss": lambda: (_asked(redundancy="region"), small_catalog()),
    "scale_up": _scale_up,
    "spot_share": lambda: _spot(max_share=0.3, may_vanish="tolerated"),
    "spot_may_vanish": lambda: _spot(max_share=1.0, may_vanish="all_of_a_type"),
    "scale_up_lead": _scale_up_lead,
    "purchases_cover_use": _purchases_cover_use,
    "owned_count": lambda: _owned(market(max_count=1)),
    "site_limits": lambda: _owned(market(power_limit_kw=0.3)),
    "quotas": lambda: _limited(small_catalog(), quotas=(Quota(Match(location=HOME), 2, None, "quota"),)),
    "max_instance_types": _max_instance_types,
    "power_limit": lambda: _limited(_lean(), power_kw=0.8),
    "carbon_limit": lambda: _limited(powered(small_catalog(), one=300.0), carbon_t=0.1),
    "pipelines": _pipelines,
    "budget": lambda: _limited(small_catalog(), budget_per_month=1000.0),
}
