"""What a planner may ask about by name: an instance type, a location, a purchase option."""

from __future__ import annotations

from typing import get_args

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Item
from optimizer.domain.purchase import PurchaseOption
from optimizer.errors import Fault, InputError
from optimizer.inputs.wording import did_you_mean, show

OPTIONS: tuple[PurchaseOption, ...] = get_args(PurchaseOption)


def item_of(text: str, catalog: Catalog) -> Item:
    """Return what a name means.

    Parameters
    ----------
    text
        An instance type (``g6.xlarge`` or ``aws/g6.xlarge``), a location (``aws/us-east-1``) or a purchase option.

    Raises
    ------
    InputError
        If nothing of the catalog has that name.
    """
    if text in OPTIONS:
        return Item("purchase_option", (text,))
    if text in catalog.locations:
        return Item("location", (text,))
    types = sorted(f"{provider}/{name}" for provider, name in catalog.instance_types)
    named = tuple(each for each in types if text in (each, each.split("/", maxsplit=1)[1]))
    if named:
        return Item("instance_type", named)
    names = {name for _, name in catalog.instance_types}
    mend = did_you_mean(text, [*OPTIONS, *catalog.locations, *names, *types], "names")
    what = f"must be an instance type, location or purchase option of catalog {catalog.name} (found {show(text)})"
    raise InputError([Fault("ITEM", what, mend, "unknown-item")])
