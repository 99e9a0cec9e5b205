"""What a planner may ask about by name: instance type, location, purchase option, service, pool, part of the bill."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from itertools import product
from typing import get_args

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Item, ItemKind
from optimizer.domain.plan import CATEGORIES
from optimizer.domain.purchase import PurchaseOption
from optimizer.domain.scenario import Scenario
from optimizer.errors import Fault, InputError
from optimizer.inputs.wording import likely_name, listed, show

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
        (``line:logs``). ``service:ranking`` says which of two things of a name is meant. With ``*`` or ``?`` it means
        every instance type of such a name: ``g6.*``, ``aws/*``.

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
    what = (
        f"must be a service of {scenario.name}, a pool (SERVICE@LOCATION), a cost category, a line of the bill "
        f"(line:NAME), or an instance type, location or purchase option of catalog {catalog.name} (found {show(text)})"
    )
    raise InputError([Fault("ITEM", what, _mend(after if kind else text, scenario, catalog), "unknown-item")])


def _mend(text: str, scenario: Scenario, catalog: Catalog) -> str:
    """Name what is most like a word, or what a planner of this scenario is likely to ask about."""
    services = [service.name for service in scenario.services]
    near = {place.split("/", maxsplit=1)[0] for place in scenario.locations}
    mine = list(_types(catalog, near))
    here, anywhere = (mine, scenario.locations), (list(_types(catalog)), catalog.locations)
    # Providers name types alike: what the scenario may use comes first, unless another is clearly meant.
    for alike, (types, places) in product((0.75, 0.6), (here, anywhere)):
        names = [name.split("/", maxsplit=1)[1] for name in types]
        if close := likely_name(text, [*services, *OPTIONS, *CATEGORIES, *places, *names, *types], alike):
            return f"Did you mean {close}?"
    known = (f"services {listed(services)}", f"locations {listed(scenario.locations)}", f"options {listed(OPTIONS)}")
    sold = f"{len(mine)} instance types of {listed(near)} (* stands for any part of a name)"
    return f"Known here: {'; '.join(known)}; cost categories {listed(CATEGORIES)}; {sold}."


def _types(catalog: Catalog, providers: Collection[str] | None = None) -> Iterator[str]:
    """Instance types as ``provider/name``, of some providers or of all."""
    for provider, name in sorted(catalog.instance_types):
        if providers is None or provider in providers:
            yield f"{provider}/{name}"


def _named(text: str, scenario: Scenario, catalog: Catalog) -> list[Item]:
    """Return everything that has a name, one item for each kind."""
    services = {service.name for service in scenario.services}
    service, _, place = text.partition("@")
    types = tuple(
        each
        for each in _types(catalog)
        if any(text == name or fnmatchcase(name, text) for name in (each, each.split("/", maxsplit=1)[1]))
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
