"""Other ways to run the same services: simpler ones, and safer ones, each as a question of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import SPOT
from optimizer.domain.scenario import Redundancy, Scenario
from optimizer.inputs.options_file import without_types


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A question that differs in one decision.

    Parameters
    ----------
    label
        Its name, short.
    changes
        What it asks for, in the scenario's keys where there is one.
    obstacle
        Why it cannot be asked; "" where it can.
    """

    label: str
    changes: tuple[str, ...]
    scenario: Scenario
    catalog: Catalog
    obstacle: str = ""


def variants_of(plan: Plan, scenario: Scenario, catalog: Catalog) -> list[Variant]:
    """Return the alternatives to a plan: the price of simplicity, then that of safety.

    Those that ask for what the scenario asks anyway are left out.
    """
    return [
        *_without_spot(scenario, catalog),
        *_one_type(scenario, catalog),
        *_without_accelerators(plan, scenario, catalog),
        *_one_provider(scenario, catalog),
        *_fixed(scenario, catalog),
        *_redundancy(scenario, catalog, "region", "surviving the loss of a region"),
        *_redundancy(scenario, catalog, "none", "surviving no loss"),
    ]


def _without_spot(scenario: Scenario, catalog: Catalog) -> Iterator[Variant]:
    rest = tuple(option for option in scenario.purchase.options if option != SPOT)
    if rest != scenario.purchase.options:
        fewer = replace(scenario, purchase=replace(scenario.purchase, options=rest))
        yield Variant("without spot", (f"purchase.options = {', '.join(rest)}",), fewer, catalog)


def _one_type(scenario: Scenario, catalog: Catalog) -> Iterator[Variant]:
    if scenario.limits.max_instance_types != 1:
        fewer = replace(scenario, limits=replace(scenario.limits, max_instance_types=1))
        yield Variant("one instance type", ("limits.max_instance_types = 1",), fewer, catalog)


def _without_accelerators(plan: Plan, scenario: Scenario, catalog: Catalog) -> Iterator[Variant]:
    """Every kind of accelerator that the plan uses is left out in turn; CPU stands for none."""
    of_type = {key: kind.accelerator or "CPU" for key, kind in catalog.instance_types.items()}
    used = dict.fromkeys(of_type[pool.provider, pool.instance_type] for pool in plan.pools)
    for name in used:
        types = {key for key, accelerator in of_type.items() if accelerator == name}
        changes = (f"no instance type with {name}",)
        yield Variant(f"without {name}", changes, scenario, without_types(catalog, types))


def _one_provider(scenario: Scenario, catalog: Catalog) -> Iterator[Variant]:
    """Each provider alone: in its allowed locations, or where none is allowed in all that the catalog has of it."""
    of_place = {name: place.provider for name, place in catalog.locations.items()}
    allowed = {provider: [p for p in scenario.locations if of_place[p] == provider] for provider in of_place.values()}
    for provider, places in allowed.items():
        if len(places) == len(scenario.locations):
            continue
        mine = tuple(places or (name for name, owner in of_place.items() if owner == provider))
        shown = ", ".join(mine) if places else f"all {len(mine)} of {provider}"
        only = replace(scenario, locations=mine, locations_given=True)
        yield Variant(
            f"{provider} only", (f"locations = {shown}",), only, catalog, _signed_elsewhere(scenario, set(mine))
        )


def _signed_elsewhere(scenario: Scenario, places: set[str]) -> str:
    signed = sorted({row.location for row in scenario.commitments} - places)
    return f"signed already in {', '.join(signed)}" if signed else ""


def _fixed(scenario: Scenario, catalog: Catalog) -> Iterator[Variant]:
    if scenario.autoscaling != "fixed":
        yield Variant("fixed fleet", ("purchase.autoscaling = fixed",), replace(scenario, autoscaling="fixed"), catalog)


def _redundancy(scenario: Scenario, catalog: Catalog, asked: Redundancy, label: str) -> Iterator[Variant]:
    names = [service.name for service in scenario.services if service.redundancy != asked]
    if names:
        services = tuple(replace(service, redundancy=asked) for service in scenario.services)
        changes = tuple(f"services.{name}.redundancy = {asked}" for name in names)
        yield Variant(label, changes, replace(scenario, services=services), catalog)
