"""A large catalog at a glance: accelerators with their types and best prices, profiles with their accelerators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import counted, percent, place_label

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, Price, ProfileCurve

#: A page lists every price of a catalog up to this many types in places; beyond, it sums them up.
ROWS_LISTED = 120
#: More accelerators than this are counted, not named.
NAMES_LISTED = 6
CPU = "none, CPU only"


def is_large(prices: Sequence[Price]) -> bool:
    """Whether a list of all prices would be longer than anyone reads."""
    return len({(price.location, price.provider, price.instance_type) for price in prices}) > ROWS_LISTED


def accelerator_table(catalog: Catalog, prices: Sequence[Price]) -> Table:
    """Types, locations that sell them, and the cheapest one on demand, by accelerator."""
    columns = (
        Column("accelerator", untitled=True),
        Column("types"),
        Column("locations", right=True),
        Column("from", right=True),
        Column("cheapest", least=24, drop=1, as_note="{}"),
    )
    groups = sorted(_by_accelerator(catalog, prices).items(), key=lambda item: (item[0] == CPU, item[0]))
    rows = [_accelerator_row(catalog, name, found) for name, found in groups]
    remark = f"from, cheapest: on demand, {catalog.currency} per hour of a whole instance · ~ estimate"
    return Table("Instance types", columns, tuple(rows), remarks=(remark,))


def _by_accelerator(catalog: Catalog, prices: Sequence[Price]) -> dict[str, list[Price]]:
    """Prices by accelerator, those of types without one under a name of their own."""
    found: dict[str, list[Price]] = {}
    for price in prices:
        kind = catalog.instance_types.get((price.provider, price.instance_type))
        if kind is not None:
            found.setdefault(kind.accelerator or CPU, []).append(price)
    return found


def _accelerator_row(catalog: Catalog, name: str, prices: Sequence[Price]) -> Row:
    offered = [price for price in prices if price.status == "offered" and price.price_per_hour is not None]
    on_demand = [price for price in offered if price.purchase_option == "on_demand"]
    best = min(on_demand, key=_amount_and_name, default=None)
    amount, where = "unknown", ""
    if best is not None:
        amount = ("~" if best.source.basis == "estimate" else "") + f"{best.price_per_hour:,.4f}"
        kind = catalog.instance_types[best.provider, best.instance_type]
        count = f", {kind.accelerator_count} of them" if kind.accelerator_count > 1 else ""
        where = f"{best.instance_type}, {place_label(best.location)}{count}"
    places = f"{len({price.location for price in offered})}"
    served = any(curve.accelerator == name for curve in catalog.profiles)
    return Row((name, _types(prices), places, amount, where), notes=() if served else ("no service times",))


def _amount_and_name(price: Price) -> tuple[float, str, str]:
    return price.price_per_hour or 0.0, price.instance_type, price.location


def _types(prices: Iterable[Price]) -> str:
    """``aws 4, azure 3``: types by provider."""
    kinds = sorted({(price.provider, price.instance_type) for price in prices})
    return ", ".join(
        f"{provider} {sum(owner == provider for owner, _ in kinds)}"
        for provider in dict.fromkeys(owner for owner, _ in kinds)
    )


def curve_table(curves: Sequence[ProfileCurve]) -> Table:
    """Batch range of each profile and the accelerators its curves are for, by basis."""
    columns = (
        Column("profile", untitled=True),
        Column("batch", right=True),
        Column("basis"),
        Column("replica on", least=30),
    )
    rows = []
    last = ""
    for (profile, basis), found in _by_basis(curves).items():
        sizes = f"{min(c.batch_items[0] for c in found):,} to {max(c.batch_items[-1] for c in found):,}"
        few = len(found) <= NAMES_LISTED
        names = ", ".join(_replica(curve) for curve in found) if few else counted(len(found), "accelerator")
        head = ("", "") if profile == last else (profile, sizes)
        rows.append(Row((*head, basis, names)))
        last = profile
    return Table("Service times", columns, tuple(rows), remarks=() if rows else ("none",))


def _by_basis(curves: Sequence[ProfileCurve]) -> Mapping[tuple[str, str], list[ProfileCurve]]:
    """Curves by profile and basis, the most trusted basis first, with the widest band of each."""
    groups: dict[tuple[str, str], list[ProfileCurve]] = {}
    for curve in curves:
        groups.setdefault((curve.profile, curve.source.basis), []).append(curve)
    ordered = sorted(groups, key=lambda key: (key[0], min(curve.error_band for curve in groups[key])))
    return {(profile, _basis(basis, groups[profile, basis])): groups[profile, basis] for profile, basis in ordered}


def _basis(basis: str, curves: Sequence[ProfileCurve]) -> str:
    bands = sorted({curve.error_band for curve in curves})
    to = "" if len(bands) == 1 else " at most"
    return f"{basis},{to} ±{percent(bands[-1], 0)}"


def _replica(curve: ProfileCurve) -> str:
    count = curve.accelerators_per_replica
    return curve.accelerator if count == 1 else f"{count} x {curve.accelerator}"


def look_closer(catalog: Catalog, prices: Sequence[Price]) -> Facts:
    """How to see every price of a location or a type."""
    if not prices:
        return Facts("Look closer", ())
    first = min(prices, key=lambda price: (price.location, price.instance_type))
    command = f"fleetopt catalog show {catalog.name}"
    kinds = {key for key, kind in catalog.instance_types.items() if kind.accelerator}
    name = next((p.instance_type for p in prices if (p.provider, p.instance_type) in kinds), first.instance_type)
    return Facts("Look closer", ((f"{command} --location {first.location}",), (f"{command} --instance-type {name}",)))
