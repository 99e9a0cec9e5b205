"""Every rule can be switched off, and then the second reading notices on some plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.domain.catalog import Availability, Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Headroom, NetworkUse, Origin, Scenario
from optimizer.errors import Infeasible
from optimizer.formulation.rules import RULES
from optimizer.planning import plan_scenario
from optimizer.verification import CHECKS
from tests.support.asked import shared_store
from tests.support.rule_cases import CASES as CASES_OF_BUYING
from tests.support.rule_cases import NOTHING_FITS
from tests.support.small import AWAY, HOME, SOURCE, demand, service, small_catalog, small_scenario

Case = tuple[Scenario, Catalog]


def _busy(**changes: object) -> Scenario:
    return small_scenario(service("s", demand([[300.0, 900.0]]), **changes))


def _locations() -> Case:
    """The other location is cheaper, but not allowed."""
    catalog = small_catalog()
    key = ("p", "one", AWAY, "on_demand")
    return replace(_busy(), network=NetworkUse(0.1, 0.1, 1.0)), replace(
        catalog, prices={**catalog.prices, key: replace(catalog.prices[key], price_per_hour=0.1)}
    )


def _offered() -> Case:
    """A cheaper type carries a list price but is not sold."""
    catalog = small_catalog()
    kind = replace(catalog.instance_types["p", "one"], name="ghost")
    price = replace(catalog.prices["p", "one", HOME, "on_demand"], instance_type="ghost", status="not_offered")
    return _busy(), replace(
        catalog,
        instance_types={**catalog.instance_types, ("p", "ghost"): kind},
        prices={**catalog.prices, ("p", "ghost", HOME, "on_demand"): replace(price, price_per_hour=0.2)},
    )


def _zones_sold() -> Case:
    """The cheaper type is sold in one zone only, and a lost zone must not matter."""
    catalog = small_catalog()
    kind = replace(catalog.instance_types["p", "one"], name="rare")
    price = replace(catalog.prices["p", "one", HOME, "on_demand"], instance_type="rare", price_per_hour=0.2)
    sold = Availability("p", "rare", HOME, ("a",), SOURCE)
    return _busy(redundancy="zone"), replace(
        catalog,
        instance_types={**catalog.instance_types, ("p", "rare"): kind},
        prices={**catalog.prices, ("p", "rare", HOME, "on_demand"): price},
        availability={("p", "rare", HOME): sold},
    )


def _small_type(**changes: object) -> Catalog:
    catalog = small_catalog()
    kind = replace(catalog.instance_types["p", "one"], name="tight", **changes)
    price = replace(catalog.prices["p", "one", HOME, "on_demand"], instance_type="tight", price_per_hour=0.2)
    return replace(
        catalog,
        instance_types={**catalog.instance_types, ("p", "tight"): kind},
        prices={**catalog.prices, ("p", "tight", HOME, "on_demand"): price},
    )


def _two_origins() -> Scenario:
    """Callers near and far: apart, each keeps its own budget; in one pool the far one decides."""
    near, far = Origin("near", HOME, {}), Origin("far", "internet", {HOME: 0.042})
    asked = service("s", demand([[2000.0, 2000.0], [20.0, 20.0]]))
    return small_scenario(asked, origins=(near, far), network=NetworkUse(0.1, 0.1, 1.0))


CASES: dict[str, Callable[[], Case]] = {
    "locations": _locations,
    "offered": _offered,
    "zones_sold": _zones_sold,
    "accelerator_memory": lambda: (_busy(), _small_type(accelerator_memory_gib=1.0)),
    "host_memory": lambda: (_busy(), _small_type(memory_gib=2.0)),
    "service_time_margin": lambda: (_busy(), small_catalog()),
    "latency": lambda: (_busy(latency_s=0.014), small_catalog()),
    "utilisation_cap": lambda: (
        small_scenario(service("s", demand([[40_000.0, 40_000.0]]), latency_s=2.0)),
        small_catalog(),
    ),
    "headroom": lambda: (replace(_busy(), headroom=Headroom(0.0, 0.3)), small_catalog()),
    "capacity": lambda: (_busy(), small_catalog()),
    "zone_loss": lambda: (_busy(redundancy="zone"), small_catalog()),
    "autoscaling": lambda: (replace(_busy(), autoscaling="fixed"), small_catalog()),
    "every_origin_served": lambda: (_busy(), small_catalog()),
    "one_pool_per_location": lambda: (_two_origins(), small_catalog()),
    "egress_tiers": lambda: (
        small_scenario(service("s", demand([[300.0, 300.0]])), origins=(Origin("web", "internet", {HOME: 0.02}),)),
        small_catalog(),
    ),
    **CASES_OF_BUYING,
}


class Plans:
    """The plan of each case with all rules, and with one of them off, made once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], Plan] = {}

    def of(self, rule: str, *, off: bool) -> Plan:
        """Return the cheapest plan of a rule's case, with its second reading whatever that says."""
        if (rule, off) not in self._known:
            rules_off = frozenset({rule} if off else ())
            self._known[rule, off] = plan_scenario(
                *CASES[rule](), store=shared_store(), gap=0.0, rules_off=rules_off, verify=False
            )
        return self._known[rule, off]


@pytest.fixture(scope="module")
def plans() -> Plans:
    """One set of plans for both tests."""
    return Plans()


def test_every_rule_has_a_case_and_a_twin():
    """No rule without a scenario that needs it, none without a second reading of the same name."""
    assert set(CASES) == set(RULES)
    assert set(RULES) <= set(CHECKS)


@pytest.mark.parametrize("rule", list(RULES))
def test_a_rule_switched_off_is_noticed(rule: str, plans: Plans):
    """With all rules on the plan verifies; with one off, the second reading of just that rule fails."""
    if rule != "latency" and rule not in NOTHING_FITS:
        assert all(check.holds for check in plans.of(rule, off=False).checks)
    failed = {check.rule for check in plans.of(rule, off=True).checks if not check.holds}
    assert rule in failed


@pytest.mark.parametrize("rule", list(RULES))
def test_a_rule_never_makes_the_plan_cheaper(rule: str, plans: Plans):
    """Switching a rule off leaves the total the same or lower (or makes a plan possible at all)."""
    if rule in NOTHING_FITS:
        with pytest.raises(Infeasible):
            plans.of(rule, off=False)
        return
    if rule == "latency":
        asked = _busy(latency_s=0.020), small_catalog()
        with_rule = plan_scenario(*asked, store=shared_store(), gap=0.0)
        without = plan_scenario(*asked, store=shared_store(), gap=0.0, rules_off=frozenset({rule}), verify=False)
    else:
        with_rule, without = (plans.of(rule, off=off) for off in (False, True))
    assert without.objective.total <= with_rule.objective.total + 1e-6
