"""Which machines are set against renting on demand, and how many rented instances do the work of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.domain.catalog import Catalog
from optimizer.inputs.document import Node, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.schema_asked import UtilisationKeys
from optimizer.inputs.wording import did_you_mean, show

KEY = "break_even_utilisation"


@dataclass(frozen=True, slots=True)
class UtilisationAsked:
    """(provider, instance type) that is owned or committed, the one that is rented, and how many of it equal one."""

    held: tuple[str, str]
    rented: tuple[str, str]
    equals: float


def utilisation_of(
    keys: Sequence[UtilisationKeys], catalog: Catalog, root: Node, faults: Faults
) -> tuple[UtilisationAsked, ...]:
    """Return what is asked, with every fault: unknown types, and machines that are not alike without a number."""
    return tuple(item for number, entry in enumerate(keys) for item in _one(entry, catalog, root, number, faults))


def _one(
    entry: UtilisationKeys, catalog: Catalog, root: Node, number: int, faults: Faults
) -> Iterator[UtilisationAsked]:
    def place(key: str) -> str:
        return place_of(root, (KEY, number, key))

    named = [("instance_type", entry.instance_type)]
    named += [("rented", entry.rented)] if entry.rented is not None else []
    known = {f"{provider}/{kind}": (provider, kind) for provider, kind in catalog.instance_types}
    unknown = [(key, name) for key, name in named if name not in known]
    for key, name in unknown:
        what = f"not among the instance types (found {show(name)})"
        faults.add_unless_told(place(key), what, did_you_mean(name, list(known), "types"), "unknown-name")
    if unknown:
        return
    held = known[entry.instance_type]
    rented = held if entry.rented is None else known[entry.rented]
    for_rent = any(key[:2] == held for key in catalog.prices)
    if entry.rented is None and not for_rent:
        what = f"{entry.instance_type} is bought, and nothing is said to be rented instead"
        faults.add_unless_told(place("rented"), what, "Add rented: and an instance type.", "missing")
        return
    equals = entry.equals if entry.equals is not None else _alike(catalog, held, rented)
    if equals is None:
        what = f"{entry.instance_type} and {entry.rented} do not have the same accelerator"
        faults.add_unless_told(place("equals"), what, "Add equals: and how many do the work of one.", "missing")
        return
    yield UtilisationAsked(held, rented, equals)


def _alike(catalog: Catalog, held: tuple[str, str], rented: tuple[str, str]) -> float | None:
    """How many rented instances have as many accelerators as one machine; None where these are not the same."""
    one, other = catalog.instance_types[held], catalog.instance_types[rented]
    if held == rented:
        return 1.0
    if one.accelerator is None or one.accelerator != other.accelerator:
        return None
    return one.accelerator_count / other.accelerator_count
