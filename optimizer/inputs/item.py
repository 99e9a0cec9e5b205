"""What a planner may ask about by name: instance type, location, purchase option, service, pool, part of the bill."""

from __future__ import annotations

from typing import get_args

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Item, ItemKind
from optimizer.domain.plan import CATEGORIES
from optimizer.domain.purchase import PurchaseOption
from optimizer.domain.scenario import Scenario
from optimizer.errors import Fault, InputError
from optimizer.inputs.wording import did_you_mean, show

OPTIONS: tuple[PurchaseOption, ...] = get_args(PurchaseOption)
#: What may stand before a name to say which of two things it means.
PREFIXES: dict[str, ItemKind] = {
    "option": "purchase_option",
    "location": "location",
    "type": "instance_type",
    "service": "service",
    "pool": "pool",
    "cost": "cost_category",
    "line": "cost_line",
}


def item_of(text: str, scenario: Scenario, catalog: Catalog) -> Item:
    """Return what a name means.

    Parameters
    ----------
    text
        An instance type (``g6.xlarge`` or ``aws/g6.xlarge``), a location (``aws/us-east-1``), a purchase option, a
        service, a pool (``ranking@aws/us-east-1``), a category of the bill (``network``), or one of its lines
        (``line:logs``). ``service:ranking`` says which of two things of a name is meant.

    Raises
    ------
    InputError
        If nothing has that name, or two kinds of thing have it.
    """
    before, _, after = text.partition(":")
    kind = PREFIXES.get(before)
    if kind == "cost_line":  # the bill is known once there is a plan
        return Item(kind, (after,))
    named = [item for item in _named(after if kind else text, scenario, catalog) if kind in (None, item.kind)]
    if len(named) == 1:
        return named[0]
    if named:
        words = [word for word, kind in PREFIXES.items() if kind in {item.kind for item in named}]
        mend = "Write " + " or ".join(f"{word}:{text}" for word in words) + "."
        raise InputError([Fault("ITEM", f"must mean one thing (found {show(text)})", mend, "ambiguous-item")])
    services = [service.name for service in scenario.services]
    types = [f"{provider}/{name}" for provider, name in catalog.instance_types]
    names = {name for _, name in catalog.instance_types}
    mend = did_you_mean(text, [*services, *OPTIONS, *CATEGORIES, *catalog.locations, *names, *types], "names")
    what = (
        f"must be a service of {scenario.name}, a pool (SERVICE@LOCATION), a cost category, a line of the bill "
        f"(line:NAME), or an instance type, location or purchase option of catalog {catalog.name} (found {show(text)})"
    )
    raise InputError([Fault("ITEM", what, mend, "unknown-item")])


def _named(text: str, scenario: Scenario, catalog: Catalog) -> list[Item]:
    """Return everything that has a name, one item for each kind."""
    services = {service.name for service in scenario.services}
    service, _, place = text.partition("@")
    types = tuple(
        each
        for each in sorted(f"{provider}/{name}" for provider, name in catalog.instance_types)
        if text in (each, each.split("/", maxsplit=1)[1])
    )
    found: dict[ItemKind, tuple[str, ...]] = {
        "purchase_option": (text,) if text in OPTIONS else (),
        "location": (text,) if text in catalog.locations else (),
        "instance_type": types,
        "service": (text,) if text in services else (),
        "pool": (text,) if service in services and place in catalog.locations else (),
        "cost_category": (text,) if text in CATEGORIES else (),
    }
    return [Item(kind, names) for kind, names in found.items() if names]
